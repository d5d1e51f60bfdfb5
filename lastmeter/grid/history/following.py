"""Whatever hangs on the ground goes along with a change, row by row where its position decides, and back again."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from django.db.models import Max, Model, Q, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from lastmeter.grid import followers
from lastmeter.grid.followers import Follower, Lying
from lastmeter.grid.history.planning import Heir, Plan, Target
from lastmeter.grid.models import Building, Change, Node, PartyOrganisation, Plate, Post, Trace, Unit
from lastmeter.kit import bulk

AT_ONCE = 5000  # keys in one statement: both databases bind this many

# What the grid itself hangs on its nodes; other packages register theirs.
OWN: dict[type[Model], Follower] = {
    Post: followers.of_model(Post, gettext_lazy("岗位")),
    PartyOrganisation: followers.of_model(PartyOrganisation, gettext_lazy("党组织")),
    Unit: followers.of_model(Unit, gettext_lazy("单位")),
    Plate: followers.of_named(Plate, gettext_lazy("二维码牌"), "spot", longest=60, alive=Q(revoked_at=None)),
}


@dataclass(frozen=True, slots=True)
class Toll:
    """A line of the preview: what it counts, how many open ones lie there, how many rows (closed too) will move."""

    label: str | Promise
    there: int
    moving: int


@dataclass(frozen=True, slots=True)
class Route:
    """Where rows of one node go: those with a position to the candidate whose polygon has it, the rest to `rest`."""

    candidates: Sequence[Target]
    shapes: Sequence[shapely.Geometry | None]
    rest: Target
    own: shapely.Geometry | None = None  # a node that stays keeps whatever lies on its (new) ground, borders included


def everybody() -> dict[type[Model], Follower]:
    """All followers, the grid's own first."""
    return OWN | followers.registered()


def routes(plan: Plan) -> dict[int, Route]:
    """id of a touched node → where what lies there goes."""
    found = {old: _to(heirs) for old, heirs in plan.heirs.items()}
    for node, shape in plan.redrawn.items():
        level = [each for each in plan.redrawn if each.level == node.level]
        found[node.pk] = Route(level, [plan.redrawn[each] for each in level], node, shape)
    return found


def _to(heirs: Sequence[Target]) -> Route:
    shapes = [heir.shape if isinstance(heir, Heir) else None for heir in heirs]
    return Route(heirs, shapes, heirs[0])


def tolls(plan: Plan) -> list[Toll]:
    """What lies at the touched nodes and how much of it moves, a line for each follower that has something there."""
    on_the_way = routes(plan)
    ids = list(on_the_way)
    counted = [(each, sum(each.count(ids).values()), _moving(model, each, on_the_way)) for model, each in _all(ids)]
    found = [Toll(each.label, there, moving) for each, there, moving in counted if there or moving]
    return [*found, *_households(on_the_way)]


def _households(on_the_way: Mapping[int, Route]) -> Iterator[Toll]:
    """The households of the address book, where it has some there."""
    open_ones = Building.objects.filter(closed_on=None)
    there = open_ones.filter(node__in=list(on_the_way)).aggregate(sum=Sum("households"))["sum"] or 0
    moving = 0
    for _old, _target, keys in _directed(Building, everybody()[Building], on_the_way) if there else ():
        for start in range(0, len(keys), 500):
            moving += open_ones.filter(pk__in=keys[start : start + 500]).aggregate(sum=Sum("households"))["sum"] or 0
    if there:
        yield Toll(gettext_lazy("户数（地址簿）"), there, moving)


def _all(ids: Sequence[int]) -> Iterable[tuple[type[Model], Follower]]:
    return everybody().items() if ids else ()


def _moving(model: type[Model], follower: Follower, on_the_way: Mapping[int, Route]) -> int:
    return sum(len(rows) for _old, _target, rows in _directed(model, follower, on_the_way))


def _directed(
    model: type[Model], follower: Follower, on_the_way: Mapping[int, Route]
) -> Iterator[tuple[int, Target, list[int]]]:
    """(old node id, target, keys of the rows that go there); rows that stay are left out."""
    lying: dict[int, list[Lying]] = {}
    for row in follower.lying(list(on_the_way)):
        lying.setdefault(row.node_id, []).append(row)
    taken: set[int] = set()
    for old, route in on_the_way.items():
        rows = lying.get(old, [])
        if model is Plate and len(route.candidates) > 1:
            continue  # nobody knows in which part it hangs: the old place's page lists them
        for target, keys in _by_target(route, rows):
            if isinstance(target, Node) and target.pk == old:
                continue
            if model is PartyOrganisation:
                if id(target) in taken:
                    continue  # one organisation a node: the others stay with their old one, as history
                taken.add(id(target))
            yield old, target, keys


def _by_target(route: Route, rows: Sequence[Lying]) -> Iterator[tuple[Target, list[int]]]:
    which = _where(route, rows)
    keys = np.array([row.row for row in rows], np.int64)
    targets = [*route.candidates, route.rest]
    for number in np.unique(which):
        yield targets[int(number)], keys[which == number].tolist()


