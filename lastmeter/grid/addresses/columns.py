"""A row of an address list → a line that can be written, or a reason why not."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.utils import timezone
from django.utils.translation import gettext as _

from lastmeter.grid import locate
from lastmeter.grid.addresses import parsing
from lastmeter.grid.addresses.book import MOST_HOUSEHOLDS, BadAddress
from lastmeter.grid.addresses.parsing import Parts
from lastmeter.grid.models import Code, Level, Node
from lastmeter.kit.sheets import BadSheet, Row
from lastmeter.kit.text import clean

# What a column is called in the lists of offices; the first name is the one we write ourselves.
HEADERS: dict[str, tuple[str, ...]] = {
    "address": ("地址", "详细地址", "标准地址", "address"),
    "road": ("道路", "路名", "街路巷", "街道路名", "道路名称", "road"),
    "number": ("门牌号", "门牌", "门楼牌号", "号", "number"),
    "compound": ("小区", "小区名称", "小区名", "楼盘", "院落", "自然村", "compound"),
    "block": ("楼栋", "栋", "幢", "栋号", "幢号", "楼号", "楼栋号", "building"),
    "unit": ("单元", "单元号", "梯", "unit"),
    "households": ("户数", "住户数", "总户数", "households"),
    "code": ("网格代码", "网格编码", "网格编号", "grid_code"),
    "grid": ("网格名称", "网格", "所属网格", "grid"),
    "community": ("社区", "村（社区）", "村社区", "所属社区", "community"),
    "lon": ("经度", "lon", "lng", "longitude"),
    "lat": ("纬度", "lat", "latitude"),
    "aliases": ("别名", "俗称", "曾用名", "aliases"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A row that was understood, before its node is known."""

    row: Row
    parts: Parts
    households: int | None
    code: str
    grid: str
    community: str
    point: tuple[float, float] | None
    aliases: tuple[str, ...]


def columns_of(header: Sequence[str]) -> dict[str, str]:
    """Our field → the header of the file. Raises BadSheet when a column that is needed is missing."""
    folded = {name.strip().lower(): name for name in header}
    found = {ours: folded[name] for ours, names in HEADERS.items() for name in reversed(names) if name in folded}
    if not found.keys() & {"address", "road", "compound"}:
        raise BadSheet(_("缺少这些列：%(names)s。") % {"names": _("地址，或道路、小区")})
    if not found.keys() & {"code", "grid", "community"} and not {"lon", "lat"} <= found.keys():
        raise BadSheet(_("缺少这些列：%(names)s。") % {"names": _("网格代码、网格名称，或经度和纬度")})
    return found


def read(row: Row, columns: dict[str, str]) -> Line:
    """The line of a row. Raises BadAddress or kit.text.TooLong with the reason."""
    given = {ours: clean(row.values[theirs], 200, theirs) for ours, theirs in columns.items()}
    return Line(
        row=row,
        parts=_parts(given),
        households=_households(given.get("households", "")),
        code=given.get("code", ""),
        grid=given.get("grid", ""),
        community=given.get("community", ""),
        point=_point(given.get("lon", ""), given.get("lat", "")),
        aliases=tuple(name[:60] for name in given.get("aliases", "").replace("；", "、").split("、") if name.strip()),
    )


def _parts(given: dict[str, str]) -> Parts:
    """The columns win over what the written address says."""
    text = parsing.parse(given.get("address", ""))
    text = text.on_road() if text.road else text.in_compound()
    parts = Parts(
        road=parsing.key(given.get("road", "")) or text.road,
        number=parsing.label(given.get("number", "")) or text.number,
        compound=parsing.key(given.get("compound", "")) or text.compound,
        block=parsing.label(given.get("block", "")) or text.block,
        unit=parsing.label(given.get("unit", "")) or text.unit,
    )
    if not parts.road and not parts.compound:
        raise BadAddress(_("没有道路或小区的名称。"))
    if not parts.number and (not parts.block or not parts.compound):
        raise BadAddress(_("没有门牌号，也没有小区的楼栋。"))
    if max(len(parts.road), len(parts.compound)) > 60 or max(map(len, (parts.number, parts.block, parts.unit))) > 20:
        raise BadAddress(_("名称或号码太长。"))
    return parts


