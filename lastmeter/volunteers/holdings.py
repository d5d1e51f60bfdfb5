"""What volunteers hold about a person: that they offered help, where, with what, and their answers to calls."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.keepers import Held, Keeper
from lastmeter.accounts.models import User
from lastmeter.volunteers.models import Certificate, Member


def _of(user: User) -> Member | None:
    return Member.objects.select_related("node").prefetch_related("skills").filter(user=user).first()


def show(user: User) -> Sequence[Held]:
    """Where they reported in, as what, and what they can do."""
    member = _of(user)
    if member is None:
        return []
    skills = "、".join(each.name for each in member.skills.all())
    words = " · ".join(filter(None, [member.node.name, member.get_kind_display(), member.works_at, skills]))
    return [Held(_("报到"), words, "/volunteering/")]


def export(user: User) -> dict[str, Any]:
    """The same, with each call and the answer to it."""
    member = _of(user)
    if member is None:
        return {}
    answers = member.invitations.select_related("call").order_by("pk")
    served = member.stints.filter(void_at=None).select_related("call").order_by("starts_at")
    return {
        "place": member.node.name,
        "kind": member.kind,
        "works_at": member.works_at,
        "skills": [each.name for each in member.skills.all()],
        "since": member.since.isoformat(),
        "hours": [{"from": each.starts_at.isoformat(), "hours": each.hours, "for": each.call.title} for each in served],
        "calls": [
            {"title": each.call.title, "starts_at": each.call.starts_at.isoformat(), "answer": each.state}
            for each in answers
        ],
    }


def erase(user: User, by: Actor, now: datetime) -> int:
    """Take the membership, the answers and the hours away, and the name off certificates; numbers of a call stay."""
    Certificate.objects.filter(member__user=user).update(name="", member=None)
    _count, by_model = Member.objects.filter(user=user).delete()
    return by_model.get("volunteers.Member", 0)


KEEPER = Keeper(
    label=gettext_lazy("您报到的身份和特长"),
    show=show,
    export=export,
    erase=erase,
    retention=gettext_lazy("退出以后就不再邀请您；要求删除时，报到和每次答复一并删去。"),
)
