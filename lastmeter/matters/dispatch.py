"""分派: whose turn it is — a unit or a person signs and handles; the desk takes it back."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.dossiers import access
from lastmeter.grid.models import Unit
from lastmeter.kit import bulk
from lastmeter.kit.text import on_record
from lastmeter.kit.zhtime import CHINA
from lastmeter.matters import profiles, promises
from lastmeter.matters.catalogue import community
from lastmeter.matters.models import Assignment, Category, Matter, Part, Urgency
from lastmeter.matters.screening import classify, name_as
from lastmeter.matters.steps import end_assignment, lay_with, move, move_many, tell_stories, tell_story
from lastmeter.matters.talking import tell
from lastmeter.matters.timing.binding import tell_changed, tell_changed_many


@transaction.atomic
def dispatch(
    matter: Matter,
    *,
    unit: Unit | None = None,
    user: User | None = None,
    request: str = "",
    category: Category | None = None,
    urgency: Urgency | None = None,
    by: Actor,
    now: datetime,
) -> Assignment:
    """Give a matter to a unit or to a person, with what is asked of them. A reported one is accepted by this.

    Raises NotAsked for what a community may not be asked to do, whoever dispatches it.
    """
    if (unit is None) == (user is None):
        raise ValueError("a matter is dispatched to one unit or to one person")
    if name_as(matter, category=category, urgency=urgency):
        profiles.choose_again(matter, by=by, now=now)
    move(matter, "dispatch", by=by, now=now)
    [assignment] = give_many([matter], unit=unit, user=user, request=request, by=by, now=now)
    _tell_given([matter], unit=unit, request=request, by=by, now=now)
    tell_changed(matter, classify(matter, now=now), by=by, now=now)
    tell.assigned([matter], "dispatched", _("分派给您"), by=by, now=now)
    return assignment


@transaction.atomic
def dispatch_many(
    matters: Sequence[Matter],
    *,
    unit: Unit | None = None,
    user: User | None = None,
    request: str = "",
    by: Actor,
    now: datetime,
) -> None:
    """`dispatch` for matters whose rows the caller holds locked, each allowed: a few statements.

    The staff is not told of each: the caller tells once of all. Raises Overtaken, NotAsked.
    """
    move_many(matters, "dispatch", now=now)
    give_many(matters, unit=unit, user=user, request=request, by=by, now=now)
    _tell_given(matters, unit=unit, request=request, by=by, now=now)
    tell_changed_many(matters, promises.recount_many(matters, now=now), by=by, now=now)


def _tell_given(matters: Sequence[Matter], *, unit: Unit | None, request: str, by: Actor, now: datetime) -> None:
    words, unit_id = (
        on_record(_("交由%(who)s办理。"), who=unit.name if unit else _("网格员")),
        unit.pk if unit else None,
    )
    said = [(matter, words) for matter in matters]
    tell_stories(said, "dispatched", by=by, now=now, public=True, unit_id=unit_id)
    if request:
        tell_stories([(matter, request) for matter in matters], "requested", by=by, now=now)


@transaction.atomic
def take(matter: Matter, *, by: Actor, now: datetime) -> Assignment:
    """我来办: a worker takes what was reported in the own grid."""
    if by.user is None:
        raise ValueError("only a person takes a matter")
    move(matter, "take", by=by, now=now)
    assignment = assign(matter, unit=None, user=by.user, request="", by=by, now=now)
    Assignment.objects.filter(pk=assignment.pk).update(signed_at=now)
    tell_story(matter, "taken", by=by, now=now, public=True)
    return assignment


def give(
    matter: Matter, *, unit: Unit | None, user: User | None, request: str = "", by: Actor, now: datetime
) -> Assignment:
    """Lay a matter with whom somebody else chose. Raises NotAsked for what a community may not be asked to do."""
    [assignment] = give_many([matter], unit=unit, user=user, request=request, by=by, now=now)
    return assignment


def give_many(
    matters: Sequence[Matter], *, unit: Unit | None, user: User | None, request: str = "", by: Actor, now: datetime
) -> list[Assignment]:
    """`give` for many matters, in a few statements."""
    refused = community.refusals(matters, unit=unit, user=user, by=by, today=now.astimezone(CHINA).date())
    for reason in refused.values():
        raise community.NotAsked(reason)
    return _assign_many(matters, unit=unit, user=user, request=request, by=by, now=now)


def assign(
    matter: Matter, *, unit: Unit | None, user: User | None, request: str, by: Actor, now: datetime
) -> Assignment:
    """Lay a matter with a unit or a person from now on; whoever had it is through. Inside the act's transaction."""
    [assignment] = _assign_many([matter], unit=unit, user=user, request=request, by=by, now=now)
    return assignment


def _assign_many(
    matters: Sequence[Matter], *, unit: Unit | None, user: User | None, request: str, by: Actor, now: datetime
) -> list[Assignment]:
    end_assignment(matters, now=now)
    unit_id, user_id = unit.pk if unit else None, user.pk if user else None
    lay_with(matters, unit_id=unit_id, user_id=user_id)
    for each in matters:
        each.unit, each.handler = unit, user  # what is told of them names these: no query for each
    access.grant_many([each.pk for each in matters], unit_id=unit_id, user_id=user_id, role="handler", now=now)
    rows = [
        Assignment(matter=each, unit=unit, user=user, request=request, by_id=by.user_id, at=now) for each in matters
    ]
    return bulk.create(Assignment, rows, keys=True)


@transaction.atomic
def sign(matter: Matter, *, by: Actor, now: datetime) -> None:
    """签收: the unit or person has seen it and answers for it from now on."""
    move(matter, "sign", by=by, now=now)
    Assignment.objects.filter(matter=matter, ended_at=None).update(signed_at=now)
    tell_story(matter, "signed", by=by, now=now, public=True, unit_id=matter.unit_id)


@transaction.atomic
def begin(matter: Matter, *, by: Actor, now: datetime) -> None:
    """开始办理; one that was not signed for yet is signed by this."""
    move(matter, "begin", by=by, now=now)
    Assignment.objects.filter(matter=matter, ended_at=None, signed_at=None).update(signed_at=now)
    tell_story(matter, "begun", by=by, now=now, public=True, unit_id=matter.unit_id)


@transaction.atomic
def recall(matter: Matter, *, reason: str, by: Actor, now: datetime) -> None:
    """收回: the desk takes it back from whoever no longer carries it on, to give it to somebody else."""
    move(matter, "recall", by=by, now=now)
    tell.assigned([matter], "recalled", _("已从您这里收回"), by=by, now=now)
    unit_id = take_off(matter, now=now)
    tell_story(matter, "recalled", reason, by=by, now=now, unit_id=unit_id)


def take_off(matter: Matter, *, now: datetime) -> int | None:
    """End whose turn it is, and their taking part; returns the unit it lay with. Inside the act's transaction."""
    unit_id, user_id = matter.unit_id, matter.handler_id
    end_assignment([matter], now=now)
    lay_with([matter], unit_id=None, user_id=None)
    same = {"unit": unit_id} if unit_id else {"user": user_id}
    if not Part.objects.filter(matter=matter, ended_at=None, **same).exists():  # who still assists goes on seeing it
        access.withdraw(matter.pk, now=now, unit_id=unit_id, user_id=user_id)
    return unit_id
