"""The list of calls that nobody answered, and following them up."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from lastmeter.accounts import audit, limits
from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request
from lastmeter.grid import scope
from lastmeter.grid.duty import calling
from lastmeter.grid.duty.forms import FollowUpForm
from lastmeter.grid.duty.reach import for_posts
from lastmeter.grid.keeping import DRAWERS
from lastmeter.grid.models import Call
from lastmeter.kit.text import on_record

DONE_SHOWN = 20


@require_safe
@for_posts
def calls(request: Request, user: User) -> HttpResponse:
    """`/calls/`: unanswered calls to follow up, and what came of the last ones."""
    return _calls(request)


def _calls(request: Request, wrong: tuple[int, FollowUpForm] | None = None, status: int = 200) -> HttpResponse:
    if not scope.has_post(request.actor, DRAWERS):
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
    reason = on_record(gettext_lazy("回访没接通的呼叫"))
    try:
        audit.reveal(by=request.actor, object_kind="call", object_id=pk, reason=reason, now=timezone.now())
    except limits.TooMany as error:
        messages.error(request, str(error))
        return redirect("calls")
    return render(request, "grid/duty/number.html", {"call": call, "back": reverse("calls")})


def _call(request: Request, pk: int) -> Call:
    found = calling.to_follow_up(request.actor) | calling.followed_up(request.actor)
    return get_object_or_404(found, pk=pk)
