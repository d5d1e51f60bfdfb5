"""应哨、到场、离场: a unit says it comes, its people sign in on the spot and out again, each with one tap."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.grid import scope
from lastmeter.grid.models import Role
from lastmeter.kit.text import on_record
from lastmeter.matters.models import Attendance, Called, Rank
from lastmeter.matters.steps import Overtaken
from lastmeter.matters.whistles import legs, lifecycle, rights, steps, tell


@transaction.atomic
def sign(called: Called, *, by: Actor, now: datetime) -> None:
    """应哨: the unit has seen it and comes. Raises Overtaken when it has said so, or has ended."""
    rights.require_unit(by, called.unit_id)
    held = steps.begin(called.whistle, "sign", by=by)
    waiting = Called.objects.filter(pk=called.pk, ended_at=None, signed_at=None)
    if not waiting.update(signed_at=now, signed_by=by.user_id, objection="", objected_at=None):
        raise Overtaken(_("已经应哨，或者已经结束了。"))
    legs.end_clock(held, [lifecycle.SIGN], called.leg, now=now)
    steps.story(held, "signed", called.unit.name, by=by, now=now, unit_id=called.unit_id)


@transaction.atomic
def object_to(called: Called, *, reason: str, by: Actor, now: datetime) -> None:
    """不同意应哨, with the reason: whoever routed decides; until then the limits go on."""
    rights.require_unit(by, called.unit_id)
    held = steps.begin(called.whistle, "object", by=by)
    waiting = Called.objects.filter(pk=called.pk, ended_at=None, arrived_at=None)
    if not waiting.update(objection=reason, objected_at=now):
        raise Overtaken(_("已经到场，或者已经结束了。"))
    words = on_record(gettext_lazy("%(unit)s：%(reason)s"), unit=called.unit.name, reason=reason)
    steps.story(held, "objected", words, by=by, now=now, unit_id=called.unit_id)
    tell.routers(held, "objected", gettext_lazy("有单位不同意应哨"), by=by, now=now)


@transaction.atomic
def arrive(
    called: Called,
    *,
    client_ref: str,
    name: str = "",
    rank: int | None = None,
    by: Actor,
    now: datetime,
) -> Attendance:
    """到场签到 of the actor, or of a colleague by name. It is the unit's 应哨 too, when that was not said before.

    A repetition — the same `client_ref`, or the same person who is there already — answers with the first result.
    """
    rights.require_unit(by, called.unit_id)
    if by.user is None:
        raise ValueError("somebody with a name signs in")
    known = Attendance.objects.filter(by=by.user, client_ref=client_ref).first()
    if known is None and not name:
        known = Attendance.objects.filter(called=called, user=by.user, out_at=None).first()
    if known is not None:
        return known
    held = steps.begin(called.whistle, "arrive", by=by)
    known = Attendance.objects.filter(called=called, user=by.user, out_at=None).first() if not name else None
    if known is not None:
        return known
    if not Called.objects.filter(pk=called.pk, ended_at=None).exists():
        raise Overtaken(_("这家单位已经结束了。"))
    made = Attendance.objects.create(
        called=called, user=None if name else by.user, name=name or by.user.name,
        rank=rank or rank_of(by, called.unit_id), in_at=now, by=by.user, client_ref=client_ref,
    )  # fmt: skip
    first = Called.objects.filter(pk=called.pk, arrived_at=None).update(arrived_at=now)
    Called.objects.filter(pk=called.pk, signed_at=None).update(signed_at=now, signed_by=by.user_id)
    legs.end_clock(held, [lifecycle.SIGN, lifecycle.ARRIVE], called.leg, now=now)
    words = {"unit": called.unit.name, "name": made.name, "rank": on_record(Rank(made.rank).label)}
    told = on_record(gettext_lazy("%(unit)s %(name)s（%(rank)s）"), **words)
    steps.story(held, "arrived", told, by=by, now=now, unit_id=called.unit_id)
    if first:
        tell.blower(held, "arrived", gettext_lazy("应哨单位到场"), by=by, now=now)
    return made


def rank_of(actor: Actor, unit_id: int) -> Rank:
    """What somebody's post in the unit says of their rank: its head, or one of its people."""
    return Rank.HEAD if scope.in_unit(actor, unit_id, (Role.UNIT_HEAD,)) else Rank.SECTION


@transaction.atomic
def depart(attendance: Attendance, *, by: Actor, now: datetime) -> None:
    """离场签退; a repetition changes nothing, also when the whistle has gone on since."""
    rights.require_unit(by, attendance.called.unit_id)
    sign_out(attendance, by=by, now=now)


def sign_out(attendance: Attendance, *, by: Actor, now: datetime) -> None:
    """The person is no longer there, whoever says so; nothing when that is known already."""
    if not Attendance.objects.filter(pk=attendance.pk, out_at=None).update(out_at=now):
        return
    words = on_record(gettext_lazy("%(unit)s %(name)s"), unit=attendance.called.unit.name, name=attendance.name)
    steps.story(attendance.called.whistle, "departed", words, by=by, now=now, unit_id=attendance.called.unit_id)
