"""订场地: one occupancy row for each leaf room, and no two of a room ever meet; the database itself refuses.

Locks are taken in one order: the person, then the leaf rooms by their keys. A request occupies nothing; approving it
moves it into the constraint, so that the second of two approvals fails and says so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from lastmeter.accounts import people
from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.grid.models import Unit
from lastmeter.kit.zhtime import CHINA, DAY
from lastmeter.venues import limits, opening, rulebook, rules
from lastmeter.venues.models import Booking, BookingRule, Occupancy, Space

State = Booking.State
STANDING = (State.CONFIRMED, State.USED)


class Refused(Exception):
    """It cannot be booked so; carries a sentence to show."""


class Taken(Refused):
    """Somebody has the room then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody asks for: a room, whole minutes from `starts_at` until before `ends_at`, for how many people."""

    space: Space
    starts_at: datetime
    ends_at: datetime
    people: int
    purpose: str
    unit: Unit | None = None
    client_ref: str


@transaction.atomic
def book(wish: Wish, *, user: User, by: Actor, now: datetime) -> Booking:
    """Book for `user`, or ask for approval where the group is large or the hours are unusual; state says which.

    The same `client_ref` is the same booking. Raises Refused (Taken when somebody else has it).
    """
    people.hold(user)  # two bookings of one person at once count each other
    known = Booking.objects.filter(user=user, client_ref=wish.client_ref).first()
    if known is not None:
        return known
    rule = rulebook.rule_for(wish.space.venue.node.path, now)
    _check(wish, rule, now)
    if trouble := limits.trouble(user, wish.unit, wish.starts_at, rule, now):
        raise Refused(trouble)
    asks = needs_approval(wish)
    made = _row(wish, user, State.REQUESTED if asks else State.CONFIRMED, now)
    if asks:
        if taken_at(wish.space, wish.starts_at, wish.ends_at):
            raise Taken(_("这个时间已被占用，请换一个时间或房间。"))
        made.save()
    else:
        made.save()
        occupy(made)
    return made


@transaction.atomic
def book_officially(wish: Wish, *, by: Actor, now: datetime) -> Booking:
    """The desk books for the public service, without quotas or opening hours. Raises Taken."""
    if wish.ends_at <= wish.starts_at or wish.people > wish.space.capacity:
        raise Refused(_("这个房间最多容纳 %(most)d 人。") % {"most": wish.space.capacity})
    made = _row(wish, by.user, State.CONFIRMED, now)
    made.official = True
    made.save()
    occupy(made)
    return made


def _row(wish: Wish, user: User | None, state: Booking.State, now: datetime) -> Booking:
    return Booking(
        space=wish.space, user=user, unit=wish.unit, purpose=wish.purpose, people=wish.people,
        starts_at=wish.starts_at, ends_at=wish.ends_at, state=state, client_ref=wish.client_ref, at=now,
    )  # fmt: skip


def _check(wish: Wish, rule: BookingRule, now: datetime) -> None:
    if wish.space.closed_on is not None or wish.space.venue.closed_on is not None:
        raise Refused(_("这个房间不再开放。"))
    if wish.starts_at <= now:
        raise Refused(_("这个时间已经过了。"))
    last = now.astimezone(CHINA).date() + rule.days_ahead * DAY
    if wish.starts_at.astimezone(CHINA).date() > last:
        raise Refused(_("最多提前 %(days)d 天预约。") % {"days": rule.days_ahead})
    if wish.ends_at - wish.starts_at > timedelta(minutes=rule.longest):
        raise Refused(_("一次最长 %(minutes)d 分钟。") % {"minutes": rule.longest})
    if not 1 <= wish.people <= wish.space.capacity:
        raise Refused(_("这个房间最多容纳 %(most)d 人。") % {"most": wish.space.capacity})


def needs_approval(wish: Wish) -> bool:
    """Whether somebody decides: the group is larger than the room gives by itself, or the hours are others."""
    above = wish.space.approval_above
    if above is not None and wish.people > above:
        return True
    return not opening.is_open(wish.space, wish.starts_at, wish.ends_at)


def leaves_of(spaces: Iterable[Space]) -> dict[int, list[tuple[int, int]]]:
    """space id → (leaf id, its buffer in minutes), by key: the whole tree of their venues in one query."""
    wanted = list(spaces)
    rows = Space.objects.filter(venue__in={each.venue_id for each in wanted}).order_by("pk")
    below: dict[int | None, list[tuple[int, int]]] = {}
    for pk, parent, buffer in rows.values_list("pk", "parent", "buffer"):
        below.setdefault(parent, []).append((pk, buffer))
    return {each.pk: sorted(_leaves(each.pk, each.buffer, below)) for each in wanted}


def _leaves(pk: int, buffer: int, below: dict[int | None, list[tuple[int, int]]]) -> list[tuple[int, int]]:
    parts = below.get(pk, [])
    return [leaf for part in parts for leaf in _leaves(*part, below)] if parts else [(pk, buffer)]


def occupy(booking: Booking) -> None:
    """Write the rows of a booking that is in this transaction. Raises Taken when one of the rooms is not free.

    The leaves are held in the order of their keys: whoever comes second waits, then sees the first. The constraint
    stands behind it for whatever does not come this way.
    """
    leaves = leaves_of([booking.space])[booking.space_id]
    keys = [pk for pk, _buffer in leaves]
    list(Space.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk").values_list("pk"))
    begins, ends = rules.minutes(booking.starts_at), rules.minutes(booking.ends_at)
    if meets(leaves, begins, ends):
        raise Taken(_("刚刚被别人订走了，请换一个时间或房间。"))
    Occupancy.objects.bulk_create(
        Occupancy(booking=booking, leaf_id=pk, begins=begins, ends=ends + buffer) for pk, buffer in leaves
    )


def meets(leaves: Sequence[tuple[int, int]], begins: int, ends: int) -> bool:
    """Whether one of the leaves is occupied in [begins, ends + its buffer)."""
    longest = max(buffer for _pk, buffer in leaves)
    rows = Occupancy.objects.filter(
        leaf__in=[pk for pk, _buffer in leaves], released=False, begins__lt=ends + longest, ends__gt=begins
    )
    buffers = dict(leaves)
    return any(starts < ends + buffers[leaf] for leaf, starts in rows.values_list("leaf", "begins"))


def taken_at(space: Space, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether somebody has the room, one of its parts, or the hall it is part of at that time."""
    return meets(leaves_of([space])[space.pk], rules.minutes(starts_at), rules.minutes(ends_at))


