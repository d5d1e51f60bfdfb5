"""When a limit ends: pure arithmetic on the Chinese calendar."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import NamedTuple, Protocol

from lastmeter.grid.rules import nearest, nearest_of_each
from lastmeter.kit import zhtime

NATURAL_HOURS, WORKING_HOURS, WORKING_DAYS = "natural_hours", "working_hours", "working_days"
PROMISED_SHARE = 75  # percent of the span after which a date that no rule of ours set turns yellow


class Counted(Protocol):
    """Anything that says how long: `amount` of a measure."""

    @property
    def amount(self) -> int: ...
    @property
    def measure(self) -> str: ...


class Term(NamedTuple):
    """So much of a measure."""

    amount: int
    measure: str


@dataclass(frozen=True, slots=True)
class Worked:
    """What is worked where a clock runs: the calendar of the country and the hours of the office."""

    calendar: zhtime.Calendar
    hours: zhtime.OfficeHours = field(default_factory=zhtime.Timetable)


@dataclass(frozen=True, slots=True)
class LimitRule:
    """A time limit as the arithmetic sees it; `id` names the row that is stored with the deadline."""

    id: int | None
    path: str
    kind: str
    profile: str
    category: int | None
    urgency: str
    amount: int
    measure: str
    warn_share: int
    unit: int | None = None

    def fits(self, kind: str, profile: str, category: int | None, urgency: str, unit: int | None) -> bool:
        """Whether the rule speaks of such a case: its own blanks speak of all."""
        return (
            self.kind == kind
            and self.profile in ("", profile)
            and self.category in (None, category)
            and self.urgency in ("", urgency)
            and self.unit in (None, unit)
        )

    @property
    def particular(self) -> tuple[bool, bool, bool, bool]:
        """At one node the rule that says more goes before the others."""
        return (self.unit is not None, self.category is not None, self.urgency != "", self.profile != "")


def choose(
    rules: Iterable[LimitRule],
    *,
    path: str,
    kind: str,
    profile: str,
    category: int | None,
    urgency: str,
    unit: int | None = None,
) -> LimitRule | None:
    """The rule that sets this deadline, or None when nobody has promised anything."""
    fitting = (rule for rule in rules if rule.fits(kind, profile, category, urgency, unit))
    return nearest(fitting, path, lambda rule: rule.particular)


@dataclass(frozen=True, slots=True)
class RungRule:
    """A step of the ladder as the arithmetic sees it: `amount` of `measure` after the due moment, up to `level`."""

    path: str
    kind: str
    number: int
    amount: int
    measure: str
    level: int


def ladder(rungs: Iterable[RungRule], *, path: str, kind: str) -> list[RungRule]:
    """The steps that an overdue deadline of this kind climbs at this place, lowest number first."""
    fitting = (rung for rung in rungs if rung.kind in ("", kind))
    chosen = nearest_of_each(fitting, path, lambda rung: rung.number, lambda rung: rung.kind != "")
    return [chosen[number] for number in sorted(chosen)]


def next_step(
    steps: Iterable[RungRule], taken: int, due_at: datetime, worked: Worked
) -> tuple[RungRule, datetime] | None:
    """The step after number `taken` with its moment, counted from the due moment; None at the top of the ladder."""
    following = next((each for each in steps if each.number > taken), None)
    return (following, due(due_at, following, worked)) if following else None


def due(start: datetime, term: Counted, worked: Worked) -> datetime:
    """When a term ends for a clock started at `start` (aware)."""
    if term.measure == NATURAL_HOURS:
        return zhtime.add_natural_hours(start, term.amount)
    if term.measure == WORKING_HOURS:
        return zhtime.add_working_hours(start, term.amount, worked.calendar, worked.hours)
    return zhtime.add_working_days(start, term.amount, worked.calendar)


def warn(start: datetime, due_at: datetime, share: int) -> datetime:
    """The moment of the yellow warning: `share` percent of the span is used up."""
    return start + timedelta(seconds=(due_at - start).total_seconds() * share / 100)


@dataclass(frozen=True, slots=True)
class Stood:
    """A clock stood still from `since` until `until` (aware), known or, when it stands `still`, expected."""

    since: datetime
    until: datetime
    still: bool = False

    @property
    def at(self) -> datetime:
        return self.since


@dataclass(frozen=True, slots=True)
class Extended:
    """An extension approved at `at`: so much more of a measure, counted from the due moment."""

    at: datetime
    amount: int
    measure: str


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What a deadline's rows amount to; the ladder of an overdue one is counted from `climbs_from`."""

    due_at: datetime
    warn_at: datetime
    climbs_from: datetime


