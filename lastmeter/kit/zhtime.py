"""Chinese time: Asia/Shanghai, the working calendar with 调休, terms counted in days and hours, and how moments read.

Imports no Django, so that `*.rules` may use it; the words it speaks are therefore chosen by its `language` arguments.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, cached_property
from hashlib import sha256
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple, Protocol, Self
from zoneinfo import ZoneInfo

import holidays
from chinese_calendar import constants as published_days

CHINA = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
CLOSES = time(18, 0)  # when the business of a day stops, for terms that are counted in days
SWAPPED = 8  # beside the weekdays 1 (Monday) to 7: a weekend day that is worked in exchange (调休上班)
LONGEST_CLOSED = 400  # days without a single opening after which a timetable counts as one that never opens

Spans = tuple[tuple[time, time], ...]


class Calendar:
    """Which days are worked in mainland China.

    `rows` are the exceptions to "Monday to Friday" as the State Council Office publishes them each autumn: date →
    "holiday" or "workday_swap" (调休上班). A year without a single row counts as not published; there the statutory
    holidays (全国年节及纪念日放假办法, with the 补假 of its art. 6) stand in, and no weekend is worked.
    """

    def __init__(self, rows: Mapping[date, str]) -> None:
        if unknown := set(rows.values()) - {"holiday", "workday_swap"}:
            raise ValueError(f"unknown kinds of day: {sorted(unknown)}")
        self._rows = MappingProxyType(dict(rows))
        self._years = frozenset(day.year for day in rows)
        self._later: dict[tuple[date, int], date] = {}

    @classmethod
    def national(cls) -> "Calendar":
        """The calendar of every year that PyPI chinesecalendar knows; one shared, immutable instance."""
        return _national()

    @cached_property
    def fingerprint(self) -> str:
        """Sixteen characters that are others as soon as a day is another one."""
        days = "".join(f"{day.isoformat()}{kind}" for day, kind in sorted(self._rows.items()))
        return sha256(days.encode()).hexdigest()[:16]

    def with_rows(self, rows: Mapping[date, str]) -> Self:
        """This calendar with more (or corrected) days: how a new year's notice is entered before the package has it."""
        return type(self)({**self._rows, **rows})

    def is_published(self, year: int) -> bool:
        """Whether the arrangement of this year, swapped workdays included, is known."""
        return year in self._years

    def kind(self, day: date) -> str | None:
        """What the published list says: "holiday", "workday_swap", or None for an ordinary day of the week."""
        if self.is_published(day.year):
            return self._rows.get(day)
        return "holiday" if day in _statutory(day.year) else None

    def is_workday(self, day: date) -> bool:
        """Whether offices work on this day."""
        kind = self.kind(day)
        return kind == "workday_swap" or (kind is None and day.weekday() < 5)

    def next_workday(self, day: date) -> date:
        """The first workday after `day`."""
        day += DAY
        while not self.is_workday(day):
            day += DAY
        return day

    def workdays_after(self, day: date, count: int) -> date:
        """The workday that is number `count` after `day`; remembered, for thousands of clocks begin on few days."""
        if (found := self._later.get((day, count))) is None:
            found = day
            for _ in range(count):
                found = self.next_workday(found)
            self._later[day, count] = found
        return found


@cache
def _national() -> Calendar:
    rows: dict[date, str] = dict.fromkeys(published_days.holidays, "holiday")
    rows.update(dict.fromkeys(published_days.workdays, "workday_swap"))
    return Calendar(rows)


@cache
def _statutory(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("CN", years=year))


class OfficeHours(Protocol):
    """Whatever says when an office is open on a day."""

    def open_on(self, day: date, calendar: Calendar) -> Iterable[tuple[datetime, datetime]]:
        """The spans of that day (China date) as aware moments, in ascending order; none when it stays closed."""


def check_spans(spans: Spans) -> None:
    """Raise ValueError unless these are spans of one day in ascending order that do not touch each other."""
    edges = [edge for span in spans for edge in span]
    if not edges or any(earlier >= later for earlier, later in pairwise(edges)):
        raise ValueError("office hours must be spans in ascending order")


@dataclass(frozen=True)
class Timetable:
    """The same office hours on every workday: spans of China time in ascending order, not touching midnight."""

    spans: Spans = ((time(8, 30), time(12)), (time(14, 30), time(17, 30)))

    def __post_init__(self) -> None:
        check_spans(self.spans)

    def open_on(self, day: date, calendar: Calendar) -> Iterable[tuple[datetime, datetime]]:
        """The spans of a workday; none on another day."""
        return moments(day, self.spans) if calendar.is_workday(day) else ()


