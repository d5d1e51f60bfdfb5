"""审核: the head of the level says that it cannot be done there, or turns it away with a reason (坚决防止随意吹哨)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.clocks import deadlines
from lastmeter.kit.text import on_record
from lastmeter.matters.models import Whistle
from lastmeter.matters.whistles import legs, lifecycle, steps, tell


@transaction.atomic
def approve(whistle: Whistle, *, by: Actor, now: datetime) -> None:
    """同意吹哨: to the level that hears it."""
    held = steps.begin(whistle, "approve", by=by)
    steps.go(held, "approve", approved_by_id=by.user_id, approved_at=now)
    legs.end_clock(held, [lifecycle.APPROVE], legs.leg_of(held), now=now)
    steps.story(held, "approved", by=by, now=now)
    hand_on(held, by=by, now=now)
    tell.blower(held, "approved", gettext_lazy("吹哨已同意"), by=by, now=now)
    whistle.step, whistle.approved_at = held.step, held.approved_at


def hand_on(whistle: Whistle, *, by: Actor, now: datetime) -> None:
    """An approved whistle waits for whoever calls the units, under its own limit. Inside the act's transaction."""
    clock = legs.wanted(whistle, lifecycle.ROUTE, now, leg=legs.leg_of(whistle))
    deadlines.start(whistle.matter_id, [clock], now=now)
    tell.routers(whistle, "to_route", gettext_lazy("有一哨请分哨"), by=by, now=now)


@transaction.atomic
def turn_away(whistle: Whistle, *, ground: Whistle.Turned, reason: str, by: Actor, now: datetime) -> None:
    """退回 by the head, before anybody is called: with the ground and the reason, also for misuse."""
    _turn(whistle, "turn_away", ground, reason, by=by, now=now)


@transaction.atomic
def refuse(whistle: Whistle, *, ground: Whistle.Turned, reason: str, by: Actor, now: datetime) -> None:
    """退回不分 by the level that hears it."""
    _turn(whistle, "refuse", ground, reason, by=by, now=now)


def _turn(whistle: Whistle, act: str, ground: Whistle.Turned, reason: str, *, by: Actor, now: datetime) -> None:
    held = steps.begin(whistle, act, by=by)
    steps.go(held, act, turned=ground, ended_at=now, ended_words=reason)
    legs.let_go(held, now=now)
    words = on_record(gettext_lazy("%(ground)s：%(reason)s"), ground=on_record(ground.label), reason=reason)
    steps.story(held, "turned_away", words, by=by, now=now)
    tell.blower(held, "turned_away", gettext_lazy("吹哨被退回"), by=by, now=now)
