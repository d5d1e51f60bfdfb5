"""Clocks that run are counted anew when other days or hours are worked: asked for at once, done by the worker.

Each chunk is one transaction with its dates, the events that say so and how far the work has come: a worker that is
killed neither skips nor repeats one, and a hundred thousand do not hold up the desk.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from django.db import transaction
from django.db.models import Q, QuerySet

from lastmeter.clocks import bells, book, recount
from lastmeter.clocks.models import Deadline, Measure, Recounting
from lastmeter.dossiers.models import Dossier
from lastmeter.grid.models import Node, Unit, at_or_below
from lastmeter.kit.lookups import Among

CHUNK = 1000
AT_ONCE = 10  # chunks, before the worker turns to its other jobs
BY_CALENDAR = (Measure.WORKING_DAYS, Measure.WORKING_HOURS)


@transaction.atomic
def ask(why: str, *, node: Node | None = None, unit: Unit | None = None, now: datetime) -> Recounting:
    """Let the worker count anew what is counted in working days or hours, everywhere or where an owner's hours hold.

    `why` stands in the story of every dossier whose date moves. An earlier one of the same scope that is not finished
    goes no further: this one begins from the first.
    """
    Recounting.objects.filter(ended_at=None, node=node, unit=unit).update(ended_at=now)
    made = Recounting(why=why[:200], node=node, unit=unit, asked_at=now, calendar=book.calendar().fingerprint)
    made.total = _running(made).count()
    made.save()
    return made


def go_on(now: datetime, *, most: int) -> int:
    """Look at the next chunks of what was asked for first; returns how many clocks were looked at."""
    looked = 0
    for _ in range(most):
        count = _chunk(now)
        looked += count
        if not count:
            break
    return looked


def finish(now: datetime) -> None:
    """Do all that waits."""
    while Recounting.objects.filter(ended_at=None).exists():
        go_on(now, most=AT_ONCE)


def newest() -> Recounting | None:
    """The last one of everything, finished or not."""
    return Recounting.objects.filter(node=None, unit=None).order_by("-pk").first()


@transaction.atomic
def _chunk(now: datetime) -> int:
    """The row is locked, so that of two workers one takes a chunk and the other passes it over."""
    asked = Recounting.objects.select_for_update(skip_locked=True, of=("self",)).select_related("node")
    run = asked.filter(ended_at=None).order_by("pk").first()
    if run is None:
        return 0
    keys = list(_running(run).filter(pk__gt=run.last).order_by("pk").values_list("pk", flat=True)[:CHUNK])
    if keys:
        run.moved += _count_anew(keys, run.why, now)
        run.looked, run.last = run.looked + len(keys), keys[-1]
    if len(keys) < CHUNK:
        run.ended_at = now
    run.save()
    return len(keys)


def _running(run: Recounting) -> QuerySet[Deadline]:
    return Deadline.objects.filter(_touched(run), ended_at=None, limit__measure__in=BY_CALENDAR)


def _touched(run: Recounting) -> Q:
    """The clocks that may count by these hours: the unit's own, or those of the place and its units."""
    if run.unit_id is not None:
        return Q(unit=run.unit_id)
    if run.node is not None:
        return at_or_below(run.node.path, "dossier__path") | at_or_below(run.node.path, "unit__node__path")
    return Q()


def _count_anew(keys: Sequence[int], why: str, now: datetime) -> int:
    """The dossiers are locked first, as every act does it: neither waits for the other with half of what it needs."""
    rows = Deadline.objects.filter(Among("pk", keys))
    touched = Dossier.objects.select_for_update(no_key=True).filter(pk__in=rows.values("dossier"))
    list(touched.order_by("pk").values_list("pk"))
    moved = recount.recount_clocks(recount.read(rows.filter(ended_at=None)), now=now)
    by_kind = attrgetter("dossier_kind")
    for kind, group in groupby(sorted(moved, key=by_kind), key=by_kind):
        bells.move(kind, list(group), why, now)
    return len(moved)
