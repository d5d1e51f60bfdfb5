"""Which entries of the desk's menu are for those who manage ground."""

from django.http import HttpRequest

from lastmeter.accounts.actors import Actor
from lastmeter.grid.proposals import proposing


def manages_ground(request: HttpRequest) -> bool:
    """Whether a proposal of grids can be asked for."""
    actor: Actor = request.actor  # type: ignore[attr-defined]  # put there by accounts.middleware
    return bool(proposing.places(actor))


GATES = {"/grid/proposals/": manages_ground}
