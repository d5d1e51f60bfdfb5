"""Every act on a whistle as a resource of its own: POST /whistles/<number>/routing/ and its peers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.requests import Request
from lastmeter.kit.goal import goal_of
from lastmeter.matters.forms.page import PageForm
from lastmeter.matters.models import Called, Decision, Whistle
from lastmeter.matters.story import Line
from lastmeter.matters.views import acting
from lastmeter.matters.whistles import (
    approving,
    blowing,
    conferences,
    ending,
    forms,
    members,
    reporting_in,
    routing,
)
from lastmeter.matters.whistles.views import page
from lastmeter.matters.whistles.views.reach import called_of, decision_of, whistle_for


@dataclass(frozen=True, slots=True)
class OnWhistle:
    """A whistle or a part of it, and the page, as an act finds them."""

    request: Request
    whistle: Whistle
    subject: Whistle | Called | Decision
    setting: forms.Setting
    key: object

    def since(self) -> list[Line]:
        """Units come and go while somebody writes; whether the act still fits is held by the whistle's own table."""
        return []

    def answer(
        self, *, bound: PageForm, trouble: str = "", since: Sequence[Line] = (), status: int = 200
    ) -> HttpResponse:
        return page.answer(self.request, self.whistle, bound=bound, key=self.key, trouble=trouble, status=status)

    def onward(self) -> HttpResponse:
        return redirect(goal_of(self.request) or reverse("whistle", args=[self.whistle.number]))


def act(
    form_class: type[forms.WhistleForm],
    done: str | Promise,
    of: Callable[[Whistle, int], Called | Decision] | None = None,
) -> Callable[[acting.CarryOut], acting.View]:
    """An act on a whistle or (with `of`) on a part of it: see `acting.act`. Who may, the act itself says."""

    def reach(request: Request, number: str, pk: int = 0) -> OnWhistle:
        whistle = whistle_for(request.actor, number)
        subject = of(whistle, pk) if of is not None else whistle
        return OnWhistle(request, whistle, subject, forms.Setting(whistle, request.actor), pk or "")

    return acting.act(reach, form_class, done)


@act(forms.Plain, gettext_lazy("已同意，送上一级分哨。"))
def approval(whistle: Whistle, given: dict[str, Any], by: Actor, now: datetime) -> None:
    approving.approve(whistle, by=by, now=now)


@act(forms.Turning, gettext_lazy("已退回，吹哨的人会看到原因。"))
def turning(whistle: Whistle, given: dict[str, Any], by: Actor, now: datetime) -> None:
    approving.turn_away(whistle, ground=Whistle.Turned(given["ground"]), reason=given["reason"], by=by, now=now)


@act(forms.Turning, gettext_lazy("已退回，吹哨的人会看到原因。"))
def refusal(whistle: Whistle, given: dict[str, Any], by: Actor, now: datetime) -> None:
    approving.refuse(whistle, ground=Whistle.Turned(given["ground"]), reason=given["reason"], by=by, now=now)


@act(forms.Reason, gettext_lazy("已撤回。"))
def withdrawal(whistle: Whistle, given: dict[str, Any], by: Actor, now: datetime) -> None:
    blowing.withdraw(whistle, reason=given["reason"], by=by, now=now)


@act(forms.Upgrade, gettext_lazy("已升级，请听哨的一级重新分哨。"))
def upgrade(whistle: Whistle, given: dict[str, Any], by: Actor, now: datetime) -> None:
    blowing.upgrade(whistle, colour=given["colour"], tier=given["tier"], reason=given["reason"], by=by, now=now)


@act(forms.Routing, gettext_lazy("已分哨，各单位会收到通知。"))
def route(whistle: Whistle, given: dict[str, Any], by: Actor, now: datetime) -> None:
    routing.route(whistle, lead=given["lead"], assists=given["assists"], by=by, now=now)


