"""Addresses that work once: how somebody sets a first password, or a new one after losing it."""

from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import OneTimeLink, Session, User
from lastmeter.kit.crypto import keyed_hash
from lastmeter.kit.ids import new_token


class LinkGone(Exception):
    """The link is unknown, used, void or past its term; str() is the sentence for the person."""


@transaction.atomic
def make_link(user: User, purpose: OneTimeLink.Purpose | str, *, by: Actor, now: datetime, days: int = 7) -> str:
    """Make the only open link of `user`; earlier ones are void. Returns its path `/welcome/<token>/`, never kept."""
    void(user, now)
    token = new_token()
    OneTimeLink.objects.create(
        token_hash=_hash(token), user=user, purpose=purpose, expires_at=now + timedelta(days=days)
    )
    audit.record("link.make", by=by, object_kind="user", object_id=user.pk, now=now)
    return reverse("accounts:welcome", args=[token])


def find_link(token: str, now: datetime) -> OneTimeLink:
    """The open link of that token, with its user. Raises LinkGone with the reason."""
    link = OneTimeLink.objects.select_related("user").filter(token_hash=_hash(token)).first()
    if link is None or not link.user.is_active:
        raise LinkGone(_("没有这个链接。请核对地址是否完整。"))
    if link.used_at:
        raise LinkGone(_("这个链接已经用过了。如果不是您本人用的，请马上告诉安全管理员。"))
    if link.expires_at <= now:
        raise LinkGone(_("这个链接已经失效。"))
    return link


@transaction.atomic
def use_link(token: str, password: str, *, client: str = "", now: datetime) -> User:
    """Set the password by a link and use it up; every session of the person ends. Returns the user.

    Raises LinkGone, also for the slower of two who use it at once, and ValidationError for a weak password.
    """
    link = find_link(token, now)
    validate_password(password, link.user)
    if not OneTimeLink.objects.filter(pk=link.pk, used_at=None, expires_at__gt=now).update(used_at=now):
        raise LinkGone(_("这个链接刚刚被用过了。如果不是您本人用的，请马上告诉安全管理员。"))
    link.user.set_password(password)
    link.user.save(update_fields=["password"])
    Session.objects.filter(user=link.user).delete()
    by = Actor.of(link.user, client)
    audit.record("link.use", by=by, object_kind="user", object_id=link.user_id, now=now)
    return link.user


def void(user: User, now: datetime) -> int:
    """Make the open links of `user` void; returns how many."""
    return OneTimeLink.objects.filter(user=user, used_at=None, expires_at__gt=now).update(expires_at=now)


def purge(now: datetime) -> int:
    """Delete links a year past their term; returns how many."""
    deleted, _by_model = OneTimeLink.objects.filter(expires_at__lt=now - timedelta(days=365)).delete()
    return deleted


def _hash(token: str) -> bytes:
    return keyed_hash(token, "one-time-link")
