"""The book of rules as it stands today: limits, ladders, bounds, office hours and the calendar, read once and kept.

A process keeps what it has read until `ground.bump` announces a change; these are a few dozen rows.
"""

from datetime import date, datetime

from lastmeter.clocks import rules
from lastmeter.clocks.models import Bound, CalendarDay, Limit, OfficeSpan, Rung
from lastmeter.grid.ground import Kept
from lastmeter.grid.models import Unit, lineage, valid_on
from lastmeter.grid.policy import Known
from lastmeter.kit.zhtime import CHINA, Calendar


def current_rules(now: datetime) -> list[rules.LimitRule]:
    """All limit rules valid today (China date)."""
    return _limits.on(now.astimezone(CHINA).date())


def current_ladder(now: datetime) -> list[rules.RungRule]:
    """All steps of ladders valid today (China date)."""
    return _rungs.on(now.astimezone(CHINA).date())


def bound(what: Bound.What, *, path: str, which: str = "", now: datetime) -> int | None:
    """The number that bounds a pause, an extension, a suspension or an urging at this place today; None: no bound."""
    return rules.bound(_bounds.on(now.astimezone(CHINA).date()), path=path, what=what, which=which)


def calendar() -> Calendar:
    """The calendar of the country, with the days entered here on top of those the software knows."""
    return _calendar.get()


def worked(path: str, unit_id: int | None = None) -> rules.Worked:
    """What is worked where a clock runs: by the unit's own hours, else those of its place, else the place's here."""
    known = _worked.get()
    if (path, unit_id) not in known:
        owners = [*_owners(unit_id), *lineage(path)]
        known[path, unit_id] = rules.Worked(calendar(), rules.hours_of(_spans.get(), owners))
    return known[path, unit_id]


def _owners(unit_id: int | None) -> list[str]:
    if unit_id is None:
        return []
    path: str = Unit.objects.values_list("node__path", flat=True).get(pk=unit_id)
    return [f"unit:{unit_id}", *lineage(path)]


def _read_limits(today: date) -> list[rules.LimitRule]:
    rows = Limit.objects.filter(valid_on(today))
    columns = ("pk", "node__path", "kind", "profile", "category", "urgency", "amount", "measure", "warn_share", "unit")
    return [rules.LimitRule(*row) for row in rows.values_list(*columns)]


def _read_rungs(today: date) -> list[rules.RungRule]:
    rows = Rung.objects.filter(valid_on(today))
    return [
        rules.RungRule(*row) for row in rows.values_list("node__path", "kind", "number", "amount", "measure", "level")
    ]


def _read_bounds(today: date) -> list[rules.BoundRule]:
    rows = Bound.objects.filter(valid_on(today))
    return [rules.BoundRule(*row) for row in rows.values_list("node__path", "what", "which", "amount")]


def _read_spans() -> dict[str, list[rules.SpanRule]]:
    """Those of every day: a clock that runs across a change counts each day by its own timetable."""
    found: dict[str, list[rules.SpanRule]] = {}
    columns = ("unit", "node__path", "weekday", "opens", "closes", "valid_from", "valid_to")
    for unit_id, path, *span in OfficeSpan.objects.order_by("pk").values_list(*columns):
        owner = f"unit:{unit_id}" if unit_id else path
        found.setdefault(owner, []).append(rules.SpanRule(owner, *span))
    return found


def _read_calendar() -> Calendar:
    entered = dict(CalendarDay.objects.values_list("day", "kind"))
    return Calendar.national().with_rows(entered) if entered else Calendar.national()


_limits, _rungs, _bounds = Known(_read_limits), Known(_read_rungs), Known(_read_bounds)
_spans: Kept[dict[str, list[rules.SpanRule]]] = Kept(_read_spans)
_worked: Kept[dict[tuple[str, int | None], rules.Worked]] = Kept(dict)
_calendar: Kept[Calendar] = Kept(_read_calendar)
