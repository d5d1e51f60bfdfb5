"""Telling people, in the transaction of the act: a notice for each, and a delivery where they have an address."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts import people
from lastmeter.accounts.models import User
from lastmeter.kit import bulk, columns
from lastmeter.kit.text import on_record
from lastmeter.notices import rules
from lastmeter.notices.channels import CHANNELS
from lastmeter.notices.models import Delivery, Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What one user is told. `key` (≤ 120) names the occasion: the same key reaches the same user once, ever.

    `link` is a path of this site; `urgent` is sent in quiet hours too.
    """

    user_id: int
    kind: str
    title: str
    words: str = ""
    link: str = ""
    key: str
    urgent: bool = False


def tell(
    users: Iterable[User | int],
    *,
    kind: str,
    title: str,
    words: str = "",
    link: str = "",
    key: str,
    urgent: bool = False,
    now: datetime,
) -> int:
    """Tell all `users` (or their ids) the same, once per `key`; returns how many were addressed."""
    ids = {user if isinstance(user, int) else user.pk for user in users}
    return tell_many(
        [
            Message(user_id=pk, kind=kind, title=title, words=words, link=link, key=key, urgent=urgent)
            for pk in sorted(ids)
        ],
        now=now,
    )


def tell_many(messages: Sequence[Message], *, now: datetime) -> int:
    """Tell many users different things: one INSERT of notices and, with mail on, one SELECT and one INSERT more.

    Runs in the caller's transaction: nobody is told of what was rolled back. Returns how many were addressed.
    """
    if not messages:
        return 0
    columns.insert(Notice, _notices(messages, now), skip=True)
    if CHANNELS["email"].available():
        addresses = people.emails_of({message.user_id for message in messages})
        mails = [
            _mail(message, addresses[message.user_id], now) for message in messages if message.user_id in addresses
        ]
        bulk.create(Delivery, mails, skip=True)
    return len(messages)


def send_to(
    channel: str, address: str, subject: str, words: str, *, key: str, urgent: bool = False, now: datetime
) -> bool:
    """Put one message to an address without account into the outbox, in the caller's transaction.

    `channel` is "email" or "sms"; `key` (≤ 160) names the occasion, the same key is sent once. False when this
    installation does not have the channel.
    """
    sending = Sending(address=address, subject=subject, words=words, key=key, urgent=urgent)
    return send_many(channel, [sending], now=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One message to an address without account; `key` as in `send_to`."""

    address: str
    words: str
    key: str
    subject: str = ""
    urgent: bool = False


def send_many(channel: str, sendings: Sequence[Sending], *, now: datetime) -> bool:
    """`send_to` for many addresses, in one statement."""
    if not CHANNELS[channel].available():
        return False
    rows = [_delivery(channel, each.address, each.subject, each.words, each.key, each.urgent, now) for each in sendings]
    bulk.create(Delivery, rows, skip=True)
    return True


def has(channel: str) -> bool:
    """Whether this installation can send by "email" or "sms"."""
    return CHANNELS[channel].available()


def _notices(messages: Sequence[Message], now: datetime) -> dict[str, object]:
    return {
        "user_id": [message.user_id for message in messages],
        "kind": columns.shared(message.kind for message in messages),
        "title": [rules.clip(message.title, 200) for message in messages],
        "words": columns.shared(message.words for message in messages),
        "link": [message.link for message in messages],
        "key": [message.key for message in messages],
        "urgent": columns.shared(message.urgent for message in messages),
        "at": now,
    }


def _mail(message: Message, address: str, now: datetime) -> Delivery:
    words = message.words or message.title
    if message.link:
        address_of_page = settings.SITE_URL + message.link
        words = on_record(_("%(words)s\n\n打开：%(address)s"), words=words, address=address_of_page)
    key = f"email:{message.user_id}:{message.key}"
    return _delivery("email", address, message.title, words, key, message.urgent, now)


def _delivery(channel: str, address: str, subject: str, words: str, key: str, urgent: bool, now: datetime) -> Delivery:
    return Delivery(
        channel=channel,
        address=address,
        subject=rules.clip(subject, 200),
        words=words,
        key=key,
        urgent=urgent,
        due_at=now,
        made_at=now,
    )
