"""Outlines as small inline drawings: a place among its neighbours, without a map service and without scripts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from math import cos, radians

import numpy as np
import numpy.typing as npt
import shapely

from lastmeter.grid.models import Level, Node, Shape

SIZE = 640  # the longer side of the drawing, in its own units
MOST_BYTES = 6000  # of path data in a page that a phone loads over a slow line
MOST_CHART = 16_000  # of a page whose drawing is what it is for
TOUCH = 1e-6  # degrees, about 10 cm: neighbours drawn apart still touch


@dataclass(frozen=True, slots=True)
class Drawing:
    """SVG paths in a box of `width` × `height` units: the outline of `node` and, faint, those beside it.

    `box` is that of `node`: west, south, east, north in WGS84 degrees. `beside` are the ids of the nodes whose outlines
    touch it.
    """

    node: Node
    width: int
    height: int
    here: str
    around: tuple[str, ...]
    beside: frozenset[int]
    box: tuple[float, float, float, float]


def outline(chain: Sequence[Node]) -> Drawing | None:
    """Draw the last place of a chain (top first) that has a polygon, at least a community, among its siblings."""
    drawable = [node for node in chain if node.level >= min(Level.COMMUNITY, chain[-1].level)]
    shaped = set(Shape.objects.filter(node__in=drawable, valid_to=None).values_list("node_id", flat=True))
    node = next((node for node in reversed(drawable) if node.pk in shaped), None)
    if node is None:
        return None
    rows = Shape.objects.filter(node__parent=node.parent_id, node__valid_to=None, valid_to=None).order_by("node__path")
    found = {pk: shapely.from_wkb(bytes(wkb)) for pk, wkb in rows.values_list("node_id", "wkb")}
    here = found.pop(node.pk, None)
    return None if here is None else _draw(node, here, found)


def _draw(node: Node, here: shapely.Geometry, siblings: dict[int, shapely.Geometry]) -> Drawing:
    width, height, paths = _drawn([here, *siblings.values()])
    return Drawing(
        node=node,
        width=width,
        height=height,
        here=paths[0],
        around=tuple(paths[1:]),
        box=here.bounds,
        beside=frozenset(pk for pk, shape in siblings.items() if shapely.dwithin(here, shape, TOUCH)),
    )


@dataclass(frozen=True, slots=True)
class Piece:
    """A place of a chart: its path, and a point inside it for a word or number."""

    node: Node
    path: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Chart:
    """The places below one (or, where these have no outline, itself among its siblings) in a box of units.

    `rim` is the outline of the place itself, "" where it has none; `box` what a map shows of it: west, south, east,
    north in WGS84 degrees.
    """

    width: int
    height: int
    rim: str
    pieces: tuple[Piece, ...]
    box: tuple[float, float, float, float]


def chart(node: Node | None, below: Sequence[Node], most: int = MOST_CHART) -> Chart | None:
    """What lies below a place, or where the tree begins (None), in `most` bytes; None when nothing has an outline."""
    own = _shapes([node]) if node else {}
    drawn = _shapes(below)
    if not drawn and node is not None:
        drawn = _shapes(Node.objects.filter(parent=node.parent_id, valid_to=None).order_by("path"))
    if not drawn and not own:
        return None
    nodes, rims = list(drawn), list(own.values())
    box = shapely.total_bounds(rims or list(drawn.values())).tolist()
    width, height, placed = to_drawing([*rims, *drawn.values()], SIZE)
    paths, middles = _paths(placed, most), shapely.point_on_surface(placed[len(rims) :])
    return Chart(
        width,
        height,
        rim=paths[0] if rims else "",
        pieces=tuple(
            Piece(each, path, round(middle.x), round(middle.y))
            for each, path, middle in zip(nodes, paths[len(rims) :], middles, strict=True)
        ),
        box=(box[0], box[1], box[2], box[3]),
    )


def _shapes(nodes: Iterable[Node]) -> dict[Node, shapely.Geometry]:
    """The nodes with their polygons of today, those without left out: one query."""
    listed = list(nodes)
    rows = Shape.objects.filter(node__in=listed, valid_to=None).values_list("node_id", "wkb")
    known = {pk: shapely.from_wkb(bytes(wkb)) for pk, wkb in rows}
    return {node: known[node.pk] for node in listed if node.pk in known}


@dataclass(frozen=True, slots=True)
class Sketch:
    """SVG paths in a box of `width` × `height` units: the ground as it was, what comes, and the spots that offend."""

    width: int
    height: int
    before: tuple[str, ...]
    after: tuple[str, ...]
    spots: tuple[str, ...]


def sketch(
    before: Sequence[shapely.Geometry], after: Sequence[shapely.Geometry], spots: Sequence[shapely.Geometry] = ()
) -> Sketch | None:
    """Draw polygons (WGS84) above each other; None when there are none."""
    if not (before or after or spots):
        return None
    width, height, paths = _drawn([*before, *after, *spots])
    first, second = len(before), len(before) + len(after)
    return Sketch(width, height, tuple(paths[:first]), tuple(paths[first:second]), tuple(paths[second:]))


def _drawn(shapes: Sequence[shapely.Geometry]) -> tuple[int, int, list[str]]:
    """Width, height and a path for each polygon."""
    width, height, placed = to_drawing(shapes, SIZE)
    return width, height, _paths(placed)


def to_drawing(
    shapes: Sequence[shapely.Geometry], size: int, *, metres: bool = False
) -> tuple[int, int, npt.NDArray[np.object_]]:
    """Width, height and the shapes in units of a drawing whose longer side is `size`, north up.

    The shapes are in WGS84 degrees, or in metres on a plane. At least one of them is not empty.
    """
    given = np.array(shapes, dtype=object)
    west, south, east, north = shapely.total_bounds(given)
    # A degree of longitude is shorter than one of latitude.
    narrow = 1.0 if metres else cos(radians((south + north) / 2))
    scale = size / max((east - west) * narrow, north - south, 1e-9)
    factor, origin = np.array([narrow * scale, -scale]), np.array([west, north])
    placed: npt.NDArray[np.object_] = shapely.transform(given, lambda points: (points - origin) * factor)
    return max(1, round((east - west) * narrow * scale)), max(1, round((north - south) * scale)), placed


def _paths(shapes: npt.NDArray[np.object_], most: int = MOST_BYTES) -> list[str]:
    """One path a shape, simplified as far as it takes for all of them to fit into so many bytes."""
    for doubled in count():
        paths = [svg_path(shape) for shape in shapely.simplify(shapes, 2.0**doubled)]
        if sum(map(len, paths)) <= most or 2**doubled > SIZE:
            break
    return paths


def svg_path(shape: shapely.Geometry) -> str:
    """The rings of a shape in whole units, every point as the step from the one before: half the bytes of positions."""
    return "".join(map(_ring, shapely.get_rings(shapely.get_parts(shape))))


def _ring(ring: shapely.Geometry) -> str:
    points = np.rint(shapely.get_coordinates(ring)[:-1]).astype(int)
    steps = np.diff(points, axis=0)
    steps = steps[steps.any(axis=1)]
    return f"M{points[0][0]} {points[0][1]}l{' '.join(f'{x} {y}' for x, y in steps)}z" if len(steps) > 1 else ""
