"""Emptying the outbox: claimed under a lease, sent outside the transaction, retried, put aside after eight tries."""

import logging
import random
from datetime import datetime, timedelta

from django.db import transaction

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor
from lastmeter.notices import rules
from lastmeter.notices.channels import CHANNELS, Parcel, Undeliverable
from lastmeter.notices.models import Delivery

# A claim is small and its lease long: ten sendings that all run into their time-outs end before it does, so a second
# worker never takes what the first still holds.
CLAIM = 10
LEASE = timedelta(minutes=20)
KEPT = timedelta(days=90)
log = logging.getLogger(__name__)


def deliver(now: datetime, limit: int = 50) -> int:
    """Send what is due, at most `limit`; returns how many were sent. Several workers may run it at once.

    A worker killed between claim and send loses nothing: its lease runs out and the sending waits again. Killed between
    send and the note of it, the message goes out twice with the same id. In quiet hours only urgent ones go.
    """
    _take_back(now)
    sent = done = 0
    while done < limit and (claimed := _claim(now, min(CLAIM, limit - done))):
        done += len(claimed)
        sent += sum(_send(delivery, now) for delivery in claimed)
    return sent


def resend(delivery: Delivery, *, by: Actor, now: datetime) -> bool:
    """Put a dead letter back into the outbox with all its tries. False when it is not dead (any more)."""
    with transaction.atomic():
        dead = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.DEAD)
        if not dead.update(state=Delivery.State.WAITING, tries=0, due_at=now, error=""):
            return False
        audit.record("delivery.resend", by=by, object_kind="delivery", object_id=delivery.pk, now=now)
    return True


def purge(now: datetime) -> int:
    """Delete what was sent 90 days ago or died then; returns how many."""
    over = Delivery.objects.filter(state__in=[Delivery.State.SENT, Delivery.State.DEAD], made_at__lt=now - KEPT)
    return over.delete()[0]


def _take_back(now: datetime) -> None:
    """Leases that ran out: their worker is gone. A message that killed it eight times is put aside too."""
    lost = Delivery.objects.filter(state=Delivery.State.SENDING, lease_until__lt=now)
    lost.filter(tries__gte=rules.MOST_TRIES).update(state=Delivery.State.DEAD, error="worker lost", lease_until=None)
    lost.update(state=Delivery.State.WAITING, lease_until=None, due_at=now)


def _claim(now: datetime, limit: int) -> list[Delivery]:
    due = Delivery.objects.filter(state=Delivery.State.WAITING, due_at__lte=now).order_by("due_at", "id")
    if rules.is_quiet(now):
        due = due.filter(urgent=True)
    with transaction.atomic():  # on SQLite an immediate transaction, where locking a row means nothing
        claimed = list(due.select_for_update(skip_locked=True)[:limit])
        for delivery in claimed:
            delivery.state, delivery.lease_until, delivery.tries = (
                Delivery.State.SENDING,
                now + LEASE,
                delivery.tries + 1,
            )
        Delivery.objects.bulk_update(claimed, ["state", "lease_until", "tries"])
    return claimed


def _send(delivery: Delivery, now: datetime) -> bool:
    parcel = Parcel(delivery.pk, delivery.address, delivery.subject, delivery.words)
    try:
        CHANNELS[delivery.channel].send(parcel)
    except Exception as error:  # whatever a channel raises, the next message still goes out
        _failed(delivery, error, now)
        return False
    _settle(delivery, state=Delivery.State.SENT, sent_at=now, error="")
    return True


def _failed(delivery: Delivery, error: Exception, now: datetime) -> None:
    log.warning("delivery %s by %s, try %s: %s", delivery.pk, delivery.channel, delivery.tries, type(error).__name__)
    words = rules.clip(f"{type(error).__name__}: {error}", 300)
    if isinstance(error, Undeliverable) or delivery.tries >= rules.MOST_TRIES:
        _settle(delivery, state=Delivery.State.DEAD, error=words)
        return
    due_at = now + rules.wait_after(delivery.tries, random.random())  # noqa: S311 — spreads load, hides nothing
    _settle(delivery, state=Delivery.State.WAITING, due_at=due_at, error=words)


def _settle(delivery: Delivery, **fields: object) -> None:
    """Note the outcome, unless the lease ran out and somebody else holds the delivery now."""
    mine = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.SENDING, lease_until=delivery.lease_until)
    mine.update(lease_until=None, **fields)
