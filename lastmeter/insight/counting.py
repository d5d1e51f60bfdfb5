"""Rates of a place in a month, by place, unit or kind of matter; and the matters behind each figure.

Everything is counted from the matters themselves, each base of facts in one statement, however many matters there are.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.utils.translation import gettext as _

from lastmeter.grid.history import versions
from lastmeter.grid.models import Node, Unit
from lastmeter.insight import formulas
from lastmeter.insight.facts import FACTS, Base, Fact
from lastmeter.insight.ground import ITSELF, Ground
from lastmeter.insight.models import Exclusion, Formula
from lastmeter.insight.rules import Cell, Month
from lastmeter.matters.models import Assignment, Category

PLACE, UNIT, KIND = "place", "unit", "kind"
WAYS = (PLACE, UNIT, KIND)
NONE = ITSELF  # the key of the row of what lies with no unit, has no category, or lies at the place itself

Counts = dict[str, Counter[str]]  # fact → row key → how many


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: the key by which an address names it, its name, and a cell for each formula."""

    key: str
    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The rates of a place in a month; `formulas` are its columns, `whole` the row of all."""

    place: Node
    month: Month
    by: str
    formulas: tuple[Formula, ...]
    whole: Row
    rows: tuple[Row, ...]


def table(place: Node, month: Month, by: str) -> Table:
    """Count the month of a place by one of WAYS. The names of places are those of the month's last day."""
    columns = formulas.of_month(month)
    ground, left_out = Ground.of(place, month), approved()
    counts = _count(_bases(columns), month, by, ground)
    cells = [_cells(formula, counts, left_out.get(formula.measure, []), month, by, ground) for formula in columns]
    keys = {key for column in cells for key in column}
    names = _names(keys, by, month)
    rows = [Row(key, names[key], tuple(column.get(key, Cell()) for column in cells)) for key in keys]
    rows.sort(key=lambda row: (row.key == NONE, row.key if by == PLACE else row.label))
    whole = Row("", _("合计"), tuple(sum(column.values(), Cell()) for column in cells))
    return Table(place, month, by, tuple(columns), whole, tuple(rows))


def approved() -> dict[str, list[int]]:
    """measure → the matters that its rate leaves out: one query, a few rows."""
    found: dict[str, list[int]] = defaultdict(list)
    rows = Exclusion.objects.filter(state=Exclusion.State.APPROVED)
    for measure, matter in rows.values_list("measure", "matter"):
        found[measure].append(matter)
    return found


def _bases(columns: Iterable[Formula]) -> dict[str, Base]:
    """The kinds of rows that these formulas speak of, each once."""
    facts = (FACTS[name] for formula in columns for name in (formula.numerator, formula.denominator))
    return {base.name: base for fact in facts for base, _condition in fact.parts}


def _count(bases: dict[str, Base], month: Month, by: str, ground: Ground, among: list[int] | None = None) -> Counts:
    """All facts of these bases, one statement a base; `among`: of these matters only."""
    counted: Counts = defaultdict(Counter)
    key_of = _keys(by, ground)
    for base in bases.values():
        conditions = {name: condition(month) for name, condition in _parts_on(base)}
        rows = base.rows(month).filter(ground.inside(f"{base.prefix}node_then__path"))
        if among is not None:
            rows = rows.filter(**{f"{base.dossier}__in": among})
        # Facts are named apart from the model's own columns.
        sums: dict[str, Any] = {f"n_{name}": Count("pk", filter=given) for name, given in conditions.items()}
        for row in _grouped(rows, base, month, by).values("group").annotate(**sums).order_by():
            key = key_of(row["group"])
            for name in conditions:
                counted[name][key] += row[f"n_{name}"]
    return counted


def _parts_on(base: Base) -> Iterable[tuple[str, Any]]:
    return ((fact.name, condition) for fact in FACTS.values() for on, condition in fact.parts if on is base)


