"""Figures as a page shows them: every cell with its addresses, on public pages without the small ones."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from lastmeter.grid import tree
from lastmeter.grid.models import Node
from lastmeter.insight import counting, formulas
from lastmeter.insight.models import Figure, Formula, Publication
from lastmeter.insight.rules import SMALLEST, Cell, Month, hidden


def ways(by: str) -> list[tuple[str, str, bool]]:
    """The ways to break a table down: its name in an address, in words, whether it is the present one."""
    words = {counting.PLACE: _("按地方"), counting.UNIT: _("按单位"), counting.KIND: _("按类别")}
    return [(way, words[way], way == by) for way in counting.WAYS]


@dataclass(frozen=True, slots=True)
class Shown:
    """A cell in words: the rate, the numbers behind it, and where each leads ("" = nowhere)."""

    rate: str
    numerator: int
    denominator: int
    excluded: int
    hidden: bool = False
    above: str = ""
    below: str = ""
    out: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A row: its name, where its place's own table is ("" = none), and its cells."""

    label: str
    href: str
    cells: list[Shown]


def percent(cell: Cell) -> str:
    """One decimal; a dash when there was nothing to count, which is neither 0 nor 100."""
    return "—" if cell.percent is None else f"{cell.percent:.1f}%"


def desk(table: counting.Table) -> tuple[Line, list[Line]]:
    """The row of all and the rows of a desk's table; every number opens the matters behind it."""
    code = tree.code_of(table.place)
    codes = _codes(table)
    lines = []
    for row in (table.whole, *table.rows):
        query = {"at": code, "month": str(table.month), "by": table.by, "key": row.key}
        cells = [_opening(cell, formula, query) for cell, formula in zip(row.cells, table.formulas, strict=True)]
        below = codes.get(row.key, "")
        href = f"?{urlencode({'at': below, 'month': str(table.month)})}" if below else ""
        lines.append(Line(row.label, href, cells))
    return lines[0], lines[1:]


def _codes(table: counting.Table) -> dict[str, str]:
    if table.by != counting.PLACE:
        return {}
    nodes = {node.pk: node for node in Node.objects.filter(path__in=[row.key for row in table.rows])}
    codes = tree.codes_of(nodes.values())
    return {node.path: codes[pk] for pk, node in nodes.items()}


def _opening(cell: Cell, formula: Formula, query: dict[str, str]) -> Shown:
    def to(part: str) -> str:
        return "/rates/behind/?" + urlencode({**query, "measure": formula.measure, "part": part})

    return Shown(
        rate=percent(cell),
        numerator=cell.numerator,
        denominator=cell.denominator,
        excluded=cell.excluded,
        above=to("numerator") if cell.numerator else "",
        below=to("denominator") if cell.denominator else "",
        out=to("excluded") if cell.excluded else "",
    )


@dataclass(frozen=True, slots=True)
class Public:
    """A published month as everybody reads it."""

    formulas: list[formulas.Written]
    whole: Line
    rows: list[Line]


def public(publication: Publication, by: str) -> Public:
    """The published figures by one way, without those about fewer than five and what would give these away."""
    figures = list(publication.figures.select_related("formula").order_by("position", "pk"))
    columns = list(dict.fromkeys(figure.formula_id for figure in figures))
    known = {figure.formula_id: figure.formula for figure in figures}
    whole = [figure for figure in figures if figure.by == ""]
    rows = _by_row([figure for figure in figures if figure.by == by])
    hide = [hidden([row[at].denominator for row in rows]) for at in range(len(columns))]
    lines = [
        Line(row[0].label, "", [_published(figure, place in hide[at]) for at, figure in enumerate(row)])
        for place, row in enumerate(rows)
    ]
    total = [_published(figure, _is_small(figure)) for figure in whole]
    return Public(formulas.in_words(known[pk] for pk in columns), Line(_("合计"), "", total), lines)


def three(publication: Publication) -> list[tuple[formulas.Written, Shown]]:
    """三率 of the whole place, as everybody reads them."""
    figures = publication.figures.filter(by="", formula__measure__in=formulas.THREE).select_related("formula")
    return [
        (formulas.Written(figure.formula), _published(figure, _is_small(figure))) for figure in figures.order_by("pk")
    ]


def _is_small(figure: Figure) -> bool:
    return 0 < figure.denominator < SMALLEST


def _by_row(figures: Iterable[Figure]) -> list[list[Figure]]:
    rows: dict[int, list[Figure]] = {}
    for figure in figures:
        rows.setdefault(figure.position, []).append(figure)
    return list(rows.values())


def _published(figure: Figure, hide: bool) -> Shown:
    if hide:
        return Shown(_("不足 5 件"), 0, 0, 0, hidden=True)
    cell = Cell(figure.numerator, figure.denominator, figure.excluded)
    return Shown(percent(cell), cell.numerator, cell.denominator, cell.excluded)


def months_before(month: Month, count: int) -> list[Month]:
    """The month and those before it."""
    found = [month]
    while len(found) < count:
        found.append(found[-1].before)
    return found


def sheet(columns: Sequence[formulas.Written], lines: Iterable[Line]) -> tuple[list[str], list[list[str]]]:
    """Header and rows of the table as a spreadsheet: for each rate its percentage, and what is above and below."""
    header = [_("名称")]
    for each in columns:
        name = each.formula.get_measure_display()
        header += [name, f"{name}·{each.numerator}", f"{name}·{each.denominator}", _("%(name)s·剔除") % {"name": name}]
    return header, [[line.label, *_flat(line)] for line in lines]


def _flat(line: Line) -> list[str]:
    return [
        part
        for cell in line.cells
        for part in (
            [cell.rate, "", "", ""]
            if cell.hidden
            else [cell.rate, str(cell.numerator), str(cell.denominator), str(cell.excluded)]
        )
    ]
