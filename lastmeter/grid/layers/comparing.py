"""Layers measured on the plane, all pairs at once: overlaps, gaps, slivers, who is in charge twice, where nobody is."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

# Every overlay is done on a grid of a millimetre: with floating-point borders that nearly coincide, GEOS now and then
# loses or doubles a whole cell in a union, silently (seen with one random partition in two hundred).
GRID_M = 0.001
LEAST_M2 = 1.0  # smaller places are rounding, not drawing
TOUCH_M = 0.1  # nearer than this is beside
SLIVER_WIDTH_M = 5.0  # 2 × area / perimeter, about the width of a strip: below it two hands drew one border twice
SAME_SHARE = 0.95  # cells of two layers are the same when each covers this much of the other
HARDLY_SHARE = 0.01  # two cells of different layers that share less of the smaller one than this only touch

Shapes = npt.NDArray[np.object_]


class Kind(StrEnum):
    """What is wrong at a place."""

    TWICE = "twice"  # two cells overlap, with different people in charge
    OVERLAP = "overlap"  # two cells overlap, with the same person or none named
    GAP = "gap"  # inside the street, in no cell
    NOBODY = "nobody"  # a cell that names nobody
    OUTSIDE = "outside"  # of a cell, beyond the street
    ONLY = "only"  # covered by one of two layers alone


@dataclass(frozen=True, slots=True)
class Piece:
    """A cell to be measured: its id, its name, who is in charge ("" = nobody named), its polygon in metres."""

    id: int
    name: str
    in_charge: str
    shape: shapely.Geometry


@dataclass(frozen=True, slots=True)
class Finding:
    """One place: its kind, area (m²), width (m, for a strip), the cells it belongs to, its polygon in metres."""

    kind: Kind
    area: float
    width: float
    cells: tuple[Piece, ...]
    shape: shapely.Geometry

    @property
    def sliver(self) -> bool:
        """Too thin to be meant: SLIVER_WIDTH_M says what thin is."""
        return self.kind != Kind.NOBODY and self.width < SLIVER_WIDTH_M


@dataclass(frozen=True, slots=True)
class Match:
    """A cell of one layer and a cell of another that share ground: m², and the share of each cell's own area."""

    here: Piece
    there: Piece
    area: float
    share_here: float
    share_there: float

    @property
    def same(self) -> bool:
        """Both drew the same cell."""
        return min(self.share_here, self.share_there) >= SAME_SHARE


@dataclass(frozen=True, slots=True)
class Between:
    """Two layers over each other: which cells share ground, what only one of them covers (in pieces)."""

    matches: tuple[Match, ...]
    only_here: tuple[Finding, ...]
    only_there: tuple[Finding, ...]

    @property
    def cut(self) -> tuple[Match, ...]:
        """The matches of cells that the other layer's borders cut: each of them is answered to by two."""
        return tuple(match for match in self.matches if not match.same)


def findings(pieces: Sequence[Piece], outline: shapely.Geometry | None) -> list[Finding]:
    """Everything wrong within one layer, largest first. Without an outline gaps and what lies outside stay unknown."""
    found = overlaps(pieces) + [
        Finding(Kind.NOBODY, piece.shape.area, width(piece.shape), (piece,), piece.shape)
        for piece in pieces
        if not piece.in_charge
    ]
    if outline is not None:
        found += gaps(pieces, outline) + outside(pieces, outline)
    return sorted(found, key=lambda each: -each.area)


def overlaps(pieces: Sequence[Piece]) -> list[Finding]:
    """The ground that two cells claim, one finding a pair."""
    shapes = _array(pieces)
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    first, second = first[first < second], second[first < second]
    shared = _polygons(shapely.intersection(shapes[first], shapes[second], grid_size=GRID_M))
    return [
        Finding(_claim(pieces[one], pieces[other]), shape.area, width(shape), (pieces[one], pieces[other]), shape)
        for one, other, shape in zip(first, second, shared, strict=True)
        if shape.area >= LEAST_M2
    ]


