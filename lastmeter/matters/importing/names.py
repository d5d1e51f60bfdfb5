"""What names in somebody's table mean here: the node of a row, its category, its unit; made where the MAP says so."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lastmeter.grid import ground, locate, tree
from lastmeter.grid.models import Code, Node, Unit
from lastmeter.kit import geo
from lastmeter.matters.importing.maps import BadMap, Categories, ImportMap, PlaceWay, Plant, Point, Position, Units
from lastmeter.matters.models import Category, DistrictName, Scheme

Cell = Callable[[str], str]
_TO_WGS84: dict[str, Callable[[float, float], Point]] = {
    "wgs84": lambda lon, lat: (lon, lat),
    "gcj02": lambda lon, lat: geo.gcj02_to_wgs84(lon, lat),
    "bd09": lambda lon, lat: geo.bd09_to_wgs84(lon, lat),
}


class BadRow(ValueError):
    """The row is not taken in; `str()` is a sentence for the person who brought the file, without the row's words."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a row is: its node, and its position when the source really knew it (WGS84)."""

    node_id: int
    lon: float | None
    lat: float | None


def root_node(plan: ImportMap) -> Node | None:
    """The node that `under` names, by code or by name; None when the MAP names none. Raises BadMap for no such node."""
    if not plan.under:
        return None
    by_code = tree.resolve_code(plan.under)
    found = [by_code] if by_code else list(Node.objects.filter(name=plan.under, valid_to=None)[:2])
    if len(found) != 1:
        raise BadMap(_("网格树里没有（或不止一个）“%(name)s”。") % {"name": plan.under})
    return found[0]


@transaction.atomic
def plant(plan: ImportMap, *, today: date) -> int:
    """Plant `under` and the names of [plant] below it where they are missing; returns how many nodes were planted."""
    wanted = plan.plant or Plant(plan.under_level, ())
    root = Node.objects.filter(name=plan.under, valid_to=None).first()
    above = [] if root else [tree.Seed(None, plan.under_level, plan.under, plan.under, plan.source)]
    there = set(root.children.values_list("name", flat=True)) if root else set()
    seeds = above + [
        tree.Seed(root or above[0], wanted.level, name, name, plan.source) for name in wanted.names if name not in there
    ]
    for seed in seeds:
        seed.values = {"source": plan.source}
    return len(tree.plant_all(seeds, today=today))


class Places:
    """Finds the node of a row by the MAP's ways, in their order, and counts in `notes` which way found it."""

    def __init__(self, plan: ImportMap, root: Node | None, notes: Counter[str]) -> None:
        self._plan, self._root, self._notes = plan, root, notes
        self._locator = locate.current()
        self._names = _node_names(plan.source, root)
        self._codes: dict[tuple[str, str], int | None] = {}
        self._ways = [(way, self._said(way)) for way in plan.places]

    def spot(self, cell: Cell) -> Spot:
        """The place of a row whose cells `cell(column)` gives. Raises BadRow when no way finds a node."""
        point = self._point(self._plan.position, cell) if self._plan.position else None
        lon, lat = point or (None, None)
        for way, said in self._ways:
            if node_id := self._try(way, cell, point):
                self._notes[said] += 1
                return Spot(node_id, lon, lat)
        raise BadRow(_("找不到对应的网格。"))

    def _try(self, way: PlaceWay, cell: Cell, point: Point | None) -> int | None:
        if way.by == "position":
            return self._locator.locate(*point) if point else None
        if way.by == "fixed":
            return self._root.pk if self._root else None
        words = [each for column in way.columns if (each := cell(column))]
        if way.by == "code":
            return next(filter(None, (self._code(way.scheme, word) for word in words)), None)
        if way.pattern:
            words = [match.group() for word in words for match in way.pattern.finditer(word)]
        found = next(filter(None, map(self._names.get, words)), None)
        if words and not found and way.strict:
            raise BadRow(_("“%(column)s”里的地名在网格树里没有。") % {"column": "、".join(way.columns)})
        return found

    def _code(self, scheme: str, code: str) -> int | None:
        key = (scheme, code)
        if key not in self._codes:
            rows = Code.objects.filter(code=code, node__valid_to=None).order_by("-pk")
            rows = rows.filter(scheme=scheme) if scheme else rows
            self._codes[key] = rows.values_list("node", flat=True).first()
        return self._codes[key]

    def _said(self, way: PlaceWay) -> str:
        if way.by == "position":
            return _("网格由坐标确定")
        if way.by == "fixed":
            return _("没有地点，归“%(name)s”") % {"name": self._plan.under}
        return _("网格由“%(column)s”列确定") % {"column": "、".join(way.columns)}

    def _point(self, position: Position, cell: Cell) -> Point | None:
        """The row's position in WGS84, None when it has none that can be believed."""
        texts = cell(position.lon), cell(position.lat)
        if not all(texts):
            self._notes[_("没有坐标")] += 1
            return None
        try:
            point = float(texts[0]), float(texts[1])
        except ValueError:
            point = (float("nan"), float("nan"))
        if point in position.defaults:
            self._notes[_("坐标是来源的默认点，不当作位置")] += 1
            return None
        if not (-180 <= point[0] <= 180 and -90 <= point[1] <= 90):
            self._notes[_("坐标看不懂，不当作位置")] += 1
            return None
        return _TO_WGS84[position.crs](*point)