@dataclass(frozen=True)
class Week:
    """Office hours by the day of the week: 1 (Monday) to 7, and SWAPPED for a weekend day worked in exchange.

    A weekend day without the calendar's leave is open only where it has hours of its own; a public holiday never is.
    A day worked in exchange has the hours of SWAPPED or, where nobody wrote any, those of the week's first day.
    """

    days: Mapping[int, Spans]

    def __post_init__(self) -> None:
        for spans in self.days.values():
            check_spans(spans)

    def open_on(self, day: date, calendar: Calendar) -> Iterable[tuple[datetime, datetime]]:
        """The spans of that day by its place in the week and in the calendar."""
        kind = calendar.kind(day)
        if kind == "holiday" or not self.days:
            return ()
        which = day.isoweekday() if kind is None else SWAPPED if SWAPPED in self.days else min(self.days)
        return moments(day, self.days.get(which, ()))


def moments(day: date, spans: Spans) -> list[tuple[datetime, datetime]]:
    """Spans of China time on that day as aware moments."""
    return [(datetime.combine(day, opens, CHINA), datetime.combine(day, closes, CHINA)) for opens, closes in spans]


def china(moment: datetime) -> datetime:
    """The same moment on China's clock. Raises ValueError for a naive datetime."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(CHINA)


def span_of(day: date, opens: time, closes: time) -> tuple[datetime, datetime]:
    """A span of China time that begins on that day; an end at or before the beginning is on the next day."""
    starts, ends = datetime.combine(day, opens, CHINA), datetime.combine(day, closes, CHINA)
    return starts, ends if ends > starts else ends + DAY


def read_moment(text: str) -> datetime | None:
    """The moment that a text of ISO 8601 names; None without a time zone, and for anything else."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None


def add_working_days(start: datetime, days: int, calendar: Calendar, closes: time = CLOSES) -> datetime:
    """The end of a term of `days` ≥ 1 working days: `closes`, China time, on the last of them.

    The day on which the term begins is not counted (民法典 art. 201), the term ends when business stops (art. 203).
    Takes and returns aware moments; raises ValueError for a naive start or for less than one day.
    """
    if days < 1:
        raise ValueError("a term is at least one working day")
    return datetime.combine(calendar.workdays_after(china(start).date(), days), closes, CHINA)


def add_natural_hours(start: datetime, hours: float) -> datetime:
    """`hours` of the clock after `start`, nights and holidays included (民法典 art. 201, second paragraph)."""
    return china(china(start).astimezone(UTC) + timedelta(hours=hours))


def closing(day: date) -> datetime:
    """The moment at which the business of that day (China date) stops."""
    return datetime.combine(day, CLOSES, CHINA)


def workdays_between(after: date, until: date, calendar: Calendar) -> int:
    """How many working days there are after `after` up to and with `until`; 0 when `until` is not later."""
    return sum(calendar.is_workday(after + DAY * step) for step in range(1, (until - after).days + 1))


def add_working_hours(start: datetime, hours: float, calendar: Calendar, timetable: OfficeHours) -> datetime:
    """The moment at which `hours` > 0 of office time have passed since `start`.

    A start outside office hours waits for the next opening; a term that fills a span ends at its closing, not at the
    next opening. Takes and returns aware moments; raises ValueError for a naive start or hours ≤ 0.
    """
    return add_working_time(start, timedelta(hours=hours), calendar, timetable)


def add_working_time(start: datetime, term: timedelta, calendar: Calendar, timetable: OfficeHours) -> datetime:
    """`add_working_hours` for a term that need not be whole hours: what is left of one that was interrupted."""
    if term <= timedelta(0):
        raise ValueError("a term of hours must be positive")
    moment, left = china(start), term
    for opens, closes in _office_spans(moment.date(), calendar, timetable):
        begins = max(opens, moment)
        if begins >= closes:
            continue
        if left <= closes - begins:
            return begins + left
        left -= closes - begins
    raise AssertionError("the calendar has no end")


def working_time(start: datetime, end: datetime, calendar: Calendar, timetable: OfficeHours) -> timedelta:
    """The office time between two aware moments; nothing when `end` is not later."""
    total, first, last = timedelta(0), china(start), china(end)
    for step in range((last.date() - first.date()).days + 1):
        for opens, closes in timetable.open_on(first.date() + DAY * step, calendar):
            total += max(timedelta(0), min(closes, last) - max(opens, first))
    return total


def _office_spans(day: date, calendar: Calendar, timetable: OfficeHours) -> Iterator[tuple[datetime, datetime]]:
    closed = 0
    while closed < LONGEST_CLOSED:
        open_today = list(timetable.open_on(day, calendar))
        yield from open_today
        closed = 0 if open_today else closed + 1
        day += DAY
    raise ValueError("these office hours never open")


class Step(NamedTuple):
    """One day in the answer to 怎么算的: `reason` is a phrase in the reader's language."""

    date: date
    counted: bool
    reason: str


_REASONS = {
    "start": ("开始当天不算", "the first day is not counted"),
    "workday": ("工作日", "working day"),
    "workday_swap": ("调休上班", "weekend worked in exchange"),
    "weekend": ("周末", "weekend"),
    "holiday": ("法定节假日放假", "public holiday"),
    "paused": ("暂停计时", "the clock stands still"),
    "statutory": (
        "法定节假日（当年放假安排尚未公布）",
        "statutory holiday (this year's arrangement is not published yet)",
    ),
}


