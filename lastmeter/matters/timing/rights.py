"""Who may move a matter's dates, and who stands above whoever asks for it."""

from lastmeter.accounts.actors import Actor
from lastmeter.grid import scope
from lastmeter.grid.models import Role
from lastmeter.matters import policy
from lastmeter.matters.models import Matter

DECIDERS = (*policy.DESKS, Role.ORGANISER)
SUPERVISORS = (Role.SECRETARY, Role.DISPATCHER, Role.ORGANISER)
BELOW_EVERY_DESK = 9  # the level of somebody who handles and keeps no desk (grid.Level ends at 7)


def asking_level(actor: Actor, matter: Matter) -> int:
    """The level of the desk for which somebody asks: their highest one over the matter's place."""
    return min((level for level in _levels(actor, matter, DECIDERS)), default=BELOW_EVERY_DESK)


def may_decide(actor: Actor, matter: Matter, *, asked_level: int) -> bool:
    """Whether the actor keeps a desk above that of whoever asked."""
    return any(level < asked_level for level in _levels(actor, matter, DECIDERS))


def may_supervise(actor: Actor, matter: Matter) -> bool:
    """Whether the actor's post stands above the desk at which the matter lies."""
    return any(level < matter.desk_level for level in _levels(actor, matter, SUPERVISORS))


def may_respond(actor: Actor, matter: Matter) -> bool:
    """Whether an answer is this actor's to give: the handler's, or the desk's while the matter lies with nobody."""
    if policy.is_handler(actor, matter):
        return True
    return not (matter.unit_id or matter.handler_id) and policy.may(actor, "dispatch", matter)


def require(allowed: bool) -> None:
    """Raise NotAllowed with a sentence when the actor may not."""
    if not allowed:
        raise policy.not_allowed()


def _levels(actor: Actor, matter: Matter, roles: tuple[str, ...]) -> list[int]:
    path = matter.dossier.path
    return [post.level for post in scope.reach(actor).nodes if post.role in roles and path.startswith(post.path)]
