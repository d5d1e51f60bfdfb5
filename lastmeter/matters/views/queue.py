"""`/queue/`: the work list; the filters stand in the address, the chosen matter beside it."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in, swaps
from lastmeter.grid import scope
from lastmeter.kit.ids import BadNumber, check_number
from lastmeter.matters import policy
from lastmeter.matters.lists import saved
from lastmeter.matters.lists.filters import table
from lastmeter.matters.views import listing
from lastmeter.matters.views.reach import find


@require_safe
@signed_in
def queue(request: Request, user: User) -> HttpResponse:
    """What waits, is handled, was answered… in the actor's scope; a whole number in the search box opens its matter."""
    if not scope.held(request.actor):
        raise Http404
    filters, _query = listing.read(request.GET)
    if not request.GET and (wanted := saved.first(request.actor)):
        return redirect(reverse("queue") + saved.address(wanted))
    listing.remember_columns(request)
    if "step" not in request.GET and not filters.words and policy.only_handles(request.actor):
        return redirect(reverse("queue") + filters.query(step="handling"))
    if (number := _number(filters.words)) and find(request.actor, number):
        return redirect("matter", number)
    return render(request, "matters/desk/queue.html", listing.beside(request, filters, None))


@require_safe
@signed_in
def choices(request: Request, user: User, at: str, name: str) -> HttpResponse:
    """What one filter offers, as a page or into its menu; `at` is the page of the list that the choices lead to."""
    if not scope.held(request.actor) or name not in table() or at not in listing.PAGES:
        raise Http404
    filters, query = listing.read(request.GET)
    menu = listing.menu_of(name, request.actor, filters, at)
    page = "parts/choices" if swaps(request) else "choices"
    context = {"menu": menu, "there": reverse(at), "back_to": reverse(at) + query}
    return render(request, f"matters/desk/{page}.html", context)


def _number(words: str) -> str:
    """The number that these words are, or ""."""
    try:
        return check_number(words)
    except BadNumber:
        return ""
