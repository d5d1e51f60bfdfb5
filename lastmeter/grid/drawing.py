"""Draws the invented street inside the real outline of 江城区; run once, the result ships as data/chengdong.geojson.

`python -m lastmeter.grid.drawing` writes the same file again. Nothing here is a real boundary below the county.
"""

import json
import math
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

DATA = Path(__file__).parent / "data"
CENTRE = (111.9795, 21.862)  # lon, lat of the street's middle, at the county's real eastern border
METRES = (111_320 * math.cos(math.radians(CENTRE[1])), 110_750)  # per degree of lon, lat
GRID = 1e-7  # degrees, about 1 cm: every corner lies on it, so that neighbours share corners exactly

# Community code → (grids, wobble of its borders): streets of the town are straight, field paths are not.
GRIDS = {"001": 7, "006": 7, "008": 9, "009": 8, "011": 7, "201": 5, "202": 5}
WOBBLE = {"201": 0.10, "202": 0.10}


def draw() -> dict[str, Any]:
    """The micro-grids of the street as a GeoJSON FeatureCollection: properties community, grid, micro (numbers)."""
    rng = random.Random(441702006)  # noqa: S311 — a drawing, not a secret
    leaves: list[tuple[str, int, int, BaseGeometry]] = []
    for community, outline in _communities(_town(rng), rng):
        wobble = WOBBLE.get(community, 0.02)
        grids = _reading_order(_divide(outline, GRIDS[community], wobble, rng))
        for number, grid in enumerate(grids, 1):
            micros = _reading_order(_divide(grid, rng.choice((3, 4, 4, 5, 5, 6)), wobble, rng))
            leaves += [(community, number, micro, shape) for micro, shape in enumerate(micros, 1)]
    return {"type": "FeatureCollection", "features": list(_features(leaves))}


def _town(rng: random.Random) -> BaseGeometry:
    """An uneven oval, in metres around CENTRE, cut off 30 m inside the county's outline."""
    waves = [(k, rng.uniform(-0.09, 0.09) / k**0.5, rng.uniform(0, math.tau)) for k in range(2, 9)]

    def radius(angle: float) -> float:
        return float(1 + sum(size * math.cos(k * angle + phase) for k, size, phase in waves))

    angles = [math.tau * step / 96 for step in range(96)]
    oval = shapely.Polygon([(2050 * radius(a) * math.cos(a), 3000 * radius(a) * math.sin(a)) for a in angles])
    with (DATA / "yangjiang_counties.geojson").open(encoding="utf-8") as file:
        counties = json.load(file)["features"]
    county = next(feature for feature in counties if feature["properties"]["code"] == "441702")
    outline = shapely.transform(shapely.from_geojson(json.dumps(county["geometry"])), _to_metres)
    return max(shapely.get_parts(oval.intersection(outline.buffer(-30))), key=lambda part: part.area)


def _communities(town: BaseGeometry, rng: random.Random) -> Iterator[tuple[str, BaseGeometry]]:
    """The town side in the west, the two villages along the river in the east."""
    west, east = _cut(town, 0.6, 84, 0.03, rng)
    north, south = _cut(west, 0.6, 184, 0.02, rng)
    top, middle = _cut(north, 0.36, 177, 0.02, rng)
    north_village, south_village = _cut(east, 0.52, 188, 0.08, rng)
    yield "011", top
    yield from zip(("008", "009"), _cut(middle, 0.52, 88, 0.02, rng), strict=True)
    yield from zip(("001", "006"), _cut(south, 0.5, 93, 0.02, rng), strict=True)
    yield "201", north_village
    yield "202", south_village


