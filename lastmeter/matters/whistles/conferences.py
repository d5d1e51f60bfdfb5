"""联席会商: for what is unclear between units — called with a date and a chair, ended with decisions that have owners
and dates of their own."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.clocks import deadlines
from lastmeter.dossiers import access
from lastmeter.kit.text import on_record
from lastmeter.kit.zhtime import CHINA, long_date
from lastmeter.matters.models import Conference, Decision, Whistle
from lastmeter.matters.steps import Overtaken
from lastmeter.matters.whistles import legs, lifecycle, owners, steps, tell
from lastmeter.matters.whistles.owners import Owner


@transaction.atomic
def convene(
    whistle: Whistle, *, at: datetime, place: str, chair: str, agenda: str, by: Actor, now: datetime
) -> Conference:
    """召集: units that were called, or else those asked for, are told when and where."""
    held = steps.begin(whistle, "convene", by=by)
    if by.user is None:
        raise ValueError("somebody with a name convenes")
    made = Conference.objects.create(
        whistle=held, at=at, place=place, chair=chair, agenda=agenda, by=by.user, called_at=now
    )
    words = {"at": long_date(at, settings.LANGUAGE_CODE), "place": place, "chair": chair, "agenda": agenda}
    told = on_record(gettext_lazy("%(at)s，%(place)s，%(chair)s主持：%(agenda)s"), **words)
    steps.story(held, "convened", told, by=by, now=now)
    called = {each.unit_id: each.rank for each in held.called.filter(ended_at=None)}
    asked = dict.fromkeys(held.requested.values_list("pk", flat=True), held.rank)
    tell.units(held, called or asked, "convened", gettext_lazy("请参加联席会商"), by=by, now=now)
    return made


class Agreed(NamedTuple):
    """One thing to do: who, what, until when."""

    owner: Owner
    words: str
    due_at: datetime


@transaction.atomic
def conclude(
    conference: Conference, *, minutes: str, agreed: Sequence[Agreed], by: Actor, now: datetime
) -> list[Decision]:
    """记会商结果: each decision is a leg of the whistle with its own deadline. Raises Overtaken the second time."""
    held = steps.begin(conference.whistle, "conclude", by=by)
    if not Conference.objects.filter(pk=conference.pk, held_at=None).update(held_at=now, minutes=minutes):
        raise Overtaken(_("这次会商的结果已经记过了。"))
    made = [_decide(held, conference, each, now=now) for each in agreed]
    legs.count(held, len(made))
    steps.story(held, "concluded", minutes, by=by, now=now)
    units = {each.unit_id: held.rank for each in made if each.unit_id}
    tell.units(held, units, "decided", gettext_lazy("会商定了由你们办的事"), by=by, now=now)
    today = now.astimezone(CHINA).date()
    named = [user for each in made if not each.unit_id for user in owners.people(each, today)]
    tell.people(held, named, "decided", gettext_lazy("会商定了由您办的事"), by=by, now=now)
    tell.blower(held, "concluded", gettext_lazy("会商有结果"), by=by, now=now)
    return made


def _decide(whistle: Whistle, conference: Conference, agreed: Agreed, *, now: datetime) -> Decision:
    """One decision with its clock; whoever does it sees the matter. (A post sees it by its place.)"""
    owner = agreed.owner
    made = Decision.objects.create(
        conference=conference, whistle=whistle, unit=owner.unit, post=owner.post, user=owner.user, words=agreed.words,
        due_at=agreed.due_at,
    )  # fmt: skip
    clock = legs.wanted(whistle, lifecycle.DECIDE, now, leg=made.leg, unit_id=made.unit_id, promised=agreed.due_at)
    deadlines.start(whistle.matter_id, [clock], now=now)
    if made.unit_id:
        access.grant_units(whistle.matter_id, [made.unit_id], role="whistled", now=now)
    if made.user_id:
        access.grant_user(whistle.matter_id, made.user_id, role="whistled", now=now)
    return made


@transaction.atomic
def finish(decision: Decision, *, result: str, by: Actor, now: datetime) -> None:
    """办完议定事项, by its owner. Raises Overtaken the second time."""
    owners.require(by, decision)
    held = steps.begin(decision.whistle, "decision_done", by=by)
    if not Decision.objects.filter(pk=decision.pk, done_at=None).update(done_at=now, result=result):
        raise Overtaken(_("这一项已经办完了。"))
    legs.end_clock(held, [lifecycle.DECIDE], decision.leg, now=now)
    legs.count(held, -1)
    words = on_record(gettext_lazy("%(unit)s：%(words)s"), unit=decision.owner, words=result)
    steps.story(held, "decision_done", words, by=by, now=now, unit_id=decision.unit_id)
