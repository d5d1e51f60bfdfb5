"""A layer over its street as an inline drawing: cells, and every finding under the number it has in the table."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from lastmeter.grid.mapping import svg_path

SIZE = 1000  # the longer side of the drawing, in its own units
MOST_NUMBERS = 40  # more than that cover each other


@dataclass(frozen=True, slots=True)
class Shown:
    """Something drawn: its SVG path, the class that gives its look, its name; number and place of a label, if any."""

    d: str
    look: str
    title: str
    number: int | None = None
    x: int = 0
    y: int = 0


@dataclass(frozen=True, slots=True)
class Picture:
    """What a page draws, in a box of `width` × `height` units, later ones above earlier ones."""

    width: int
    height: int
    shown: tuple[Shown, ...]

    @property
    def numbers(self) -> tuple[Shown, ...]:
        """What carries a number, largest first."""
        return tuple(each for each in self.shown if each.number is not None)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A shape in metres to be drawn; `number` 0 means without one."""

    shape: shapely.Geometry
    look: str
    title: str = ""
    number: int = 0


def draw(wanted: Sequence[Wanted]) -> Picture | None:
    """The picture of shapes in metres, north up; None when there is nothing to draw."""
    shapes = np.array([each.shape for each in wanted], dtype=object)
    if not len(shapes) or shapely.is_empty(shapes).all():
        return None
    west, south, east, north = shapely.total_bounds(shapes)
    scale = SIZE / max(east - west, north - south, 1e-9)

    def to_drawing(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        placed: npt.NDArray[np.float64] = (points - (west, north)) * (scale, -scale)
        return placed

    flat = shapely.transform(shapes, to_drawing)
    spots = shapely.point_on_surface(flat)
    return Picture(
        width=max(1, round((east - west) * scale)),
        height=max(1, round((north - south) * scale)),
        shown=tuple(_shown(*each) for each in zip(wanted, shapely.simplify(flat, 0.7), spots, strict=True)),
    )


def _shown(wanted: Wanted, shape: shapely.Geometry, spot: shapely.Geometry) -> Shown:
    path = svg_path(shape)
    if not 0 < wanted.number <= MOST_NUMBERS or spot.is_empty:
        return Shown(path, wanted.look, wanted.title)
    return Shown(path, wanted.look, wanted.title, wanted.number, round(spot.x), round(spot.y))
