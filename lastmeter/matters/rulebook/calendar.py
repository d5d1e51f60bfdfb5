"""The working calendar as its page shows it: the days of this year and the next, by whose notice, and who follows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from lastmeter.clocks import applying, calendars, wording
from lastmeter.clocks.models import CalendarDay, Recounting
from lastmeter.grid.models import Node
from lastmeter.kit import workdays
from lastmeter.kit.zhtime import DAY


@dataclass(frozen=True, slots=True)
class Year:
    """A year's arrangement in words; where it is not published the statutory holidays stand in."""

    year: int
    published: bool
    basis: str
    off: list[str]
    swapped: list[str]


@dataclass(frozen=True, slots=True)
class Shown:
    """The calendar, and how far the clocks that run have followed it: `run` only while they are counted anew."""

    years: list[Year]
    said: str
    run: Recounting | None


def shown(today: date) -> Shown:
    """The years that decide what is promised now: two queries."""
    years = calendars.years(today)
    entered = CalendarDay.objects.filter(day__year__in=years).order_by("entered_at", "pk")
    basis = {day.year: words for day, words in entered.values_list("day", "basis")}
    run = applying.newest()
    return Shown(
        [_year(year, basis.get(year, "")) for year in years],
        wording.how_far(run) if run and run.total else "",
        run if run and run.ended_at is None else None,
    )


def in_short(_node: Node, today: date) -> str:
    """Up to which year the days are known."""
    known = [year for year in calendars.years(today) if workdays.calendar().is_published(year)]
    return _("%(year)d 年已公布") % {"year": max(known)} if known else _("还没有公布，先按法定节假日计算")


def _year(year: int, basis: str) -> Year:
    calendar, first = workdays.calendar(), date(year, 1, 1)
    days = [first + DAY * at for at in range((date(year + 1, 1, 1) - first).days)]
    kinds = {day: calendar.kind(day) for day in days}
    return Year(
        year,
        calendar.is_published(year),
        basis,
        _said(day for day in days if kinds[day] == CalendarDay.Kind.HOLIDAY),
        _said(day for day in days if kinds[day] == CalendarDay.Kind.SWAP),
    )


def _said(days: Iterable[date]) -> list[str]:
    """Days that follow one another as one span: "01-01–01-03", "02-15"."""
    spans: list[list[date]] = []
    for day in days:
        if spans and spans[-1][-1] + DAY == day:
            spans[-1].append(day)
        else:
            spans.append([day])
    return [f"{span[0]:%m-%d}–{span[-1]:%m-%d}" if len(span) > 1 else f"{span[0]:%m-%d}" for span in spans]
