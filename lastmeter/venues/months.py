"""一个月一屏: a centre's rooms across, its days down, each booking in its place; two queries."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from lastmeter.kit import workdays
from lastmeter.kit.zhtime import CHINA, DAY
from lastmeter.venues import opening, rules
from lastmeter.venues.models import Booking, Space, Venue

SHOWN = (
    Booking.State.REQUESTED, Booking.State.CONFIRMED, Booking.State.USED, Booking.State.ABSENT,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A day: its kind, whether it is open at all, and the bookings of each room in the order of the rooms."""

    day: date
    kind: int
    opened: bool
    cells: list[list[Booking]]

    @property
    def noon(self) -> datetime:
        return datetime.combine(self.day, time(12), CHINA)


def first_of(text: str, today: date) -> date:
    """The first day of the month written as 2026-11; this month for whatever else is written."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)


def next_month(first: date) -> date:
    return (first + 31 * DAY).replace(day=1)


def rooms_of(venue: Venue) -> list[Space]:
    """The rooms in use; a hall stands before its parts."""
    rows = list(Space.objects.filter(venue=venue, closed_on=None).order_by("order", "pk"))
    return sorted(rows, key=lambda each: next(i for i, row in enumerate(rows) if row.pk == (each.parent_id or each.pk)))


def lines(venue: Venue, rooms: list[Space], first: date) -> list[Line]:
    """The month that begins on `first`, day by day."""
    until = next_month(first)
    starts, ends = (datetime.combine(day, time(), CHINA) for day in (first, until))
    rows = Booking.objects.filter(space__venue=venue, state__in=SHOWN, starts_at__lt=ends, ends_at__gt=starts)
    rows = rows.exclude(state=Booking.State.REQUESTED, lot__isnull=False)  # a draw is listed as one, not as its lots
    by_cell: dict[tuple[date, int], list[Booking]] = {}
    for row in rows.select_related("user", "unit").order_by("starts_at"):
        day = max(row.starts_at.astimezone(CHINA).date(), first)
        last = (row.ends_at - timedelta(microseconds=1)).astimezone(CHINA).date()
        while day <= last:
            by_cell.setdefault((day, row.space_id), []).append(row)
            day += DAY
    book, calendar = opening.book([venue.pk]), workdays.calendar()
    common = book.get((venue.pk, None), [])
    days = [first + step * DAY for step in range((until - first).days)]
    return [
        Line(
            day, rules.kind_of(day, calendar), bool(rules.hours_on(common, day, calendar)),
            [by_cell.get((day, room.pk), []) for room in rooms],
        )
        for day in days
    ]  # fmt: skip
