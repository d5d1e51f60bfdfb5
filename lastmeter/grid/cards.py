"""What the grid puts on the homes, and which entries of the desk's menu are for those who keep the ground."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.grid import history_views, keeping, openings, plates
from lastmeter.grid.layers import loading


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]  # put there by accounts.middleware
    return actor


def keeps_ground(request: HttpRequest) -> bool:
    """Whether this person fills and ends the posts of some ground."""
    return bool(keeping.ground(_actor(request)))


def manages_street(request: HttpRequest) -> bool:
    """Whether this is somebody with a street whose layers they manage."""
    return bool(loading.streets(_actor(request)))


def keeps_plates(request: HttpRequest) -> bool:
    """Whether somebody keeps the plates of a place."""
    return bool(plates.grounds(_actor(request)))


def open_posts(request: HttpRequest) -> str:
    """For residents: the first open posts; nothing when there are none."""
    found = list(openings.running(timezone.localdate())[:3])
    return render_to_string("grid/openings/card.html", {"openings": found}, request) if found else ""


CARDS = [("resident", 60, open_posts)]
GATES = {
    "/posts/": keeps_ground,
    "/coverage/": keeps_ground,
    "/grid/changes/": history_views.keeps_ground,
    "/layers/": manages_street,
    "/plates/": keeps_plates,
}
