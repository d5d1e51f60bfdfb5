"""A roster as a page shows it: the days of a month with their shifts, now, and the preview of a plan."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from lastmeter.grid.duty import rosters, rota
from lastmeter.grid.duty.rosters import Troubles
from lastmeter.grid.duty.rota import DayKind, Shift
from lastmeter.grid.models import DayType, Roster
from lastmeter.kit import workdays
from lastmeter.kit.zhtime import CHINA, DAY

SPANS = (14, 31)  # days of a preview: a fortnight at a glance, a whole month for the gaps


@dataclass(frozen=True, slots=True)
class Line:
    """One shift of a day. `gone`: its person has left, nobody comes."""

    shift: Shift
    name: str
    mine: bool
    gone: bool


@dataclass(frozen=True, slots=True)
class Day:
    """A day with its shifts; `label` says what kind of day it is when it is no ordinary one."""

    day: date
    kind: DayKind
    label: str
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Month:
    """The days from the first until before `until`, and the months beside (as ?month= has them)."""

    first: date
    until: date
    before: str
    after: str
    blank: range  # days of the week before the first
    days: list[Day]


@dataclass(frozen=True, slots=True)
class Preview:
    """A plan's first days, and what is wrong in a fortnight and in a month."""

    days: list[Day]
    blank: range
    troubles: list[tuple[int, Troubles]]
    load: list[tuple[str, int, float]]  # name, shifts, hours in a month


def first_of(text: str, today: date) -> date:
    """The first day of the month written "2026-11"; of today's month for anything else."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)
    # A roster has no history before the product and a plan no sense ten years ahead.
    return first if 2000 <= first.year <= today.year + 10 else today.replace(day=1)


def view(roster: Roster, first: date, viewer: int | None) -> Month:
    """The month that begins on that day."""
    until = (first + timedelta(days=31)).replace(day=1)
    days = _days(roster, first, until, viewer)
    return Month(first, until, f"{first - DAY:%Y-%m}", f"{until:%Y-%m}", range(first.weekday()), days)


def preview(roster: Roster, viewer: int | None) -> Preview:
    """The first month of a plan."""
    first = roster.valid_from
    until = first + timedelta(days=SPANS[-1])
    days = _days(roster, first, until, viewer)
    spans = [(span, rosters.troubles(roster, first, first + timedelta(days=span))) for span in SPANS]
    return Preview(days, range(first.weekday()), spans, _load(line for day in days for line in day.lines))


def now_on(roster: Roster, now: datetime) -> list[tuple[str, datetime]]:
    """Names of who is on duty by this roster, and until when."""
    today = now.astimezone(CHINA).date()
    people = rosters.people_of(roster)
    running = rota.covering(rosters.shifts_of(roster, today - DAY, today + DAY), now)
    return [(people[each.person].name, each.ends) for each in running if people[each.person].is_active]


def _days(roster: Roster, first: date, until: date, viewer: int | None) -> list[Day]:
    people, kind_of = rosters.people_of(roster), rota.kind_in(workdays.calendar())
    lines: dict[date, list[Line]] = {}
    for each in rosters.shifts_of(roster, first, until):
        user = people[each.person]
        line = Line(each, user.name, each.person == viewer, not user.is_active)
        lines.setdefault(each.starts.date(), []).append(line)
    days = (first + timedelta(days=at) for at in range((until - first).days))
    return [Day(day, kind_of(day), _label(kind_of(day)), lines.get(day, [])) for day in days]


def _label(kind: DayKind) -> str:
    return "" if kind in (DayKind.WORKDAY, DayKind.WEEKEND) else str(DayType(kind).label)


def _load(lines: Iterable[Line]) -> list[tuple[str, int, float]]:
    """How the work is shared: a fair plan shows it at a glance."""
    counted: dict[str, tuple[int, float]] = {}
    for line in lines:
        shifts, hours = counted.get(line.name, (0, 0.0))
        counted[line.name] = shifts + 1, hours + (line.shift.ends - line.shift.starts).total_seconds() / 3600
    return [(name, shifts, hours) for name, (shifts, hours) in counted.items()]
