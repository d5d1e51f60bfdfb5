"""The ground of buildings: a building has no polygon, so it gets what of its place is nearer to it than to others."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import shapely

from lastmeter.grid import shapes
from lastmeter.grid.layers.plane import Plane
from lastmeter.grid.models import Building, Level, lineage

REACH_M = 100.0  # outside micro-grids no building's ground goes farther: beyond it the book merely lacks the neighbours
GRID_DEGREES = 1e-8


class Plots:
    """The ground of a street's open buildings, inside the smallest place with a polygon that each belongs to."""

    def __init__(
        self,
        buildings: Iterable[Building],
        drawn: Mapping[int, shapely.Geometry],
        places: Mapping[str, tuple[int, int]],
    ) -> None:
        """`buildings` with their `node` loaded; `drawn`: node id → polygon (WGS84); `places`: path → (id, level)."""
        self._drawn, self._places = drawn, places
        self._inside: defaultdict[int, list[Building]] = defaultdict(list)
        self._holder: dict[int, tuple[int, int]] = {}
        for each in buildings:
            holders = [places[path] for path in lineage(each.node.path) if path in places and places[path][0] in drawn]
            if holders:
                self._holder[each.pk] = holders[0]
                self._inside[holders[0][0]].append(each)
        self._cut: dict[int, dict[int, shapely.Geometry]] = {}

    def of(self, wanted: Sequence[Building]) -> tuple[list[shapely.Geometry], list[Building]]:
        """The ground of these buildings together (WGS84), and those of them that have none.

        A micro-grid all of whose buildings are wanted is taken as it is drawn. Buildings at one spot share one plot: it
        goes to those who have at least half of them.
        """
        shapes: list[shapely.Geometry] = []
        without: list[Building] = []
        by_place: defaultdict[tuple[int, int], list[Building]] = defaultdict(list)
        for each in wanted:
            if each.pk in self._holder:
                by_place[self._holder[each.pk]].append(each)
            else:
                without.append(each)
        for (place, level), mine in by_place.items():
            if level == Level.MICRO and len(mine) == len(self._inside[place]):
                shapes.append(self._drawn[place])
                continue
            plots = self._plots(place, level)
            taken = {each.pk for each in mine if each.pk in plots and self._half(place, each, mine)}
            shapes += [plots[pk] for pk in sorted(taken)]
            without += [each for each in mine if each.pk not in taken]
        return shapes, without

    def _half(self, place: int, one: Building, mine: Sequence[Building]) -> bool:
        there = sum(_spot(each) == _spot(one) for each in self._inside[place])
        return 2 * sum(_spot(each) == _spot(one) for each in mine) >= there

    def _plots(self, place: int, level: int) -> dict[int, shapely.Geometry]:
        """building id → its plot, of those whose position lies in the place."""
        if place not in self._cut:
            self._cut[place] = _divide(
                self._drawn[place], self._inside[place], 0.0 if level == Level.MICRO else REACH_M
            )
        return self._cut[place]


def _spot(building: Building) -> tuple[float | None, float | None]:
    return building.lon, building.lat


def _divide(shape: shapely.Geometry, buildings: Sequence[Building], reach: float) -> dict[int, shapely.Geometry]:
    """The Voronoi cells of the positions inside a shape, at most `reach` metres from each when that is not 0."""
    plane = Plane.around(shape)
    [flat] = plane.metres([shape])
    placed = [each for each in buildings if each.lon is not None and each.lat is not None]
    points = plane.metres(shapely.points([(each.lon, each.lat) for each in placed])) if placed else np.array([])
    inside = [at for at, point in enumerate(points) if shapely.intersects(flat, point)]
    if not inside:
        return {}
    spots, spot_of = np.unique(np.round(shapely.get_coordinates(points[inside]), 3), axis=0, return_inverse=True)
    # Aside by up to two centimetres, always the same way: GEOS loses cells of spots that lie on one circle exactly.
    spots = shapely.points(spots + np.random.default_rng(0).uniform(-0.02, 0.02, spots.shape))
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(spots), extend_to=flat))
    cells = cells if len(cells) else np.array([flat])
    cell_of = shapely.STRtree(cells).nearest(spots)
    found = {}
    for number, at in enumerate(inside):
        # Rounded after the cut: rounded before it a cell with a needle is of mixed dimensions, which GEOS refuses.
        plot = _millimetres(shapely.intersection(cells[cell_of[spot_of[number]]], flat))
        if reach:
            plot = _millimetres(shapely.intersection(plot, shapely.buffer(points[at], reach)))
        found[placed[at].pk] = plane.degrees([plot])[0]
    return found


def _millimetres(plot: shapely.Geometry) -> shapely.Geometry:
    """The areas of a plot (metres) on a grid of millimetres."""
    return shapes.faces(shapely.set_precision(shapes.faces(plot), 0.001))
