"""Signing in with a password: same answer, same time whether or not the account exists, and a limit on tries."""

from datetime import datetime
from typing import NoReturn

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils.translation import gettext as _

from lastmeter.accounts import audit, limits, people, sessions
from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.kit import zhtime
from lastmeter.kit.crypto import keyed_hash

QUARTER = 15 * 60
HOUR = 3600
TRIES_HERE = 5  # one account from one address in a quarter of an hour (MLPS 8.1.4.1 b)
TRIES_ACCOUNT = 50  # one account from anywhere in an hour
TRIES_ADDRESS = 200  # one address, any accounts, in a quarter: an office shares one


class Refused(Exception):
    """Not signed in; str() is the sentence for the person."""


def check_credentials(identifier: str, password: str, *, address: str, now: datetime) -> User:
    """The user whose login name or phone and password these are.

    `address` is requests.address_client(). Raises Refused, with the time to try again when the limit is used up.
    """
    account = keyed_hash(identifier.strip().lower(), "sign-in").hex()[:32]
    here = f"sign-in:{account}:{address[:32]}"
    try:
        limits.hit(here, TRIES_HERE, QUARTER, now)
        limits.hit(f"sign-in:{account}", TRIES_ACCOUNT, HOUR, now)
        limits.hit(f"sign-in::{address}", TRIES_ADDRESS, QUARTER, now)
    except limits.TooMany as many:
        _refuse_for_now(many)
    user = people.find_user(identifier)
    if user is None:
        make_password(password)  # as long as a check takes, so that time does not tell which accounts exist
    if user is None or not user.check_password(password):
        _refuse(user, address, now)
    limits.forget(here, QUARTER)
    audit.record("sign-in", by=Actor.of(user, address), object_kind="user", object_id=user.pk, now=now)
    return user


def _refuse(user: User | None, address: str, now: datetime) -> NoReturn:
    object_id = user.pk if user else None
    by = Actor.visitor(address)
    audit.record("sign-in", by=by, object_kind="user", object_id=object_id, outcome="refused", now=now)
    raise Refused(_("登录名（手机号）或密码不对，请再试一次。连续输错五次要等一会儿才能再试。"))


def _refuse_for_now(many: limits.TooMany) -> NoReturn:
    at = many.again_at.astimezone(zhtime.CHINA).strftime("%H:%M")
    raise Refused(
        _("输错的次数太多了，请在 %(time)s 之后再试。忘了密码，请让安全管理员给您发一个新的登录链接。") % {"time": at}
    ) from many


def change_password(user: User, old: str, new: str, *, by: Actor, now: datetime) -> int:
    """Set a new password and end every session; returns how many. The view then signs this browser in anew.

    Raises Refused when `old` is wrong (after five times with the time to try again), ValidationError for a weak `new`.
    """
    key = f"password:{user.pk}"
    try:
        limits.hit(key, TRIES_HERE, QUARTER, now)
    except limits.TooMany as many:
        _refuse_for_now(many)
    if not user.check_password(old):
        raise Refused(_("原来的密码不对。"))
    validate_password(new, user)
    limits.forget(key, QUARTER)
    with transaction.atomic():
        user.set_password(new)
        user.save(update_fields=["password"])
        audit.record("password.change", by=by, object_kind="user", object_id=user.pk, now=now)
        return sessions.end_all(user, by=by, now=now)
