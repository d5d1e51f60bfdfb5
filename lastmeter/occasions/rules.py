"""Who of the line comes next, until when an offer stands, and the moments of a series."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dateutil.rrule import rrulestr

from lastmeter.kit.zhtime import CHINA, Calendar, china

MOST_MOMENTS = 400  # of one series in one planning: a rule of every second ends here


class BadRule(ValueError):
    """The text is no recurrence rule of RFC 5545 that this house plans by."""


def next_in_line(free: int, waiting: Iterable[tuple[int, int]]) -> list[int]:
    """Who is offered a place: (key, seats) in the order of arrival, everybody whose whole party fits into what is left.

    Who is passed over because the party is larger keeps the place in the line; a seat is never kept empty for them
    while somebody waits whom it is enough for.
    """
    found = []
    for key, seats in waiting:
        if seats <= free:
            found.append(key)
            free -= seats
    return found


def offer_until(now: datetime, starts_at: datetime, hours: int) -> datetime:
    """Until when an offered place has to be accepted: `hours` from now, never later than the beginning."""
    return min(now + timedelta(hours=hours), starts_at)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A rule (RRULE without its name), its first moment, on which kind of days, and the days said otherwise."""

    rule: str
    first_at: datetime
    days: str = "any"
    skipped: frozenset[date] = frozenset()
    held: frozenset[date] = frozenset()


def check_rule(rule: str) -> str:
    """The rule as it is kept: upper case, without its name. Raises BadRule."""
    text = rule.strip().upper().removeprefix("RRULE:")
    if any(part in text for part in ("\n", "DTSTART", "SECONDLY", "MINUTELY", "HOURLY", "BYSECOND", "BYMINUTE")):
        raise BadRule(rule)
    try:
        rrulestr(text, dtstart=datetime(2026, 1, 1))  # noqa: DTZ001 - wall clock, as in `moments`
    except (ValueError, TypeError, KeyError) as error:
        raise BadRule(rule) from error
    return text


def moments(recurrence: Recurrence, after: datetime, until: datetime, calendar: Calendar) -> list[datetime]:
    """The moments at which the series is held, after < moment ≤ until, on China's clock.

    The rule counts on the wall clock, which China never changes. A day named in `held` is held at the usual time even
    when the rule or the calendar says no; one named in `skipped` never is.
    """
    first = china(recurrence.first_at)
    wall = first.replace(tzinfo=None)
    lower, upper = (china(each).replace(tzinfo=None) for each in (after, until))
    found = rrulestr(recurrence.rule, dtstart=wall, ignoretz=True).xafter(lower, MOST_MOMENTS, inc=False)
    by_rule = {each for each in found if each <= upper and is_held(each.date(), recurrence, calendar)}
    besides = {datetime.combine(day, wall.time()) for day in recurrence.held}
    chosen = by_rule | {each for each in besides if lower < each <= upper and each >= wall}
    return [each.replace(tzinfo=CHINA) for each in sorted(chosen)]


def is_held(day: date, recurrence: Recurrence, calendar: Calendar) -> bool:
    """Whether a day of the rule is one on which the series is held."""
    if day in recurrence.skipped:
        return False
    if day in recurrence.held or recurrence.days == "any":
        return True
    if recurrence.days == "no_holidays":
        return calendar.kind(day) != "holiday"
    return calendar.is_workday(day) == (recurrence.days == "workdays")
