"""Who is told of what, in which words."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import Actor
from lastmeter.clocks.bells import Climb
from lastmeter.dossiers.models import Dossier
from lastmeter.grid import posts
from lastmeter.grid.models import Role
from lastmeter.kit.text import on_record
from lastmeter.matters.models import Matter
from lastmeter.matters.policy import DESKS, HANDLERS
from lastmeter.notices import outbox

HEADS = (Role.SECRETARY, Role.GRID_HEAD, Role.DISPATCHER)
NEAREST = (Role.GRID_WORKER, Role.PART_TIME_WORKER, Role.GRID_HEAD)


def reported(dossiers: Sequence[Dossier], *, by: Actor, now: datetime) -> None:
    """A new report: the workers of its grid, or the desk of its community where a grid has nobody."""
    holders = posts.holders_of({dossier.path for dossier in dossiers}, (*NEAREST, Role.COMMUNITY_CLERK))
    _tell_each(
        ((dossier, holders.get(dossier.path, [])) for dossier in dossiers), "reported", _("新的上报"), by=by, now=now
    )


def desk(matter: Matter, kind: str, title: str | Promise, *, by: Actor, now: datetime) -> None:
    """The desk at which the matter lies now."""
    found = posts.holders_of({matter.dossier.path}, DESKS)
    _tell_each([(matter.dossier, found.get(matter.dossier.path, []))], kind, title, by=by, now=now)


def assigned(matter: Matter, kind: str, title: str | Promise, *, by: Actor, now: datetime) -> None:
    """The person or the unit's people with whom the matter lies."""
    users: Iterable[int] = []
    if matter.handler_id:
        users = [matter.handler_id]
    elif matter.unit_id:
        users = posts.unit_people(matter.unit_id, HANDLERS)
    _tell_each([(matter.dossier, list(users))], kind, title, by=by, now=now)


def heads(climbs: Sequence[Climb], *, by: Actor, now: datetime) -> None:
    """Those who head the ground at the level to which each overdue matter has climbed; where nobody does, above it."""
    for number, level in sorted({(each.number, each.level) for each in climbs}):
        dossiers = [each.deadline.dossier for each in climbs if (each.number, each.level) == (number, level)]
        found = posts.nearest_from([dossier.path for dossier in dossiers], level, HEADS)
        audience = [(dossier, found[dossier.path]) for dossier in dossiers]
        _tell_each(audience, f"escalated_{number}", _("逾期未办结，逐级上报"), by=by, now=now)


def _tell_each(
    audience: Iterable[tuple[Dossier, list[int]]], kind: str, title: str | Promise, *, by: Actor, now: datetime
) -> None:
    messages = [
        outbox.Message(
            user_id=user_id,
            kind=f"matter.{kind}",
            title=on_record(_("%(what)s：%(title)s"), what=title, title=dossier.title),
            link=f"/matters/{dossier.number}/",
            key=f"matter.{kind}:{dossier.pk}:{dossier.version}:{now:%Y%m%d%H%M%S}",
        )
        for dossier, users in audience
        for user_id in users
        if user_id != by.user_id
    ]
    if messages:
        outbox.tell_many(messages, now=now)
