"""签到与反馈: who came, who did not, and what they say of it. What a door sends again changes nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts import people
from lastmeter.accounts.actors import Actor
from lastmeter.kit.text import on_record
from lastmeter.notices import outbox
from lastmeter.occasions import seats, signing, tickets
from lastmeter.occasions.models import CheckIn, Feedback, Occasion, SignUp
from lastmeter.occasions.seats import State
from lastmeter.occasions.signing import Refused

DOOR_OPENS = timedelta(hours=2)  # before the beginning; people come early
SETTLED_AFTER = timedelta(hours=24)  # a door that was offline has sent by then what it saw
ASKED = gettext_lazy("刚才的活动怎么样？%(title)s")


@dataclass(frozen=True, slots=True)
class Arrival:
    """One thing a door saw: a code that was scanned, or a sign-up ticked off in the list."""

    ref: str
    at: datetime
    code: str = ""
    signup_id: int | None = None


def is_open(occasion: Occasion, now: datetime) -> bool:
    """Whether people may be checked in: from two hours before the beginning until it is settled."""
    return occasion.called_off_at is None and occasion.settled_at is None and occasion.starts_at - DOOR_OPENS <= now


@transaction.atomic
def check_in(occasion_id: int, arrival: Arrival, *, by: Actor, now: datetime) -> CheckIn:
    """Write that somebody came. The same `ref`, or the same person again, is the check-in there is already.

    `arrival.at` is the door's clock, brought into the time from two hours before the beginning until now. Somebody who
    waits is let in while there are seats. Raises tickets.BadTicket or Refused.
    """
    signup_id = arrival.signup_id
    if arrival.code:
        signup_id, _seats = tickets.read(arrival.code, occasion_id, tickets.key_of(occasion_id))
    coming = SignUp.objects.select_related("user").filter(pk=signup_id or 0, occasion=occasion_id).first()
    if coming is None:
        raise Refused(_("没有这个报名。"))
    if coming.user is not None:
        people.hold(coming.user)
    occasion = seats.hold(occasion_id, now=now)
    known = CheckIn.objects.filter(signup=coming).first() or CheckIn.objects.filter(client_ref=arrival.ref).first()
    if known is not None:
        return known
    signup = occasion.signups.select_related("user").get(pk=coming.pk)
    _let_in(occasion, signup, now)
    at = min(max(arrival.at, occasion.starts_at - DOOR_OPENS), now)
    return CheckIn.objects.create(signup=signup, client_ref=arrival.ref, at=at, by_id=by.user_id, sent_at=now)


def _let_in(occasion: Occasion, signup: SignUp, now: datetime) -> None:
    if occasion.starts_at - DOOR_OPENS > now:
        raise Refused(_("活动前两小时才开始签到。"))
    if signup.state not in (State.SEATED, State.OFFERED, State.ABSENT, State.WAITING):
        raise Refused(_("这个报名已经取消了。"))
    if signup.state != State.SEATED and signup.user is not None:
        signing.check_free(signup.user, occasion)
    if signup.state == State.WAITING and not seats.take(occasion, signup.seats):
        raise Refused(_("还在排队，现在没有空位。"))
    seats.move(signup, State.CAME, now=now)


@transaction.atomic
def settle(occasion_id: int, *, now: datetime) -> int:
    """A day after it ended: whoever had a place and was not seen is noted as absent; returns how many.

    Where nobody was checked in, nobody kept the door, and so nobody is said to have been absent.
    """
    occasion = seats.hold(occasion_id, now=now)
    if occasion.settled_at is not None or occasion.ends_at + SETTLED_AFTER > now:
        return 0
    Occasion.objects.filter(pk=occasion.pk).update(settled_at=now)
    if occasion.called_off_at or not CheckIn.objects.filter(signup__occasion=occasion).exists():
        return 0
    came = occasion.signups.filter(state=State.CAME, user__isnull=False).values_list("user_id", flat=True)
    outbox.tell(
        [user_id for user_id in came if user_id is not None],
        kind="occasions.asked",
        title=on_record(ASKED, title=occasion.title),
        link=f"/activities/{occasion.pk}/",
        key=f"occasions.asked:{occasion.pk}",
        now=now,
    )
    absent = occasion.signups.filter(state=State.SEATED)
    return absent.update(state=State.ABSENT, changed_at=now)


@transaction.atomic
def give_feedback(signup: SignUp, *, stars: int, words: str = "", now: datetime) -> Feedback:
    """Somebody who came says how it was; said again it replaces. Raises Refused for others."""
    if signup.state != State.CAME:
        raise Refused(_("签到来过的人才能评价。"))
    said = {"stars": stars, "words": words, "at": now}
    return Feedback.objects.update_or_create(signup=signup, defaults=said)[0]
