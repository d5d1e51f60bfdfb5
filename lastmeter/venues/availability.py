"""空闲: when rooms are open and nobody has them, for many rooms and days at once: five queries and whole minutes.

A week of two thousand rooms is asked for by maps, lists and boards: no model instances, no datetimes in between.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import connection

from lastmeter.kit import workdays
from lastmeter.kit.zhtime import CHINA, DAY, Calendar
from lastmeter.venues import opening, rules
from lastmeter.venues.models import Occupancy, Space
from lastmeter.venues.rules import Arrangement

Minutes = tuple[int, int]  # from, until before: minutes since 1970 in UTC
DAY_LONG = 24 * 60
NEVER = (2**31, 2**32)  # past the last opening


@dataclass(frozen=True, slots=True)
class Room:
    """What is needed of a room to reckon: its venue, and its leaves with their buffers."""

    pk: int
    venue_id: int
    leaves: tuple[int, ...]
    buffer: int


def free(space_ids: Iterable[int], first: date, days: int) -> dict[int, list[Minutes]]:
    """space id → where a booking may lie from `first` (China date) for so many days, in order; buffers are kept."""
    rooms = _rooms(set(space_ids))
    since = midnight(first)
    until = since + days * DAY_LONG
    opened = _opened(rooms, first, days)
    taken = _taken({leaf for room in rooms for leaf in room.leaves}, since, until + DAY_LONG)
    return {room.pk: _left(opened[room.pk], _of(room, taken), room.buffer) for room in rooms}


def midnight(day: date) -> int:
    """The minute at which a China day begins."""
    return rules.minutes(datetime.combine(day, time(), CHINA))


def _rooms(wanted: set[int]) -> list[Room]:
    """The rooms with their leaves: the trees of their venues in one query."""
    venues = Space.objects.filter(pk__in=wanted).values("venue").distinct()
    rows = list(Space.objects.filter(venue__in=venues).values_list("pk", "venue", "parent", "buffer"))
    below: dict[int, list[int]] = {}
    for pk, _venue, parent, _buffer in rows:
        if parent is not None:
            below.setdefault(parent, []).append(pk)
    buffers = {pk: buffer for pk, _venue, _parent, buffer in rows}
    found = []
    for pk, venue, _parent, _buffer in rows:
        if pk in wanted:
            leaves = tuple(_leaves(pk, below))
            found.append(Room(pk, venue, leaves, max(buffers[leaf] for leaf in leaves)))
    return found


def _leaves(pk: int, below: Mapping[int, list[int]]) -> list[int]:
    parts = below.get(pk)
    return [leaf for part in parts for leaf in _leaves(part, below)] if parts else [pk]


def _opened(rooms: Sequence[Room], first: date, days: int) -> dict[int, list[Minutes]]:
    """Open spans of each room; those of a venue are reckoned once for all its rooms without hours of their own."""
    book, calendar = opening.book(room.venue_id for room in rooms), workdays.calendar()
    common: dict[int, list[Minutes]] = {}
    found = {}
    for room in rooms:
        own = book.get((room.venue_id, room.pk))
        if room.venue_id not in common:
            common[room.venue_id] = _spans(book.get((room.venue_id, None), []), first, days, calendar)
        found[room.pk] = common[room.venue_id] if own is None else _mixed(own, book, room, first, days, calendar)
    return found


def _mixed(
    own: list[Arrangement], book: opening.Book, room: Room, first: date, days: int, calendar: Calendar
) -> list[Minutes]:
    """A room with hours of its own: on the days none of them covers, its venue's hold."""
    theirs = book.get((room.venue_id, None), [])
    spans = []
    for day in (first + step * DAY for step in range(days)):
        spans += _spans(own if any(each.covers(day) for each in own) else theirs, day, 1, calendar)
    return _merged(spans)


def _spans(arrangements: Sequence[Arrangement], first: date, days: int, calendar: Calendar) -> list[Minutes]:
    base, found = midnight(first), []
    for step in range(days):
        for opens, closes in rules.hours_on(arrangements, first + step * DAY, calendar):
            begins = base + step * DAY_LONG + opens.hour * 60 + opens.minute
            ends = base + step * DAY_LONG + closes.hour * 60 + closes.minute
            found.append((begins, ends if ends > begins else ends + DAY_LONG))
    return _merged(found)


def _merged(spans: list[Minutes]) -> list[Minutes]:
    found: list[Minutes] = []
    for begins, ends in spans:
        if found and begins <= found[-1][1]:
            found[-1] = (found[-1][0], max(ends, found[-1][1]))
        else:
            found.append((begins, ends))
    return found


_SQL = """
SELECT leaf_id, begins, ends FROM venues_occupancy WHERE NOT released AND ends > %s AND begins < %s {which}
ORDER BY leaf_id, begins
"""
FEW = 500  # leaves that are named one by one; more are read with everybody's and left out here


def _taken(leaves: set[int], since: int, until: int) -> dict[int, list[Minutes]]:
    """leaf id → what is occupied, its buffers included, in order."""
    names = sorted(leaves) if len(leaves) <= FEW else []
    which = f"AND leaf_id IN ({', '.join(['%s'] * len(names))})" if names else ""
    assert Occupancy._meta.db_table in _SQL
    with connection.cursor() as cursor:
        cursor.execute(_SQL.format(which=which), [since, until, *names])
        rows = cursor.fetchall()
    found: dict[int, list[Minutes]] = {leaf: [] for leaf in leaves}
    for leaf, begins, ends in rows:
        if leaf in found:
            found[leaf].append((begins, ends))
    return found


def _of(room: Room, taken: Mapping[int, list[Minutes]]) -> list[Minutes]:
    if len(room.leaves) == 1:
        return taken.get(room.leaves[0], [])
    return sorted(span for leaf in room.leaves for span in taken.get(leaf, ()))


def _left(opened: Sequence[Minutes], taken: Sequence[Minutes], buffer: int) -> list[Minutes]:
    """As `rules.free_spans`, in whole minutes and in one pass over both."""
    found: list[Minutes] = []
    if not opened:
        return found
    spans = iter(opened)
    opens, closes = next(spans)
    at = opens
    for begins, ends in taken:
        until = begins - buffer
        while closes <= until:  # what is open before this is free to its end
            if at < closes:
                found.append((at, closes))
            opens, closes = next(spans, NEVER)
            at = max(at, opens)
        if at < until:
            found.append((at, until))
        if ends > at:
            at = ends
    while closes != NEVER[1]:
        if at < closes:
            found.append((max(at, opens), closes))
        opens, closes = next(spans, NEVER)
        at = max(at, opens)
    return found
