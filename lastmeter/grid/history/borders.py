"""Borders as arcs: places side by side share each piece of border, so that whoever moves it moves both sides at once.

No overlap and no gap can arise this way; whether the result fits is still for `fitting` to say.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from django.utils.translation import gettext as _

from lastmeter.grid.models import Node, Shape, at_or_below

SNAP = 2e-8  # degrees, 2 mm: points nearer than this are one point, and a point this near to a line lies on it
TOUCH = 1e-6  # degrees, 10 cm: places this near are neighbours
MOST_POINTS = 5000  # of one arc, as somebody drew it
DIGITS = 9  # decimals of a degree that travel: a tenth of a millimetre

Point = tuple[float, float]
Line = tuple[Point, ...]


class BadBorder(ValueError):
    """What was drawn is no border of this place; str() is a sentence."""


@dataclass(slots=True)
class Topology:
    """A place, its neighbours and all that lies below them, by arcs.

    `arcs`: lines from junction to junction (a closed one ends where it begins), WGS84. `rings`: node → polygons → rings
    (the outer first) → arcs; a number n ≥ 0 is arc n, ~n is arc n backwards. `level`: the place and its neighbours.
    `movable`: the arcs between the place and a neighbour; `fixed`: their ends that lie on ground of others as well.
    """

    node: Node
    level: list[Node]
    arcs: list[Line] = field(default_factory=list)
    rings: dict[Node, list[list[list[int]]]] = field(default_factory=dict)
    movable: frozenset[int] = frozenset()
    fixed: frozenset[Point] = frozenset()

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north of the borders that can be moved."""
        points = np.array([point for number in self.movable for point in self.arcs[number]])
        (west, south), (east, north) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
        return west, south, east, north

    def as_data(self) -> dict[str, Any]:
        """What the page needs to draw it and to move it."""
        return {
            "arcs": [[[round(x, DIGITS), round(y, DIGITS)] for x, y in arc] for arc in self.arcs],
            "movable": sorted(self.movable),
            "fixed": [[round(x, DIGITS), round(y, DIGITS)] for x, y in sorted(self.fixed)],
            "node": self.node.pk,
            "places": [{"id": each.pk, "name": each.name, "polygons": self.rings[each]} for each in self.level],
        }


def around(node: Node, today: date) -> Topology | None:
    """The borders of a place with the neighbours under the same parent; None when none of its border can be moved."""
    own, siblings = _polygons([node]), _polygons(Node.objects.current(today).filter(parent=node.parent_id))
    if node not in own:
        return None
    near = [each for each in siblings if each != node and shapely.dwithin(own[node], siblings[each], TOUCH)]
    level = [node, *sorted(near, key=lambda each: each.path)]
    below = [each for place in level for each in Node.objects.current(today).filter(at_or_below(place.path))]
    found = Topology(node, level)
    _cut(found, _polygons(below))
    _free(found)
    return found if found.movable else None


def _polygons(nodes: Iterable[Node]) -> dict[Node, shapely.Geometry]:
    listed = {node.pk: node for node in nodes}
    rows = Shape.objects.filter(node__in=listed, valid_to=None).order_by("node__path").values_list("node_id", "wkb")
    return {listed[pk]: shapely.from_wkb(bytes(wkb)) for pk, wkb in rows}


# -- From polygons to arcs ---------------------------------------------------------------------------------------------


def _cut(found: Topology, polygons: Mapping[Node, shapely.Geometry]) -> None:
    """Fill in arcs and rings."""
    owners: list[tuple[Node, int]] = []
    lines: list[npt.NDArray[np.float64]] = []
    for node, shape in polygons.items():
        for number, part in enumerate(shapely.get_parts(shape)):
            for ring in shapely.get_rings(part):
                owners.append((node, number))
                lines.append(shapely.get_coordinates(ring)[:-1])
    rings = _noded(lines)
    junctions = _junctions(rings)
    known: dict[Line, int] = {}
    for (node, number), ring in zip(owners, rings, strict=True):
        parts = found.rings.setdefault(node, [])
        if number == len(parts):
            parts.append([])
        parts[number].append([_arc(found, known, line) for line in _lines(ring, junctions)])


def _noded(lines: Sequence[npt.NDArray[np.float64]]) -> list[list[Point]]:
    """The rings with every point of another ring that lies on them; points that nearly coincide become one."""
    points, which = np.unique(np.vstack(lines), axis=0, return_inverse=True)
    one, other = shapely.STRtree(shapely.points(points)).query(
        shapely.points(points), predicate="dwithin", distance=SNAP
    )
    stands = np.arange(len(points))
    np.minimum.at(stands, one, other)
    placed = [tuple(point) for point in points.tolist()]
    splits = np.split(stands[which.ravel()], np.cumsum([len(line) for line in lines])[:-1])
    rings = [_without_repeats([placed[at] for at in ids.tolist()]) for ids in splits]
    distinct = [placed[at] for at in np.unique(stands).tolist()]
    tree = shapely.STRtree(shapely.points(distinct))
    return [_with_points(ring, distinct, tree) for ring in rings]


def _without_repeats(ring: list[Point]) -> list[Point]:
    return [point for at, point in enumerate(ring) if point != ring[at - 1]]


def _with_points(ring: list[Point], points: Sequence[Point], tree: shapely.STRtree) -> list[Point]:
    closed = [*ring, ring[0]]
    edges = shapely.linestrings([[closed[at], closed[at + 1]] for at in range(len(ring))])
    on_edge: defaultdict[int, list[Point]] = defaultdict(list)
    for edge, at in zip(
        *(found.tolist() for found in tree.query(edges, predicate="dwithin", distance=SNAP)), strict=True
    ):
        if points[at] not in (closed[edge], closed[edge + 1]):
            on_edge[edge].append(points[at])
    whole: list[Point] = []
    for edge, point in enumerate(ring):
        whole += [point, *sorted(on_edge[edge], key=lambda each, start=point: _far(start, each))]  # type: ignore[misc]
    return whole


