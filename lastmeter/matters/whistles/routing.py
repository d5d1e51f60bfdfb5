"""分哨: the duty list names who leads and who assists; the router may call others, more, or let one go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.clocks import deadlines
from lastmeter.dossiers import access
from lastmeter.grid.models import Unit
from lastmeter.kit.text import on_record
from lastmeter.kit.zhtime import CHINA
from lastmeter.matters.catalogue import community, duties
from lastmeter.matters.models import Called, Whistle
from lastmeter.matters.steps import Overtaken
from lastmeter.matters.whistles import legs, lifecycle, steps, tell

Role = Called.Role


@dataclass(frozen=True, slots=True)
class Plan:
    """Who is proposed: the lead's unit, those that assist, and the reason in words ("" when nobody says so)."""

    lead: int | None
    assists: tuple[int, ...]
    reason: str


def propose(whistle: Whistle, *, now: datetime) -> Plan:
    """The duty list's lead and assistants, and whom the blower asked for; without a list the first asked for leads."""
    matter = whistle.matter
    asked = list(whistle.requested.order_by("pk").values_list("pk", flat=True))
    found = duties.propose(matter.dossier.path, matter.category_id, now.astimezone(CHINA).date())
    if found is None:
        return Plan(asked[0] if asked else None, tuple(asked[1:]), "")
    lead = found.lead.unit_id
    named = dict.fromkeys([*(each.unit_id for each in found.assists), *asked])
    return Plan(lead, tuple(pk for pk in named if pk != lead), found.reason)


@transaction.atomic
def route(whistle: Whistle, *, lead: Unit, assists: Sequence[Unit] = (), by: Actor, now: datetime) -> list[Called]:
    """分哨 to one lead and any number of assisting units, each under its own limits.

    Raises NotAsked for a community that may not even be asked to assist in this.
    """
    held = steps.begin(whistle, "route", by=by)
    steps.go(held, "route", routed_by_id=by.user_id, routed_at=now)
    legs.end_clock(held, [lifecycle.ROUTE], legs.leg_of(held), now=now)
    made = [_call(held, lead, Role.LEAD, by=by, now=now)]
    made += [_call(held, unit, Role.ASSIST, by=by, now=now) for unit in assists if unit.pk != lead.pk]
    deadlines.refresh([held.matter_id])
    names = "、".join(each.unit.name for each in made)
    steps.story(held, "routed", names, by=by, now=now)
    told = on_record(gettext_lazy("已请%(units)s到场办理。"), units=names)
    steps.story(held, "gathered", told, by=by, now=now, public=True)
    tell.units(held, {each.unit_id: each.rank for each in made}, "called", gettext_lazy("吹哨，请应哨"), by=by, now=now)
    tell.blower(held, "routed", gettext_lazy("已分哨"), by=by, now=now)
    return made


@transaction.atomic
def call_more(whistle: Whistle, *, unit: Unit, role: str = Role.ASSIST, by: Actor, now: datetime) -> Called:
    """再请一家; raises Overtaken for one that was called already, or a second lead."""
    held = steps.begin(whistle, "call_more", by=by)
    if held.called.filter(unit=unit).exists():
        raise Overtaken(_("这家单位已经请过了。"))
    if role == Role.LEAD and held.called.filter(role=Role.LEAD).exclude(ending=Called.Ending.RELEASED).exists():
        raise Overtaken(_("已经有牵头单位，先请它不用再来。"))
    made = _call(held, unit, role, by=by, now=now)
    deadlines.refresh([held.matter_id])
    steps.story(held, "called_more", unit.name, by=by, now=now)
    tell.units(held, {unit.pk: made.rank}, "called", gettext_lazy("吹哨，请应哨"), by=by, now=now)
    return made


def _call(whistle: Whistle, unit: Unit, role: str, *, by: Actor, now: datetime) -> Called:
    matter = whistle.matter
    community.require(
        path=matter.dossier.path, category_id=matter.category_id, unit=unit, user=None, assisting=True, by=by,
        today=now.astimezone(CHINA).date(),
    )  # fmt: skip
    made = Called.objects.create(whistle=whistle, unit=unit, role=role, rank=whistle.rank, called_at=now)
    clocks = [legs.wanted(whistle, kind, now, leg=made.leg, unit_id=unit.pk) for kind in lifecycle.OF_UNIT]
    started = deadlines.start_many([(matter.pk, each) for each in clocks], now=now)
    dates = {each.kind: each.due_at for each in started}
    made.sign_by, made.arrive_by = dates.get(lifecycle.SIGN), dates.get(lifecycle.ARRIVE)
    made.work_by = dates.get(lifecycle.WORK)
    made.save(update_fields=["sign_by", "arrive_by", "work_by"])
    legs.count(whistle, 1)
    access.grant_units(matter.pk, [unit.pk], role="whistled", now=now)
    return made


@transaction.atomic
def release(called: Called, *, reason: str, by: Actor, now: datetime) -> None:
    """不用再来, with the reason: the wrong unit, or its objection holds. Raises Overtaken when it has ended."""
    held = steps.begin(called.whistle, "release", by=by)
    done = {"ending": Called.Ending.RELEASED, "ended_at": now, "ended_by": by.user_id, "measures": reason}
    if not Called.objects.filter(pk=called.pk, ended_at=None).update(**done):
        raise Overtaken(_("这家单位已经结束了。"))
    legs.end_clock(held, None, called.leg, now=now, void=True)
    legs.count(held, -1)
    if not held.decisions.filter(unit=called.unit_id, done_at=None).exists():
        legs.leave(held, [called.unit_id], now=now)
    words = on_record(gettext_lazy("%(unit)s：%(reason)s"), unit=called.unit.name, reason=reason)
    steps.story(held, "released", words, by=by, now=now)
    tell.units(held, {called.unit_id: called.rank}, "released", gettext_lazy("不用再应哨"), by=by, now=now)
