"""A layer over its street as an inline drawing: cells, and every finding under the number it has in the table."""

from collections.abc import Sequence
from dataclasses import dataclass

import shapely

from lastmeter.grid.mapping import svg_path, to_drawing

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
    shapes = [each.shape for each in wanted]
    if all(shape.is_empty for shape in shapes):
        return None
    width, height, flat = to_drawing(shapes, SIZE, metres=True)
    spots = shapely.point_on_surface(flat)
    return Picture(
        width=width,
        height=height,
        shown=tuple(_shown(*each) for each in zip(wanted, shapely.simplify(flat, 0.7), spots, strict=True)),
    )


def _shown(wanted: Wanted, shape: shapely.Geometry, spot: shapely.Geometry) -> Shown:
    path = svg_path(shape)
    if not 0 < wanted.number <= MOST_NUMBERS or spot.is_empty:
        return Shown(path, wanted.look, wanted.title)
    return Shown(path, wanted.look, wanted.title, wanted.number, round(spot.x), round(spot.y))
