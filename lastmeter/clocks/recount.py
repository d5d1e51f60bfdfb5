"""Working dates out anew: from the rule, what stood still, what was extended, and the days that are worked."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lastmeter.clocks import book, climbing, deadlines, rules
from lastmeter.clocks.models import Deadline, Extension, Hold, Limit
from lastmeter.kit import bulk

WRITTEN = ("due_at", "warn_at", "climbs_from", "held_at", "warned_at", "overdue_at", "rung", "next_rung_at")


@dataclass(frozen=True, slots=True)
class Moved:
    """A deadline whose due moment is another one than before."""

    deadline: Deadline
    before: datetime


def recount(dossier_ids: Sequence[int], *, now: datetime) -> list[Moved]:
    """Work out anew every running deadline of these dossiers; returns those that moved. Needs an open transaction."""
    running = Deadline.objects.filter(dossier__in=dossier_ids, ended_at=None)
    return recount_rows(list(running.select_related("dossier", "limit").order_by("pk")), now=now)


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
    found = running.select_related("dossier", "limit").order_by("pk")
    rows = [row for row in found if (row.dossier_id, row.kind) in kinds]
    turns, known = turns_of(rows), book.current_rules(now)
    chosen = {row.pk: deadlines.rule_for(kinds[row.dossier_id, row.kind], known) for row in rows}
    limits = Limit.objects.in_bulk([rule.id for rule in chosen.values() if rule and rule.id])
    for row in rows:
        rule = chosen[row.pk]
        if rule is not None:
            _bind(row, limits[rule.id or 0], kinds[row.dossier_id, row.kind].unit_id, turns[row.pk], now)
    bulk.update(rows, ("limit", "unit"))
    return recount(list(wanted), now=now)


def _bind(
    row: Deadline, limit: Limit, unit_id: int | None, turns: Iterable[rules.Stood | rules.Extended], now: datetime
) -> None:
    before = row.limit, row.unit_id
    row.limit, row.unit_id = limit, unit_id
    due_at = reckon(row, turns).due_at
    if due_at <= now and due_at != row.due_at:
        row.limit, row.unit_id = before


def recount_rows(rows: Sequence[Deadline], *, now: datetime) -> list[Moved]:
    """`recount` for deadlines read with dossier and limit: a few statements; those that stay are left alone."""
    turns, holds = turns_of(rows), _open_holds(rows)
    changed, moved = [], []
    for row in rows:
        before = (row.due_at, row.warn_at, row.climbs_from, row.held_at)
        _set(row, reckon(row, turns[row.pk]), holds.get(row.pk))
        if before != (row.due_at, row.warn_at, row.climbs_from, row.held_at):
            _ring_again(row, now)
            changed.append(row)
        if row.due_at != before[0]:
            moved.append(Moved(row, before[0]))
    climbing.look_up([row for row in changed if row.overdue_at], now)
    bulk.update(changed, WRITTEN)
    deadlines.refresh(sorted({row.dossier_id for row in changed}))
    return moved


def _set(row: Deadline, reckoned: rules.Reckoned, held_at: datetime | None) -> None:
    row.due_at, row.warn_at, row.held_at = reckoned.due_at, reckoned.warn_at, held_at
    row.climbs_from = reckoned.climbs_from if reckoned.climbs_from != reckoned.due_at else None


def reckon(deadline: Deadline, turns: Iterable[rules.Stood | rules.Extended]) -> rules.Reckoned:
    """The dates of one deadline, read with dossier and limit, by what is worked there now."""
    worked = book.worked(deadline.dossier.path, deadline.unit_id)
    limit, start = deadline.limit, deadline.started_at
    if limit is None:
        first, share, measure = deadline.promised_at or deadline.due_at, rules.PROMISED_SHARE, rules.NATURAL_HOURS
    else:
        first, share, measure = rules.due(start, limit, worked), limit.warn_share, limit.measure
    return rules.reckon(start, first, share, measure, turns, worked)


def turns_of(rows: Sequence[Deadline]) -> defaultdict[int, list[rules.Stood | rules.Extended]]:
    """Key of a deadline → the spans in which it stood still and the extensions it was given."""
    keys = [row.pk for row in rows]
    found: defaultdict[int, list[rules.Stood | rules.Extended]] = defaultdict(list)
    for key, since, until, ended in Hold.objects.filter(deadline__in=keys).values_list(
        "deadline", "since", "until", "ended_at"
    ):
        found[key].append(rules.Stood(since, ended or until))
    approved = Extension.objects.filter(deadline__in=keys, state=Extension.State.APPROVED)
    for key, at, amount, measure in approved.values_list("deadline", "decided_at", "amount", "measure"):
        if at is not None:
            found[key].append(rules.Extended(at, amount, measure))
    return found


def _open_holds(rows: Sequence[Deadline]) -> dict[int, datetime]:
    keys = [row.pk for row in rows]
    return dict(Hold.objects.filter(deadline__in=keys, ended_at=None).values_list("deadline", "since"))


def _ring_again(deadline: Deadline, now: datetime) -> None:
    """A moment that has come to lie in the future rings again when it comes."""
    if deadline.warn_at and deadline.warn_at > now:
        deadline.warned_at = None
    if deadline.due_at > now:
        deadline.overdue_at, deadline.rung, deadline.next_rung_at = None, 0, None
