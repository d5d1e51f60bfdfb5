"""The promises of a matter: clocks that begin and end with its acts, and how they are counted again.

A clock of the whole matter counts from the report, whoever it lies with: returns, transfers and corrections never
start it anew. A corrected category has its own rule counted from the same start; only when that date has passed
already does the earlier promise hold.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lastmeter.clocks import book, deadlines
from lastmeter.clocks import recount as recounting
from lastmeter.clocks.models import Deadline
from lastmeter.matters import lifecycle
from lastmeter.matters.models import Matter
from lastmeter.matters.whistles import lifecycle as whistling

DISPUTE, TRANSFER = "dispute", "transfer"  # what waits for a decision; named like the kinds of `Objection`
ASSIST, TASK = "assist", "task"  # parts of the work
RETURN, REPEAT = "return", "repeat"  # windows: how long back is looked, or how long something may be done
WHISTLE = whistling.KINDS  # clocks of a whistle's people and units
WORK = ("fix", "recheck")  # the clocks of the work itself, which a pause or an extension moves
LEGS = (DISPUTE, TRANSFER, ASSIST, TASK, *WHISTLE)  # clocks of one party, not of the whole matter


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


def follow(matters: Sequence[Matter], transition: lifecycle.Transition, *, now: datetime) -> None:
    """End and start the clocks that the table ends and starts with this act, for matters of one flow."""
    if not matters:
        return
    keys, dossier, profile = [each.pk for each in matters], matters[0].dossier, matters[0].profile
    step, came_from = dossier.step, set(transition.before)
    if not dossier.is_open:
        if came_from & set(lifecycle.OPEN):
            deadlines.end_many(keys, LEGS, now=now, void=True)
            deadlines.end_many(keys, now=now, void=step in lifecycle.NO_LONGER_OWED)
            deadlines.refresh(keys)
        return
    clocks = lifecycle.clocks(profile)
    started, ended, void = lifecycle.started_by(profile, transition.act), [], []
    if transition.after:
        ended = [each.kind for each in clocks if step in each.ends and not came_from <= set(each.ends)]
        void = [each.kind for each in clocks if step in each.void and not came_from <= set(each.void)]
        for kinds, no_longer_owed in ((ended, False), (void, True)):
            if kinds:
                deadlines.end_many(keys, kinds, now=now, void=no_longer_owed)
    if started:
        _start(matters, started, now, now=now)
    if started or ended or void:
        deadlines.refresh(keys)


def _start(matters: Sequence[Matter], clocks: tuple[lifecycle.Clock, ...], start: datetime, *, now: datetime) -> None:
    running: set[tuple[int, str]] = set()
    if hindering := {each.unless for each in clocks} - {""}:
        others = Deadline.objects.filter(dossier__in=[each.pk for each in matters], ended_at=None, kind__in=hindering)
        running = set(others.values_list("dossier", "kind"))
    deadlines.start_many(
        [
            (matter.pk, wanted(matter, clock.kind, start))
            for matter in matters
            for clock in clocks
            if (matter.pk, clock.unless) not in running
        ],
        now=now,
    )


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
    return recount_many([matter], now=now).get(matter.pk, [])


def recount_many(matters: Sequence[Matter], *, now: datetime) -> dict[int, list[Changed]]:
    """`recount` for many matters; returns what moved by the matter's id."""
    words = {each.pk: {clock.kind: clock.word for clock in lifecycle.clocks(each.profile)} for each in matters}
    asked = {each.pk: [wanted(each, kind, now) for kind in words[each.pk]] for each in matters}
    found: dict[int, list[Changed]] = {}
    for moved in recounting.rebind_many(asked, now=now):
        if moved.kind in words[moved.dossier_id]:
            changed = Changed(words[moved.dossier_id][moved.kind], moved.before, moved.after)
            found.setdefault(moved.dossier_id, []).append(changed)
    return found


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
    _start([matter], missing, matter.dossier.opened_at, now=now)
    deadlines.refresh([matter.pk])
    recount(matter, now=now)
