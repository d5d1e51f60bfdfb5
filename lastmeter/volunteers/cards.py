"""What volunteers put on the homes of the phone: who asks for help, answered with one tap."""

from django.http import HttpRequest
from django.template.loader import render_to_string

from lastmeter.accounts.requests import actor_in
from lastmeter.volunteers import answering


def asked(request: HttpRequest) -> str:
    """Calls that wait for an answer and those accepted; nothing when there are none."""
    user = actor_in(request).user
    rows = answering.of_user(user) if user else []
    return render_to_string("volunteers/card.html", {"invitations": rows}, request) if rows else ""


CARDS = [("field", 8, asked), ("resident", 15, asked)]
