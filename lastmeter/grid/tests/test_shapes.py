"""Polygons put together and cut, also where borders were drawn almost, but not quite, over each other."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from lastmeter.grid import shapes
from tests.cast import SIDE, square

hairs = st.floats(-1e-11, 1e-11)


@given(st.lists(hairs, min_size=8, max_size=8))
def test_squares_that_miss_each_other_by_a_hair_become_one_without_a_hole(by: list[float]) -> None:
    moved = [shapely.transform(square(at % 2, at // 2), lambda points, at=at: points + by[at]) for at in range(4)]
    whole = shapes.union(moved)
    assert whole.geom_type == "Polygon"
    assert not whole.interiors
    assert whole.area == pytest.approx(4 * SIDE * SIDE, abs=1e-9)


@given(hairs, hairs)
def test_what_is_cut_out_and_what_is_common_are_the_whole(dx: float, dy: float) -> None:
    one, other = square(0, 0, 2), shapely.transform(square(1, 0), lambda points: points + np.array([dx, dy]))
    parts = shapes.without(one, other).area, shapes.common(one, other).area
    assert parts == pytest.approx((SIDE * SIDE, SIDE * SIDE), abs=1e-9)


def test_places_that_only_touch_have_nothing_in_common_and_nothing_together_is_empty() -> None:
    assert shapes.common(square(0, 0), square(1, 0)).area == 0
    assert shapes.common(square(0, 0), square(1, 0)).geom_type in ("Polygon", "MultiPolygon")
    assert shapes.union([]).is_empty