def _node_names(source: str, root: Node | None) -> dict[str, int | None]:
    """Name → node id below `root` (of the whole tree without one); None where several nodes have the name.

    The names this source has been given for places (DistrictName) win.
    """
    nodes = Node.objects.current(timezone.localdate())
    if root:
        nodes = nodes.below(root.path)
    found: dict[str, int | None] = {}
    for name, pk in nodes.values_list("name", "pk"):
        found[name] = None if name in found else pk
    found.update(DistrictName.objects.filter(source=source).values_list("name", "node"))
    return found


class CategoryNames:
    """Categories of one scheme by their names from the top down; `create` in the MAP adds what is missing."""

    def __init__(self, wanted: Categories) -> None:
        self._wanted = wanted
        scheme = Scheme.objects.filter(code=wanted.scheme).first()
        if scheme is None and not wanted.create:
            raise BadMap(_("没有代号为“%(code)s”的分类体系。") % {"code": wanted.scheme})
        self._scheme = scheme or Scheme.objects.get_or_create(
            code=wanted.scheme, defaults={"name": wanted.name or wanted.scheme, "source": wanted.source}
        )[0]  # fmt: skip
        self._known: dict[tuple[str, ...], int] = {}
        self._read()

    def find(self, names: tuple[str, ...]) -> int | None:
        """The category of these names, top first; one name alone may also be a code or the only item so called."""
        if not names:
            return None
        if names not in self._known and self._wanted.create:
            self._create(names)
        return self._known.get(names)

    def _read(self) -> None:
        rows = self._scheme.categories.order_by("pk").values_list("pk", "parent", "code", "name")
        chains: dict[int, tuple[str, ...]] = {}
        single: Counter[str] = Counter()
        for pk, parent, _code, name in rows:  # parents are older than their children
            chains[pk] = (*chains.get(parent or 0, ()), name)
            self._known[chains[pk]] = pk
            single[name] += 1
        for pk, _parent, code, name in rows:
            self._known.setdefault((code,), pk)
            if single[name] == 1:
                self._known.setdefault((name,), pk)

    @transaction.atomic
    def _create(self, names: tuple[str, ...]) -> None:
        # Two imports into one scheme must not make an item twice: they wait for each other here.
        Scheme.objects.select_for_update().get(pk=self._scheme.pk)
        parent: int | None = None
        for depth in range(1, len(names) + 1):
            chain = names[:depth]
            rows = self._scheme.categories.filter(parent=parent, name=chain[-1]).values_list("pk", flat=True)
            parent = rows.first() or self._add(parent, chain[-1])
            self._known[chain] = parent

    def _add(self, parent: int | None, name: str) -> int:
        above = self._scheme.categories.values_list("code", flat=True).get(pk=parent) if parent else ""
        number = self._scheme.categories.filter(parent=parent).count() + 1
        ground.bump()  # the catalogue is kept by every process
        return Category.objects.create(scheme=self._scheme, parent_id=parent, code=f"{above}{number:03}", name=name).pk


class UnitNames:
    """Units at `root` and below by name; `create` in the MAP adds what is missing, at `root`."""

    def __init__(self, wanted: Units, root: Node) -> None:
        self._wanted, self._root = wanted, root
        self._known = self._read()

    def find(self, word: str) -> int | None:
        """The unit a cell names."""
        name = self._wanted.names.get(word, word)
        if name not in self._known and self._wanted.create:
            unit, _made = Unit.objects.get_or_create(node=self._root, name=name, defaults={"kind": self._wanted.kind})
            self._known[name] = unit.pk
        return self._known.get(name)

    def _read(self) -> dict[str, int]:
        rows = Unit.objects.filter(closed_on=None, node__path__startswith=self._root.path)
        # At the root itself wins over one of the same name further down.
        return dict(rows.order_by("-node__level", "-pk").values_list("name", "pk"))
