"""The rows of a kind of rule at a place: its own, those it inherits, those to come, those that have ended."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q

from lastmeter.grid.models import Node, Unit, held_or_coming, lineage
from lastmeter.matters.rulebook.tables import Table

ENDED_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Line:
    """A rule in words. `own`: written at this place, so that it can be ended here; `later`: not in force yet."""

    pk: int
    what: str
    says: str
    place: str
    basis: str
    valid_from: date
    valid_to: date | None
    own: bool
    later: bool


def standing(table: Table, node: Node, today: date) -> list[Line]:
    """What holds and what is to come, at a place and above it; of the same thing the nearest first."""
    return _lines(table, node, today, held_or_coming(today))


def ended(table: Table, node: Node, today: date) -> list[Line]:
    """What held before at a place and above it, the newest first."""
    lines = _lines(table, node, today, Q(valid_to__lte=today, valid_to__gt=F("valid_from")))
    return sorted(lines, key=lambda line: line.valid_from, reverse=True)[:ENDED_SHOWN]


def _lines(table: Table, node: Node, today: date, held: Q) -> list[Line]:
    links = ["node", *(name for name in ("unit", "category") if _links(table, name))]
    found = table.model._default_manager.filter(held, node__path__in=lineage(node.path)).select_related(*links)
    rows: list[Any] = list(found.order_by("-node__level", "valid_from", "pk"))
    said = sorted(zip(table.words(rows), rows, strict=True), key=lambda pair: pair[0].place)
    return [
        Line(
            row.pk,
            words.what,
            words.says,
            row.node.name,
            row.basis,
            row.valid_from,
            row.valid_to,
            row.node_id == node.pk,
            row.valid_from > today,
        )
        for words, row in said
    ]


def _links(table: Table, name: str) -> bool:
    fields = {field.name: field for field in table.model._meta.concrete_fields}
    return name in fields and fields[name].is_relation


def units(node: Node) -> list[Unit]:
    """The units that serve this place."""
    return list(Unit.objects.filter(node=node, closed_on=None).order_by("name"))
