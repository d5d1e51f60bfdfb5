"""找空房间: by time, size, equipment and distance; the nearest first, then the smallest that is large enough."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from operator import itemgetter

from django.db.models import Count, Q, QuerySet

from lastmeter.grid import scope
from lastmeter.grid.models import Node
from lastmeter.kit.geo import distance_m
from lastmeter.kit.zhtime import CHINA
from lastmeter.venues import availability, rules
from lastmeter.venues.booking import Wish
from lastmeter.venues.models import Equipment, Space, Venue

MOST = 60


@dataclass(frozen=True, slots=True)
class Found:
    """A room that is free all the time asked for, and how far it is (metres; None when that is not known)."""

    space: Space
    metres: float | None


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody looks for. `place` narrows to its street; `here` is (lon, lat) in WGS84."""

    starts_at: datetime
    ends_at: datetime
    people: int = 1
    equipment: Sequence[Equipment] = ()
    place: Node | None = None
    here: tuple[float, float] | None = None


def find(search: Search) -> list[Found]:
    """Rooms that are open and free then, at most sixty; nine queries whatever there is."""
    columns = ("pk", "capacity", "order", "venue__lon", "venue__lat")
    rooms = list(fitting(search).values_list(*columns))
    first = search.starts_at.astimezone(CHINA).date()
    # From the day before: a night that is still open belongs to it.
    free = availability.free([pk for pk, *_rest in rooms], first - timedelta(days=1), 3)
    begins, ends = rules.minutes(search.starts_at), rules.minutes(search.ends_at)
    chosen = []
    for pk, capacity, order, lon, lat in rooms:
        if any(since <= begins and ends <= until for since, until in free.get(pk, ())):
            metres = None if search.here is None or lon is None or lat is None else distance_m(*search.here, lon, lat)
            chosen.append((_nearness(metres), capacity, order, pk, metres))
    best = sorted(chosen, key=itemgetter(0, 1, 2, 3))[:MOST]
    spaces = Space.objects.select_related("venue__node").prefetch_related("equipment")
    by_key = spaces.in_bulk([pk for _near, _capacity, _order, pk, _metres in best])
    return [Found(by_key[pk], metres) for _near, _capacity, _order, pk, metres in best]


def _nearness(metres: float | None) -> int:
    """Within two hundred metres it is the size that counts: nobody books a hall for four because it is next door."""
    return 0 if metres is None else int(metres // 200)


def fitting(search: Search) -> "QuerySet[Space]":
    """Rooms in use that are large enough and have everything asked for."""
    rows = Space.objects.filter(closed_on=None, venue__closed_on=None, capacity__gte=search.people)
    if search.place is not None:
        rows = rows.filter(scope.around(search.place, "venue__node__path"))
    if search.equipment:
        has = Count("equipment", filter=Q(equipment__in=search.equipment), distinct=True)
        rows = rows.annotate(has=has).filter(has=len(search.equipment))
    return rows


def near(place: Node | None) -> "QuerySet[Venue]":
    """Venues in use around a place, or all."""
    rows = Venue.objects.filter(closed_on=None).select_related("node").annotate(
        rooms=Count("spaces", filter=Q(spaces__closed_on=None))
    )  # fmt: skip
    return rows if place is None else rows.filter(scope.around(place, "node__path"))


def slots_of(space: Space, day: date, now: datetime, length: timedelta = timedelta(hours=1)) -> list[rules.Span]:
    """The free slots of a room that begin on that China day, on the hour."""
    found = availability.free([space.pk], day - timedelta(days=1), 3).get(space.pk, [])
    spans = [(rules.moment(since), rules.moment(until)) for since, until in found]
    midnight = datetime.combine(day, time(), CHINA)
    each_hour = rules.slots(spans, length, timedelta(hours=1), max(now, midnight))
    return [slot for slot in each_hour if slot[0].astimezone(CHINA).date() == day]


def days_open(space: Space, first: date, days: int, now: datetime) -> dict[date, int]:
    """day → how many free hours there are, for the days ahead."""
    found = availability.free([space.pk], first - timedelta(days=1), days + 1).get(space.pk, [])
    spans = [(rules.moment(since), rules.moment(until)) for since, until in found]
    counted: dict[date, int] = {first + timedelta(days=step): 0 for step in range(days)}
    for starts, _ends in rules.slots(spans, timedelta(hours=1), timedelta(hours=1), now):
        day = starts.astimezone(CHINA).date()
        if day in counted:
            counted[day] += 1
    return counted


def instead_of(wish: Wish) -> list[Found]:
    """Other rooms that are free at the same time, those of the same venue first: what a refusal offers."""
    search = Search(wish.starts_at, wish.ends_at, wish.people, place=wish.space.venue.node)
    venue = wish.space.venue
    here = None if venue.lon is None or venue.lat is None else (venue.lon, venue.lat)
    found = find(replace(search, here=here))
    return sorted(found, key=lambda each: each.space.venue_id != venue.pk)[:5]
