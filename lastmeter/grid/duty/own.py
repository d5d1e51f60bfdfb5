"""One's own shifts, and swaps: asking, accepting, declining, withdrawing."""

from collections.abc import Callable
from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request
from lastmeter.grid.duty import arranging, rosters
from lastmeter.grid.duty.forms import Handover
from lastmeter.grid.duty.reach import for_posts, roster_for
from lastmeter.grid.duty.rota import Shift
from lastmeter.grid.models import Roster, Swap
from lastmeter.kit.zhtime import DAY

AHEAD = 31  # days of one's own shifts


@require_safe
@for_posts
def my_shifts(request: Request, user: User) -> HttpResponse:
    """`/shifts/`: my shifts of the coming month, what I was asked, and what I asked."""
    today, now = timezone.localdate(), timezone.now()
    rows = rosters.shifts_of_user(user, today - DAY, today + timedelta(days=AHEAD))
    open_swaps = Swap.objects.filter(state=Swap.State.ASKED, starts_at__gt=now).select_related(
        "giver", "taker", "roster"
    )
    context = {
        "rows": [(roster, shift, shift.starts <= now) for roster, shift in rows if shift.ends > now],
        "asked": [(each, _shift(each)) for each in open_swaps.filter(taker=user)],
        "asking": open_swaps.filter(giver=user),
        "rosters": list(dict.fromkeys(roster for roster, _shift in rows)),
    }
    return render(request, "grid/duty/shifts.html", context)


def _shift(swap: Swap) -> Shift | None:
    """The shift somebody is asked to take: until when it goes is what they need to know."""
    day = timezone.localdate(swap.starts_at)
    [roster] = rosters.whole(Roster.objects.filter(pk=swap.roster_id))
    there = rosters.shifts_of(roster, day, day + DAY)
    return next((each for each in there if each.starts == swap.starts_at and each.person == swap.giver_id), None)


@require_http_methods(["GET", "HEAD", "POST"])
@for_posts
def swap(request: Request, user: User, pk: int) -> HttpResponse:
    """`/rosters/<pk>/swaps/`: ask somebody of the roster to take a shift of mine."""
    roster = roster_for(request, pk)
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
    context = {"roster": roster, "form": form, "none": not form.shifts}
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
