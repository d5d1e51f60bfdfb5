"""The one sweep: every deadline that warns, falls due or stays overdue gets its bell, whatever else happened to it.

It walks all rows whose moment has come by their own index: no list, no assignee and no later comment can hide one.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import groupby

from django.db import transaction

from lastmeter.clocks import bells, climbing, pausing
from lastmeter.clocks.models import Deadline, Pause
from lastmeter.kit import bulk

CHUNK = 1000


def sweep(now: datetime) -> int:
    """Ring for all running deadlines whose moment has come. Idempotent: each rings once. Returns how many rang.

    Pauses that are over end first: what they held may be due at the same moment.
    """
    return _walk(_resume, now) + _walk(_fall, now) + _walk(_climb, now) + _walk(_warn, now)


def _walk(chunk: Callable[[datetime], int], now: datetime) -> int:
    rung = 0
    while count := chunk(now):
        rung += count
    return rung


@transaction.atomic
def _resume(now: datetime) -> int:
    over = pausing.end_due(now, CHUNK)
    for kind, pauses in groupby(sorted(over, key=_kind_of), key=_kind_of):
        bells.resume(kind, list(pauses), now)
    return len(over)


def _kind_of(pause: Pause) -> str:
    return pause.dossier.kind


@transaction.atomic
def _warn(now: datetime) -> int:
    due = _due("warn_at", now, warned_at=None)
    Deadline.objects.filter(pk__in=[each.pk for each in due]).update(warned_at=now)
    for kind, rows in _by_kind(due):
        bells.warn(kind, rows, now)
    return len(due)


@transaction.atomic
def _fall(now: datetime) -> int:
    due = _due("due_at", now, overdue_at=None)
    for each in due:
        each.overdue_at = now
    climbing.look_up(due, now)
    bulk.update(due, ("overdue_at", "next_rung_at"))
    for kind, rows in _by_kind(due):
        bells.fall(kind, rows, now)
    return len(due)


@transaction.atomic
def _climb(now: datetime) -> int:
    due = _due("next_rung_at", now)
    steps = climbing.steps(due, now)
    for each in due:
        each.rung = steps[each.pk][0].number if each.pk in steps else each.rung
    climbing.look_up(due, now)
    bulk.update(due, ("rung", "next_rung_at"))
    for kind, rows in _by_kind([each for each in due if each.pk in steps]):
        bells.climb(kind, [bells.Climb(each, each.rung, steps[each.pk][0].level) for each in rows], now)
    return len(due)


def _due(moment: str, now: datetime, **unmarked: None) -> list[Deadline]:
    """The next chunk of running deadlines whose moment has come and that nobody else is walking."""
    rows = Deadline.objects.select_for_update(of=("self",), skip_locked=True).select_related("dossier")
    wanted = {f"{moment}__lte": now, "ended_at": None, "held_at": None} | unmarked
    return list(rows.filter(**wanted).order_by(moment, "id")[:CHUNK])


def _by_kind(due: Sequence[Deadline]) -> Iterator[tuple[str, list[Deadline]]]:
    ordered = sorted(due, key=lambda each: each.dossier.kind)
    return ((kind, list(group)) for kind, group in groupby(ordered, key=lambda each: each.dossier.kind))
