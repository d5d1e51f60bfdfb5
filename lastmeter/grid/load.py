"""GeoJSON → tree: one file of polygons becomes the nodes of one level, each with its code and boundary."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import shapely
from django.db import transaction
from django.utils.translation import gettext as _

from lastmeter.grid import naming, shapes, tree
from lastmeter.grid.models import Code, Level, Node, Shape
from lastmeter.kit.text import clean

MOST_TEXT = 10**9  # characters; the lengths that count are checked with a reason of their own
REPAIR_SHARE = 0.001  # a repair that changes more of the area than this is not a repair


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the features of a file are: their level, the node they lie under, and which properties name them.

    `level_property` and `under_property` override level and node by feature (a code in `scheme` or any other).
    """

    level: Level
    under: Node | None
    name_property: str = "name"
    code_property: str = "code"
    under_property: str = ""
    scheme: str = "local"
    source: str = ""


@dataclass(slots=True)
class LoadReport:
    """What happened to each feature; feature numbers count from 1."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    repaired: list[int] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    overlaps: list[tuple[str, str]] = field(default_factory=list)

    @property
    def read(self) -> int:
        return self.created + self.updated + self.unchanged + len(self.refused)


class _DryRunEnd(Exception):
    """Rolls a dry run back."""


def load_geojson(file: Path, wanted: Wanted, *, today: date, dry_run: bool = False) -> LoadReport:
    """Bring the features of a GeoJSON file (WGS84, lon/lat) into the tree: new codes are planted, known ones redrawn.

    A polygon that is invalid is repaired when that changes less than 0.1 % of its area, else refused with the reason.
    The same file twice changes nothing. A dry run reports the same and writes nothing. Raises shapes.BadGeoJson.
    """
    report = LoadReport()
    try:
        with transaction.atomic():
            _load(list(shapes.features(file)), wanted, report, today)
            if dry_run:
                raise _DryRunEnd
    except _DryRunEnd:
        pass
    return report


def _load(features: list[shapes.Feature], wanted: Wanted, report: LoadReport, today: date) -> None:
    good: dict[str, tuple[shapes.Feature, shapely.Geometry | None]] = {}
    for feature in features:
        code = _word(feature, wanted.code_property)
        shape, why = _sound(feature, report)
        why = why or _what_is_missing(feature, code, wanted, good)
        if why:
            report.refused.append((feature.number, why))
        else:
            good[code] = (feature, shape)
    known = _known(good, wanted)
    for code in [code for code, node in known.items() if node.level != wanted.level]:
        report.refused.append((good[code][0].number, _elsewhere(code, known.pop(code))))
        del good[code]
    fresh = {code: pair for code, pair in good.items() if code not in known}
    nodes = known | _plant(fresh, wanted, report, today)
    renamed = _rename(known, good, wanted)
    drawn = {nodes[code]: shape for code, (_feature, shape) in good.items() if shape is not None and code in nodes}
    redrawn = shapes.draw(drawn, source=wanted.source, today=today)
    report.created = len(nodes) - len(known)
    report.updated = len({node.pk for node in known.values()} & (renamed | redrawn))
    report.unchanged = len(known) - report.updated
    report.overlaps = _overlaps(drawn, _drawn_before(drawn, wanted))


def _word(feature: shapes.Feature, name: str) -> str:
    """A property as text that every database takes: JSON may carry NUL and lone surrogates."""
    return clean(str(feature.properties.get(name) or ""), MOST_TEXT, name)


def _what_is_missing(
    feature: shapes.Feature, code: str, wanted: Wanted, good: dict[str, tuple[shapes.Feature, shapely.Geometry | None]]
) -> str:
    if not code:
        return _("缺少代码（属性“%(name)s”）。") % {"name": wanted.code_property}
    if len(code) > 40:
        return _("代码超过 40 个字符。")
    if code in good:
        return _("代码 %(code)s 在文件里出现了两次。") % {"code": code}
    if not _word(feature, wanted.name_property):
        return _("缺少名称（属性“%(name)s”）。") % {"name": wanted.name_property}
    return ""


def _elsewhere(code: str, node: Node) -> str:
    return _("代码 %(code)s 已是“%(name)s”（%(level)s）的，层级不同。") % {
        "code": code,
        "name": node.name,
        "level": node.get_level_display(),
    }


def _sound(feature: shapes.Feature, report: LoadReport) -> tuple[shapely.Geometry | None, str]:
    """The feature's polygon made valid, or why it cannot be taken; a feature without geometry is a list entry."""
    shape = feature.shape
    if feature.error or shape is None:
        return None, feature.error
    if shape.geom_type not in ("Polygon", "MultiPolygon") or shape.is_empty:
        return None, _("几何不是面。")
    west, south, east, north = shape.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        return None, _("坐标不是经纬度（经度 -180~180，纬度 -90~90），请先转换为 WGS84。")
    if shape.is_valid:
        return shape, ""
    mended = _polygons_of(shapely.make_valid(shape))
    if mended is None or abs(mended.area - shape.area) > REPAIR_SHARE * abs(shape.area):
        return None, _("边界自相交：%(why)s。") % {"why": shapely.is_valid_reason(shape)}
    report.repaired.append(feature.number)
    return mended, ""


