"""What volunteers put on the homes of the phone: who asks for help, answered with one tap."""

from django.http import HttpRequest
from django.template.loader import render_to_string

from lastmeter.accounts.requests import actor_in
from lastmeter.grid import scope
from lastmeter.volunteers import answering, slips


def asked(request: HttpRequest) -> str:
    """Calls that wait for an answer and those accepted; nothing when there are none."""
    user = actor_in(request).user
    rows = answering.of_user(user) if user else []
    return render_to_string("volunteers/card.html", {"invitations": rows}, request) if rows else ""


def keeps_slips(request: HttpRequest) -> bool:
    """Whether branch slips concern the reader."""
    return slips.concern(actor_in(request))


def records_hours(request: HttpRequest) -> bool:
    """Whether the reader records the hours of volunteers."""
    return scope.has_post(actor_in(request), slips.RECEIVERS)


CARDS = [("field", 8, asked), ("resident", 15, asked)]
GATES = {"/volunteering/slips/": keeps_slips, "/volunteering/hours/desk/": records_hours}
