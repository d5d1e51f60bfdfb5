"""`/whistles/<number>/`: what is asked, who was called and how far each is, and what this reader may do now."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.dossiers.models import Attachment, Event
from lastmeter.grid import tree
from lastmeter.kit.ids import pretty
from lastmeter.kit.zhtime import CHINA
from lastmeter.matters import story
from lastmeter.matters.forms.page import PageForm
from lastmeter.matters.models import Attendance, Called, Decision, Whistle
from lastmeter.matters.views.door import Door, Offer, asked_for, at_hand
from lastmeter.matters.views.reach import number_of, sees
from lastmeter.matters.whistles import forms, levels, lifecycle, owners, rights, steps
from lastmeter.matters.whistles.views.reach import whistle_for
from lastmeter.volunteers import inviting

DOORS = (
    Door("approve", "approval", "", gettext_lazy("同意吹哨"), forms.Plain, "primary"),
    Door("route", "routing", "", gettext_lazy("分哨"), forms.Routing, "primary"),
    Door("rate", "rating", "", gettext_lazy("评哨并销哨"), forms.RatingForm, "primary"),
    Door("complete", "completion", "", gettext_lazy("联合办结"), forms.Completion, "primary"),
    Door("call_members", "members", "", gettext_lazy("请党员和志愿者"), forms.Members),
    Door("convene", "conferences", "", gettext_lazy("召集会商"), forms.Convening),
    Door("call_more", "units", "", gettext_lazy("再请单位"), forms.More),
    Door("upgrade", "upgrade", "", gettext_lazy("升级"), forms.Upgrade),
    Door("turn_away", "turning", "", gettext_lazy("退回"), forms.Turning, "danger"),
    Door("refuse", "refusal", "", gettext_lazy("退回不分"), forms.Turning, "danger"),
    Door("withdraw", "withdrawal", "", gettext_lazy("撤回"), forms.Reason, "danger"),
    Door("complete_despite", "completion-despite", "", gettext_lazy("未办完也办结"), forms.Despite, "danger"),
)
MAIN_BUTTONS = 2


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A called unit: how it stands in a word and a tone, the next limit, its people, and what its reader may do."""

    called: Called
    word: str | Promise
    tone: str
    due: object
    people: list[Attendance]
    here: Attendance | None
    mine: bool
    offers: list[Offer]


@require_safe
@signed_in
def whistle_page(request: Request, user: User, number: str) -> HttpResponse:
    """The page; a number written another way leads to its one address."""
    if number != number_of(number):
        whistle_for(request.actor, number)
        return HttpResponsePermanentRedirect(reverse("whistle", args=[number_of(number)]))
    return answer(request, whistle_for(request.actor, number))


