"""Office hours as they stand at a place: its own or those of the nearest place above it, and those of its units."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from lastmeter.clocks.models import OfficeSpan
from lastmeter.grid.models import Node, held_or_coming, lineage


@dataclass(frozen=True, slots=True)
class Timetable:
    """The office hours of one owner from a day on: a weekday in words and its spans."""

    owner: str
    days: list[tuple[str, str]]
    valid_from: date


def rows(node: Node) -> "list[QuerySet[OfficeSpan]]":
    """The spans of the place, of those above it and of its units."""
    return [OfficeSpan.objects.filter(Q(node__path__in=lineage(node.path)) | Q(unit__node=node))]


def timetables(node: Node, today: date) -> list[Timetable]:
    """The timetables that hold or will: of the nearest place that has any, and of the place's units."""
    [every] = rows(node)
    found = list(every.filter(held_or_coming(today)).select_related("node", "unit").order_by("weekday", "opens"))
    nearest = max((row.node.path for row in found if row.node), key=len, default="")
    owners: dict[tuple[str, date], list[OfficeSpan]] = {}
    for row in found:
        if row.node and row.node.path != nearest:
            continue
        owner = row.unit.name if row.unit else row.node.name if row.node else ""
        owners.setdefault((owner, row.valid_from), []).append(row)
    return [Timetable(owner, _week(spans), since) for (owner, since), spans in sorted(owners.items())]


def _week(spans: Iterable[OfficeSpan]) -> list[tuple[str, str]]:
    days: dict[int, list[str]] = {}
    for row in spans:
        days.setdefault(row.weekday, []).append(f"{row.opens:%H:%M}-{row.closes:%H:%M}")
    return [(str(OfficeSpan.Weekday(day).label), " ".join(each)) for day, each in days.items()]