def _households(text: str) -> int | None:
    text = text.removesuffix("户").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or int(text) > MOST_HOUSEHOLDS:
        raise BadAddress(_("户数“%(text)s”不是 0 到 %(most)d 的整数。") % {"text": text, "most": MOST_HOUSEHOLDS})
    return int(text)


def _point(lon: str, lat: str) -> tuple[float, float] | None:
    if not lon and not lat:
        return None
    try:
        east, north = float(lon), float(lat)
    except ValueError:
        raise BadAddress(_("经度、纬度要写成度，如 111.95 和 21.86。")) from None
    if not (-180 <= east <= 180 and -90 <= north <= 90):
        raise BadAddress(_("经度、纬度要写成度，如 111.95 和 21.86。"))
    return east, north


# -- Nodes -------------------------------------------------------------------------------------------------------------


class Places:
    """Finds the grid or micro-grid, else the community of many lines at once: three queries and one batch of points."""

    def __init__(self, lines: Sequence[Line]) -> None:
        current = Node.objects.current(timezone.localdate())
        codes = sorted({line.code for line in lines if line.code})
        self._codes: dict[str, int] = {}
        for start in range(0, len(codes), 500):
            rows = Code.objects.filter(code__in=codes[start : start + 500]).order_by("valid_from", "id")
            self._codes.update(rows.values_list("code", "node_id"))
        names = sorted({line.grid or line.community for line in lines if not line.code} - {""})
        self._names: dict[str, list[Node]] = {}
        for start in range(0, len(names), 500):
            for node in current.filter(name__in=names[start : start + 500]).select_related("parent"):
                self._names.setdefault(node.name, []).append(node)
        self._points = _located(lines)
        wanted = sorted({*self._codes.values(), *self._points.values()})
        self._nodes: dict[int, Node] = {}
        for start in range(0, len(wanted), 500):
            self._nodes.update(current.in_bulk(wanted[start : start + 500]))

    def node(self, line: Line) -> Node:
        """The node of a line by code, else by name, else by point. Raises BadAddress with the reason.

        A list that knows the village or community alone is taken: those buildings wait on the coverage page for a grid.
        """
        node = self._found(line)
        if node.level < Level.COMMUNITY:
            raise BadAddress(_("“%(name)s”太大，请写到网格，至少写到村（社区）。") % {"name": node.name})
        return node

    def _found(self, line: Line) -> Node:
        if line.code:
            node = self._nodes.get(self._codes.get(line.code, 0))
            if node is None:
                raise BadAddress(_("没有代码是“%(code)s”的节点。") % {"code": line.code})
            return node
        if line.grid:
            return self._named(line)
        node = self._nodes.get(self._points.get(line.row.number, -1))
        if line.community and (node is None or node.level < Level.COMMUNITY):
            return self._of_community(line.community)
        if node is None:
            raise BadAddress(_("没有写网格，经纬度也不在任何网格里。"))
        return node

    def _named(self, line: Line) -> Node:
        found = self._names.get(line.grid, [])
        if line.community:
            found = [node for node in found if node.parent and node.parent.name == line.community]
        if len(found) == 1:
            return found[0]
        if found:
            raise BadAddress(_("叫“%(name)s”的网格不止一个，请写网格代码，或加上社区一列。") % {"name": line.grid})
        raise BadAddress(_("没有叫“%(name)s”的网格。") % {"name": line.grid})

    def _of_community(self, name: str) -> Node:
        found = [node for node in self._names.get(name, []) if node.level == Level.COMMUNITY]
        if len(found) == 1:
            return found[0]
        if found:
            raise BadAddress(_("叫“%(name)s”的村（社区）不止一个，请写代码。") % {"name": name})
        raise BadAddress(_("没有叫“%(name)s”的村（社区）。") % {"name": name})


def _located(lines: Sequence[Line]) -> dict[int, int]:
    """Row number → node id of the point, for the lines that name no grid."""
    placed = [(line.row.number, line.point) for line in lines if line.point and not line.code and not line.grid]
    if not placed:
        return {}
    points = np.array([point for _number, point in placed])
    ids = locate.current().locate_batch(points[:, 0], points[:, 1])
    return {number: int(pk) for (number, _point), pk in zip(placed, ids, strict=True)}
