"""办结、评哨、销哨: each unit signs off its own part; done together only when nobody is still at work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.clocks import deadlines
from lastmeter.dossiers import attachments
from lastmeter.dossiers.models import Event
from lastmeter.kit.text import on_record
from lastmeter.kit.uploads import Photo
from lastmeter.matters.models import Attendance, Called, UnitRating, Whistle
from lastmeter.matters.steps import Overtaken
from lastmeter.matters.whistles import legs, lifecycle, rights, steps, tell


def sign_off(called: Called, *, measures: str, photos: Sequence[Photo] = (), by: Actor, now: datetime) -> None:
    """本单位办结: what it did, with evidence. Raises Overtaken before anybody of it was there, or when it has ended."""
    rights.require_unit(by, called.unit_id)
    files = attachments.keep_files(photos)
    with transaction.atomic():
        held = steps.begin(called.whistle, "sign_off", by=by)
        there = Called.objects.filter(pk=called.pk, ended_at=None).exclude(arrived_at=None)
        done = {"measures": measures, "ending": Called.Ending.DONE, "ended_at": now, "ended_by": by.user_id}
        if not there.update(**done):
            raise Overtaken(_("先到场签到，再办结；已经结束的不用再办。"))
        Attendance.objects.filter(called=called, out_at=None).update(out_at=now)
        legs.end_clock(held, list(lifecycle.OF_UNIT), called.leg, now=now)
        legs.count(held, -1)
        words = on_record(gettext_lazy("%(unit)s：%(words)s"), unit=called.unit.name, words=measures)
        told = steps.story(held, "signed_off", words, by=by, now=now, unit_id=called.unit_id)
        attachments.attach(told, photos, files, by=by, now=now)
        if held.open_legs == 0:
            tell.people(held, _finishers(held), "all_done", gettext_lazy("各单位都办完了，请联合办结"), by=by, now=now)


def _finishers(whistle: Whistle) -> list[int]:
    lead = whistle.called.filter(role=Called.Role.LEAD).exclude(ending=Called.Ending.RELEASED).first()
    return [whistle.blown_by_id, *([lead.ended_by_id] if lead and lead.ended_by_id else [])]


def complete(whistle: Whistle, *, result: str, photos: Sequence[Photo] = (), by: Actor, now: datetime) -> None:
    """联合办结 by the lead or the blower, with evidence. Raises Overtaken while a unit or a decision is open."""
    files = attachments.keep_files(photos)
    with transaction.atomic():
        held = steps.begin(whistle, "complete", by=by)
        if held.open_legs:
            raise Overtaken(_("还有单位或议定事项没有办完；确实要办结，由吹哨一级的负责人写明原因。"))
        told = _done(held, "complete", by=by, now=now, result=result)
        attachments.attach(told, photos, files, by=by, now=now)


def complete_despite(
    whistle: Whistle, *, result: str, despite: str, photos: Sequence[Photo] = (), by: Actor, now: datetime
) -> None:
    """未办完也办结: the head says why, and what is open ends there and then."""
    if not despite:
        raise ValueError("why it ends although somebody is still at work has to be said")
    files = attachments.keep_files(photos)
    with transaction.atomic():
        held = steps.begin(whistle, "complete_despite", by=by)
        ended = legs.end_legs(held, Called.Ending.DESPITE, by_id=by.user_id, now=now)
        steps.story(held, "despite", despite, by=by, now=now)
        told = _done(held, "complete_despite", by=by, now=now, result=result, despite=despite)
        attachments.attach(told, photos, files, by=by, now=now)
        ranks = {each.unit_id: each.rank for each in ended}
        tell.units(held, ranks, "despite", gettext_lazy("哨已由负责人办结，不用再来"), by=by, now=now)


def _done(whistle: Whistle, act: str, *, by: Actor, now: datetime, **fields: str) -> Event:
    """Where the evidence hangs."""
    steps.go(whistle, act, done_at=now, **fields)
    clock = legs.wanted(whistle, lifecycle.RATE, now, leg=legs.leg_of(whistle))
    deadlines.start(whistle.matter_id, [clock], now=now)
    tell.blower(whistle, "to_rate", gettext_lazy("联合办结，请评哨"), by=by, now=now)
    return steps.story(whistle, "done", fields["result"], by=by, now=now)


@dataclass(frozen=True, slots=True)
class Marks:
    """What is said of one unit, each from 1 to 5."""

    report_in: int
    handling: int
    result: int
    solved: bool
    words: str = ""


def rated(whistle: Whistle) -> list[Called]:
    """The units that are rated: all that were called and not let go again."""
    mine = whistle.called.exclude(ending=Called.Ending.RELEASED)
    return list(mine.select_related("unit").order_by("-role", "pk"))


@transaction.atomic
def rate(whistle: Whistle, *, marks: Mapping[int, Marks], by: Actor, now: datetime) -> None:
    """评哨并销哨: marks by the key of the called unit. Raises Overtaken when one of them is missing."""
    held = steps.begin(whistle, "rate", by=by)
    units = rated(held)
    if by.user is None or {each.pk for each in units} != set(marks):
        raise Overtaken(_("每家应哨单位都要评。"))
    for each in units:
        said = marks[each.pk]
        UnitRating.objects.create(
            called=each, report_in=said.report_in, handling=said.handling, result=said.result, solved=said.solved,
            words=said.words, by=by.user, at=now,
        )  # fmt: skip
    steps.go(held, "rate", ended_at=now)
    legs.let_go(held, now=now)
    steps.story(held, "closed", by=by, now=now)
    told = {each.unit_id: each.rank for each in units}
    tell.units(held, told, "rated", gettext_lazy("已评哨，可以说明一次"), by=by, now=now)


@transaction.atomic
def answer(rating: UnitRating, *, words: str, by: Actor, now: datetime) -> None:
    """说明: the unit answers what was said of it, once."""
    called = rating.called
    rights.require_unit(by, called.unit_id)
    held = steps.begin(called.whistle, "answer", by=by)
    unsaid = UnitRating.objects.filter(pk=rating.pk, answered_at=None)
    if not unsaid.update(answer=words, answered_by=by.user_id, answered_at=now):
        raise Overtaken(_("已经说明过了。"))
    told = on_record(gettext_lazy("%(unit)s：%(words)s"), unit=called.unit.name, words=words)
    steps.story(held, "answered", told, by=by, now=now, unit_id=called.unit_id)
    tell.blower(held, "answered", gettext_lazy("应哨单位对评价作了说明"), by=by, now=now)
