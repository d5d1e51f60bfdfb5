"""`/activities/desk/`: what I hold, who comes, and the door."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request
from lastmeter.grid.duty.reach import for_posts
from lastmeter.kit.ids import row_id
from lastmeter.kit.paging import Keyset, page
from lastmeter.kit.zhtime import read_moment
from lastmeter.occasions import arranging, attending, reading, signing, tickets
from lastmeter.occasions.forms import CallOffForm, GuestForm, OccasionForm, ResizeForm
from lastmeter.occasions.models import Occasion, Series
from lastmeter.occasions.seats import LIVE
from lastmeter.occasions.signing import Refused

SIZE, BY_TIME, LATEST = 30, Keyset(("starts_at", "id")), Keyset(("-starts_at", "-id"))
MOST_SENT = 200  # arrivals that a door sends in one go


@require_safe
@for_posts
def listing(request: Request, user: User) -> HttpResponse:
    """`/activities/desk/`: what is to come on my ground; `?past` what is over."""
    now, past = timezone.now(), "past" in request.GET
    rows = reading.arranged_by(request.actor).order_by()
    rows = rows.filter(ends_at__lte=now) if past else rows.filter(ends_at__gt=now)
    shown = page(rows, request.GET.get("cursor"), SIZE, LATEST if past else BY_TIME)
    may = reading.places_of(request.actor, timezone.localdate()).exists()
    return render(request, "occasions/desk.html", {"page": shown, "past": past, "coming": not past, "may": may})


@require_http_methods(["GET", "HEAD", "POST"])
@for_posts
def new(request: Request, user: User) -> HttpResponse:
    """`/activities/new/`: hold something, once or again and again."""
    places = reading.places_of(request.actor, timezone.localdate())
    if not places.exists():
        raise Http404
    form = OccasionForm(request.POST or None, places=places, today=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        made = _begin(form.cleaned_data, request)
        messages.success(request, _("已公布，居民现在就能报名。"))
        return redirect("occasions-desk") if isinstance(made, Series) else redirect("occasion-people", made.pk)
    return render(request, "occasions/new.html", {"form": form}, status=422 if form.is_bound else 200)


def _begin(said: dict[str, Any], request: Request) -> Occasion | Series:
    same = {name: said[name] for name in ("node", "title", "words", "place", "capacity", "most", "accept_hours")}
    now, starts_at, ends_at = timezone.now(), said["starts_at"], said["ends_at"]
    if not said["repeat"]:
        return arranging.arrange(**same, starts_at=starts_at, ends_at=ends_at, by=request.actor, now=now)
    minutes = int((ends_at - starts_at).total_seconds() // 60)
    return arranging.begin_series(
        **same, rule=said["rule"], days=said["days"] or Series.Days.NO_HOLIDAYS, first_at=starts_at, minutes=minutes,
        by=request.actor, now=now,
    )  # fmt: skip


def _mine(request: Request, pk: int) -> Occasion:
    """An occasion whose people the actor may see; others do not exist for them."""
    occasion = get_object_or_404(Occasion.objects.select_related("node", "series"), pk=pk)
    if not arranging.may_arrange(request.actor, occasion.node.path):
        raise Http404
    return occasion


@require_safe
@for_posts
def people(request: Request, user: User, pk: int) -> HttpResponse:
    """`…/people/`: who comes, who waits, who is here; the door reads codes on this page, with a network or without."""
    return _people(request, _mine(request, pk))


def _people(request: Request, occasion: Occasion, guest: GuestForm | None = None, trouble: str = "") -> HttpResponse:
    rows = occasion.signups.filter(state__in=LIVE).select_related("user", "check_in").order_by("number")
    context = {
        "occasion": occasion,
        "signups": list(rows),
        "guest": guest or GuestForm(occasion=occasion),
        "resize": ResizeForm(initial={"capacity": occasion.capacity}),
        "calling_off": CallOffForm(),
        "key": tickets.key_of(occasion.pk).hex(),
        "ratings": occasion.signups.filter(feedback__isnull=False).select_related("feedback").order_by("-feedback__at"),
        "open": occasion.starts_at > timezone.now() and occasion.called_off_at is None,
        "door": attending.is_open(occasion, timezone.now()),
        "trouble": trouble,
    }
    return render(request, "occasions/people.html", context, status=409 if trouble else 422 if guest else 200)


@require_POST
@for_posts
def guests(request: Request, user: User, pk: int) -> HttpResponse:
    """`…/guests/`: somebody without an account."""
    occasion = _mine(request, pk)
    form = GuestForm(request.POST, occasion=occasion)
    if not form.is_valid():
        return _people(request, occasion, form)
    sign_up = partial(signing.sign_up_guest, pk, by=request.actor, now=timezone.now(), **form.cleaned_data)
    return _carried_out(request, occasion, sign_up, _("已登记。"))


def _carried_out(request: Request, occasion: Occasion, act: Callable[[], object], done: str) -> HttpResponse:
    """The people's page after an act on the occasion: that it is done, or why it cannot be."""
    try:
        act()
    except Refused as refused:
        return _people(request, occasion, trouble=str(refused))
    messages.success(request, done)
    return redirect("occasion-people", occasion.pk)


