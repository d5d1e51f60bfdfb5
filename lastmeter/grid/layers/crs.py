"""Which coordinates a layer is in: stated, written in the file, or the one under which it fits the street best."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.kit import geo

if TYPE_CHECKING:
    from pyproj import CRS, Transformer

Points = npt.NDArray[np.float64]
Shapes = npt.NDArray[np.object_]

CHOICES = (
    ("", gettext_lazy("不清楚，由系统推断")),
    ("cgcs2000", gettext_lazy("CGCS2000 经纬度")),
    ("wgs84", gettext_lazy("WGS84 经纬度")),
    ("gcj02", gettext_lazy("GCJ-02 经纬度（高德、腾讯）")),
    ("bd09", gettext_lazy("BD-09 经纬度（百度）")),
    ("gk", gettext_lazy("CGCS2000 高斯投影（米）")),
)
LONGEST = 20  # characters of a name of a coordinate system
CLEAR = 0.02  # two fits nearer to each other than this do not tell the systems apart
FIT_GRID = 1e-7  # degrees, a centimetre: overlays of borders that nearly coincide are done on a grid
POOR = 0.5  # a fit below this deserves a warning whatever was stated
GK3_FIRST, GK3_ZONE_FIRST, GK6_ZONE_FIRST = 4534, 4513, 4491  # EPSG codes of 75°E, of zone 25 and of zone 13


class BadCrs(ValueError):
    """No coordinate system of that name, or not one of China's; str() is a sentence."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Shapes in WGS84 with the system they were taken to be in, and what the reader should know about the choice."""

    shapes: Shapes
    crs: str
    guessed: bool
    warnings: tuple[str, ...]


def label(crs: str) -> str:
    """A coordinate system as people know it."""
    if known := dict(CHOICES).get(crs):
        return str(known)
    from pyproj import CRS  # 20 MB that only who loads a layer needs

    return CRS.from_user_input(crs).name if crs.startswith("epsg:") else crs


def named(text: str) -> str:
    """A name as typed ("GCJ-02", "EPSG:4547", "") in the spelling of this module. Raises BadCrs."""
    plain = re.sub(r"[\s_-]", "", text.lower())
    if plain in dict(CHOICES):
        return plain
    from pyproj import CRS  # 20 MB that only who loads a layer needs
    from pyproj.exceptions import CRSError

    try:
        return _of_pyproj(CRS.from_user_input(text))
    except CRSError:
        raise BadCrs(
            _("不认识坐标系“%(name)s”。可写 cgcs2000、wgs84、gcj02、bd09、gk 或 EPSG:4547 这样的代码。")
            % {"name": text[:40]}
        ) from None


def of_prj(text: str) -> str:
    """The system that a .prj file describes; "" when it says nothing usable."""
    from pyproj import CRS  # 20 MB that only who loads a layer needs
    from pyproj.exceptions import CRSError

    try:
        return _of_pyproj(CRS.from_wkt(text))
    except (CRSError, BadCrs):
        return ""


def _of_pyproj(found: "CRS") -> str:
    code = found.to_epsg(min_confidence=60)
    if found.is_geographic:
        names = {4490: "cgcs2000", 4326: "wgs84"}
        return names.get(code or 0, "cgcs2000" if "2000" in found.name else f"epsg:{code}" if code else "")
    if code is None:
        raise BadCrs(_("坐标系“%(name)s”没有 EPSG 代码，请改用 gk。") % {"name": found.name[:60]})
    return f"epsg:{code}"


def place(shapes: Shapes, *, stated: str, written: str, street: shapely.Geometry | None) -> Placed:
    """The shapes in WGS84. `stated` by the uploader comes before `written` in the file; else the best fit wins.

    "gk" leaves the meridian to the fit. `street` is the street's outline in WGS84; without it nothing can be compared,
    and the warnings say so.
    """
    shapes, turned = _lon_first(shapes)
    tried = _candidates(shapes, street)
    said = next((name for name in (stated, written) if name not in ("", "gk")), "")
    if said and said not in tried:
        tried = [said, *tried]
    with np.errstate(all="ignore"):  # numbers that are no coordinates at all come out as infinite and are refused later
        placed = {crs: _to_wgs84(shapes, crs) for crs in tried}
    fits = {crs: _fit(found, street) for crs, found in placed.items()} if street is not None else {}
    best = max(tried, key=lambda crs: fits.get(crs, 0.0))  # the first of equals: the more usual system
    chosen = said or best
    with translation.override(settings.LANGUAGE_CODE):  # they are stored with the layer, and others read them
        swapped = [_("文件把纬度（纵坐标）写在前面，已对调。")] if turned else []
        warnings = (*swapped, *_old(chosen), *_doubts(chosen, said, fits))
    return Placed(placed[chosen], chosen, not said, warnings)


