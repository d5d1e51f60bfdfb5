"""Point → the deepest node whose polygon has it, in process: a raster for most points, geometry at the borders.

The rule: of all polygons that cover a point (borders belong to a polygon) the deepest level wins, then the smallest
node id. Coordinates are WGS84 degrees, longitude first.
"""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from django.utils import timezone
from django.utils.translation import gettext as _

from lastmeter.grid import raster
from lastmeter.grid.ground import Kept
from lastmeter.grid.models import Shape

SLIVER = 1e-9  # square degrees, about 10 m²: neighbours drawn apart overlap this much without meaning it
NOBODY = np.iinfo(np.int32).max


class Area(NamedTuple):
    """A node's polygon: WKB in WGS84."""

    node_id: int
    level: int
    wkb: bytes


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with the polygons: an invalid one is left out, overlapping ones go by the rule."""

    node_ids: tuple[int, ...]
    reason: str


class Locator:
    """Places points among the polygons it was built from."""

    def __init__(self, areas: Sequence[Area], left_out: Sequence[Problem]) -> None:
        self._areas = areas
        self._left_out = left_out
        self._shapes = shapely.from_wkb([area.wkb for area in areas])
        shapely.prepare(self._shapes)
        self._tree = shapely.STRtree(self._shapes)
        self._nodes = [area.node_id for area in areas]
        self._ids = np.array([*self._nodes, -1], np.int64)  # so that OUTSIDE, which is -1, reads as -1
        self._drawing = threading.Lock()
        self._raster: raster.Raster | None = None

    @classmethod
    def build(cls, areas: Iterable[Area], *, later: bool = False) -> "Locator":
        """Build from all areas at once; invalid polygons are left out and reported in `problems`.

        With `later` the raster, which takes seconds, is drawn beside: until it is there, points are found by geometry.
        """
        good: list[Area] = []
        bad: list[Problem] = []
        for area in areas:
            reason = _why_invalid(area.wkb)
            if reason:
                bad.append(Problem((area.node_id,), reason))
            else:
                good.append(area)
        made = cls(sorted(good, key=lambda area: (-area.level, area.node_id)), bad)
        if later:
            threading.Thread(target=made.draw, name="raster", daemon=True).start()
        else:
            made.draw()
        return made

    def draw(self) -> None:
        """See to it that the raster is there; a second caller waits for the first."""
        with self._drawing:
            if self._raster is None and self._areas:
                drawn = self._build_raster()
                # A memoryview hands out Python integers several times faster than a NumPy array does.
                self._coarse, self._fine = drawn.coarse.data, drawn.fine.data
                self._raster = drawn

    def _build_raster(self) -> raster.Raster:
        west, south, east, north = shapely.total_bounds(self._shapes)
        pad = max(east - west, north - south, 1e-6) * 1e-6
        box = (west - pad, south - pad, east + pad, north + pad)
        return raster.build(_segments(self._shapes), box, lambda lons, lats: self._ask(lons, lats).astype(np.int32))

    def locate(self, lon: float, lat: float) -> int | None:
        """The node at that point, None outside all of them (and for anything that is not a position)."""
        cells = self._raster
        if cells is None:
            return self._touched(lon, lat)
        if not (cells.west < lon < cells.east and cells.south < lat < cells.north):
            return None
        x, y = (lon - cells.west) * cells.per_lon, (lat - cells.south) * cells.per_lat
        col, row = int(x), int(y)
        rank = self._coarse[row * cells.cols + col]
        if rank <= raster.FIRST_BLOCK:
            fold = cells.fold
            fine = int((y - row) * fold) * fold + int((x - col) * fold)
            rank = self._fine[(raster.FIRST_BLOCK - rank) * fold * fold + fine]
        if rank >= 0:
            return self._nodes[rank]
        if rank == raster.OUTSIDE:
            return None
        return self._touched(lon, lat)

    def _touched(self, lon: float, lat: float) -> int | None:
        """The same by geometry alone."""
        found = self._tree.query(shapely.Point(lon, lat), predicate="intersects")
        return self._nodes[found.min()] if len(found) else None

    def locate_batch(self, lons: npt.ArrayLike, lats: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """The node ids at many points, -1 outside."""
        self.draw()
        xs, ys = np.asarray(lons, np.float64), np.asarray(lats, np.float64)
        cells = self._raster
        if cells is None:
            return np.full(xs.shape, -1, np.int64)
        ranks = np.full(xs.shape, raster.OUTSIDE, np.int32)
        inside = np.flatnonzero((xs > cells.west) & (xs < cells.east) & (ys > cells.south) & (ys < cells.north))
        ranks[inside] = _cells(cells, xs[inside], ys[inside])
        border = np.flatnonzero(ranks == raster.BORDER)
        ranks[border] = self._ask(xs[border], ys[border])
        found: npt.NDArray[np.int64] = self._ids[ranks]
        return found

    def _ask(self, lons: npt.NDArray[np.float64], lats: npt.NDArray[np.float64]) -> npt.NDArray[np.int32]:
        """By geometry: the smallest rank covering each point, OUTSIDE when none does."""
        points, ranks = self._tree.query(shapely.points(lons, lats), predicate="intersects")
        best = np.full(len(lons), NOBODY, np.int32)
        np.minimum.at(best, points, ranks.astype(np.int32))
        best[best == NOBODY] = raster.OUTSIDE
        return best

    @cached_property
    def problems(self) -> list[Problem]:
        """Invalid polygons, and pairs of one level whose insides overlap by more than a sliver."""
        first, second = self._tree.query(self._shapes, predicate="intersects")
        levels = np.array([area.level for area in self._areas])
        pair = (first < second) & (levels[first] == levels[second]) if len(levels) else np.zeros(0, np.bool_)
        first, second = first[pair], second[pair]
        inner = shapely.relate_pattern(self._shapes[first], self._shapes[second], "T********")
        first, second = first[inner], second[inner]
        area = shapely.area(shapely.intersection(self._shapes[first], self._shapes[second]))
        reason = _("边界相互重叠；重叠处归编号较小的网格，请核对边界。")
        return [
            *self._left_out,
            *(
                Problem((self._nodes[one], self._nodes[other]), reason)
                for one, other in zip(first[area > SLIVER], second[area > SLIVER], strict=True)
            ),
        ]


def _cells(cells: raster.Raster, lons: npt.NDArray[np.float64], lats: npt.NDArray[np.float64]) -> npt.NDArray[np.int32]:
    x, y = (lons - cells.west) * cells.per_lon, (lats - cells.south) * cells.per_lat
    col, row = x.astype(np.int64), y.astype(np.int64)
    ranks = cells.coarse[row * cells.cols + col]
    finer = np.flatnonzero(ranks <= raster.FIRST_BLOCK)
    fold, block = cells.fold, (raster.FIRST_BLOCK - ranks[finer]).astype(np.int64)
    fine_row, fine_col = (((y - row)[finer]) * fold).astype(np.int64), (((x - col)[finer]) * fold).astype(np.int64)
    ranks[finer] = cells.fine[block * fold * fold + fine_row * fold + fine_col]
    found: npt.NDArray[np.int32] = ranks
    return found


def _segments(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
    """All boundary segments, n × 4."""
    rings = shapely.get_rings(shapely.get_parts(shapes))
    points, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    return np.hstack([points[:-1][same], points[1:][same]])


def _why_invalid(wkb: bytes) -> str:
    try:
        shape = shapely.from_wkb(wkb)
    except shapely.GEOSException:
        return _("边界数据损坏，无法读取。")
    if shape.geom_type not in {"Polygon", "MultiPolygon"} or shape.is_empty:
        return _("边界不是面。")
    if not shape.is_valid:
        return _("边界自相交或不闭合：%(why)s。") % {"why": shapely.is_valid_reason(shape)}
    return ""


class Built:
    """The locator built last and what it was built from: posts change the stamp far more often than polygons do."""

    made_from: int | None = None
    locator = Locator([], [])


def _read() -> Locator:
    today = timezone.localdate()
    rows = Shape.objects.filter(valid_to=None, node__valid_from__lte=today)
    listed = rows.exclude(node__valid_to__lte=today).order_by("node").values_list("node", "node__level", "wkb")
    areas = [Area(pk, level, bytes(wkb)) for pk, level, wkb in listed]
    if Built.made_from != hash(tuple(areas)):
        Built.locator, Built.made_from = Locator.build(areas, later=True), hash(tuple(areas))
    return Built.locator


_current: Kept[Locator] = Kept(_read)


def current() -> Locator:
    """The locator of today's polygons, kept in the process until the tree changes; no request waits for its raster."""
    return _current.get()
