"""What a web process does before it takes requests, so that nobody's first page waits for it."""

from contextlib import suppress

from django.db import DatabaseError, close_old_connections
from django.template.loader import get_template
from django.urls import get_resolver

from lastmeter.grid import locate

PAGES = (
    "web/homes/resident.html",
    "web/homes/desk.html",
    "web/homes/field.html",
    "grid/node.html",
    "grid/map/page.html",
)


def warm() -> None:
    """Import the views, compile the frames, read today's polygons and draw their raster: one to three seconds.

    A database that does not answer yet is no reason not to start; the first request will say so.
    """
    len(get_resolver().url_patterns)
    for name in PAGES:
        get_template(name)
    with suppress(DatabaseError):
        locate.current().draw()
    close_old_connections()
