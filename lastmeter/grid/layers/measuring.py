"""From rows to the plane: a layer, or the grids of today, as pieces that can be measured over their street."""

from dataclasses import dataclass
from datetime import date

import shapely
from django.db.models import QuerySet

from lastmeter.grid.layers import comparing, ground
from lastmeter.grid.layers.comparing import Piece
from lastmeter.grid.layers.plane import Plane
from lastmeter.grid.models import Cell, Layer, Level, Node
from lastmeter.grid.shapes import current

BOX = ("west", "south", "east", "north")


@dataclass(frozen=True, slots=True)
class Street:
    """A street with its plane and, in metres of it, its outline (None when nothing is drawn)."""

    node: Node
    plane: Plane
    outline: shapely.Geometry | None


def street_of(node: Node, *layers: Layer) -> Street:
    """The street ready to measure; where it has no outline, the plane is laid around the layers."""
    outline = ground.outline(node)
    if outline is None:
        boxes = [shapely.box(*box) for layer in layers for box in placed(layer).values_list(*BOX)]
        plane = Plane.around(shapely.union_all(boxes)) if boxes else Plane(105.0, 35.0)
        return Street(node, plane, None)
    plane = Plane.around(outline)
    [flat] = plane.metres([outline])
    return Street(node, plane, flat)


def placed(layer: Layer) -> QuerySet[Cell]:
    """The cells of a layer that have a polygon, in the order of the file."""
    return Cell.objects.filter(layer=layer, wkb__isnull=False).order_by("number")


def pieces(layer: Layer, street: Street) -> list[Piece]:
    """The placed cells of a layer, ids of Cell."""
    cells = list(placed(layer))
    shapes = street.plane.metres([cell.shape for cell in cells])
    return [Piece(cell.pk, cell.name, cell.in_charge, shape) for cell, shape in zip(cells, shapes, strict=True)]


def grids(street: Street, today: date) -> list[Piece]:
    """The grids that hold today, ids of Node, with the names of their heads and workers."""
    drawn = current(street.node, Level.GRID)
    names = dict(Node.objects.filter(pk__in=drawn).values_list("pk", "name"))
    people = ground.heads(drawn, today)
    shapes = street.plane.metres(list(drawn.values()))
    return [Piece(pk, names[pk], people.get(pk, ""), shape) for pk, shape in zip(drawn, shapes, strict=True)]


def within(layer: Layer) -> tuple[Street, list[Piece], list[comparing.Finding]]:
    """A layer measured by itself: its street, its pieces, what is wrong."""
    street = street_of(layer.street, layer)
    found = pieces(layer, street)
    return street, found, comparing.findings(found, street.outline)