def _old(crs: str) -> list[str]:
    """A warning for a system on another datum: without a local survey's parameters its conversion is only rough."""
    from pyproj import CRS  # 20 MB that only who loads a layer needs

    found = CRS.from_user_input(crs) if crs.startswith("epsg:") else None
    if found is None or any(year in found.name for year in ("2000", "WGS")):
        return []
    return [
        _("“%(crs)s”不是 CGCS2000，换算没有当地的测量参数，可能差几十米到上百米，请部门转换后再给。")
        % {"crs": found.name}
    ]


def _doubts(chosen: str, said: str, fits: dict[str, float]) -> list[str]:
    if not fits:
        return [_("街道还没有边界，无法核对坐标系“%(crs)s”对不对。") % {"crs": label(chosen)}]
    ranked = sorted(fits.items(), key=lambda pair: -pair[1])
    listed = "；".join(f"{label(crs)} {share:.1%}" for crs, share in ranked[:4])
    words = {"crs": label(chosen), "listed": listed}
    doubts = []
    if not said:
        doubts.append(_("坐标系由系统推断为“%(crs)s”。与街道边界的吻合度：%(listed)s。请核对。") % words)
        if len(ranked) > 1 and ranked[0][1] - ranked[1][1] < CLEAR:
            doubts.append(_("几种坐标系的吻合度相差很小，推断不可靠，请向部门问清坐标系。"))
    elif ranked[0][1] - fits[chosen] > CLEAR:
        doubts.append(_("按“%(crs)s”落图不是最吻合的。与街道边界的吻合度：%(listed)s。请核对。") % words)
    if fits[chosen] < POOR:
        doubts.append(
            _("图层与街道的范围只吻合 %(share)s，可能是坐标系不对，也可能图层只画了一部分。")
            % {"share": f"{fits[chosen]:.1%}"}
        )
    return doubts


def _fit(shapes: Shapes, street: shapely.Geometry | None) -> float:
    """Shared area over joint area of the layer and the street, 0 to 1."""
    boxes = shapely.bounds(shapes)
    on_earth = np.isfinite(boxes).all(axis=1) & (np.abs(boxes) <= (180, 90, 180, 90)).all(axis=1)
    parts = shapely.get_parts(shapely.get_parts(shapely.make_valid(shapes[on_earth])))
    surfaces = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    joined = shapely.union_all(surfaces, grid_size=FIT_GRID)
    whole = shapely.area(shapely.union(joined, street, grid_size=FIT_GRID))
    return float(shapely.area(shapely.intersection(joined, street, grid_size=FIT_GRID)) / whole) if whole else 0.0


def _lon_first(shapes: Shapes) -> tuple[Shapes, bool]:
    """Shapes with longitude (or easting) first, and whether they were turned: some files write latitude first."""
    x, y = _middle(shapes)
    turned = (0 < x < 60 and 70 < y < 140) or (1.8e6 < x < 6e6 and 2e5 < y < 9e5)
    return (_transform(shapes, lambda points: points[:, ::-1]), True) if turned else (shapes, False)


def _middle(shapes: Shapes) -> tuple[float, float]:
    points = shapely.get_coordinates(shapes)
    points = points[np.isfinite(points).all(axis=1)]
    return (float(np.median(points[:, 0])), float(np.median(points[:, 1]))) if len(points) else (0.0, 0.0)


def _candidates(shapes: Shapes, street: shapely.Geometry | None) -> list[str]:
    """The systems the numbers allow: three kinds of degrees, or the meridians of Gauss-Krüger metres."""
    x, y = _middle(shapes)
    if abs(x) <= 180 and abs(y) <= 90:
        return ["cgcs2000", "gcj02", "bd09"]
    zone = int(x // 1_000_000)
    if 25 <= zone <= 45:
        return [f"epsg:{GK3_ZONE_FIRST + zone - 25}"]
    if 13 <= zone <= 23:
        return [f"epsg:{GK6_ZONE_FIRST + zone - 13}"]
    lon = street.centroid.x if street is not None else 105.0
    nearest = sorted(range(75, 136, 3), key=lambda meridian: abs(meridian - lon))[:4]
    return [f"epsg:{GK3_FIRST + (meridian - 75) // 3}" for meridian in nearest]


def _to_wgs84(shapes: Shapes, crs: str) -> Shapes:
    """CGCS2000 and WGS84 agree within centimetres: both stay as they are."""
    if crs in ("cgcs2000", "wgs84"):
        return shapes
    if crs in ("gcj02", "bd09"):
        turn = geo.gcj02_to_wgs84 if crs == "gcj02" else geo.bd09_to_wgs84
        return _transform(shapes, lambda points: np.column_stack(turn(points[:, 0], points[:, 1])))
    return _transform(shapes, lambda points: np.column_stack(_transformer(crs).transform(points[:, 0], points[:, 1])))


@lru_cache(maxsize=64)
def _transformer(crs: str) -> "Transformer":
    from pyproj import Transformer  # 20 MB that only who loads a layer needs

    return Transformer.from_crs(crs, "EPSG:4490", always_xy=True)


def _transform(shapes: Shapes, turn: Callable[[Points], Points]) -> Shapes:
    moved: Shapes = shapely.transform(shapes, turn)
    return moved
