"""`/activities/`: what is held near me, signing up in two taps, my places, my calendar."""

from collections.abc import Callable

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.grid import picking
from lastmeter.kit.paging import Keyset, page
from lastmeter.occasions import arranging, attending, feeds, reading, seats, signing, tickets
from lastmeter.occasions.forms import FeedbackForm, PartyForm
from lastmeter.occasions.models import Feed, Occasion, SignUp
from lastmeter.occasions.seats import LIVE, State
from lastmeter.occasions.signing import Refused

SIZE, BY_TIME = 20, Keyset(("starts_at", "id"))


@require_safe
def listing(request: Request) -> HttpResponse:
    """`/activities/`: what is to come near the place picked last, or everywhere."""
    place, everywhere = picking.remembered(request.session), "all" in request.GET
    rows = reading.near(None if everywhere else place, timezone.now()).order_by()
    context = {
        "page": page(rows, request.GET.get("cursor"), SIZE, BY_TIME),
        "place_node": place,
        "everywhere": everywhere,
        "nearby": not everywhere,
        "arranges": bool(request.actor.user_id) and reading.places_of(request.actor, timezone.localdate()).exists(),
    }
    return render(request, "occasions/list.html", context)


@require_safe
def show(request: Request, pk: int) -> HttpResponse:
    return _show(request, get_object_or_404(Occasion.objects.select_related("node", "unit", "series"), pk=pk))


def _show(request: Request, occasion: Occasion, form: PartyForm | None = None, trouble: str = "") -> HttpResponse:
    """The occasion with what its reader can do here."""
    mine = _latest(request.actor.user, occasion)
    now = timezone.now()
    came = mine is not None and mine.state == State.CAME
    context = {
        "occasion": occasion,
        "signup": mine if mine and mine.state in LIVE else None,
        "past": mine,
        "ahead": seats.ahead_of(mine) if mine and mine.state == State.WAITING else 0,
        "form": form or PartyForm(occasion=occasion),
        "open": occasion.starts_at > now and occasion.called_off_at is None,
        "over": occasion.ends_at <= now,
        "trouble": trouble,
        "qr": _qr(mine) if mine and mine.state in (State.SEATED, State.OFFERED) and occasion.ends_at > now else "",
        "feedback": FeedbackForm(initial=_said(mine)) if came else None,
        "may": request.actor.user is not None and arranging.may_arrange(request.actor, occasion.node.path),
    }
    status = 409 if trouble else 422 if form else 200
    return render(request, "occasions/show.html", context, status=status)


def _latest(user: User | None, occasion: Occasion) -> SignUp | None:
    if user is None:
        return None
    return (
        SignUp.objects.select_related("occasion", "feedback")
        .filter(user=user, occasion=occasion)
        .order_by("-number")
        .first()
    )


def _said(signup: SignUp | None) -> dict[str, object]:
    feedback = getattr(signup, "feedback", None)
    return {"stars": feedback.stars, "words": feedback.words} if feedback else {}


def _qr(signup: SignUp) -> SafeString:
    code = tickets.write(signup.occasion_id, signup.pk, signup.seats)
    return SafeString(segno.make(code, error="m").svg_inline(scale=5, border=2, omitsize=True))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def signup(request: Request, user: User, pk: int) -> HttpResponse:
    """`…/signup/`: a seat at once, or a place in the line; who came here by signing in is shown the page again."""
    occasion = get_object_or_404(Occasion.objects.select_related("node", "unit", "series"), pk=pk)
    if request.method != "POST":
        return redirect("occasion", pk)
    form = PartyForm(request.POST, occasion=occasion)
    if not form.is_valid():
        return _show(request, occasion, form)
    try:
        made = signing.sign_up(pk, user=user, party=form.cleaned_data["party"], by=request.actor, now=timezone.now())
    except Refused as refused:
        return _show(request, occasion, trouble=str(refused))
    said = (
        _("报上了。来不了请提前取消，让给别人。")
        if made.state == State.SEATED
        else _("名额满了，已替您排队；轮到您会通知。")
    )
    messages.success(request, said)
    return redirect("occasion", pk)


def _answered(act: Callable[..., None], said: Callable[[], str]) -> Callable[..., HttpResponseBase]:
    """A view in which somebody says something about their own sign-up; one that others made does not exist for them."""

    @require_POST
    @signed_in
    def view(request: Request, user: User, pk: int) -> HttpResponse:
        occasion = get_object_or_404(Occasion.objects.select_related("node", "unit", "series"), pk=pk)
        mine = _latest(user, occasion)
        if mine is not None:
            try:
                act(mine, now=timezone.now())
            except Refused as refused:
                return _show(request, occasion, trouble=str(refused))
            messages.success(request, said())
        return redirect("occasion", pk)

    return view


acceptance = _answered(signing.accept, lambda: _("说好了，到时候见。"))
cancellation = _answered(signing.cancel, lambda: _("已取消，名额让给下一位。"))


@require_POST
@signed_in
def feedback(request: Request, user: User, pk: int) -> HttpResponse:
    """`…/feedback/`: stars and words of somebody who came."""
    occasion = get_object_or_404(Occasion.objects.select_related("node", "unit", "series"), pk=pk)
    mine, form = _latest(user, occasion), FeedbackForm(request.POST)
    if mine is None or not form.is_valid():
        return _show(request, occasion, trouble=_("请选几颗星。"))
    try:
        attending.give_feedback(mine, now=timezone.now(), **form.cleaned_data)
    except Refused as refused:
        return _show(request, occasion, trouble=str(refused))
    messages.success(request, _("谢谢您的评价。"))
    return redirect("occasion", pk)


@require_safe
@signed_in
def mine(request: Request, user: User) -> HttpResponse:
    """`/activities/mine/`: what I signed up for, and the address of my calendar."""
    context = {
        "signups": signing.of_user(user, timezone.now()),
        "address": _address(request, Feed.objects.filter(user=user).first()),
    }
    return render(request, "occasions/mine.html", context)


def _address(request: Request, feed: Feed | None) -> str:
    return request.build_absolute_uri(f"/activities/calendar/{feed.token}.ics") if feed else ""


@require_POST
@signed_in
def subscription(request: Request, user: User) -> HttpResponse:
    feeds.subscribe(user, now=timezone.now())
    messages.success(request, _("日历地址已生成，旧的地址不再有效。"))
    return redirect("occasions-mine")
