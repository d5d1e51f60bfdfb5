"""A year's notice of the State Council Office entered here, and what the clocks that run make of it."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lastmeter.clocks import applying, book
from lastmeter.clocks.models import CalendarDay
from lastmeter.grid import ground
from lastmeter.kit.text import on_record

UPGRADED = _("软件升级带来了新的放假安排。")


@transaction.atomic
def publish(days: Mapping[date, CalendarDay.Kind], *, basis: str, now: datetime) -> int:
    """Enter (or correct) days of a year's notice; a year is entered as a whole. Returns how many rows changed.

    Days of these years that the new notice does not name are ordinary again. The clocks that run follow by the worker.
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
        applying.ask(basis, now=now)
    return len(gone) + len(fresh)


def years(today: date) -> tuple[int, int]:
    """The years whose days decide the dates that are promised now."""
    return today.year, today.year + 1


def newest_basis() -> str:
    """The notice that was entered last, else the calendar that came with the software."""
    entered = CalendarDay.objects.order_by("-entered_at", "-pk").values_list("basis", flat=True).first()
    return entered or on_record(UPGRADED)


def notice_new(now: datetime) -> bool:
    """Ask for the clocks to be counted anew when the calendar is another one than the last time.

    That is so after an upgrade that knows a new year; whoever publishes a notice has asked already.
    """
    last = applying.newest()
    if last is not None and last.calendar == book.calendar().fingerprint:
        return False
    applying.ask(on_record(UPGRADED), now=now)
    return True
