"""The figures of a proposal as rows of its page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lastmeter.grid.models import Node, ProposalCell, ProposalGrid
from lastmeter.grid.proposals.partition import outside
from lastmeter.grid.proposals.proposing import Sheet, in_all


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure: today, as proposed, whether less is better and whether it got better or worse (0: the same)."""

    label: str
    before: str
    after: str
    better: int


def figures(sheets: Sequence[Sheet]) -> list[Figure]:
    """The measures of the whole proposal beside today's."""
    old, new = in_all(sheets)
    return [
        _figure(_("网格之间的边界，公里"), old.cut / 1000, new.cut / 1000, 2),
        _figure(_("平均紧凑度（1 为正圆）"), old.roundness, new.roundness, 3, more=True),
        _figure(_("偏离社区平均户数，户"), old.households_off, new.households_off, 0),
        _figure(_("偏离社区平均事项量，件"), old.work_off, new.work_off, 0),
        _figure(_("超出户数范围，户"), old.outside, new.outside, 0),
        Figure(_("换了网格的户数，户"), "–", f"{new.moved:,}", 0),
    ]


def _figure(label: str, old: float, new: float, places: int, *, more: bool = False) -> Figure:
    was, now = round(old, places), round(new, places)
    better = 0 if was == now else 1 if (now > was) == more else -1
    return Figure(label, f"{old:,.{places}f}", f"{new:,.{places}f}", better)


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
