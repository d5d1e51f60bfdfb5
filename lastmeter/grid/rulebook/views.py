"""`/rules/`: every kind of rule of a place at a glance: what holds now, what is written here, when it changes next."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.grid.models import Node
from lastmeter.grid.rulebook import kinds


@require_safe
@signed_in
def rules(request: Request, user: User) -> HttpResponse:
    """The first place whose rules the actor may look up."""
    places = kinds.places(request.actor, timezone.localdate())
    if not places:
        raise Http404
    return redirect("rules-of", places[0].pk)


@require_safe
@signed_in
def rules_of(request: Request, user: User, node_id: int) -> HttpResponse:
    """The kinds of rules of one place, each with what holds today."""
    today = timezone.localdate()
    places = kinds.places(request.actor, today)
    node = one_of(places, node_id)
    context = {"node": node, "places": places, "rulebook": kinds.standing(request.actor, node, today)}
    return render(request, "grid/rulebook/rules.html", context)


def one_of(places: list[Node], node_id: int) -> Node:
    """The place of that id among these; 404 for any other."""
    node = next((each for each in places if each.pk == node_id), None)
    if node is None:
        raise Http404
    return node
