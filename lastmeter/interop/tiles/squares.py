"""The web's square tiles: which degrees a tile covers, and where in it a point lies."""

from dataclasses import dataclass
from math import atan, degrees, pi, sinh

import numpy as np
import numpy.typing as npt

EXTENT = 4096  # units along one side of a tile
BUFFER = 128  # units a tile reaches beyond its sides, so that lines do not end at its edge
DEEPEST = 18


@dataclass(frozen=True, slots=True)
class Square:
    """Tile x, y (from north-west) of zoom z, 2^z tiles along each side of the world."""

    z: int
    x: int
    y: int

    @property
    def exists(self) -> bool:
        """True when the zoom is one we draw and the tile lies in the world."""
        return 0 <= self.z <= DEEPEST and 0 <= self.x < 2**self.z and 0 <= self.y < 2**self.z

    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north in WGS84 degrees, with the buffer."""
        more = BUFFER / EXTENT
        west, east = (self._lon(self.x - more), self._lon(self.x + 1 + more))
        north, south = (self._lat(self.y - more), self._lat(self.y + 1 + more))
        return west, south, east, north

    def place(self, points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Longitudes and latitudes (n × 2, WGS84 degrees) in units of this tile, y downward."""
        lon, lat = points[:, 0], np.radians(np.clip(points[:, 1], -85.06, 85.06))
        side = 2**self.z
        x = (lon / 360 + 0.5) * side - self.x
        y = (0.5 - np.arcsinh(np.tan(lat)) / (2 * pi)) * side - self.y
        return np.column_stack([x, y]) * EXTENT

    def _lon(self, x: float) -> float:
        return x / (1 << self.z) * 360 - 180

    def _lat(self, y: float) -> float:
        return degrees(atan(sinh(pi * (1 - 2 * y / (1 << self.z)))))
