"""`/venues/`: find a room, see what is free, book it in four taps, give it back, appeal."""

import math
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.grid import picking
from lastmeter.kit.ids import new_token, row_id
from lastmeter.kit.zhtime import CHINA, read_moment
from lastmeter.venues import attending, booking, deciding, drawing, finding, limits, opening, rulebook
from lastmeter.venues.booking import Refused, Taken, Wish
from lastmeter.venues.forms import LONGEST_HOURS, AppealForm, BookForm, FindForm
from lastmeter.venues.models import Absence, Booking, Space, Venue

SHOWN_DAYS = 14


@require_safe
def listing(request: Request) -> HttpResponse:
    """`/venues/`: the venues around the place picked last; with a day and hours the rooms that are free then."""
    place, everywhere, now = picking.remembered(request.session), "all" in request.GET, timezone.now()
    near = None if everywhere else place
    form = FindForm(request.GET if "day" in request.GET else None, now=now)
    found, query = None, ""
    if form.is_bound and form.is_valid():
        starts_at, ends_at = form.span()
        search = finding.Search(
            starts_at, ends_at, form.cleaned_data["people"], list(form.cleaned_data["equipment"]), near, form.here
        )
        found = finding.find(search)
        hours = math.ceil((ends_at - starts_at) / timedelta(hours=1))
        query = f"?{urlencode({'at': starts_at.isoformat(), 'hours': hours})}"
    context = {
        "form": form,
        "found": found,
        "query": query,
        "searched": form.is_bound,
        "venues": finding.near(near).order_by("node__path", "pk")[: finding.MOST],
        "place_node": place,
        "everywhere": everywhere,
        "nearby": not everywhere,
        "keeps": deciding.keeps_any(request.actor),
    }
    return render(request, "venues/list.html", context, status=422 if form.is_bound and not form.is_valid() else 200)


@require_safe
def venue(request: Request, pk: int) -> HttpResponse:
    """`/venues/<pk>/`: when it is open, its rooms."""
    found = get_object_or_404(Venue.objects.select_related("node"), pk=pk, closed_on=None)
    rooms = list(
        Space.objects.filter(venue=found, closed_on=None).prefetch_related("equipment").order_by("order", "pk")
    )
    week = opening.week(found, timezone.localdate())
    context = {"venue": found, "rooms": rooms, "week": week, "may": deciding.may_keep(request.actor, found.node.path)}
    return render(request, "venues/venue.html", context)


@require_safe
def room(request: Request, pk: int) -> HttpResponse:
    """`/venues/rooms/<pk>/`: the days ahead and the free hours of one of them."""
    space = _room(pk)
    today, now = timezone.localdate(), timezone.now()
    rule = rulebook.rule_for(space.venue.node.path, now)
    days = finding.days_open(space, today, min(rule.days_ahead, SHOWN_DAYS) + 1, now)
    day = _day(request.GET.get("day", ""), next((each for each, hours in days.items() if hours), today))
    context = {
        "space": space,
        "days": [
            (datetime.combine(each, datetime.min.time(), CHINA), hours, each == day) for each, hours in days.items()
        ],
        "day": datetime.combine(day, datetime.min.time(), CHINA),
        "slots": finding.slots_of(space, day, now) if day in days else [],
        "rule": rule,
        "draws": drawing.standing(now).filter(space=space),
        "now": now,
    }
    return render(request, "venues/room.html", context)


def _room(pk: int) -> Space:
    rows = Space.objects.select_related("venue__node").prefetch_related("equipment")
    return get_object_or_404(rows, pk=pk, closed_on=None, venue__closed_on=None)


