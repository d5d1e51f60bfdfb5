"""`/rules/`: the rules on time of a place — limits, ladders, bounds, office hours — seen and set as dated rows."""

from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.clocks import ruling
from lastmeter.clocks.deadlines import NotNow
from lastmeter.clocks.models import Bound, Limit, Rung
from lastmeter.grid.models import Node
from lastmeter.matters.forms import rulebook as forms
from lastmeter.matters.timing import calendar, rulebook

ROWS: "dict[str, QuerySet[Any]]" = {
    "limits": Limit.objects.all(),
    "rungs": Rung.objects.all(),
    "bounds": Bound.objects.all(),
}
FORMS: dict[str, type[forms.RuleForm]] = {
    "limits": forms.LimitForm,
    "rungs": forms.RungForm,
    "bounds": forms.BoundForm,
    "hours": forms.HoursForm,
}


@require_safe
@signed_in
def rules(request: Request, user: User) -> HttpResponse:
    """The first place whose rules the actor sets."""
    places = rulebook.places(request.actor, timezone.localdate())
    if not places:
        raise Http404
    return redirect("rules-of", places[0].pk)


@require_safe
@signed_in
def rules_of(request: Request, user: User, node_id: int) -> HttpResponse:
    """What holds at one place, what is to come, and the forms that set it."""
    return _page(request, node_id)


def _page(request: Request, node_id: int, bound: django_forms.Form | None = None, status: int = 200) -> HttpResponse:
    today = timezone.localdate()
    places = rulebook.places(request.actor, today)
    node = _one_of(places, node_id)
    units = rulebook.units(node)
    made = {name: bound if type(bound) is form else form(node=node, units=units) for name, form in FORMS.items()}
    context: dict[str, Any] = {
        "node": node,
        "places": places,
        "limits": rulebook.limits(node, today),
        "rungs": rulebook.rungs(node, today),
        "bounds": rulebook.bounds(node, today),
        "timetables": rulebook.timetables(node, today),
        "calendar": calendar.shown(today),
        "forms": made,
        "today": today,
    }
    return render(request, "matters/rules/rules.html", context, status=status)


@require_POST
@signed_in
def setting(request: Request, user: User, node_id: int, table: str) -> HttpResponse:
    """One more row of a place from a day on; the row that said the same before ends on that day."""
    node = _own(request, node_id)
    if table not in FORMS:
        raise Http404
    form = FORMS[table](request.POST, node=node, units=rulebook.units(node))
    if form.is_valid():
        try:
            said = _set(request, form)
        except NotNow as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, said)
            return redirect(f"{reverse('rules-of', args=[node.pk])}#{table}")
    return _page(request, node.pk, form, status=422)


def _set(request: Request, form: forms.RuleForm) -> str:
    today, now = timezone.localdate(), timezone.now()
    if isinstance(form, forms.HoursForm):
        given = form.cleaned_data
        ruling.put_hours(
            form.chosen(), given["weekdays"], given["spans"], since=given["valid_from"], basis=given["basis"],
            by=request.actor, today=today, now=now,
        )  # fmt: skip
        return _("办公时间已定下，在走的期限正随之重新计算。")
    if isinstance(form, forms.RowForm):
        ruling.put(form.row(), by=request.actor, today=today, now=now)
    return _("规则已定下，到那天生效；已经在走的期限不变。")


@require_POST
@signed_in
def ending(request: Request, user: User, node_id: int, table: str, pk: int) -> HttpResponse:
    """A row of the place holds no longer from a day on; what stands above it holds then."""
    node, today = _own(request, node_id), timezone.localdate()
    if table not in ROWS:
        raise Http404
    row = get_object_or_404(ROWS[table].filter(node=node).select_related("node"), pk=pk)
    form = forms.EndingForm(request.POST)
    day = form.day() if form.is_valid() else today
    try:
        ruling.end(row, on=day, by=request.actor, today=today, now=timezone.now())
    except NotNow as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已停用，改按上一级的规则。"))
    return redirect(f"{reverse('rules-of', args=[node.pk])}#{table}")


def _own(request: Request, node_id: int) -> Node:
    return _one_of(rulebook.places(request.actor, timezone.localdate()), node_id)


def _one_of(places: list[Node], node_id: int) -> Node:
    node = next((each for each in places if each.pk == node_id), None)
    if node is None:
        raise Http404
    return node