@act(forms.More, gettext_lazy("已请，对方会收到通知。"))
def more(whistle: Whistle, given: dict[str, Any], by: Actor, now: datetime) -> None:
    routing.call_more(whistle, unit=given["unit"], role=given["role"], by=by, now=now)


@act(forms.Members, gettext_lazy("已请，去不去由他们定。"))
def people(whistle: Whistle, given: dict[str, Any], by: Actor, now: datetime) -> None:
    members.call(whistle, **given, by=by, now=now)


@act(forms.Convening, gettext_lazy("已召集，各单位会收到通知。"))
def convening(whistle: Whistle, given: dict[str, Any], by: Actor, now: datetime) -> None:
    conferences.convene(
        whistle,
        at=given["at_time"],
        place=given["place"],
        chair=given["chair"],
        agenda=given["agenda"],
        by=by,
        now=now,
    )


@act(forms.Completion, gettext_lazy("联合办结，请评哨。"))
def completion(whistle: Whistle, given: dict[str, Any], by: Actor, now: datetime) -> None:
    ending.complete(whistle, **given, by=by, now=now)


@act(forms.Despite, gettext_lazy("已办结，原因记入台账。"))
def completion_despite(whistle: Whistle, given: dict[str, Any], by: Actor, now: datetime) -> None:
    ending.complete_despite(whistle, **given, by=by, now=now)


@act(forms.RatingForm, gettext_lazy("已评哨，销哨。"))
def rating(whistle: Whistle, given: dict[str, Any], by: Actor, now: datetime) -> None:
    ending.rate(whistle, marks=given["marks"], by=by, now=now)


# -- One unit ---------------------------------------------------------------------------------------------------------


@act(forms.Plain, gettext_lazy("已应哨。"), called_of)
def signature(called: Called, given: dict[str, Any], by: Actor, now: datetime) -> None:
    reporting_in.sign(called, by=by, now=now)


@act(forms.Objection, gettext_lazy("已记下，由分哨的人定；定之前期限照走。"), called_of)
def objection(called: Called, given: dict[str, Any], by: Actor, now: datetime) -> None:
    reporting_in.object_to(called, reason=given["reason"], by=by, now=now)


@act(forms.Here, gettext_lazy("已到场签到。"), called_of)
def arrival(called: Called, given: dict[str, Any], by: Actor, now: datetime) -> None:
    reporting_in.arrive(called, client_ref=given["client_ref"], by=by, now=now)


@act(forms.Arrival, gettext_lazy("已记下到场的人。"), called_of)
def colleague(called: Called, given: dict[str, Any], by: Actor, now: datetime) -> None:
    reporting_in.arrive(called, **given, by=by, now=now)


@act(forms.Plain, gettext_lazy("已离场签退。"), called_of)
def departure(called: Called, given: dict[str, Any], by: Actor, now: datetime) -> None:
    for each in called.attendances.all():
        if each.out_at is None and each.user_id == by.user_id:
            reporting_in.depart(each, by=by, now=now)


@act(forms.SignOff, gettext_lazy("本单位已办结。"), called_of)
def result(called: Called, given: dict[str, Any], by: Actor, now: datetime) -> None:
    ending.sign_off(called, measures=given["measures"], photos=given["photos"], by=by, now=now)


@act(forms.Release, gettext_lazy("已告诉对方不用再来。"), called_of)
def release(called: Called, given: dict[str, Any], by: Actor, now: datetime) -> None:
    routing.release(called, reason=given["reason"], by=by, now=now)


@act(forms.Answer, gettext_lazy("说明已记下。"), called_of)
def answering(called: Called, given: dict[str, Any], by: Actor, now: datetime) -> None:
    ending.answer(called.rating, words=given["words"], by=by, now=now)


@act(forms.Result, gettext_lazy("已记下办结。"), decision_of)
def decision_result(decision: Decision, given: dict[str, Any], by: Actor, now: datetime) -> None:
    conferences.finish(decision, result=given["result"], by=by, now=now)
