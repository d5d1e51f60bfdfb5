"""What figures put on the homes, and which entries of the menus are for whom."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from lastmeter.accounts.requests import actor_in
from lastmeter.grid import picking, tree
from lastmeter.insight import publishing, reach, showing


def last_month(request: HttpRequest) -> str:
    """For residents: the three rates of the month published last where they live; nothing before the first."""
    node = picking.remembered(request.session)
    published = publishing.nearest(node)
    if published is None:
        return ""
    code = tree.code_of(published.place)
    context = {
        "published": published,
        "href": reverse("figures-month", args=[code, f"{published.month:%Y-%m}"]),
        "three": showing.three(published),
    }
    return render_to_string("insight/card.html", context, request)


def _sees(request: HttpRequest) -> bool:
    return reach.sees(actor_in(request))


CARDS = [("resident", 70, last_month)]
GATES = {"/rates/": _sees}
