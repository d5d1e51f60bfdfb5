"""新旧对照: how the grids of one day became those of another, by area, by recorded positions and by households."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import shapely
from django.utils.translation import gettext as _

from lastmeter.grid import shapes
from lastmeter.grid.history import fitting, versions
from lastmeter.grid.history.following import everybody
from lastmeter.grid.models import Node

SLIVER = fitting.SLIVER


@dataclass(frozen=True, slots=True)
class Line:
    """What of one old place lies in one new place. Shares (0 to 1) are of the old place; None: nothing to share.

    `area` in square metres; `points` recorded positions (of matters and whatever else has one); `households` by
    `basis`: "buildings" (counted), "area" (spread evenly) or "" (not known).
    """

    old: Node
    new: Node
    area: float | None
    area_share: float | None
    points: int
    point_share: float | None
    households: float | None
    household_share: float | None
    basis: str


def between(place: Node, level: int, before: date, after: date) -> list[Line]:
    """The crosswalk of one level below `place` between two days (China dates), in the order of the old places."""
    olds, news = (
        list(versions.tree_on(day).below(place.path).filter(level=level).order_by("path")) for day in (before, after)
    )
    old_shapes, new_shapes = versions.shapes_on(olds, before), versions.shapes_on(news, after)
    points = _points(place)
    weights = _Weights(versions.tree_on(before).below(place.path), before)
    found = [line for old in olds for line in _lines(old, news, old_shapes.get(old.pk), new_shapes, points, weights)]
    return found + [line for old in olds if old.pk not in old_shapes for line in _undrawn(old, after)]


def _points(place: Node) -> npt.NDArray[np.object_]:
    """Every recorded position below the place, as points (WGS84)."""
    ids = list(Node.objects.below(place.path).values_list("pk", flat=True))
    rows = (row for follower in everybody().values() for row in follower.lying(ids))
    where = [(row.lon, row.lat) for row in rows if row.lon is not None and row.lat is not None]
    return shapely.points(where) if where else np.zeros(0, np.object_)


class _Weights:
    """Households by building, where every building of a place has a count and a polygon."""

    def __init__(self, nodes: Iterable[Node], day: date) -> None:
        listed = list(nodes)
        self._children: dict[int, list[Node]] = {}
        for node in listed:
            self._children.setdefault(node.parent_id or 0, []).append(node)
        self._shapes: Mapping[int, shapely.Geometry] = versions.shapes_on(listed, day)

    def buildings(self, old: Node) -> list[tuple[shapely.Geometry, int]] | None:
        """(a point inside, households) of each, None when one of them is unknown."""
        below = self._children.get(old.pk, [])
        if not below or any(each.households is None or each.pk not in self._shapes for each in below):
            return None
        return [(shapely.point_on_surface(self._shapes[each.pk]), each.households or 0) for each in below]


def _lines(
    old: Node,
    news: Sequence[Node],
    shape: shapely.Geometry | None,
    new_shapes: Mapping[int, shapely.Geometry],
    points: npt.NDArray[np.object_],
    weights: _Weights,
) -> Iterator[Line]:
    if shape is None:
        return
    shapely.prepare(shape)
    mine = points[shapely.intersects(shape, points)] if len(points) else points
    whole, buildings = fitting.square_metres(shape), weights.buildings(old)
    taken = np.zeros(len(mine), np.bool_)  # a position on a border counts once
    for new in news:
        other = new_shapes.get(new.pk)
        common = shapes.common(shape, other) if other is not None else None
        if common is None or common.area <= SLIVER:
            continue
        inside = shapely.intersects(other, mine) & ~taken if len(mine) else taken
        taken |= inside
        area = fitting.square_metres(common)
        households, basis = _households(old, buildings, other, area / whole)
        yield Line(
            old=old,
            new=new,
            area=area,
            area_share=round(area / whole, 6),
            points=int(inside.sum()),
            point_share=float(inside.sum() / len(mine)) if len(mine) else None,
            households=households,
            household_share=households / _total(old, buildings) if households is not None else None,
            basis=basis,
        )


def _total(old: Node, buildings: Sequence[tuple[shapely.Geometry, int]] | None) -> int:
    return max(1, sum(count for _point, count in buildings) if buildings else old.households or 0)


def _households(
    old: Node, buildings: Sequence[tuple[shapely.Geometry, int]] | None, new: shapely.Geometry, share: float
) -> tuple[float | None, str]:
    if buildings is not None:
        return float(sum(count for point, count in buildings if shapely.intersects(new, point))), "buildings"
    if old.households is not None:
        return old.households * share, "area"
    return None, ""


def _undrawn(old: Node, after: date) -> Iterator[Line]:
    """A place without a polygon: only who stands for it is known."""
    for new in versions.node_on(old, after):
        yield Line(old, new, None, None, 0, None, None, None, "")


def table(lines: Sequence[Line], before: date, after: date) -> tuple[list[str], list[list[object]]]:
    """Header and rows for a file; places under the names of their day."""
    old_names = versions.names_on([line.old for line in lines], before)
    new_names = versions.names_on([line.new for line in lines], after)
    header = [
        _("原网格"),
        _("原网格编号"),
        _("现网格"),
        _("现网格编号"),
        _("重叠面积（平方米）"),
        _("占原网格面积"),
        _("登记地点数"),
        _("占原网格地点"),
        _("户数"),
        _("占原网格户数"),
        _("户数依据"),
    ]
    basis = {"buildings": _("按楼栋户数"), "area": _("按面积推算"), "": ""}
    rows: list[list[object]] = [
        [
            old_names[line.old.pk],
            line.old.key,
            new_names[line.new.pk],
            line.new.key,
            None if line.area is None else round(line.area),
            _rounded(line.area_share),
            line.points,
            _rounded(line.point_share),
            None if line.households is None else round(line.households),
            _rounded(line.household_share),
            basis[line.basis],
        ]
        for line in lines
    ]
    return header, rows


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
