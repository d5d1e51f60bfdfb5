"""The seam for what hangs on a node: packages name what they count and move when the ground is redrawn."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Model
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Follower:
    """Rows of one model that lie at nodes. `count` gives node id → how many open ones; `move` takes old → new ids.

    `work`, where rows are work to be done: (node ids, since) → node id → how many came since then, done or not.
    """

    label: str | Promise
    count: Callable[[list[int]], dict[int, int]]
    move: Callable[[Mapping[int, int]], int]
    work: Callable[[list[int], datetime], dict[int, int]] | None = None


_followers: dict[type[Model], Follower] = {}


def register(model: type[Model], follower: Follower) -> None:
    """Name what hangs on nodes; called from the package's `apps.py`."""
    _followers[model] = follower


def registered() -> dict[type[Model], Follower]:
    """Every model that has named itself."""
    return dict(_followers)


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

    def move(moves: Mapping[int, int]) -> int:
        return sum(model._default_manager.filter(node=old).update(node=new) for old, new in moves.items())

    return Follower(label, count, move)
