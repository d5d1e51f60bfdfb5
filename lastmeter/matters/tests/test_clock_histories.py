"""No path leaves an open matter without an owner and a running clock or a written suspension: over random histories."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lastmeter.accounts.actors import Actor
from lastmeter.clocks import sweep
from lastmeter.clocks.deadlines import NotNow
from lastmeter.clocks.models import Deadline, Demand, Extension, Hold, Pause, Suspension
from lastmeter.clocks.recount import recount
from lastmeter.clocks.suspending import Explanation
from lastmeter.kit.zhtime import CHINA, closing
from lastmeter.matters import (
    closing as ending,
)
from lastmeter.matters import dispatch, handling, intake, lifecycle, policy, screening, sending_up, settling
from lastmeter.matters.models import Matter, Objection, Outcome, Source
from lastmeter.matters.reassigning import objections
from lastmeter.matters.steps import Overtaken
from lastmeter.matters.timing import extending, pausing, pressing, suspending
from tests.cast import Cast

Actors = Callable[[str], Actor]
T = TypeVar("T")
Act = Callable[[Matter, Actor, Cast, datetime, int], object]
VISITOR = Actor.visitor("b")
NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)
DAY = timedelta(days=1)


def take(cast: Cast, now: datetime) -> Matter:
    given = intake.Report(text="路灯不亮", source=Source.WEB, client_ref="h", node_id=cast.nodes["grid"].pk)
    [taken] = intake.take_in([given], by=VISITOR, client="b", now=now)
    assert isinstance(taken, intake.Taken)
    return again(taken.dossier_id)


def again(key: int) -> Matter:
    return Matter.objects.select_related("dossier").get(pk=key)


def explained(now: datetime, days: int) -> Explanation:
    return Explanation(
        reason=Suspension.Reason.SEASON,
        words="雨季",
        responsible="城管执法队",
        next_step="雨季后开工",
        condition="雨停",
        review_on=(now + (1 + days % 60) * DAY).astimezone(CHINA).date(),
    )


def _paused(matter: Matter) -> Pause:
    return _found(Pause.objects.filter(dossier=matter.pk, ended_at=None).first())


def _asked(matter: Matter) -> Extension:
    asked = Extension.objects.filter(deadline__dossier=matter.pk, state="asked").select_related("deadline")
    return _found(asked.first())


def _suspension(matter: Matter, state: str) -> Suspension:
    return _found(Suspension.objects.filter(dossier=matter.pk, state=state).first())


def _found(row: T | None) -> T:
    if row is None:
        raise NotNow("nothing there")
    return row


ACTS: dict[str, Act] = {
    "note": lambda m, by, cast, now, n: handling.note(m, text="看过", by=by, now=now),
    "accept": lambda m, by, cast, now, n: screening.accept(m, by=by, now=now),
    "to a unit": lambda m, by, cast, now, n: dispatch.dispatch(m, unit=cast.units["urban"], by=by, now=now),
    "to a worker": lambda m, by, cast, now, n: dispatch.dispatch(m, user=cast.users["worker"], by=by, now=now),
    "take": lambda m, by, cast, now, n: dispatch.take(m, by=by, now=now),
    "begin": lambda m, by, cast, now, n: dispatch.begin(m, by=by, now=now),
    "send back": lambda m, by, cast, now, n: objections.object_to(
        m, reason=Objection.Reason.NOT_DUTY, words="不归我管", by=by, now=now
    ),
    "recall": lambda m, by, cast, now, n: dispatch.recall(m, reason="换人", by=by, now=now),
    "send up": lambda m, by, cast, now, n: sending_up.send_up(m, reason="办不了", by=by, now=now),
    "reply": lambda m, by, cast, now, n: handling.reply(m, text="好了", outcome=Outcome.SOLVED, by=by, now=now),
    "rework": lambda m, by, cast, now, n: ending.rework(m, reason="没好", by=by, now=now),
    "close": lambda m, by, cast, now, n: ending.close(m, outcome=Outcome.SOLVED, by=by, now=now),
    "settle": lambda m, by, cast, now, n: settling.settle(m, result="好了", by=by, now=now),
    "reopen": lambda m, by, cast, now, n: ending.reopen(m, reason="没好", by=VISITOR, now=now),
    "pause": lambda m, by, cast, now, n: pausing.pause(
        m, reason=Pause.Reason.PROCEDURE, until=now + (1 + n % 50) * DAY, by=by, now=now
    ),
    "resume": lambda m, by, cast, now, n: pausing.resume(m, _paused(m), by=by, now=now),
    "ask for more": lambda m, by, cast, now, n: extending.ask(m, amount=1 + n % 6, reason="忙", by=by, now=now),
    "grant more": lambda m, by, cast, now, n: extending.decide(m, _asked(m), approve=True, by=by, now=now),
    "refuse more": lambda m, by, cast, now, n: extending.decide(m, _asked(m), approve=False, by=by, now=now),
    "explain": lambda m, by, cast, now, n: suspending.ask(m, explained(now, n), by=by, now=now),
    "to the ledger": lambda m, by, cast, now, n: suspending.decide(
        m, _suspension(m, "asked"), approve=True, by=by, now=now
    ),
    "not to the ledger": lambda m, by, cast, now, n: suspending.decide(
        m, _suspension(m, "asked"), approve=False, by=by, now=now
    ),
    "review": lambda m, by, cast, now, n: suspending.review(
        m, _suspension(m, "on_ledger"), next_on=explained(now, n).review_on, next_step="等", by=by, now=now
    ),
    "lift": lambda m, by, cast, now, n: suspending.lift(m, _suspension(m, "on_ledger"), words="可", by=by, now=now),
    "supervise": lambda m, by, cast, now, n: pressing.supervise(m, words="速办", by=by, now=now),
    "urge": lambda m, by, cast, now, n: pressing.urge(m, words="速办", by=by, now=now),
    "urged at home": lambda m, by, cast, now, n: pressing.urge_by_requester(m, words="快点", by=VISITOR, now=now),
    "respond": lambda m, by, cast, now, n: pressing.respond(m, words="在办", by=by, now=now),
    "sweep": lambda m, by, cast, now, n: sweep.sweep(now),
}
# Whoever may is found by trying: a history is made of what happens, not of refusals.
PEOPLE = ("clerk", "dispatcher", "organiser", "handler", "worker")
HISTORY = st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.integers(0, 4), st.integers(0, 120)), max_size=30)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(HISTORY, st.integers(0, 2000), st.booleans())
def test_no_path_leaves_an_open_matter_without_an_owner_and_a_clock(
    cast: Cast, actor: Actors, history: list[tuple[str, int, int]], last: int, with_unit: bool
) -> None:
    with transaction.atomic():
        now, key = NOW, take(cast, NOW).pk
        if with_unit:
            dispatch.dispatch(again(key), unit=cast.units["urban"], by=actor("clerk"), now=now)
        for name, first, hours in history:
            now += timedelta(hours=hours)
            people = (actor(who) for who in (*PEOPLE[first:], *PEOPLE[:first]))
            any(_done(ACTS[name], key, by, cast, now, hours) for by in people)
            _owned(again(key))
            _clocked(again(key), now)
        now += timedelta(hours=last)
        sweep.sweep(now)
        _clocked(again(key), now)
        assert sweep.sweep(now) == 0
        before = list(Deadline.objects.filter(dossier=key).order_by("pk").values())
        recount([key], now=now)
        assert before == list(Deadline.objects.filter(dossier=key).order_by("pk").values())
        transaction.set_rollback(True)


def _done(act: Act, key: int, by: Actor, cast: Cast, now: datetime, number: int) -> bool:
    try:
        with transaction.atomic():
            act(again(key), by, cast, now, number)
    except (Overtaken, NotNow, policy.NotAllowed):
        return False
    return True


def _owned(matter: Matter) -> None:
    step = matter.dossier.step
    if not matter.dossier.is_open:
        return
    if step in lifecycle.WITH_HANDLER:
        assert matter.unit_id or matter.handler_id
    else:
        assert step in lifecycle.WITH_DESK
        assert matter.desk_level


def _clocked(matter: Matter, now: datetime) -> None:
    running = list(Deadline.objects.filter(dossier=matter.pk, ended_at=None))
    held = {each.pk for each in running if each.held_at}
    assert held == set(
        Hold.objects.filter(ended_at=None, deadline__dossier=matter.pk).values_list("deadline", flat=True)
    )
    pause = Pause.objects.filter(dossier=matter.pk, ended_at=None).first()
    suspension = Suspension.objects.filter(dossier=matter.pk, state="on_ledger").first()
    if not matter.dossier.is_open:
        assert not running
        assert pause is None
        assert suspension is None
        assert not Demand.objects.filter(dossier=matter.pk, ended_at=None).exists()
        assert matter.dossier.due_at is None
        return
    assert "fix" in {each.kind for each in running}
    assert not (pause and suspension)
    assert bool(held) == bool(pause or suspension)
    if suspension:
        assert suspension.explanation
        [review] = [each for each in running if each.kind == "review"]
        assert (review.due_at, review.held_at) == (closing(suspension.review_on), None)
    else:
        assert any(each.held_at is None for each in running) or pause
    moving = [each.due_at for each in running if each.held_at is None or each.due_at > each.held_at]
    assert matter.dossier.due_at == min(moving)
    for each in running:
        assert not (each.held_at and each.next_rung_at)
        assert each.overdue_at is None or each.due_at <= now


def test_what_is_imported_open_without_a_date_gets_a_clock_from_the_day_it_came(cast: Cast) -> None:
    given = intake.Report(
        text="旧系统里没办完的事",
        source=Source.IMPORT,
        client_ref="old",
        node_id=cast.nodes["grid"].pk,
        found_at=NOW - 90 * DAY,
        past=intake.Past(unit_id=cast.units["urban"].pk),
    )
    [taken] = intake.take_in([given], by=VISITOR, client="import", now=NOW, quiet=True)
    assert isinstance(taken, intake.Taken)
    _clocked(again(taken.dossier_id), NOW)
    assert Deadline.objects.get(dossier=taken.dossier_id).due_at == datetime(2026, 12, 2, 10, tzinfo=UTC)