def _where(route: Route, rows: Sequence[Lying]) -> npt.NDArray[np.int64]:
    """For each row the number of its candidate; len(candidates) for the rest."""
    rest = len(route.candidates)
    if route.rest in route.candidates:
        rest = list(route.candidates).index(route.rest)
    which = np.full(len(rows), rest, np.int64)
    drawn = [number for number, shape in enumerate(route.shapes) if shape is not None]
    placed = np.array([number for number, row in enumerate(rows) if row.lon is not None and row.lat is not None], int)
    if len(route.candidates) < 2 or not drawn or not len(placed):
        return which
    points = shapely.points([(rows[number].lon, rows[number].lat) for number in placed])
    tree = shapely.STRtree([route.shapes[number] for number in drawn])
    point, shape = tree.query(points, predicate="intersects")
    best = np.full(len(placed), len(drawn), np.int64)
    np.minimum.at(best, point, shape)
    if route.own is not None:
        shapely.prepare(route.own)
        best[shapely.intersects(route.own, points)] = len(drawn)
    hit = best < len(drawn)
    which[placed[hit]] = np.array(drawn)[best[hit]]
    return which


def follow(plan: Plan) -> int:
    """Take along all that lies at the touched nodes, once the new nodes exist; returns how many rows moved.

    An UPDATE for some thousand rows of each pair of old and new node: a hundred thousand dossiers take seconds.
    """
    on_the_way = routes(plan)
    moved = 0
    for model, follower in _all(list(on_the_way)):
        traces = [
            Trace(change=plan.change, model=model._meta.label_lower, row=row, old_id=old, new_id=node_of(target).pk)
            for old, target, rows in _directed(model, follower, on_the_way)
            for row in rows
        ]
        if plan.redrawn:  # rows with higher keys came later: undoing sends them where they lie
            last = model._default_manager.aggregate(last=Max("pk"))["last"] or 0
            traces.append(Trace(change=plan.change, model=_mark(model), row=last, old_id=plan.change.town_id))
        bulk.create(Trace, traces)
        moved += _put(plan.change, model, follower)
    return moved


def _pairs(change: Change, model: type[Model]) -> list[tuple[int, int]]:
    rows = Trace.objects.filter(change=change, model=model._meta.label_lower, new__isnull=False)
    return list(rows.order_by("old", "new").values_list("old", "new").distinct())


def _keys(change: Change, model: type[Model], old: int, new: int) -> Iterator[list[int]]:
    """The keys of the rows that went from one node to the other, so many at a time.

    Read first and not joined in the UPDATE: the planner knows nothing yet of traces and columns that were written a
    moment ago, and has compared each of a hundred thousand with each.
    """
    rows = Trace.objects.filter(change=change, model=model._meta.label_lower, old=old, new=new)
    return _batches(rows.order_by("row").values_list("row", flat=True))


def _batches(keys: Iterable[int]) -> Iterator[list[int]]:
    """So many keys as one statement takes."""
    listed = list(keys)
    return (listed[start : start + AT_ONCE] for start in range(0, len(listed), AT_ONCE))


def _put(change: Change, model: type[Model], follower: Follower) -> int:
    pairs = _pairs(change, model)
    return sum(follower.put(keys, old, new) for old, new in pairs for keys in _keys(change, model, old, new))


def ways_back(
    made: Mapping[int, Sequence[Node]], redrawn: Sequence[Node], shapes: Mapping[int, shapely.Geometry]
) -> dict[int, Route]:
    """Where what came after a change goes when it is undone: to the old place on whose ground it lies.

    `made`: id of a node the change made → the old nodes it stands for; `redrawn`: nodes whose border is again the one
    before; `shapes`: node id → polygon as it is again.
    """
    back = {new: Route(olds, [shapes.get(old.pk) for old in olds], olds[0]) for new, olds in made.items()}
    for node in redrawn:
        level = [each for each in redrawn if each.level == node.level]
        back[node.pk] = Route(level, [shapes.get(each.pk) for each in level], node, shapes.get(node.pk))
    return back


def return_all(change: Change, back: Mapping[int, Route]) -> int:
    """Put every row back where it was, and what came since where it lies; returns how many rows moved.

    A row that somebody has taken elsewhere by hand since stays there, and so does one that lay where it is before.
    """
    moved = 0
    for model, follower in everybody().items():
        for old, new in _pairs(change, model):
            moved += sum(follower.put(keys, new, old) for keys in _keys(change, model, old, new))
        moved += _send_on(change, model, follower, back)
    return moved


def _send_on(change: Change, model: type[Model], follower: Follower, back: Mapping[int, Route]) -> int:
    mark = Trace.objects.filter(change=change, model=_mark(model)).values_list("row", flat=True).first() or 0
    moved = 0
    for now_at, target, keys in list(_directed(model, follower, back)) if back else []:
        stays = node_of(back[now_at].rest).pk == now_at
        new = [key for key in keys if key > mark] if stays else keys
        moved += sum(follower.put(some, now_at, node_of(target).pk) for some in _batches(new))
    return moved


def _mark(model: type[Model]) -> str:
    return f"{model._meta.label_lower}+"


def node_of(target: Target) -> Node:
    """The node itself; for one to be made, once it has been planted."""
    node = target.seed.node if isinstance(target, Heir) else target
    if node is None:
        raise ValueError("not planted yet")
    return node