@require_POST
@for_posts
def size(request: Request, user: User, pk: int) -> HttpResponse:
    """`…/capacity/`: more places, or fewer as long as nobody loses one."""
    occasion, form = _mine(request, pk), ResizeForm(request.POST)
    if not form.is_valid():
        return _people(request, occasion, trouble=_("名额要填 1 到 5000 的数。"))
    resize = partial(arranging.resize, pk, capacity=form.cleaned_data["capacity"], now=timezone.now())
    return _carried_out(request, occasion, resize, _("名额已改，排队的按顺序递补。"))


@require_POST
@for_posts
def calling_off(request: Request, user: User, pk: int) -> HttpResponse:
    """`…/calling-off/`: it does not take place."""
    occasion, form = _mine(request, pk), CallOffForm(request.POST)
    if not form.is_valid():
        return _people(request, occasion, trouble=_("请写为什么取消，报了名的人会看到。"))
    call_off = partial(arranging.call_off, pk, why=form.cleaned_data["why"], now=timezone.now())
    return _carried_out(request, occasion, call_off, _("已取消，报了名的人都收到了通知。"))


@require_POST
@for_posts
def check_ins(request: Request, user: User, pk: int) -> HttpResponse:
    """`…/checkins/`: one ticked off by hand, or what a door saw (JSON list), each answered by itself.

    A door sends `[{"ref", "at", "code"}]`; the answer is `[{"ref", "done", "words"}]`. What it sends again is done.
    """
    occasion = _mine(request, pk)
    if request.content_type == "application/json":
        return JsonResponse([_seen(occasion, each, request) for each in _sent(request.body)], safe=False)
    signup = row_id(request.POST.get("signup", ""))
    code, now = request.POST.get("code", ""), timezone.now()
    ref = f"tick-{occasion.pk}-{signup or code}"[:64]
    done, words = _written(occasion, attending.Arrival(ref=ref, at=now, code=code, signup_id=signup), request)
    if not done:
        return _people(request, occasion, trouble=words)
    return redirect("occasion-people", pk)


def _sent(body: bytes) -> list[dict[str, Any]]:
    try:
        rows = json.loads(body)
    except ValueError:
        return []
    return [each for each in rows[:MOST_SENT] if isinstance(each, dict)] if isinstance(rows, list) else []


def _seen(occasion: Occasion, row: dict[str, Any], request: Request) -> dict[str, Any]:
    ref, code = str(row.get("ref", ""))[:64], str(row.get("code", ""))[:100]
    at = read_moment(str(row.get("at", ""))) or timezone.now()  # the door's clock, where it says one
    done, words = _written(occasion, attending.Arrival(ref=ref, at=at, code=code), request)
    return {"ref": ref, "done": done, "words": words}


def _written(occasion: Occasion, arrival: attending.Arrival, request: Request) -> tuple[bool, str]:
    try:
        made = attending.check_in(occasion.pk, arrival, by=request.actor, now=timezone.now())
    except tickets.BadTicket:
        return False, _("不是这次活动的入场码。")
    except Refused as refused:
        return False, str(refused)
    return True, _("%(seats)d 位，欢迎。") % {"seats": made.signup.seats}
