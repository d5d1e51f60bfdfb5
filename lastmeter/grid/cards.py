"""Which entries of the desk's menu are for those who manage the ground."""

from django.http import HttpRequest

from lastmeter.accounts.actors import Actor
from lastmeter.grid.layers import loading


def manages_ground(request: HttpRequest) -> bool:
    """Whether this is somebody with a street whose layers they manage."""
    actor: Actor = request.actor  # type: ignore[attr-defined]  # put there by accounts.middleware
    return bool(loading.streets(actor))


GATES = {"/layers/": manages_ground}
