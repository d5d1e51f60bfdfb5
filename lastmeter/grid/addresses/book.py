"""Writing the address book: roads and compounds with their names, buildings, entrances, households; and closing."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor
from lastmeter.grid import scope, tree
from lastmeter.grid.addresses import balance, naming, parsing
from lastmeter.grid.addresses.naming import Spelling
from lastmeter.grid.models import Building, Compound, Entrance, Level, NameGram, Node, PlaceName, Road, Role
from lastmeter.kit import bulk
from lastmeter.kit.zhtime import CHINA

# Who keeps the address book of the ground of their post.
KEEPERS = (
    Role.COMMUNITY_CLERK,
    Role.SECRETARY,
    Role.DISPATCHER,
    Role.GRID_HEAD,
    Role.SMALL_GRID_HEAD,
    Role.GRID_WORKER,
    Role.PART_TIME_WORKER,
)
MOST_HOUSEHOLDS = 5000  # of one building or entrance: more is a typing error


class BadAddress(ValueError):
    """The address cannot be kept; `str()` is a sentence for whoever wrote it."""


def may_keep(actor: Actor, path: str) -> bool:
    """Whether the actor keeps the address book at the node of that path."""
    return actor.kind == "system" or scope.holds(actor, KEEPERS, path)


def kept_paths(actor: Actor) -> list[str]:
    """The outermost paths of the ground whose address book the actor keeps."""
    return scope.grounds(actor, KEEPERS)


# -- Names -------------------------------------------------------------------------------------------------------------


def add_names(rows: Sequence[PlaceName]) -> None:
    """Insert names with the pieces by which they are found, in the caller's transaction."""
    made = bulk.create(PlaceName, rows, keys=True)
    pieces = [
        NameGram(name=row, gram=gram, town_id=place.node_id)
        for row in made
        for place in [row.road or row.compound]
        if place
        for gram in sorted(naming.grams(Spelling(row.key, row.pinyin)))
    ]
    bulk.create(NameGram, pieces)


def name_row(name: str, *, road: Road | None = None, compound: Compound | None = None) -> PlaceName:
    """An unsaved name of a road or compound."""
    spelling = Spelling.of(name)
    return PlaceName(road=road, compound=compound, name=name, key=spelling.key, pinyin=spelling.pinyin)


def ensure_roads(wanted: Iterable[tuple[int, str]]) -> dict[tuple[int, str], Road]:
    """(town id, name) → the road; those that are new are made with their name, in the caller's transaction."""
    pairs = {(town, parsing.key(name)): name for town, name in wanted}
    known = {(row.node_id, row.key): row for row in Road.objects.filter(node__in={town for town, _key in pairs})}
    fresh = [Road(node_id=at[0], key=at[1], name=name) for at, name in pairs.items() if at not in known]
    made = bulk.create(Road, fresh, keys=True)
    add_names([name_row(row.name, road=row) for row in made])
    return known | {(row.node_id, row.key): row for row in made}


def ensure_compounds(wanted: Iterable[tuple[int, str]]) -> dict[tuple[int, str], Compound]:
    """(town id, name) → the compound; those that are new are made with their name, in the caller's transaction."""
    pairs = {(town, parsing.key(name)): name for town, name in wanted}
    known = {(row.node_id, row.key): row for row in Compound.objects.filter(node__in={town for town, _key in pairs})}
    fresh = [Compound(node_id=at[0], key=at[1], name=name) for at, name in pairs.items() if at not in known]
    made = bulk.create(Compound, fresh, keys=True)
    add_names([name_row(row.name, compound=row) for row in made])
    return known | {(row.node_id, row.key): row for row in made}


def add_aliases(wanted: Iterable[tuple[Road | Compound, str]]) -> int:
    """Give roads and compounds further names; those they have already stay. Returns how many are new."""
    rows: dict[tuple[int | None, int | None, str], PlaceName] = {}
    for place, name in wanted:
        row = name_row(name, road=place) if isinstance(place, Road) else name_row(name, compound=place)
        rows[row.road_id, row.compound_id, row.key] = row
    known = PlaceName.objects.filter(key__in={key for _road, _compound, key in rows})
    for there in known.values_list("road", "compound", "key"):
        rows.pop(there, None)
    add_names(list(rows.values()))
    return len(rows)


