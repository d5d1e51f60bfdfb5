"""Rosters at the desk, one's own shifts, and the list of calls that nobody answered."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lastmeter.accounts import audit
from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.grid import scope
from lastmeter.grid.duty import arranging, calling, month, rosters
from lastmeter.grid.duty.forms import FollowUpForm, Handover, RosterForm
from lastmeter.grid.models import Call, Node, Roster, Swap
from lastmeter.kit.zhtime import DAY

P = ParamSpec("P")
View = Callable[Concatenate[Request, User, P], HttpResponse]
AHEAD = 31  # days of one's own shifts
DONE_SHOWN = 20
MOST_PLACES = 200


def for_posts(view: View[P]) -> Callable[..., HttpResponseBase]:
    """For whoever holds a post; the page does not exist for other accounts."""

    @signed_in
    @wraps(view)
    def guarded(request: Request, user: User, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not scope.held(request.actor):
            raise Http404
        return view(request, user, *args, **kwargs)

    return guarded


# --- rosters


@require_safe
@for_posts
def listing(request: Request, user: User) -> HttpResponse:
    """`/rosters/`: the rosters of my ground with who is on duty now, and the places of mine that have none."""
    today = timezone.localdate()
    found = rosters.running(rosters.visible_to(request.actor), today, today + timedelta(days=400))
    found = found.order_by("node__path", "valid_from")
    rows = [(roster, month.now_on(roster, timezone.now()), roster.valid_from > today) for roster in found]
    covered = {roster.node.path for roster, _now, later in rows if not later}
    context = {
        "rows": rows,
        "bare": [node for node in _own_places(request, today) if node.path not in covered],
        "may": rosters.arranges(request.actor),
    }
    return render(request, "grid/duty/rosters.html", context)


def _own_places(request: Request, today: date) -> list[Node]:
    """The nodes whose rosters the actor draws up, down to grids."""
    inside = rosters.within(request.actor, rosters.ARRANGING, "path")
    nodes = Node.objects.current(today).filter(inside, level__gte=4, level__lte=6)
    return list(nodes.order_by("path")[:MOST_PLACES])


def _roster(request: Request, pk: int, *, arrange: bool = False) -> Roster:
    roster = get_object_or_404(rosters.visible_to(request.actor), pk=pk)
    if arrange and not rosters.may_arrange(request.actor, roster.node.path):
        raise Http404
    return roster


@require_safe
@for_posts
def show(request: Request, user: User, pk: int) -> HttpResponse:
    """`/rosters/<pk>/`: a month on one screen, what is wrong with it, and who takes over."""
    return _show(request, _roster(request, pk))


@require_safe
@for_posts
def printed(request: Request, user: User, pk: int) -> HttpResponse:
    """`/rosters/<pk>/print/`: the month as a table for the wall."""
    roster = _roster(request, pk)
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
    roster = _roster(request, pk, arrange=True)
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
    roster = _roster(request, pk, arrange=True)
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
    roster = _roster(request, pk, arrange=True)
    arranging.end(roster, on=timezone.localdate() + DAY, by=request.actor, now=timezone.now())
    messages.success(request, _("这张值班表到今天为止。"))
    return redirect("rosters")


# --- one's own shifts


@require_safe
@for_posts
def my_shifts(request: Request, user: User) -> HttpResponse:
    """`/shifts/`: my shifts of the coming month, what I was asked, and what I asked."""
    return _my_shifts(request, user)


def _my_shifts(request: Request, user: User, form: Handover | None = None, status: int = 200) -> HttpResponse:
    today, now = timezone.localdate(), timezone.now()
    rows = rosters.shifts_of_user(user, today - DAY, today + timedelta(days=AHEAD))
    open_swaps = Swap.objects.filter(state=Swap.State.ASKED, starts_at__gt=now).select_related(
        "giver", "taker", "roster"
    )
    context = {
        "rows": [(roster, shift, shift.starts <= now) for roster, shift in rows if shift.ends > now],
        "asked": open_swaps.filter(taker=user),
        "asking": open_swaps.filter(giver=user),
        "rosters": list(dict.fromkeys(roster for roster, _shift in rows)),
        "form": form,
    }
    return render(request, "grid/duty/shifts.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_posts
def swap(request: Request, user: User, pk: int) -> HttpResponse:
    """`/rosters/<pk>/swaps/`: ask somebody of the roster to take a shift of mine."""
    roster = _roster(request, pk)
    today, now = timezone.localdate(), timezone.now()
    shifts = [each for each in rosters.shifts_of(roster, today, today + timedelta(days=AHEAD)) if each.starts > now]
    form = Handover(
        request.POST if request.method == "POST" else None,
        roster=roster,
        shifts=shifts,
        people={each.user_id: each.user for each in roster.members.all()} | rosters.people_of(roster),
        language=get_language() or "",
        giver=user.pk,
        initial={"shift": request.GET.get("shift", "")},
    )
    if form.is_bound and form.is_valid():
        cleaned = form.cleaned_data
        try:
            arranging.ask(
                roster, starts=cleaned["shift"][2], giver=user, taker=rosters.people_of(roster)[cleaned["taker"]],
                back=cleaned["back"][2] if cleaned["back"] else None, words=cleaned["words"],
                by=request.actor, now=now,
            )  # fmt: skip
        except arranging.Impossible as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("已经问了对方；对方同意以前，这一班还是您的。"))
            return redirect("shifts")
    context = {"roster": roster, "form": form, "none": not form.fields["shift"].choices}  # type: ignore[attr-defined]
    return render(request, "grid/duty/swap.html", context, status=422 if form.errors else 200)


def _swap_act(column: str, act: Callable[..., None], done: Promise) -> Callable[..., HttpResponseBase]:
    """An answer to a swap by the person in that column; for others it does not exist."""

    @require_POST
    @for_posts
    def view(request: Request, user: User, pk: int) -> HttpResponse:
        found = get_object_or_404(Swap.objects.select_related("giver", "taker", "roster"), pk=pk, **{column: user})
        try:
            act(found, by=request.actor, now=timezone.now())
        except arranging.Impossible as error:
            messages.error(request, str(error))
        else:
            messages.success(request, str(done))
        return redirect("shifts")

    return view


accept = _swap_act("taker", arranging.accept, gettext_lazy("这一班归您了，对方会收到通知。"))
decline = _swap_act("taker", arranging.decline, gettext_lazy("已回绝，对方会收到通知。"))
withdraw = _swap_act("giver", arranging.withdraw, gettext_lazy("已撤回，这一班还是您的。"))


# --- calls that nobody answered


@require_safe
@for_posts
def calls(request: Request, user: User) -> HttpResponse:
    """`/calls/`: unanswered calls to follow up, and what came of the last ones."""
    return _calls(request)


def _calls(request: Request, wrong: tuple[int, FollowUpForm] | None = None, status: int = 200) -> HttpResponse:
    if not calling.follows_up(request.actor):
        raise Http404
    waiting = list(calling.to_follow_up(request.actor).prefetch_related("attempts__user")[:100])
    forms = [FollowUpForm(auto_id=f"call-{each.pk}-%s") for each in waiting]
    context = {
        "waiting": [
            (each, wrong[1] if wrong and wrong[0] == each.pk else form)
            for each, form in zip(waiting, forms, strict=True)
        ],
        "done": calling.followed_up(request.actor)[:DONE_SHOWN],
    }
    return render(request, "grid/duty/calls.html", context, status=status)


@require_POST
@for_posts
def follow_up(request: Request, user: User, pk: int) -> HttpResponse:
    """`/calls/<pk>/follow-up/`: what came of it; the caller's number is erased."""
    call = _call(request, pk)
    form = FollowUpForm(request.POST, auto_id=f"call-{pk}-%s")
    if not form.is_valid():
        return _calls(request, (pk, form), status=422)
    if calling.follow_up(call, words=form.cleaned_data["words"], by=request.actor, now=timezone.now()):
        messages.success(request, _("已记下，对方留的号码已删除。"))
    else:
        messages.error(request, _("刚才已经有人跟进了。"))
    return redirect("calls")


@require_POST
@for_posts
def reveal(request: Request, user: User, pk: int) -> HttpResponse:
    """`/calls/<pk>/number/`: the number a caller left, to ring them back; looking is written down."""
    call = _call(request, pk)
    if call.phone is None:
        return redirect("calls")
    audit.reveal(by=request.actor, object_kind="call", object_id=pk, reason=_("回访没接通的呼叫"), now=timezone.now())
    return render(request, "grid/duty/number.html", {"call": call, "back": reverse("calls")})


def _call(request: Request, pk: int) -> Call:
    found = calling.to_follow_up(request.actor) | calling.followed_up(request.actor)
    return get_object_or_404(found, pk=pk)
