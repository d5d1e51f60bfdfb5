"""开放时间 read: of one room, or of many venues at once in two queries."""

from collections.abc import Iterable
from datetime import date, datetime, time

from lastmeter.kit import workdays
from lastmeter.kit.zhtime import CHINA, DAY, span_of
from lastmeter.venues import rules
from lastmeter.venues.models import Opening, Period, Space, Venue
from lastmeter.venues.rules import Arrangement, Span

Book = dict[tuple[int, int | None], list[Arrangement]]  # (venue, room or None) → its arrangements


def book(venue_ids: Iterable[int]) -> Book:
    """The arrangements of these venues and of their rooms: two queries."""
    periods = list(Period.objects.filter(venue__in=set(venue_ids)).order_by("pk"))
    hours: dict[int, dict[int, list[tuple[time, time]]]] = {}
    rows = Opening.objects.filter(period__venue__in={each.venue_id for each in periods}).order_by("opens")
    for period, day, opens, closes in rows.values_list("period", "day", "opens", "closes"):
        hours.setdefault(period, {}).setdefault(day, []).append((opens, closes))
    found: Book = {}
    for each in periods:
        arrangement = Arrangement(each.since, each.until, hours.get(each.pk, {}))
        found.setdefault((each.venue_id, each.space_id), []).append(arrangement)
    return found


def spans(known: Book, space: Space, first: date, days: int) -> list[Span]:
    """When a room is open on these days: by its own arrangements where one covers the day, else by its venue's."""
    own, common = known.get((space.venue_id, space.pk), []), known.get((space.venue_id, None), [])
    calendar = workdays.calendar()
    if not own:
        return rules.open_spans(common, first, days, calendar)
    found = []
    for day in (first + step * DAY for step in range(days)):
        theirs = own if any(each.covers(day) for each in own) else common
        found += rules.open_spans(theirs, day, 1, calendar)
    return rules.merged(found)


def is_open(space: Space, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether the room is open all the time from `starts_at` until `ends_at`, across midnight too."""
    first = starts_at.astimezone(CHINA).date() - DAY
    days = (ends_at.astimezone(CHINA).date() - first).days + 1
    return rules.within(spans(book([space.venue_id]), space, first, days), starts_at, ends_at)


def week(venue: Venue, first: date) -> list[tuple[date, int, list[Span]]]:
    """The next seven days of a venue: the day, its kind, and when it is open."""
    known, calendar = book([venue.pk]).get((venue.pk, None), []), workdays.calendar()
    days = [first + step * DAY for step in range(7)]
    return [
        (
            day,
            rules.kind_of(day, calendar),
            [span_of(day, *hours) for hours in rules.hours_on(known, day, calendar)],
        )
        for day in days
    ]
