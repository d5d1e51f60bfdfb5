"""Who is told of what, in which words."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, TypeAlias

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import Actor
from lastmeter.clocks.bells import Climb
from lastmeter.dossiers.brief import Brief
from lastmeter.dossiers.models import Dossier
from lastmeter.grid import posts
from lastmeter.grid.models import Level, Role
from lastmeter.kit.text import on_record
from lastmeter.matters import promises
from lastmeter.matters.models import Matter, Part, Urgency
from lastmeter.matters.policy import DECIDERS, DESKS, HANDLERS
from lastmeter.matters.whistles import lifecycle as whistling
from lastmeter.notices import outbox

HEADS = (Role.SECRETARY, Role.GRID_HEAD, Role.DISPATCHER)
CLIMBED = _("逾期未办结，逐级上报")
CLIMBED_OF = {
    promises.DISPUTE: _("争议逾期未裁定，逐级上报"),
    promises.TRANSFER: _("转办申请逾期未答复，逐级上报"),
    whistling.APPROVE: _("吹哨逾期未审核，逐级上报"),
    whistling.ROUTE: _("吹哨逾期未分哨，逐级上报"),
    whistling.SIGN: _("单位逾期没有应哨，逐级上报"),
    whistling.WORK: _("应哨单位逾期未办结，逐级上报"),
    whistling.DECIDE: _("议定事项逾期未办，逐级上报"),
}
NEAREST = (Role.GRID_WORKER, Role.PART_TIME_WORKER, Role.GRID_HEAD)


class Lying(NamedTuple):
    """A matter of which no more is known than with whom it lies: what the sweep carries of thousands."""

    dossier: Brief
    unit_id: int | None
    handler_id: int | None


Told: TypeAlias = Matter | Lying


def reported(dossiers: Sequence[Dossier], *, by: Actor, now: datetime) -> None:
    """A new report: the workers of its grid, or the desk of its community where a grid has nobody."""
    holders = posts.holders_of({dossier.path for dossier in dossiers}, (*NEAREST, Role.COMMUNITY_CLERK))
    _tell_each(
        ((dossier, holders.get(dossier.path, [])) for dossier in dossiers), "reported", _("新的上报"), by=by, now=now
    )


def nearest(matters: Iterable[Matter], kind: str, title: str | Promise, *, by: Actor, now: datetime) -> None:
    """The workers of each matter's grid, or the desk of its community where a grid has nobody."""
    dossiers = [matter.dossier for matter in matters]
    holders = posts.holders_of({dossier.path for dossier in dossiers}, (*NEAREST, Role.COMMUNITY_CLERK))
    _tell_each(((dossier, holders.get(dossier.path, [])) for dossier in dossiers), kind, title, by=by, now=now)


def desk(matters: Iterable[Told], kind: str, title: str | Promise, *, by: Actor, now: datetime) -> None:
    """The desks at which these matters lie now."""
    dossiers = [matter.dossier for matter in matters]
    found = posts.holders_of({dossier.path for dossier in dossiers}, DESKS)
    _tell_each(((dossier, found[dossier.path]) for dossier in dossiers), kind, title, by=by, now=now)


def assigned(matters: Iterable[Told], kind: str, title: str | Promise, *, by: Actor, now: datetime) -> None:
    """The person or the unit's people with whom each of these matters lies."""
    held = list(matters)
    people = posts.people_of_units([each.unit_id for each in held if each.unit_id and not each.handler_id], HANDLERS)
    audience = (
        (matter.dossier, [matter.handler_id] if matter.handler_id else people.get(matter.unit_id or 0, []))
        for matter in held
    )
    _tell_each(audience, kind, title, by=by, now=now)


def deciders(matters: Iterable[Told], kind: str, title: str | Promise, *, by: Actor, now: datetime) -> None:
    """Who decides whose duty it is: the nearest dispatcher from the street up."""
    dossiers = [matter.dossier for matter in matters]
    found = posts.nearest_from([dossier.path for dossier in dossiers], Level.TOWN, DECIDERS)
    _tell_each(((dossier, found[dossier.path]) for dossier in dossiers), kind, title, by=by, now=now)


