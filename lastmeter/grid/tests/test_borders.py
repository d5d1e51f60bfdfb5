"""Moving a border: both sides follow, so that nothing overlaps and nothing is left, whatever is moved."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import shapely
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lastmeter.grid import shapes, tree
from lastmeter.grid.history import borders
from lastmeter.grid.models import Change, Level, Node, Shape
from tests import cast as town
from tests.cast import FOUNDED, SIDE, Cast, square

ClientAs = Callable[[str], Client]
REDRAW = "/grid/changes/new/redraw/"


def topology(node: Node) -> borders.Topology:
    found = borders.around(node, timezone.localdate())
    assert found is not None
    return found


def now_drawn(nodes: list[Node]) -> list[shapely.Geometry]:
    return [shapely.from_wkb(bytes(row.wkb)) for row in Shape.objects.filter(node__in=nodes, valid_to=None)]


def with_buildings(cast: Cast) -> list[Node]:
    """Two buildings in the first grid, drawn side by side up to its border with the second."""
    nodes = tree.plant_all(
        [tree.Seed(cast.nodes["grid"], Level.MICRO, name) for name in ("甲栋", "乙栋")], today=FOUNDED
    )
    west, east = square(0, 0, 1), square(0, 0, 1)
    half = shapely.box(*square(0, 0).bounds[:2], square(0, 0).bounds[0] + SIDE / 2, square(0, 0).bounds[3])
    west, east = shapely.intersection(west, half), shapely.difference(east, half)
    shapes.draw(dict(zip(nodes, (west, east), strict=True)), source="画", today=FOUNDED)
    return nodes


def test_the_border_with_the_neighbour_can_be_moved_and_the_communitys_own_cannot(cast: Cast) -> None:
    found = topology(cast.nodes["grid"])
    assert found.level == [cast.nodes["grid"], cast.nodes["second_grid"]]
    [number] = found.movable
    y = square(0, 0).bounds[3]
    assert {round(point[1], 9) for point in found.arcs[number]} == {round(y, 9)}
    assert {found.arcs[number][0], found.arcs[number][-1]} <= found.fixed
    assert borders.around(cast.nodes["building"], timezone.localdate()) is None, "it has no polygon"


def test_what_lies_below_follows_a_moved_border(cast: Cast) -> None:
    buildings = with_buildings(cast)
    found = topology(cast.nodes["grid"])
    assert len(found.movable) == 2, "cut where the two buildings meet"
    first, second = (found.arcs[number] for number in sorted(found.movable))
    [corner] = {first[0], first[-1]} & {second[0], second[-1]}
    goes = (corner[0], corner[1] + SIDE / 4)
    arcs = {
        number: tuple(goes if point == corner else point for point in found.arcs[number]) for number in found.movable
    }
    drawn = borders.moved(found, arcs)
    assert drawn.keys() == {cast.nodes["grid"], cast.nodes["second_grid"], *buildings}
    together = shapes.union(drawn[each] for each in buildings)
    assert shapely.symmetric_difference(together, drawn[cast.nodes["grid"]]).area < 1e-12
    assert drawn[cast.nodes["grid"]].area == pytest.approx(SIDE * SIDE * 1.125)


@pytest.mark.django_db
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.floats(0.05, 0.95), st.floats(-0.45, 0.45)), min_size=1, max_size=6))
def test_whatever_line_is_drawn_the_two_sides_stay_one_ground(cast: Cast, bends: list[tuple[float, float]]) -> None:
    found = topology(cast.nodes["grid"])
    [number] = found.movable
    first, last = found.arcs[number][0], found.arcs[number][-1]
    inner = [(first[0] + (last[0] - first[0]) * at, first[1] + SIDE * by) for at, by in sorted(bends)]
    one, other = borders.moved(found, {number: (first, *inner, last)}).values()
    whole = shapes.union(now_drawn([cast.nodes["grid"], cast.nodes["second_grid"]]))
    assert shapes.common(one, other).area == 0
    assert shapes.without(whole, shapes.union([one, other])).area < 1e-15
    assert one.area + other.area == pytest.approx(whole.area)


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"0": [[1]]}', '{"0": [["a", 2], [3, 4]]}', '{"0": [[1, 2], [NaN, 4]]}', '{"x": []}']
)
def test_what_is_no_line_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(borders.BadBorder):
        borders.read(text)


def test_a_fixed_end_a_strange_arc_and_a_torn_junction_are_refused(cast: Cast) -> None:
    with_buildings(cast)
    found = topology(cast.nodes["grid"])
    one, other = sorted(found.movable)
    shifted = tuple((x + SIDE / 10, y) for x, y in found.arcs[one])
    strange = next(number for number in range(len(found.arcs)) if number not in found.movable)
    torn = {one: found.arcs[one], other: tuple((x, y + SIDE / 10) for x, y in found.arcs[other])}
    for arcs in ({one: shifted}, {strange: found.arcs[strange]}, {999: shifted}, torn):
        with pytest.raises(borders.BadBorder):
            borders.moved(found, arcs)


def posted(cast: Cast, middle: tuple[float, float]) -> dict[str, str]:
    """What the page sends when a point was set in the middle of the border and dragged there."""
    found = topology(cast.nodes["grid"])
    [number] = found.movable
    line = [found.arcs[number][0], middle, found.arcs[number][-1]]
    day = timezone.localdate().isoformat()
    return {"node": str(cast.nodes["grid"].pk), "borders": json.dumps({number: line}), "effective_on": day}


def test_a_border_moved_on_the_map_becomes_a_proposal_that_says_areas_and_what_moves(
    cast: Cast, client_as: ClientAs
) -> None:
    clerk = client_as("clerk")
    page = clerk.get(REDRAW, {"node": cast.nodes["grid"].pk}).content.decode()
    assert '<script id="topology" type="application/json">' in page
    assert "GeoJSON" in page, "without scripts the file is still there"
    lon, lat = town.middle(0, 0)
    answer = clerk.post(REDRAW, posted(cast, (lon, lat + SIDE)))
    change = Change.objects.get()
    assert answer["Location"] == f"/grid/changes/{change.pk}/"
    text = clerk.get(answer["Location"]).content.decode()
    assert "面积，公顷" in text
    assert " → " in text
    clerk.post(f"/grid/changes/{change.pk}/confirmation/")
    grid, second = now_drawn([cast.nodes["grid"]])[0], now_drawn([cast.nodes["second_grid"]])[0]
    assert grid.area == pytest.approx(SIDE * SIDE * 1.25)
    assert shapes.common(grid, second).area == 0


def test_a_border_that_crosses_others_comes_back_as_it_was_drawn(cast: Cast, client_as: ClientAs) -> None:
    lon, lat = town.middle(0, 0)
    sent = posted(cast, (lon, lat + 3 * SIDE))
    answer = client_as("clerk").post(REDRAW, sent)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "topology" in text
    assert sent["borders"].replace('"', "&quot;") in text
    assert "边界自己相交" in text
    assert '<path class="spot"' in text, "the spot is drawn"
    assert not Change.objects.exists()


def test_borders_of_other_ground_are_not_ones_to_move(cast: Cast, client_as: ClientAs) -> None:
    other = client_as("other_clerk")
    assert "topology" not in other.get(REDRAW, {"node": cast.nodes["grid"].pk}).content.decode()
    answer: Any = other.post(REDRAW, posted(cast, town.middle(0, 1)))
    assert answer.status_code == 422
    assert not Change.objects.exists()
