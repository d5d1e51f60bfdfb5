"""Broken polygons: made valid where that hardly changes them, else refused with the reason and the spot."""

from dataclasses import dataclass

import numpy as np
import shapely
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

REPAIR_SHARE = 0.001  # of the area: a repair that changes more is a guess about what was meant

WHY = {
    "Self-intersection": gettext_lazy("边界自己相交"),
    "Ring Self-intersection": gettext_lazy("边界碰到自己"),
    "Hole lies outside shell": gettext_lazy("洞在边界之外"),
    "Holes are nested": gettext_lazy("洞里套洞"),
    "Interior is disconnected": gettext_lazy("内部被隔断"),
    "Nested shells": gettext_lazy("面里套面"),
    "Duplicate Rings": gettext_lazy("同一圈边界画了两遍"),
    "Too few points in geometry component": gettext_lazy("边界的点太少"),
    "Valid Geometry": gettext_lazy("混有点或线"),
}


@dataclass(frozen=True, slots=True)
class Mended:
    """A valid polygon with what was done to it, or None with the reason why it cannot be taken."""

    shape: shapely.Geometry | None
    note: str = ""

    @property
    def repaired(self) -> bool:
        return self.shape is not None and self.note != ""


def mend(shape: shapely.Geometry) -> Mended:
    """A polygon in WGS84 as it can be measured: valid, not empty, in degrees."""
    if shape.is_empty or shape.geom_type not in ("Polygon", "MultiPolygon", "GeometryCollection"):
        return Mended(None, _("几何不是面。"))
    points = shapely.get_coordinates(shape)
    if not np.isfinite(points).all() or (np.abs(points) > (180, 90)).any():
        return Mended(None, _("坐标换算后不是经纬度，请核对坐标系。"))
    if shape.is_valid and shape.geom_type != "GeometryCollection":
        return Mended(shape)
    why, _spot = what_is_wrong(shape)
    mended = _polygons(shapely.make_valid(shape))
    if mended is None:
        return Mended(None, _("边界没有围出面积：%(why)s。") % {"why": why})
    if abs(mended.area - shape.area) > REPAIR_SHARE * mended.area:
        return Mended(None, _("修复会改变范围，请部门改好再传：%(why)s。") % {"why": why})
    return Mended(mended, _("已修复，面积改变不到千分之一：%(why)s。") % {"why": why})


def what_is_wrong(shape: shapely.Geometry) -> tuple[str, shapely.Geometry | None]:
    """What GEOS finds wrong, in words, with the spot rounded to a decimetre; and the spot, where it has one."""
    reason, _bracket, spot = shapely.is_valid_reason(shape).partition("[")
    words = WHY.get(reason, reason)
    try:
        lon, lat = map(float, spot.rstrip("]").split())
    except ValueError:
        return str(words), None
    values = {"what": words, "lon": f"{lon:.6f}", "lat": f"{lat:.6f}"}
    return _("%(what)s，在 %(lon)s, %(lat)s 附近") % values, shapely.Point(lon, lat)


def _polygons(shape: shapely.Geometry) -> shapely.Geometry | None:
    parts = [part for part in shapely.get_parts(shapely.get_parts(shape)) if part.geom_type == "Polygon"]
    joined = shapely.union_all(parts) if parts else None
    return None if joined is None or not joined.area else joined
