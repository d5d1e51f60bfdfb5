"""What an actor reaches: the nodes and units where they hold posts, and the columns by which rows are found there."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_

from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.grid.ground import Kept
from lastmeter.grid.models import Level, Node, Role, Tenure, at_or_below, lineage
from lastmeter.grid.tree import ancestor_ids

LEVEL_FIELDS = {2: "city", 3: "county", 4: "town", 5: "community", 6: "grid"}


@dataclass(frozen=True, slots=True)
class Held:
    """A post somebody holds today: at a node (node_id, level, path set) or in a unit (unit_id set)."""

    post_id: int
    role: str
    node_id: int | None
    level: int
    path: str
    unit_id: int | None
    place: str = ""

    @property
    def label(self) -> str:
        """The post in words: 望海社区 · 社区工作人员."""
        return f"{self.place} · {Role(self.role).label}"


@dataclass(frozen=True, slots=True)
class Reach:
    """The nodes and units in which somebody holds posts, and the posts themselves."""

    nodes: tuple[Held, ...]
    units: frozenset[int]
    posts: frozenset[int]


def held(actor: Actor, today: date | None = None) -> tuple[Held, ...]:
    """The posts the actor acts for on `today` (China date, default now): the chosen one, else all that are held.

    Everything a post opens follows from here. A choice that is no longer held counts as none.
    """
    found = all_held(actor, today)
    return tuple(post for post in found if post.post_id == actor.as_post) or found


def all_held(actor: Actor, today: date | None = None) -> tuple[Held, ...]:
    """The posts the actor holds on `today`, whichever they act for: one query, kept in the actor's memo."""
    if actor.user_id is None:
        return ()
    key = f"grid.held.{today or 'now'}"
    if key not in actor.memo:
        actor.memo[key] = tuple(_read(actor.user_id, today or timezone.localdate()))
    found: tuple[Held, ...] = actor.memo[key]
    return found


def acting_post(actor: Actor) -> int | None:
    """The post the actor has chosen to act for, as long as they hold it; asks nothing when none was chosen."""
    if actor.as_post is None:
        return None
    return next((post.post_id for post in all_held(actor) if post.post_id == actor.as_post), None)


def _read(user_id: int, day: date) -> Iterator[Held]:
    rows = (
        Tenure.objects.current(day)
        .filter(user_id=user_id, user__is_active=True, post__closed_on=None)
        .annotate(level=F("post__node__level"), path=F("post__node__path"))
        .annotate(place=Coalesce("post__node__name", "post__unit__name"))
        .order_by("path", "post_id")
        .values_list("post_id", "post__role", "post__node_id", "level", "path", "post__unit_id", "place")
    )
    for post_id, role, node_id, level, path, unit_id, place in rows:
        yield Held(post_id, role, node_id, level or 0, path or "", unit_id, place)


def reach(actor: Actor, today: date | None = None) -> Reach:
    """Where the actor holds posts today; kept in the actor's memo, because a page asks it for every button."""
    key = f"grid.reach.{today or 'now'}"
    if key not in actor.memo:
        posts = held(actor, today)
        actor.memo[key] = Reach(
            tuple(post for post in posts if post.node_id is not None),
            frozenset(post.unit_id for post in posts if post.unit_id is not None),
            frozenset(post.post_id for post in posts),
        )
    found: Reach = actor.memo[key]
    return found


def outermost(paths: Iterable[str]) -> list[str]:
    """The paths that do not lie below another of them: a person's posts often nest."""
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not kept or not path.startswith(kept[-1]):
            kept.append(path)
    return kept


def scope_filters(actor: Actor, prefix: str = "") -> list[Q]:
    """One Q for each node where the actor holds a post; nodes below another of them are left out.

    A fixed level (city … grid) is equality on its column, so that filter and order share one index; the province
    and micro-grids are a range of paths. `prefix` leads to the row with the columns ("dossier__"). Callers make one
    indexed branch of each Q and unite them: an OR would lose the index.
    """
    nodes = {post.path: post for post in reach(actor).nodes}
    return [_filter(nodes[path], prefix) for path in outermost(nodes)]


