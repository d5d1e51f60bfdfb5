"""Who may do what with a matter: abilities follow from posts held at its place, or from being its handler."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from lastmeter.accounts.actors import Actor
from lastmeter.grid import scope
from lastmeter.grid.models import Level, Role
from lastmeter.matters import lifecycle
from lastmeter.matters.models import Matter, Objection, Part

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
DECIDERS = (Role.DISPATCHER, Role.ORGANISER)  # whose duty it is, is decided from the street up
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
    "lead": DESKS,
    "blow": (*WORKERS, *DESKS, Role.LIAISON),
    "part": (),
    "check": (*WORKERS, Role.COMMUNITY_CLERK),
    "alarm": (*WORKERS, *DESKS),
    "decide": DECIDERS,
    "rule": (),  # nobody: the system follows a rule
    "ask": (*WORKERS, *DESKS),
    "note": (*WORKERS, *DESKS, Role.LIAISON),
    "close": DESKS,
    "tell": (*WORKERS, *DESKS),
    "outside": DESKS,
    "revisit": DESKS,
    "archive": DESKS,
    "reveal": (*WORKERS, *DESKS),
    "pause": DESKS,
    "extend": DESKS,
    "suspend": DESKS,
    "urge": DESKS,
}
BY_ASSIGNMENT = {"handle", "lead", "reveal", "ask", "note", "tell", "outside", "extend", "suspend"}
BY_PART = {"part", "note"}


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
    if ability in BY_PART and has_part(actor, matter):
        return True
    if ability == "check" and is_handler(actor, matter):
        return False  # nobody confirms on the spot what they have handled themselves
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


def has_part(actor: Actor, matter: Matter) -> bool:
    """Whether a part of the work that is not done yet is the actor's or their unit's."""
    return any(does(actor, part) for part in matter.parts.all() if part.ended_at is None)


def does(actor: Actor, part: Part) -> bool:
    """Whether this part is the actor's in person or lies with a unit that the actor handles for."""
    if part.unit_id is not None:
        return scope.in_unit(actor, part.unit_id, HANDLERS)
    return actor.user is not None and part.user_id == actor.user_id


def require(actor: Actor, ability: str, matter: Matter) -> None:
    """Raise NotAllowed with a sentence when the actor may not."""
    if not may(actor, ability, matter):
        raise not_allowed()


def not_allowed() -> NotAllowed:
    """The refusal in words."""
    return NotAllowed(_("您现在的岗位不能做这一步。"))


def acts_for(actor: Actor, matter: Matter) -> list[lifecycle.Transition]:
    """The acts that the table and the actor's posts allow now and that have something to act on, in table order."""
    found = lifecycle.acts_from(matter.profile, matter.dossier.step)
    mine = {who: may(actor, who, matter) for who in {each.who for each in found} if who != "requester"}
    return [each for each in found if mine.get(each.who) and _stands(each.act, matter)]


WAITS_FOR = {
    "uphold": Objection.Kind.DISPUTE,
    "award": Objection.Kind.DISPUTE,
    "confer": Objection.Kind.DISPUTE,
    "grant_transfer": Objection.Kind.TRANSFER,
    "refuse_transfer": Objection.Kind.TRANSFER,
}


def _stands(act: str, matter: Matter) -> bool:
    """Whether there is something for the act to act on: a level above, an objection that waits, a part not done.

    A whistle is blown where none is running.
    """
    if act == "send_up":
        return matter.desk_level > TOP_DESK
    if act in WAITS_FOR:
        return any(each.kind == WAITS_FOR[act] and each.decided_at is None for each in matter.objections.all())
    if act == "blow":
        return not any(each.ended_at is None for each in matter.whistles.all())
    if act in ("part_sign", "part_finish", "part_cancel"):
        return any(each.ended_at is None for each in matter.parts.all())
    return True


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
