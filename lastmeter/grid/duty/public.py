"""Who is on duty now and 现在呼叫: pages for residents, without sign-in and without a script."""

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lastmeter.accounts import limits
from lastmeter.accounts.requests import address_client
from lastmeter.grid import picking, tree
from lastmeter.grid.duty import calling, numbers, rosters
from lastmeter.grid.duty.forms import CallbackForm
from lastmeter.grid.models import Call
from lastmeter.kit.ids import new_token

CALLS_PER_HOUR = 30  # from one network address; a whole compound may share one
TAPS_PER_HOUR = 300
REF = re.compile(r"[\w-]{1,40}", re.ASCII)  # what a page brings along as its reference


@require_safe
def duty(request: HttpRequest) -> HttpResponse:
    """`/duty/`: who is on duty at the place this browser picked last; the picker when there is none."""
    node = picking.remembered(request.session)
    return redirect("call-now", tree.code_of(node)) if node else redirect("places")


@require_http_methods(["GET", "HEAD", "POST"])
def call_now(request: HttpRequest, code: str) -> HttpResponse:
    """`/g/<code>/call/`: who is on duty; POST begins a call, the same page twice gives one call."""
    node = tree.named(code)
    if node is None:
        return render(request, "grid/unknown.html", {"code": code[:40]}, status=404)
    now, trouble = timezone.now(), ""
    if request.method == "POST":
        ref = _ref(request.POST.get("ref", ""))
        try:
            if not Call.objects.filter(ref=ref).exists():
                limits.hit(f"call:{address_client(request)}", CALLS_PER_HOUR, 3600, now)
            call = calling.start(node, ref=ref, now=now)
            return redirect("call", tree.code_of(call.node), call.ref)
        except limits.TooMany as error:
            trouble = str(error)
    context = {
        "node": node,
        "code": tree.code_of(node),
        "people": rosters.on_duty(node, now),
        "ref": new_token(),
        "trouble": trouble,
    }
    return render(request, "grid/duty/call_now.html", context, status=429 if trouble else 200)


def _ref(text: str) -> str:
    """The reference that the page was made with; one of its own for a page that lost it."""
    return text if REF.fullmatch(text) else new_token()


def _call(code: str, ref: str) -> Call:
    return get_object_or_404(Call.objects.select_related("node"), ref=ref, node=tree.named(code))


@require_safe
def call(request: HttpRequest, code: str, ref: str) -> HttpResponse:
    """`/g/<code>/call/<ref>/`: the number to ring now, or how the call ended."""
    return _page(request, code, _call(code, ref))


def _page(
    request: HttpRequest, code: str, found: Call, form: CallbackForm | None = None, trouble: str = "", status: int = 200
) -> HttpResponse:
    attempts = list(found.attempts.select_related("user").order_by("position"))
    current = next((each for each in attempts if each.position == found.position), None)
    running = found.outcome == Call.Outcome.RUNNING
    context = {
        "call": found,
        "code": code,
        "node": found.node,
        "current": current if running else None,
        "number": numbers.number(current.phone, current.user_id) if running and current else None,
        "tried": [each for each in attempts if each.unanswered_at],
        "left": sum(each.position > found.position for each in attempts),
        "form": form or CallbackForm(),
        "may_leave": found.missed > 0 and found.phone is None and found.followed_up_at is None,
        "trouble": trouble,
    }
    return render(request, "grid/duty/call.html", context, status=status)


@require_POST
def unanswered(request: HttpRequest, code: str, ref: str) -> HttpResponse:
    """`/g/<code>/call/<ref>/unanswered/`: the one at that position did not answer; the page shows the next."""
    found = _call(code, ref)
    position = request.POST.get("position", "")
    if position.isascii() and position.isdigit() and len(position) < 4:
        try:
            limits.hit(f"call-tap:{address_client(request)}", TAPS_PER_HOUR, 3600, timezone.now())
        except limits.TooMany as error:
            return _page(request, code, found, trouble=str(error), status=429)
        calling.pass_on(found, position=int(position), now=timezone.now())
    return redirect("call", code, ref)


@require_POST
def answered(request: HttpRequest, code: str, ref: str) -> HttpResponse:
    """`/g/<code>/call/<ref>/answered/`: somebody answered; the call is over."""
    calling.answer(_call(code, ref), now=timezone.now())
    return redirect("call", code, ref)


@require_POST
def callback(request: HttpRequest, code: str, ref: str) -> HttpResponse:
    """`/g/<code>/call/<ref>/callback/`: a number to be rung back, sealed until the call is followed up."""
    found, form = _call(code, ref), CallbackForm(request.POST)
    if not form.is_valid():
        return _page(request, code, found, form, status=422)
    if not calling.leave_phone(found, form.cleaned_data["phone"]):
        return _page(request, code, found, form, _("这次呼叫已经有人跟进，没有再留号码。"), status=409)
    return redirect("call", code, ref)
