"""办活动: holding an occasion, more or fewer places, calling it off, and what a series plans ahead."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.grid import scope
from lastmeter.grid.models import Node, Role, Unit
from lastmeter.kit import bulk, workdays
from lastmeter.kit.text import on_record
from lastmeter.notices import outbox
from lastmeter.occasions import rules, seats
from lastmeter.occasions.models import DayOut, Occasion, Series
from lastmeter.occasions.seats import LIVE, State
from lastmeter.occasions.signing import Refused

ARRANGERS = (Role.SECRETARY, Role.GRID_HEAD, Role.COMMUNITY_CLERK, Role.DISPATCHER, Role.ORGANISER, Role.GRID_WORKER)
AHEAD = timedelta(days=60)  # so far ahead the occasions of a series stand in the list
OFF = gettext_lazy("活动取消了：%(title)s")


def may_arrange(actor: Actor, path: str) -> bool:
    """Whether the actor holds occasions at the node of that path: one of the arrangers there or above."""
    return scope.holds(actor, ARRANGERS, path)


@transaction.atomic
def arrange(
    *,
    node: Node,
    title: str,
    words: str = "",
    place: str,
    starts_at: datetime,
    ends_at: datetime,
    capacity: int,
    most: int = 1,
    accept_hours: int = 24,
    unit: Unit | None = None,
    by: Actor,
    now: datetime,
) -> Occasion:
    """Hold something once; people may sign up from now on."""
    return Occasion.objects.create(
        node=node, unit=unit, title=title, words=words, place=place, starts_at=starts_at, ends_at=ends_at,
        capacity=capacity, most=most, accept_hours=accept_hours, by_id=by.user_id, at=now,
    )  # fmt: skip


@transaction.atomic
def resize(occasion_id: int, *, capacity: int, now: datetime) -> Occasion:
    """Offer more places, or fewer as long as nobody who holds one loses it. Raises Refused."""
    occasion = seats.hold(occasion_id, now=now)
    if capacity < max(1, occasion.taken):
        raise Refused(_("已有 %(taken)d 个名额有人，不能再少。") % {"taken": occasion.taken})
    occasion.capacity = capacity
    occasion.save(update_fields=["capacity"])
    seats.promote(occasion, now=now)
    return occasion


@transaction.atomic
def call_off(occasion_id: int, *, why: str, now: datetime) -> None:
    """It does not take place: everybody who signed up is told, and is free at that time again."""
    occasion = seats.hold(occasion_id, now=now)
    if occasion.called_off_at is not None or occasion.ends_at <= now:
        return
    live = list(occasion.signups.filter(state__in=LIVE))
    occasion.signups.filter(state__in=LIVE).update(state=State.CALLED_OFF, expires_at=None, changed_at=now)
    occasion.called_off_at, occasion.why_off, occasion.taken = now, why, 0
    occasion.save(update_fields=["called_off_at", "why_off", "taken"])
    outbox.tell(
        [each.user_id for each in live if each.user_id is not None],
        kind="occasions.called_off",
        title=on_record(OFF, title=occasion.title),
        words=why,
        link=f"/activities/{occasion.pk}/",
        key=f"occasions.called_off:{occasion.pk}",
        urgent=occasion.starts_at - now < timedelta(days=1),
        now=now,
    )


@transaction.atomic
def begin_series(
    *,
    node: Node,
    title: str,
    words: str = "",
    place: str,
    rule: str,
    days: str,
    first_at: datetime,
    minutes: int,
    capacity: int,
    most: int = 1,
    accept_hours: int = 24,
    unit: Unit | None = None,
    skipped: Collection[date] = (),
    by: Actor,
    now: datetime,
) -> Series:
    """Begin what comes again; its occasions of the next sixty days stand in the list at once. Raises rules.BadRule."""
    series = Series.objects.create(
        node=node, unit=unit, title=title, words=words, place=place, rule=rules.check_rule(rule), days=days,
        first_at=first_at, minutes=minutes, capacity=capacity, most=most, accept_hours=accept_hours,
        by_id=by.user_id, at=now,
    )  # fmt: skip
    DayOut.objects.bulk_create(DayOut(series=series, day=day, kind=DayOut.Kind.SKIPPED) for day in sorted(set(skipped)))
    plan(series, now=now)
    return series


@transaction.atomic
def plan(series: Series, *, now: datetime) -> int:
    """Make the occasions of a series as far ahead as people may sign up; each of its moments once, ever."""
    if series.ended_at is not None:
        return 0
    wanted = rules.moments(recurrence(series), now, now + AHEAD, workdays.calendar())
    made = set(series.occasions.filter(slot__in=wanted).values_list("slot", flat=True))
    fresh = [_of(series, moment, now) for moment in wanted if moment not in made]
    bulk.create(Occasion, fresh, skip=True)
    return len(fresh)


def recurrence(series: Series) -> rules.Recurrence:
    """The rule of a series as `rules.moments` takes it."""
    by_kind: dict[str, set[date]] = {kind: set() for kind in DayOut.Kind.values}
    for day, kind in series.exceptions.values_list("day", "kind"):
        by_kind[kind].add(day)
    return rules.Recurrence(
        series.rule, series.first_at, series.days,
        frozenset(by_kind[DayOut.Kind.SKIPPED]), frozenset(by_kind[DayOut.Kind.HELD]),
    )  # fmt: skip


def _of(series: Series, moment: datetime, now: datetime) -> Occasion:
    copied = ("node_id", "unit_id", "title", "words", "place", "capacity", "most", "accept_hours", "by_id")
    return Occasion(
        series=series, slot=moment, starts_at=moment, ends_at=moment + timedelta(minutes=series.minutes), at=now,
        **{name: getattr(series, name) for name in copied},
    )  # fmt: skip


@transaction.atomic
def except_day(series: Series, *, day: date, kind: str, words: str = "", now: datetime) -> None:
    """Leave a day (China date) out, or hold it against the rule; what was made for a day left out is called off."""
    DayOut.objects.update_or_create(series=series, day=day, defaults={"kind": kind, "words": words})
    if kind == DayOut.Kind.SKIPPED:
        for occasion in series.occasions.filter(slot__date=day, called_off_at=None).order_by("pk"):
            call_off(occasion.pk, why=words or on_record(gettext_lazy("这一天不办")), now=now)
    else:
        plan(series, now=now)


@transaction.atomic
def end_series(series: Series, *, why: str, now: datetime) -> None:
    """Hold it no more: what was planned and has not begun is called off."""
    Series.objects.filter(pk=series.pk, ended_at=None).update(ended_at=now)
    for pk in (
        series.occasions.filter(starts_at__gt=now, called_off_at=None).order_by("pk").values_list("pk", flat=True)
    ):
        call_off(pk, why=why, now=now)
