"""The promises of a matter: clocks that begin and end with its acts, and how they are counted again.

A clock of the whole matter counts from the report, whoever it lies with: returns, transfers and corrections never
start it anew. A corrected category has its own rule counted from the same start; only when that date has passed
already does the earlier promise hold.
"""

from dataclasses import dataclass
from datetime import datetime

from lastmeter.clocks import book, deadlines
from lastmeter.clocks import recount as recounting
from lastmeter.clocks.models import Deadline
from lastmeter.matters import lifecycle
from lastmeter.matters.models import Matter

DISPUTE, TRANSFER = "dispute", "transfer"  # what waits for a decision; named like the kinds of `Objection`
ASSIST, TASK = "assist", "task"  # parts of the work
RETURN, REPEAT = "return", "repeat"  # windows: how long back is looked, or how long something may be done
WORK = ("fix", "recheck")  # the clocks of the work itself, which a pause or an extension moves
LEGS = (DISPUTE, TRANSFER, ASSIST, TASK)  # clocks of one party, not of the whole matter


def wanted(matter: Matter, kind: str, start: datetime, *, leg: str = "") -> deadlines.Wanted:
    """A clock of this matter (or of one party), with everything that the choice of its rule depends on."""
    return deadlines.Wanted(
        kind,
        matter.dossier.path,
        start,
        profile=matter.profile,
        category_id=matter.category_id,
        urgency=matter.urgency,
        unit_id=matter.unit_id,
        leg=leg,
    )


def until(matter: Matter, kind: str, start: datetime, *, now: datetime) -> datetime | None:
    """When a window of this kind that opened at `start` closes; None when no rule speaks of it."""
    planned = deadlines.plan(wanted(matter, kind, start), book.current_rules(now))
    return planned.due_at if planned else None


def follow(matter: Matter, transition: lifecycle.Transition, *, now: datetime) -> None:
    """End and start the clocks that the table ends and starts with this act."""
    step, came_from = matter.dossier.step, set(transition.before)
    if not matter.dossier.is_open:
        if came_from & set(lifecycle.OPEN):
            deadlines.end(matter.pk, LEGS, now=now, void=True)
            deadlines.end(matter.pk, now=now, void=step in lifecycle.NO_LONGER_OWED)
        return
    clocks = lifecycle.clocks(matter.profile)
    if transition.after:
        ended = [each.kind for each in clocks if step in each.ends and not came_from <= set(each.ends)]
        void = [each.kind for each in clocks if step in each.void and not came_from <= set(each.void)]
        for kinds, no_longer_owed in ((ended, False), (void, True)):
            if kinds:
                deadlines.end(matter.pk, kinds, now=now, void=no_longer_owed)
    if started := lifecycle.started_by(matter.profile, transition.act):
        _start(matter, started, now, now=now)


def _start(matter: Matter, clocks: tuple[lifecycle.Clock, ...], start: datetime, *, now: datetime) -> None:
    if any(each.unless for each in clocks):
        running = set(Deadline.objects.filter(dossier=matter.pk, ended_at=None).values_list("kind", flat=True))
        clocks = tuple(each for each in clocks if each.unless not in running)
    deadlines.start(matter.pk, [wanted(matter, each.kind, start) for each in clocks], now=now)


@dataclass(frozen=True, slots=True)
class Changed:
    """A promise that has another date now."""

    word: str
    before: datetime
    after: datetime


def recount(matter: Matter, *, now: datetime) -> list[Changed]:
    """Count the running promises again from their own start, by the rules for what the matter is and lies with now.

    What stood still and what was extended still counts; where the new date has passed already, the earlier one holds.
    """
    words = {each.kind: each.word for each in lifecycle.clocks(matter.profile)}
    moved = recounting.rebind(matter.pk, [wanted(matter, kind, now) for kind in words], now=now)
    return [
        Changed(words[each.deadline.kind], each.before, each.deadline.due_at)
        for each in moved
        if each.deadline.kind in words
    ]


def change_profile(matter: Matter, *, now: datetime) -> None:
    """Promises of another flow: those it does not know are no longer owed, the others count from the report."""
    clocks = lifecycle.started_by(matter.profile, "report")
    kinds = [each.kind for each in clocks]
    running = Deadline.objects.filter(dossier=matter.pk, leg="", ended_at=None)
    foreign = [kind for kind in running.values_list("kind", flat=True) if kind not in kinds]
    if foreign:
        deadlines.end(matter.pk, foreign, now=now, void=True)
    known = set(Deadline.objects.filter(dossier=matter.pk, leg="", kind__in=kinds).values_list("kind", flat=True))
    missing = tuple(each for each in clocks if each.kind not in known)
    _start(matter, missing, matter.dossier.opened_at, now=now)
    recount(matter, now=now)
