"""Which entries of the desk's menu are for those who keep the ground."""

from django.http import HttpRequest

from lastmeter.accounts.actors import Actor
from lastmeter.grid import keeping


def keeps_ground(request: HttpRequest) -> bool:
    """Whether this person fills and ends the posts of some ground."""
    actor: Actor = request.actor  # type: ignore[attr-defined]  # put there by accounts.middleware
    return bool(keeping.ground(actor))


GATES = {"/posts/": keeps_ground, "/coverage/": keeps_ground}
