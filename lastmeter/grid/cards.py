"""Which entries of the desk's menu are for those who keep the ground."""

from django.http import HttpRequest

from lastmeter.accounts.actors import Actor
from lastmeter.grid import history_views, keeping
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


GATES = {
    "/posts/": keeps_ground,
    "/coverage/": keeps_ground,
    "/grid/changes/": history_views.keeps_ground,
    "/layers/": manages_street,
}
