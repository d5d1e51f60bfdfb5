"""审批、征用: a request is decided beside those that compete with it; an official use displaces, with notice."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.grid import scope
from lastmeter.grid.models import Role
from lastmeter.kit.alone import each_alone
from lastmeter.kit.text import on_record
from lastmeter.notices import outbox
from lastmeter.venues import booking as bookings
from lastmeter.venues import rules
from lastmeter.venues.booking import Refused, Taken, Wish
from lastmeter.venues.models import Booking, Occupancy, Space

State = Booking.State
KEEPERS = (Role.SECRETARY, Role.GRID_HEAD, Role.COMMUNITY_CLERK, Role.DISPATCHER, Role.ORGANISER)
APPROVED = gettext_lazy("场地批准了：%(title)s")
REFUSED = gettext_lazy("场地没有批准：%(title)s")
DISPLACED = gettext_lazy("场地要公务使用，您的预约取消了：%(title)s")
MOVED = gettext_lazy("场地要公务使用，已为您换到%(space)s：%(title)s")
LAPSED = gettext_lazy("场地没有及时审批：%(title)s")


def may_keep(actor: Actor, path: str) -> bool:
    """Whether the actor keeps the venues at the node of that path."""
    return scope.holds(actor, KEEPERS, path)


def keeps_any(actor: Actor) -> bool:
    """Whether the actor keeps venues anywhere."""
    return scope.has_post(actor, KEEPERS)


@transaction.atomic
def approve(row: Booking, *, by: Actor, now: datetime) -> None:
    """Move a request into the constraint. Once more it is the same; raises Taken when somebody else has the room."""
    found = bookings.held(row.pk)
    if found.state == State.CONFIRMED:
        return
    _still(found, now)
    bookings.occupy(found)
    _decide(found, State.CONFIRMED, "", by, now)
    _tell(found, "venues.approved", APPROVED, "", now)


@transaction.atomic
def refuse(row: Booking, *, words: str, by: Actor, now: datetime) -> None:
    """Say no, with the reason that the person reads."""
    found = bookings.held(row.pk)
    if found.state == State.REFUSED:
        return
    _still(found, now)
    _decide(found, State.REFUSED, words, by, now)
    _tell(found, "venues.refused", REFUSED, words, now)


def _still(row: Booking, now: datetime) -> None:
    if row.state != State.REQUESTED or row.starts_at <= now:
        raise Refused(_("这个申请已经有人办了，或者过了时间。"))


def _decide(row: Booking, state: Booking.State, words: str, by: Actor, now: datetime) -> None:
    row.state, row.words, row.decided_by, row.decided_at = state, words, by.user, now
    row.save(update_fields=["state", "words", "decided_by", "decided_at"])


def rivals(row: Booking) -> "QuerySet[Booking]":
    """The other requests that this one could not stand beside: same room, its parts or its hall, overlapping."""
    leaves = {pk for pk, _buffer in bookings.leaves_of([row.space])[row.space_id]}
    spaces = list(Space.objects.filter(venue=row.space.venue_id))
    sharing = [pk for pk, theirs in bookings.leaves_of(spaces).items() if leaves & {each for each, _b in theirs}]
    rows = Booking.objects.filter(space__in=sharing, state=State.REQUESTED)
    rows = rows.filter(starts_at__lt=row.ends_at, ends_at__gt=row.starts_at).exclude(pk=row.pk)
    return rows.select_related("space", "user", "unit").order_by("at", "pk")


@transaction.atomic
def displace(wish: Wish, *, words: str, by: Actor, now: datetime) -> Booking:
    """An official use takes the room: whoever had it is told and, where one is free, gets another room of the venue.

    Raises Refused without a reason, or when another official use has it.
    """
    if not words:
        raise Refused(_("请写明征用的原因，被换的人会看到。"))
    leaves = [pk for pk, _buffer in bookings.leaves_of([wish.space])[wish.space.pk]]
    list(
        Space.objects.select_for_update(no_key=True).filter(venue=wish.space.venue_id).order_by("pk").values_list("pk")
    )
    buffer = max(each.buffer for each in Space.objects.filter(pk__in=leaves))
    meeting = Occupancy.objects.filter(
        leaf__in=leaves, released=False, begins__lt=rules.minutes(wish.ends_at) + buffer,
        ends__gt=rules.minutes(wish.starts_at),
    )  # fmt: skip
    rows = [bookings.held(pk) for pk in sorted(set(meeting.values_list("booking", flat=True)))]
    rows = [each for each in rows if each.state in bookings.STANDING]  # who cancelled meanwhile has gone
    if any(each.official for each in rows):
        raise Taken(_("这个时间另有公务使用。"))
    for row in rows:
        bookings.release(row)
    made = bookings.book_officially(wish, by=by, now=now)
    for row in rows:
        _give_another(row, words, by, now)
    return made


def _give_another(row: Booking, words: str, by: Actor, now: datetime) -> None:
    """The smallest free room of the same venue that holds the group; none: the booking ends with the reason."""
    others = Space.objects.filter(venue=row.space.venue_id, closed_on=None, capacity__gte=row.people)
    for space in others.exclude(pk=row.space_id).order_by("capacity", "pk"):
        if not bookings.taken_at(space, row.starts_at, row.ends_at):
            row.instead, row.space = row.space, space
            row.words = words
            row.save(update_fields=["space", "instead", "words"])
            bookings.occupy(row)
            _tell(row, "venues.moved", MOVED, words, now)
            return
    _decide(row, State.DISPLACED, words, by, now)
    _tell(row, "venues.displaced", DISPLACED, words, now)


def lapse(now: datetime) -> int:
    """Requests nobody decided before their time are over, and the person is told; returns how many."""
    rows = Booking.objects.filter(state=State.REQUESTED, starts_at__lte=now).order_by("pk").values_list("pk", flat=True)

    def lapse_one(pk: int) -> bool:
        row = bookings.held(pk)
        if row.state != State.REQUESTED:
            return False
        row.state = State.LAPSED
        row.save(update_fields=["state"])
        _tell(row, "venues.lapsed", LAPSED, "", now)
        return True

    return each_alone(rows, lapse_one)


def _tell(row: Booking, kind: str, title: object, words: str, now: datetime) -> None:
    if row.user_id is None:
        return
    outbox.tell(
        [row.user_id], kind=kind, title=on_record(str(title), title=row.purpose, space=row.space.name), words=words,
        link=f"/venues/bookings/{row.pk}/", key=f"{kind}:{row.pk}:{now:%Y%m%d%H%M}", urgent=kind == "venues.displaced",
        now=now,
    )  # fmt: skip
