"""`/tiles/<layer>/<z>/<x>/<y>.mvt`: Mapbox vector tiles (version 2) of the ground."""

import hashlib

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import condition, require_safe

from lastmeter.accounts.requests import Request
from lastmeter.grid import ground, keeping, scope
from lastmeter.interop.tiles import layers
from lastmeter.interop.tiles.squares import Square

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
FRESH = "public, max-age=60"  # seconds; then the stamp of the ground says whether anything changed


def _etag(_request: Request, z: int, x: int, y: int) -> str:
    """The same until the ground or the day changes."""
    named = f"{ground.stamp()} {timezone.localdate()} {z}/{x}/{y}"
    return f'"{hashlib.sha256(named.encode()).hexdigest()[:24]}"'


@require_safe
@condition(etag_func=_etag)
def boundaries(request: Request, z: int, x: int, y: int) -> HttpResponse:
    """The public layer `grid`; 204 where there is no boundary, 404 outside the world."""
    response = _answer(layers.boundaries(_square(z, x, y), today=timezone.localdate()))
    response["Cache-Control"] = FRESH
    return response


@require_safe
def coverage(request: Request, z: int, x: int, y: int) -> HttpResponse:
    """The layer `coverage` of the places where the actor holds posts; for everybody else it does not exist."""
    paths = scope.outermost(post.path for post in scope.reach(request.actor).nodes)
    square = _square(z, x, y)
    if not paths:
        raise Http404
    return _answer(layers.coverage(square, paths, today=timezone.localdate()))


@require_safe
def gaps(request: Request, z: int, x: int, y: int) -> HttpResponse:
    """The layer `gaps` of the ground the actor keeps; for everybody else it does not exist."""
    paths = keeping.ground(request.actor)
    square = _square(z, x, y)
    if not paths:
        raise Http404
    return _answer(layers.missing(square, paths, request.actor, today=timezone.localdate()))


def _square(z: int, x: int, y: int) -> Square:
    square = Square(z, x, y)
    if not square.exists:
        raise Http404
    return square


def _answer(tile: bytes) -> HttpResponse:
    return HttpResponse(tile, content_type=MEDIA_TYPE) if tile else HttpResponse(status=204)
