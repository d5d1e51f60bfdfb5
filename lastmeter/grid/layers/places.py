"""What the places of a department's list mean: places of the tree, or buildings, however their address is spelt."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import shapely
from django.utils.translation import gettext as _

from lastmeter.grid import shapes
from lastmeter.grid.addresses import finding, parsing
from lastmeter.grid.addresses.parsing import Parts
from lastmeter.grid.layers.ground import GRID_DEGREES
from lastmeter.grid.layers.plots import Plots
from lastmeter.grid.models import Building, Code, Compound, Level, Node, PlaceName, Road, at_or_below

SURE = 0.76  # the least score of finding.py for a building whose number or block is as written: 0.28 and the name
SURE_NAME = 0.70  # for a name alone: 0.22 and the name
RANGE = re.compile(r"(?<!\d)(\d{1,4})\s*(?:[-－–—~～至到])\s*(\d{1,4})\s*(号楼|号|栋|幢|座)")
MOST_OF_RANGE = 200
MOST_GUESSES = 300  # misspelt addresses in one list: each costs a few queries


@dataclass(slots=True)
class Found:
    """The ground of some places (None: of none of them), which were not placed and why, which were read as what."""

    shape: shapely.Geometry | None = None
    missing: list[tuple[str, str]] = field(default_factory=list)
    guessed: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What one place means: a node, or buildings; `guessed` is how a misspelt one was read, `why` why it is neither."""

    node: Node | None = None
    buildings: Sequence[Building] = ()
    guessed: str = ""
    why: str = ""


class Gazetteer:
    """The places of a street by name and code, and its open buildings by address: what a list is looked up in."""

    def __init__(self, street: Node) -> None:
        nodes = list(Node.objects.below(street.path).filter(valid_to=None).select_related("parent").order_by("path"))
        self._street = street
        self._nodes = {node.pk: node for node in nodes}
        self._drawn = shapes.current(street, *Level)
        self._named: defaultdict[str, set[int]] = defaultdict(set)
        for node in nodes:
            self._named[_plain(node.name)].add(node.pk)
            if node.parent is not None:
                self._named[_plain(node.parent.name + node.name)].add(node.pk)
        for node_id, code in Code.objects.filter(node__in=self._nodes, valid_to=None).values_list("node_id", "code"):
            self._named[code].add(node_id)
        self._book = _Book(street)
        self._plots = Plots(self._book.buildings, self._drawn, {node.path: (node.pk, node.level) for node in nodes})
        self._known: dict[str, _Meaning] = {}
        self._guesses = 0

    def union(self, places: Iterable[str]) -> Found:
        """The ground of these places together: polygons of the tree, and the plots of the buildings they name."""
        found = Found()
        parts: list[shapely.Geometry] = []
        named: dict[int, tuple[Building, str]] = {}
        for place in places:
            meaning = self._meaning(place)
            shape = self._shape(meaning.node) if meaning.node else None
            why = _("还没有边界") if meaning.node and shape is None else meaning.why
            if why:
                found.missing.append((place, why))
            if meaning.guessed:
                found.guessed.append((place, meaning.guessed))
            if shape is not None:
                parts.append(shape)
            for building in meaning.buildings:
                named.setdefault(building.pk, (building, place))
        plots, without = self._plots.of([building for building, _place in named.values()])
        for place, count in Counter(named[building.pk][1] for building in without).items():
            found.missing.append((place, _("%(count)d 栋没有坐标，或与别的格子的楼在同一点上") % {"count": count}))
        parts += plots
        found.shape = shapely.union_all(parts, grid_size=GRID_DEGREES) if parts else None
        return found

    def _meaning(self, place: str) -> _Meaning:
        if place not in self._known:
            self._known[place] = self._look_up(place)
        return self._known[place]

    def _look_up(self, place: str) -> _Meaning:
        """A place of exactly this name; buildings of this address; a place it begins with; a misspelt address."""
        plain = _plain(place).removeprefix(_plain(self._street.name)) or _plain(place)
        if self._named.get(plain):
            return self._one_of(self._named[plain])
        parts = parsing.parse(place[:120])
        if buildings := self._book.between(place, parts) or self._book.at(parts):
            return _Meaning(buildings=buildings)
        for end in range(len(plain) - 1, 1, -1):
            if found := self._named.get(plain[:end]):
                if all(self._nodes[pk].level == Level.MICRO for pk in found) or not _names(plain[end:]):
                    return self._one_of(found)
                break
        return self._guess(place, parts) if parts.road or parts.compound else _Meaning(why=_("网格里没有这个地点"))

    def _one_of(self, found: set[int]) -> _Meaning:
        if len(found) > 1:
            return _Meaning(why=_("同名的不止一处，请写上社区"))
        return _Meaning(node=self._nodes[min(found)])

    def _guess(self, place: str, parts: Parts) -> _Meaning:
        """The building that a misspelt address can only mean, or the whole road or compound of a misspelt name."""
        if self._guesses == MOST_GUESSES:
            return _Meaning(why=_("写法对不上的地址超过 %(most)d 个，其余没有再找") % {"most": MOST_GUESSES})
        self._guesses += 1
        numbered = bool(parts.number or parts.block or parts.bare)
        matches = finding.find(place, under=self._street)
        sure = [each for each in matches if each.score >= (SURE if numbered else SURE_NAME) and len(each.why) == 1]
        if not sure:
            known = self._book.knows(parts)
            return _Meaning(why=_("地址簿里没有这个门牌或楼栋") if known else _("网格和地址簿里都没有这个地点"))
        best = [each for each in sure if each.score == sure[0].score]
        if not numbered:
            building = best[0].building
            whole = building.compound if building.compound and not parts.road else building.road or building.compound
            return _Meaning(buildings=self._book.all_of(whole), guessed=str(whole))
        if len(best) > 1:
            both = "、".join(finding.text_of(each.building) for each in best[:3])
            return _Meaning(why=_("可能是几处：%(places)s") % {"places": both})
        return _Meaning(buildings=[best[0].building], guessed=finding.text_of(best[0].building))

    def _shape(self, node: Node) -> shapely.Geometry | None:
        """The node's own polygon, else those of what lies below it."""
        if node.pk in self._drawn:
            return self._drawn[node.pk]
        inside = [pk for pk in self._drawn if pk in self._nodes and self._nodes[pk].path.startswith(node.path)]
        return shapely.union_all([self._drawn[pk] for pk in inside], grid_size=GRID_DEGREES) if inside else None


