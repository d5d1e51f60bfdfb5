"""The demonstration: a whole world when it may exist, and nothing of it anywhere else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction
from django.test import Client, RequestFactory, override_settings
from django.urls import include, path, resolve
from django.utils import timezone

from lastmeter.accounts import audit
from lastmeter.accounts.actors import system
from lastmeter.accounts.models import Installation
from lastmeter.clocks.models import Deadline
from lastmeter.dossiers.models import Dossier
from lastmeter.matters import lifecycle
from lastmeter.matters.models import Matter
from lastmeter.project import urls
from lastmeter.project.demo import building, gate, middleware
from lastmeter.project.demo import cast as guide
from tests.cast import Cast

ROOT = Path(__file__).resolve().parents[3]


def environment(folder: Path) -> dict[str, str]:
    """Settings of an installation of its own, on an SQLite file in `folder`."""
    foreign = {name: value for name, value in os.environ.items() if not name.startswith("LASTMETER_")}
    return foreign | {"LASTMETER_VAR": str(folder), "DJANGO_SETTINGS_MODULE": "lastmeter.project.settings"}


def run(folder: Path, *command: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    """`lastmeter …` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "lastmeter.project.cli", *command],
        cwd=ROOT,
        env=environment(folder) | settings,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demonstration with its whole world."""
    folder = tmp_path_factory.mktemp("world")
    told = ask(folder, "print(building.build(timezone.now()).fresh)")
    assert told == ["True"]
    return folder


def ask(folder: Path, script: str) -> list[str]:
    """What a script prints, a line each, that runs on the demonstration in `folder`."""
    begin = (
        "import django; django.setup()\n"
        "from django.utils import timezone\n"
        "from lastmeter.clocks.models import Deadline\n"
        "from lastmeter.dossiers.models import Dossier\n"
        "from lastmeter.matters.models import *\n"
        "from lastmeter.project.demo import building\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", begin + script],
        cwd=ROOT,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.slow
def test_the_world_has_matters_in_every_step_and_everything_has_happened_in_it(world: Path) -> None:
    script = (
        "from lastmeter.dossiers.models import Event\n"
        "print(*set(Dossier.objects.values_list('step', flat=True)))\n"
        "print(*set(Event.objects.values_list('kind', flat=True)))\n"
        "print(Enquiry.objects.filter(ended_at=None).count(), Deadline.objects.exclude(overdue_at=None).count())\n"
        "print(Rating.objects.values('score').distinct().count(), Matter.objects.values('text').distinct().count())\n"
    )
    steps, kinds, waiting, ratings = ask(world, script)
    ended = {lifecycle.MERGED, lifecycle.DIVERTED, lifecycle.REJECTED, lifecycle.WITHDRAWN}  # perhaps archived by now
    rare = {lifecycle.REPEATED, lifecycle.VERIFIED}
    assert {step.name for step in lifecycle.STEPS} - set(steps.split()) <= ended | rare
    happened = {kind.removeprefix("matter.") for kind in kinds.split()}
    turns = {"settled", "sent_up", "sent_back", "rework", "reopened", "asked", "answered", "ask_lapsed", "not_reached"}
    assert ended | turns <= happened
    assert all(int(count) > 0 for count in waiting.split())
    scores, texts = map(int, ratings.split())
    assert scores == 3
    assert texts >= 200


@pytest.mark.slow
def test_every_open_matter_has_a_running_clock_and_lies_with_a_desk_or_somebody(world: Path) -> None:
    script = (
        "still = Dossier.objects.filter(is_open=True)\n"
        "print(still.exclude(deadlines__ended_at=None).count(), still.filter(due_at=None).count())\n"
        "given = still.filter(step__in=['dispatched', 'signed', 'handling'])\n"
        "print(given.count() - Assignment.objects.filter(matter__dossier__in=given, ended_at=None).count())\n"
        "print(still.exclude(matter__desk_level__in=[4, 5, 6]).count())\n"
    )
    assert ask(world, script) == ["0 0", "0", "0"]


@pytest.mark.slow
def test_every_turn_that_a_matter_can_take_stands_there_to_be_gone_on_with(world: Path) -> None:
    script = (
        "from lastmeter.accounts.models import User\n"
        "from lastmeter.clocks.models import Demand, Extension, Limit, Pause, Suspension\n"
        "from lastmeter.insight.models import Publication\n"
        "from lastmeter.project.demo import cast\n"
        "open = {'ended_at': None}\n"
        "print(Pause.objects.filter(**open).exists(), Extension.objects.filter(state='asked').exists())\n"
        "print(Suspension.objects.filter(state='on_ledger').exists(), Demand.objects.filter(**open).exists())\n"
        "print(Objection.objects.filter(kind='transfer', decided_at=None).exists(), OutsideLink.objects.exists())\n"
        "print(Grievance.objects.filter(answered_at=None).exists(), ItemList.objects.filter(status='draft').exists())\n"
        "print(any(each.address for each in Letter.objects.filter(done_at=None)), Publication.objects.count() == 2)\n"
        "print(Limit.objects.filter(valid_from__gt=timezone.localdate()).exists(), Template.objects.exists())\n"
        "print(all(person.user() for person in cast.PEOPLE), True)\n"
    )
    assert ask(world, script) == ["True True"] * 7


@pytest.mark.slow
def test_many_voices_wait_to_be_one_event_and_a_newcomer_waits_at_one_that_is(world: Path) -> None:
    script = (
        "from lastmeter.matters.events import holding\n"
        "for state in ('proposed', 'confirmed'):\n"
        "    [event] = Incident.objects.filter(state=state)\n"
        "    print(event.memberships.filter(joined_at__isnull=state == 'proposed', left_at=None).count())\n"
        "print(*holding.waiting().values_list('incident__state', flat=True))\n"
    )
    assert ask(world, script) == ["4", "4", "confirmed"]


@pytest.mark.slow
def test_nothing_of_the_story_happens_after_today(world: Path) -> None:
    script = (
        "from lastmeter.dossiers.models import Event\n"
        "print(Event.objects.filter(at__gt=timezone.now()).count(), Event.objects.exists())\n"
    )
    assert ask(world, script) == ["0 True"]


def test_created_again_it_says_so_and_destroyed_it_is_gone_with_its_files(tmp_path: Path) -> None:
    ask(tmp_path, "building.build(timezone.now(), matters=3)")
    assert "没有改动" in run(tmp_path, "demo", "create").stdout
    assert (tmp_path / "files").exists()
    assert "已清掉" in run(tmp_path, "demo", "destroy").stdout
    assert not (tmp_path / "files").exists()
    assert not (tmp_path / "lastmeter.sqlite3").exists()


def test_a_world_that_was_killed_half_way_is_built_again(tmp_path: Path) -> None:
    script = (
        "from lastmeter.project.demo import world\n"
        "import os\n"
        "world._tidy_notices = lambda now: os._exit(0)\n"  # at the last moment, as a kill would
        "building.build(timezone.now(), matters=3)\n"
    )
    assert ask(tmp_path, script) == []
    again = (
        "print(Dossier.objects.count(), building.build(timezone.now(), matters=3).fresh, Dossier.objects.count() > 10)"
    )
    assert ask(tmp_path, again) == ["0 True True"]


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"LASTMETER_DEMO": "1", "LASTMETER_BIND": "127.0.0.1:0"}, "没有演示标记"),
        ({"LASTMETER_DEMO": "1", "LASTMETER_BIND": "0.0.0.0:8000"}, "不是本机回环地址"),
        ({"LASTMETER_DEMO": "1", "LASTMETER_BEHIND_PROXY": "1"}, "前面有代理"),
    ],
)
def test_the_server_does_not_start_as_a_demonstration_where_it_may_not(
    tmp_path: Path, settings: dict[str, str], says: str
) -> None:
    assert run(tmp_path, "upgrade").returncode == 0
    refused = run(tmp_path, "serve", **settings)
    assert refused.returncode != 0
    assert "lastmeter.E001" in refused.stderr
    assert says in refused.stderr


def test_a_real_database_is_neither_turned_into_a_demonstration_nor_destroyed(tmp_path: Path) -> None:
    run(tmp_path, "upgrade")
    for command in ("create", "destroy"):
        refused = run(tmp_path, "demo", command)
        assert refused.returncode == 1
        assert "不是演示库" in refused.stderr
    assert (tmp_path / "lastmeter.sqlite3").exists()


def test_the_mark_is_for_life_and_refused_to_a_database_in_use(db: None) -> None:
    Installation.objects.create(demo=False)
    with pytest.raises(DatabaseError), transaction.atomic():
        Installation.objects.update(demo=True)
    Installation.objects.all().delete()
    audit.record("something.done", by=system("test"), now=timezone.now())
    with pytest.raises(DatabaseError), transaction.atomic():
        Installation.objects.create(demo=True)


def test_outside_the_demonstration_its_addresses_do_not_exist(db: None, client: Client) -> None:
    assert client.get("/demo/").status_code == 404
    assert client.post("/demo/sign-in/", {"person": "clerk"}).status_code == 404


@pytest.mark.parametrize("header", gate.FORWARDED)
@override_settings(DEMO=True)
def test_a_forwarded_request_gets_nothing_at_all(header: str) -> None:
    guarded = middleware.local_only(lambda request: pytest.fail("let through"))
    assert guarded(RequestFactory().get("/", **{header: "1.2.3.4"})).status_code == 404  # type: ignore[arg-type]
    assert guarded(RequestFactory().get("/", REMOTE_ADDR="10.0.0.9")).status_code == 404


@pytest.mark.parametrize(
    ("bind", "local"),
    [
        ("127.0.0.1:8000", True),
        ("[::1]:8000", True),
        ("localhost:1", True),
        ("0.0.0.0:8000", False),
        ("192.168.1.5:80", False),
        ("example.invalid:80", False),
    ],
)
def test_only_loopback_is_loopback(bind: str, local: bool) -> None:
    assert gate.bound_to_loopback(bind) is local


def test_every_person_of_the_guide_is_somebody_else() -> None:
    assert len({person.name for person in guide.PEOPLE}) == len(guide.PEOPLE) == 8


def test_building_refuses_the_cast_of_the_tests(db: None) -> None:
    with pytest.raises(building.NotADemo):
        building.build(timezone.now())
    assert not Dossier.objects.exists()
    assert not Deadline.objects.exists()
    assert not Matter.objects.filter(dossier__step=lifecycle.REPORTED).exists()


urlpatterns = [path("demo/", include("lastmeter.project.demo.urls")), *urls.urlpatterns]


@pytest.mark.urls(__name__)
def test_a_button_of_the_guide_signs_in_and_goes_there(cast: Cast, client: Client) -> None:
    page = client.get("/demo/").content.decode()
    assert page.count('name="person"') == len(guide.PEOPLE)
    went = client.post("/demo/sign-in/", {"person": "clerk", "go": "1"})
    assert went["Location"] == guide.BY_KEY["clerk"].tries[1][1]
    assert client.get(went["Location"]).status_code == 200
    assert cast.users["clerk"].name in client.get("/demo/").content.decode()
    for strange in ("", "9", "-1", "²", "x"):
        assert client.post("/demo/sign-in/", {"person": "clerk", "go": strange})["Location"] == "/desk/"
    assert client.post("/demo/sign-in/", {"person": "nobody"}).status_code == 404


@pytest.mark.urls(__name__)
def test_the_guide_answers_nobody_from_elsewhere_and_signs_in_nobody_without_a_token(cast: Cast) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/demo/sign-in/", {"person": "clerk"}).status_code == 403
    for elsewhere in ({"REMOTE_ADDR": "10.0.0.9"}, {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}):
        client = Client(**elsewhere)  # type: ignore[arg-type]
        assert client.get("/demo/").status_code == 404
        assert client.post("/demo/sign-in/", {"person": "clerk"}).status_code == 404


def test_every_address_of_the_guide_exists() -> None:
    for person in guide.PEOPLE:
        for address in (person.home, *(address for _words, address in person.tries)):
            assert resolve(address.partition("?")[0])
