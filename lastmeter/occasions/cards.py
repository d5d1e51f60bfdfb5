"""What occasions put on the homes: what I signed up for and what is offered to me."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone

from lastmeter.accounts.requests import actor_in
from lastmeter.grid import scope
from lastmeter.occasions import signing
from lastmeter.occasions.arranging import ARRANGERS


def mine(request: HttpRequest) -> str:
    """The next things I go to; nothing when there are none."""
    user = actor_in(request).user
    rows = signing.of_user(user, timezone.now(), most=3) if user else []
    return render_to_string("occasions/card.html", {"signups": rows}, request) if rows else ""


CARDS = [("resident", 16, mine), ("field", 40, mine)]
GATES = {"/activities/desk/": lambda request: scope.has_post(actor_in(request), ARRANGERS)}
