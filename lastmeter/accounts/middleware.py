"""Puts the actor on every request, looked up only when something asks for it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.requests import VISITOR, actor_of, token_client


def actor(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """request.actor: the signed-in user or a visitor. A page that never looks at it costs no query."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: _actor(request))  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


def _actor(request: HttpRequest) -> Actor:
    token = request.session.get(VISITOR)
    return actor_of(request, token_client(token) if token else "")
