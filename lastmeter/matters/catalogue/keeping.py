"""Who keeps the catalogues: schemes and lists at the county or above, duties also at the town."""

from lastmeter.accounts import administrators
from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import AdministratorKind
from lastmeter.grid import scope
from lastmeter.grid.models import Level, Role

KEEPERS = (Role.SECRETARY, Role.DISPATCHER, Role.ORGANISER)
LISTS_AT = Level.COUNTY  # a street that wrote its own list would decide what it may hand down
DUTIES_AT = Level.TOWN


def looks(actor: Actor) -> bool:
    """Whether the actor may look at the catalogues: whoever holds a post, and the system's administrator."""
    return bool(scope.held(actor)) or _administers(actor)


def keeps_schemes(actor: Actor) -> bool:
    """Whether the actor may load schemes, which hold for the whole installation."""
    return actor.kind == "system" or scope.has_post(actor, KEEPERS, LISTS_AT) or _administers(actor)


def list_grounds(actor: Actor) -> list[str]:
    """The paths for which the actor drafts lists and records their approval."""
    return scope.grounds(actor, KEEPERS, LISTS_AT)


def duty_grounds(actor: Actor) -> list[str]:
    """The paths for which the actor keeps the duty list."""
    return scope.grounds(actor, KEEPERS, DUTIES_AT)


def _administers(actor: Actor) -> bool:
    return administrators.kind_of(actor) == AdministratorKind.SYSTEM