# -- Acts of the desk --------------------------------------------------------------------------------------------------


def open_building(text: str, *, node: Node, households: int, by: Actor, now: datetime) -> Building:
    """Enter the building that a written address names, at a grid or micro-grid. Raises BadAddress."""
    if node.level < Level.GRID:
        raise BadAddress(_("请选到网格或楼、巷。"))
    town = town_of(node)
    parts = _settled(parsing.parse(text))
    with transaction.atomic():
        road = ensure_roads([(town, parts.road)])[town, parsing.key(parts.road)] if parts.road else None
        compound = (
            ensure_compounds([(town, parts.compound)])[town, parsing.key(parts.compound)] if parts.compound else None
        )
        if _standing(road, compound, parts):
            raise BadAddress(_("这栋楼已经登记了。"))
        building = Building.objects.create(
            node=node, road=road, compound=compound, number=parts.number, block=parts.block, households=households
        )
        audit.record("building.open", by=by, object_kind="building", object_id=building.pk, now=now)
    return building


def _settled(parts: parsing.Parts) -> parsing.Parts:
    """The parts with the bare figures read; raises BadAddress for what names no building."""
    read = parts.on_road() if parts.road else parts.in_compound()
    if not read.road and not read.compound:
        raise BadAddress(_("没有看出道路或小区的名称，请写成“东风三路12号3栋”这样。"))
    if not read.number and not read.block:
        raise BadAddress(_("没有看出门牌号或楼栋，请写成“东风三路12号3栋”这样。"))
    if not read.compound and not read.number:
        raise BadAddress(_("没有小区名称的楼，请写门牌号。"))
    return read


def _standing(road: Road | None, compound: Compound | None, parts: parsing.Parts) -> bool:
    rows = Building.objects.filter(closed_on=None, compound=compound, block=parts.block)
    if compound is None or not parts.block:
        rows = rows.filter(road=road, number=parts.number)
    return rows.exists()


def set_households(building: Building, households: int, *, by: Actor, now: datetime) -> None:
    """The households of a building without entrances. Raises BadAddress where they are counted by entrance."""
    with transaction.atomic():
        if building.entrances.exists():
            raise BadAddress(_("这栋楼按单元计户，请改单元的户数。"))
        Building.objects.filter(pk=building.pk).update(households=households)
        audit.record("building.households", by=by, object_kind="building", object_id=building.pk, now=now)


def set_entrance(building: Building, name: str, households: int, *, by: Actor, now: datetime) -> Entrance:
    """The households of an entrance, which is made when there is none of that name; the building has their sum."""
    unit = parsing.label(name)
    if not unit:
        raise BadAddress(_("请写单元的名称，如“2 单元”。"))
    with transaction.atomic():
        entrance, _made = Entrance.objects.update_or_create(
            building=building, name=unit, defaults={"households": households}
        )
        _sum_up(building)
        audit.record("building.households", by=by, object_kind="building", object_id=building.pk, now=now)
    return entrance


def _sum_up(building: Building) -> None:
    total = building.entrances.aggregate(n=Sum("households"))["n"]
    Building.objects.filter(pk=building.pk).update(households=total or 0)


def close_building(building: Building, *, by: Actor, now: datetime) -> bool:
    """Close a building that is gone or was entered by mistake; False when it was closed already."""
    today = now.astimezone(CHINA).date()
    with transaction.atomic():
        closed = Building.objects.filter(pk=building.pk, closed_on=None).update(closed_on=today)
        if closed:
            audit.record("building.close", by=by, object_kind="building", object_id=building.pk, now=now)
    return bool(closed)


def adopt_sum(node: Node, *, by: Actor, now: datetime) -> int:
    """A grid takes over the households of its address book; returns 1 when that changes it, else 0."""
    with transaction.atomic():
        changed = balance.adopt_sums([node.path])
        if changed:
            audit.record("node.households", by=by, object_kind="node", object_id=node.pk, now=now)
    return changed


def town_of(node: Node) -> int:
    """The id of the street or town where the node's roads and compounds hang; of the node's root above that."""
    [chain] = tree.ancestor_ids([node.path])
    return next((pk for level, pk in sorted(chain.items(), reverse=True) if level <= Level.TOWN), min(chain.values()))
