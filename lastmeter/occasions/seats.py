"""名额: the one rule of capacity. Whoever changes who sits where holds the occasion's row first; the row counts.

`taken` is the sum of the seats of all sign-ups that are OFFERED, SEATED, CAME or ABSENT, and the database refuses more
than `capacity`. Locks are taken in one order, the person before the occasion, so that nobody waits in a circle.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from lastmeter.kit.text import on_record
from lastmeter.notices import outbox
from lastmeter.occasions import rules
from lastmeter.occasions.models import Occasion, SignUp

State = SignUp.State
HOLDING = (State.OFFERED, State.SEATED, State.CAME, State.ABSENT)
BUSY = (State.SEATED, State.CAME)  # nobody is at two places at once: migration 0002 holds these two
LIVE = (State.WAITING, *HOLDING)
OFFER = _("有名额了，请在期限前确认：%(title)s")
LAPSED = _("没有及时确认，名额给了下一位：%(title)s")


def hold(occasion_id: int, *, now: datetime) -> Occasion:
    """The occasion, held until the transaction ends, after what was offered and not accepted in time has lapsed."""
    occasion = Occasion.objects.select_for_update(of=("self",)).get(pk=occasion_id)
    lapse(occasion, now=now)
    return occasion


def take(occasion: Occasion, seats: int) -> bool:
    """Take so many seats of a held occasion; False when there are fewer."""
    room = Occasion.objects.filter(pk=occasion.pk, taken__lte=occasion.capacity - seats)
    if seats > occasion.capacity or not room.update(taken=F("taken") + seats):
        return False
    occasion.taken += seats
    return True


def give_back(occasion: Occasion, seats: int) -> None:
    """Seats of a held occasion are free again; `promote` gives them to the next."""
    Occasion.objects.filter(pk=occasion.pk).update(taken=F("taken") - seats)
    occasion.taken -= seats


def move(signup: SignUp, state: SignUp.State, *, now: datetime, expires_at: datetime | None = None) -> None:
    """Write what became of a sign-up of a held occasion."""
    signup.state, signup.expires_at, signup.changed_at = state, expires_at, now
    signup.save(update_fields=["state", "expires_at", "changed_at"])


def promote(occasion: Occasion, *, now: datetime) -> list[SignUp]:
    """Offer what is free to those who wait, in the order of arrival, and tell them; nothing once it has begun."""
    if occasion.free <= 0 or occasion.called_off_at or occasion.starts_at <= now:
        return []
    waiting = {each.pk: each for each in line(occasion)}
    chosen = rules.next_in_line(occasion.free, ((pk, each.seats) for pk, each in waiting.items()))
    until = rules.offer_until(now, occasion.starts_at, occasion.accept_hours)
    offered = [waiting[pk] for pk in chosen if take(occasion, waiting[pk].seats)]
    for signup in offered:
        move(signup, State.OFFERED, now=now, expires_at=until)
    _tell(offered, occasion, "occasions.offered", on_record(OFFER, title=occasion.title), now)
    return offered


def lapse(occasion: Occasion, *, now: datetime) -> int:
    """Offers of a held occasion whose time is over go to the next in the line; returns how many lapsed."""
    over = list(occasion.signups.filter(state=State.OFFERED, expires_at__lte=now).order_by("number"))
    for signup in over:
        move(signup, State.LAPSED, now=now)
        give_back(occasion, signup.seats)
    if over:
        _tell(over, occasion, "occasions.lapsed", on_record(LAPSED, title=occasion.title), now)
        promote(occasion, now=now)
    return len(over)


def line(occasion: Occasion) -> "QuerySet[SignUp]":
    """Those who wait, in the order of arrival."""
    return occasion.signups.filter(state=State.WAITING).order_by("number")


def ahead_of(signup: SignUp) -> int:
    """How many wait before this one."""
    return line(signup.occasion).filter(number__lt=signup.number).count()


def _tell(signups: Iterable[SignUp], occasion: Occasion, kind: str, title: str, now: datetime) -> None:
    outbox.tell_many(
        [
            outbox.Message(
                user_id=each.user_id,
                kind=kind,
                title=title,
                link=f"/activities/{occasion.pk}/",
                key=f"{kind}:{each.pk}",
                urgent=kind == "occasions.offered",
            )
            for each in signups
            if each.user_id is not None
        ],
        now=now,
    )
