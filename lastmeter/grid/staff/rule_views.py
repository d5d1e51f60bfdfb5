"""`/posts/rules/`: who must be at each level of a place and how early ends of terms are told; changed from a day on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.grid import keeping, policy, scope, tree
from lastmeter.grid.keeping import DRAWERS
from lastmeter.grid.models import Level, Node, PolicyRow, Staffing, TermWarning, lineage, valid_on
from lastmeter.grid.staff import requirements, terms
from lastmeter.grid.staff.post_views import GET_OR_POST, keeper_ground
from lastmeter.grid.staff.rule_forms import StaffingForm, WarningForm

P = TypeVar("P", bound=PolicyRow)
BELOW_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Line:
    """A rule as the page shows it: what it says, the row that says so here (None: no place does), its own history."""

    label: str
    words: str
    row: PolicyRow | None
    own: bool
    change: str
    ending: str
    others: Sequence[tuple[PolicyRow, str]]


def may_rule(request: Request, node: Node) -> bool:
    """Whether the actor sets rules for a place: a post for the ground at that place or above, at a street or above."""
    return any(node.path.startswith(start) for start in scope.grounds(request.actor, DRAWERS, Level.TOWN))


def _place(request: Request, pk: int, *, change: bool = False) -> Node:
    """The place, on the actor's ground; 404 outside it and, to `change`, for whoever sets no rules there."""
    node = get_object_or_404(Node.objects.current(timezone.localdate()), pk=pk)
    if not keeping.keeps(request.actor, node.path) or (change and not may_rule(request, node)):
        raise Http404
    return node


@require_safe
@signed_in
def index(request: Request, user: User) -> HttpResponse:
    """The places of my ground; the only one is opened."""
    places = list(Node.objects.filter(path__in=keeper_ground(request)).order_by("path"))
    if len(places) == 1:
        return redirect("post-rules-of", places[0].pk)
    return render(request, "grid/posts/rules_where.html", {"places": places})


@require_safe
@signed_in
def show(request: Request, user: User, node_id: int) -> HttpResponse:
    """The rules that hold at a place, where each comes from, and the places below."""
    node, today = _place(request, node_id), timezone.localdate()
    below = list(tree.children(node, today)[:BELOW_SHOWN])
    ruled = {
        pk
        for model in (Staffing, TermWarning)
        for pk in model.objects.filter(valid_on(today), node__in=below).values_list("node", flat=True)
    }
    context = {
        "node": node,
        "place": tree.full_name(node),
        "lines": [_warning(node, today), *_staffing(node, today)],
        "may": may_rule(request, node),
        "below": [(each, each.pk in ruled) for each in below if each.level < Level.MICRO],
    }
    return render(request, "grid/posts/rules.html", context)


def _warning(node: Node, today: date) -> Line:
    rows = list(TermWarning.objects.filter(node__path__in=lineage(node.path)).select_related("node"))
    change, ending = reverse("post-rules-warning", args=[node.pk]), reverse("post-rules-warning-ending", args=[node.pk])

    def words(row: TermWarning) -> str:
        return _("提前 %(days)d 天") % {"days": row.days}

    return _line(_("任期到期提醒"), rows, node, today, words, change, ending)


def _staffing(node: Node, today: date) -> list[Line]:
    every = Staffing.objects.filter(node__path__in=lineage(node.path)).select_related("node").prefetch_related("roles")
    rows = list(every)
    return [
        _line(
            str(level.label),
            [row for row in rows if row.level == level],
            node,
            today,
            _said,
            reverse("post-rules-staffing", args=[node.pk, level.value]),
            reverse("post-rules-staffing-ending", args=[node.pk, level.value]),
        )
        for level in requirements.LEVELS
        if level >= node.level
    ]


def _said(row: Staffing) -> str:
    needs = requirements.needs_of(row)
    return _("；").join(requirements.words(need) for need in needs) if needs else _("不要求有人")


def _line(
    label: str, rows: Sequence[P], node: Node, today: date, words: Callable[[P], str], change: str, ending: str
) -> Line:
    """The row that holds today at the nearest place; what this place itself said before or will say from a day on."""
    valid = [row for row in rows if row.valid_from <= today and (row.valid_to is None or row.valid_to > today)]
    holds = max(valid, key=lambda row: len(row.node.path), default=None)
    mine = [row for row in rows if row.node_id == node.pk and row != holds and row.valid_from != row.valid_to]
    mine.sort(key=lambda row: row.valid_from, reverse=True)
    said = words(holds) if holds else _("没有规定")
    own = holds is not None and holds.node_id == node.pk
    return Line(label, said, holds, own, change, ending, [(row, words(row)) for row in mine])


@require_http_methods(GET_OR_POST)
@signed_in
def warning(request: Request, user: User, node_id: int) -> HttpResponse:
    """How early the end of terms is told at a place, from a day on."""
    node = _place(request, node_id, change=True)
    form = WarningForm(request.POST or None, initial={"days": terms.days_at(node.path, timezone.localdate())})

    def enact() -> None:
        given = form.cleaned_data
        terms.warn_ahead(
            node, given["days"], since=given["since"], basis=given["basis"], by=request.actor, now=timezone.now()
        )

    return _change(request, node, form, _("任期到期提醒"), enact)


@require_http_methods(GET_OR_POST)
@signed_in
def staffing(request: Request, user: User, node_id: int, level: int) -> HttpResponse:
    """Who must be at the nodes of a level, from a day on; none chosen: nobody must."""
    node, asked = _place(request, node_id, change=True), _level(level)
    needed = requirements.needs_at(node.path, asked, timezone.localdate())
    form = StaffingForm(request.POST or None, needs=needed)

    def enact() -> None:
        given, now = form.cleaned_data, timezone.now()
        since, basis = given["since"], given["basis"]
        requirements.require(node, asked, form.needs, since=since, basis=basis, by=request.actor, now=now)

    return _change(request, node, form, str(asked.label), enact)


def _level(number: int) -> Level:
    if number not in requirements.LEVELS:
        raise Http404
    return Level(number)


def _change(
    request: Request, node: Node, form: WarningForm | StaffingForm, label: str, enact: Callable[[], None]
) -> HttpResponse:
    if form.is_valid():
        try:
            enact()
        except policy.TooLate as late:
            form.add_error("since", str(late))
        else:
            messages.success(request, _("新的规定到生效日期起执行，原来的到那天为止，两份都留着。"))
            return redirect("post-rules-of", node.pk)
    context = {"form": form, "node": node, "place": tree.full_name(node), "label": label}
    return render(request, "grid/posts/rule.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
def warning_ending(request: Request, user: User, node_id: int) -> HttpResponse:
    """The place warns as early as the one above it again."""
    node = _place(request, node_id, change=True)
    terms.follow_above(node, by=request.actor, now=timezone.now())
    return _ended(request, node)


@require_POST
@signed_in
def staffing_ending(request: Request, user: User, node_id: int, level: int) -> HttpResponse:
    """The place asks for that level what the one above it asks again."""
    node = _place(request, node_id, change=True)
    requirements.follow_above(node, _level(level), by=request.actor, now=timezone.now())
    return _ended(request, node)


def _ended(request: Request, node: Node) -> HttpResponse:
    messages.success(request, _("从今天起按上级的规定办。"))
    return redirect("post-rules-of", node.pk)
