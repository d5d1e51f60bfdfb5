"""The overlay of all layers: atoms that no border cuts, from which a merged grid can be put together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely

from lastmeter.grid.layers import comparing, ground, measuring
from lastmeter.grid.models import Layer, Level, Node
from lastmeter.grid.shapes import current

SNAP_M = 0.05  # borders nearer to each other than this are one border
CRUMB_WIDTH_M = comparing.SLIVER_WIDTH_M  # thinner atoms belong to the neighbour with the longest common border

Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Atom:
    """A piece of one community: its polygon (WGS84), and the cell of each layer it lies in (None: in none of it).

    `compound` is the node of the compound, building or lane that holds it whole, when there is one; `grid` today's grid
    that does.
    """

    polygon: shapely.Geometry
    community_id: int
    cells: dict[int, int | None] = field(default_factory=dict)
    compound: int | None = None
    grid: int | None = None


def atoms(layers: Sequence[Layer], street: Node) -> list[Atom]:
    """The cells of all layers, the compounds and today's grids laid over each other, cut inside each community.

    Together the atoms of a community are its ground: nothing is left out, nothing is there twice. Slivers are given to
    the neighbour with the longest common border. Where cells of one layer overlap, the first of the file has the atom.
    A compound, cut by a layer's border, makes several atoms of the same `compound`.
    """
    place = measuring.street_of(street, *layers)
    drawn = {layer.pk: measuring.pieces(layer, place) for layer in layers}
    sheets = {pk: ([piece.id for piece in pieces], _array(pieces)) for pk, pieces in drawn.items()}
    compounds, grids = (_sheet(current(street, level), place) for level in (Level.MICRO, Level.GRID))
    found: list[Atom] = []
    for community_id, shape in regions(street).items():
        [flat] = place.plane.metres([shape])
        parts = cut(flat, [*(shapes for _ids, shapes in sheets.values()), compounds[1], grids[1]])
        cells = {pk: _holding(parts, *sheet) for pk, sheet in sheets.items()}
        holders, holding = _holding(parts, *compounds), _holding(parts, *grids)
        for number, polygon in enumerate(place.plane.degrees(parts)):
            mine = {pk: ids[number] for pk, ids in cells.items()}
            found.append(Atom(polygon, community_id, mine, holders[number], holding[number]))
    return found


def regions(street: Node) -> dict[int, shapely.Geometry]:
    """community id → its polygon (WGS84), or the polygons of its grids together where it has none of its own."""
    found = current(street, Level.COMMUNITY)
    for node in Node.objects.below(street.path).filter(level=Level.COMMUNITY, valid_to=None).exclude(pk__in=found):
        below = current(node, Level.GRID) or current(node, Level.MICRO)
        if below:
            found[node.pk] = shapely.union_all(list(below.values()), grid_size=ground.GRID_DEGREES)
    return found


def _sheet(drawn: Mapping[int, shapely.Geometry], place: measuring.Street) -> tuple[list[int], Shapes]:
    return list(drawn), place.plane.metres(list(drawn.values()))


def cut(region: shapely.Geometry, sheets: Sequence[Shapes]) -> Shapes:
    """A region cut along all borders of all sheets, in metres: its parts without overlap, gap or sliver."""
    borders = [shapely.boundary(region)]
    for sheet in sheets:
        near = sheet[shapely.intersects(sheet, region)]
        borders += list(shapely.intersection(shapely.boundary(near), region))
    lines = shapely.unary_union(shapely.set_precision(borders, SNAP_M), grid_size=SNAP_M)
    parts = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    snapped = shapely.buffer(region, SNAP_M)
    inside = parts[shapely.contains(snapped, shapely.point_on_surface(parts))]
    return _without_crumbs(inside)


def _without_crumbs(parts: Shapes) -> Shapes:
    """Each sliver joined to the neighbour with the longest common border; slivers alone in the field stay."""
    kept: dict[int, shapely.Geometry] = dict(enumerate(parts))
    thin = sorted((part.area, number) for number, part in kept.items() if comparing.width(part) < CRUMB_WIDTH_M)
    for _area, number in thin:
        crumb = kept[number]
        if comparing.width(crumb) >= CRUMB_WIDTH_M:
            continue  # it has grown by a smaller crumb
        neighbour = _longest_border(crumb, {other: part for other, part in kept.items() if other != number})
        if neighbour is not None:
            kept[neighbour] = shapely.union(kept[neighbour], crumb, grid_size=comparing.GRID_M)
            del kept[number]
    joined: Shapes = np.array(list(kept.values()), dtype=object)
    return joined


def _longest_border(crumb: shapely.Geometry, others: Mapping[int, shapely.Geometry]) -> int | None:
    numbers, shapes = list(others), np.array(list(others.values()), dtype=object)
    near = np.flatnonzero(shapely.intersects(shapes, crumb))
    if not len(near):
        return None
    shared = shapely.length(shapely.intersection(shapes[near], shapely.boundary(crumb)))
    return numbers[near[shared.argmax()]] if shared.max() > 0 else None


def _holding(parts: Shapes, ids: Sequence[int], shapes: Shapes) -> list[int | None]:
    """For each part the id of the first shape that holds a point inside it; None where none does."""
    part, shape = shapely.STRtree(shapes).query(shapely.point_on_surface(parts), predicate="intersects")
    first: dict[int, int] = {}
    for number, holder in sorted(zip(part.tolist(), shape.tolist(), strict=True)):
        first.setdefault(number, holder)
    return [ids[first[number]] if number in first else None for number in range(len(parts))]


def _array(pieces: Sequence[comparing.Piece]) -> Shapes:
    return np.array([piece.shape for piece in pieces], dtype=object)
