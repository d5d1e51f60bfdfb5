"""抽签: a room that many want. The seed is sealed before anybody asks and published after: anyone recomputes."""

from datetime import datetime

from django.db import transaction
from django.db.models import Count, Max, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.accounts.people import hold
from lastmeter.kit.ids import new_token
from lastmeter.kit.text import on_record
from lastmeter.notices import outbox
from lastmeter.venues import booking as bookings
from lastmeter.venues import rules
from lastmeter.venues.booking import Refused, Taken
from lastmeter.venues.models import Booking, Draw, Lot, Space

WON = gettext_lazy("抽中了：%(title)s")
LOST = gettext_lazy("这次没有抽中：%(title)s")


def standing(now: datetime) -> "QuerySet[Draw]":
    """Draws that are not drawn and not over, with how many entered (`lots_in`)."""
    rows = Draw.objects.filter(drawn_at=None, ends_at__gt=now).select_related("space")
    return rows.annotate(lots_in=Count("lots")).order_by("starts_at", "pk")


@transaction.atomic
def open_draw(
    space: Space, *, starts_at: datetime, ends_at: datetime, closes_at: datetime, by: Actor, now: datetime
) -> Draw:
    """Open a draw; its seed is made now and only its seal is shown until it is drawn."""
    if not now < closes_at <= starts_at < ends_at:
        raise Refused(_("报名截止要在开始之前。"))
    seed = new_token()
    return Draw.objects.create(
        space=space, starts_at=starts_at, ends_at=ends_at, closes_at=closes_at, seed=seed, seal=rules.seal_of(seed),
        by=by.user, at=now,
    )  # fmt: skip


@transaction.atomic
def enter(draw: Draw, *, user: User, purpose: str, people: int, now: datetime) -> Lot:
    """Ask to be drawn: one lot a person. Raises Refused when it is closed."""
    hold(user)
    found = Draw.objects.select_for_update(of=("self",)).select_related("space").get(pk=draw.pk)
    known = Lot.objects.filter(draw=found, booking__user=user).first()
    if known is not None:
        return known
    if found.drawn_at is not None or now >= found.closes_at:
        raise Refused(_("抽签报名已经截止。"))
    if not 1 <= people <= found.space.capacity:
        raise Refused(_("这个房间最多容纳 %(most)d 人。") % {"most": found.space.capacity})
    number = (found.lots.aggregate(last=Max("number"))["last"] or 0) + 1
    asked = Booking.objects.create(
        space=found.space, user=user, purpose=purpose, people=people, starts_at=found.starts_at, ends_at=found.ends_at,
        state=Booking.State.REQUESTED, client_ref=f"draw-{found.pk}", at=now,
    )  # fmt: skip
    return Lot.objects.create(draw=found, booking=asked, number=number)


@transaction.atomic
def draw_lots(draw: Draw, *, by: Actor, now: datetime) -> Lot | None:
    """Draw: the first in the order of the seed who is still there has the room; everybody is told. Once, ever."""
    found = Draw.objects.select_for_update(of=("self",)).get(pk=draw.pk)
    if found.drawn_at is not None or now < found.closes_at:
        raise Refused(_("还没到截止时间，或者已经抽过了。"))
    lots = {lot.number: lot for lot in found.lots.select_related("booking__user")}
    order = rules.drawn(found.seed, lots)
    for rank, number in enumerate(order, 1):
        lots[number].rank = rank
        lots[number].save(update_fields=["rank"])
    found.drawn_at = now
    found.save(update_fields=["drawn_at"])
    return _give(found, [lots[number] for number in order], by, now)


def _give(draw: Draw, lots: list[Lot], by: Actor, now: datetime) -> Lot | None:
    winner = None
    for lot in lots:
        row = bookings.held(lot.booking_id)
        if row.state != Booking.State.REQUESTED:
            continue
        won = winner is None and _occupied(row)
        row.state = Booking.State.CONFIRMED if won else Booking.State.REFUSED
        row.decided_at, row.decided_by = now, by.user
        row.save(update_fields=["state", "decided_at", "decided_by"])
        winner = lot if won else winner
        if row.user_id is not None:
            outbox.tell(
                [row.user_id], kind="venues.drawn", title=on_record(WON if won else LOST, title=row.purpose),
                link=f"/venues/draws/{draw.pk}/", key=f"venues.drawn:{row.pk}", now=now,
            )  # fmt: skip
    return winner


def _occupied(row: Booking) -> bool:
    try:
        bookings.occupy(row)
    except Taken:
        return False
    return True
