"""分派: whose turn it is — a unit or a person signs, handles, or sends it back with the reason."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.clocks import deadlines
from lastmeter.dossiers import access
from lastmeter.grid.models import Unit
from lastmeter.kit import bulk
from lastmeter.kit.text import on_record
from lastmeter.matters import tell
from lastmeter.matters.intake import ANSWER
from lastmeter.matters.models import Assignment, Category, Matter, Urgency
from lastmeter.matters.screening import classify
from lastmeter.matters.steps import end_assignment, lay_with, move, move_many, tell_stories, tell_story


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
    """Give a matter to a unit or to a person, with what is asked of them. A reported one is accepted by this."""
    if (unit is None) == (user is None):
        raise ValueError("a matter is dispatched to one unit or to one person")
    move(matter, "dispatch", by=by, now=now)
    classify(matter, category=category, urgency=urgency)
    assignment = _assign(matter, unit=unit, user=user, request=request, by=by, now=now)
    words = on_record(_("交由%(who)s办理。"), who=unit.name if unit else _("网格员"))
    tell_story(matter, "dispatched", words, by=by, now=now, public=True, unit_id=unit.pk if unit else None)
    if request:
        tell_story(matter, "requested", request, by=by, now=now)
    tell.assigned([matter], "dispatched", _("分派给您"), by=by, now=now)
    return assignment


@transaction.atomic
def take(matter: Matter, *, by: Actor, now: datetime) -> Assignment:
    """我来办: a worker takes what was reported in the own grid."""
    if by.user is None:
        raise ValueError("only a person takes a matter")
    move(matter, "take", by=by, now=now)
    assignment = _assign(matter, unit=None, user=by.user, request="", by=by, now=now)
    Assignment.objects.filter(pk=assignment.pk).update(signed_at=now)
    tell_story(matter, "taken", by=by, now=now, public=True)
    deadlines.end(matter.pk, [ANSWER], now=now)
    return assignment


def _assign(
    matter: Matter, *, unit: Unit | None, user: User | None, request: str, by: Actor, now: datetime
) -> Assignment:
    end_assignment(matter, now=now)
    lay_with(matter, unit_id=unit.pk if unit else None, user_id=user.pk if user else None)
    if unit:
        access.grant_units(matter.pk, [unit.pk], role="handler", now=now)
    elif user:
        access.grant_user(matter.pk, user.pk, role="handler", now=now)
    return Assignment.objects.create(matter=matter, unit=unit, user=user, request=request, by_id=by.user_id, at=now)


@transaction.atomic
def sign(matter: Matter, *, by: Actor, now: datetime) -> None:
    """签收: the unit or person has seen it and answers for it from now on."""
    move(matter, "sign", by=by, now=now)
    Assignment.objects.filter(matter=matter, ended_at=None).update(signed_at=now)
    tell_story(matter, "signed", by=by, now=now, public=True, unit_id=matter.unit_id)
    deadlines.end(matter.pk, [ANSWER], now=now)


@transaction.atomic
def begin(matter: Matter, *, by: Actor, now: datetime) -> None:
    """开始办理; one that was not signed for yet is signed by this."""
    move(matter, "begin", by=by, now=now)
    Assignment.objects.filter(matter=matter, ended_at=None, signed_at=None).update(signed_at=now)
    tell_story(matter, "begun", by=by, now=now, public=True, unit_id=matter.unit_id)
    deadlines.end(matter.pk, [ANSWER], now=now)


@transaction.atomic
def send_back(matter: Matter, *, reason: str, by: Actor, now: datetime) -> None:
    """退回 to the desk with the reason; the unit or person no longer takes part."""
    unit_id = _take_off(matter, "send_back", by=by, now=now)
    tell_story(matter, "sent_back", reason, by=by, now=now, unit_id=unit_id)
    tell.desk([matter], "sent_back", _("承办方退回"), by=by, now=now)


@transaction.atomic
def recall(matter: Matter, *, reason: str, by: Actor, now: datetime) -> None:
    """收回: the desk takes it back from whoever no longer carries it on, to give it to somebody else."""
    tell.assigned([matter], "recalled", _("已从您这里收回"), by=by, now=now)
    unit_id = _take_off(matter, "recall", by=by, now=now)
    tell_story(matter, "recalled", reason, by=by, now=now, unit_id=unit_id)


def _take_off(matter: Matter, act: str, *, by: Actor, now: datetime) -> int | None:
    """End whose turn it is; returns the unit it lay with."""
    unit_id, user_id = matter.unit_id, matter.handler_id
    move(matter, act, by=by, now=now)
    end_assignment(matter, now=now)
    lay_with(matter, unit_id=None, user_id=None)
    access.withdraw(matter.pk, now=now, unit_id=unit_id, user_id=user_id)
    return unit_id


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
    """`dispatch` for matters whose rows the caller holds locked, each allowed and reported or filed: few statements.

    Nobody is told of each: the caller tells once of all. Raises Overtaken.
    """
    ids = [each.pk for each in matters]
    move_many(matters, "dispatch", now=now)
    Assignment.objects.filter(matter__in=ids, ended_at=None).update(ended_at=now)
    Matter.objects.filter(pk__in=ids).update(unit=unit, handler=user)
    access.grant_many(
        ids, unit_id=unit.pk if unit else None, user_id=user.pk if user else None, role="handler", now=now
    )
    bulk.create(
        Assignment,
        [Assignment(matter_id=pk, unit=unit, user=user, request=request, by_id=by.user_id, at=now) for pk in ids],
    )
    words = on_record(_("交由%(who)s办理。"), who=unit.name if unit else _("网格员"))
    tell_stories(matters, "dispatched", words, by=by, now=now, public=True, unit_id=unit.pk if unit else None)
    if request:
        tell_stories(matters, "requested", request, by=by, now=now)
