"""逐级上报: every overdue open matter climbs, whoever holds it, wherever it is listed, whatever is said about it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lastmeter.accounts.actors import Actor
from lastmeter.clocks import rules, sweep
from lastmeter.clocks.models import Deadline, Rung
from lastmeter.dossiers.models import Event, EventWords
from lastmeter.grid import ground
from lastmeter.grid.models import Level, Tenure
from lastmeter.kit.zhtime import Calendar
from lastmeter.matters import dispatch, handling, intake, settling
from lastmeter.matters.models import Matter, Source
from lastmeter.notices.models import Notice
from tests.cast import Cast

Actors = Callable[[str], Actor]
# A Wednesday morning: five working days later is the next Wednesday evening.
NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)
DUE = datetime(2026, 12, 2, 10, tzinfo=UTC)
STEPS = (
    datetime(2026, 12, 3, 10, tzinfo=UTC),
    datetime(2026, 12, 7, 10, tzinfo=UTC),
    datetime(2026, 12, 9, 10, tzinfo=UTC),
)


def take(cast: Cast, ref: str, now: datetime = NOW) -> Matter:
    report = intake.Report(text="路灯不亮", source=Source.WEB, client_ref=ref, node_id=cast.nodes["grid"].pk)
    [taken] = intake.take_in([report], by=Actor.visitor("b"), client="b", now=now)
    assert isinstance(taken, intake.Taken)
    return Matter.objects.select_related("dossier").get(pk=taken.dossier_id)


def climbed(matter: Matter) -> list[str]:
    events = Event.objects.filter(dossier=matter.pk, kind="matter.escalated").order_by("pk")
    return list(EventWords.objects.filter(event__in=events).order_by("pk").values_list("text", flat=True))


def told(username: str, cast: Cast) -> int:
    return Notice.objects.filter(user=cast.users[username], kind__startswith="matter.escalated").count()


def test_an_overdue_matter_climbs_one_step_at_each_moment_and_only_once(cast: Cast) -> None:
    matter = take(cast, "a")
    for moment, steps in ((DUE, 0), (STEPS[0], 1), (STEPS[0], 1), (STEPS[1], 2), (STEPS[2], 3)):
        sweep.sweep(moment)
        assert len(climbed(matter)) == steps
    assert sweep.sweep(STEPS[2] + timedelta(days=300)) == 0


def test_who_heads_the_ground_at_that_level_is_told_and_where_nobody_does_the_one_above(cast: Cast) -> None:
    take(cast, "a")
    sweep.sweep(STEPS[0])
    assert (told("secretary", cast), told("dispatcher", cast)) == (1, 0)
    sweep.sweep(STEPS[1])
    assert (told("secretary", cast), told("dispatcher", cast)) == (1, 1)


def test_a_vacant_community_means_that_the_town_is_told(cast: Cast) -> None:
    Tenure.objects.filter(user=cast.users["secretary"]).update(until=NOW.date())
    ground.bump()
    take(cast, "a")
    sweep.sweep(STEPS[0])
    assert told("dispatcher", cast) == 1


def test_a_sweep_that_comes_late_makes_up_every_step(cast: Cast) -> None:
    matter = take(cast, "a")
    sweep.sweep(STEPS[2])
    assert climbed(matter) == [
        "第 1 级，报到村（社区）",
        "第 2 级，报到镇（街道）",
        "第 3 级，报到县（市、区）",
    ]


def test_a_settled_matter_climbs_no_further(cast: Cast, actor: Actors) -> None:
    matter = take(cast, "a")
    sweep.sweep(STEPS[0])
    settling.settle(matter, result="换了灯泡", by=actor("worker"), now=STEPS[0])
    assert sweep.sweep(STEPS[2]) == 0
    assert len(climbed(matter)) == 1


def test_a_street_may_have_a_ladder_of_its_own(cast: Cast) -> None:
    Rung.objects.create(
        node=cast.nodes["town"], kind="fix", number=1, amount=1, measure="natural_hours", level=Level.TOWN,
        valid_from=NOW.date() - timedelta(days=1),
    )  # fmt: skip
    ground.bump()
    own = rules.RungRule(cast.nodes["town"].path, "", 1, 1, "natural_hours", Level.TOWN)
    city = rules.RungRule(cast.nodes["city"].path, "fix", 1, 1, "working_days", Level.COMMUNITY)
    assert rules.ladder([own, city], path=cast.nodes["grid"].path, kind="fix") == [own]
    matter = take(cast, "a")
    sweep.sweep(DUE + timedelta(hours=1))
    assert climbed(matter) == ["第 1 级，报到镇（街道）"]


def test_four_hundred_overdue_matters_cost_no_more_statements_than_forty(cast: Cast, actor: Actors) -> None:
    """Half of them lie with a unit, half at the desk; each falls due and climbs all its steps."""

    def statements(count: int) -> int:
        Matter.objects.all().update(unit=None)
        reports = [
            intake.Report(
                text="路灯不亮", source=Source.WEB, client_ref=f"{count}-{n}", node_id=cast.nodes["grid"].pk, past=past
            )
            for n in range(count)
            for past in [intake.Past(unit_id=cast.units["urban"].pk) if n % 2 else None]
        ]
        intake.take_in(reports, by=Actor.visitor("b"), client="b", now=NOW, quiet=True)
        ground.look_again()
        with CaptureQueriesContext(connection) as captured:
            assert sweep.sweep(DUE) > count
            assert sweep.sweep(STEPS[2]) > count
        return len([each for each in captured if "groundversion" not in each["sql"]])

    few = statements(40)
    Deadline.objects.update(ended_at=NOW, state="void")
    assert statements(400) <= few


def test_what_has_fallen_due_does_not_warn_any_more_that_it_soon_will(cast: Cast) -> None:
    early, late = take(cast, "a"), take(cast, "b", NOW + timedelta(days=30))
    sweep.sweep(DUE - timedelta(hours=8))
    sweep.sweep(DUE + timedelta(days=60))

    def said(matter: Matter) -> list[str]:
        found = Notice.objects.filter(link__contains=matter.dossier.number, user=cast.users["clerk"])
        return list(
            found.filter(kind__in=("matter.due_soon", "matter.overdue")).order_by("pk").values_list("kind", flat=True)
        )

    assert said(early) == ["matter.overdue", "matter.due_soon", "matter.overdue"]  # the answer, then the work
    assert said(late) == ["matter.overdue"]  # both fell due together: one word of both


ACTS = ("comment", "dispatch", "sweep", "file another", "settle")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 400)), max_size=12), st.integers(0, 600))
def test_no_history_hides_an_overdue_matter_from_the_ladder(
    cast: Cast, actor: Actors, acts: list[tuple[str, int]], last: int
) -> None:
    """A peer's ladder read one page of the newest, passed over those without assignee, and began anew at a comment."""
    with transaction.atomic():
        matters = [take(cast, "first")]
        moment = NOW
        for number, (act, hours) in enumerate(acts):
            moment += timedelta(hours=hours)
            matters += _do(act, number, matters, moment, cast, actor)
        moment += timedelta(hours=last)
        sweep.sweep(moment)
        for deadline in Deadline.objects.filter(ended_at=None, kind="fix").select_related("dossier"):
            _has_climbed(deadline, moment)
        assert sweep.sweep(moment) == 0
        transaction.set_rollback(True)


