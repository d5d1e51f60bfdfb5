"""Duty patterns as plain arithmetic: shifts of a cycle of people, swaps, gaps and double bookings. No Django here."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import combinations

from lastmeter.kit.zhtime import CHINA, DAY, Calendar

WHOLE_DAY = 24 * 60  # minutes; China has no daylight saving, so every day is this long
_SLOT = re.compile(r"(\d{1,2})[:：](\d\d)\s*[-–—~～至到]\s*(\d{1,2})[:：](\d\d)")
_BETWEEN = re.compile(r"[\s,，、;；]*")


class DayKind(StrEnum):
    """What a day is to a duty pattern; 调休上班 is a weekend day that is worked."""

    WORKDAY = "workday"
    MAKEUP = "makeup"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


# A kind without shifts of its own is served like another one.
LIKE = {
    DayKind.MAKEUP: DayKind.WORKDAY,
    DayKind.HOLIDAY: DayKind.WEEKEND,
    DayKind.WEEKEND: DayKind.WORKDAY,
}
KindOf = Callable[[date], DayKind]


class BadSlots(ValueError):
    """Hours that cannot be read; str() is the part that was not understood."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One shift of a day: when it starts (China time) and how many minutes it lasts, past midnight if need be."""

    starts: time
    minutes: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """People in their order taking the day's slots one after another, from `first` on until before `last`."""

    members: tuple[int, ...]
    slots: Mapping[DayKind, tuple[Slot, ...]]
    first: date
    last: date | None = None

    def slots_on(self, kind: DayKind) -> tuple[Slot, ...]:
        """The slots of a kind of day: its own, else those of the kind it is like."""
        while kind not in self.slots and kind in LIKE:
            kind = LIKE[kind]
        return self.slots.get(kind, ())


@dataclass(frozen=True, slots=True)
class Shift:
    """Somebody is on duty from one aware moment until before another."""

    starts: datetime
    ends: datetime
    person: int

    @property
    def overnight(self) -> bool:
        """Whether it ends on a later day than it begins, by the clock of China."""
        return self.ends.astimezone(CHINA).date() > self.starts.astimezone(CHINA).date()


@dataclass(frozen=True, slots=True)
class Change:
    """A swap that holds: `giver`'s shift starting then goes to `taker`, whose shift at `back` goes to `giver`."""

    starts: datetime
    giver: int
    taker: int
    back: datetime | None = None


def kind_in(calendar: Calendar) -> KindOf:
    """The kind of each day in a Chinese calendar."""

    def kind_of(day: date) -> DayKind:
        published = calendar.kind(day)
        if published == "holiday":
            return DayKind.HOLIDAY
        if published == "workday_swap":
            return DayKind.MAKEUP
        return DayKind.WEEKEND if day.weekday() >= 5 else DayKind.WORKDAY

    return kind_of


def shifts(pattern: Pattern, since: date, until: date, kind_of: KindOf) -> Iterator[Shift]:
    """The shifts that begin on the days from `since` until before `until` (China dates), in order.

    The turn goes on from slot to slot over all days since the pattern's first, so nobody is skipped at a holiday.
    """
    if not pattern.members:
        return
    end = min(until, pattern.last) if pattern.last else until
    day = max(since, pattern.first)
    turn = _turns(pattern, day, kind_of)
    while day < end:
        slots = pattern.slots_on(kind_of(day))
        for at, slot in enumerate(slots, turn):
            begins = datetime.combine(day, slot.starts, CHINA)
            over = begins + timedelta(minutes=slot.minutes)
            yield Shift(begins, over, pattern.members[at % len(pattern.members)])
        turn += len(slots)
        day += DAY


def _turns(pattern: Pattern, day: date, kind_of: KindOf) -> int:
    """How many slots the pattern has had before that day."""
    slots = {kind: len(pattern.slots_on(kind)) for kind in DayKind}
    days = (day - pattern.first).days
    if len(set(slots.values())) == 1:  # every day alike: nobody has to look at the calendar of years
        return days * slots[DayKind.WORKDAY]
    return sum(slots[kind_of(pattern.first + timedelta(days=each))] for each in range(days))


def changed(planned: Iterable[Shift], changes: Iterable[Change]) -> list[Shift]:
    """The shifts after the swaps, in the order given. Only people change, never hours: coverage stays as planned.

    A swap whose shift is no longer its giver's (the pattern was rewritten) does nothing; both halves hold or neither.
    """
    result = list(planned)
    for change in changes:
        gives = _held(result, change.starts, change.giver)
        returns = _held(result, change.back, change.taker) if change.back else None
        if gives is None or (change.back and returns is None):
            continue
        result[gives] = replace(result[gives], person=change.taker)
        if returns is not None:
            result[returns] = replace(result[returns], person=change.giver)
    return result


def _held(known: Sequence[Shift], starts: datetime, person: int) -> int | None:
    return next((at for at, each in enumerate(known) if each.starts == starts and each.person == person), None)


def covering(known: Iterable[Shift], at: datetime) -> list[Shift]:
    """The shifts running at that moment, in their order."""
    return [each for each in known if each.starts <= at < each.ends]


def gaps(known: Iterable[Shift], since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """The spans between two moments in which nobody is on duty."""
    found, reached = [], since
    for each in sorted(known, key=lambda shift: shift.starts):
        if each.starts > reached and reached < until:
            found.append((reached, min(each.starts, until)))
        reached = max(reached, each.ends)
    if reached < until:
        found.append((reached, until))
    return found


def doubles(known: Iterable[Shift]) -> list[tuple[Shift, Shift]]:
    """Pairs of shifts in which one person would have to be on duty twice at once."""
    by_person: dict[int, list[Shift]] = {}
    for each in known:
        by_person.setdefault(each.person, []).append(each)
    return [
        (one, other)
        for theirs in by_person.values()
        for one, other in combinations(sorted(theirs, key=lambda shift: shift.starts), 2)
        if other.starts < one.ends
    ]


def overlap(one: Shift, other: Shift) -> bool:
    """Whether the two run at the same time for a moment."""
    return one.starts < other.ends and other.starts < one.ends


def read_slots(text: str) -> tuple[Slot, ...]:
    """Hours as people write them: "08:00-20:00 20:00-08:00", put in the order of the clock.

    The same start and end is a whole day. Raises BadSlots with the part that is not understood.
    """
    found: list[Slot] = []
    at = _after_space(text, 0)
    while at < len(text):
        match = _SLOT.match(text, at)
        if match is None:
            raise BadSlots(text[at : at + 20])
        found.append(_slot(match))
        at = _after_space(text, match.end())
    return tuple(sorted(found, key=lambda slot: slot.starts))


def _after_space(text: str, at: int) -> int:
    match = _BETWEEN.match(text, at)
    return match.end() if match else at


def _slot(match: re.Match[str]) -> Slot:
    from_hour, from_minute, to_hour, to_minute = map(int, match.groups())
    if from_hour > 23 or to_hour > 24 or from_minute > 59 or to_minute > 59 or (to_hour == 24 and to_minute):
        raise BadSlots(match[0])
    span = (to_hour * 60 + to_minute - from_hour * 60 - from_minute) % WHOLE_DAY
    return Slot(time(from_hour, from_minute), span or WHOLE_DAY)


def write_slots(slots: Iterable[Slot]) -> str:
    """Hours as `read_slots` reads them."""
    return " ".join(f"{slot.starts:%H:%M}-{_end(slot):%H:%M}" for slot in slots)


def _end(slot: Slot) -> time:
    return (datetime.combine(date(2000, 1, 1), slot.starts) + timedelta(minutes=slot.minutes)).time()