def _filter(post: Held, prefix: str) -> Q:
    if column := LEVEL_FIELDS.get(post.level):
        return Q(**{f"{prefix}{column}_id": post.node_id})
    return at_or_below(post.path, f"{prefix}path")


def reaches(actor: Actor, path: str) -> bool:
    """True when the actor holds a post at the node of that path or above it."""
    return any(path.startswith(post.path) for post in reach(actor).nodes)


def holds(actor: Actor, roles: Iterable[str], path: str) -> bool:
    """True when the actor holds a post of one of these roles at the node of that path or above it."""
    wanted = frozenset(roles)
    return any(post.role in wanted and path.startswith(post.path) for post in reach(actor).nodes)


def has_post(actor: Actor, roles: Iterable[str], lowest: int = Level.MICRO) -> bool:
    """True when the actor holds a post of one of these roles at a node of the level `lowest` or above: asks nothing."""
    return bool(grounds(actor, roles, lowest))


def grounds(actor: Actor, roles: Iterable[str], lowest: int = Level.MICRO) -> list[str]:
    """The outermost paths where the actor holds a post of one of these roles, at nodes of `lowest` or above."""
    wanted = frozenset(roles)
    return outermost(post.path for post in reach(actor).nodes if post.role in wanted and post.level <= lowest)


def inside(paths: Iterable[str], column: str = "path") -> Q:
    """Rows whose path in `column` lies on one of these grounds; none for no ground."""
    return reduce(or_, (at_or_below(path, column) for path in paths), Q(pk__in=[]))


def around(place: Node, column: str = "path") -> Q:
    """Rows near a place: in its street (in it, where it is larger), and at the larger places that it lies in."""
    chain = lineage(place.path)
    street = chain[max(0, place.level - Level.TOWN)]
    return Q(**{f"{column}__in": chain}) | at_or_below(street, column)


def in_unit(actor: Actor, unit_id: int, roles: Iterable[str] | None = None) -> bool:
    """True when the actor holds a post in that unit (of one of these roles, when given)."""
    wanted = None if roles is None else frozenset(roles)
    return any(post.unit_id == unit_id and (wanted is None or post.role in wanted) for post in held(actor))


@dataclass(frozen=True, slots=True)
class PlaceColumns:
    """What a row carries for its place: the node, its path and one id a fixed level (None below the node)."""

    node_id: int
    path: str
    city_id: int | None
    county_id: int | None
    town_id: int | None
    community_id: int | None
    grid_id: int | None

    def fields(self) -> dict[str, int | str | None]:
        """The columns as keyword arguments of a new row, whose place of its day is this one."""
        return {"node_then_id": self.node_id} | {name: getattr(self, name) for name in self.__slots__}


_places: Kept[dict[int, PlaceColumns]] = Kept(dict)


def place_columns(node: Node | int) -> PlaceColumns | None:
    """The place columns of a node or of the node with that id; None when there is no such node."""
    node_id = node.pk if isinstance(node, Node) else node
    return places_columns([node_id]).get(node_id)


def places_columns(node_ids: Iterable[int]) -> dict[int, PlaceColumns]:
    """node id → place columns; ids that do not exist are left out.

    Kept in the process as long as the tree has not changed: no query for places seen before, else two in all.
    """
    known = _places.get()
    wanted = set(node_ids)
    if missing := wanted - known.keys():
        _learn(known, missing)
    return {node_id: known[node_id] for node_id in wanted if node_id in known}


def _learn(known: dict[int, PlaceColumns], node_ids: set[int]) -> None:
    paths = dict(Node.objects.filter(pk__in=node_ids).values_list("pk", "path"))
    for (node_id, path), chain in zip(paths.items(), ancestor_ids(paths.values()), strict=True):
        known[node_id] = PlaceColumns(
            node_id=node_id,
            path=path,
            city_id=chain.get(2),
            county_id=chain.get(3),
            town_id=chain.get(4),
            community_id=chain.get(5),
            grid_id=chain.get(6),
        )