def _polygons_of(shape: shapely.Geometry) -> shapely.Geometry | None:
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return shapes.union(parts) if parts else None


def _known(codes: Iterable[str], wanted: Wanted) -> dict[str, Node]:
    rows = Code.objects.filter(scheme=wanted.scheme, code__in=list(codes), valid_to=None).select_related("node")
    return {row.code: row.node for row in rows}


def _plant(
    fresh: dict[str, tuple[shapes.Feature, shapely.Geometry | None]], wanted: Wanted, report: LoadReport, today: date
) -> dict[str, Node]:
    seeds: dict[str, tree.Seed] = {}
    for code, (feature, _shape) in fresh.items():
        under = wanted.under
        if wanted.under_property:
            under = tree.resolve_code(_word(feature, wanted.under_property))
            if under is None:
                report.refused.append(
                    (feature.number, _("找不到上级（属性“%(name)s”）。") % {"name": wanted.under_property})
                )
                continue
        name = _word(feature, wanted.name_property)[:100]
        seeds[code] = tree.Seed(under, wanted.level, name, code, wanted.scheme, {"source": wanted.source})
    tree.plant_all(list(seeds.values()), today=today)
    return {code: seed.node for code, seed in seeds.items() if seed.node}


def _rename(
    known: dict[str, Node], good: dict[str, tuple[shapes.Feature, shapely.Geometry | None]], wanted: Wanted
) -> set[int]:
    """Give known nodes the names of the file; returns the ids of those whose name is new."""
    changed = []
    for code, node in known.items():
        name = _word(good[code][0], wanted.name_property)[:100]
        if node.name != name:
            node.name = name
            changed.append(node)
    Node.objects.bulk_update(changed, ["name"])
    naming.index(changed)
    return {node.pk for node in changed}


def _drawn_before(drawn: dict[Node, shapely.Geometry], wanted: Wanted) -> dict[Node, shapely.Geometry]:
    """The other current polygons of that level in the box around the new ones."""
    if not drawn:
        return {}
    west, south, east, north = shapely.total_bounds(list(drawn.values()))
    rows = Shape.objects.filter(node__level=wanted.level, valid_to=None, node__valid_to=None)
    rows = rows.filter(west__lte=east, east__gte=west, south__lte=north, north__gte=south)
    rows = rows.exclude(node__in=drawn).select_related("node")
    return {row.node: shapely.from_wkb(bytes(row.wkb)) for row in rows}


def _overlaps(drawn: dict[Node, shapely.Geometry], before: dict[Node, shapely.Geometry]) -> list[tuple[str, str]]:
    """Pairs of names whose polygons overlap by more than a thousandth of the smaller one, at least one of them new."""
    if not drawn:
        return []
    nodes, polygons = [*drawn, *before], [*drawn.values(), *before.values()]
    first, second = shapely.STRtree(polygons).query(polygons[: len(drawn)], predicate="intersects")
    found = []
    for one, other in zip(first, second, strict=True):
        if one < other:
            shared = shapes.common(polygons[one], polygons[other]).area
            if shared > REPAIR_SHARE * min(polygons[one].area, polygons[other].area):
                found.append((nodes[one].name, nodes[other].name))
    return found
