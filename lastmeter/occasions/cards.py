"""What occasions put on the homes: what I signed up for and what is offered to me."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone

from lastmeter.accounts.requests import actor_in
from lastmeter.grid import picking, scope
from lastmeter.occasions import reading, signing
from lastmeter.occasions.arranging import ARRANGERS

NEARBY = 3


def mine(request: HttpRequest) -> str:
    """The next things I go to; nothing when there are none."""
    user = actor_in(request).user
    rows = signing.of_user(user, timezone.now(), most=3) if user else []
    return render_to_string("occasions/card.html", {"signups": rows}, request) if rows else ""


def nearby(request: HttpRequest) -> str:
    """The next things held near the place this browser picked; nothing without a place."""
    place = picking.remembered(request.session)
    rows = list(reading.near(place, timezone.now()).order_by("starts_at", "pk")[:NEARBY]) if place else []
    return render_to_string("occasions/nearby.html", {"occasions": rows}, request) if rows else ""


CARDS = [("resident", 30, nearby), ("resident", 16, mine), ("field", 40, mine)]
GATES = {"/activities/desk/": lambda request: scope.has_post(actor_in(request), ARRANGERS)}
