"""A visitor without an account: who they are to the acts, and when they get a session."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import timezone
from pytest_django.fixtures import Settings

from lastmeter.accounts import jobs, middleware
from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import Session, User
from lastmeter.accounts.requests import address_client, visitor_client
from lastmeter.accounts.sessions import SessionStore

pytestmark = pytest.mark.django_db


def ask(key: str | None = None, user: User | None = None) -> HttpRequest:
    """A request as it leaves the middleware, with the session of that key."""
    request = RequestFactory().get("/")
    request.session = SessionStore(key)
    request.session.get("visitor")  # as the authentication middleware does, when there is a cookie
    request.user = user or AnonymousUser()
    middleware.actor(lambda request: HttpResponse())(request)
    return request


def actor_of(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def test_a_session_is_made_only_when_a_client_is_needed() -> None:
    request = ask()
    assert (actor_of(request).kind, actor_of(request).client) == ("visitor", "")
    assert not Session.objects.exists()
    client = visitor_client(request)
    assert actor_of(request) == Actor.visitor(client)
    again = ask(Session.objects.get().session_key)
    assert actor_of(again).client == visitor_client(again) == client
    assert Session.objects.get().session_key not in client


def test_an_invented_session_key_is_not_taken_for_a_client() -> None:
    request = ask("abcdefghijklmnopqrstuvwxyz012345")
    assert actor_of(request).client == ""
    visitor_client(request)
    assert Session.objects.get().session_key != "abcdefghijklmnopqrstuvwxyz012345"


def test_a_signed_in_user_is_the_actor(person: Callable[..., User]) -> None:
    user = person()
    request = ask(user=user)
    assert (actor_of(request).kind, actor_of(request).user_id) == ("user", user.pk)


def test_an_address_is_hashed_and_only_the_last_hop_of_a_proxy_counts(settings: Settings) -> None:
    direct = RequestFactory().get("/", REMOTE_ADDR="192.0.2.7")
    forged = RequestFactory().get("/", REMOTE_ADDR="192.0.2.7", headers={"x-forwarded-for": "203.0.113.9"})
    assert address_client(direct) == address_client(forged)
    assert "192.0.2.7" not in address_client(direct)
    settings.BEHIND_PROXY = True
    proxied = RequestFactory().get("/", REMOTE_ADDR="127.0.0.1", headers={"x-forwarded-for": "203.0.113.9, 192.0.2.7"})
    assert address_client(proxied) == address_client(direct)


def test_ended_and_idle_sessions_are_cleared_away(person: Callable[..., User]) -> None:
    now = timezone.now()
    user = person()
    for key, owner, expires, seen in (
        ("a", None, 1, 20),
        ("b", user, 24, 1),
        ("c", user, 24, 9),
        ("d", user, -1, 1),
    ):
        Session.objects.create(session_key=key, user=owner, expire_date=now + timedelta(hours=expires))
        Session.objects.filter(pk=key).update(seen_at=now - timedelta(hours=seen))
    jobs.purge(now)
    assert set(Session.objects.values_list("session_key", flat=True)) == {"a", "b"}
