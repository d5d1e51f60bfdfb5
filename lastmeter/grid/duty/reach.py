"""Who may open the pages of duty, and the roster as its reader may see it."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.grid import scope
from lastmeter.grid.duty import rosters
from lastmeter.grid.models import Roster

P = ParamSpec("P")
View = Callable[Concatenate[Request, User, P], HttpResponse]


def for_posts(view: View[P]) -> Callable[..., HttpResponseBase]:
    """For whoever holds a post; the page does not exist for other accounts."""

    @signed_in
    @wraps(view)
    def guarded(request: Request, user: User, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not scope.held(request.actor):
            raise Http404
        return view(request, user, *args, **kwargs)

    return guarded


def roster_for(request: Request, pk: int, *, arrange: bool = False) -> Roster:
    """The roster as this actor may see it (arrange it, when `arrange`); 404 otherwise."""
    roster = get_object_or_404(rosters.visible_to(request.actor), pk=pk)
    if arrange and not rosters.may_arrange(request.actor, roster.node.path):
        raise Http404
    return roster
