"""The seam for what hangs on a node: packages name what they count and move when the ground is redrawn."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, count
from typing import Any, NamedTuple, TypeAlias

from django.db.models import Count, Model, Q, QuerySet
from django.utils.functional import Promise

from lastmeter.accounts.actors import Actor
from lastmeter.grid.models import Node


class Lying(NamedTuple):
    """A row and where it lies: its key, its node and its position (WGS84 degrees), None when it has none."""

    row: int
    node_id: int
    lon: float | None
    lat: float | None


class Named(NamedTuple):
    """A row as a list names it, and its own page."""

    title: str
    href: str


Keys: TypeAlias = "Sequence[int] | QuerySet[Any, Any]"


@dataclass(frozen=True, slots=True)
class Follower:
    """Rows of one model that lie at nodes.

    `count`: node id → how many open ones. `lying`: every row at these nodes. `put`: bring those rows of a set of keys
    that lie at the first node to the second; how many.
    `work`, where rows are work to be done: (node ids, since) → node id → how many came since then, done or not.
    `written`, where rows are written at an address: (node id, beginnings) → (key, address) of the open ones there.
    `tell`, where rows have a story: keys moved one by one, from where, whereto, by whom and when.
    `at_points`, where rows have a position: all open ones that have; and `named`, what some of them are called.
    """

    label: str | Promise
    count: Callable[[list[int]], dict[int, int]]
    lying: Callable[[list[int]], Iterable[Lying]]
    put: Callable[["Keys", int, int], int]
    work: Callable[[list[int], datetime], dict[int, int]] | None = None
    written: Callable[[int, Sequence[str]], Iterable[tuple[int, str]]] | None = None
    tell: Callable[[Sequence[int], Node, Node, Actor, datetime], None] | None = None
    at_points: Callable[[], Iterable[Lying]] | None = None
    named: Callable[[Sequence[int]], dict[int, Named]] | None = None


Hands = Callable[["QuerySet[Any, Any]"], dict[int, int]]
_followers: dict[type[Model], Follower] = {}
_hands: dict[type[Model], Hands] = {}


def register(model: type[Model], follower: Follower) -> None:
    """Name what hangs on nodes; called from the package's `apps.py`."""
    _followers[model] = follower


def registered() -> dict[type[Model], Follower]:
    """Every model that has named itself."""
    return dict(_followers)


def in_hands(model: type[Model], hands: Hands) -> None:
    """Name who has rows of a model in hand: (their keys, as a query) → user id → how many open ones; from `apps.py`."""
    _hands[model] = hands


def hands() -> dict[type[Model], Hands]:
    """Every model whose rows somebody has in hand."""
    return dict(_hands)


def work_since(node_ids: list[int], since: datetime) -> dict[int, int]:
    """node id → how much work came there since that moment, of every kind together."""
    total: dict[int, int] = {}
    for follower in _followers.values():
        for node_id, many in (follower.work(node_ids, since) if follower.work else {}).items():
            total[node_id] = total.get(node_id, 0) + many
    return total


def of_model(model: type[Model], label: str | Promise) -> Follower:
    """The follower of a model that merely points at its node: counted and moved by that column."""

    def count(node_ids: list[int]) -> dict[int, int]:
        rows = model._default_manager.filter(node__in=node_ids).values("node").annotate(n=Count("pk"))
        return {row["node"]: row["n"] for row in rows}

    def lying(node_ids: list[int]) -> Iterable[Lying]:
        rows = model._default_manager.filter(node__in=node_ids).values_list("pk", "node")
        return [Lying(pk, node, None, None) for pk, node in rows]

    def put(keys: Keys, old: int, new: int) -> int:
        return model._default_manager.filter(node=old, pk__in=keys).update(node=new)

    return Follower(label, count, lying, put)


def of_named(
    model: type[Model], label: str | Promise, column: str, *, longest: int, alive: Q | None = None
) -> Follower:
    """The follower of a model that has each value of `column` once at a node, as far as its rows are `alive`.

    Where two places become one and both have the same, the later keeps apart as 名称（原来的地方）; gone back, it is
    again as it was. `longest`: the characters the column holds.
    """
    plain, lasting = of_model(model, label), alive or Q()

    def put(keys: Keys, old: int, new: int) -> int:
        rows = model._default_manager.filter(node=old, pk__in=keys)
        here = dict(rows.filter(lasting).values_list("pk", column))
        taken = set(model._default_manager.filter(lasting, node=new).values_list(column, flat=True))
        names = dict(Node.objects.filter(pk__in=(old, new)).values_list("pk", "name"))
        changed = {}
        for pk, value in sorted(here.items()):
            wanted = value.removesuffix(f"（{names[new]}）")
            if wanted in taken:
                wanted = _apart(wanted, names[old], longest, taken)
            taken.add(wanted)
            if wanted != value:
                changed[pk] = wanted
        for pk, wanted in changed.items():
            model._default_manager.filter(pk=pk).update(node=new, **{column: wanted})
        return len(changed) + rows.exclude(pk__in=changed).update(node=new)

    return replace(plain, put=put)


def _apart(value: str, place: str, longest: int, taken: set[str]) -> str:
    """The value with the place it comes from, and with a number where that is taken, too."""
    tails = chain([f"（{place}）"], (f"（{place}）{number}" for number in count(2)))
    found = (value[: max(0, longest - len(tail))] + tail[:longest] for tail in tails)
    return next(each for each in found if each not in taken)
