"""Outlines as small inline drawings: a node among its neighbours, without a map service and without scripts."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians

import shapely

from lastmeter.grid.models import Level, Node, Shape

SIZE = 320  # the longer side of the drawing, in its own units
MOST_POINTS = 1200


@dataclass(frozen=True, slots=True)
class Drawing:
    """An SVG of `width` × `height` units: faint neighbours and the outline that is meant."""

    width: int
    height: int
    around: tuple[str, ...]
    here: str


def outline(node: Node) -> Drawing | None:
    """The node drawn among its siblings (a micro-grid in its grid's community); None when it has no polygon."""
    shape = Shape.objects.filter(node=node, valid_to=None).first()
    if shape is None:
        return None
    frame = _frame(node)
    siblings = Shape.objects.filter(node__path__startswith=frame, node__level=max(node.level, Level.COUNTY), valid_to=None)
    if node.level == Level.MICRO:
        siblings = Shape.objects.filter(node__path__startswith=frame, node__level=Level.GRID, valid_to=None)
    drawn = [shapely.from_wkb(bytes(each.wkb)) for each in siblings.exclude(node=node)]
    return draw(shapely.from_wkb(bytes(shape.wkb)), drawn)


def _frame(node: Node) -> str:
    """The path of the place in which the node is shown: its parent, or the community of a micro-grid."""
    depth = 2 if node.level == Level.MICRO else 1
    return node.path[: -5 * depth] or node.path


def draw(here: shapely.Geometry, around: Sequence[shapely.Geometry]) -> Drawing:
    """SVG paths of polygons in WGS84 degrees, the whole fitted into SIZE, north up."""
    west, south, east, north = shapely.total_bounds([here, *around])
    narrow = cos(radians((south + north) / 2))  # a degree of longitude is shorter than one of latitude
    wide, high = (east - west) * narrow, north - south
    scale = SIZE / max(wide, high, 1e-9)
    tolerance = max(wide, high) / 400

    def path(shape: shapely.Geometry) -> str:
        parts = []
        for ring in shapely.get_rings(shapely.get_parts(shapely.simplify(shape, tolerance))):
            points = [
                f"{(lon - west) * narrow * scale:.0f} {(north - lat) * scale:.0f}"
                for lon, lat in shapely.get_coordinates(ring)[:MOST_POINTS]
            ]
            parts.append("M" + "L".join(points) + "Z")
        return "".join(parts)

    return Drawing(
        max(1, round(wide * scale)), max(1, round(high * scale)), tuple(path(each) for each in around), path(here)
    )
