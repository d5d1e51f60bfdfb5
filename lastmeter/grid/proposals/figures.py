"""The figures of a proposal as rows of its page."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lastmeter.grid.models import Node, ProposalCell, ProposalGrid, ProposalHeld, ProposalLayer
from lastmeter.grid.proposals.proposing import Sheet
from lastmeter.grid.proposals.solver.measures import Measures, outside, together


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
    apart = any(layer.base for layer in layers) or not all(kept_as_drawn(sheet) for sheet in sheets)
    held = [[sheet.before for sheet in sheets]] if apart else []
    sides = [[sheet.today for sheet in sheets], *drawn, *held, [sheet.after for sheet in sheets]]
    before, after = together(sheet.before for sheet in sheets), together(sides[-1])
    shown = [together(side) if side else None for side in sides]
    rows = [_figure(before, after, shown, *measure) for measure in _measures()]
    grids = [str(each.grids) if each else "–" for each in shown]
    moved = [*["–"] * (len(shown) - 1), f"{after.moved:,}"]
    return Table(
        columns=[_("现在"), *(layer.name for layer in layers), *([_("要守住的")] if apart else []), _("方案")],
        started=len(layers) + 1 if apart else 0,
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
class Pair:
    """A figure of the start as it was drawn and of the proposal; `worse`: the proposal's is."""

    was: str
    now: str
    worse: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """A community (None: all of them) beside its start as it was drawn."""

    community: Node | None
    pairs: list[Pair]


@dataclass(frozen=True, slots=True)
class Reason:
    """Communities, and sentences on what was held there and why not more."""

    communities: list[Node]
    said: tuple[str, ...]


def comparisons(sheets: Sequence[Sheet], layers: Sequence[ProposalLayer]) -> list[Comparison]:
    """Every community beside the start as it was drawn, and all together when there are several."""
    base = next((layer.pk for layer in layers if layer.base), None)
    starts = [sheet.drawn.get(base, sheet.today) if base else sheet.today for sheet in sheets]
    found = [
        Comparison(sheet.community, _pairs(start, sheet.after)) for sheet, start in zip(sheets, starts, strict=True)
    ]
    if len(found) > 1:
        found.append(Comparison(None, _pairs(together(starts), together(sheet.after for sheet in sheets))))
    return found


def reasons(sheets: Sequence[Sheet]) -> list[Reason]:
    """What was held where, communities with the same reason in one."""
    found: dict[tuple[str, ...], list[Node]] = {}
    for sheet in sheets:
        found.setdefault(_said(sheet), []).append(sheet.community)
    return [Reason(communities, said) for said, communities in found.items()]


def labels() -> list[str]:
    """What the pairs of a comparison are."""
    return [each[0] for each in _measures()]


def _pairs(start: Measures, after: Measures) -> list[Pair]:
    found = []
    for _name, figure, places, more in _measures():
        was, now = round(figure(start), places), round(figure(after), places)
        found.append(Pair(f"{was:,.{places}f}", f"{now:,.{places}f}", worse=now != was and (now > was) != more))
    return found


def kept_as_drawn(sheet: Sheet) -> bool:
    """Whether the proposal of a community was held against the figures of its start as it was drawn."""
    return sheet.held is None or sheet.held.kind == ProposalHeld.Kind.DRAWN


def _said(sheet: Sheet) -> tuple[str, ...]:
    """Against what the proposal of a community was held, and why not against more."""
    if not sheet.no_worse:
        return (_("经人工修改，有的指标比要守住的差。"),)
    if sheet.held is None or kept_as_drawn(sheet):
        return (_("每一项都不比起点差。"),)
    if sheet.held.ruled_out:
        return _held(sheet.held), _("已逐一排查：连片、不跨社区、不拆小区的划法里，没有一种守得住原样的每一项。")
    return _held(sheet.held), _("在时限内没有找到守得住原样每一项的划法，但不能证明没有。")


def _held(held: ProposalHeld) -> str:
    """What was held instead of the start as drawn; when a start without gaps cannot be held, it cuts or is torn."""
    return {
        ProposalHeld.Kind.CLOSED: _(
            "起点有没画到的地方，照它的样子守不住每一项；把这些地方归给相邻的格子以后再比，每一项都不差。"
        ),
        ProposalHeld.Kind.BALANCED: _(
            "起点切开了不能拆的楼栋、小区，或断成几块，照它的样子守不住紧凑；均衡的每一项都不比原样差，紧凑不比修正后的差。"
        ),
        ProposalHeld.Kind.MENDED: _(
            "起点切开了不能拆的楼栋、小区，或断成几块，照它的样子守不住均衡；与修正成能采用的样子比，每一项都不差。"
        ),
    }[ProposalHeld.Kind(held.kind)]


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