def _claim(one: Piece, other: Piece) -> Kind:
    named = {one.in_charge, other.in_charge} - {""}
    return Kind.TWICE if len(named) == 2 else Kind.OVERLAP


def gaps(pieces: Sequence[Piece], outline: shapely.Geometry) -> list[Finding]:
    """The ground of the outline that no cell covers, one finding a place, with the cells beside it."""
    return _places(Kind.GAP, _difference(outline, _joined(_array(pieces))), pieces)


def outside(pieces: Sequence[Piece], outline: shapely.Geometry) -> list[Finding]:
    """What of each cell lies beyond the outline."""
    beyond = _polygons(_difference(_array(pieces), outline))
    return [
        Finding(Kind.OUTSIDE, shape.area, width(shape), (piece,), shape)
        for piece, shape in zip(pieces, beyond, strict=True)
        if shape.area >= LEAST_M2
    ]


def between(here: Sequence[Piece], there: Sequence[Piece]) -> Between:
    """Two layers over each other; matches by cell of `here`, the largest share first."""
    ours, theirs = _array(here), _array(there)
    one, other = shapely.STRtree(theirs).query(ours, predicate="intersects")
    areas = shapely.area(shapely.intersection(ours[one], theirs[other], grid_size=GRID_M))
    sizes, other_sizes = shapely.area(ours)[one], shapely.area(theirs)[other]
    real = (areas >= LEAST_M2) & (areas >= HARDLY_SHARE * np.minimum(sizes, other_sizes))
    matches = [
        Match(here[i], there[j], float(area), float(area / size), float(area / other_size))
        for i, j, area, size, other_size in zip(
            one[real], other[real], areas[real], sizes[real], other_sizes[real], strict=True
        )
    ]
    order = {piece.id: number for number, piece in enumerate(here)}
    covered, covered_there = _joined(ours), _joined(theirs)
    return Between(
        tuple(sorted(matches, key=lambda match: (order[match.here.id], -match.area))),
        tuple(_places(Kind.ONLY, _difference(covered, covered_there), here)),
        tuple(_places(Kind.ONLY, _difference(covered_there, covered), there)),
    )


def width(shape: shapely.Geometry) -> float:
    """2 × area / perimeter, m: the width of a strip, half that of a square."""
    return float(2 * shape.area / shape.length) if shape.length else 0.0


def _places(kind: Kind, ground: shapely.Geometry, pieces: Sequence[Piece]) -> list[Finding]:
    """The parts of some ground, largest first, each with the cells it lies in, or, a gap, with those beside it."""
    parts = [part for part in shapely.get_parts(ground) if part.geom_type == "Polygon" and part.area >= LEAST_M2]
    # A part of a cell keeps off its neighbours, which it touches all the same.
    probes = np.array(parts if kind == Kind.GAP else shapely.buffer(parts, -TOUCH_M), dtype=object)
    near, touched = shapely.STRtree(_array(pieces)).query(probes, predicate="dwithin", distance=TOUCH_M / 2)
    beside: dict[int, list[Piece]] = {number: [] for number in range(len(parts))}
    for part, piece in sorted(zip(near.tolist(), touched.tolist(), strict=True)):
        beside[part].append(pieces[piece])
    found = [Finding(kind, part.area, width(part), tuple(beside[number]), part) for number, part in enumerate(parts)]
    return sorted(found, key=lambda each: -each.area)


def _joined(shapes: Shapes) -> shapely.Geometry:
    return shapely.union_all(shapes, grid_size=GRID_M)


def _difference(ground: Any, taken: Any) -> Any:
    return shapely.difference(ground, taken, grid_size=GRID_M)


def _array(pieces: Sequence[Piece]) -> Shapes:
    return np.array([piece.shape for piece in pieces], dtype=object)


def _polygons(shapes: Shapes) -> Shapes:
    """Without the points and lines where cells only touch."""
    kept: Shapes = np.array([_surface(shape) for shape in shapes], dtype=object)
    return kept


def _surface(shape: shapely.Geometry) -> shapely.Geometry:
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    return shapely.MultiPolygon([part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"])
