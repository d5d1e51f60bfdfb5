"""A proposal as an inline drawing: every cell a link, coloured so that no two grids side by side look alike."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import shapely

from lastmeter.grid import shapes
from lastmeter.grid.mapping import svg_path, to_drawing
from lastmeter.grid.models import ProposalCell
from lastmeter.grid.proposals.proposing import Sheet

SIZE = 900  # the longer side, in units of the drawing
COLOURS = 8  # classes c0 … c7 of the style sheet


@dataclass(frozen=True, slots=True)
class Piece:
    """A cell: its path, the colour of its grid, whether it changes its grid, and the other grids it borders on."""

    cell: ProposalCell
    path: str
    colour: int
    moved: bool
    beside: frozenset[int]


@dataclass(frozen=True, slots=True)
class Label:
    """The number of a grid and where it stands."""

    number: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Picture:
    """The drawing of a proposal in a box of `width` × `height`; `outlines`: the paths of whole grids."""

    width: int
    height: int
    pieces: list[Piece]
    outlines: list[str]
    labels: list[Label]
    colour_of: Mapping[int, int]


def draw(sheets: Sequence[Sheet]) -> Picture:
    """All cells of a proposal that has some."""
    cells = [cell for sheet in sheets for cell in sheet.cells]
    drawn = [shapely.from_wkb(bytes(cell.wkb)) for cell in cells]
    of_grid: dict[int, list[shapely.Geometry]] = {}
    for cell, shape in zip(cells, drawn, strict=True):
        of_grid.setdefault(cell.grid_id, []).append(shape)
    wholes = [shapes.union(parts) for parts in of_grid.values()]
    width, height, placed = to_drawing([*drawn, *wholes], SIZE)
    grids = dict(zip(of_grid, placed[len(drawn) :], strict=True))
    colours = _colours(grids)
    beside = {pk: grids for sheet in sheets for pk, grids in _beside(sheet)}
    number = {grid.pk: grid.number for sheet in sheets for grid in sheet.grids}
    middles = {pk: shapely.point_on_surface(shape) for pk, shape in grids.items()}
    return Picture(
        width=width,
        height=height,
        pieces=[
            Piece(cell, _path(shape), colours[cell.grid_id], cell.grid.start_id != cell.start_id, beside[cell.pk])
            for cell, shape in zip(cells, placed[: len(drawn)], strict=True)
        ],
        outlines=[_path(shape) for shape in grids.values()],
        labels=[Label(number[pk], round(point.x), round(point.y)) for pk, point in middles.items()],
        colour_of=colours,
    )


def _beside(sheet: Sheet) -> Iterator[tuple[int, frozenset[int]]]:
    """(cell id, ids of the other grids that its block borders on)."""
    for number, block in enumerate(sheet.ground.blocks):
        others = {sheet.proposed[other] for other in sheet.ground.beside[number]} - {sheet.proposed[number]}
        grids = frozenset(sheet.grids[at].pk for at in others)
        for atom in block.atoms:
            yield sheet.cells[atom].pk, grids


def _colours(grids: Mapping[int, shapely.Geometry]) -> dict[int, int]:
    """The first colour that no neighbour has; when all are taken, the grid's turn."""
    keys = list(grids)
    tree = shapely.STRtree([grids[key] for key in keys])
    colours: dict[int, int] = {}
    for at, key in enumerate(keys):
        near = tree.query(grids[key], predicate="dwithin", distance=2)
        taken = {colours[keys[other]] for other in near if keys[other] in colours}
        colours[key] = next((colour for colour in range(COLOURS) if colour not in taken), at % COLOURS)
    return colours


def _path(shape: shapely.Geometry) -> str:
    return svg_path(shapely.simplify(shape, 0.5))
