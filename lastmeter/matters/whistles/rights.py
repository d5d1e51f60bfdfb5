"""Who may do what with a whistle: posts at its places, posts in its units, or having blown it."""

from lastmeter.accounts.actors import Actor
from lastmeter.grid import scope
from lastmeter.grid.models import Level, Role
from lastmeter.matters import policy
from lastmeter.matters.models import Called, Matter, Tier, Whistle
from lastmeter.matters.whistles import lifecycle

BLOWERS = policy.ABILITIES["blow"]
HEADS = (Role.SECRETARY, Role.GRID_HEAD, Role.ORGANISER)
ROUTERS = (*policy.DESKS, Role.ORGANISER)
# tier → the level that hears it and calls the units
HEARS = {Tier.GRID: Level.COMMUNITY, Tier.COMMUNITY: Level.TOWN, Tier.STREET: Level.COUNTY}
HIGHER = {Tier.GRID: Tier.COMMUNITY, Tier.COMMUNITY: Tier.STREET}


def blowing_post(actor: Actor, matter: Matter) -> scope.Held | None:
    """The post from which this actor blows on this matter: of those that may, the highest; None when there is none."""
    path = matter.dossier.path
    held = [post for post in scope.held(actor) if post.node_id and post.role in BLOWERS and path.startswith(post.path)]
    return min(held, key=lambda post: post.level, default=None)


def tier_of(level: int) -> Tier:
    """Which way a whistle goes that is blown at a level."""
    if level >= Level.GRID:
        return Tier.GRID
    return Tier.COMMUNITY if level == Level.COMMUNITY else Tier.STREET


def is_blower(actor: Actor, whistle: Whistle) -> bool:
    """Whether the actor blew it, or works where it was blown: it goes on when somebody leaves."""
    if actor.user is None:
        return False
    if whistle.blown_by_id == actor.user_id:
        return True
    return any(post.node_id == whistle.origin_id and post.role in BLOWERS for post in scope.held(actor))


def is_head(actor: Actor, whistle: Whistle) -> bool:
    """Whether the actor heads the level that blew it, or one above."""
    return _at_or_above(actor, HEADS, whistle, whistle.origin.level)


def heads_here(actor: Actor, path: str, level: int) -> bool:
    """Whether the actor heads the place of that level on this path, or one above: their own whistle needs no other."""
    return any(post.role in HEADS and post.level <= level and path.startswith(post.path) for post in _nodes(actor))


def is_router(actor: Actor, whistle: Whistle) -> bool:
    """Whether the actor calls the units: the desk of the level that hears it, or one above."""
    return _at_or_above(actor, ROUTERS, whistle, HEARS[Tier(whistle.tier)])


def _at_or_above(actor: Actor, roles: tuple[str, ...], whistle: Whistle, level: int) -> bool:
    path = whistle.matter.dossier.path
    return any(post.role in roles and post.level <= level and path.startswith(post.path) for post in _nodes(actor))


def _nodes(actor: Actor) -> list[scope.Held]:
    return [post for post in scope.held(actor) if post.node_id]


def works_for(actor: Actor, unit_id: int) -> bool:
    """Whether the actor acts for this unit."""
    return scope.in_unit(actor, unit_id, policy.HANDLERS)


def units_of(actor: Actor) -> list[int]:
    """The units for which the actor acts."""
    return [post.unit_id for post in scope.held(actor) if post.unit_id and post.role in policy.HANDLERS]


def may(actor: Actor, who: str, whistle: Whistle) -> bool:
    """Whether the actor is whoever the table names. A unit's own legs are checked with the leg, see `require_unit`,
    and who does what was decided with the decision, see `owners.require`."""
    if actor.kind == "system" or who == lifecycle.OWNER:
        return True
    if who == lifecycle.BLOWER:
        return is_blower(actor, whistle)
    if who == lifecycle.HEAD:
        return is_head(actor, whistle)
    if who == lifecycle.ROUTER:
        return is_router(actor, whistle)
    called = [each for each in whistle.called.all() if works_for(actor, each.unit_id)]
    if who == lifecycle.LEAD:
        return is_blower(actor, whistle) or any(each.role == Called.Role.LEAD for each in called)
    return bool(called)


def require_unit(actor: Actor, unit_id: int) -> None:
    """Raise NotAllowed unless the actor acts for this unit: one unit never signs for another."""
    if actor.kind != "system" and not works_for(actor, unit_id):
        raise policy.not_allowed()
