"""When an overdue deadline takes its next step of the ladder."""

from collections.abc import Sequence
from datetime import datetime

from lastmeter.clocks import book, rules
from lastmeter.clocks.models import Deadline

Steps = dict[int, tuple[rules.RungRule, datetime]]


def look_up(fallen: Sequence[Deadline], now: datetime) -> None:
    """Write on each unsaved overdue deadline when its next step comes; nothing at the top or while it stands still."""
    found = steps(fallen, now)
    for each in fallen:
        each.next_rung_at = found[each.pk][1] if each.pk in found and each.held_at is None else None


def steps(fallen: Sequence[Deadline], now: datetime) -> Steps:
    """Key of each deadline → its next step with its moment; those at the top are left out."""
    known = book.current_ladder(now)
    ladders = {key: rules.ladder(known, path=key[0], kind=key[1]) for key in {_key(each) for each in fallen}}
    return {each.pk: step for each in fallen if (step := _next(each, ladders[_key(each)]))}


def _next(deadline: Deadline, ladder: Sequence[rules.RungRule]) -> tuple[rules.RungRule, datetime] | None:
    start = deadline.climbs_from or deadline.due_at
    return rules.next_step(ladder, deadline.rung, start, book.worked(deadline.dossier.path, deadline.unit_id))


def _key(deadline: Deadline) -> tuple[str, str]:
    return deadline.dossier.path, deadline.kind