def leading(matters: Iterable[Told], kind: str, title: str | Promise, *, by: Actor, now: datetime) -> None:
    """Whoever leads each of these matters: with whom it lies, else the desk."""
    held = list(matters)
    lying = [each for each in held if each.unit_id or each.handler_id]
    assigned(lying, kind, title, by=by, now=now)
    desk([each for each in held if not (each.unit_id or each.handler_id)], kind, title, by=by, now=now)


def partner(part: Part, kind: str, title: str | Promise, *, by: Actor, now: datetime) -> None:
    """The person or the unit's people who do a part of the work."""
    partners([part], kind, title, by=by, now=now)


def partners(parts: Sequence[Part], kind: str, title: str | Promise, *, by: Actor, now: datetime) -> None:
    """`partner` for many parts, read with matter and dossier."""
    people = posts.people_of_units([part.unit_id for part in parts if part.unit_id and not part.user_id], HANDLERS)
    audience = [
        (part.matter.dossier, [part.user_id] if part.user_id else people.get(part.unit_id or 0, [])) for part in parts
    ]
    _tell_each(audience, kind, title, by=by, now=now)


def head_of(matter: Matter, level: int, kind: str, title: str | Promise, *, by: Actor, now: datetime) -> None:
    """Who heads the matter's ground at a level; where nobody does, above it."""
    path = matter.dossier.path
    found = posts.nearest_from([path], level, HEADS)
    _tell_each([(matter.dossier, found[path])], kind, title, by=by, now=now)


def heads(climbs: Sequence[Climb], *, by: Actor, now: datetime) -> None:
    """Those who head the ground at the level to which each overdue matter has climbed; where nobody does, above it."""
    groups: defaultdict[tuple[int, int, str], list[Brief]] = defaultdict(list)
    for each in climbs:
        groups[_step(each)].append(each.deadline.dossier)
    for (number, level, what), dossiers in sorted(groups.items()):
        found = posts.nearest_from([dossier.path for dossier in dossiers], level, HEADS)
        audience = [(dossier, found[dossier.path]) for dossier in dossiers]
        kind = f"escalated_{number}_{what}" if what else f"escalated_{number}"
        _tell_each(audience, kind, CLIMBED_OF.get(what, CLIMBED), by=by, now=now)


def _step(climb: Climb) -> tuple[int, int, str]:
    """Number and level of a step, and what climbs where it is not the work itself."""
    kind = climb.deadline.kind
    return climb.number, climb.level, kind if kind in CLIMBED_OF else ""


def desk_above(matter: Matter, level: int, kind: str, title: str | Promise, *, by: Actor, now: datetime) -> None:
    """The nearest desk above the level of whoever asked for a decision; where it has nobody, the one above it."""
    dossier = matter.dossier
    found = posts.nearest_from([dossier.path], min(level - 1, Level.MICRO), (*DESKS, Role.ORGANISER))
    _tell_each([(dossier, found[dossier.path])], kind, title, by=by, now=now)


def person(matter: Matter, user_id: int | None, kind: str, title: str | Promise, *, by: Actor, now: datetime) -> None:
    """One person of the staff, such as whoever asked; nobody when it was nobody with an account."""
    _tell_each([(matter.dossier, [user_id] if user_id else [])], kind, title, by=by, now=now)


def _tell_each(
    audience: Iterable[tuple[Dossier | Brief, list[int]]], kind: str, title: str | Promise, *, by: Actor, now: datetime
) -> None:
    concerned = [(dossier, users) for dossier, users in audience if users]
    if not concerned:
        return
    urgent = _emergencies([dossier.pk for dossier, _users in concerned])
    sentence, what = on_record(_("%(what)s：%(title)s")), on_record(title)
    kind, moment = f"matter.{kind}", f"{now:%Y%m%d%H%M%S}"
    messages = [
        outbox.Message(
            user_id=user_id,
            kind=kind,
            title=sentence % {"what": what, "title": dossier.title},
            link=f"/matters/{dossier.number}/",
            key=f"{kind}:{dossier.pk}:{dossier.version}:{moment}",
            urgent=dossier.pk in urgent,
        )
        for dossier, users in concerned
        for user_id in users
        if user_id != by.user_id
    ]
    if messages:
        outbox.tell_many(messages, now=now)


def _emergencies(dossier_ids: Sequence[int]) -> set[int]:
    """Those of these matters whose messages do not wait for the end of quiet hours."""
    return set(Matter.objects.filter(pk__in=dossier_ids, urgency=Urgency.EMERGENCY).values_list("pk", flat=True))
