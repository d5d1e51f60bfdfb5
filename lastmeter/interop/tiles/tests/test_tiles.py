"""Vector tiles: what lies where, for whom, and how often the database is asked."""

from collections.abc import Callable
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from lastmeter.grid import shapes, tree
from lastmeter.grid.models import Level, Node
from lastmeter.interop.tiles.squares import EXTENT, Square
from tests import cast as town
from tests.cast import FOUNDED, Cast

ClientAs = Callable[[str], Client]


def square_at(z: int, lon: float, lat: float) -> Square:
    """The tile that has a point."""
    x, y = Square(0, 0, 0).place(np.array([[lon, lat]]))[0] / EXTENT * 2**z
    return Square(z, int(x), int(y))


def address(square: Square, layer: str = "grid") -> str:
    return f"/tiles/{layer}/{square.z}/{square.x}/{square.y}.mvt"


def features(content: bytes, layer: str = "grid") -> dict[str, dict[str, Any]]:
    decoded = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True, "geojson": True})
    return {each["properties"]["name"]: each for each in decoded[layer]["features"]}


@pytest.fixture
def grid_tile() -> Square:
    return square_at(15, *town.middle(0, 0))


def test_a_tile_has_the_places_it_covers_with_code_name_and_level(cast: Cast, grid_tile: Square) -> None:
    answer = Client().get(address(grid_tile))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/vnd.mapbox-vector-tile"
    found = features(answer.content)
    assert found["第一网格"]["properties"] == {"code": "999902006001001", "name": "第一网格", "level": Level.GRID}
    assert {"青螺街道", "望海社区"} <= found.keys()


def test_a_polygon_stands_where_it_belongs(cast: Cast, grid_tile: Square) -> None:
    drawn = shapely.geometry.shape(features(Client().get(address(grid_tile)).content)["第一网格"]["geometry"])
    [[x, y]] = grid_tile.place(np.array([town.middle(0, 0)]))
    assert drawn.contains(shapely.Point(x, y))
    west, south, east, north = grid_tile.box()
    whole = shapely.transform(
        shapely.intersection(town.square(0, 0), shapely.box(west, south, east, north)), grid_tile.place
    )
    assert drawn.symmetric_difference(whole).area < 0.01 * whole.area


@given(st.integers(0, 18), st.floats(-179.9, 179.9), st.floats(-85, 85))
def test_a_point_lies_in_its_tile_and_inside_the_tiles_box(z: int, lon: float, lat: float) -> None:
    square = square_at(z, lon, lat)
    assert square.exists
    [[x, y]] = square.place(np.array([[lon, lat]]))
    assert -1 <= x <= EXTENT + 1
    assert -1 <= y <= EXTENT + 1
    west, south, east, north = square.box()
    assert west <= lon <= east
    assert south <= lat <= north


def test_a_name_stands_in_one_tile_only_however_many_cut_the_place(cast: Cast, grid_tile: Square) -> None:
    around = [Square(15, grid_tile.x + x, grid_tile.y + y) for x in (-2, -1, 0, 1, 2) for y in (-2, -1, 0, 1, 2)]
    answers = [Client().get(address(square)) for square in around]
    tiles = [mapbox_vector_tile.decode(answer.content) for answer in answers if answer.status_code == 200]
    named = [each["properties"]["name"] for tile in tiles for each in tile.get("names", {"features": []})["features"]]
    assert named.count("第一网格") == 1
    assert named.count("青螺街道") == 1


def test_from_afar_only_the_larger_places_are_drawn(cast: Cast) -> None:
    found = features(Client().get(address(square_at(10, *town.middle(0, 0)))).content)
    assert found.keys() == {"青螺街道"}


def test_an_empty_tile_has_no_content(cast: Cast) -> None:
    assert Client().get(address(square_at(15, 10, 50))).status_code == 204


@pytest.mark.parametrize("place", ["19/0/0", "3/8/0", "3/0/8", "99999999999/0/0", f"15/{'9' * 40}/1"])
def test_a_tile_outside_the_world_does_not_exist(cast: Cast, client_as: ClientAs, place: str) -> None:
    assert Client().get(f"/tiles/grid/{place}.mvt").status_code == 404
    assert client_as("clerk").get(f"/tiles/coverage/{place}.mvt").status_code == 404


