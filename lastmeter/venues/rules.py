"""Arithmetic of venues: when it is open, what is free, who was drawn, what follows absence. No database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256

from lastmeter.kit.zhtime import CHINA, DAY, SWAPPED, Calendar, span_of

HOLIDAY = 9
MINUTE = timedelta(minutes=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Span = tuple[datetime, datetime]
Spans = Sequence[tuple[time, time]]


def minutes(moment: datetime) -> int:
    """Minutes since 1970 in UTC. Raises ValueError for a moment that is no whole minute."""
    whole, rest = divmod(moment - EPOCH, MINUTE)
    if rest:
        raise ValueError(f"not a whole minute: {moment}")
    return whole


def moment(whole: int) -> datetime:
    """The moment of so many minutes since 1970, on China's clock."""
    return (EPOCH + whole * MINUTE).astimezone(CHINA)


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Hours by the kind of day (1 Monday to 7, SWAPPED, HOLIDAY), from a day until before another."""

    since: date
    until: date | None
    hours: Mapping[int, Spans]

    def covers(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)

    def length(self) -> int:
        """Days it lasts; one without an end is the longest."""
        return (self.until - self.since).days if self.until else date.max.toordinal()


def kind_of(day: date, calendar: Calendar) -> int:
    """Which kind of day: a worked weekend and a public holiday are kinds of their own."""
    kind = calendar.kind(day)
    return HOLIDAY if kind == "holiday" else SWAPPED if kind == "workday_swap" else day.isoweekday()


def hours_on(arrangements: Iterable[Arrangement], day: date, calendar: Calendar) -> Spans:
    """The hours of that day as they are written; a worked weekend without hours of its own has Monday's."""
    covering = [each for each in arrangements if each.covers(day)]
    if not covering:
        return ()
    holds = min(covering, key=lambda each: (each.length(), -each.since.toordinal()))
    which = kind_of(day, calendar)
    if which == SWAPPED and SWAPPED not in holds.hours:
        which = 1
    return holds.hours.get(which, ())


def open_spans(arrangements: Sequence[Arrangement], first: date, days: int, calendar: Calendar) -> list[Span]:
    """The spans in which it is open on these days, in order, those that touch made one; a night belongs to its day."""
    found = [
        span_of(day, opens, closes)
        for day in (first + step * DAY for step in range(days))
        for opens, closes in hours_on(arrangements, day, calendar)
    ]
    return merged(found)


def merged(spans: Iterable[Span]) -> list[Span]:
    """Half-open spans in order, those that touch or overlap made one."""
    found: list[Span] = []
    for starts, ends in sorted(spans):
        if found and starts <= found[-1][1]:
            found[-1] = (found[-1][0], max(ends, found[-1][1]))
        else:
            found.append((starts, ends))
    return found


def within(spans: Iterable[Span], starts: datetime, ends: datetime) -> bool:
    """Whether [starts, ends) lies in one of the spans."""
    return any(opens <= starts and ends <= closes for opens, closes in spans)


def free_spans(opened: Iterable[Span], taken: Iterable[Span], buffer: timedelta) -> list[Span]:
    """What is left of the open spans beside what is taken: where a booking may lie, its own buffer not counted.

    `taken` carry their buffers already; before each of them this booking's buffer has to fit, too. At the closing it
    need not: nobody comes after.
    """
    blocked = sorted(taken)
    found = []
    for opens, closes in opened:
        at = opens
        for starts, ends in blocked:
            if ends <= at or starts >= closes + buffer:
                continue
            if starts - buffer > at:
                found.append((at, min(starts - buffer, closes)))
            at = max(at, ends)
        if at < closes:
            found.append((at, closes))
    return found


def slots(free: Iterable[Span], length: timedelta, step: timedelta, now: datetime) -> list[Span]:
    """Slots of that length that begin on the step of China's clock (an hour, half an hour), not before `now`."""
    found = []
    for starts, ends in free:
        midnight = starts.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
        at = midnight - (midnight - max(starts, now)) // step * step
        while at + length <= ends:
            found.append((at, at + length))
            at += step
    return found


def week_of(moment: datetime) -> Span:
    """The week, Monday to Sunday in China, in which a moment lies."""
    day = moment.astimezone(CHINA).date()
    monday = datetime.combine(day - day.weekday() * DAY, time(), CHINA)
    return monday, monday + 7 * DAY


def drawn(seed: str, numbers: Iterable[int]) -> list[int]:
    """The lots in the order drawn: by SHA-256 of `seed:number`, smallest first. Anybody can compute it again."""
    return sorted(numbers, key=lambda number: sha256(f"{seed}:{number}".encode()).hexdigest())


def seal_of(seed: str) -> str:
    """What is published of a seed before anybody asks: its SHA-256."""
    return sha256(seed.encode()).hexdigest()


def grade(standing: int, one: int, stop: int) -> str:
    """What so many standing absences mean: "" nothing, "one" a single booking at a time, "stop" none for a while."""
    return "stop" if standing >= stop else "one" if standing >= one else ""
