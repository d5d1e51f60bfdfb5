"""Who sees figures, who asks for exclusions and decides them, and who publishes a month."""

from django.http import Http404

from lastmeter.accounts.actors import Actor
from lastmeter.grid import scope, tree
from lastmeter.grid.keeping import KEEPERS, LOWEST
from lastmeter.grid.models import Level, Node, Role

PUBLISHERS = (Role.DISPATCHER, Role.SECRETARY, Role.ORGANISER)
LOWEST_PUBLISHER = Level.TOWN
# A formula is one for the whole installation, so those who compare counties look after it.
FORMULA_KEEPERS = (Role.ORGANISER,)


def sees(actor: Actor) -> bool:
    """Whether the actor keeps a desk that figures are about."""
    return scope.has_post(actor, KEEPERS, LOWEST)


def publishes(actor: Actor, path: str) -> bool:
    """Whether the actor may publish the months of the place of that path, and decide exclusions there."""
    return any(path.startswith(start) for start in scope.grounds(actor, PUBLISHERS, LOWEST_PUBLISHER))


def keeps_formulas(actor: Actor) -> bool:
    """Whether the actor may give a rate a new version."""
    return scope.has_post(actor, FORMULA_KEEPERS, Level.COUNTY)


def place(actor: Actor, code: str) -> Node:
    """The place of that code on the actor's ground, by default the first of it. Raises Http404."""
    grounds = scope.grounds(actor, KEEPERS, LOWEST)
    node = tree.named(code) if code else Node.objects.filter(path__in=grounds).order_by("path").first()
    if node is None or not any(node.path.startswith(path) for path in grounds):
        raise Http404
    return node
