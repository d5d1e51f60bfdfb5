"""Round trips between the three coordinate systems, and distances."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lastmeter.kit import geo

INSIDE = {"lon": st.floats(73.5, 135.0), "lat": st.floats(3.5, 53.5)}


@given(**INSIDE)
def test_there_and_back_ends_where_it_began(lon: float, lat: float) -> None:
    assert geo.gcj02_to_wgs84(*geo.wgs84_to_gcj02(lon, lat)) == pytest.approx((lon, lat), abs=1e-7)
    assert geo.bd09_to_wgs84(*geo.wgs84_to_bd09(lon, lat)) == pytest.approx((lon, lat), abs=1e-7)


@given(**INSIDE)
def test_the_shift_is_some_hundred_metres(lon: float, lat: float) -> None:
    assert 20 < geo.distance_m(lon, lat, *geo.wgs84_to_gcj02(lon, lat)) < 1500


def test_the_well_known_point_in_beijing() -> None:
    gcj = geo.wgs84_to_gcj02(116.397389, 39.908722)
    assert gcj == pytest.approx((116.403633, 39.910126), abs=2e-6)
    assert geo.wgs84_to_bd09(116.397389, 39.908722) == pytest.approx((116.410042, 39.916431), abs=5e-5)


def test_outside_the_box_nothing_moves() -> None:
    assert geo.wgs84_to_gcj02(2.35, 48.86) == (2.35, 48.86)
    assert not geo.in_china_box(2.35, 48.86)
    assert geo.in_china_box(111.98, 21.86)


def test_arrays_go_in_and_come_out() -> None:
    lon, lat = np.array([111.98, 2.35]), np.array([21.86, 48.86])
    shifted = geo.wgs84_to_gcj02(lon, lat)
    assert (float(shifted[0][0]), float(shifted[1][0])) == geo.wgs84_to_gcj02(111.98, 21.86)
    back = geo.gcj02_to_wgs84(*shifted)
    assert np.allclose(back, (lon, lat), atol=1e-7)


def test_a_degree_of_the_meridian_is_a_hundred_and_eleven_kilometres() -> None:
    assert geo.distance_m(111.0, 21.0, 111.0, 22.0) == pytest.approx(111_195, abs=5)
    assert geo.distance_m(111.0, 21.0, 111.0, 21.0) == 0
    assert geo.distance_m(0, 0, 180, 0) == pytest.approx(20_015_115, abs=5)