def reckon(
    start: datetime, first_due: datetime, share: int, measure: str, turns: Iterable[Stood | Extended], worked: Worked
) -> Reckoned:
    """A deadline's dates from its first due moment and everything that moved it, in the order in which it happened.

    A clock that stood still before it was due goes on with its remainder, in its own measure. One that was overdue
    already stays so, and its ladder waits. The yellow moment keeps its distance to the due one.
    """
    due_at, from_there = first_due, first_due
    for turn in sorted(turns, key=lambda each: each.at):
        if isinstance(turn, Extended):
            due_at = from_there = due(due_at, turn, worked)
        elif turn.since < due_at:
            due_at = from_there = moved(due_at, measure, turn, worked)
        else:
            from_there = moved(from_there, measure, turn, worked)
    lead = first_due - warn(start, first_due, share)
    return Reckoned(due_at, max(start, due_at - lead), from_there)


def moved(moment: datetime, measure: str, stood: Stood, worked: Worked) -> datetime:
    """Where a moment comes to lie after the clock stood still.

    Working days: the day on which it stopped is used up and the day on which it goes on is not counted, like the first
    day of a term (民法典 art. 201); a term that stopped on its last day ends at the next close of business after that.
    Hours: what was left of them, of the clock or of the office.
    """
    if stood.until <= stood.since:
        return moment
    if measure == NATURAL_HOURS:
        return zhtime.china(moment) + (stood.until - stood.since)
    if measure == WORKING_HOURS:
        return _moved_hours(moment, stood, worked)
    days = zhtime.workdays_between(zhtime.china(stood.since).date(), zhtime.china(stood.until).date(), worked.calendar)
    later = _days_on(zhtime.china(moment), days, worked.calendar)
    if stood.since < moment and later <= stood.until:
        return zhtime.add_working_days(stood.until, 1, worked.calendar)
    return later


def _days_on(moment: datetime, days: int, calendar: zhtime.Calendar) -> datetime:
    day = calendar.workdays_after(moment.date(), days)
    return moment.replace(year=day.year, month=day.month, day=day.day)


def _moved_hours(moment: datetime, stood: Stood, worked: Worked) -> datetime:
    begin, term = moment, zhtime.working_time(stood.since, stood.until, worked.calendar, worked.hours)
    if stood.since < moment:
        begin, term = stood.until, zhtime.working_time(stood.since, moment, worked.calendar, worked.hours)
    return zhtime.add_working_time(begin, term, worked.calendar, worked.hours) if term else zhtime.china(begin)


@dataclass(frozen=True, slots=True)
class SpanRule:
    """A row of office hours as the arithmetic sees it; `owner` is "unit:7" or the path of a place."""

    owner: str
    weekday: int
    opens: time
    closes: time
    valid_from: date
    valid_to: date | None

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True)
class DatedHours:
    """Office hours as dated rows of several owners, the first of whom has a timetable on a day decides that day.

    Where nobody wrote any the customary hours of `zhtime.Timetable` stand in.
    """

    by_owner: Sequence[Sequence[SpanRule]]

    def week_on(self, day: date) -> zhtime.OfficeHours:
        """The timetable that holds on that day (China date)."""
        for rows in self.by_owner:
            if found := [row for row in rows if row.holds_on(day)]:
                return week(found)
        return zhtime.Timetable()

    def open_on(self, day: date, calendar: zhtime.Calendar) -> Iterable[tuple[datetime, datetime]]:
        """The spans of that day by the timetable that holds on it."""
        return self.week_on(day).open_on(day, calendar)


def week(rows: Iterable[SpanRule]) -> zhtime.Week:
    """Rows of one owner as a week. Raises ValueError for spans of a day that overlap or touch."""
    days: dict[int, list[tuple[time, time]]] = {}
    for row in sorted(rows, key=lambda each: each.opens):
        days.setdefault(row.weekday, []).append((row.opens, row.closes))
    return zhtime.Week({weekday: tuple(spans) for weekday, spans in days.items()})


def hours_of(spans: Mapping[str, Sequence[SpanRule]], owners: Iterable[str]) -> zhtime.OfficeHours:
    """The hours of whoever has these owners' timetables, nearest first; the customary ones where none has any."""
    known = [spans[owner] for owner in owners if owner in spans]
    return DatedHours(known) if known else zhtime.Timetable()


@dataclass(frozen=True, slots=True)
class BoundRule:
    """A bound of a place as the arithmetic sees it."""

    path: str
    what: str
    which: str
    amount: int


def bound(rules: Iterable[BoundRule], *, path: str, what: str, which: str = "") -> int | None:
    """The number that holds at a place: the nearest row's, one for this `which` first; None when there is none."""
    fitting = (each for each in rules if each.what == what and each.which in ("", which))
    chosen = nearest(fitting, path, lambda each: each.which != "")
    return chosen.amount if chosen else None
