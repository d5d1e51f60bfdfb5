"""The demonstration: a whole world when it may exist, and nothing of it anywhere else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction
from django.test import Client, RequestFactory, override_settings
from django.utils import timezone

from lastmeter.accounts import audit
from lastmeter.accounts.actors import system
from lastmeter.accounts.models import Installation
from lastmeter.clocks.models import Deadline
from lastmeter.dossiers.models import Dossier
from lastmeter.matters import lifecycle
from lastmeter.matters.models import Matter
from lastmeter.project.demo import building, cast, gate, middleware

ROOT = Path(__file__).resolve().parents[3]


def run(folder: Path, *command: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    """`lastmeter …` in a process of its own, on an SQLite file in `folder`."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LASTMETER_")}
    environment |= {"LASTMETER_VAR": str(folder), "DJANGO_SETTINGS_MODULE": "lastmeter.project.settings", **settings}
    return subprocess.run(
        [sys.executable, "-m", "lastmeter.project.cli", *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_small_world_has_matters_in_many_steps_and_none_without_owner_and_clock(tmp_path: Path) -> None:
    script = (
        "import django; django.setup()\n"
        "from django.utils import timezone\n"
        "from lastmeter.project.demo import building\n"
        "print(building.build(timezone.now(), matters=60).matters)\n"
        "from lastmeter.dossiers.models import Dossier\n"
        "from lastmeter.clocks.models import Deadline\n"
        "open_ones = Dossier.objects.filter(is_open=True)\n"
        "unowned = [d.pk for d in open_ones if not Deadline.objects.filter(dossier=d, ended_at=None).exists()]\n"
        "print(len(set(Dossier.objects.values_list('step', flat=True))), len(unowned))\n"
        "print(building.build(timezone.now()).fresh)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=os.environ
        | {
            "LASTMETER_VAR": str(tmp_path),
            "LASTMETER_DATABASE_URL": f"sqlite:///{tmp_path / 'demo.sqlite3'}",
            "DJANGO_SETTINGS_MODULE": "lastmeter.project.settings",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    began, steps_and_unowned, again = done.stdout.split("\n")[:3]
    steps, unowned = map(int, steps_and_unowned.split())
    assert int(began) >= 60
    assert steps >= 8
    assert unowned == 0
    assert again == "False"


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


def test_every_person_of_the_guide_is_somebody_of_the_street() -> None:
    assert len({person.name for person in cast.PEOPLE}) == len(cast.PEOPLE) == 7


def test_building_refuses_the_cast_of_the_tests(db: None) -> None:
    with pytest.raises(building.NotADemo):
        building.build(timezone.now())
    assert not Dossier.objects.exists()
    assert not Deadline.objects.exists()
    assert not Matter.objects.filter(dossier__step=lifecycle.REPORTED).exists()
