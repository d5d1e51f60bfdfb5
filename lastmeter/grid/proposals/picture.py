"""A proposal as an inline drawing: every cell a link, coloured so that no two grids side by side look alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians

import numpy as np
import shapely

from lastmeter.grid.models import ProposalCell
from lastmeter.grid.proposals.proposing import Sheet

SIZE = 900  # the longer side, in units of the drawing
COLOURS = 8  # classes c0 … c7 of the style sheet


@dataclass(frozen=True, slots=True)
class Piece:
    """A cell: its path, the colour of its grid, and whether it changes its grid."""

    cell: ProposalCell
    path: str
    colour: int
    moved: bool


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
    shapes = _placed([shapely.from_wkb(bytes(cell.wkb)) for cell in cells])
    of_grid: dict[int, list[shapely.Geometry]] = {}
    for cell, shape in zip(cells, shapes, strict=True):
        of_grid.setdefault(cell.grid_id, []).append(shape)
    grids = {pk: shapely.union_all(parts) for pk, parts in of_grid.items()}
    colours = _colours(grids)
    number = {grid.pk: grid.number for sheet in sheets for grid in sheet.grids}
    middles = {pk: shapely.point_on_surface(shape) for pk, shape in grids.items()}
    _west, _south, east, north = shapely.total_bounds(np.array(shapes, dtype=object))
    return Picture(
        width=round(float(east)),
        height=round(float(north)),
        pieces=[
            Piece(cell, _path(shape), colours[cell.grid_id], cell.grid.start_id != cell.start_id)
            for cell, shape in zip(cells, shapes, strict=True)
        ],
        outlines=[_path(shape) for shape in grids.values()],
        labels=[Label(number[pk], round(point.x), round(point.y)) for pk, point in middles.items()],
        colour_of=colours,
    )


def _placed(shapes: Sequence[shapely.Geometry]) -> list[shapely.Geometry]:
    """WGS84 → units of the drawing, north up."""
    west, south, east, north = shapely.total_bounds(np.array(shapes, dtype=object))
    narrow = cos(radians((south + north) / 2))
    scale = SIZE / max((east - west) * narrow, north - south, 1e-9)
    factor, origin = np.array([narrow * scale, -scale]), np.array([west, north])
    return [shapely.transform(shape, lambda points: (points - origin) * factor) for shape in shapes]


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
    rings = shapely.get_rings(shapely.get_parts(shapely.simplify(shape, 0.5)))
    return "".join(
        "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in shapely.get_coordinates(ring)[:-1].tolist()) + "z"
        for ring in rings
    )
