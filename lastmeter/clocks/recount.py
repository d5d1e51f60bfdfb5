"""Working dates out anew: from the rule, what stood still, what was extended, and the days that are worked.

A hundred thousand clocks may be counted anew at once, so that they are read and written by columns, not as models.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet

from lastmeter.clocks import book, climbing, deadlines, rules
from lastmeter.clocks.climbing import Climber
from lastmeter.clocks.models import Deadline, Extension, Hold
from lastmeter.kit import columns
from lastmeter.kit.lookups import Among

WRITTEN = ("due_at", "warn_at", "climbs_from", "held_at", "warned_at", "overdue_at", "rung", "next_rung_at")
Turns = defaultdict[int, list[rules.Stood | rules.Extended]]


class Moved(NamedTuple):
    """A deadline whose due moment is another one than before."""

    dossier_id: int
    dossier_kind: str
    kind: str
    unit_id: int | None
    before: datetime
    after: datetime


class Clock(NamedTuple):
    """A running deadline with the term of its rule, where it has one."""

    pk: int
    dossier_id: int
    dossier_kind: str
    path: str
    kind: str
    unit_id: int | None
    amount: int | None
    measure: str | None
    warn_share: int | None
    started_at: datetime
    promised_at: datetime | None
    due_at: datetime
    warn_at: datetime | None
    climbs_from: datetime | None
    held_at: datetime | None
    warned_at: datetime | None
    overdue_at: datetime | None
    rung: int
    next_rung_at: datetime | None

    @property
    def climber(self) -> Climber:
        return Climber(self.path, self.kind, self.unit_id, self.rung, self.climbs_from or self.due_at)


ELSEWHERE = {
    "dossier_kind": "dossier__kind",
    "path": "dossier__path",
    "amount": "limit__amount",
    "measure": "limit__measure",
    "warn_share": "limit__warn_share",
}


def read(rows: QuerySet[Deadline]) -> list[Clock]:
    """The clocks of these rows in the order of their keys: one query."""
    return [Clock(*row) for row in rows.order_by("pk").values_list(*(ELSEWHERE.get(n, n) for n in Clock._fields))]


def recount(dossier_ids: Sequence[int], *, now: datetime) -> list[Moved]:
    """Work out anew every running deadline of these dossiers; returns those that moved.

    Needs an open transaction in which the dossiers are locked.
    """
    return recount_clocks(read(Deadline.objects.filter(Among("dossier", dossier_ids), ended_at=None)), now=now)


def rebind(dossier_id: int, wanted: Sequence[deadlines.Wanted], *, now: datetime) -> list[Moved]:
    """The running clocks of these kinds follow the rule that speaks of the case as it is now, and the unit's hours.

    They keep their start, their holds and extensions. A date that was promised elsewhere stays, and so does one whose
    new date would have passed already. Needs an open transaction; returns what moved.
    """
    return rebind_many({dossier_id: wanted}, now=now)


def rebind_many(wanted: Mapping[int, Sequence[deadlines.Wanted]], *, now: datetime) -> list[Moved]:
    """`rebind` for many dossiers, by their ids: a few statements."""
    kinds = {(pk, each.kind): each for pk, many in wanted.items() for each in many}
    running = Deadline.objects.filter(
        dossier__in=list(wanted), leg="", ended_at=None, promised_at=None, kind__in={kind for _pk, kind in kinds}
    )
    found = [clock for clock in read(running) if (clock.dossier_id, clock.kind) in kinds]
    turns, known = turns_of([clock.pk for clock in found]), book.current_rules(now)
    bound: list[tuple[int, int | None, int | None]] = []
    for clock in found:
        asked = kinds[clock.dossier_id, clock.kind]
        rule = deadlines.rule_for(asked, known)
        if rule is not None and _may_follow(clock, rule, asked.unit_id, turns[clock.pk], now):
            bound.append((clock.pk, rule.id, asked.unit_id))
    keys, limits, units = (list(each) for each in zip(*bound, strict=True)) if bound else ([], [], [])
    columns.update(Deadline, keys, {"limit_id": limits, "unit_id": units})
    return recount(list(wanted), now=now)


def _may_follow(
    clock: Clock,
    rule: rules.LimitRule,
    unit_id: int | None,
    turns: Iterable[rules.Stood | rules.Extended],
    now: datetime,
) -> bool:
    bound = clock._replace(amount=rule.amount, measure=rule.measure, warn_share=rule.warn_share, unit_id=unit_id)
    due_at = reckon(bound, turns).due_at
    return due_at > now or due_at == clock.due_at


def recount_clocks(clocks: Sequence[Clock], *, now: datetime) -> list[Moved]:
    """`recount` for clocks that were read already: a few statements; those that stay are left alone."""
    keys = [clock.pk for clock in clocks]
    turns = turns_of(keys)
    counted = [_counted(clock, reckon(clock, turns[clock.pk]), _held_since(turns[clock.pk]), now) for clock in clocks]
    pairs = [(old, new) for old, new in zip(clocks, counted, strict=True) if old != new]
    if not pairs:
        return []
    _write(_climbing([new for _old, new in pairs], now))
    deadlines.refresh(sorted({new.dossier_id for _old, new in pairs}))
    return [
        Moved(new.dossier_id, new.dossier_kind, new.kind, new.unit_id, old.due_at, new.due_at)
        for old, new in pairs
        if old.due_at != new.due_at
    ]


def _counted(clock: Clock, dates: rules.Reckoned, held_at: datetime | None, now: datetime) -> Clock:
    """The clock with other dates, where they are others. A moment that lies in the future again rings again then."""
    climbs_from = dates.climbs_from if dates.climbs_from != dates.due_at else None
    counted = (dates.due_at, dates.warn_at, climbs_from, held_at)
    if counted == (clock.due_at, clock.warn_at, clock.climbs_from, clock.held_at):
        return clock
    new = clock._replace(due_at=dates.due_at, warn_at=dates.warn_at, climbs_from=climbs_from, held_at=held_at)
    if dates.warn_at > now:
        new = new._replace(warned_at=None)
    if dates.due_at > now:
        new = new._replace(overdue_at=None, rung=0, next_rung_at=None)
    return new


def _climbing(clocks: Sequence[Clock], now: datetime) -> list[Clock]:
    """Overdue ones with the moment of their next step: none at the top or while they stand still."""
    moving = {clock.pk: clock.climber for clock in clocks if clock.overdue_at and clock.held_at is None}
    steps = climbing.steps(moving.values(), now) if moving else {}
    moments = {pk: steps[climber][1] for pk, climber in moving.items() if climber in steps}
    return [clock._replace(next_rung_at=moments.get(clock.pk)) if clock.overdue_at else clock for clock in clocks]


def _write(clocks: Sequence[Clock]) -> None:
    given = {name: [getattr(clock, name) for clock in clocks] for name in WRITTEN}
    columns.update(Deadline, [clock.pk for clock in clocks], given)


def reckon(clock: Clock, turns: Iterable[rules.Stood | rules.Extended]) -> rules.Reckoned:
    """The dates of one clock by what is worked there now."""
    worked, start = book.worked(clock.path, clock.unit_id), clock.started_at
    if clock.amount is None or clock.measure is None or clock.warn_share is None:
        first, share, measure = clock.promised_at or clock.due_at, rules.PROMISED_SHARE, rules.NATURAL_HOURS
    else:
        share, measure = clock.warn_share, clock.measure
        first = rules.due(start, rules.Term(clock.amount, measure), worked)
    return rules.reckon(start, first, share, measure, turns, worked)


def turns_of(keys: Sequence[int]) -> Turns:
    """Key of a deadline → the spans in which it stood still and the extensions it was given."""
    found: Turns = defaultdict(list)
    holds = Hold.objects.filter(Among("deadline", keys))
    for key, since, until, ended in holds.values_list("deadline", "since", "until", "ended_at"):
        found[key].append(rules.Stood(since, ended or until, still=ended is None))
    approved = Extension.objects.filter(Among("deadline", keys), state=Extension.State.APPROVED)
    for key, at, amount, measure in approved.values_list("deadline", "decided_at", "amount", "measure"):
        if at is not None:
            found[key].append(rules.Extended(at, amount, measure))
    return found


def _held_since(turns: Iterable[rules.Stood | rules.Extended]) -> datetime | None:
    """Since when a clock stands still now, None when it runs."""
    return next((turn.since for turn in turns if isinstance(turn, rules.Stood) and turn.still), None)
