"""A newly published calendar, or other office hours, applied to the clocks that run: set by set, told in each story."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lastmeter.clocks import bells, recount
from lastmeter.clocks.models import CalendarDay, Deadline, Measure
from lastmeter.clocks.recount import Moved
from lastmeter.dossiers.models import Dossier
from lastmeter.grid import ground
from lastmeter.kit.lookups import Among
from lastmeter.kit.text import on_record

CHUNK = 1000
BY_CALENDAR = (Measure.WORKING_DAYS, Measure.WORKING_HOURS)


@transaction.atomic
def publish(days: Mapping[date, CalendarDay.Kind], *, basis: str, now: datetime) -> int:
    """Enter (or correct) days of a year's notice; a year is entered as a whole. Returns how many rows changed.

    Days of these years that the new notice does not name are ordinary again.
    """
    years = {day.year for day in days}
    before = {row.day: row for row in CalendarDay.objects.filter(day__year__in=years)}
    gone = [row.pk for day, row in before.items() if day not in days]
    CalendarDay.objects.filter(pk__in=gone).delete()
    fresh = [(day, kind) for day, kind in days.items() if day not in before or before[day].kind != kind]
    CalendarDay.objects.bulk_create(
        (CalendarDay(day=day, kind=kind, basis=basis, entered_at=now) for day, kind in fresh),
        update_conflicts=True,
        unique_fields=["day"],
        update_fields=["kind", "basis", "entered_at"],
    )
    if gone or fresh:
        ground.bump()
    return len(gone) + len(fresh)


def newest_basis() -> str:
    """The notice that was entered last, else the calendar that came with the software."""
    entered = CalendarDay.objects.order_by("-entered_at", "-pk").values_list("basis", flat=True).first()
    return entered or on_record(_("软件升级带来了新的放假安排。"))


def apply(why: str, *, where: Q | None = None, now: datetime) -> int:
    """Work out anew every running deadline that is counted in working days or hours; returns how many moved.

    Each dossier touched says so in its story, with `why`. Idempotent: a second run finds nothing to move. Chunks commit
    one by one, so that a hundred thousand do not hold up the desk.
    """
    moved, last = 0, 0
    while keys := _next_keys(where or Q(), last):
        moved += _apply(keys, why, now)
        last = keys[-1]
    return moved


def _next_keys(where: Q, after: int) -> list[int]:
    running = Deadline.objects.filter(where, ended_at=None, limit__measure__in=BY_CALENDAR, pk__gt=after)
    return list(running.order_by("pk").values_list("pk", flat=True)[:CHUNK])


@transaction.atomic
def _apply(keys: Sequence[int], why: str, now: datetime) -> int:
    """The dossiers are locked first, as every act does it: neither waits for the other with half of what it needs."""
    rows = Deadline.objects.filter(Among("pk", keys))
    touched = Dossier.objects.select_for_update(no_key=True).filter(pk__in=rows.values("dossier"))
    list(touched.order_by("pk").values_list("pk"))
    moved = recount.recount_clocks(recount.read(rows.filter(ended_at=None)), now=now)
    for kind, group in _by_kind(moved):
        bells.move(kind, group, why, now)
    return len(moved)


def _by_kind(moved: Sequence[Moved]) -> Iterator[tuple[str, list[Moved]]]:
    ordered = sorted(moved, key=attrgetter("dossier_kind"))
    return ((kind, list(group)) for kind, group in groupby(ordered, key=attrgetter("dossier_kind")))
