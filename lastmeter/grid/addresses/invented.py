"""The invented address book of the demonstration's street: blocks of estates, houses along lanes and in hamlets."""

import random
import re
from collections.abc import Iterator

from django.db import transaction

from lastmeter.grid import shapes
from lastmeter.grid.addresses import book, parsing
from lastmeter.grid.models import Building, Entrance, Level, Node
from lastmeter.kit import bulk

# Estate → the road and number of its gate; all invented.
GATES = {
    "鹰山花园": ("东门南路", "28"),
    "云岭家园": ("东风一路", "66"),
    "朝阳新村": ("狮子街", "9"),
    "河堤公寓": ("河堤路", "31"),
    "老糖厂宿舍": ("河堤路", "66"),
    "湖心花苑": ("湖滨路", "5"),
    "湖畔小区": ("东风三路", "12"),
    "鸳湖名庭": ("东风四路", "18"),
    "金湾一号院": ("金平路", "8"),
    "海韵华庭": ("金平路", "40"),
    "安居苑": ("渔港新街", "21"),
    "共青花园": ("青年路", "3"),
    "学府雅居": ("二环路东段", "110"),
}
ALIASES = {"湖畔小区": "湖畔花园", "朝阳新村": "朝阳村", "老糖厂宿舍": "糖厂宿舍", "鸳湖名庭": "鸳湖小区"}
UNREGISTERED = "大朗"  # a hamlet whose houses nobody has entered yet, so that the page has something to say
_BLOCK = re.compile(r"^(.+?) (\d+) 栋$")


@transaction.atomic
def load_addresses(town: Node) -> int:
    """Enter the buildings of the street's micro-grids; returns how many. Call after street.load_street, once."""
    dice = random.Random(441702)  # noqa: S311 - invented data
    nodes = Node.objects.below(town.path).filter(level=Level.MICRO, valid_to=None).order_by("path")
    points = _points(town)
    planned: list[tuple[Building, str, str, list[int]]] = []
    for node in nodes:
        if UNREGISTERED not in node.name:
            planned += _of_block(node, dice) if _BLOCK.match(node.name) else _of_houses(node, dice)
    roads = book.ensure_roads((town.pk, road) for _building, road, _compound, _units in planned if road)
    compounds = book.ensure_compounds((town.pk, name) for _building, _road, name, _units in planned if name)
    for building, road, compound, _units in planned:
        building.road = roads.get((town.pk, parsing.key(road)))
        building.compound = compounds.get((town.pk, parsing.key(compound)))
        building.lon, building.lat = points.get(building.node_id, (None, None))
    made = bulk.create(Building, [row[0] for row in planned], keys=True)
    entrances = [
        Entrance(building=building, name=str(at), households=homes)
        for building, _road, _compound, units in planned
        for at, homes in enumerate(units, 1)
    ]
    bulk.create(Entrance, entrances)
    book.add_aliases((compounds[town.pk, parsing.key(name)], alias) for name, alias in ALIASES.items())
    return len(made)


def _points(town: Node) -> dict[int, tuple[float, float]]:
    """Node id → a point inside its polygon."""
    inside = {pk: shape.representative_point() for pk, shape in shapes.current(town, *Level).items()}
    return {pk: (round(point.x, 6), round(point.y, 6)) for pk, point in inside.items()}


def _of_block(node: Node, dice: random.Random) -> Iterator[tuple[Building, str, str, list[int]]]:
    """The one building of a micro-grid that is a block, with its two or three entrances."""
    found = _BLOCK.match(node.name)
    if found is None:
        return
    compound, block = found.groups()
    road, number = GATES[compound]
    total = node.households or 0
    yield (
        Building(node=node, number=number, block=block, households=total, invented=True),
        road,
        compound,
        _shared(total, dice.choice((2, 2, 3))),
    )


def _of_houses(node: Node, dice: random.Random) -> Iterator[tuple[Building, str, str, list[int]]]:
    """The houses of a lane or of a village group: numbered, a few households each."""
    along_lane = node.name.endswith("巷")
    for at, homes in enumerate(_shared(node.households or 0, dice.randint(8, 14)), 1):
        building = Building(node=node, number=str(at), households=homes, invented=True)
        yield building, node.name if along_lane else "", "" if along_lane else node.name, []


def _shared(total: int, parts: int) -> list[int]:
    """`total` in nearly equal parts."""
    each, left = divmod(total, parts)
    return [each + (1 if at < left else 0) for at in range(parts)]
