"""The grid of another day: nodes, names and boundaries as they were, and which place became which."""

from collections.abc import Iterable
from datetime import date

import shapely
from django.db.models import QuerySet
from django.utils import timezone

from lastmeter.grid.models import MAKING, Change, Move, Node, NodeName, NodeQuerySet, Shape, valid_on


def tree_on(day: date) -> NodeQuerySet:
    """The nodes of that day (China date). What a change made that was undone again never was.

    Their `name` is today's: see `names_on`.
    """
    gone = Move.objects.filter(change__state=Change.State.UNDONE, change__kind__in=MAKING, stands_in=True)
    return Node.objects.current(day).exclude(pk__in=gone.values("new"))


def names_on(nodes: Iterable[Node], day: date) -> dict[int, str]:
    """node id → its name on that day (China date): one query."""
    listed = list(nodes)
    names = {node.pk: node.name for node in listed}
    rows = NodeName.objects.filter(valid_on(day), node__in=names).order_by("pk")
    names.update(rows.values_list("node_id", "name"))
    return names


def name_on(node: Node, day: date) -> str:
    """The node's name on that day (China date)."""
    return names_on([node], day)[node.pk]


def shapes_on(nodes: Iterable[Node], day: date) -> dict[int, shapely.Geometry]:
    """node id → its polygon on that day (WGS84), for those that had one: one query."""
    rows = Shape.objects.filter(valid_on(day), node__in=list(nodes))
    return {pk: shapely.from_wkb(bytes(wkb)) for pk, wkb in rows.order_by("pk").values_list("node_id", "wkb")}


def node_on(node: Node, day: date) -> list[Node]:
    """What stood on that day (China date) where `node` stands or stood: itself, or the nodes before or after it."""
    return _walk(node, day)


def stood_on(node_ids: Iterable[int], day: date) -> dict[int, Node]:
    """node id → what stood on that day (China date) where it lies: itself, else the node with most of its ground.

    A node that ended without a successor stands for itself. A few queries for each step of a chain of changes.
    """
    found: dict[int, Node] = {}
    waiting = Node.objects.in_bulk(set(node_ids))
    seen = {pk: {pk} for pk in waiting}
    while waiting:
        undone = _undone_of(list(waiting.values()))
        settled = {pk: node for pk, node in waiting.items() if _lives(node, day) and node.pk not in undone}
        rest = {pk: node for pk, node in waiting.items() if pk not in settled}
        step = _leads(list(rest.values()), day, undone)
        found |= settled
        waiting = {}
        for pk, node in rest.items():
            after = step.get(node.pk)
            if after is None or after.pk in seen[pk]:
                found[pk] = node
            else:
                waiting[pk] = after
                seen[pk].add(after.pk)
    return found


def successors(node: Node, today: date | None = None) -> list[Node]:
    """Today's nodes in the stead of one that has ended, the one with most of its ground first; itself while it lives.

    Empty when it ended without a successor.
    """
    return _walk(node, today or timezone.localdate())


def _walk(start: Node, day: date) -> list[Node]:
    """From node to node along the moves, towards the day, until nodes of that day are reached."""
    found: list[Node] = []
    seen, waiting = {start.pk}, [start]
    undone = _undone_of([start])
    while waiting:
        there = [node for node in waiting if _lives(node, day) and node.pk not in undone]
        found += there
        rest = [node for node in waiting if node not in there]
        waiting = [node for node in _next(rest, day, undone) if node.pk not in seen]
        seen |= {node.pk for node in waiting}
        undone = _undone_of(waiting)
    return found


def _lives(node: Node, day: date) -> bool:
    return node.valid_from <= day and not node.has_ended(day)


def _undone_of(nodes: list[Node]) -> set[int]:
    """Which of the nodes were made by a change that was undone."""
    rows = Move.objects.filter(new__in=nodes, change__state=Change.State.UNDONE, change__kind__in=MAKING)
    rows = rows.filter(stands_in=True)
    return set(rows.values_list("new_id", flat=True))


def _next(nodes: list[Node], day: date, undone: set[int]) -> list[Node]:
    """One step for each: forwards from what had ended by the day, backwards from what came later or was undone."""
    onward, made = _moves(nodes, day, undone)
    return list(dict.fromkeys([*(move.new for move in onward), *(move.old for move in made)]))


def _leads(nodes: list[Node], day: date, undone: set[int]) -> dict[int, Node]:
    """The same as node id → the one with most of its ground."""
    onward, made = _moves(nodes, day, undone)
    steps = [*((move.old_id, move.new) for move in onward), *((move.new_id, move.old) for move in made)]
    return dict(reversed(steps))


def _moves(nodes: list[Node], day: date, undone: set[int]) -> tuple[QuerySet[Move], QuerySet[Move]]:
    """The moves onward from what had ended and back from what came later or was undone, most ground first."""
    back = [node for node in nodes if node.pk in undone or node.valid_from > day]
    ended = [node for node in nodes if node not in back]
    leads = Move.objects.filter(stands_in=True).order_by("-area_share", "pk")
    onward = leads.filter(old__in=ended, change__state=Change.State.APPLIED).select_related("new")
    made = leads.filter(new__in=back, change__kind__in=MAKING).select_related("old")
    return onward, made
