"""What duty holds about a person: shifts and swaps of staff. The number a caller leaves belongs to no account."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.keepers import Held, Keeper
from lastmeter.accounts.models import User
from lastmeter.grid.models import RosterMember, Swap


def show(user: User) -> Sequence[Held]:
    """The rosters on which they stand."""
    rows = RosterMember.objects.filter(user=user).select_related("roster__node").order_by("-pk")[:200]
    return [Held(str(each.roster.node), each.roster.name, "/shifts/") for each in rows]


def export(user: User) -> dict[str, Any]:
    """Rosters by name and dates, swaps by moment."""
    rosters = RosterMember.objects.filter(user=user).select_related("roster__node").order_by("pk")
    swaps = Swap.objects.filter(Q(giver=user) | Q(taker=user)).order_by("pk")
    return {
        "rosters": [
            {"place": str(each.roster.node), "name": each.roster.name, "from": each.roster.valid_from.isoformat()}
            for each in rosters
        ],
        "swaps": [{"shift": each.starts_at.isoformat(), "state": each.state, "words": each.words} for each in swaps],
    }


def erase(user: User, by: Actor, now: datetime) -> int:
    """Take the words out of their swaps; who was on duty when is the record of the office and stays."""
    return Swap.objects.filter(giver=user).exclude(words="").update(words="")


KEEPER = Keeper(
    label=gettext_lazy("值班"),
    show=show,
    export=export,
    erase=erase,
    retention=gettext_lazy("值班表作为工作记录保存；居民呼叫时留下的回电号码，跟进后立即删除。"),
)
