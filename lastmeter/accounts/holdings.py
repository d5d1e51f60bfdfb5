"""What accounts itself holds about a person: the account, its sessions, and who looked at it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts import audit, keepers, sessions
from lastmeter.accounts.actors import Actor, system
from lastmeter.accounts.keepers import Held, Keeper
from lastmeter.accounts.models import AuditEntry, RevealReason, User
from lastmeter.kit.masking import mask_phone

LOOKS_SHOWN = 20
KEPT_AFTER_CLOSING = timedelta(days=3 * 365)
GONE = "gone:"  # the login name of an emptied account; nobody can be given one with a colon


def show(user: User) -> Sequence[Held]:
    """The account's own fields and how many devices are signed in."""
    return [
        Held(_("登录名"), user.username),
        Held(_("姓名"), user.name),
        Held(_("手机"), mask_phone(user.phone) if user.phone else _("未登记")),
        Held(_("电子邮箱"), user.email or _("未登记")),
        Held(_("登录着的设备"), str(user.sessions.count()), "/sessions/"),
    ]


def export(user: User) -> dict[str, Any]:
    """The account in full, its sessions, and every look at its private fields with the reason given."""
    return {
        "username": user.username,
        "name": user.name,
        "phone": user.phone or "",
        "email": user.email,
        "language": user.language,
        "joined_at": user.joined_at.isoformat(),
        "sessions": [
            {"device": device, "seen_at": seen_at.isoformat()}
            for device, seen_at in user.sessions.values_list("device", "seen_at")
        ],
        "looks": [
            {"at": look.entry.at.isoformat(), "by": look.entry.by_user, "reason": look.words} for look in looks_at(user)
        ],
    }


def looks_at(user: User) -> Sequence[RevealReason]:
    """The latest looks at this account's private fields, newest first, each with its entry."""
    entries = AuditEntry.objects.filter(object_kind="user", object_id=user.pk, kind="reveal")
    looks = RevealReason.objects.filter(entry__in=entries).select_related("entry")
    return list(looks.order_by("-entry_id")[:LOOKS_SHOWN])


@transaction.atomic
def correct(user: User, fields: Mapping[str, str], by: Actor, now: datetime) -> None:
    """Correct `name` or `email`. Raises ValidationError. A phone is changed only after it is proved."""
    if name := fields.get("name", "").strip():
        user.name = name[:60]
    if "email" in fields:
        user.email = fields["email"].strip()
        if user.email:
            validate_email(user.email)
    user.save(update_fields=["name", "email"])
    audit.record("account.correct", by=by, object_kind="user", object_id=user.pk, now=now)


@transaction.atomic
def erase(user: User, by: Actor, now: datetime) -> int:
    """Empty a closed account: what its holder did in office stays, under no name. An open account is left (0)."""
    emptied = User.objects.filter(pk=user.pk, is_active=False).update(
        name=_("已注销"),
        username=f"{GONE}{user.pk}",
        email="",
        phone=None,
        phone_hash=None,
        password=make_password(None),
    )
    if emptied:
        sessions.end_all(user, by=by, now=now)
        audit.record("account.erase", by=by, object_kind="user", object_id=user.pk, now=now)
    return emptied


def erase_long_closed(now: datetime) -> int:
    """Empty the accounts closed three years ago, in every package; at most 200 a call. Returns the accounts emptied."""
    closed = User.objects.filter(is_active=False, left_at__lt=now - KEPT_AFTER_CLOSING)
    users = list(closed.exclude(username__startswith=GONE).order_by("pk")[:200])
    for user in users:
        keepers.erase(user, by=system("retention"), now=now)
    return len(users)


KEEPER = Keeper(
    label=gettext_lazy("您的账户"),
    show=show,
    correct=correct,
    export=export,
    erase=erase,
    retention=gettext_lazy("账户停用满三年后清空；登录记录保存至少六个月（网络安全法）。"),
)