def _day(text: str, usual: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return usual


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def book(request: Request, user: User, pk: int) -> HttpResponse:
    """`/venues/rooms/<pk>/booking/?at=…`: what it is for, and it is booked."""
    space = _room(pk)
    if request.method != "POST":
        at = read_moment(request.GET.get("at", ""))
        if at is None:
            return redirect("venue-room", pk)
        started = {"at": at, "client_ref": new_token(), "people": min(4, space.capacity), "hours": _hours(request)}
        return _booking_form(request, space, BookForm(initial=started), at)
    form = BookForm(request.POST)
    if not form.is_valid():
        return _booking_form(request, space, form, form.cleaned_data.get("at"), 422)
    said = form.cleaned_data
    wish = Wish(
        space=space, starts_at=said["at"], ends_at=said["at"] + timedelta(hours=said["hours"]), people=said["people"],
        purpose=said["purpose"], client_ref=said["client_ref"] or new_token(),
    )  # fmt: skip
    try:
        made = booking.book(wish, user=user, by=request.actor, now=timezone.now())
    except Taken as taken:
        form.add_error(None, str(taken))
        return _booking_form(request, space, form, said["at"], 409, finding.instead_of(wish))
    except Refused as refused:
        form.add_error(None, str(refused))
        return _booking_form(request, space, form, said["at"], 409)
    asked = made.state == Booking.State.REQUESTED
    messages.success(
        request, _("已提交，等场所审批，结果会通知您。") if asked else _("订好了。用不上请提前取消，让给别人。")
    )
    return redirect("venue-booking", made.pk)


def _booking_form(
    request: Request, space: Space, form: BookForm, at: datetime | None, status: int = 200, others: object = ()
) -> HttpResponse:
    context = {"space": space, "form": form, "at": at, "others": others}
    return render(request, "venues/book.html", context, status=status)


def _hours(request: Request) -> int:
    """The length that was searched for; an hour when none was or it is not to be had."""
    asked = row_id(request.GET.get("hours", "")) or 1
    return asked if asked in dict(LONGEST_HOURS) else 1


@require_safe
@signed_in
def mine(request: Request, user: User) -> HttpResponse:
    """`/venues/mine/`: what I booked, and what stands against me."""
    now = timezone.now()
    absences = Absence.objects.filter(user=user, expires_at__gt=now).select_related("booking__space__venue")
    context = {"bookings": booking.of_user(user, now), "absences": absences.order_by("-at")}
    return render(request, "venues/mine.html", context)


@require_safe
@signed_in
def show(request: Request, user: User, pk: int) -> HttpResponse:
    return show_booking(request, _visible(request, user, pk))


def _visible(request: Request, user: User, pk: int) -> Booking:
    """One's own booking, or one of a venue one keeps; others do not exist."""
    row = booking_of(pk)
    if row.user_id != user.pk and not deciding.may_keep(request.actor, row.space.venue.node.path):
        raise Http404
    return row


def booking_of(pk: int) -> Booking:
    """A booking with all that its page shows, whoever may see it."""
    rows = Booking.objects.select_related("space__venue__node", "user", "unit", "instead", "absence", "key")
    return get_object_or_404(rows, pk=pk)


def show_booking(request: Request, row: Booking, trouble: str = "") -> HttpResponse:
    """One booking with what its reader can do about it."""
    now, keeps = timezone.now(), deciding.may_keep(request.actor, row.space.venue.node.path)
    asks = row.state == Booking.State.REQUESTED
    context = {
        "booking": row,
        "mine": row.user_id == request.actor.user_id,
        "keeps": keeps,
        "to_come": row.starts_at > now,
        "rivals": list(deciding.rivals(row)) if keeps and asks else [],
        "history": limits.history(row, now) if keeps and asks else None,
        "absence": getattr(row, "absence", None),
        "key": getattr(row, "key", None),
        "appeal": AppealForm(),
        "here": row.starts_at - attending.EARLY <= now < row.ends_at,
        "missing": row.starts_at + attending.GRACE <= now,
        "trouble": trouble,
    }
    return render(request, "venues/booking.html", context, status=409 if trouble else 200)


@require_POST
@signed_in
def cancellation(request: Request, user: User, pk: int) -> HttpResponse:
    row = _visible(request, user, pk)
    try:
        booking.cancel(row, now=timezone.now())
    except Refused as refused:
        return show_booking(request, row, str(refused))
    messages.success(request, _("已取消，房间让给别人。"))
    return redirect("venues-mine" if row.user_id == user.pk else "venues-desk")


@require_POST
@signed_in
def appealing(request: Request, user: User, pk: int) -> HttpResponse:
    """`…/appeal/`: why somebody did not come, in their own words."""
    row, form = _visible(request, user, pk), AppealForm(request.POST)
    absence = getattr(row, "absence", None)
    if absence is None or row.user_id != user.pk or not form.is_valid():
        return show_booking(request, row, _("请写为什么没来。"))
    try:
        attending.appeal(absence, excuse=form.cleaned_data["excuse"], now=timezone.now())
    except Refused as refused:
        return show_booking(request, row, str(refused))
    messages.success(request, _("已收到，会由另一位工作人员复核。"))
    return redirect("venue-booking", pk)