def _do(act: str, number: int, matters: list[Matter], now: datetime, cast: Cast, actor: Actors) -> list[Matter]:
    matter = Matter.objects.select_related("dossier").get(pk=matters[number % len(matters)].pk)
    if act == "file another":
        return [take(cast, f"r{number}", now)]
    if act == "sweep":
        sweep.sweep(now)
    elif act == "comment" and matter.dossier.is_open:
        handling.note(matter, text="还在看", by=actor("clerk"), now=now)
    elif act == "dispatch" and matter.dossier.step == "reported":
        dispatch.dispatch(matter, unit=cast.units["urban"], by=actor("clerk"), now=now)
    elif act == "settle" and matter.dossier.step == "reported":
        settling.settle(matter, result="好了", by=actor("worker"), now=now)
    return []


def _has_climbed(deadline: Deadline, now: datetime) -> None:
    after = [rules.RungRule("", "", n, days, "working_days", 0) for n, days in ((1, 1), (2, 3), (3, 5))]
    due = [each for each in after if rules.due(deadline.due_at, each, rules.Worked(Calendar.national())) <= now]
    reached = len(due) if deadline.due_at <= now else 0
    assert deadline.rung == reached
    assert Event.objects.filter(dossier=deadline.dossier_id, kind="matter.escalated").count() == reached
