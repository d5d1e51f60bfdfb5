"""Degrees of a street as metres on a flat plane, and back: areas and widths are measured there."""

from dataclasses import dataclass
from math import cos, pi, radians, sin, sqrt

import numpy as np
import numpy.typing as npt
import shapely

AXIS, ECCENTRICITY2 = 6378137.0, 0.00669437999014  # WGS84


@dataclass(frozen=True, slots=True)
class Plane:
    """A scale for each axis, true in the middle of a street; over 20 km an area is off by less than 0.1 %.

    A scale keeps straight borders straight, so that neighbours that touch in degrees touch in metres; a map projection
    would bend them, and every border with a corner on one side only would show a sliver.
    """

    lon: float
    lat: float

    @classmethod
    def around(cls, shape: shapely.Geometry) -> "Plane":
        """The plane whose origin is the middle of the shape's box (WGS84)."""
        west, south, east, north = shape.bounds
        return cls((west + east) / 2, (south + north) / 2)

    @property
    def scale(self) -> tuple[float, float]:
        """Metres a degree of longitude and of latitude, on the ellipsoid."""
        curve = sqrt(1 - ECCENTRICITY2 * sin(radians(self.lat)) ** 2)
        degree = AXIS * pi / 180 / curve
        return degree * cos(radians(self.lat)), degree * (1 - ECCENTRICITY2) / curve**2

    def metres(self, shapes: npt.ArrayLike) -> npt.NDArray[np.object_]:
        """Shapes in WGS84 as metres east and north of the origin."""
        moved: npt.NDArray[np.object_] = shapely.transform(
            np.asarray(shapes, dtype=object), lambda points: (points - (self.lon, self.lat)) * self.scale
        )
        return moved

    def degrees(self, shapes: npt.ArrayLike) -> npt.NDArray[np.object_]:
        """The inverse of `metres`."""
        moved: npt.NDArray[np.object_] = shapely.transform(
            np.asarray(shapes, dtype=object), lambda points: points / self.scale + (self.lon, self.lat)
        )
        return moved
