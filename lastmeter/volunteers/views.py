"""`/volunteering/`: report in, see the calls that fit, say yes in two taps, say no in two, leave in two."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.grid import picking
from lastmeter.volunteers import answering, joining, slips
from lastmeter.volunteers.forms import JoinForm
from lastmeter.volunteers.models import Invitation, Member


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def home(request: Request, user: User) -> HttpResponse:
    """My calls and my report-in; the place is the one picked last, or where I reported in."""
    member = Member.objects.select_related("node").filter(user=user).first()
    active = member if member is not None and member.until is None else None
    picked = picking.valid(request.POST.get("place") or request.GET.get("place"))
    place = picked or (active.node if active else picking.remembered(request.session))
    form = JoinForm(request.POST if request.method == "POST" else None, member=member, place=place)
    if form.is_valid() and place is not None:
        joining.join(user, node=place, now=timezone.now(), **form.cleaned_data)
        messages.success(request, _("已报到。有适合您的事会请您，去不去由您定。"))
        return redirect("volunteering")
    context = {
        "form": form,
        "member": active,
        "place": place,
        "invitations": answering.of_user(user),
        "slips": slips.concern(request.actor),
    }
    return render(request, "volunteers/home.html", context, status=422 if form.is_bound else 200)


@require_POST
@signed_in
def leaving(request: Request, user: User) -> HttpResponse:
    joining.leave(user, now=timezone.now())
    messages.success(request, _("已退出，不会再邀请您。"))
    return redirect("volunteering")


@require_safe
@signed_in
def call(request: Request, user: User, pk: int) -> HttpResponse:
    """One call as the invited person reads it."""
    return render(request, "volunteers/call.html", {"invitation": _mine(user, pk)})


@require_POST
@signed_in
def acceptance(request: Request, user: User, pk: int) -> HttpResponse:
    invitation = _mine(user, pk)
    try:
        answering.accept(invitation, now=timezone.now())
    except answering.Full as full:
        context = {"invitation": _mine(user, pk), "trouble": str(full)}
        return render(request, "volunteers/call.html", context, status=409)
    messages.success(request, _("谢谢您，说好了。来不了时点一下“来不了了”。"))
    return redirect("volunteering-call", pk)


@require_POST
@signed_in
def refusal(request: Request, user: User, pk: int) -> HttpResponse:
    answering.decline(_mine(user, pk), now=timezone.now())
    messages.success(request, _("好的，不用说明理由。"))
    return redirect("volunteering")


def _mine(user: User, pk: int) -> Invitation:
    """The invitation of this person to a call; a call that others were asked to does not exist for them."""
    return get_object_or_404(Invitation.objects.select_related("call__skill"), call=pk, member__user=user)
