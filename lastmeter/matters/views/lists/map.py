"""`/queue/map/`: the same list on the one map, as a drawing without scripts, and as a table of places."""

from dataclasses import dataclass
from math import cos, isfinite, radians, sqrt
from urllib.parse import urlencode

import numpy as np
import numpy.typing as npt
import shapely
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.grid import scope
from lastmeter.grid.mapping import svg_path
from lastmeter.grid.models import Level, Node, Shape
from lastmeter.matters.lists import clusters
from lastmeter.matters.lists.clusters import Box, Cluster, Part
from lastmeter.matters.lists.filters import Filters
from lastmeter.matters.views import listing

SIZE, MOST_SHAPES, LEAST, MOST = 640, 150, 9, 30
MOST_ROWS = 50  # when no more lie in the box, they stand below the map as rows


@dataclass(frozen=True, slots=True)
class Spot:
    """A cluster as it is drawn: position and radius in the drawing's units, and where it leads."""

    x: int
    y: int
    r: int
    count: int
    place: str
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


@dataclass(frozen=True, slots=True)
class Line:
    """A place of the table beside the map: how many lie there, and where it leads."""

    name: str
    count: int
    missing: int
    closer: str
    reading: str


@require_safe
@signed_in
def queue_map(request: Request, user: User) -> HttpResponse:
    """The list on the map, in `?box=west,south,east,north` or all of it, and the same as a table of places."""
    if not scope.held(request.actor):
        raise Http404
    filters, _query = listing.read(request.GET)
    now, asked = timezone.now(), _box(request.GET.get("box", ""))
    spread = clusters.spread(request.actor, filters, now=now)
    box = asked or spread.box
    found = clusters.clusters(request.actor, filters, box, now=now) if box else []
    shown = sum(each.count for each in found)
    near = bool(asked and 0 < shown <= MOST_ROWS)
    context = {
        **listing.narrowing(request.actor, filters, None, "queue-map"),
        "box": box,
        **(_still(found, box, filters) if box else {}),
        "lines": _lines(spread.parts, filters),
        "shown": shown,
        "missing": spread.missing,
        "rows": [
            listing.line_of(each, filters.query(), filters.words)
            for each in (clusters.inside(request.actor, filters, asked, MOST_ROWS, now=now) if asked and near else ())
        ],
        "points": reverse("queue-map-points") + filters.query(),
        "whole": reverse("queue-map") + filters.query() if asked else "",
        "reading": reverse("queue") + filters.query(),
        "query": filters.query(),
    }
    return render(request, "matters/desk/map.html", context)


@require_safe
@signed_in
def points(request: Request, user: User) -> HttpResponse:
    """`/queue/map.geojson`: the clusters of the list in `?box=`, for the map; each leads where a tap on it goes."""
    box = _box(request.GET.get("box", ""))
    if not scope.held(request.actor) or box is None:
        raise Http404
    filters, _query = listing.read(request.GET)
    found = clusters.clusters(request.actor, filters, box, now=timezone.now())
    return JsonResponse({"type": "FeatureCollection", "features": [_feature(each, filters) for each in found]})


def _feature(cluster: Cluster, filters: Filters) -> dict[str, object]:
    sides = dict(zip(("west", "south", "east", "north"), cluster.box, strict=True)) if cluster.count > 1 else {}
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [cluster.lon, cluster.lat]},
        "properties": {"count": cluster.count, "href": _leads(cluster, filters), **sides},
    }


def _still(found: list[Cluster], box: Box, filters: Filters) -> dict[str, object]:
    """The drawing for whoever has no scripts: every cluster is a link that goes closer."""
    frame, places = Frame(box), clusters.named([each.path for each in found])
    return {
        "spots": [_spot(each, frame, filters, places) for each in found],
        "size": frame.size,
        "around": _outlines(frame),
    }


def _lines(parts: list[Part], filters: Filters) -> list[Line]:
    places = clusters.named([part.path for part in parts])
    narrowed = {part.path: filters.query(node=places[part.path].pk) for part in parts if part.path in places}
    return [
        Line(
            places[part.path].name,
            part.count,
            part.count - part.placed,
            reverse("queue-map") + narrowed[part.path],
            reverse("queue") + narrowed[part.path],
        )
        for part in parts
        if part.path in places
    ]


def _box(text: str) -> Box | None:
    try:
        west, south, east, north = (float(part) for part in text[:100].split(","))
    except ValueError:
        return None
    sane = all(map(isfinite, (west, south, east, north))) and -180 <= west < east <= 180 and -85 <= south < north <= 85
    return (west, south, east, north) if sane and max(east - west, north - south) > 1e-7 else None


def _spot(cluster: Cluster, frame: Frame, filters: Filters, places: dict[str, Node]) -> Spot:
    [[x, y]] = frame.placed(np.array([[cluster.lon, cluster.lat]]))
    radius = min(MOST, round(LEAST + 2 * sqrt(cluster.count)))
    place = places[cluster.path].name if cluster.path in places else ""
    return Spot(round(x), round(y), radius, cluster.count, place, _leads(cluster, filters))


def _leads(cluster: Cluster, filters: Filters) -> str:
    if cluster.count == 1:
        return reverse("matter", args=[cluster.number]) + filters.query()
    closer = urlencode({"box": ",".join(f"{part:.6f}" for part in cluster.box)})
    return f"{reverse('queue-map')}{filters.query()}&{closer}"


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
