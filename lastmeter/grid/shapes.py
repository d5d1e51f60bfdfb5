"""Polygons of nodes: reading GeoJSON, drawing a node's current boundary, ending the one before."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.db import transaction
from django.utils.translation import gettext as _

from lastmeter.grid.ground import bump
from lastmeter.grid.models import Node, Shape, at_or_below

# Degrees, a tenth of a millimetre: on plain floating point GEOS may lose a whole cell where borders nearly coincide.
ON_GRID = 1e-9


def union(shapes: Iterable[shapely.Geometry]) -> shapely.Geometry:
    """Polygons (WGS84) as one; empty when there are none."""
    return shapely.union_all(np.array(list(shapes), dtype=object), grid_size=ON_GRID)


def common(one: shapely.Geometry, other: shapely.Geometry) -> shapely.Geometry:
    """What two polygons (WGS84) both have: their areas, without the lines and points where they only touch."""
    return faces(shapely.intersection(one, other, grid_size=ON_GRID))


def without(one: shapely.Geometry, other: shapely.Geometry) -> shapely.Geometry:
    """What a polygon (WGS84) has and the other has not."""
    return shapely.difference(one, other, grid_size=ON_GRID)


def faces(shape: shapely.Geometry) -> shapely.Geometry:
    """The areas of what cutting polygons left, without its lines and points."""
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    parts = [part for part in shapely.get_parts(shapely.get_parts(shape)) if part.geom_type == "Polygon"]
    return shapely.MultiPolygon(parts)


class BadGeoJson(ValueError):
    """The file is not GeoJSON with features; str() is a sentence."""


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature of a GeoJSON file: its number from 1, properties and shape (None when it has none)."""

    number: int
    properties: Mapping[str, Any]
    shape: shapely.Geometry | None
    error: str = ""


def features(file: Path) -> Iterator[Feature]:
    """The features of a GeoJSON FeatureCollection. Raises BadGeoJson when the file is something else."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise _unreadable(file.name) from error
    yield from parse(content, file.name)


def parse(content: bytes, name: str) -> Iterator[Feature]:
    """The features of a GeoJSON FeatureCollection in UTF-8; `name` is what an error calls it. Raises BadGeoJson."""
    try:
        rows = list(json.loads(content.decode("utf-8-sig"))["features"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _unreadable(name) from error
    for number, row in enumerate(rows, 1):
        yield _feature(number, row)


def _unreadable(name: str) -> BadGeoJson:
    return BadGeoJson(_("%(file)s 不是可读的 GeoJSON 要素集合。") % {"file": name})


def _feature(number: int, row: Any) -> Feature:
    if not isinstance(row, dict):
        return Feature(number, {}, None, _("不是 GeoJSON 要素。"))
    properties = row.get("properties") or {}
    if not row.get("geometry"):
        return Feature(number, properties, None)
    try:
        return Feature(number, properties, shapely.force_2d(shapely.from_geojson(json.dumps(row["geometry"]))))
    except shapely.GEOSException:
        return Feature(number, properties, None, _("几何数据无法读取。"))


def current(under: Node, *levels: int) -> dict[int, shapely.Geometry]:
    """node id → today's polygon (WGS84) of the nodes of these levels at a node or below, in the order of the tree."""
    rows = Shape.objects.filter(at_or_below(under.path, "node__path"), valid_to=None)
    rows = rows.filter(node__valid_to=None, node__level__in=levels).order_by("node__path")
    return {node_id: shapely.from_wkb(bytes(wkb)) for node_id, wkb in rows.values_list("node_id", "wkb")}


@transaction.atomic
def draw(drawn: Mapping[Node, shapely.Geometry], *, source: str, today: date) -> set[int]:
    """Give nodes their boundary from `today` on (WGS84); the former one ends, an unchanged one stays.

    Returns the ids of the nodes whose boundary is new.
    """
    former = {shape.node_id: shape for shape in Shape.objects.filter(node__in=drawn, valid_to=None)}
    fresh = [_row(node, shape, source, today) for node, shape in drawn.items()]
    fresh = [row for row in fresh if row.node_id not in former or bytes(former[row.node_id].wkb) != row.wkb]
    if fresh:
        old = [former[row.node_id].pk for row in fresh if row.node_id in former]
        Shape.objects.filter(pk__in=old).update(valid_to=today)
        Shape.objects.bulk_create(fresh, batch_size=200)
        bump()
    return {row.node_id for row in fresh}


def _row(node: Node, shape: shapely.Geometry, source: str, today: date) -> Shape:
    west, south, east, north = shape.bounds
    wkb = shapely.to_wkb(shape)
    return Shape(node=node, wkb=wkb, west=west, south=south, east=east, north=north, source=source, valid_from=today)
