"""`/venues/new/`, `/venues/<pk>/keeping/`: the venue's rooms, hours and rule."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request
from lastmeter.grid import policy
from lastmeter.grid.duty.reach import for_posts
from lastmeter.venues import keeping, months, rulebook
from lastmeter.venues.forms import PeriodForm, RuleForm, SpaceForm, VenueForm
from lastmeter.venues.models import Period, Venue
from lastmeter.venues.views.desk import kept


@require_http_methods(["GET", "HEAD", "POST"])
@for_posts
def new(request: Request, user: User) -> HttpResponse:
    """`/venues/new/`: another venue of my ground."""
    places = keeping.places_of(request.actor, timezone.localdate())
    if not places.exists():
        raise Http404
    form = VenueForm(request.POST or None, places=places)
    if request.method == "POST" and form.is_valid():
        made = keeping.open_venue(by=request.actor, now=timezone.now(), **form.cleaned_data)
        messages.success(request, _("已建好，接着加房间和开放时间。"))
        return redirect("venue-keeping", made.pk)
    return render(request, "venues/new.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
@for_posts
def show(request: Request, user: User, pk: int) -> HttpResponse:
    return _show(request, kept(request, pk))


def _show(request: Request, venue: Venue, **forms: Any) -> HttpResponse:
    today = timezone.localdate()
    rule = rulebook.rule_for(venue.node.path, timezone.now())
    context = {
        "venue": venue,
        "rooms": months.rooms_of(venue),
        "periods": Period.objects.filter(venue=venue).prefetch_related("openings").order_by("since", "pk"),
        "room_form": SpaceForm(venue=venue),
        "period_form": PeriodForm(),
        "rule_form": RuleForm(instance=rule, initial={"valid_from": today, "basis": ""}),
        **forms,
    }
    return render(request, "venues/keeping.html", context, status=422 if forms else 200)


@require_POST
@for_posts
def rooms(request: Request, user: User, pk: int) -> HttpResponse:
    """`…/rooms/`: another room, or a part of a hall."""
    venue = kept(request, pk)
    form = SpaceForm(request.POST, venue=venue)
    if not form.is_valid():
        return _show(request, venue, room_form=form)
    keeping.add_space(venue, by=request.actor, now=timezone.now(), **form.cleaned_data)
    messages.success(request, _("房间已加上。"))
    return redirect("venue-keeping", pk)


@require_POST
@for_posts
def hours(request: Request, user: User, pk: int) -> HttpResponse:
    """`…/hours/`: an arrangement of hours, or a closure."""
    venue, form = kept(request, pk), PeriodForm(request.POST)
    if not form.is_valid():
        return _show(request, venue, period_form=form)
    said = form.cleaned_data
    keeping.arrange_hours(
        venue, name=said["name"], since=said["since"], until=said["until"], hours=form.hours(), by=request.actor,
        now=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("开放时间已更新。"))
    return redirect("venue-keeping", pk)


@require_POST
@for_posts
def hours_removal(request: Request, user: User, pk: int, period: int) -> HttpResponse:
    venue = kept(request, pk)
    keeping.drop_hours(get_object_or_404(Period, pk=period, venue=venue), by=request.actor, now=timezone.now())
    messages.success(request, _("这条安排已删去。"))
    return redirect("venue-keeping", pk)


@require_POST
@for_posts
def rule(request: Request, user: User, pk: int) -> HttpResponse:
    """`…/rule/`: the booking rule of this venue's place, from a day on."""
    venue, form = kept(request, pk), RuleForm(request.POST)
    if form.is_valid():
        row = form.save(commit=False)
        row.node = venue.node
        try:
            policy.enact(row, by=request.actor, now=timezone.now())
        except policy.TooLate as late:
            form.add_error("valid_from", str(late))
    if not form.is_valid():
        return _show(request, venue, rule_form=form)
    messages.success(request, _("预约规则已更新。"))
    return redirect("venue-keeping", pk)
