"""Accounts of people: opened for somebody, found by login name or phone, closed when they leave."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from lastmeter.accounts import audit, links, sessions
from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.kit.crypto import BadPhone, keyed_hash, normal_phone


def phone_hash(phone: str) -> bytes:
    """What a phone number is looked up by, in every table that holds one. Raises BadPhone."""
    return keyed_hash(normal_phone(phone), "phone")


def hold(user: User) -> None:
    """Hold the account until the transaction ends, so that of two of its acts at once the second sees the first."""
    list(User.objects.select_for_update(no_key=True).filter(pk=user.pk).values_list("pk"))


@transaction.atomic
def open_account(username: str, name: str, *, phone: str = "", email: str = "", by: Actor, now: datetime) -> User:
    """A new account without a password: a one-time link sets the first. Raises IntegrityError for a taken name."""
    user = User.objects.create(
        username=username.strip().lower(),
        name=name.strip(),
        email=email.strip(),
        phone=normal_phone(phone) if phone else None,
        phone_hash=phone_hash(phone) if phone else None,
        password=make_password(None),
    )
    audit.record("account.open", by=by, object_kind="user", object_id=user.pk, now=now)
    return user


@transaction.atomic
def close_account(user: User, *, by: Actor, now: datetime) -> bool:
    """Somebody left: no sign-in, no session, no link. What they did stays theirs. False when it was closed before."""
    if not User.objects.filter(pk=user.pk, is_active=True).update(is_active=False, left_at=now):
        return False
    sessions.end_all(user, by=by, now=now)
    links.void(user, now)
    audit.record("account.close", by=by, object_kind="user", object_id=user.pk, now=now)
    return True


def find_user(identifier: str) -> User | None:
    """The active user of that login name or phone; None when there is none."""
    identifier = identifier.strip()
    active = User.objects.filter(is_active=True)
    if user := active.filter(username=identifier.lower()).first():
        return user
    try:
        return active.filter(phone_hash=phone_hash(identifier)).first()
    except BadPhone:
        return None


def emails_of(user_ids: Iterable[int]) -> dict[int, str]:
    """The e-mail addresses of those active users who have one, by user id; one query."""
    users = User.objects.filter(pk__in=list(user_ids), is_active=True).exclude(email="")
    return dict(users.values_list("pk", "email"))
