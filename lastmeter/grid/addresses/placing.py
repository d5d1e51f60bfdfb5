"""指定网格: a building, or the rest of its compound, goes to a grid, and the open work written at it goes along."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, Exists, Model, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor
from lastmeter.grid import followers, locate, scope
from lastmeter.grid.addresses import book, finding, parsing
from lastmeter.grid.addresses.book import BadAddress
from lastmeter.grid.models import Building, Level, Node, Stray, at_or_below

AT_ONCE = 5000  # keys in one statement: both databases bind this many
NEAR_NUMBERS = 20  # house numbers up and down a road within which neighbours say something of the grid


@dataclass(frozen=True, slots=True)
class Toll:
    """A line of the preview: what goes along, and how many."""

    label: str | Promise
    count: int


@dataclass(frozen=True, slots=True)
class Hint:
    """A grid that suggests itself, and why."""

    node: Node
    why: str


def without_grid(paths: Iterable[str], today: date) -> QuerySet[Building]:
    """Open buildings on these paths that lie in no grid: they hang above it, or at a place that has ended."""
    there = Building.objects.filter(scope.inside(paths, "node__path"), closed_on=None)
    return there.filter(Q(node__level__lt=Level.GRID) | Q(node__valid_to__lte=today))


def led_by_one(paths: Iterable[str], today: date) -> QuerySet[Building]:
    """Of `without_grid` one for each compound at each place, since a compound is given a grid as a whole."""
    rows = without_grid(paths, today)
    before = without_grid(paths, today).filter(compound=OuterRef("compound"), node=OuterRef("node"))
    return rows.exclude(Exists(before.filter(pk__lt=OuterRef("pk"))))


def companions(building: Building) -> QuerySet[Building]:
    """The open buildings of its compound that hang at the same place, itself included."""
    rows = Building.objects.filter(closed_on=None).select_related("road", "compound")
    if building.compound_id is None:
        return rows.filter(pk=building.pk)
    return rows.filter(compound=building.compound_id, node=building.node_id)


def community_of(node: Node) -> Node:
    """The place below which a grid is looked for: its village or community, itself above that."""
    rows = Node.objects.chain(node.path).filter(level__lte=Level.COMMUNITY)
    return rows.last() or node


def candidates(building: Building, *, whole_town: bool = False) -> QuerySet[Node]:
    """The grids and micro-grids to which it may go, grids first: of its community, or of its town."""
    above = Node.objects.get(pk=book.town_of(building.node)) if whole_town else community_of(building.node)
    current = Node.objects.current(timezone.localdate()).filter(at_or_below(above.path), valid_to=None)
    return current.filter(level__gte=Level.GRID).select_related("parent").order_by("level", "path")


# -- Which grid --------------------------------------------------------------------------------------------------------


def hints(building: Building) -> list[Hint]:
    """The grids that suggest themselves, best first: by its position, its compound, its neighbours on the road."""
    found: dict[int, str] = {}
    for node_id, why in _by_position(building), _by_compound(building), _by_road(building):
        if node_id and node_id != building.node_id:
            found.setdefault(node_id, why)
    nodes = Node.objects.current(timezone.localdate()).filter(level__gte=Level.GRID).in_bulk(list(found))
    return [Hint(nodes[pk], why) for pk, why in found.items() if pk in nodes]


def _by_position(building: Building) -> tuple[int | None, str]:
    if building.lon is None or building.lat is None:
        return None, ""
    return locate.current().locate(building.lon, building.lat), _("它的经纬度在这个网格里")


def _by_compound(building: Building) -> tuple[int | None, str]:
    if building.compound_id is None:
        return None, ""
    rows = Building.objects.filter(compound=building.compound_id, closed_on=None, node__level__gte=Level.GRID)
    most = rows.values_list("node").annotate(n=Count("pk")).order_by("-n", "node").first()
    return (most[0], _("同小区有 %(count)d 栋在这个网格") % {"count": most[1]}) if most else (None, "")


def _by_road(building: Building) -> tuple[int | None, str]:
    number = _figure(building.number)
    if building.road_id is None or number is None:
        return None, ""
    rows = Building.objects.filter(road=building.road_id, closed_on=None, node__level__gte=Level.GRID)
    near = Counter(
        node_id
        for node_id, other in rows.values_list("node", "number")
        if abs((_figure(other) or -NEAR_NUMBERS - 1) - number) <= NEAR_NUMBERS
    )
    best = near.most_common(1)
    return (best[0][0], _("同一条路上相邻的门牌在这个网格")) if best else (None, "")


def _figure(number: str) -> int | None:
    head = number.split("-")[0]
    return int(head) if head.isascii() and head.isdigit() else None


# -- What goes along ---------------------------------------------------------------------------------------------------


def tolls(buildings: Sequence[Building]) -> list[Toll]:
    """What the move takes along: buildings, entrances, households and the open work that is written at them."""
    units = sum(row.entrances.count() for row in buildings)
    own = [
        Toll(_("楼栋"), len(buildings)),
        Toll(_("单元"), units),
        Toll(_("户"), sum(row.households for row in buildings)),
    ]
    counted = Counter({model: len(keys) for model, _follower, keys in _hanging(buildings)})
    labels = {model: follower.label for model, follower in followers.registered().items()}
    return [*own, *(Toll(labels[model], count) for model, count in counted.items() if count)]


def _hanging(buildings: Sequence[Building]) -> Iterator[tuple[type[Model], followers.Follower, list[int]]]:
    """The keys of the open rows that are written at one of these buildings, all of which hang at one place."""
    beginnings = sorted({words for each in buildings for words in _spelt(each)})
    for model, follower in followers.registered().items():
        if follower.written is not None and buildings:
            rows = follower.written(buildings[0].node_id, beginnings)
            yield model, follower, [key for key, place in rows if _means(place, buildings)]


def _spelt(building: Building) -> list[str]:
    """How an address at it begins: with the road and the number, or with the compound."""
    compound = building.compound.name if building.compound and building.block else ""
    return [finding.text_of(building), *([compound] if compound else [])]


def _means(place: str, buildings: Sequence[Building]) -> bool:
    """Whether a written place is one of the buildings, with entrance or flat: 12号 is not 12号3栋, 3栋 not 33栋."""
    spelt = {place, place.split(maxsplit=1)[0]}  # with what was written after it, or with blanks in itself
    return any(_is(parsing.parse(text).on_road(), each) for text in spelt for each in buildings)


def _is(said: parsing.Parts, building: Building) -> bool:
    if said.block != building.block:
        return False
    if building.compound and building.block:
        return said.compound == parsing.key(building.compound.name)
    road = parsing.key(building.road.name) if building.road else ""
    return (said.road, said.number) == (road, building.number)


# -- The act -----------------------------------------------------------------------------------------------------------


def place(building: Building, node: Node, *, whole: bool = False, by: Actor, now: datetime) -> int:
    """Give a building a grid; with `whole` all of its compound that hangs at the same place. Returns how many moved.

    Open work written at them goes along. Moved by mistake, it is moved once more, and its work comes back with it.
    Raises BadAddress where the place is no grid, not on the actor's ground, or somebody else has moved it meanwhile.
    """
    with transaction.atomic():
        # Who redraws the ground ends this node: it waits for us, or we see that it has ended.
        node = Node.objects.select_for_update(no_key=True).get(pk=node.pk)
        if node.level < Level.GRID or node.valid_to is not None:
            raise BadAddress(_("请选到网格或楼、巷。"))
        if book.town_of(node) != book.town_of(building.node):
            raise BadAddress(_("请选本镇街的网格：小区和道路的名称按镇街登记。"))
        if not (book.may_keep(by, node.path) and book.may_keep(by, building.node.path)):
            raise BadAddress(_("“%(name)s”不在您负责的范围内。") % {"name": node.name})
        rows = list(companions(building) if whole else companions(building).filter(pk=building.pk))
        hanging = list(_hanging(rows))
        moved = _put(rows, building.node_id, node)
        for model, follower, keys in hanging:
            for start in range(0, len(keys), AT_ONCE):
                follower.put(keys[start : start + AT_ONCE], building.node_id, node.pk)
                if follower.tell is not None:
                    follower.tell(keys[start : start + AT_ONCE], building.node, node, by, now)
            Stray.objects.filter(model=model._meta.label_lower, row__in=keys).delete()
        Stray.objects.filter(model=Building._meta.label_lower, row__in=[row.pk for row in rows]).delete()
        audit.record_many(
            [audit.Row(kind="building.place", by=by, object_kind="building", object_id=row.pk, now=now) for row in rows]
        )
    return moved


def _put(rows: Sequence[Building], old: int, node: Node) -> int:
    """Compare and set."""
    moved = Building.objects.filter(pk__in=[row.pk for row in rows], node=old, closed_on=None).update(node=node)
    if not rows or moved != len(rows) or old == node.pk:
        raise BadAddress(_("这栋楼刚被别人改过，请再看一看。"))
    return moved
