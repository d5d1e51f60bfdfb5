"""Where the stories of the demonstration play: the places of the street, and who answers for each of them."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import shapely

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.grid import tree
from lastmeter.grid.models import Level, Node, Post, Role, Shape, Tenure, Unit
from lastmeter.grid.street import Street
from lastmeter.matters.models import Category

PROPERTY = "物业"
LAKESIDE, BAY = "湖畔物业服务中心", "金湾物业服务中心"
WESTERN = ("001", "006", "008")  # communities whose estates the lakeside company manages, as their code ends


@dataclass(frozen=True, slots=True)
class Place:
    """A building, lane or village group with a point inside it (WGS84) and the people nearest to it."""

    node: Node
    kind: str
    lon: float
    lat: float
    worker: Actor
    clerks: tuple[Actor, ...]
    property_unit: str
    ours: bool = field(default=False)  # in the grid of the demonstration's worker


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything the stories need to know of the street."""

    places: list[Place]
    dispatcher: Actor
    units: dict[str, Unit]
    handlers: dict[str, Actor]
    categories: dict[str, Category]

    def unit_of(self, name: str, place: Place) -> str:
        """The unit that a story means at a place: the estate's own company, or the one named."""
        return place.property_unit if name == PROPERTY else name


def set_up(street: Street, today: date) -> Stage:
    """Read the loaded street: five queries."""
    holders = _holders(today)
    actors = {user.pk: Actor.of(user) for users in holders.values() for user in users}
    nodes = list(Node.objects.below(street.town.path).filter(level__gte=Level.COMMUNITY).order_by("path"))
    by_path = {node.path: node for node in nodes}
    points = _points(nodes)
    codes = tree.codes_of(node for node in nodes if node.level == Level.COMMUNITY)

    def place(node: Node) -> Place:
        grid, community = _above(node, Level.GRID, by_path), _above(node, Level.COMMUNITY, by_path)
        return Place(
            node,
            _kind(node.name),
            *points[node.pk],
            actors[holders[grid.pk, Role.GRID_WORKER][0].pk],
            tuple(actors[user.pk] for user in holders[community.pk, Role.COMMUNITY_CLERK]),
            LAKESIDE if codes[community.pk].endswith(WESTERN) else BAY,
            ours=grid.pk == street.grid.pk,
        )

    return Stage(
        [place(node) for node in nodes if node.level == Level.MICRO and node.pk in points],
        actors[street.people["dispatcher"].pk],
        street.units,
        {name: actors[holders[-unit.pk, Role.UNIT_HANDLER][0].pk] for name, unit in street.units.items()},
        {each.code: each for each in Category.objects.all()},
    )


def _holders(today: date) -> dict[tuple[int, str], list[User]]:
    """(node, or minus the unit; role) → who holds the post."""
    found: dict[tuple[int, str], list[User]] = {}
    rows = Tenure.objects.current(today).select_related("user", "post").order_by("pk")
    for tenure in rows:
        post: Post = tenure.post
        found.setdefault((post.node_id or -(post.unit_id or 0), post.role), []).append(tenure.user)
    return found


def _points(nodes: Iterable[Node]) -> dict[int, tuple[float, float]]:
    rows = Shape.objects.filter(node__in=[node.pk for node in nodes if node.level == Level.MICRO], valid_to=None)
    points = ((row.node_id, shapely.from_wkb(bytes(row.wkb)).representative_point()) for row in rows)
    return {node_id: (round(point.x, 6), round(point.y, 6)) for node_id, point in points}


def _above(node: Node, level: int, by_path: dict[str, Node]) -> Node:
    return next(
        each
        for end in range(len(node.path), 0, -1)
        if (each := by_path.get(node.path[:end])) is not None and each.level == level
    )


def _kind(name: str) -> str:
    return "estate" if name.endswith("栋") else "village" if name.endswith("组") else "lane"


def pick(stage: Stage, where: str, rng: random.Random) -> Place:
    """A place of a kind; the grid of the demonstration's worker comes up more often than the others."""
    fitting = [place for place in stage.places if where in ("any", place.kind)]
    return rng.choices(fitting, [5 if place.ours else 1 for place in fitting])[0]