def _cut(
    shape: BaseGeometry, share: float, degrees: float, wobble: float, rng: random.Random
) -> tuple[BaseGeometry, BaseGeometry]:
    """Cut along a bent line in that direction so that `share` of the area lies left of it (west or north)."""
    angle = math.radians(degrees)
    along, across = (math.cos(angle), math.sin(angle)), (-math.sin(angle), math.cos(angle))
    reach = math.hypot(shape.bounds[2] - shape.bounds[0], shape.bounds[3] - shape.bounds[1])
    bends = [(rng.uniform(-1, 1), rng.uniform(0, math.tau)) for _ in range(3)]
    steps = [step / 8 - 1 for step in range(17)]
    bent = [
        wobble * reach * sum(size * math.sin((k + 2) * 2 * t + phase) for k, (size, phase) in enumerate(bends)) / 3
        for t in steps
    ]

    def left(offset: float) -> BaseGeometry:
        line = [(t * reach * 1.5, offset + bend) for t, bend in zip(steps, bent, strict=True)]
        frame = [*line, (reach * 1.5, reach * 3), (-reach * 1.5, reach * 3)]
        middle = shape.centroid
        return shapely.Polygon(
            [(middle.x + a * along[0] + b * across[0], middle.y + a * along[1] + b * across[1]) for a, b in frame]
        )

    low, high = -reach, reach
    for _ in range(30):
        offset = (low + high) / 2
        more = shape.intersection(left(offset)).area > share * shape.area
        low, high = (offset, high) if more else (low, offset)
    blade = left((low + high) / 2)
    return shape.intersection(blade), shape.difference(blade)


def _divide(shape: BaseGeometry, parts: int, wobble: float, rng: random.Random) -> list[BaseGeometry]:
    """Cut into that many parts of nearly equal area, always across the longer side."""
    if parts == 1:
        return [shape]
    fewer = parts // 2 if rng.random() < 0.5 else parts - parts // 2
    share = fewer / parts * rng.uniform(0.92, 1.08)
    corners = shapely.get_coordinates(shape.minimum_rotated_rectangle)
    sides = [corners[1] - corners[0], corners[2] - corners[1]]
    short = min(sides, key=lambda side: math.hypot(*side))
    direction = math.degrees(math.atan2(short[1], short[0])) % 180
    for _ in range(20):
        one, other = _cut(shape, share, direction + rng.uniform(-7, 7), wobble, rng)
        if one.geom_type == other.geom_type == "Polygon":
            return [*_divide(one, fewer, wobble, rng), *_divide(other, parts - fewer, wobble, rng)]
    raise RuntimeError("no cut leaves two whole parts")


def _reading_order(shapes: list[BaseGeometry]) -> list[BaseGeometry]:
    """North to south in bands, west to east within a band: how grids are numbered."""
    bottom, top = min(s.bounds[1] for s in shapes), max(s.bounds[3] for s in shapes)
    band = (top - bottom) / max(1, round(len(shapes) ** 0.5))
    return sorted(shapes, key=lambda s: (int((top - s.centroid.y) / band), s.centroid.x))


def _features(leaves: list[tuple[str, int, int, BaseGeometry]]) -> Iterator[dict[str, Any]]:
    """Node all borders together on the 1 cm grid and hand every face to the leaf it lies in."""
    drawn = [shapely.transform(shape, _to_degrees) for *_, shape in leaves]
    faces = shapely.get_parts(
        shapely.polygonize(shapely.get_parts(shapely.unary_union(shapely.boundary(drawn), grid_size=GRID)))
    )
    inside, owner = shapely.STRtree(drawn).query(shapely.point_on_surface(faces), predicate="within")
    owned: dict[int, list[BaseGeometry]] = {}
    for face, leaf in zip(inside, owner, strict=True):
        owned.setdefault(int(leaf), []).append(faces[face])
    for number, (community, grid, micro, _) in enumerate(leaves):
        shape = shapely.normalize(shapely.unary_union(owned[number]))
        yield {
            "type": "Feature",
            "properties": {"community": "441702006" + community, "grid": grid, "micro": micro},
            "geometry": json.loads(shapely.to_geojson(shape)),
        }


def _to_metres(points: Any) -> Any:
    return (points - CENTRE) * METRES


def _to_degrees(points: Any) -> Any:
    return points / METRES + CENTRE


if __name__ == "__main__":
    (DATA / "chengdong.geojson").write_text(json.dumps(draw(), ensure_ascii=False), encoding="utf-8")