def _far(one: Point, other: Point) -> float:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2


def _junctions(rings: Sequence[Sequence[Point]]) -> set[Point]:
    """The points where more than two ways meet, or where the way changes whose border it is."""
    sides: defaultdict[tuple[Point, Point], list[int]] = defaultdict(list)
    for number, ring in enumerate(rings):
        for at, point in enumerate(ring):
            sides[min(ring[at - 1], point), max(ring[at - 1], point)].append(number)
    ways: defaultdict[Point, set[Point]] = defaultdict(set)
    whose: defaultdict[Point, set[tuple[int, ...]]] = defaultdict(set)
    for (one, other), numbers in sides.items():
        for point, beside in ((one, other), (other, one)):
            ways[point].add(beside)
            whose[point].add(tuple(numbers))
    return {point for point in ways if len(ways[point]) != 2 or len(whose[point]) != 1}


def _lines(ring: Sequence[Point], junctions: set[Point]) -> Iterator[Line]:
    """The ring from junction to junction; one without any is a closed line that begins at its least point."""
    starts = [at for at, point in enumerate(ring) if point in junctions]
    if not starts:
        at = min(range(len(ring)), key=lambda number: ring[number])
        yield (*ring[at:], *ring[: at + 1])
        return
    turned = [*ring[starts[0] :], *ring[: starts[0] + 1]]
    begin = 0
    for at in range(1, len(turned)):
        if turned[at] in junctions:
            yield tuple(turned[begin : at + 1])
            begin = at


def _arc(found: Topology, known: dict[Line, int], line: Line) -> int:
    """The number of an arc, ~number when the line runs against it; one not seen before is added."""
    if line in known:
        return known[line]
    if line[::-1] in known:
        return ~known[line[::-1]]
    known[line] = len(found.arcs)
    found.arcs.append(line)
    return known[line]


def _free(found: Topology) -> None:
    """Say which arcs can be moved and which of their ends cannot."""
    owners: defaultdict[int, set[int]] = defaultdict(set)
    for node in found.level:
        for number in _numbers(found.rings[node]):
            owners[number].add(node.pk)
    outer = [number for number, whose in owners.items() if len(whose) == 1]
    found.movable = frozenset(number for number, whose in owners.items() if len(whose) == 2 and found.node.pk in whose)
    found.fixed = frozenset(found.arcs[number][end] for number in outer for end in (0, -1))


def _numbers(polygons: Sequence[Sequence[Sequence[int]]]) -> Iterator[int]:
    return (max(number, ~number) for polygon in polygons for ring in polygon for number in ring)


# -- Moved arcs and back to polygons -----------------------------------------------------------------------------------


def read(text: str) -> dict[int, Line]:
    """The moved arcs as a page sends them: {"number": [[lon, lat], …]}. Raises BadBorder."""
    try:
        given = json.loads(text)
        arcs = {int(number): tuple((float(x), float(y)) for x, y in points) for number, points in given.items()}
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise BadBorder(_("收到的边界读不懂，请刷新页面再画一次。")) from error
    if any(not 2 <= len(points) <= MOST_POINTS or not np.isfinite(points).all() for points in arcs.values()):
        raise BadBorder(_("收到的边界读不懂，请刷新页面再画一次。"))
    return arcs


def moved(found: Topology, arcs: Mapping[int, Line]) -> dict[Node, shapely.Geometry]:
    """The polygons (WGS84) of all places whose border these moved arcs change.

    Raises BadBorder when an arc is none that can be moved, or a junction would be torn.
    """
    ends = _moved_ends(found, arcs)
    lines: dict[int, Line] = {}
    changed = set()
    for number, line in enumerate(found.arcs):
        drawn = arcs.get(number, line)
        lines[number] = (ends.get(line[0], line[0]), *drawn[1:-1], ends.get(line[-1], line[-1]))
        if lines[number] != line:
            changed.add(number)
    return {
        node: _shape(polygons, lines)
        for node, polygons in found.rings.items()
        if not changed.isdisjoint(_numbers(polygons))
    }


def _moved_ends(found: Topology, arcs: Mapping[int, Line]) -> dict[Point, Point]:
    """Junction → where it went."""
    ends: dict[Point, Point] = {}
    for number, line in arcs.items():
        if number not in found.movable:
            raise BadBorder(_("这一段边界不能在这里移动。网格可能刚被别人改过，请刷新页面再画一次。"))
        for end in (0, -1):
            was, comes = found.arcs[number][end], line[end]
            if _far(was, comes) < SNAP**2:
                comes = was
            if ends.setdefault(was, comes) != comes or (comes != was and was in found.fixed):
                raise BadBorder(_("边界的端点要留在原处，或者连着的边界一起移动。"))
    return {was: comes for was, comes in ends.items() if was != comes}


def _shape(polygons: Sequence[Sequence[Sequence[int]]], lines: Mapping[int, Line]) -> shapely.Geometry:
    parts = [
        shapely.Polygon(shell, holes) for shell, *holes in ([_ring(ring, lines) for ring in each] for each in polygons)
    ]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _ring(numbers: Sequence[int], lines: Mapping[int, Line]) -> list[Point]:
    points: list[Point] = []
    for number in numbers:
        points += (lines[number] if number >= 0 else lines[~number][::-1])[:-1]
    return points
