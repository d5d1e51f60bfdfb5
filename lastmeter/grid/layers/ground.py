"""What of the tree a layer is held against: the street's outline, its grids of today, its places by name."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

import shapely
from django.utils.translation import gettext as _

from lastmeter.grid import shapes
from lastmeter.grid.models import Code, Level, Node, Role, Tenure

HEADS = (Role.GRID_HEAD, Role.GRID_WORKER)
GRID_DEGREES = 1e-8  # a millimetre; see comparing.GRID_M for why unions are done on a grid
MOST_NOTE = 480  # characters, within Cell.note


def outline(street: Node) -> shapely.Geometry | None:
    """The street's own polygon in WGS84, else that of its communities together; None when neither is drawn."""
    own = shapes.current(street, Level.TOWN)
    parts = list((own or shapes.current(street, Level.COMMUNITY)).values())
    return _joined(parts) if parts else None


def heads(node_ids: Iterable[int], today: date) -> dict[int, str]:
    """node id → names of the grid heads and workers who hold a post there today."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    rows = Tenure.objects.current(today).filter(post__node__in=list(node_ids), post__role__in=HEADS)
    rows = rows.filter(post__closed_on=None, user__is_active=True).order_by("post__role", "pk")
    for node_id, name in rows.values_list("post__node_id", "user__name"):
        if node_id is not None and name not in found[node_id]:
            found[node_id].append(name)
    return {node_id: "、".join(names) for node_id, names in found.items()}


class Gazetteer:
    """The places of a street by name and code, with their polygons: what a list of places is looked up in."""

    def __init__(self, street: Node) -> None:
        nodes = list(Node.objects.below(street.path).filter(valid_to=None).select_related("parent").order_by("path"))
        self._street = street.name
        self._paths = {node.pk: node.path for node in nodes}
        self._drawn = shapes.current(street, *Level)
        self._named: defaultdict[str, set[int]] = defaultdict(set)
        for node in nodes:
            self._named[_plain(node.name)].add(node.pk)
            if node.parent is not None:
                self._named[_plain(node.parent.name + node.name)].add(node.pk)
        for node_id, code in Code.objects.filter(node__in=self._paths, valid_to=None).values_list("node_id", "code"):
            self._named[code].add(node_id)

    def union(self, places: Iterable[str]) -> tuple[shapely.Geometry | None, str]:
        """The polygons of these places together (None when none is found), and in words which were not placed."""
        found, missing = [], []
        for place in places:
            shape, why = self._find(place)
            if shape is None:
                missing.append(f"{place}（{why}）")
            else:
                found.append(shape)
        note = _("没有落图：%(places)s") % {"places": "、".join(missing)} if missing else ""
        return (_joined(found) if found else None), _cut(note)

    def _find(self, place: str) -> tuple[shapely.Geometry | None, str]:
        found = self._nodes(_plain(place))
        if not found:
            return None, _("网格里没有这个地点")
        if len(found) > 1:
            return None, _("同名的不止一处，请写上社区")
        [node_id] = found
        shape = self._shape(node_id)
        return shape, "" if shape is not None else _("还没有边界")

    def _nodes(self, plain: str) -> set[int]:
        """The nodes of exactly this name, else those of the longest name the address begins with."""
        plain = plain.removeprefix(_plain(self._street)) or plain
        for end in range(len(plain), 1, -1):
            if found := self._named.get(plain[:end]):
                return found
        return set()

    def _shape(self, node_id: int) -> shapely.Geometry | None:
        """The node's own polygon, else those of what lies below it."""
        if node_id in self._drawn:
            return self._drawn[node_id]
        path = self._paths[node_id]
        below = [shape for pk, shape in self._drawn.items() if self._paths.get(pk, "").startswith(path)]
        return _joined(below) if below else None


def _joined(parts: list[shapely.Geometry]) -> shapely.Geometry:
    return shapely.union_all(parts, grid_size=GRID_DEGREES)


def _plain(name: str) -> str:
    return "".join(name.split())


def _cut(note: str) -> str:
    return note if len(note) <= MOST_NOTE else note[: MOST_NOTE - 1] + "…"
