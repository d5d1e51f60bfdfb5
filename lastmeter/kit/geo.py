"""Coordinates: always (longitude, latitude) in degrees and WGS-84 inside the system; the other Chinese ones converted.

Imports no Django. Every conversion takes two floats or two numpy arrays and returns the same kind.
"""

import math
from typing import overload

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_AXIS = 6378245.0  # Krasovsky 1940, which GCJ-02 uses
_ECCENTRICITY2 = 0.00669342162296594323
_BD_TURN = math.pi * 3000.0 / 180.0
_EARTH_RADIUS_M = 6371008.8
_ROUNDS = 12  # the shift is nearly constant: each round gains about two digits


def in_china_box(lon: float, lat: float) -> bool:
    """Whether the point lies in the rectangle in which GCJ-02 shifts points (it is wider than China)."""
    return 72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271


@overload
def wgs84_to_gcj02(lon: float, lat: float) -> tuple[float, float]: ...
@overload
def wgs84_to_gcj02(lon: Array, lat: Array) -> tuple[Array, Array]: ...
def wgs84_to_gcj02(lon: float | Array, lat: float | Array) -> tuple[float | Array, float | Array]:
    """From GPS to AMap, Tencent and other maps of mainland China; points outside the box stay where they are."""
    return _like(lon, _to_gcj(*_arrays(lon, lat)))


@overload
def gcj02_to_wgs84(lon: float, lat: float) -> tuple[float, float]: ...
@overload
def gcj02_to_wgs84(lon: Array, lat: Array) -> tuple[Array, Array]: ...
def gcj02_to_wgs84(lon: float | Array, lat: float | Array) -> tuple[float | Array, float | Array]:
    """The inverse of `wgs84_to_gcj02`, to better than 1e-6°, by iteration."""
    return _like(lon, _from_gcj(*_arrays(lon, lat)))


@overload
def wgs84_to_bd09(lon: float, lat: float) -> tuple[float, float]: ...
@overload
def wgs84_to_bd09(lon: Array, lat: Array) -> tuple[Array, Array]: ...
def wgs84_to_bd09(lon: float | Array, lat: float | Array) -> tuple[float | Array, float | Array]:
    """From GPS to Baidu's maps."""
    return _like(lon, _gcj_to_bd(*_to_gcj(*_arrays(lon, lat))))


@overload
def bd09_to_wgs84(lon: float, lat: float) -> tuple[float, float]: ...
@overload
def bd09_to_wgs84(lon: Array, lat: Array) -> tuple[Array, Array]: ...
def bd09_to_wgs84(lon: float | Array, lat: float | Array) -> tuple[float | Array, float | Array]:
    """The inverse of `wgs84_to_bd09`, to better than 1e-6°, by iteration."""
    return _like(lon, _from_gcj(*_bd_to_gcj(*_arrays(lon, lat))))


def distance_m(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Metres between two points on a sphere (haversine): within 0.5 % of the ellipsoid."""
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    half_phi, half_lambda = (phi2 - phi1) / 2, math.radians(lon2 - lon1) / 2
    chord = math.sin(half_phi) ** 2 + math.cos(phi1) * math.cos(phi2) * math.sin(half_lambda) ** 2
    return 2 * _EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, chord)))


def _arrays(lon: float | Array, lat: float | Array) -> tuple[Array, Array]:
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)


def _like(given: float | Array, point: tuple[Array, Array]) -> tuple[float | Array, float | Array]:
    return point if isinstance(given, np.ndarray) else (float(point[0]), float(point[1]))


def _to_gcj(lon: Array, lat: Array) -> tuple[Array, Array]:
    dlon, dlat = _shift(lon, lat)
    inside = (lon >= 72.004) & (lon <= 137.8347) & (lat >= 0.8293) & (lat <= 55.8271)
    return np.where(inside, lon + dlon, lon), np.where(inside, lat + dlat, lat)


def _from_gcj(lon: Array, lat: Array) -> tuple[Array, Array]:
    guess_lon, guess_lat = lon, lat
    for _ in range(_ROUNDS):
        there_lon, there_lat = _to_gcj(guess_lon, guess_lat)
        guess_lon, guess_lat = guess_lon + lon - there_lon, guess_lat + lat - there_lat
    return guess_lon, guess_lat


def _gcj_to_bd(lon: Array, lat: Array) -> tuple[Array, Array]:
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_TURN)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_TURN)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def _bd_to_gcj(lon: Array, lat: Array) -> tuple[Array, Array]:
    guess_lon, guess_lat = lon - 0.0065, lat - 0.006
    for _ in range(_ROUNDS):
        there_lon, there_lat = _gcj_to_bd(guess_lon, guess_lat)
        guess_lon, guess_lat = guess_lon + lon - there_lon, guess_lat + lat - there_lat
    return guess_lon, guess_lat


def _shift(lon: Array, lat: Array) -> tuple[Array, Array]:
    """The GCJ-02 shift in degrees; the constants are those of the published reverse engineering (eviltransform)."""
    x, y = lon - 105.0, lat - 35.0
    common = _wave(x, 20.0, 6.0) + _wave(x, 20.0, 2.0)
    root = np.sqrt(np.abs(x))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (
        (common + _wave(y, 20.0, 1) + _wave(y, 40.0, 1 / 3) + _wave(y, 160.0, 1 / 12) + _wave(y, 320.0, 1 / 30)) * 2 / 3
    )
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (
        (common + _wave(x, 20.0, 1) + _wave(x, 40.0, 1 / 3) + _wave(x, 150.0, 1 / 12) + _wave(x, 300.0, 1 / 30)) * 2 / 3
    )
    phi = np.radians(lat)
    curve = 1 - _ECCENTRICITY2 * np.sin(phi) ** 2
    dlat = np.degrees(north * curve * np.sqrt(curve) / (_AXIS * (1 - _ECCENTRICITY2)))
    dlon = np.degrees(east * np.sqrt(curve) / (_AXIS * np.cos(phi)))
    return dlon, dlat


def _wave(value: Array, height: float, frequency: float) -> Array:
    return np.asarray(height * np.sin(value * (frequency * math.pi)))
