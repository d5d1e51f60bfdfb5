"""The promises of a matter: clocks that begin and end with its acts, and how they are counted again.

A clock of the whole matter counts from the report, whoever it lies with: returns, transfers and corrections never
start it anew. A corrected category has its own rule counted from the same start; only when that date has passed
already does the earlier promise hold.
"""

from dataclasses import dataclass
from datetime import datetime

from lastmeter.clocks import book, deadlines
from lastmeter.clocks.models import Deadline
from lastmeter.matters import lifecycle
from lastmeter.matters.models import Matter

DISPUTE, ASSIST, TASK = "dispute", "assist", "task"  # clocks of one party, not of the whole matter
RETURN, REPEAT = "return", "repeat"  # windows: how long back is looked, or how long something may be done
LEGS = (DISPUTE, ASSIST, TASK)


def wanted(matter: Matter, kind: str, start: datetime, *, leg: str = "") -> deadlines.Wanted:
    """A clock of this matter (or of one party), with everything that the choice of its rule depends on."""
    return deadlines.Wanted(
        kind,
        matter.dossier.path,
        start,
        profile=matter.profile,
        category_id=matter.category_id,
        urgency=matter.urgency,
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
    """Count the running promises again from their own start, by the rules for what the matter is now."""
    known, words = book.current_rules(now), {each.kind: each.word for each in lifecycle.clocks(matter.profile)}
    running = Deadline.objects.filter(dossier=matter.pk, leg="", ended_at=None, limit__isnull=False, kind__in=words)
    changed = []
    for old in running.order_by("pk"):
        new = deadlines.plan(wanted(matter, old.kind, old.started_at), known)
        if new is None or new.due_at == old.due_at or new.due_at <= now:
            continue
        changed.append(Changed(words[old.kind], old.due_at, new.due_at))
        _take_dates(old, new, now)
    deadlines.refresh([matter.pk])
    return changed


def _take_dates(old: Deadline, new: Deadline, now: datetime) -> None:
    """The same clock by another rule; what has come to lie in the future rings again when it comes."""
    old.limit_id, old.due_at, old.warn_at = new.limit_id, new.due_at, new.warn_at
    old.overdue_at, old.rung, old.next_rung_at = None, 0, None
    if new.warn_at and new.warn_at > now:
        old.warned_at = None
    old.save(update_fields=["limit", "due_at", "warn_at", "warned_at", "overdue_at", "rung", "next_rung_at"])


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
