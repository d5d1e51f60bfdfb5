"""Roughly cut pieces of a community made exact: together they are its ground, to a tenth of a millimetre."""

from collections.abc import Mapping, Sequence

import numpy as np
import shapely

ON_GRID = 1e-9  # degrees; see history/fitting.py, which measures what is adopted on the same grid
NEAR = 1e-6  # degrees, a decimetre: the overlay snaps borders to half of that
NOTHING = 1e-14  # square degrees, less than a square centimetre: rounding


def exact(
    region: shapely.Geometry, held: Mapping[int, shapely.Geometry], loose: Sequence[shapely.Geometry]
) -> tuple[dict[int, shapely.Geometry], list[shapely.Geometry | None]]:
    """Places and loose pieces (WGS84) as a partition of the region; None for a loose piece of which nothing is left.

    `held`: places whose polygons are known exactly; what of them lies in the region stays as it is. `loose`: pieces of
    the rest whose borders are off by centimetres. What nobody has goes to the neighbour with the longest border to it.
    """
    places = {key: _inside(region, shape) for key, shape in held.items()}
    taken = shapely.union_all(list(places.values()), grid_size=ON_GRID)
    rest = shapely.difference(region, taken, grid_size=ON_GRID)
    pieces = [_largest(shapely.intersection(rough, rest, grid_size=ON_GRID)) for rough in loose]
    shapes: list[shapely.Geometry | None] = [*places.values(), *pieces]
    known = [piece for piece in pieces if piece is not None]
    left = shapely.difference(rest, shapely.union_all(known, grid_size=ON_GRID), grid_size=ON_GRID) if known else rest
    _give(shapes, [part for part in _polygons(left) if part.area > NOTHING])
    return dict(zip(places, shapes, strict=False)), shapes[len(places) :]


def _inside(region: shapely.Geometry, shape: shapely.Geometry) -> shapely.Geometry:
    out = shapely.difference(shape, region, grid_size=ON_GRID)
    return shape if out.area <= NOTHING else shapely.intersection(shape, region, grid_size=ON_GRID)


def _give(shapes: list[shapely.Geometry | None], left: Sequence[shapely.Geometry]) -> None:
    """Join each part that is left to the shape it has the longest border with; one that lies alone stays out."""
    numbers = [at for at, shape in enumerate(shapes) if shape is not None]
    if not numbers:
        return
    tree = shapely.STRtree([shapes[at] for at in numbers])
    gifts: dict[int, list[shapely.Geometry]] = {}
    for part in left:
        near = [numbers[at] for at in tree.query(part, predicate="dwithin", distance=NEAR)]
        if near:
            rim = shapely.boundary(part)
            shared = [shapely.length(shapely.intersection(rim, shapely.buffer(shapes[at], NEAR))) for at in near]
            gifts.setdefault(near[int(np.argmax(shared))], []).append(part)
    for at, parts in gifts.items():
        shapes[at] = shapely.union_all([shapes[at], *parts], grid_size=ON_GRID)


def _largest(shape: shapely.Geometry) -> shapely.Geometry | None:
    return max(_polygons(shape), key=lambda part: float(part.area), default=None)


def _polygons(shape: shapely.Geometry) -> list[shapely.Geometry]:
    return [part for part in shapely.get_parts(shapely.get_parts(shape)) if part.geom_type == "Polygon"]
