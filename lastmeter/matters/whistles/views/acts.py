"""Every act on a whistle as a resource of its own: POST /whistles/<number>/routing/ and its peers."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.kit import ids
from lastmeter.kit.goal import goal_of
from lastmeter.matters.catalogue.community import NotAsked
from lastmeter.matters.models import Called, Whistle
from lastmeter.matters.steps import Overtaken
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

CarryOut = Callable[[Any, Any, Actor, datetime], object]
View = Callable[..., HttpResponseBase]
LEAD_NEEDED = gettext_lazy("请选谁牵头。")


def act(
    form_class: type[forms.WhistleForm],
    done: str | Promise,
    of: Callable[[Whistle, int], Any] | None = None,
) -> Callable[[CarryOut], View]:
    """A view that fetches the whistle through the actor (or with `of` a part of it), checks the form and acts.

    Out of sight → 404; no post for it → 403; a wrong form → the page again, 422; too late → the page again, 409.
    """

    def decorate(carry_out: CarryOut) -> View:
        @require_POST
        @signed_in
        @wraps(carry_out)
        def view(request: Request, user: User, number: str, pk: int | None = None) -> HttpResponse:
            whistle = whistle_for(request.actor, number)
            subject = of(whistle, pk) if of is not None and pk is not None else whistle
            form = form_class(
                request.POST, request.FILES, at=forms.Setting(whistle, request.actor), key="" if pk is None else pk
            )
            if not form.is_valid():
                return page.answer(request, whistle, bound=form, key=pk, status=422)
            try:
                carry_out(subject, form, request.actor, timezone.now())
            except (Overtaken, NotAsked) as refused:
                fresh = whistle_for(request.actor, number)
                return page.answer(request, fresh, trouble=str(refused), status=409)
            messages.success(request, str(done))
            return onward(request, whistle)

        return view

    return decorate


def onward(request: Request, whistle: Whistle) -> HttpResponse:
    """Back to where the tap was made, or to the whistle."""
    return redirect(goal_of(request) or reverse("whistle", args=[whistle.number]))


@act(forms.Plain, gettext_lazy("已同意，送上一级分哨。"))
def approval(whistle: Whistle, form: forms.Plain, by: Actor, now: datetime) -> None:
    approving.approve(whistle, by=by, now=now)


@act(forms.Turning, gettext_lazy("已退回，吹哨的人会看到原因。"))
def turning(whistle: Whistle, form: forms.Turning, by: Actor, now: datetime) -> None:
    given = form.cleaned_data
    approving.turn_away(whistle, ground=Whistle.Turned(given["ground"]), reason=given["reason"], by=by, now=now)


@act(forms.Turning, gettext_lazy("已退回，吹哨的人会看到原因。"))
def refusal(whistle: Whistle, form: forms.Turning, by: Actor, now: datetime) -> None:
    given = form.cleaned_data
    approving.refuse(whistle, ground=Whistle.Turned(given["ground"]), reason=given["reason"], by=by, now=now)


@act(forms.Reason, gettext_lazy("已撤回。"))
def withdrawal(whistle: Whistle, form: forms.Reason, by: Actor, now: datetime) -> None:
    blowing.withdraw(whistle, reason=form.cleaned_data["reason"], by=by, now=now)


@act(forms.Upgrade, gettext_lazy("已升级，请听哨的一级重新分哨。"))
def upgrade(whistle: Whistle, form: forms.Upgrade, by: Actor, now: datetime) -> None:
    given = form.cleaned_data
    blowing.upgrade(whistle, colour=given["colour"], tier=given["tier"], reason=given["reason"], by=by, now=now)


@act(forms.Routing, gettext_lazy("已分哨，各单位会收到通知。"))
def route(whistle: Whistle, form: forms.Routing, by: Actor, now: datetime) -> None:
    given = form.cleaned_data
    routing.route(whistle, lead=given["lead"], assists=given["assists"], by=by, now=now)


@act(forms.More, gettext_lazy("已请，对方会收到通知。"))
def more(whistle: Whistle, form: forms.More, by: Actor, now: datetime) -> None:
    routing.call_more(whistle, unit=form.cleaned_data["unit"], role=form.cleaned_data["role"], by=by, now=now)


@act(forms.Members, gettext_lazy("已请，去不去由他们定。"))
def people(whistle: Whistle, form: forms.Members, by: Actor, now: datetime) -> None:
    members.call(whistle, **form.cleaned_data, by=by, now=now)


@act(forms.Convening, gettext_lazy("已召集，各单位会收到通知。"))
def convening(whistle: Whistle, form: forms.Convening, by: Actor, now: datetime) -> None:
    given = form.cleaned_data
    conferences.convene(
        whistle,
        at=given["at_time"],
        place=given["place"],
        chair=given["chair"],
        agenda=given["agenda"],
        by=by,
        now=now,
    )


@act(forms.Result, gettext_lazy("联合办结，请评哨。"))
def completion(whistle: Whistle, form: forms.Result, by: Actor, now: datetime) -> None:
    ending.complete(whistle, result=form.cleaned_data["result"], by=by, now=now)


@act(forms.Despite, gettext_lazy("已办结，原因记入台账。"))
def completion_despite(whistle: Whistle, form: forms.Despite, by: Actor, now: datetime) -> None:
    given = form.cleaned_data
    ending.complete_despite(whistle, result=given["result"], despite=given["despite"], by=by, now=now)


@act(forms.RatingForm, gettext_lazy("已评哨，销哨。"))
def rating(whistle: Whistle, form: forms.RatingForm, by: Actor, now: datetime) -> None:
    ending.rate(whistle, marks=form.marks(), by=by, now=now)


# -- One unit ---------------------------------------------------------------------------------------------------------


@act(forms.Plain, gettext_lazy("已应哨。"), called_of)
def signature(called: Called, form: forms.Plain, by: Actor, now: datetime) -> None:
    reporting_in.sign(called, by=by, now=now)


@act(forms.Reason, gettext_lazy("已记下，由分哨的人定；定之前期限照走。"), called_of)
def objection(called: Called, form: forms.Reason, by: Actor, now: datetime) -> None:
    reporting_in.object_to(called, reason=form.cleaned_data["reason"], by=by, now=now)


@act(forms.Plain, gettext_lazy("已到场签到。"), called_of)
def arrival(called: Called, form: forms.Plain, by: Actor, now: datetime) -> None:
    reference = str(form.data.get("client_ref", ""))[:64] or ids.new_token()
    reporting_in.arrive(called, client_ref=reference, by=by, now=now)


@act(forms.Arrival, gettext_lazy("已记下到场的人。"), called_of)
def colleague(called: Called, form: forms.Arrival, by: Actor, now: datetime) -> None:
    given, reference = form.cleaned_data, str(form.data.get("client_ref", ""))[:64] or ids.new_token()
    reporting_in.arrive(called, client_ref=reference, name=given["name"], rank=given["rank"], by=by, now=now)


@act(forms.Plain, gettext_lazy("已离场签退。"), called_of)
def departure(called: Called, form: forms.Plain, by: Actor, now: datetime) -> None:
    for each in called.attendances.all():
        if each.out_at is None and each.user_id == by.user_id:
            reporting_in.depart(each, by=by, now=now)


@act(forms.SignOff, gettext_lazy("本单位已办结。"), called_of)
def result(called: Called, form: forms.SignOff, by: Actor, now: datetime) -> None:
    given = form.cleaned_data
    ending.sign_off(called, measures=given["measures"], photos=given["photos"], by=by, now=now)


@act(forms.Reason, gettext_lazy("已告诉对方不用再来。"), called_of)
def release(called: Called, form: forms.Reason, by: Actor, now: datetime) -> None:
    routing.release(called, reason=form.cleaned_data["reason"], by=by, now=now)


@act(forms.Answer, gettext_lazy("说明已记下。"), called_of)
def answering(called: Called, form: forms.Answer, by: Actor, now: datetime) -> None:
    ending.answer(called.rating, words=form.cleaned_data["words"], by=by, now=now)


@act(forms.Result, gettext_lazy("已记下办结。"), decision_of)
def decision_result(decision: Any, form: forms.Result, by: Actor, now: datetime) -> None:
    conferences.finish(decision, result=form.cleaned_data["result"], by=by, now=now)