def explain(start: datetime, days: int, calendar: Calendar, language: str = "zh-hans") -> list[Step]:
    """Day by day, how `add_working_days` counts the same arguments: from the start to the last counted day."""
    return explain_until(start, add_working_days(start, days, calendar), calendar, language)


def explain_until(
    start: datetime,
    due_at: datetime,
    calendar: Calendar,
    language: str = "zh-hans",
    still: Iterable[tuple[datetime, datetime]] = (),
) -> list[Step]:
    """Day by day, how a term of working days came to end at `due_at`.

    `still` are the spans in which the clock stood still: the working days after the first day of such a span, its last
    one included, are not counted.
    """
    stops = [(china(since).date(), china(until).date()) for since, until in still]
    day, last = china(start).date(), china(due_at).date()
    steps = [Step(day, False, _say(language, *_REASONS["start"]))]
    while day < last:
        day += DAY
        worked, stopped = calendar.is_workday(day), any(since < day <= until for since, until in stops)
        reason = "paused" if worked and stopped and day < last else _reason(day, calendar)
        steps.append(Step(day, worked and reason != "paused", _say(language, *_REASONS[reason])))
    return steps


def _reason(day: date, calendar: Calendar) -> str:
    kind = calendar.kind(day)
    if kind is None:
        return "weekend" if day.weekday() >= 5 else "workday"
    return kind if calendar.is_published(day.year) else "statutory"


_WEEKDAYS = (
    ("周一", "Mon"),
    ("周二", "Tue"),
    ("周三", "Wed"),
    ("周四", "Thu"),
    ("周五", "Fri"),
    ("周六", "Sat"),
    ("周日", "Sun"),
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NEAR_DAYS = {-1: ("昨天", "yesterday"), 0: ("今天", "today"), 1: ("明天", "tomorrow")}


def _say(language: str, chinese: str, english: str) -> str:
    return english if language.startswith("en") else chinese


def long_date(moment: datetime, language: str) -> str:
    """China time in full: "2026年11月24日 周二 16:30" or "Tue 24 Nov 2026 16:30"."""
    at = china(moment)
    weekday = _say(language, *_WEEKDAYS[at.weekday()])
    return _say(
        language,
        f"{at.year}年{at.month}月{at.day}日 {weekday} {at:%H:%M}",
        f"{weekday} {at.day} {_MONTHS[at.month - 1]} {at.year} {at:%H:%M}",
    )


def short(moment: datetime, now: datetime, language: str) -> str:
    """The shortest clear form seen from `now`: "今天 16:30", "11月24日 16:30", "2025年11月24日" for other years."""
    at, today = china(moment), china(now).date()
    if near := _NEAR_DAYS.get((at.date() - today).days):
        return f"{_say(language, *near)} {at:%H:%M}"
    month = _MONTHS[at.month - 1]
    if at.year == today.year:
        return _say(language, f"{at.month}月{at.day}日 {at:%H:%M}", f"{at.day} {month} {at:%H:%M}")
    return _say(language, f"{at.year}年{at.month}月{at.day}日", f"{at.day} {month} {at.year}")


def left(due: datetime, now: datetime, language: str) -> str:
    """What is left or over: "剩 2 小时" before the deadline, "超 35 分" after it, in whole units.

    Rounded down: the time promised is never longer than the time there is.
    """
    if (gap := due - now) >= timedelta(0):
        span = _span(gap, language)
        return _say(language, f"剩 {span}", f"{span} left")
    span = _span(-gap, language)
    return _say(language, f"超 {span}", f"{span} over")


def ago(moment: datetime, now: datetime, language: str) -> str:
    """How long since: "刚刚", "5 分钟前", "2 小时前", "3 天前"; after a week, or for the future, what `short` says."""
    gap = now - moment
    if not timedelta(minutes=-1) < gap < timedelta(days=7):
        return short(moment, now, language)
    if gap < timedelta(minutes=1):
        return _say(language, "刚刚", "just now")
    if gap < timedelta(hours=1):
        count = gap // timedelta(minutes=1)
        return _say(language, f"{count} 分钟前", f"{count} min ago")
    if gap < DAY:
        count = gap // timedelta(hours=1)
        return _say(language, f"{count} 小时前", f"{count} h ago")
    return _say(language, f"{gap // DAY} 天前", f"{gap // DAY} d ago")


def _span(gap: timedelta, language: str) -> str:
    if gap < timedelta(minutes=1):
        return _say(language, "不到 1 分", "under 1 min")
    if gap < timedelta(hours=1):
        return _say(language, f"{gap // timedelta(minutes=1)} 分", f"{gap // timedelta(minutes=1)} min")
    if gap < 2 * DAY:
        return _say(language, f"{gap // timedelta(hours=1)} 小时", f"{gap // timedelta(hours=1)} h")
    return _say(language, f"{gap // DAY} 天", f"{gap // DAY} d")