def test_an_unchanged_tile_is_not_sent_again_and_a_redrawn_one_is(cast: Cast, grid_tile: Square) -> None:
    client = Client()
    first = client.get(address(grid_tile))
    assert first["Cache-Control"] == "public, max-age=60"
    assert client.get(address(grid_tile), headers={"if-none-match": first["ETag"]}).status_code == 304
    shapes.draw({cast.nodes["grid"]: shapely.box(120, 30, 120.1, 30.1)}, source="重画", today=FOUNDED)
    again = client.get(address(grid_tile), headers={"if-none-match": first["ETag"]})
    assert again.status_code == 200
    assert "第一网格" not in features(again.content)


def test_a_tile_of_many_places_takes_as_many_queries_as_one_of_few(
    cast: Cast, grid_tile: Square, client_as: ClientAs, django_assert_num_queries: Callable[..., Any]
) -> None:
    staff = client_as("clerk")
    staff.get(address(grid_tile, "coverage"))
    Client().get(address(grid_tile))
    _many(cast)
    with django_assert_num_queries(3):  # the stamp, the shapes, the codes
        Client().get(address(grid_tile))
    with django_assert_num_queries(0):
        Client().get(address(grid_tile))
    with django_assert_num_queries(7):  # session, user, posts held; shapes, warning days, posts, codes
        staff.get(address(grid_tile, "coverage"))


def _many(cast: Cast) -> list[Node]:
    seeds = [tree.Seed(cast.nodes["grid"], Level.MICRO, f"望海里{number}巷") for number in range(60)]
    nodes = tree.plant_all(seeds, today=FOUNDED)
    lon, lat = town.middle(0, 0)
    boxes = [shapely.box(lon, lat + at * 1e-4, lon + 1e-3, lat + (at + 1) * 1e-4) for at in range(60)]
    shapes.draw(dict(zip(nodes, boxes, strict=True)), source="画", today=FOUNDED)
    return nodes


def test_coverage_is_for_staff_and_ends_where_their_reach_ends(
    cast: Cast, client_as: ClientAs, grid_tile: Square
) -> None:
    there = address(grid_tile, "coverage")
    assert Client().get(there).status_code == 404
    assert client_as("resident").get(there).status_code == 404
    answer = client_as("clerk").get(there)
    assert answer["Cache-Control"] == "private, no-store"
    found = features(answer.content, "coverage")
    assert found["第一网格"]["properties"]["state"] == "held"
    assert "青螺街道" not in found
    elsewhere = client_as("other_clerk").get(there).content
    assert not elsewhere or "第一网格" not in features(elsewhere, "coverage")


def test_a_grid_without_posts_and_one_without_holder_say_so(cast: Cast, client_as: ClientAs) -> None:
    state = features(
        client_as("dispatcher").get(address(square_at(13, *town.middle(0, 0)), "coverage")).content, "coverage"
    )
    assert state["第四网格"]["properties"]["state"] == "none"
    assert state["第四网格"]["properties"]["posts"] == 0


def test_gaps_are_for_whoever_keeps_the_ground_and_count_what_lies_below(
    cast: Cast, client_as: ClientAs, grid_tile: Square
) -> None:
    there = address(square_at(13, *town.middle(0, 0)), "gaps")
    assert Client().get(there).status_code == 404
    assert client_as("worker").get(there).status_code == 404, "a worker keeps no ground"
    answer = client_as("dispatcher").get(there)
    assert answer["Cache-Control"] == "private, no-store"
    found = {name: each["properties"]["gaps"] for name, each in features(answer.content, "gaps").items()}
    assert found["第四网格"] > 0
    assert found["青螺街道"] >= found["石桥社区"] + found["望海社区"]
    own = features(client_as("other_clerk").get(there).content, "gaps")
    assert own.keys() == {"石桥社区", "第三网格", "第四网格"}
