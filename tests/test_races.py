"""Real connections at once, processes killed in the middle: one wins, nothing is half, nothing acknowledged is lost."""

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone

from lastmeter.accounts.actors import Actor, system
from lastmeter.accounts.models import AuditEntry
from lastmeter.clocks.models import Deadline
from lastmeter.dossiers.models import Dossier, Event, SearchText
from lastmeter.grid.history import planning, redrawing
from lastmeter.grid.models import Level, Node, Unit, UnitKind
from lastmeter.matters import closing, dispatch, handling, intake
from lastmeter.matters.models import Assignment, Closure, Matter, Objection, Outcome, Part, Source, Whistle
from lastmeter.matters.reassigning import disputes, objections
from lastmeter.matters.steps import Overtaken
from lastmeter.matters.together import parts
from lastmeter.matters.whistles import blowing, ending, members, reporting_in, routing
from lastmeter.volunteers import answering as volunteering
from lastmeter.volunteers import joining
from tests.cast import Cast

pytestmark = pytest.mark.race
T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[1]


def at_once(calls: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """Run calls in threads that start together, each on its own connection; exceptions are results too."""
    barrier = threading.Barrier(len(calls))
    results: list[T | Exception] = [RuntimeError("not run")] * len(calls)

    def run(index: int) -> None:
        barrier.wait()
        try:
            results[index] = calls[index]()
        except Exception as error:
            results[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def a_report(cast: Cast, ref: str) -> intake.Report:
    return intake.Report(
        text="3 栋楼道灯不亮",
        source=Source.WEB,
        client_ref=ref,
        node_id=cast.nodes["grid"].pk,
        name="李",
        phone="19900000101",
    )


def test_a_double_tap_on_two_connections_gives_one_matter_and_the_same_number(own_database: Cast) -> None:
    for turn in range(10):
        one = a_report(own_database, f"tap-{turn}")
        answers = at_once(
            [lambda: intake.take_in([one], by=Actor.visitor("b"), client="b", now=timezone.now())] * 8  # noqa: B023
        )
        numbers = {answer[0].number for answer in answers}  # type: ignore[index, union-attr]
        assert len(numbers) == 1
        assert Dossier.objects.filter(client_ref=one.client_ref).count() == 1


def test_two_clerks_close_at_once_and_one_is_told(own_database: Cast) -> None:
    cast = own_database
    for turn in range(10):
        [taken] = intake.take_in(
            [a_report(cast, f"close-{turn}")], by=Actor.visitor("b"), client="b", now=timezone.now()
        )
        assert isinstance(taken, intake.Taken)
        matter = _replied(cast, taken.dossier_id)
        calls = [
            lambda who=who: closing.close(
                Matter.objects.select_related("dossier").get(pk=matter.pk),  # noqa: B023
                outcome=Outcome.SOLVED,
                by=Actor.of(cast.users[who]),
                now=timezone.now(),
            )
            for who in ("clerk", "secretary")
        ]
        answers = at_once(calls)
        assert sorted(type(each).__name__ for each in answers) == ["Closure", "Overtaken"], answers
        assert Closure.objects.filter(matter=matter).count() == 1
        assert Event.objects.filter(dossier=matter.pk, kind="matter.closed").count() == 1


def _replied(cast: Cast, pk: int) -> Matter:
    now = timezone.now()
    clerk, handler = Actor.of(cast.users["clerk"]), Actor.of(cast.users["handler"])
    matter = Matter.objects.select_related("dossier").get(pk=pk)
    dispatch.dispatch(matter, unit=cast.units["urban"], by=clerk, now=now)
    dispatch.begin(matter, by=handler, now=now)
    handling.reply(matter, text="换好了", outcome=Outcome.SOLVED, by=handler, now=now)
    return matter


def _disputed(cast: Cast, ref: str) -> Matter:
    [taken] = intake.take_in([a_report(cast, ref)], by=Actor.visitor("b"), client="b", now=timezone.now())
    assert isinstance(taken, intake.Taken)
    matter = Matter.objects.select_related("dossier").get(pk=taken.dossier_id)
    dispatch.dispatch(matter, unit=cast.units["urban"], by=Actor.of(cast.users["clerk"]), now=timezone.now())
    late = timezone.now() + timedelta(days=10)
    by = Actor.of(cast.users["handler"])
    objections.dispute(matter, reason=Objection.Reason.NOT_DUTY, words="不归我们", by=by, now=late)
    return matter


def test_a_dispute_is_decided_once_whoever_decides_at_once(own_database: Cast) -> None:
    cast = own_database
    for turn in range(5):
        pk = _disputed(cast, f"dispute-{turn}").pk

        def given(pk: int = pk) -> Matter:
            return Matter.objects.select_related("dossier").get(pk=pk)

        by, now = Actor.of(cast.users["dispatcher"]), timezone.now()
        answers = at_once(
            [
                lambda given=given, by=by, now=now: disputes.uphold(given(), words="清单", by=by, now=now),  # type: ignore[misc]
                lambda given=given, by=by, now=now: disputes.award(  # type: ignore[misc]
                    given(), unit=cast.units["market"], words="清单", by=by, now=now
                ),
            ]
        )
        assert sorted(type(each).__name__ for each in answers) == ["NoneType", "Overtaken"], answers
        made = Objection.objects.get(matter=pk)
        unit = "market" if made.verdict == Objection.Verdict.AWARDED else "urban"
        assert given().unit == cast.units[unit]
        assert Event.objects.filter(dossier=pk, kind="matter.dispute_decided").count() == 1
        assert Assignment.objects.filter(matter=pk, ended_at=None).get().unit == cast.units[unit]


def test_no_part_is_given_behind_the_back_of_a_closing(own_database: Cast) -> None:
    """Given first, the closing asks why; closed first, nobody can be called in any more."""
    cast, clerk = own_database, Actor.of(own_database.users["clerk"])
    for turn in range(5):
        [taken] = intake.take_in(
            [a_report(cast, f"part-{turn}")], by=Actor.visitor("b"), client="b", now=timezone.now()
        )
        assert isinstance(taken, intake.Taken)
        pk, now = _replied(cast, taken.dossier_id).pk, timezone.now()
        at_once(
            [
                lambda pk=pk, now=now: parts.give_task(  # type: ignore[misc]
                    Matter.objects.select_related("dossier").get(pk=pk),
                    request="拍照",
                    user=cast.users["worker"],
                    due_at=now + timedelta(days=1),
                    by=clerk,
                    now=now,
                ),
                lambda pk=pk, now=now: closing.close(  # type: ignore[misc]
                    Matter.objects.select_related("dossier").get(pk=pk), outcome=Outcome.SOLVED, by=clerk, now=now
                ),
            ]
        )
        closed = Closure.objects.filter(matter=pk).exists()
        assert closed != Part.objects.filter(matter=pk).exists()


def test_two_workers_take_the_same_matter_and_one_has_it(own_database: Cast) -> None:
    cast = own_database
    [taken] = intake.take_in([a_report(cast, "take")], by=Actor.visitor("b"), client="b", now=timezone.now())
    assert isinstance(taken, intake.Taken)
    answers = at_once(
        [
            lambda who=who: dispatch.take(  # type: ignore[misc]
                Matter.objects.select_related("dossier").get(pk=taken.dossier_id),
                by=Actor.of(cast.users[who]),
                now=timezone.now(),
            )
            for who in ("worker", "building_head", "clerk", "secretary")
            if who != "building_head"
        ]
    )
    assert sum(isinstance(each, Overtaken) for each in answers) == 2, answers


def test_of_two_changes_of_one_street_at_once_one_wins_and_the_other_is_told(own_database: Cast) -> None:
    cast, by = own_database, system("race")
    for turn in range(4):
        now = timezone.now()
        day = planning.When(effective_on=timezone.localdate(now), by=by, now=now)
        places = [Node.objects.get(pk=cast.nodes[name].pk) for name in ("grid", "last_grid")]
        changes = [planning.rename(node, f"{node.name}{turn}", day) for node in places]
        answers = at_once([lambda one=one: redrawing.confirm(one, by=by, now=now) for one in changes])  # type: ignore[misc] # noqa: B023
        assert sorted(type(each).__name__ for each in answers) == ["Change", "Overtaken"], answers
        renamed = Node.objects.filter(pk__in=[node.pk for node in places], name__endswith=str(turn))
        assert renamed.count() == 1


INTAKE_LOOP = """
import sys, django
django.setup()
from django.utils import timezone
from lastmeter.accounts.actors import Actor, system
from lastmeter.matters import intake
from lastmeter.matters.models import Source
node, start = int(sys.argv[1]), sys.argv[2]
for n in range(100000):
    [taken] = intake.take_in(
        [intake.Report(text="路灯不亮", source=Source.WEB, client_ref=f"{start}-{n}", node_id=node,
                       name="李", phone="19900000101")],
        by=Actor.visitor("loop"), client="loop", now=timezone.now())
    print(taken.number, flush=True)
"""


def test_kill_minus_nine_loses_no_acknowledged_report_and_leaves_no_half_one(own_database: Cast) -> None:
    acknowledged: set[str] = set()
    for turn in range(6):
        process = begun_beside(INTAKE_LOOP, str(own_database.nodes["grid"].pk), f"t{turn}")
        assert process.stdout is not None
        for _ in range(random.randint(1, 25)):
            acknowledged.add(process.stdout.readline().strip())
        process.send_signal(signal.SIGKILL)
        acknowledged |= {line.strip() for line in process.stdout if line.endswith("\n")}
        process.wait()
    kept = dict(Dossier.objects.filter(client="loop").values_list("number", "pk"))
    assert acknowledged <= kept.keys()
    for ids in (
        Matter.objects.filter(requester__isnull=False).values_list("pk", flat=True),
        Event.objects.filter(kind="matter.reported").values_list("dossier", flat=True),
        SearchText.objects.values_list("dossier", flat=True),
        Deadline.objects.filter(kind="answer").values_list("dossier", flat=True),
        Deadline.objects.filter(kind="fix").values_list("dossier", flat=True),
        AuditEntry.objects.filter(kind="matter.reported").values_list("object_id", flat=True),
    ):
        assert set(ids) >= set(kept.values())


def begun_beside(code: str, *words: str) -> "subprocess.Popen[str]":
    """A process of its own that runs this code on the database of the test; its output is read line by line."""
    ours = {
        "LASTMETER_DATABASE_URL": _address(connections.settings["default"]),
        "LASTMETER_VAR": str(settings.VAR),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    command = [sys.executable, "-c", code, *words]
    return subprocess.Popen(command, env=os.environ | ours, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def _address(config: dict[str, str]) -> str:
    if config["ENGINE"] == "lastmeter.kit.sqlite":
        return f"sqlite:///{config['NAME']}"
    return f"postgresql://{config['USER']}@{config['HOST']}:{config['PORT']}/{config['NAME']}"


def _whistled(cast: Cast, ref: str) -> Whistle:
    """A whistle whose units have both arrived, and of whom one is at work."""
    [taken] = intake.take_in([a_report(cast, ref)], by=Actor.visitor("b"), client="b", now=timezone.now())
    assert isinstance(taken, intake.Taken)
    matter = Matter.objects.select_related("dossier").get(pk=taken.dossier_id)
    secretary, now = Actor.of(cast.users["secretary"]), timezone.now()
    whistle = blowing.blow(matter, colour="blue", request="来看", attempts="劝过", by=secretary, now=now)
    street = Actor.of(cast.users["dispatcher"])
    routing.route(whistle, lead=cast.units["urban"], assists=[cast.units["market"]], by=street, now=now)
    for who, called in zip(("handler", "other_handler"), whistle.called.order_by("pk"), strict=True):
        reporting_in.arrive(called, client_ref=f"{ref}{who}", by=Actor.of(cast.users[who]), now=now)
    return whistle


def test_a_whistle_is_not_done_behind_the_back_of_a_unit_that_is_called_meanwhile(own_database: Cast) -> None:
    cast = own_database
    for turn in range(6):
        whistle, now = _whistled(cast, f"whistle-{turn}"), timezone.now()
        urban, market = whistle.called.order_by("pk")
        routing.release(market, reason="不用了", by=Actor.of(cast.users["dispatcher"]), now=now)
        other = Unit.objects.create(node=cast.nodes["town"], name=f"消防队{turn}", kind=UnitKind.DEPARTMENT)
        ending.sign_off(urban, measures="办了", by=Actor.of(cast.users["handler"]), now=now)
        answers = at_once(
            [
                lambda: ending.complete(whistle, result="好", by=Actor.of(cast.users["handler"]), now=now),  # noqa: B023
                lambda: routing.call_more(whistle, unit=other, by=Actor.of(cast.users["dispatcher"]), now=now),  # noqa: B023
            ]
        )
        whistle.refresh_from_db()
        still = whistle.called.filter(ended_at=None).count()
        assert [type(each).__name__ for each in answers].count("Overtaken") == 1, answers
        assert (whistle.step == "done") == (still == 0)
        assert whistle.open_legs == still


def test_an_arrival_sent_twice_on_two_connections_is_one(own_database: Cast) -> None:
    cast = own_database
    for turn in range(6):
        whistle = _whistled(cast, f"arrival-{turn}")
        urban = whistle.called.order_by("pk").first()
        assert urban is not None
        reporting_in.depart(urban.attendances.get(), by=Actor.of(cast.users["handler"]), now=timezone.now())
        call = lambda: reporting_in.arrive(  # noqa: E731
            urban,  # noqa: B023
            client_ref=f"again-{turn}",  # noqa: B023
            by=Actor.of(cast.users["handler"]),
            now=timezone.now(),
        )
        answers = at_once([call, call, call])
        assert len({getattr(each, "pk", each) for each in answers}) == 1, answers
        assert urban.attendances.count() == 2


def test_the_last_seat_of_a_call_goes_to_one(own_database: Cast) -> None:
    cast, now = own_database, timezone.now()
    whistle = _whistled(cast, "seat")
    names = ("resident", "worker", "organiser", "audit_admin")
    for name in names:
        joining.join(cast.users[name], node=cast.nodes["grid"], kind="party", now=now)
    call = members.call(
        whistle, title="搬桌子", place="", starts_at=now, wanted=1, skill=None, within=Level.COMMUNITY,
        by=Actor.of(cast.users["secretary"]), now=now,
    )  # fmt: skip
    asked = list(call.invitations.all())
    assert len(asked) == len(names)
    answers = at_once([partial(volunteering.accept, each, now=now) for each in asked])
    assert sorted(type(each).__name__ for each in answers) == ["Full", "Full", "Full", "NoneType"]
    call.refresh_from_db()
    assert call.taken == call.invitations.filter(state="accepted").count() == 1
