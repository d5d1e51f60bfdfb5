"""`/queue/map/`: the same list on the ground, drawn without scripts; a tap on a cluster goes closer."""

from dataclasses import dataclass
from math import cos, isfinite, radians, sqrt
from urllib.parse import urlencode

import numpy as np
import numpy.typing as npt
import shapely
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.grid import scope
from lastmeter.grid.mapping import svg_path
from lastmeter.grid.models import Level, Shape
from lastmeter.matters.lists import clusters
from lastmeter.matters.lists.clusters import Box, Cluster
from lastmeter.matters.views import listing

SIZE, MOST_SHAPES, LEAST, MOST = 640, 150, 9, 30


@dataclass(frozen=True, slots=True)
class Spot:
    """A cluster as it is drawn: position and radius in the drawing's units, and where it leads."""

    x: int
    y: int
    r: int
    count: int
    href: str


@dataclass(frozen=True, slots=True)
class Frame:
    """A box of the ground as a drawing SIZE units long."""

    box: Box

    def placed(self, points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Degrees → units of the drawing; y grows downwards."""
        west, south, east, north = self.box
        narrow = cos(radians((south + north) / 2))  # a degree of longitude is shorter than one of latitude
        scale = SIZE / max((east - west) * narrow, north - south)
        done: npt.NDArray[np.float64] = (points - (west, north)) * (narrow * scale, -scale)
        return done

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        [[width, height]] = self.placed(np.array([[self.box[2], self.box[1]]]))
        return max(1, round(width)), max(1, round(height))


@require_safe
@signed_in
def queue_map(request: Request, user: User) -> HttpResponse:
    """Clusters of the list in `?box=west,south,east,north`, or around all of it; the same as a table below."""
    if not scope.held(request.actor):
        raise Http404
    filters, _query = listing.read(request.GET)
    now = timezone.now()
    box = _box(request.GET.get("box", "")) or clusters.box_of(request.actor, filters, now=now)
    found = clusters.clusters(request.actor, filters, box, now=now) if box else []
    frame = Frame(box) if box else None
    there = reverse("queue-map") + filters.query()
    context = {
        **listing.narrowing(request.actor, filters, None, "queue-map"),
        "spots": [_spot(each, frame, there) for each in found] if frame else [],
        "size": frame.size if frame else (1, 1),
        "around": _outlines(frame) if frame else [],
        "shown": sum(each.count for each in found),
        "missing": clusters.without_position(request.actor, filters, now=now),
        "whole": there if request.GET.get("box") else "",
        "reading": reverse("queue") + filters.query(),
    }
    return render(request, "matters/desk/map.html", context)


def _box(text: str) -> Box | None:
    try:
        west, south, east, north = (float(part) for part in text[:100].split(","))
    except ValueError:
        return None
    sane = all(map(isfinite, (west, south, east, north))) and -180 <= west < east <= 180 and -85 <= south < north <= 85
    return (west, south, east, north) if sane and max(east - west, north - south) > 1e-7 else None


def _spot(cluster: Cluster, frame: Frame, there: str) -> Spot:
    [[x, y]] = frame.placed(np.array([[cluster.lon, cluster.lat]]))
    href = reverse("matter", args=[cluster.number]) if cluster.count == 1 else _closer(cluster, there)
    return Spot(round(x), round(y), min(MOST, round(LEAST + 2 * sqrt(cluster.count))), cluster.count, href)


def _closer(cluster: Cluster, there: str) -> str:
    return f"{there}&{urlencode({'box': ','.join(f'{part:.6f}' for part in cluster.box)})}"


def _outlines(frame: Frame) -> list[str]:
    """The grids that touch the box, or the communities where these are too many."""
    west, south, east, north = frame.box
    touching = Shape.objects.filter(
        west__lte=east, east__gte=west, south__lte=north, north__gte=south, valid_to=None, node__valid_to=None
    )
    for level in (Level.GRID, Level.COMMUNITY):
        rows = list(touching.filter(node__level=level).values_list("wkb", flat=True)[: MOST_SHAPES + 1])
        if 0 < len(rows) <= MOST_SHAPES:
            cut = shapely.box(west, south, east, north)
            shapes = shapely.intersection(shapely.from_wkb([bytes(wkb) for wkb in rows]), cut)
            drawn = shapely.simplify(shapely.transform(shapes, frame.placed), 1)
            return [path for shape in drawn if shape.geom_type.endswith("Polygon") and (path := svg_path(shape))]
    return []
