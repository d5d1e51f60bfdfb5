"""What venues hold about a person: what they booked, and the absences that were noted."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.keepers import Held, Keeper
from lastmeter.accounts.models import User
from lastmeter.venues import booking
from lastmeter.venues.models import Absence, Booking


def show(user: User) -> Sequence[Held]:
    """How many bookings there are, and how many absences."""
    count, absences = Booking.objects.filter(user=user).count(), Absence.objects.filter(user=user).count()
    if not count:
        return []
    words = _("%(count)d 次，其中没来 %(absent)d 次") % {"count": count, "absent": absences}
    return [Held(_("订过的场地"), words, "/venues/mine/")]


def export(user: User) -> list[dict[str, Any]]:
    """Each booking with what became of it."""
    rows = Booking.objects.filter(user=user).select_related("space__venue", "absence").order_by("pk")
    return [
        {
            "venue": each.space.venue.name,
            "space": each.space.name,
            "purpose": each.purpose,
            "people": each.people,
            "starts_at": each.starts_at.isoformat(),
            "ends_at": each.ends_at.isoformat(),
            "state": each.state,
            "words": each.words,
            "excuse": each.absence.excuse if hasattr(each, "absence") else "",
        }
        for each in rows
    ]


def erase(user: User, by: Actor, now: datetime) -> int:
    """Give back what is to come; of what is over stays that the room was used, without the person and the purpose."""
    for row in Booking.objects.filter(
        user=user, starts_at__gt=now, state__in=[*booking.STANDING, Booking.State.REQUESTED]
    ):
        row.state = Booking.State.CANCELLED
        row.save(update_fields=["state"])
        booking.release(row)
    Absence.objects.filter(user=user).delete()
    return Booking.objects.filter(user=user).update(user=None, purpose="", words="")


KEEPER = Keeper(
    label=gettext_lazy("您订的场地"),
    show=show,
    export=export,
    erase=erase,
    retention=gettext_lazy("用来安排场地和公平使用；要求删除时，没用的替您取消，用过的只留时间和房间。"),
)