def _cells(
    formula: Formula, counts: Counts, left_out: list[int], month: Month, by: str, ground: Ground
) -> dict[str, Cell]:
    above, below = counts[formula.numerator], counts[formula.denominator]
    out: Counts = defaultdict(Counter)
    if left_out:
        out = _count(_bases([formula]), month, by, ground, left_out)
    out_above, out_below = out[formula.numerator], out[formula.denominator]
    return {
        key: Cell(above[key] - out_above[key], below[key] - out_below[key], out_below[key])
        for key in above.keys() | below.keys()
        if above[key] or below[key]
    }


def _grouped(rows: "QuerySet[Any, Any]", base: Base, month: Month, by: str) -> "QuerySet[Any, Any]":
    """The rows with their raw group: the path of filing, the unit they lay with at their moment, or the category."""
    group: Combinable = F(f"{base.prefix}node_then__path" if by == PLACE else f"{base.prefix}matter__category")
    if by == UNIT:
        lay = Assignment.objects.filter(matter=OuterRef(base.dossier), at__lte=OuterRef("moment"))
        group = Subquery(lay.order_by("-at", "-pk").values("unit")[:1])
        rows = rows.annotate(moment=base.moment(month))
    grouped: QuerySet[Any, Any] = rows.annotate(group=group)
    return grouped


def _keys(by: str, ground: Ground) -> Callable[[Any], str]:
    """From the raw group of a row to its key."""
    if by == PLACE:
        return ground.part_of
    tops = _tops() if by == KIND else {}
    return lambda raw: NONE if raw is None else str(tops.get(raw, raw))


def _tops() -> dict[int, int]:
    """category id → the one at the top of its scheme."""
    parents = dict(Category.objects.values_list("pk", "parent"))
    return {pk: _top(pk, parents) for pk in parents}


def _top(pk: int, parents: dict[int, int | None]) -> int:
    above = parents[pk]
    return pk if above is None else _top(above, parents)


def _names(keys: Iterable[str], by: str, month: Month) -> dict[str, str]:
    listed = [key for key in keys if key != NONE]
    if by == PLACE:
        nodes = list(Node.objects.filter(path__in=listed))
        names = versions.names_on(nodes, month.last)
        return {node.path: names[node.pk] for node in nodes} | {NONE: _("未分到下一级")}
    if by == UNIT:
        units = Unit.objects.filter(pk__in=listed)
        return {str(unit.pk): unit.name for unit in units} | {NONE: _("网格、社区自己办")}
    return {str(each.pk): each.label for each in Category.objects.filter(pk__in=listed)} | {NONE: _("未定类别")}


def behind(place: Node, month: Month, fact: Fact, *, by: str = PLACE, key: str = "", measure: str = "") -> Q:
    """The dossiers behind a figure, as a condition: those of a fact in one row of a table (or in all of it), without
    the ones that the measure leaves out."""
    ground = Ground.of(place, month)
    found = Q(pk__in=[])
    for base, condition in fact.parts:
        rows = base.rows(month).filter(condition(month))
        column = f"{base.prefix}node_then__path"
        rows = rows.filter(ground.inside(column, key if by == PLACE else ""))
        if key and by != PLACE:
            rows = _grouped(rows, base, month, by).filter(_is_row(by, key))
        found |= Q(pk__in=rows.values(base.dossier))
    return found & ~Q(pk__in=approved().get(measure, []))


def _is_row(by: str, key: str) -> Q:
    if key == NONE:
        return Q(group=None)
    if by == KIND:
        return Q(group__in=[pk for pk, top in _tops().items() if str(top) == key])
    return Q(group=key)


def left_out(place: Node, month: Month, formula: Formula, *, by: str = PLACE, key: str = "") -> Q:
    """The dossiers below the line of a rate that are left out of it with approval."""
    everything = behind(place, month, FACTS[formula.denominator], by=by, key=key)
    return everything & Q(pk__in=approved().get(formula.measure, []))