def release(booking: Booking) -> None:
    """Free the rooms of a booking; its rows stay."""
    Occupancy.objects.filter(booking=booking, released=False).update(released=True)


def held(booking_id: int) -> Booking:
    """The booking, held until the transaction ends."""
    rows = Booking.objects.select_for_update(of=("self",)).select_related("space__venue__node", "user", "unit")
    return rows.get(pk=booking_id)


@transaction.atomic
def cancel(booking: Booking, *, now: datetime) -> None:
    """Give a booking or request back; said again it is the same. Raises Refused when it is too late to cancel."""
    row = held(booking.pk)
    if row.state not in (State.REQUESTED, State.CONFIRMED):
        return
    rule = rulebook.rule_for(row.space.venue.node.path, now)
    if row.state == State.CONFIRMED and not row.official:
        # Somebody who booked a moment ago, inside the last hours, may still take it back at once.
        last = max(
            row.starts_at - timedelta(hours=rule.cancel_hours), min(row.at + timedelta(minutes=15), row.starts_at)
        )
        if now > last:
            raise Refused(_("离开始不到 %(hours)d 小时，请打电话给场所说一声。") % {"hours": rule.cancel_hours})
    row.state = State.CANCELLED
    row.save(update_fields=["state"])
    release(row)


def of_user(user: User, now: datetime, most: int = 40) -> list[Booking]:
    """What somebody has booked or asked for that is not over, the next first: one query."""
    rows = Booking.objects.filter(user=user, ends_at__gt=now, official=False).exclude(state=State.CANCELLED)
    return list(rows.select_related("space__venue").order_by("starts_at", "pk")[:most])
