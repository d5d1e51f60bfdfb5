"""What the tiles show: boundaries for everybody, posts and gaps for staff. Public tiles are kept in the process."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import mapbox_vector_tile
import numpy as np
import numpy.typing as npt
import shapely
from django.db.models import Q
from mapbox_vector_tile.encoder import on_invalid_geometry_make_valid

from lastmeter.accounts.actors import Actor
from lastmeter.grid import scope, tree
from lastmeter.grid.coverage import gaps
from lastmeter.grid.ground import Kept
from lastmeter.grid.models import KEY_WIDTH, Level, Shape, valid_on
from lastmeter.grid.onemap import standing
from lastmeter.interop.tiles.squares import EXTENT, Square

# From which zoom on a level is drawn; the larger places stay visible, as the frame of the smaller ones.
SEEN_FROM = {
    Level.PROVINCE: 0,
    Level.CITY: 4,
    Level.COUNTY: 6,
    Level.TOWN: 9,
    Level.COMMUNITY: 11,
    Level.GRID: 13,
    Level.MICRO: 15,
}
WITH_POSTS = (Level.COMMUNITY, Level.GRID, Level.MICRO)
WITH_GAPS = (Level.TOWN, *WITH_POSTS)
TOLERANCE = 4  # units: half a pixel on a screen of ordinary density
MOST_KEPT = 1000  # tiles a process keeps; one of a street has about 8 kB
Geometries = npt.NDArray[np.object_]
Row = tuple[int, int, str, str, bytes | memoryview]  # node id, level, name, path, WKB

drawn: Kept[dict[tuple[date, Square], bytes]] = Kept(dict)


def boundaries(square: Square, *, today: date) -> bytes:
    """The boundaries valid today as a tile, b"" when there are none: two queries, none for a tile drawn before."""
    kept = drawn.get()
    key = (today, square)
    if key not in kept:
        if len(kept) >= MOST_KEPT:
            kept.clear()
        levels = [level for level, zoom in SEEN_FROM.items() if square.z >= zoom]
        kept[key] = _encode("grid", square, _rows(square, levels, today, Q()), {})
    return kept[key]


def coverage(square: Square, paths: Sequence[str], *, today: date) -> bytes:
    """Who is in charge, below the nodes of these paths: three queries, not kept, for posts change by the hour."""
    rows = _within(square, paths, WITH_POSTS, today)
    found = standing.of_nodes([row[0] for row in rows], today)
    told = {
        pk: {"posts": each.posts, "vacant": each.vacant, "expiring": each.expiring, "state": each.state}
        for pk, each in found.items()
    }
    return _encode("coverage", square, rows, told)


def missing(square: Square, paths: Sequence[str], actor: Actor, *, today: date) -> bytes:
    """How much the actor can mend at each node below these paths and in what lies below it; not kept either.

    The nodes of the largest level in the tile stand for what lies between them.
    """
    rows = _within(square, paths, WITH_GAPS, today)
    found = gaps.counted(actor, {row[3] for row in rows}, today)
    return _encode("gaps", square, rows, {row[0]: {"gaps": found[row[3]]} for row in rows})


def _within(square: Square, paths: Sequence[str], levels: Sequence[Level], today: date) -> list[Row]:
    seen = [level for level in levels if square.z >= SEEN_FROM[level]]
    return _rows(square, seen, today, scope.inside(paths, "node__path")) if seen else []


def _rows(square: Square, levels: Sequence[int], today: date, within: Q) -> list[Row]:
    west, south, east, north = square.box()
    found = (
        Shape.objects.filter(valid_on(today, "node__"), within, valid_to=None, node__level__in=levels)
        .filter(west__lte=east, east__gte=west, south__lte=north, north__gte=south)
        .order_by("node__path")
        .values_list("node_id", "node__level", "node__name", "node__path", "wkb")
    )
    return list(found)


def _encode(layer: str, square: Square, rows: Sequence[Row], more: dict[int, dict[str, Any]]) -> bytes:
    """The tile with two layers: the polygons, and `names` with a point in the middle of each, in the tile that has it.

    A label drawn from polygons would stand once in every tile that cuts the place.
    """
    if not rows:
        return b""
    shapes = shapely.from_wkb([bytes(row[4]) for row in rows])
    codes = tree.codes_by_id({pk: path[-KEY_WIDTH:] for pk, _level, _name, path, _wkb in rows})
    told = [{"code": codes[row[0]], "name": row[2], "level": row[1], **more.get(row[0], {})} for row in rows]
    polygons = shapely.transform(shapely.clip_by_rect(shapes, *square.box()), square.place)
    middles = shapely.transform(shapely.point_on_surface(shapes), square.place)
    here = shapely.intersects(middles, shapely.box(0, 0, EXTENT - 1, EXTENT - 1))
    layers = {
        layer: _features(shapely.simplify(polygons, TOLERANCE), told, ~shapely.is_empty(polygons)),
        "names": _features(middles, told, here),
    }
    filled = [{"name": name, "features": features} for name, features in layers.items() if features]
    options = {"y_coord_down": True, "extents": EXTENT, "on_invalid_geometry": on_invalid_geometry_make_valid}
    tile: bytes = mapbox_vector_tile.encode(filled, default_options=options) if filled else b""
    return tile


def _features(
    shapes: Geometries, told: Sequence[dict[str, Any]], wanted: npt.NDArray[np.bool_]
) -> list[dict[str, Any]]:
    return [{"geometry": shapes[at], "properties": told[at]} for at in np.flatnonzero(wanted).tolist()]