class _Book:
    """The open buildings of a street by road and number, by compound and block, under every name that these have."""

    def __init__(self, street: Node) -> None:
        rows = Building.objects.filter(at_or_below(street.path, "node__path"), closed_on=None)
        self.buildings = list(rows.select_related("node", "road", "compound").order_by("pk"))
        self._roads: defaultdict[int, list[Building]] = defaultdict(list)
        self._compounds: defaultdict[int, list[Building]] = defaultdict(list)
        for each in self.buildings:
            if each.road_id is not None:
                self._roads[each.road_id].append(each)
            if each.compound_id is not None:
                self._compounds[each.compound_id].append(each)
        self._road_named, self._compound_named = self._names("road"), self._names("compound")

    def _names(self, side: str) -> dict[str, set[int]]:
        known = self._roads if side == "road" else self._compounds
        found: defaultdict[str, set[int]] = defaultdict(set)
        rows = PlaceName.objects.exclude(**{side: None})
        for key, pk in rows.filter(**{f"{side}__in": list(known)}).values_list("key", side):
            found[key].add(pk)
        return found

    def at(self, parts: Parts) -> list[Building]:
        """The buildings of exactly this address: one, several at a number, or all of a road or compound."""
        if compounds := self._compound(parts):
            label = parts.in_compound().block or parts.in_compound().number
            mine = [each for pk in sorted(compounds) for each in self._compounds[pk]]
            return [each for each in mine if not label or label == (each.block or each.number)]
        read = parts.on_road()
        mine = [each for pk in sorted(self._road(parts)) for each in self._roads[pk]]
        return [
            each
            for each in mine
            if (not read.number or each.number == read.number) and (not read.block or each.block == read.block)
        ]

    def between(self, place: str, parts: Parts) -> list[Building]:
        """The buildings of a range, 3-8栋 or 1至20号, as far as there are some; [] for what is no range."""
        found = RANGE.search(place)
        low, high = (int(found[1]), int(found[2])) if found else (0, 0)
        if found is None or not low < high <= low + MOST_OF_RANGE:
            return []
        if parts.number == f"{low}-{high}" and (exact := self.at(parts)):
            return exact
        each = (parsing.parse(f"{place[: found.start()]}{label}{found[3]}") for label in range(low, high + 1))
        return [building for one in each for building in self.at(one)]

    def knows(self, parts: Parts) -> bool:
        """Whether the road or compound is in the book."""
        return bool(self._compound(parts) or self._road(parts))

    def all_of(self, whole: Road | Compound | None) -> list[Building]:
        """Every open building of a road or compound."""
        if isinstance(whole, Compound):
            return self._compounds[whole.pk]
        return self._roads[whole.pk] if whole is not None else []

    def _compound(self, parts: Parts) -> set[int]:
        names = [key for key in (parts.compound, parts.road + parts.compound) if key]
        return next((found for name in names if (found := self._compound_named.get(parsing.key(name)))), set())

    def _road(self, parts: Parts) -> set[int]:
        return self._road_named.get(parsing.key(parts.road), set()) if parts.road and not parts.compound else set()


def _names(rest: str) -> bool:
    """Whether what follows the name of a place names something itself: 8 号 does not, 月亮湾 does."""
    parts = parsing.parse(rest)
    return bool(parts.road or parts.compound)


def _plain(name: str) -> str:
    return "".join(name.split())
