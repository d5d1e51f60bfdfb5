"""报名、递补、取消: somebody signs up, accepts a place that became free, or gives it back."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lastmeter.accounts import people
from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.occasions import seats
from lastmeter.occasions.models import Occasion, SignUp
from lastmeter.occasions.seats import BUSY, LIVE, State


class Refused(Exception):
    """It cannot be done (any more); carries a sentence to show."""


@transaction.atomic
def sign_up(occasion_id: int, *, user: User, party: int = 1, by: Actor, now: datetime) -> SignUp:
    """Sign `user` up with so many seats: seated at once or in the waiting line; said again it is the same answer.

    Raises Refused when it has begun, was called off, the party is larger than allowed, or the person is elsewhere then.
    """
    people.hold(user)
    occasion = seats.hold(occasion_id, now=now)
    live = occasion.signups.filter(user=user, state__in=LIVE).first()
    if live is not None:
        return live
    _check(occasion, party, now)
    check_free(user, occasion)
    return _enter(occasion, SignUp(user=user, seats=party), by, now)


@transaction.atomic
def sign_up_guest(occasion_id: int, *, name: str, phone: str, party: int = 1, by: Actor, now: datetime) -> SignUp:
    """Sign somebody up who has no account, at the counter or by phone. Raises Refused as `sign_up`."""
    occasion = seats.hold(occasion_id, now=now)
    _check(occasion, party, now)
    return _enter(occasion, SignUp(name=name, phone=phone, seats=party), by, now)


def _enter(occasion: Occasion, signup: SignUp, by: Actor, now: datetime) -> SignUp:
    """Give the next number of arrival; whoever waits before and would fit has been offered a place already."""
    occasion.arrivals += 1
    occasion.save(update_fields=["arrivals"])
    signup.occasion, signup.number = occasion, occasion.arrivals
    signup.state = State.SEATED if seats.take(occasion, signup.seats) else State.WAITING
    signup.starts_at, signup.ends_at = occasion.starts_at, occasion.ends_at
    signup.at = signup.changed_at = now
    signup.by_id = by.user_id
    signup.save()
    return signup


def _check(occasion: Occasion, party: int, now: datetime) -> None:
    if occasion.called_off_at:
        raise Refused(_("这次活动取消了。"))
    if occasion.starts_at <= now:
        raise Refused(_("活动已经开始，不能再报名。"))
    if not 1 <= party <= min(occasion.most, occasion.capacity):
        raise Refused(_("一次最多报 %(most)d 位。") % {"most": min(occasion.most, occasion.capacity)})


def check_free(user: User, occasion: Occasion) -> None:
    """Nobody is at two places at once. Back to back is no overlap."""
    there = SignUp.objects.filter(user=user, state__in=BUSY).exclude(occasion=occasion)
    other = there.filter(starts_at__lt=occasion.ends_at, ends_at__gt=occasion.starts_at).first()
    if other is not None:
        raise Refused(_("这个时间您已报了“%(title)s”，先取消那一个才能报这个。") % {"title": other.occasion.title})


@transaction.atomic
def accept(signup: SignUp, *, now: datetime) -> None:
    """Take the place that was offered; once more it is the same. Raises Refused when it has gone to the next."""
    if signup.user is not None:
        people.hold(signup.user)
    occasion, held = _held(signup, now)
    if held.state == State.OFFERED:
        if held.user is not None:
            check_free(held.user, occasion)
        seats.move(held, State.SEATED, now=now)
    elif held.state not in BUSY:
        raise Refused(_("这个名额没有及时确认，已经给了下一位。"))


@transaction.atomic
def cancel(signup: SignUp, *, now: datetime) -> None:
    """Give the place (or the place in the line) back; what became free is offered to the next at once."""
    occasion, held = _held(signup, now)
    if held.state not in (State.WAITING, State.OFFERED, State.SEATED):
        return
    if occasion.starts_at <= now:
        raise Refused(_("活动已经开始，不用取消了。"))
    was = held.state
    seats.move(held, State.CANCELLED, now=now)
    if was != State.WAITING:
        seats.give_back(occasion, held.seats)
    seats.promote(occasion, now=now)


def _held(signup: SignUp, now: datetime) -> tuple[Occasion, SignUp]:
    """The occasion held, and the sign-up as it stands under that lock."""
    occasion = seats.hold(signup.occasion_id, now=now)
    held = SignUp.objects.select_related("user").get(pk=signup.pk)
    held.occasion = occasion
    return occasion, held


def of_user(user: User, now: datetime, most: int = 40) -> list[SignUp]:
    """What somebody has signed up for and is not over, the next first: one query."""
    rows = SignUp.objects.filter(user=user, ends_at__gt=now, state__in=LIVE).select_related("occasion__node")
    return list(rows.order_by("starts_at", "pk")[:most])
