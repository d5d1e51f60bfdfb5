"""A person's own notices: how many are unread, reading them, what is kept of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.keepers import Held, Keeper
from lastmeter.accounts.models import User
from lastmeter.notices.models import Notice

KEPT = timedelta(days=365)
COUNTED_TO = 100


def unread_count(user: User) -> int:
    """How many notices of `user` are unread, counted up to 100."""
    return Notice.objects.filter(user=user, read_at=None)[:COUNTED_TO].count()


def read(user: User, now: datetime, notice_id: int | None = None) -> int:
    """Mark one notice of `user` as read, or all of them; returns how many were unread."""
    unread = Notice.objects.filter(user=user, read_at=None)
    if notice_id is not None:
        unread = unread.filter(pk=notice_id)
    return unread.update(read_at=now)


def purge(now: datetime) -> int:
    """Delete notices older than a year; returns how many."""
    return Notice.objects.filter(at__lt=now - KEPT).delete()[0]


def show(user: User) -> Sequence[Held]:
    return [Held(_("收到的通知"), str(Notice.objects.filter(user=user).count()), "/notices/")]


def export(user: User) -> list[dict[str, Any]]:
    return [
        {"at": notice.at.isoformat(), "title": notice.title, "words": notice.words, "link": notice.link}
        for notice in Notice.objects.filter(user=user).order_by("id").iterator()
    ]


def erase(user: User, by: Actor, now: datetime) -> int:
    return Notice.objects.filter(user=user).delete()[0]


KEEPER = Keeper(
    label=gettext_lazy("发给您的通知"),
    show=show,
    export=export,
    erase=erase,
    retention=gettext_lazy("通知保存一年，邮件和短信的发送记录保存九十天。"),
)
