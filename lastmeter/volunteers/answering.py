"""应召: an invited member accepts, declines, or takes an acceptance back. Said twice it is the same answer."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from lastmeter.accounts.models import User
from lastmeter.volunteers.models import Call, Invitation

State = Invitation.State


class Full(Exception):
    """The call has enough people by now, or it is over; carries a sentence to show."""


@transaction.atomic
def accept(invitation: Invitation, *, now: datetime) -> None:
    """Take a seat. A repetition changes nothing; raises Full when there is none or nobody is wanted any more."""
    if _settled(invitation, State.ACCEPTED):
        return
    seats = Call.objects.filter(pk=invitation.call_id, ended_at=None, taken__lt=F("wanted"))
    if not seats.update(taken=F("taken") + 1):
        raise Full(_("人已经够了，这次不用您跑一趟，谢谢。"))
    _write(invitation, State.ACCEPTED, now)


@transaction.atomic
def decline(invitation: Invitation, *, now: datetime) -> None:
    """Say no, before or after having said yes: the seat is free again at once. No reason is asked."""
    if _settled(invitation, State.DECLINED) or invitation.state == State.WITHDRAWN:
        return
    came = invitation.state == State.ACCEPTED
    if came:
        Call.objects.filter(pk=invitation.call_id).update(taken=F("taken") - 1)
    _write(invitation, State.WITHDRAWN if came else State.DECLINED, now)


def _settled(invitation: Invitation, state: str) -> bool:
    """Whether this was the answer already. Holds the row: of two taps at once the second sees the first."""
    held = Invitation.objects.select_for_update().get(pk=invitation.pk)
    invitation.state = held.state
    return held.state == state


def _write(invitation: Invitation, state: str, now: datetime) -> None:
    Invitation.objects.filter(pk=invitation.pk).update(state=state, answered_at=now)
    invitation.state, invitation.answered_at = state, now


def of_user(user: User, most: int = 20) -> list[Invitation]:
    """What this person is asked to and what they have accepted, those that wait for an answer first: one query."""
    rows = Invitation.objects.filter(member__user=user, member__until=None, call__ended_at=None)
    shown = rows.filter(state__in=[State.ASKED, State.ACCEPTED]).select_related("call__skill")
    return sorted(shown.order_by("call__starts_at", "pk")[:most], key=lambda each: each.state == State.ACCEPTED)
