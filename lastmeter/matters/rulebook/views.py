"""`/rules/<place>/<kind>/`: one kind of rule of a place, seen and set as dated rows; its hours; a flow as a table."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.clocks import ruling
from lastmeter.clocks.deadlines import NotNow
from lastmeter.grid import scope
from lastmeter.grid.models import Node
from lastmeter.grid.policy import TooLate
from lastmeter.grid.rulebook import kinds
from lastmeter.grid.rulebook.views import one_of
from lastmeter.matters import lifecycle
from lastmeter.matters.rulebook import calendar, forms, glance, hours, lines, setting
from lastmeter.matters.rulebook.tables import BY_NAME, Table
from lastmeter.matters.whistles import flow as whistling

GET_OR_POST = ("GET", "HEAD", "POST")


@require_http_methods(GET_OR_POST)
@signed_in
def table(request: Request, user: User, node_id: int, name: str) -> HttpResponse:
    """The rows that hold at a place and those to come; writing one more ends the one that said the same before."""
    node, kind = _place(request, node_id), _table(name)
    data, may = request.POST or None, kind.may(request.actor, node)
    if data is not None and not may:
        raise Http404
    form = forms.FORMS[name](data, node=node, units=lines.units(node))
    if form.is_valid():
        try:
            setting.put(form.row(), by=request.actor, now=timezone.now())
        except TooLate as late:
            form.add_error("valid_from", str(late))
        else:
            messages.success(request, _("规则已定下，到那天生效；已经在走的期限不变。"))
            return redirect("rules-table", node.pk, name)
    today = timezone.localdate()
    context = {
        "table": kind,
        "form": form,
        "may": may,
        "lines": lines.standing(kind, node, today),
        "ended": lines.ended(kind, node, today),
        "flows": (*lifecycle.PROFILES, whistling.FLOW) if name == "flows" else (),
    }
    return _page(request, "matters/rules/table.html", node, context, form)


@require_POST
@signed_in
def ending(request: Request, user: User, node_id: int, name: str, pk: int) -> HttpResponse:
    """A row of the place holds no longer from today on: what stands above it does; one that was to come never will."""
    node, kind = _place(request, node_id), _table(name)
    if not kind.may(request.actor, node):
        raise Http404
    row = get_object_or_404(kind.model._default_manager.filter(node=node).select_related("node"), pk=pk)
    try:
        setting.end(row, by=request.actor, now=timezone.now())
    except NotNow as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已停用，改按上一级的规则。"))
    return redirect("rules-table", node.pk, name)


@require_http_methods(GET_OR_POST)
@signed_in
def office_hours(request: Request, user: User, node_id: int) -> HttpResponse:
    """The timetables of a place and its units, from which days on; another one moves the clocks that run by it."""
    node, today = _place(request, node_id), timezone.localdate()
    may = glance.sets_hours(request.actor, node)
    if request.POST and not may:
        raise Http404
    form = forms.HoursForm(request.POST or None, node=node, units=lines.units(node))
    if form.is_valid():
        given = form.cleaned_data
        try:
            ruling.put_hours(
                form.chosen(), given["weekdays"], given["spans"], since=given["valid_from"], basis=given["basis"],
                by=request.actor, today=today, now=timezone.now(),
            )  # fmt: skip
        except NotNow as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("办公时间已定下，在走的期限正随之重新计算。"))
            return redirect("rules-hours", node.pk)
    context = {"form": form, "may": may, "timetables": hours.timetables(node, today), "today": today}
    return _page(request, "matters/rules/hours.html", node, context, form)


@require_safe
@signed_in
def working_calendar(request: Request, user: User, node_id: int) -> HttpResponse:
    """The holidays and the days worked in exchange of this year and the next, the same everywhere in the country."""
    node = _place(request, node_id)
    context = {"node": node, "calendar": calendar.shown(timezone.localdate())}
    return render(request, "matters/rules/calendar.html", context)


def _page(request: Request, template: str, node: Node, context: dict[str, Any], form: forms.RuleForm) -> HttpResponse:
    return render(request, template, {"node": node} | context, status=422 if form.errors else 200)


def _place(request: Request, node_id: int) -> Node:
    return one_of(kinds.places(request.actor, timezone.localdate()), node_id)


def _table(name: str) -> Table:
    if name not in BY_NAME:
        raise Http404
    return BY_NAME[name]


@require_safe
@signed_in
def flow(request: Request, user: User, name: str) -> HttpResponse:
    """One flow as a table to print: each act, from where to where, whose it is, on which condition."""
    profile = lifecycle.PROFILE.get(name)
    if not scope.held(request.actor) or (profile is None and name != whistling.FLOW.name):
        raise Http404
    if profile is None:
        return _flow(request, whistling.FLOW, whistling.rows())
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
    return _flow(request, profile, rows)


def _flow(request: Request, profile: lifecycle.Profile, rows: list[dict[str, Any]]) -> HttpResponse:
    back = reverse("rules") if kinds.sees(request.actor) else reverse("queue")
    context = {"word": _(profile.word), "says": _(profile.says), "rows": rows, "back": back}
    return render(request, "matters/flows/flow.html", context)
