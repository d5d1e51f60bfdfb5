"""报到与退出: a person offers help in a place, with what they can do; leaving is one tap."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from lastmeter.accounts.models import User
from lastmeter.grid.models import Node
from lastmeter.volunteers.models import Invitation, Member, Skill, Slip


@transaction.atomic
def join(
    user: User,
    *,
    node: Node,
    kind: str,
    works_at: str = "",
    slip: Slip | None = None,
    skills: Sequence[Skill] = (),
    now: datetime,
) -> Member:
    """Report in, or change what was said; somebody who had left begins anew."""
    said = {"node": node, "kind": kind, "works_at": works_at, "slip": slip, "until": None}
    member, _made = Member.objects.update_or_create(user=user, defaults=said, create_defaults={**said, "since": now})
    member.skills.set(skills)
    return member


@transaction.atomic
def leave(user: User, *, now: datetime) -> None:
    """Leave: no call is put to them any more, and what they were still asked is over."""
    Member.objects.filter(user=user, until=None).update(until=now)
    waiting = Invitation.objects.filter(member__user=user, state=Invitation.State.ASKED)
    waiting.update(state=Invitation.State.DECLINED, answered_at=now)
