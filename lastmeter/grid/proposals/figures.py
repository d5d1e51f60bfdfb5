"""The figures of a proposal as rows of its page."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lastmeter.grid.models import Node, ProposalCell, ProposalGrid, ProposalLayer
from lastmeter.grid.proposals.partition import Measures, outside, together
from lastmeter.grid.proposals.proposing import Sheet


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure: a value for each column, and whether it is better or worse than the start's (0: the same)."""

    label: str
    values: list[str]
    better: int


@dataclass(frozen=True, slots=True)
class Table:
    """The measures of today's grids, of the layers as they were drawn, and of the proposal.

    `started`: the number of the column with which the proposal is compared.
    """

    columns: list[str]
    started: int
    rows: list[Figure]


def table(sheets: Sequence[Sheet], layers: Sequence[ProposalLayer]) -> Table:
    """The measures of a whole proposal; a layer's are those of the communities in which it has grids."""
    drawn = [[sheet.drawn[layer.pk] for sheet in sheets if layer.pk in sheet.drawn] for layer in layers]
    based = any(layer.base for layer in layers)
    held = [[sheet.before for sheet in sheets]] if based else []
    sides = [[sheet.today for sheet in sheets], *drawn, *held, [sheet.after for sheet in sheets]]
    before, after = together(sheet.before for sheet in sheets), together(sides[-1])
    shown = [together(side) if side else None for side in sides]
    rows = [_figure(before, after, shown, *measure) for measure in _measures()]
    grids = [str(each.grids) if each else "–" for each in shown]
    moved = [*["–"] * (len(shown) - 1), f"{after.moved:,}"]
    return Table(
        columns=[_("现在"), *(layer.name for layer in layers), *([_("起点，修正后")] if based else []), _("方案")],
        started=len(layers) + 1 if based else 0,
        rows=[Figure(_("网格，个"), grids, 0), *rows, Figure(_("比现在换了网格的户数，户"), moved, 0)],
    )


def _measures() -> list[tuple[str, Callable[[Measures], float], int, bool]]:
    """What is compared: its label, the figure, decimals, whether more is better."""
    return [
        (_("网格之间的边界，公里"), lambda each: each.cut / 1000, 2, False),
        (_("平均紧凑度（1 为正圆）"), lambda each: each.roundness, 3, True),
        (_("偏离社区平均户数，户"), lambda each: each.households_off, 0, False),
        (_("偏离社区平均事项量，件"), lambda each: each.work_off, 0, False),
        (_("超出户数范围，户"), lambda each: float(each.outside), 0, False),
    ]


def _figure(
    before: Measures,
    after: Measures,
    shown: Sequence[Measures | None],
    label: str,
    figure: Callable[[Measures], float],
    places: int,
    more: bool,
) -> Figure:
    was, now = round(figure(before), places), round(figure(after), places)
    better = 0 if was == now else 1 if (now > was) == more else -1
    return Figure(label, [f"{figure(each):,.{places}f}" if each else "–" for each in shown], better)


@dataclass(frozen=True, slots=True)
class GridRow:
    """One grid of the proposal: households and work today and then, its cells, and households outside the band."""

    grid: ProposalGrid
    community: Node
    colour: int
    homes_then: int
    homes: int
    work_then: int
    work: int
    outside: int
    cells: list[ProposalCell]


def rows(sheets: Sequence[Sheet], colour_of: Mapping[int, int]) -> list[GridRow]:
    """Every grid in the order of its number."""
    found = [row for sheet in sheets for row in _rows(sheet, colour_of)]
    return sorted(found, key=lambda row: row.grid.number)


def _rows(sheet: Sheet, colour_of: Mapping[int, int]) -> Iterator[GridRow]:
    for grid in sheet.grids:
        then = [cell for cell in sheet.cells if cell.start_id == grid.start_id]
        mine = [cell for cell in sheet.cells if cell.grid_id == grid.pk]
        homes = sum(cell.households for cell in mine)
        yield GridRow(
            grid=grid,
            community=sheet.community,
            colour=colour_of[grid.pk],
            homes_then=sum(cell.households for cell in then),
            homes=homes,
            work_then=sum(cell.work for cell in then),
            work=sum(cell.work for cell in mine),
            outside=outside(homes, sheet.ground.band),
            cells=mine,
        )
