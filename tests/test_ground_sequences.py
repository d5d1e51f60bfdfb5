"""Any sequence of acts leaves a tree in which every node is reached."""

from datetime import date, datetime, timedelta

import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from lastmeter.accounts.actors import system
from lastmeter.grid import ground
from lastmeter.grid.history import following, planning, redrawing, versions
from lastmeter.grid.history.fitting import DoesNotFit
from lastmeter.grid.history.planning import NewGrid, NewPlace, Overtaken, When
from lastmeter.grid.models import Change, Level, Node, Plate
from tests.redrawn import (
    NOW,
)

ACTS = ["split", "merge", "reparent", "redraw", "rename", "retire", "adopt", "undo"]


class Sequences(TestCase):
    """Any sequence of acts, undone or not, leaves a tree in which every node is reached."""

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(
            st.tuples(st.sampled_from(ACTS), st.integers(0, 99)),
            max_size=7,
        )
    )
    def test_every_node_is_reachable_and_paths_are_consistent(self, acts: list[tuple[str, int]]) -> None:
        ground.look_again()
        now = NOW
        for kind, number in acts:
            now += timedelta(days=1)
            try:
                _carry_out(kind, number, now)
            except (DoesNotFit, Overtaken):
                continue
            _look_over(now.date())


def _carry_out(kind: str, number: int, now: datetime) -> None:
    at = When(effective_on=now.date(), by=system("test"), now=now)
    grids = list(versions.tree_on(now.date()).filter(level__gte=Level.GRID).order_by("path"))
    node = grids[number % len(grids)]
    communities = list(versions.tree_on(now.date()).filter(level=Level.COMMUNITY).order_by("path"))
    shape = versions.shapes_on([node], now.date()).get(node.pk)
    if kind == "undo":
        if last := Change.objects.filter(state=Change.State.APPLIED).order_by("-confirmed_at", "-pk").first():
            redrawing.undo(last, by=system("test"), now=now)
        return
    if kind == "split":
        parts = _cut(shape) if shape is not None else [None, None]
        change = planning.split(node, [NewPlace(name=f"{now:%d}-{n}", shape=part) for n, part in enumerate(parts)], at)
    elif kind == "merge":
        pair = [each for each in grids if each.parent_id == node.parent_id][:2]
        change = planning.merge(pair, NewPlace(name=f"{now:%d}合"), at)
    elif kind == "redraw":
        change = planning.redraw(_exchange(node, grids, now.date()), at)
    elif kind == "adopt":
        change = _adopted(_exchange(node, grids, now.date()), at)
    elif kind == "reparent":
        change = planning.reparent(node, communities[number % len(communities)], at)
    elif kind == "rename":
        change = planning.rename(node, f"{now:%d}新", at)
    else:
        change = planning.retire(node, at)
    redrawing.confirm(change, by=system("test"), now=now)


def _adopted(shapes: dict[Node, shapely.Geometry], at: When) -> Change:
    news = [
        NewGrid(name=node.name, shape=shape, community=node.parent, keeps=node)
        for node, shape in shapes.items()
        if node.parent is not None
    ]
    return planning.adopt(list(shapes), news, at)


def _exchange(node: Node, grids: list[Node], day: date) -> dict[Node, shapely.Geometry]:
    """Half of the node's ground goes to a neighbour under the same parent."""
    drawn = versions.shapes_on([each for each in grids if each.parent_id == node.parent_id], day)
    others = [each for each in grids if each.pk in drawn and each != node]
    if node.pk not in drawn or not others:
        return {}
    stays, goes = _cut(drawn[node.pk])
    return {node: stays, others[0]: shapely.union(drawn[others[0].pk], goes)}


def _cut(shape: shapely.Geometry) -> list[shapely.Geometry]:
    west, south, east, north = shape.bounds
    middle = (west + east) / 2
    return [
        shape.intersection(shapely.box(west, south, middle, north)),
        shape.intersection(shapely.box(middle, south, east, north)),
    ]


def _look_over(day: date) -> None:
    nodes = {node.pk: node for node in versions.tree_on(day)}
    for node in nodes.values():
        assert (node.parent_id is None) == (node.level == Level.CITY)
        if node.parent_id is not None:
            parent = nodes[node.parent_id]  # reached: it lives too
            assert node.path == parent.path + node.key
            assert node.level > parent.level
            assert node.level != Level.GRID or parent.level == Level.COMMUNITY
    for node in Node.objects.exclude(pk__in=nodes):
        assert versions.successors(node, day), node
    assert set(nodes) == set(Node.objects.current(day).values_list("pk", flat=True))
    for model in following.everybody():
        if model._meta.label_lower != "grid.partyorganisation" and model is not Plate:
            places = model._default_manager.exclude(node=None).values_list("node", flat=True)
            assert set(places) <= set(nodes), model
