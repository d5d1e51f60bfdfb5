"""The request as views see it, and what of it may be kept: keyed hashes of its session and its network address."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.kit.crypto import keyed_hash
from lastmeter.kit.ids import new_token

P = ParamSpec("P")
VISITOR = "visitor"  # the session's random name for this browser
AS_POST = "as_post"  # the session's key for the post id that somebody with several acts for


class Request(HttpRequest):
    """What the middleware makes of a request; views take this type."""

    actor: Actor
    shell: str  # the name of the frame: resident, field or desk
    session: SessionBase


def swaps(request: HttpRequest) -> bool:
    """Whether a script wants a part of the page for the page that stands already; not when it goes back in history."""
    asked = request.headers
    return asked.get("HX-Request") == "true" and "HX-History-Restore-Request" not in asked


def visitor_client(request: HttpRequest) -> str:
    """The client of this browser, 64 hex characters; a visitor without one gets a session (and its cookie) now.

    It stands in the session, not for the session: signing in changes the key, and what was reported stays theirs.
    Also puts the actor with that client on the request.
    """
    session = request.session
    if VISITOR not in session:
        session[VISITOR] = new_token()
        session.save()
    client = token_client(session[VISITOR])
    request.actor = actor_of(request, client)  # type: ignore[attr-defined]
    return client


def actor_in(request: HttpRequest) -> Actor:
    """The actor that `accounts.middleware` has put into a request: for seams and templates that get the plain one."""
    return cast(Request, request).actor


def actor_of(request: HttpRequest, client: str) -> Actor:
    """The signed-in user, acting for the post the session names, or a visitor with that client."""
    user = request.user
    if not isinstance(user, User):
        return Actor.visitor(client)
    return Actor.of(user, client, request.session.get(AS_POST))


def token_client(token: object) -> str:
    """A visitor's token as the client that acts carry: it can be compared, but opens no session."""
    return keyed_hash(str(token), "visitor-client").hex()


def address_client(request: HttpRequest) -> str:
    """A keyed hash of the network address, for limits that dropping the cookie must not get around.

    Behind a proxy (LASTMETER_BEHIND_PROXY=1) it is the last hop of X-Forwarded-For: the part no sender can choose.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        address = request.META.get("HTTP_X_FORWARDED_FOR", address).rpartition(",")[2].strip()
    return keyed_hash(address, "address-client").hex()


def signed_in(
    view: Callable[Concatenate[Request, User, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """For views of signed-in people: the view gets the user as its second argument, a visitor is sent to sign in."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not isinstance(request.user, User):
            return redirect_to_login(request.get_full_path())
        return view(cast(Request, request), request.user, *args, **kwargs)

    return guarded
