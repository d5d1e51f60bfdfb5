"""排班 and 换班: drawing up a roster and changing it from a day on, putting somebody else on a shift, swaps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.grid.duty import rosters, rota
from lastmeter.grid.duty.rota import DayKind, Shift, Slot
from lastmeter.grid.models import Node, Roster, RosterMember, RosterSlot, Swap
from lastmeter.kit.text import on_record
from lastmeter.kit.zhtime import CHINA, DAY, long_date
from lastmeter.notices import outbox


class Impossible(ValueError):
    """An act that cannot be done as things stand; str() is a sentence for the person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a roster is to be: people in their order, hours for each kind of day, from a China date on."""

    name: str
    members: Sequence[User]
    slots: Mapping[DayKind, Sequence[Slot]]
    round_the_clock: bool
    phone: str
    valid_from: date
    valid_to: date | None = None  # exclusive


@transaction.atomic
def draw_up(node: Node, plan: Plan, *, by: Actor, now: datetime) -> Roster:
    """Make a new roster of the node. Raises Impossible when it has one of that name: two at once draw up one."""
    Node.objects.select_for_update(no_key=True).get(pk=node.pk)
    if Roster.objects.filter(node=node, name=plan.name, valid_to=None).exists():
        raise Impossible(_("这里已经有一张“%(name)s”，请改那一张，或者换个名称。") % {"name": plan.name})
    return _write(Roster(node=node), plan, by=by, now=now)


@transaction.atomic
def redraw(roster: Roster, plan: Plan, *, by: Actor, now: datetime) -> Roster:
    """Let another pattern take over on `plan.valid_from`; what was on duty before that day stays as it was.

    A pattern that has not begun is replaced where it stands. Raises Impossible when somebody else was quicker.
    """
    current = Roster.objects.select_for_update().get(pk=roster.pk)
    if Roster.objects.filter(follows=current).exists():
        raise Impossible(_("这张值班表刚有人改过，请打开新的一张再改。"))
    if current.valid_from >= plan.valid_from and current.valid_from > now.astimezone(CHINA).date():
        current.members.all().delete()
        current.slots.all().delete()
        return _write(current, plan, by=by, now=now)
    _end(current, plan.valid_from)
    return _write(Roster(node=current.node, follows=current), plan, by=by, now=now)


@transaction.atomic
def end(roster: Roster, *, on: date, by: Actor, now: datetime) -> None:
    """Let a roster end before that China date: no shift begins on it or later."""
    _end(Roster.objects.select_for_update().get(pk=roster.pk), on)
    audit.record("roster.end", by=by, object_kind="roster", object_id=roster.pk, now=now)


def _end(roster: Roster, on: date) -> None:
    if roster.valid_to is None or roster.valid_to > on:
        roster.valid_to = max(on, roster.valid_from)
        roster.save(update_fields=["valid_to"])


def _write(roster: Roster, plan: Plan, *, by: Actor, now: datetime) -> Roster:
    for name in ("name", "round_the_clock", "phone", "valid_from", "valid_to"):
        setattr(roster, name, getattr(plan, name))
    roster.save()
    RosterMember.objects.bulk_create(
        RosterMember(roster=roster, position=at, user=user) for at, user in enumerate(plan.members)
    )
    RosterSlot.objects.bulk_create(
        RosterSlot(roster=roster, days=kind, position=at, starts=slot.starts, minutes=slot.minutes)
        for kind, slots in plan.slots.items()
        for at, slot in enumerate(slots)
    )
    audit.record("roster.write", by=by, object_kind="roster", object_id=roster.pk, now=now)
    return roster


@transaction.atomic
def ask(
    roster: Roster,
    *,
    starts: datetime,
    giver: User,
    taker: User,
    back: datetime | None = None,
    words: str = "",
    by: Actor,
    now: datetime,
) -> Swap:
    """Ask `taker` to take over `giver`'s shift, for their own shift at `back` when given; asked twice is asked once.

    Raises Impossible when a shift is not theirs (any more), has begun, or the taker is on duty at that time.
    """
    _check(roster, starts=starts, giver=giver, taker=taker, back=back, now=now)
    asked = Swap(
        roster=roster, starts_at=starts, giver=giver, taker=taker, back_at=back, words=words[:200],
        asked_at=now, asked_by=by.user or giver,
    )  # fmt: skip
    Swap.objects.bulk_create([asked], ignore_conflicts=True)
    swap = Swap.objects.filter(roster=roster, starts_at=starts, giver=giver, state=Swap.State.ASKED).first()
    if swap is None:  # answered by the other one at this very moment
        raise Impossible(_("这次换班已经有了结果，没有再改。"))
    if swap.taker_id != taker.pk:
        raise Impossible(_("这一班已经在请%(name)s替，先撤回才能再请别人。") % {"name": swap.taker.name})
    outbox.tell(
        [taker],
        kind="duty",
        title=on_record(gettext_lazy("%(name)s请您替班：%(when)s"), name=giver.name, when=_when(starts)),
        words=words,
        link="/shifts/",
        key=f"swap:{swap.pk}",
        now=now,
    )
    return swap


@transaction.atomic
def accept(swap: Swap, *, by: Actor, now: datetime) -> None:
    """The one who was asked takes the shift; from now on it is theirs. Raises Impossible when it is too late."""
    roster = Roster.objects.select_for_update().get(pk=swap.roster_id)  # one swap of a roster at a time is looked at
    roster = rosters.whole(Roster.objects.filter(pk=roster.pk)).get()
    _check(roster, starts=swap.starts_at, giver=swap.giver, taker=swap.taker, back=swap.back_at, now=now)
    _answer(swap, Swap.State.ACCEPTED, by=by, now=now)
    _tell(swap, [swap.giver], gettext_lazy("%(taker)s同意替班：%(when)s"), now=now)


@transaction.atomic
def decline(swap: Swap, *, by: Actor, now: datetime) -> None:
    """The one who was asked does not take the shift: it stays where it is."""
    _answer(swap, Swap.State.DECLINED, by=by, now=now)
    _tell(swap, [swap.giver], gettext_lazy("%(taker)s不能替班：%(when)s，这一班还是您的"), now=now)


@transaction.atomic
def withdraw(swap: Swap, *, by: Actor, now: datetime) -> None:
    """The giver no longer asks."""
    _answer(swap, Swap.State.WITHDRAWN, by=by, now=now)
    _tell(swap, [swap.taker], gettext_lazy("%(giver)s不用您替班了：%(when)s"), now=now)


@transaction.atomic
def replace(
    roster: Roster, *, starts: datetime, giver: User, taker: User, words: str = "", by: Actor, now: datetime
) -> Swap:
    """Whoever draws up the roster puts somebody else on a shift (illness, leave): it holds at once, both are told."""
    Roster.objects.select_for_update().get(pk=roster.pk)
    _check(roster, starts=starts, giver=giver, taker=taker, back=None, now=now, running=True)
    open_asks = Swap.objects.filter(roster=roster, starts_at=starts, giver=giver, state=Swap.State.ASKED)
    open_asks.update(state=Swap.State.WITHDRAWN, answered_at=now)
    swap = Swap.objects.create(
        roster=roster, starts_at=starts, giver=giver, taker=taker, words=words[:200],
        state=Swap.State.ACCEPTED, asked_at=now, asked_by=by.user or giver, answered_at=now,
    )  # fmt: skip
    audit.record("roster.replace", by=by, object_kind="roster", object_id=roster.pk, now=now)
    _tell(swap, [giver, taker], gettext_lazy("%(when)s的班由%(giver)s改为%(taker)s"), now=now)
    return swap


def _answer(swap: Swap, state: Swap.State, *, by: Actor, now: datetime) -> None:
    asked = Swap.objects.filter(pk=swap.pk, state=Swap.State.ASKED)
    if not asked.update(state=state, answered_at=now):
        raise Impossible(_("这次换班已经有了结果，没有再改。"))
    audit.record(f"swap.{state}", by=by, object_kind="swap", object_id=swap.pk, now=now)


def _when(starts: datetime) -> str:
    return long_date(starts, settings.LANGUAGE_CODE)


def _tell(swap: Swap, users: Sequence[User], title: Promise, *, now: datetime) -> None:
    said = on_record(title, giver=swap.giver.name, taker=swap.taker.name, when=_when(swap.starts_at))
    outbox.tell(users, kind="duty", title=said, link="/shifts/", key=f"swap:{swap.pk}:done", now=now)


def _check(
    roster: Roster,
    *,
    starts: datetime,
    giver: User,
    taker: User,
    back: datetime | None,
    now: datetime,
    running: bool = False,
) -> None:
    """Raises Impossible unless the swap can hold. `running`: a shift that is on may change hands, too."""
    shift = _shift(roster, starts, giver)
    if (shift.ends if running else shift.starts) <= now:
        raise Impossible(_("这一班已经开始，不能再换。"))
    returned = _shift(roster, back, taker) if back else None
    if returned and returned.starts <= now:
        raise Impossible(_("要换回的那一班已经开始，不能再换。"))
    if taker == giver or not taker.is_active:
        raise Impossible(_("请选另一位在岗的人。"))
    _check_free(taker, shift, returned)
    if returned:
        _check_free(giver, returned, shift)


def _shift(roster: Roster, starts: datetime, person: User) -> Shift:
    day = starts.astimezone(CHINA).date()
    known = rosters.shifts_of(roster, day, day + DAY)
    found = next((each for each in known if each.starts == starts and each.person == person.pk), None)
    if found is None:
        raise Impossible(_("这一班现在不是%(name)s的，请看最新的值班表。") % {"name": person.name})
    return found


def _check_free(user: User, shift: Shift, given: Shift | None) -> None:
    """`given` is the shift they hand over in return: it does not hinder them."""
    day = shift.starts.date()
    for _roster, own in rosters.shifts_of_user(user, day - DAY, day + 2 * DAY):
        if (given is None or own.starts != given.starts) and rota.overlap(own, shift):
            raise Impossible(_("%(name)s那段时间自己有班，替不了。") % {"name": user.name})
