"""What venues put on the homes: my next rooms, and at the desk how many requests wait."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone

from lastmeter.accounts.requests import actor_in
from lastmeter.grid import picking
from lastmeter.venues import booking, deciding, finding, keeping
from lastmeter.venues.models import Booking

NEARBY = 3


def mine(request: HttpRequest) -> str:
    """The next rooms I booked; nothing when there are none."""
    user = actor_in(request).user
    rows = booking.of_user(user, timezone.now(), most=2) if user else []
    return render_to_string("venues/card.html", {"bookings": rows}, request) if rows else ""


def nearby(request: HttpRequest) -> str:
    """Centres and stations around the place this browser picked; nothing without a place."""
    place = picking.remembered(request.session)
    rows = list(finding.near(place).order_by("node__path", "pk")[:NEARBY]) if place else []
    return render_to_string("venues/nearby.html", {"venues": rows}, request) if rows else ""


def waiting(request: HttpRequest) -> int | None:
    """Requests to decide, beside the menu's entry: on the home and where they are shown, not on every page."""
    if request.path not in ("/desk/", "/venues/desk/") or not keeps(request):
        return None
    asked = Booking.objects.filter(state=Booking.State.REQUESTED, lot=None)
    return asked.filter(space__venue__in=keeping.kept_by(actor_in(request))).count() or None


def keeps(request: HttpRequest) -> bool:
    """Whether the reader keeps venues."""
    return deciding.keeps_any(actor_in(request))


CARDS = [("resident", 31, nearby), ("resident", 17, mine)]
BADGES = {"/venues/desk/": waiting}
GATES = {"/venues/desk/": keeps}