def answer(
    request: Request,
    whistle: Whistle,
    *,
    bound: PageForm | None = None,
    key: object = "",
    trouble: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page as it is, with a form that has to be corrected (`key`: of which unit), or with what went wrong."""
    setting = forms.Setting(whistle, request.actor)
    offered = list(_offers(setting, bound if not key else None))
    units = [_unit_line(each, setting, bound if key == each.pk else None) for each in setting.called]
    decisions = [_decision_line(each, setting, bound if key == each.pk else None) for each in whistle.decisions.all()]
    legs = [offer for line in units for offer in line.offers] + [offer for _row, offer in decisions if offer]
    near = [*offered[:MAIN_BUTTONS], *(each for each in legs if each.door.act == "sign_off")]
    dialogs = at_hand(request, near, [*offered, *legs])
    day = whistle.asked_at.astimezone(CHINA).date()
    seen = sees(request.actor, whistle.matter)
    context: dict[str, Any] = {
        "whistle": whistle,
        "number": pretty(whistle.number),
        "matter": whistle.matter,
        "sees_matter": seen,
        "level": levels.at(whistle.matter.dossier.path, day)[whistle.colour],
        "tone": lifecycle.TONES.get(whistle.step, "mute"),
        "colour_tone": {"blue": "info", "yellow": "warn", "red": "bad"}[whistle.colour],
        "running": whistle.step in lifecycle.RUNNING,
        "requested": [] if setting.called else list(whistle.requested.select_related("node")),
        "reason": setting.plan.reason if any(each.door.act == "route" for each in offered) else "",
        "units": units,
        "decisions": decisions,
        "conferences": list(whistle.conferences.all()),
        "calls": inviting.of_dossier(whistle.matter_id),
        "main": offered[:MAIN_BUTTONS],
        "others": offered[MAIN_BUTTONS:],
        "dialogs": dialogs,
        "at_hand": {each.name for each in dialogs},
        "typed": bound.typed() if bound and trouble else [],
        "lines": _story(whistle),
        "photos": _photos(whistle) if seen else [],
        "trouble": trouble,
        "node_code": tree.code_of(whistle.origin),
        "now": timezone.now(),
    }
    if asked_for(request):
        return render(request, "matters/whistles/dialogs.html", context)
    return render(request, "matters/whistles/page.html", context, status=status)


def _offers(at: forms.Setting, bound: PageForm | None) -> Iterator[Offer]:
    whistle = at.whistle
    allowed: dict[str, bool] = {}
    for door in DOORS:
        row = lifecycle.BY_ACT[door.act]
        if whistle.step not in row.before or not _stands(door.act, whistle):
            continue
        if row.who not in allowed:
            allowed[row.who] = rights.may(at.by, row.who, whistle)
        if allowed[row.who]:
            mine = bound if type(bound) is door.form else None
            yield Offer(door, at, mine, _address(whistle, door.noun), door.kind, door.words)


def _stands(act: str, whistle: Whistle) -> bool:
    """Whether there is something for the act to act on."""
    if act == "complete":
        return whistle.open_legs == 0
    if act == "complete_despite":
        return whistle.open_legs > 0
    if act == "withdraw":
        return not any(each.signed_at or each.arrived_at for each in whistle.called.all())
    return True


def _address(whistle: Whistle, noun: str, *more: object) -> str:
    return reverse(f"whistle-{noun}", args=[whistle.number, *more])


UNIT_DOORS = (
    Door("sign_off", "unit-result", "", gettext_lazy("本单位办结"), forms.SignOff, "outline"),
    Door("arrive", "unit-colleague", "", gettext_lazy("同事到场"), forms.Arrival),
    Door("object", "unit-objection", "", gettext_lazy("不同意应哨"), forms.Objection, "quiet"),
)
RELEASE = Door("release", "unit-release", "", gettext_lazy("不用再来"), forms.Release, "quiet")
ANSWER = Door("answer", "unit-answer", "", gettext_lazy("说明"), forms.Answer)


def _unit_line(called: Called, at: forms.Setting, bound: PageForm | None) -> UnitLine:
    word, tone, due = _state(called)
    people = list(called.attendances.all())
    mine = rights.works_for(at.by, called.unit_id)
    here = next((each for each in people if each.user_id == at.by.user_id and each.out_at is None), None)
    offers = [_unit_offer(door, called, at, bound) for door in _unit_doors(called, at, mine)]
    return UnitLine(called, word, tone, due, people, here, mine and called.ended_at is None, offers)


def _unit_doors(called: Called, at: forms.Setting, mine: bool) -> Iterator[Door]:
    if called.ended_at is None and at.whistle.step == lifecycle.ROUTED:
        if mine and called.arrived_at:
            yield UNIT_DOORS[0]
        if mine:
            yield UNIT_DOORS[1]
        if mine and not called.arrived_at:
            yield UNIT_DOORS[2]
        if rights.is_router(at.by, at.whistle):
            yield RELEASE
    rating = getattr(called, "rating", None)
    if mine and rating is not None and rating.answered_at is None:
        yield ANSWER


def _unit_offer(door: Door, called: Called, at: forms.Setting, bound: PageForm | None) -> Offer:
    address, mine = _address(at.whistle, door.noun, called.pk), bound if type(bound) is door.form else None
    return Offer(door, at, mine, address, door.kind, door.words, part=called.pk)


def _state(called: Called) -> tuple[str | Promise, str, object]:
    if called.ended_at:
        tone = "ok" if called.ending == Called.Ending.DONE else "mute"
        return called.get_ending_display(), tone, None
    if called.objected_at and not called.signed_at:
        return gettext_lazy("不同意应哨"), "bad", called.sign_by
    if called.arrived_at:
        return gettext_lazy("已到场"), "info", called.work_by
    if called.signed_at:
        return gettext_lazy("已应哨，待到场"), "info", called.arrive_by
    return gettext_lazy("待应哨"), "warn", called.sign_by


FINISH = Door("decision_done", "decision-result", "", gettext_lazy("办完"), forms.Result)


def _decision_line(decision: Decision, at: forms.Setting, bound: PageForm | None) -> tuple[Decision, Offer | None]:
    if decision.done_at or not owners.owes(at.by, decision):
        return decision, None
    address = _address(at.whistle, FINISH.noun, decision.pk)
    mine = bound if type(bound) is FINISH.form else None
    return decision, Offer(FINISH, at, mine, address, FINISH.kind, FINISH.words, part=decision.pk)


def _story(whistle: Whistle) -> list[story.Line]:
    """What happened under this whistle, out of its matter's timeline: one query."""
    return story.lines(Event.objects.filter(_under(whistle)))


def _photos(whistle: Whistle) -> list[Attachment]:
    """What its units and whoever finished it show; served by the matter's door, so only for whoever sees the matter."""
    return list(Attachment.objects.filter(_under(whistle, "event__"), dossier=whistle.matter_id).order_by("pk"))


def _under(whistle: Whistle, prefix: str = "") -> Q:
    """The events of this whistle and of none before or after it."""
    until = whistle.ended_at or timezone.now()
    return Q(
        **{
            f"{prefix}dossier": whistle.matter_id,
            f"{prefix}kind__startswith": f"matter.{steps.PREFIX}",
            f"{prefix}at__range": (whistle.asked_at, until),
        }
    )
