"""The one sweep: every deadline that warns, falls due or stays overdue gets its bell, whatever else happened to it.

It walks all rows whose moment has come by their own index: no list, no assignee and no later comment can hide one.
Each chunk is one transaction with marks, events and notices in it, so that a sweep that is killed skips nothing and
repeats nothing; the next one goes on.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby

from django.db import transaction

from lastmeter.clocks import bells, climbing, due, pausing
from lastmeter.clocks.climbing import Climber
from lastmeter.clocks.due import Due
from lastmeter.clocks.models import Deadline, Pause
from lastmeter.kit import columns

Ring = Callable[[Sequence[Due], datetime], None]


def sweep(now: datetime) -> int:
    """Ring for all running deadlines whose moment has come. Idempotent: each rings once. Returns how many rang.

    Pauses that are over end first: what they held may be due at the same moment. What has fallen due does not warn any
    more that it soon will.
    """
    return (
        _resume_all(now)
        + _walk("due_at", "overdue_at", _fall, now)
        + _walk("next_rung_at", None, _climb, now)
        + _walk("warn_at", "warned_at", _warn, now)
    )


def _walk(moment: str, mark: str | None, ring: Ring, now: datetime) -> int:
    """Again from the beginning until nothing is left: a step of the ladder may be followed by one that is due too."""
    rung = 0
    while count := _once_through(moment, mark, ring, now):
        rung += count
    return rung


def _once_through(moment: str, mark: str | None, ring: Ring, now: datetime) -> int:
    rung, last = 0, None
    while found := _chunk(moment, mark, ring, last, now):
        rung, last = rung + len(found), found[-1]
    return rung


@transaction.atomic
def _chunk(moment: str, mark: str | None, ring: Ring, last: Due | None, now: datetime) -> list[Due]:
    found = due.chunk(moment, last, now, unmarked=mark)
    ring(found, now)
    return found


def _warn(found: Sequence[Due], now: datetime) -> None:
    columns.update(Deadline, [each.pk for each in found], {"warned_at": now})
    for kind, rows in _by_kind(found):
        bells.warn(kind, rows, now)


def _fall(found: Sequence[Due], now: datetime) -> None:
    following = climbing.steps((_climber(each) for each in found), now)
    moments = [following[key][1] if (key := _climber(each)) in following else None for each in found]
    given = {"overdue_at": now, "warned_at": [each.warned_at or now for each in found], "next_rung_at": moments}
    columns.update(Deadline, [each.pk for each in found], given)
    for kind, rows in _by_kind(found):
        bells.fall(kind, rows, now)


def _climb(found: Sequence[Due], now: datetime) -> None:
    taken = climbing.steps((_climber(each) for each in found), now)
    steps = [taken.get(_climber(each)) for each in found]
    above = [_climber(each, step[0].number if step else each.rung) for each, step in zip(found, steps, strict=True)]
    following = climbing.steps(above, now)
    moments = [following[key][1] if key in following else None for key in above]
    rungs = [each.rung for each in above]
    columns.update(Deadline, [each.pk for each in found], {"rung": rungs, "next_rung_at": moments})
    climbs = [bells.Climb(each, step[0].number, step[0].level) for each, step in zip(found, steps, strict=True) if step]
    for kind, rows in groupby(sorted(climbs, key=_kind_of_climb), key=_kind_of_climb):
        bells.climb(kind, list(rows), now)


def _climber(each: Due, rung: int | None = None) -> Climber:
    return Climber(each.dossier.path, each.kind, each.unit_id, each.rung if rung is None else rung, each.start)


def _kind_of_climb(climb: bells.Climb) -> str:
    return climb.deadline.dossier.kind


def _by_kind(found: Iterable[Due]) -> Iterator[tuple[str, list[Due]]]:
    ordered = sorted(found, key=lambda each: each.dossier.kind)
    return ((kind, list(group)) for kind, group in groupby(ordered, key=lambda each: each.dossier.kind))


def _resume_all(now: datetime) -> int:
    resumed = 0
    while count := _resume(now):
        resumed += count
    return resumed


@transaction.atomic
def _resume(now: datetime) -> int:
    over = pausing.end_due(now, due.CHUNK)
    for kind, pauses in groupby(sorted(over, key=_kind_of), key=_kind_of):
        bells.resume(kind, list(pauses), now)
    return len(over)


def _kind_of(pause: Pause) -> str:
    return pause.dossier.kind
