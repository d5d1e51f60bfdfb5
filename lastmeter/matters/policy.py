"""Who may do what with a matter: abilities follow from posts held at its place, or from being its handler."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from lastmeter.accounts.actors import Actor
from lastmeter.grid import scope
from lastmeter.grid.models import Level, Role
from lastmeter.matters import lifecycle
from lastmeter.matters.models import Matter

WORKERS = (
    Role.GRID_WORKER,
    Role.PART_TIME_WORKER,
    Role.GRID_HEAD,
    Role.SMALL_GRID_HEAD,
    Role.BUILDING_HEAD,
    Role.LANE_HEAD,
    Role.HUB_HOUSEHOLD,
)
DESKS = (Role.COMMUNITY_CLERK, Role.SECRETARY, Role.DISPATCHER)
TOP_DESK = Level.TOWN  # above the street's desk, a whistle or supervision is the way
HANDLERS = (Role.UNIT_HEAD, Role.UNIT_HANDLER)

# Ability → roles that open it at the matter's node or above. "handle" also opens by assignment, see `may`.
ABILITIES: dict[str, tuple[Role, ...]] = {
    "report": (*WORKERS, *DESKS, Role.LIAISON),
    "settle": (*WORKERS, Role.COMMUNITY_CLERK, Role.SECRETARY),
    "take": (*WORKERS, Role.COMMUNITY_CLERK, Role.SECRETARY),
    "send_up": (*WORKERS, Role.COMMUNITY_CLERK, Role.SECRETARY),
    "screen": DESKS,
    "dispatch": DESKS,
    "handle": (),
    "rule": (),  # nobody: the system follows a rule
    "ask": (*WORKERS, *DESKS),
    "note": (*WORKERS, *DESKS, Role.LIAISON),
    "close": DESKS,
    "tell": (*WORKERS, *DESKS),
    "outside": DESKS,
    "revisit": DESKS,
    "archive": DESKS,
    "reveal": (*WORKERS, *DESKS),
}
BY_ASSIGNMENT = {"handle", "reveal", "ask", "note", "tell", "outside"}


class NotAllowed(PermissionDenied):
    """The actor sees the matter but holds no post that may do this."""


def may(actor: Actor, ability: str, matter: Matter) -> bool:
    """Whether the actor's posts, or the assignment, open this ability on this matter."""
    if actor.kind == "system":
        return True
    if actor.user is None:
        return False
    if ability in BY_ASSIGNMENT and is_handler(actor, matter):
        return True
    if ability == "settle" and matter.handler_id == actor.user_id:
        return True
    return scope.holds(actor, ABILITIES[ability], matter.dossier.path)


def is_handler(actor: Actor, matter: Matter) -> bool:
    """Whether the matter lies with the actor in person or with a unit that the actor handles for."""
    if actor.user is None:
        return False
    if matter.handler_id == actor.user_id:
        return True
    return matter.unit_id is not None and scope.in_unit(actor, matter.unit_id, HANDLERS)


def require(actor: Actor, ability: str, matter: Matter) -> None:
    """Raise NotAllowed with a sentence when the actor may not."""
    if not may(actor, ability, matter):
        raise NotAllowed(_("您现在的岗位不能做这一步。"))


def acts_for(actor: Actor, matter: Matter) -> list[lifecycle.Transition]:
    """The acts that the table and the actor's posts allow now, in the table's order."""
    step = matter.dossier.step
    return [
        each
        for each in lifecycle.acts_from(step)
        if each.who != "requester"
        and may(actor, each.who, matter)
        and not (each.act == "send_up" and matter.desk_level <= TOP_DESK)
    ]


def works_at_desk(actor: Actor) -> bool:
    """Whether the actor holds a desk post anywhere: they see the queue."""
    return _holds_any(actor, DESKS)


def works_in_field(actor: Actor) -> bool:
    """Whether the actor holds a worker's post anywhere: they see 今日."""
    return _holds_any(actor, WORKERS)


def only_handles(actor: Actor) -> bool:
    """Whether the actor handles for a unit and keeps no desk: their list is what was given to them."""
    return works_for_unit(actor) and not works_at_desk(actor)


def settles_on_the_spot(actor: Actor) -> bool:
    """Whether the actor may settle what they find: workers and the community's desk."""
    return _holds_any(actor, ABILITIES["settle"])


def files_for_others(actor: Actor) -> bool:
    """Whether the actor may write down what somebody else reports: workers and desks."""
    return _holds_any(actor, ABILITIES["report"])


def works_for_unit(actor: Actor) -> bool:
    """Whether the actor handles for a unit."""
    return _holds_any(actor, HANDLERS)


def _holds_any(actor: Actor, roles: Iterable[Role]) -> bool:
    wanted = set(roles)
    return any(each.role in wanted for each in scope.held(actor))
