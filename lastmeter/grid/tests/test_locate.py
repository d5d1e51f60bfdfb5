"""Point → place: the raster answers exactly as geometry would, and borders go by the stated rule."""

import json
import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from lastmeter.grid import locate, raster, shapes
from lastmeter.grid.locate import Area, Locator
from lastmeter.grid.models import Shape
from tests import cast as town
from tests.cast import Cast

DATA = Path(os.environ.get("LASTMETER_TEST_DATA", Path(__file__).parents[3] / "../shared/data"))
Point = tuple[float, float]


def area(node_id: int, shape: shapely.Geometry, level: int = 6) -> Area:
    return Area(node_id, level, shapely.to_wkb(shape))


def by_brute_force(areas: list[Area], point: Point) -> int:
    """The rule written down plainly: deepest level, then smallest id; -1 outside."""
    dot = shapely.Point(point)
    covering = [(-each.level, each.node_id) for each in areas if shapely.intersects(shapely.from_wkb(each.wkb), dot)]
    return min(covering)[1] if covering else -1


def agree(areas: list[Area], points: list[Point]) -> None:
    locator = Locator.build(areas)
    expected = [by_brute_force(areas, point) for point in points]
    single = [locator.locate(*point) for point in points]
    batch = locator.locate_batch([lon for lon, _lat in points], [lat for _lon, lat in points])
    assert [-1 if each is None else each for each in single] == expected
    assert batch.tolist() == expected
    waiting = Locator.build(areas, later=True)  # its raster may be there or not: nobody can tell by the answers
    assert [waiting.locate(*point) or -1 for point in points] == expected


coordinate = st.integers(0, 40).map(lambda n: 111.9 + n / 64)  # coarse on purpose: corners and borders meet often


@st.composite
def polygons(draw: st.DrawFn) -> shapely.Geometry:
    """Valid polygons and multipolygons, some with holes, all corners on one lattice."""
    corners = draw(st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=8, unique=True))
    shape = shapely.make_valid(shapely.MultiPoint(corners).convex_hull)
    if draw(st.booleans()):
        hole = shapely.MultiPoint(draw(st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=5))).convex_hull
        shape = shapely.difference(shape, hole)
    return shape


@st.composite
def grounds(draw: st.DrawFn) -> tuple[list[Area], list[Point]]:
    """Overlapping polygons at two levels; points anywhere, on corners and in the middle of sides."""
    drawn = [each for each in draw(st.lists(polygons(), min_size=1, max_size=6)) if each.area > 0]
    areas = [
        area(100 - at, shape, draw(st.sampled_from([5, 6])))
        for at, shape in enumerate(drawn)
        if shape.geom_type in ("Polygon", "MultiPolygon")
    ]
    points = draw(st.lists(st.tuples(coordinate, coordinate), max_size=20))
    loose = draw(st.lists(st.tuples(st.floats(111.8, 112.7), st.floats(111.8, 112.7)), max_size=20))
    corners = [(x, y) for each in areas for x, y in shapely.get_coordinates(shapely.from_wkb(each.wkb)).tolist()]
    sides = [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in pairwise(corners)]
    return areas, [*points, *loose, *corners, *sides]


