"""`/venues/desk/`: requests beside their rivals, today's rooms and keys, a month on one screen."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request
from lastmeter.grid.duty.reach import for_posts
from lastmeter.kit.ids import new_token
from lastmeter.kit.zhtime import CHINA, DAY, SWAPPED, span_of
from lastmeter.venues import attending, deciding, drawing, keeping, months, rules
from lastmeter.venues.booking import Refused, Wish
from lastmeter.venues.forms import OfficialForm, WordsForm
from lastmeter.venues.models import Absence, Booking, Space, Venue
from lastmeter.venues.views.resident import booking_of, show_booking

MOST = 100


@require_safe
@for_posts
def listing(request: Request, user: User) -> HttpResponse:
    """`/venues/desk/`: what waits for a decision, appeals, and today's bookings of my venues."""
    if not deciding.keeps_any(request.actor):
        raise Http404
    venues = list(keeping.kept_by(request.actor))
    theirs = Booking.objects.filter(space__venue__in=venues).select_related("space__venue", "user", "unit")
    today = datetime.combine(timezone.localdate(), time(), CHINA)
    standing = (Booking.State.CONFIRMED, Booking.State.USED, Booking.State.ABSENT)
    day = theirs.filter(starts_at__lt=today + DAY, ends_at__gt=today, state__in=standing)
    appeals = Absence.objects.filter(booking__space__venue__in=venues, appealed_at__isnull=False, decided_at=None)
    context = {
        "venues": venues,
        "requests": theirs.filter(state=Booking.State.REQUESTED, lot=None).order_by("starts_at", "at")[:MOST],
        "today": day.select_related("key").order_by("starts_at", "pk")[:MOST],
        "appeals": appeals.select_related("booking__space__venue", "user").order_by("appealed_at")[:MOST],
    }
    return render(request, "venues/desk.html", context)


def kept(request: Request, pk: int) -> Venue:
    """A venue that the actor keeps; others do not exist for them."""
    venue = get_object_or_404(Venue.objects.select_related("node"), pk=pk, closed_on=None)
    if not deciding.may_keep(request.actor, venue.node.path):
        raise Http404
    return venue


@require_safe
@for_posts
def month(request: Request, user: User, pk: int) -> HttpResponse:
    """`/venues/<pk>/month/`: rooms across, days down."""
    venue = kept(request, pk)
    first = months.first_of(request.GET.get("month", ""), timezone.localdate())
    rooms, now = months.rooms_of(venue), timezone.now()
    context = {
        "venue": venue,
        "rooms": rooms,
        "lines": months.lines(venue, rooms, first),
        "draws": drawing.standing(now).filter(space__venue=venue),
        "now": now,
        "first": datetime.combine(first, time(12), CHINA),
        "earlier": f"{first - DAY:%Y-%m}",
        "later": f"{months.next_month(first):%Y-%m}",
        "today": timezone.localdate(),
        "holiday": rules.HOLIDAY,
        "swapped": SWAPPED,
    }
    return render(request, "venues/month.html", context)


def deciding_on(view: Callable[[Request, Booking], str]) -> Callable[..., HttpResponseBase]:
    """A decision about one booking of a venue the actor keeps: it says what was done, or the page comes back."""

    @require_POST
    @for_posts
    @wraps(view)
    def guarded(request: Request, user: User, pk: int) -> HttpResponse:
        row = booking_of(pk)
        if not deciding.may_keep(request.actor, row.space.venue.node.path):
            raise Http404
        try:
            said = view(request, row)
        except Refused as refused:
            return show_booking(request, row, str(refused))
        messages.success(request, said)
        return redirect("venue-booking", pk)

    return guarded


@deciding_on
def approval(request: Request, row: Booking) -> str:
    deciding.approve(row, by=request.actor, now=timezone.now())
    return _("已批准，房间订好了。")


@deciding_on
def refusal(request: Request, row: Booking) -> str:
    deciding.refuse(row, words=_words(request), by=request.actor, now=timezone.now())
    return _("已回绝，申请人会看到原因。")


@deciding_on
def arrival(request: Request, row: Booking) -> str:
    attending.arrive(row, now=timezone.now())
    return _("已到场。")


@deciding_on
def key(request: Request, row: Booking) -> str:
    attending.give_key(row, by=request.actor, now=timezone.now())
    return _("钥匙已领走。")


@deciding_on
def key_return(request: Request, row: Booking) -> str:
    form = WordsForm(request.POST)
    words = form.cleaned_data["words"] if form.is_valid() else ""
    attending.take_key(row, words=words, by=request.actor, now=timezone.now())
    return _("钥匙已归还。")


@deciding_on
def absence(request: Request, row: Booking) -> str:
    attending.note_absence(row, by=request.actor, now=timezone.now())
    return _("已记下，房间让出来了。")


@deciding_on
def appeal_decision(request: Request, row: Booking) -> str:
    found = getattr(row, "absence", None)
    if found is None:
        raise Http404
    lifted = request.POST.get("lifted") == "1"
    attending.decide(found, lifted=lifted, words=_words(request), by=request.actor, now=timezone.now())
    return _("已复核，本人会收到结果。")


def _words(request: Request) -> str:
    form = WordsForm(request.POST)
    if not form.is_valid():
        raise Refused(_("请写一句理由，对方会看到。"))
    words: str = form.cleaned_data["words"]
    return words


@require_http_methods(["GET", "HEAD", "POST"])
@for_posts
def official(request: Request, user: User, pk: int) -> HttpResponse:
    """`/venues/rooms/<pk>/official/`: the room is needed for the public service; who had it is moved or told."""
    space = get_object_or_404(Space.objects.select_related("venue__node"), pk=pk, closed_on=None)
    kept(request, space.venue_id)
    form = OfficialForm(request.POST or None, initial={"day": timezone.localdate() + timedelta(days=1)})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        starts_at, ends_at = span_of(said["day"], said["opens"], said["closes"])
        wish = Wish(
            space=space, starts_at=starts_at, ends_at=ends_at, people=said["people"], purpose=said["purpose"],
            client_ref=new_token(),
        )  # fmt: skip
        try:
            deciding.displace(wish, words=said["words"], by=request.actor, now=timezone.now())
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("已安排。被换的人都收到了通知。"))
            return redirect("venue-month", space.venue_id)
    return render(request, "venues/official.html", {"space": space, "form": form}, status=422 if form.is_bound else 200)
