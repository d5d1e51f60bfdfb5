"""Who keeps the ground: whose posts let them fill, change and end other posts, and where."""

from lastmeter.accounts.actors import Actor
from lastmeter.grid import scope
from lastmeter.grid.models import KEY_WIDTH, Level, Node, Post, Role

KEEPERS = (Role.SECRETARY, Role.GRID_HEAD, Role.COMMUNITY_CLERK, Role.DISPATCHER, Role.ORGANISER)
# Who may change the ground itself: an organiser looks after members, not after borders.
DRAWERS = (Role.SECRETARY, Role.GRID_HEAD, Role.COMMUNITY_CLERK, Role.DISPATCHER)
LOWEST = Level.COMMUNITY  # a grid's own people do not appoint each other


def ground(actor: Actor) -> list[str]:
    """The paths whose posts the actor keeps, outermost only; empty for whoever keeps none."""
    return scope.grounds(actor, KEEPERS, LOWEST)


def keeps(actor: Actor, path: str) -> bool:
    """Whether the node of that path lies on the actor's ground."""
    return any(path.startswith(start) for start in ground(actor))


def may_draw(actor: Actor, node: Node) -> bool:
    """Whether the actor looks after the ground around the node, and so its border: a post at its parent or above."""
    return scope.holds(actor, DRAWERS, node.path[:-KEY_WIDTH])


def path_of(post: Post) -> str:
    """The path of the post's node, or of the node whose ground its unit serves."""
    if post.node is not None:
        return post.node.path
    return post.unit.node.path if post.unit is not None else ""
