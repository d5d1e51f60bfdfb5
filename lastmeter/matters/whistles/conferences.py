"""联席会商: for what is unclear between units — called with a date and a chair, ended with decisions that have owners
and dates of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.clocks import deadlines
from lastmeter.dossiers import access
from lastmeter.grid.models import Unit
from lastmeter.kit.text import on_record
from lastmeter.kit.zhtime import long_date
from lastmeter.matters.models import Conference, Decision, Whistle
from lastmeter.matters.steps import Overtaken
from lastmeter.matters.whistles import legs, lifecycle, rights, steps, tell


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


@dataclass(frozen=True, slots=True)
class Agreed:
    """One thing to do: which unit, what, until when."""

    unit: Unit
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
    made = []
    for each in agreed:
        decision = Decision.objects.create(
            conference=conference, whistle=held, unit=each.unit, words=each.words, due_at=each.due_at
        )
        clock = legs.wanted(held, lifecycle.DECIDE, now, leg=decision.leg, unit_id=each.unit.pk, promised=each.due_at)
        deadlines.start(held.matter_id, [clock], now=now)
        made.append(decision)
    legs.count(held, len(made))
    owners = {each.unit.pk: held.rank for each in agreed}
    access.grant_units(held.matter_id, list(owners), role="whistled", now=now)
    steps.story(held, "concluded", minutes, by=by, now=now)
    tell.units(held, owners, "decided", gettext_lazy("会商定了由你们办的事"), by=by, now=now)
    tell.blower(held, "concluded", gettext_lazy("会商有结果"), by=by, now=now)
    return made


@transaction.atomic
def finish(decision: Decision, *, result: str, by: Actor, now: datetime) -> None:
    """办完议定事项, by its owner. Raises Overtaken the second time."""
    rights.require_unit(by, decision.unit_id)
    held = steps.begin(decision.whistle, "decision_done", by=by)
    if not Decision.objects.filter(pk=decision.pk, done_at=None).update(done_at=now, result=result):
        raise Overtaken(_("这一项已经办完了。"))
    legs.end_clock(held, [lifecycle.DECIDE], decision.leg, now=now)
    legs.count(held, -1)
    words = on_record(gettext_lazy("%(unit)s：%(words)s"), unit=decision.unit.name, words=result)
    steps.story(held, "decision_done", words, by=by, now=now, unit_id=decision.unit_id)
