"""到场、钥匙、爽约: who came, where the key is, and what follows when a room stood empty; with due process."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.kit.text import on_record
from lastmeter.kit.zhtime import DAY
from lastmeter.notices import outbox
from lastmeter.venues import booking as bookings
from lastmeter.venues import rulebook
from lastmeter.venues.booking import Refused
from lastmeter.venues.models import Absence, Booking, KeyHandover

State = Booking.State
EARLY = timedelta(minutes=30)  # before the beginning people may come in
GRACE = timedelta(minutes=20)  # after it, nobody has come: the rest of the time is free again
ABSENT = gettext_lazy("您订的场地没有来，记了一次：%(title)s")
DECIDED = {
    True: gettext_lazy("申诉成立，那次没来不算：%(title)s"),
    False: gettext_lazy("申诉没有成立：%(title)s"),
}


@transaction.atomic
def arrive(row: Booking, *, now: datetime) -> None:
    """Somebody is there; once more it is the same. Raises Refused outside the time."""
    found = bookings.held(row.pk)
    if found.state == State.USED:
        return
    if found.state != State.CONFIRMED or not found.starts_at - EARLY <= now < found.ends_at:
        raise Refused(_("现在不是使用时间，或者这个预约已经不在了。"))
    found.state, found.came_at = State.USED, now
    found.save(update_fields=["state", "came_at"])


@transaction.atomic
def give_key(row: Booking, *, by: Actor, now: datetime) -> KeyHandover:
    """The key goes out, and so somebody is there; once more it is the same."""
    arrive(row, now=now)
    return KeyHandover.objects.get_or_create(booking=row, defaults={"given_at": now, "given_by": by.user})[0]


@transaction.atomic
def take_key(row: Booking, *, words: str = "", by: Actor, now: datetime) -> None:
    """The key is back, with what was found in the room."""
    back = {"returned_at": now, "returned_to": by.user, "words": words}
    if not KeyHandover.objects.filter(booking=row, returned_at=None).update(**back):
        raise Refused(_("这把钥匙没有领出去，或者已经还了。"))


@transaction.atomic
def note_absence(row: Booking, *, by: Actor, now: datetime) -> Absence | None:
    """Nobody came: the room is free again, the row stays, and the person is told how to explain or appeal.

    Said again it is the same. Raises Refused while they may still come, and for an official use nothing is noted.
    """
    found = bookings.held(row.pk)
    if found.state == State.ABSENT:
        return Absence.objects.filter(booking=found).first()
    if found.state != State.CONFIRMED or now < min(found.starts_at + GRACE, found.ends_at):
        raise Refused(_("开始二十分钟以后还没有人来，才能记。"))
    found.state = State.ABSENT
    found.save(update_fields=["state"])
    bookings.release(found)
    if found.official or found.user is None:
        return None
    rule = rulebook.rule_for(found.space.venue.node.path, now)
    made = Absence.objects.create(
        booking=found, user=found.user, at=now, by=by.user, appeal_by=now + rule.appeal_days * DAY,
        expires_at=now + rule.absence_days * DAY,
    )  # fmt: skip
    _tell(found, "venues.absent", on_record(ABSENT, title=found.purpose), now)
    return made


@transaction.atomic
def appeal(absence: Absence, *, excuse: str, now: datetime) -> None:
    """The person explains; it is decided by somebody else than who noted it. Raises Refused when it is too late."""
    if now > absence.appeal_by:
        raise Refused(_("申诉期限已过。"))
    open_ones = Absence.objects.filter(pk=absence.pk, decided_at=None)
    if not open_ones.update(excuse=excuse, appealed_at=now):
        raise Refused(_("这次申诉已经有了结果。"))


@transaction.atomic
def decide(absence: Absence, *, lifted: bool, words: str, by: Actor, now: datetime) -> None:
    """Lift the absence or let it stand, with the reason. Raises Refused for who noted it, and when it is decided."""
    if absence.by_id is not None and absence.by_id == by.user_id:
        raise Refused(_("谁记的，就要由别人来复核。"))
    said = {"lifted": lifted, "words": words, "decided_at": now, "decided_by": by.user}
    if not Absence.objects.filter(pk=absence.pk, decided_at=None, appealed_at__isnull=False).update(**said):
        raise Refused(_("没有待复核的申诉。"))
    _tell(
        absence.booking, "venues.appeal_decided", on_record(DECIDED[lifted], title=absence.booking.purpose), now, words
    )


def _tell(row: Booking, kind: str, title: str, now: datetime, words: str = "") -> None:
    if row.user_id is not None:
        outbox.tell(
            [row.user_id], kind=kind, title=title, words=words, link=f"/venues/bookings/{row.pk}/",
            key=f"{kind}:{row.pk}", now=now,
        )  # fmt: skip
