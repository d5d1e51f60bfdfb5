"""The map 地图: a still drawing that becomes a map when somebody asks for it."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString


def map_(
    content: str,
    label: str,
    box: Sequence[float],
    code: str = "",
    coverage: bool = False,
    goes: str = "",
    picks: str = "",
    open: bool = False,
    element: str = "x-map",
    points: str = "",
) -> SafeString:
    """The content (a drawing and what belongs to it) with a button that opens the map in its place.

    `box` is west, south, east, north in WGS84 degrees, what the map shows first; `code` is the place it marks;
    `coverage` offers the layer of who is in charge, which only staff get. A list of the places has to stand beside it.
    `goes`: a tap leads to this address with `at` and the layers that are on; `picks`: it is named with a link to
    this address and its code. `open`: the map opens by itself.
    `points` (an address with a query): GeoJSON of counted points, asked for with `&box=` of what the map shows; each
    has `count`, `href` and, where several lie apart, the box around them as `west`, `south`, `east`, `north`.
    `element` is the custom element that draws it, one made from x-map.
    """
    given: dict[str, Any] = {
        "content": SafeString(content),
        "label": label,
        "box": ",".join(f"{degrees:.6f}" for degrees in box),
        "code": code,
        "coverage": coverage,
        "goes": goes,
        "picks": picks,
        "open": open,
        "element": element,
        "points": points,
        "basemap": settings.BASEMAP,
        "credit": settings.BASEMAP_CREDIT,
    }
    return render_to_string("c/map.html", given)
