"""`/ledger/`: 期限与挂账 — what waits for a decision about its dates, and what stands on the ledger."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.grid import scope
from lastmeter.matters.timing import board


@require_safe
@signed_in
def ledger(request: Request, user: User) -> HttpResponse:
    """One shelf of the actor's reach; the address names it, the others stand beside it with their counts."""
    if not scope.held(request.actor):
        raise Http404
    shelf = board.BY_NAME.get(request.GET.get("show", ""), board.SHELVES[0])
    page = board.page(request.actor, shelf, request.GET.get("cursor"))
    counts = board.counts(request.actor)
    context = {
        "shelf": shelf,
        "page": page,
        "rows": [shelf.read(each) for each in page.items],
        "tabs": [
            (each.word, f"{reverse('ledger')}?show={each.name}", each is shelf, counts[each.name])
            for each in board.SHELVES
        ],
    }
    return render(request, "matters/desk/ledger.html", context)
