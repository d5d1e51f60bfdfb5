"""`/flow-rules/`: which flow new matters take and how often something may happen; `/flows/<name>/` prints a flow."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.grid import scope
from lastmeter.matters import flow_rules, lifecycle
from lastmeter.matters.forms.flow_rules import CapForm, FlowRuleForm
from lastmeter.matters.models import Cap, Profile, ProfileRule, WhistleStep
from lastmeter.matters.whistles import lifecycle as whistling


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def rules(request: Request, user: User) -> HttpResponse:
    """The rows that hold at my places, and writing a new one from today."""
    nodes = flow_rules.places(request.actor)
    if not nodes:
        raise Http404
    data = {name: request.POST if name in request.POST else None for name in ("flow", "cap")}
    flow = FlowRuleForm(data["flow"], nodes=nodes, prefix="flow")
    cap = CapForm(data["cap"], nodes=nodes, prefix="cap")
    now = timezone.now()
    if flow.is_valid():
        given = flow.cleaned_data
        flow_rules.choose_flow(**{**given, "profile": Profile(given["profile"])}, by=request.actor, now=now)
    elif cap.is_valid():
        given = cap.cleaned_data
        flow_rules.set_cap(**{**given, "kind": Cap.Kind(given["kind"])}, by=request.actor, now=now)
    else:
        context: dict[str, Any] = {
            "flow": flow,
            "cap": cap,
            "flows": flow_rules.holding(request.actor, ProfileRule, now),
            "caps": flow_rules.holding(request.actor, Cap, now),
            "profiles": [
                *((each.name, _(each.word), _(each.says)) for each in lifecycle.PROFILES),
                (whistling.NAME, _(whistling.WORD), _(whistling.SAYS)),
            ],
        }
        wrong = flow.errors or cap.errors
        return render(request, "matters/flows/rules.html", context, status=422 if wrong else 200)
    messages.success(request, _("规则已改，从今天起的新事项按新规则。"))
    return redirect("flow-rules")


@require_safe
@signed_in
def flow(request: Request, user: User, name: str) -> HttpResponse:
    """One flow as a table to print: each act, from where to where, whose it is, on which condition."""
    profile = lifecycle.PROFILE.get(name)
    if not scope.held(request.actor):
        raise Http404
    if name == whistling.NAME:
        return _whistle_flow(request)
    if profile is None:
        raise Http404
    rows = [
        {
            "act": _(each.word),
            "before": [_(lifecycle.BY_NAME[step].word) for step in each.before],
            "after": _(lifecycle.BY_NAME[each.after].word) if each.after else _("不变"),
            "who": _(lifecycle.WHO[each.who]),
            "guard": _(each.guard) if each.guard else "",
        }
        for each in lifecycle.TRANSITIONS
        if profile.name in each.profiles
    ]
    context = {"word": _(profile.word), "says": _(profile.says), "rows": rows, "keeps": flow_rules.keeps(request.actor)}
    return render(request, "matters/flows/flow.html", context)


def _whistle_flow(request: Request) -> HttpResponse:
    """The table of a whistle, which stands beside that of its matter."""
    words = dict(WhistleStep.choices)
    rows = [
        {
            "act": _(each.word),
            "before": [words[step] for step in each.before],
            "after": words[each.after] if each.after else _("不变"),
            "who": _(whistling.WHO[each.who]),
            "guard": _(each.guard) if each.guard else "",
        }
        for each in whistling.TRANSITIONS
    ]
    keeps = flow_rules.keeps(request.actor)
    context = {"word": _(whistling.WORD), "says": _(whistling.SAYS), "rows": rows, "keeps": keeps}
    return render(request, "matters/flows/flow.html", context)
