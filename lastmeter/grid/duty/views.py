"""Rosters at the desk: the list, a month, drawing up and changing, putting somebody else on a shift."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request
from lastmeter.grid import scope
from lastmeter.grid.duty import arranging, month, rosters
from lastmeter.grid.duty.forms import Handover, RosterForm
from lastmeter.grid.duty.reach import for_posts, roster_for
from lastmeter.grid.keeping import KEEPERS
from lastmeter.grid.models import Level, Node, Roster
from lastmeter.kit import plans
from lastmeter.kit.paging import Keyset, page
from lastmeter.kit.zhtime import DAY

AHEAD = 31  # days in which somebody else may be put on a shift
MOST_PLACES = 200
SIZE, BY_PLACE = 50, Keyset(("node__path", "valid_from", "id"))


@require_safe
@for_posts
def listing(request: Request, user: User) -> HttpResponse:
    """`/rosters/`: the rosters of my ground with who is on duty now, and the places of mine that have none."""
    today, now = timezone.localdate(), timezone.now()
    found = rosters.running(rosters.visible_to(request.actor), today, today + timedelta(days=400))
    with plans.for_these_values():
        shown = page(found, request.GET.get("cursor"), SIZE, BY_PLACE)
        bare = _without_roster(request, today)
    context = {
        "rows": [(roster, month.now_on(roster, now), roster.valid_from > today) for roster in shown.items],
        "page": shown,
        "bare": bare,
        "may": scope.has_post(request.actor, KEEPERS),
    }
    return render(request, "grid/duty/rosters.html", context)


def _without_roster(request: Request, today: date) -> list[Node]:
    """The nodes whose rosters the actor draws up, down to grids, that have none of their own today."""
    inside = scope.inside(scope.grounds(request.actor, KEEPERS))
    own = rosters.running(Roster.objects.filter(node=OuterRef("pk")), today, today + DAY)
    nodes = Node.objects.current(today).filter(inside, level__gte=Level.TOWN, level__lte=Level.GRID)
    return list(nodes.filter(~Exists(own)).order_by("path")[:MOST_PLACES])


@require_safe
@for_posts
def show(request: Request, user: User, pk: int) -> HttpResponse:
    """`/rosters/<pk>/`: a month on one screen, what is wrong with it, and who takes over."""
    return _show(request, roster_for(request, pk))


@require_safe
@for_posts
def printed(request: Request, user: User, pk: int) -> HttpResponse:
    """`/rosters/<pk>/print/`: the month as a table for the wall."""
    roster = roster_for(request, pk)
    first = month.first_of(request.GET.get("month", ""), timezone.localdate())
    return render(request, "grid/duty/print.html", {"roster": roster, "view": month.view(roster, first, user.pk)})


def _show(request: Request, roster: Roster, form: Handover | None = None, status: int = 200) -> HttpResponse:
    today = timezone.localdate()
    first = month.first_of(request.GET.get("month", ""), today)
    view = month.view(roster, first, request.user.pk)
    may = rosters.may_arrange(request.actor, roster.node.path)
    context = {
        "roster": roster,
        "view": view,
        "may": may,
        "troubles": rosters.troubles(roster, max(first, today), view.until) if view.until > today else None,
        "handover": form or (_replacing(roster, None) if may else None),
        "later": Roster.objects.filter(follows=roster).first(),
    }
    return render(request, "grid/duty/roster.html", context, status=status)


def _replacing(roster: Roster, data: Any) -> Handover:
    """The form of putting somebody else on a shift of the coming month, the one that is on included."""
    today, now = timezone.localdate(), timezone.now()
    shifts = [each for each in rosters.shifts_of(roster, today - DAY, today + timedelta(days=AHEAD)) if each.ends > now]
    people = {user.pk: user for user in rosters.candidates(roster.node, today)} | rosters.people_of(roster)
    return Handover(data, roster=roster, shifts=shifts, people=people, language=get_language() or "")


@require_POST
@for_posts
def replacement(request: Request, user: User, pk: int) -> HttpResponse:
    """`/rosters/<pk>/replacement/`: somebody else is on this shift."""
    roster = roster_for(request, pk, arrange=True)
    form = _replacing(roster, request.POST)
    if form.is_valid():
        _roster_id, giver, starts = form.cleaned_data["shift"]
        people = User.objects.in_bulk([giver, form.cleaned_data["taker"]])
        try:
            arranging.replace(
                roster, starts=starts, giver=people[giver], taker=people[form.cleaned_data["taker"]],
                words=form.cleaned_data["words"], by=request.actor, now=timezone.now(),
            )  # fmt: skip
        except arranging.Impossible as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("已换人，两位都收到了通知。"))
            return redirect("roster", pk)
    return _show(request, roster, form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@for_posts
def new(request: Request, user: User, node_id: int) -> HttpResponse:
    """`/rosters/at/<node>/`: draw up a roster for a place."""
    node = get_object_or_404(Node.objects.current(timezone.localdate()), pk=node_id)
    if not rosters.may_arrange(request.actor, node.path):
        raise Http404
    return _edit(request, node, None)


@require_http_methods(["GET", "HEAD", "POST"])
@for_posts
def edit(request: Request, user: User, pk: int) -> HttpResponse:
    """`/rosters/<pk>/pattern/`: another pattern from a day on."""
    roster = roster_for(request, pk, arrange=True)
    return _edit(request, roster.node, roster)


def _edit(request: Request, node: Node, roster: Roster | None) -> HttpResponse:
    today = timezone.localdate()
    people = rosters.candidates(node, today)
    if roster:
        people = list(dict.fromkeys([*[each.user for each in roster.members.all() if each.user.is_active], *people]))
    data = request.POST if request.method == "POST" else None
    form = RosterForm(data, people=people, today=today, roster=roster)
    preview = None
    if data is not None and form.is_valid():
        try:
            if "look" not in data:
                saved = _save(request, node, roster, form)
                messages.success(request, _("值班表已保存。"))
                return redirect("roster", saved.pk)
            preview = _look(request, node, roster, form)
        except arranging.Impossible as error:
            form.add_error(None, str(error))
    context = {"node": node, "roster": roster, "form": form, "preview": preview}
    return render(request, "grid/duty/edit.html", context, status=422 if form.errors else 200)


def _save(request: Request, node: Node, roster: Roster | None, form: RosterForm) -> Roster:
    now = timezone.now()
    if roster is None:
        return arranging.draw_up(node, form.plan(), by=request.actor, now=now)
    return arranging.redraw(roster, form.plan(), by=request.actor, now=now)


def _look(request: Request, node: Node, roster: Roster | None, form: RosterForm) -> month.Preview:
    """The plan as it would be, by the very acts that would make it, and then undone."""
    with transaction.atomic():
        saved = _save(request, node, roster, form)
        preview = month.preview(rosters.whole(Roster.objects.filter(pk=saved.pk)).get(), request.user.pk)
        transaction.set_rollback(True)
    return preview


@require_POST
@for_posts
def ending(request: Request, user: User, pk: int) -> HttpResponse:
    """`/rosters/<pk>/ending/`: no shift begins from tomorrow on."""
    roster = roster_for(request, pk, arrange=True)
    arranging.end(roster, on=timezone.localdate() + DAY, by=request.actor, now=timezone.now())
    messages.success(request, _("这张值班表到今天为止。"))
    return redirect("rosters")