@given(grounds())
@settings(max_examples=120, deadline=None)
def test_every_point_is_answered_as_by_brute_force_on_borders_and_in_holes_too(
    ground: tuple[list[Area], list[Point]],
) -> None:
    agree(*ground)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_a_partition_into_many_cells_is_answered_as_by_brute_force(seed: int) -> None:
    rng = np.random.default_rng(seed)
    seeds = shapely.MultiPoint(rng.uniform([111.9, 21.8], [112.2, 22.1], (40, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(seeds))
    points = rng.uniform([111.85, 21.75], [112.25, 22.15], (150, 2))
    agree([area(at, cell) for at, cell in enumerate(cells, 1)], [(x, y) for x, y in points.tolist()])


@st.composite
def nested(draw: st.DrawFn) -> tuple[list[Area], list[Point]]:
    """A street cut into cells at three levels that fit into each other, a hole in the ground, points on all corners."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    count = draw(st.integers(2, 12))
    box = shapely.box(112, 22, 112.5, 22.5)
    seeds = shapely.MultiPoint(rng.integers(0, 64, (count, 2)) / 128 + [112, 22])
    cells = [shapely.intersection(each, box) for each in shapely.get_parts(shapely.voronoi_polygons(seeds))]
    hole = shapely.box(112.2, 22.2, 112.2 + draw(st.integers(1, 16)) / 64, 22.3)
    cells = [shapely.difference(each, hole) for each in cells]
    cells = [each for each in cells if each.area > 0 and each.geom_type in ("Polygon", "MultiPolygon")]
    halves = [shapely.union_all(cells[:1]), shapely.union_all(cells[1:])]
    areas = [area(1, shapely.union_all(cells), 4)]
    areas += [area(10 + at, half, 5) for at, half in enumerate(halves) if half.area > 0]
    # Some grids are not drawn: there the community answers.
    areas += [area(100 + at, cell, 6) for at, cell in enumerate(cells) if draw(st.booleans())]
    corners = [(x, y) for cell in cells for x, y in shapely.get_coordinates(cell).tolist()]
    loose = [(x, y) for x, y in rng.uniform([111.98, 21.98], [112.52, 22.52], (60, 2)).tolist()]
    middles = [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in pairwise(corners)]
    return areas, [*corners, *middles, *loose]


@given(nested())
@settings(max_examples=60, deadline=None)
def test_levels_that_nest_with_a_hole_and_gaps_are_answered_as_by_brute_force(
    ground: tuple[list[Area], list[Point]],
) -> None:
    agree(*ground)


def test_a_point_on_a_border_belongs_to_the_smaller_id_of_the_deepest_level() -> None:
    west, east = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)
    locator = Locator.build([area(8, west), area(3, east), area(1, shapely.box(0, 0, 2, 1), level=5)])
    assert locator.locate(1, 0.5) == 3
    assert locator.locate(0.5, 0.5) == 8


def test_a_point_in_a_community_but_in_no_grid_is_the_communitys() -> None:
    locator = Locator.build([area(1, shapely.box(0, 0, 2, 1), level=5), area(9, shapely.box(0, 0, 1, 1))])
    assert locator.locate(1.5, 0.5) == 1
    assert locator.locate_batch([0.5, 1.5, 2.5], [0.5, 0.5, 0.5]).tolist() == [9, 1, -1]


@pytest.mark.parametrize("lon", [float("nan"), float("inf"), -float("inf"), 1e300, 181.0])
def test_what_is_no_position_is_outside(lon: float) -> None:
    locator = Locator.build([area(1, shapely.box(0, 0, 1, 1))])
    assert locator.locate(lon, 0.5) is None
    assert locator.locate(0.5, lon) is None
    assert locator.locate_batch([lon], [0.5]).tolist() == [-1]


def test_without_polygons_everything_is_outside() -> None:
    assert Locator.build([]).locate(112, 21.8) is None
    assert Locator.build([]).locate_batch([112], [21.8]).tolist() == [-1]
    assert Locator.build([]).problems == []


def test_an_invalid_polygon_is_left_out_and_reported_not_guessed() -> None:
    bow = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    line = shapely.LineString([(0, 0), (1, 1)])
    locator = Locator.build([area(1, bow), area(2, line), Area(3, 6, b"broken"), area(4, shapely.box(5, 5, 6, 6))])
    assert locator.locate(0.2, 0.5) is None
    assert locator.locate(5.5, 5.5) == 4
    assert [each.node_ids for each in locator.problems] == [(1,), (2,), (3,)]


def test_overlapping_polygons_are_reported_but_touching_and_nested_levels_are_not() -> None:
    left, right, over = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(1.5, 0, 3, 1)
    locator = Locator.build([area(1, left), area(2, right), area(3, over), area(4, shapely.box(0, 0, 3, 1), level=5)])
    assert [each.node_ids for each in locator.problems] == [(2, 3)]


def test_the_raster_stays_within_its_bound_and_answers_most_points() -> None:
    rng = np.random.default_rng(7)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(rng.uniform(0, 1, (3000, 2)))))
    locator = Locator.build([area(at, cell) for at, cell in enumerate(cells)])
    built = locator._raster
    assert built is not None
    assert built.coarse.size + built.fine.size <= raster.MOST_CELLS
    points = rng.uniform(0, 1, (20_000, 2))
    asked = (locate._cells(built, points[:, 0], points[:, 1]) == raster.BORDER).mean()
    assert asked < 0.1


def test_real_districts_are_answered_as_by_geometry() -> None:
    file = DATA / "polygons_bench" / "china_districts_2898.geojson"
    if not file.exists():
        pytest.skip(f"no real polygons in {DATA}: set LASTMETER_TEST_DATA")
    features = json.loads(file.read_text(encoding="utf-8"))["features"]
    drawn = [shapely.from_geojson(json.dumps(each["geometry"])) for each in features]
    drawn = [shape for shape in drawn if shape.is_valid]
    locator = Locator.build([area(at, shape) for at, shape in enumerate(drawn)])
    points = np.random.default_rng(3).uniform([73, 18], [135, 54], (20_000, 2))
    dots, found = shapely.STRtree(drawn).query(shapely.points(points), predicate="intersects")
    expected = np.full(len(points), len(drawn))
    np.minimum.at(expected, dots, found)
    expected[expected == len(drawn)] = -1
    assert (locator.locate_batch(points[:, 0], points[:, 1]) == expected).all()
    single = [locator.locate(lon, lat) for lon, lat in points[:4000].tolist()]
    assert [-1 if each is None else each for each in single] == expected[:4000].tolist()


def test_a_redrawn_boundary_is_used_at_once_by_the_process_that_drew_it(cast: Cast) -> None:
    lon, lat = town.middle(0, 0)
    assert locate.current().locate(lon, lat) == cast.nodes["grid"].pk
    away = shapely.box(120, 30, 120.1, 30.1)
    shapes.draw({cast.nodes["grid"]: away}, source="重画", today=town.FOUNDED.replace(year=2026))
    assert locate.current().locate(lon, lat) == cast.nodes["community"].pk
    assert locate.current().locate(120.05, 30.05) == cast.nodes["grid"].pk
    assert Shape.objects.filter(node=cast.nodes["grid"]).count() == 2
