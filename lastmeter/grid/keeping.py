"""Who keeps the ground: whose posts let them fill, change and end other posts, and where."""

from django.db.models import Q

from lastmeter.accounts.actors import Actor
from lastmeter.grid import scope
from lastmeter.grid.models import Level, Post, Role

KEEPERS = (Role.SECRETARY, Role.GRID_HEAD, Role.COMMUNITY_CLERK, Role.DISPATCHER, Role.ORGANISER)
# Who may change the ground itself: an organiser looks after members, not after borders.
DRAWERS = (Role.SECRETARY, Role.GRID_HEAD, Role.COMMUNITY_CLERK, Role.DISPATCHER)
LOWEST = Level.COMMUNITY  # a grid's own people do not appoint each other


def ground(actor: Actor) -> list[str]:
    """The paths whose posts the actor keeps, outermost only; empty for whoever keeps none."""
    nodes = scope.reach(actor).nodes
    return scope.outermost(post.path for post in nodes if post.role in KEEPERS and post.level <= LOWEST)


def keeps(actor: Actor, path: str) -> bool:
    """Whether the node of that path lies on the actor's ground."""
    return any(path.startswith(start) for start in ground(actor))


def inside(paths: list[str], field: str) -> Q:
    """Rows whose path in `field` lies on that ground; none for no ground."""
    condition = Q(pk__in=[])
    for path in paths:
        condition |= Q(**{f"{field}__gte": path, f"{field}__lt": path + "~"})
    return condition


def path_of(post: Post) -> str:
    """The path of the post's node, or of the node whose ground its unit serves."""
    if post.node is not None:
        return post.node.path
    return post.unit.node.path if post.unit is not None else ""
