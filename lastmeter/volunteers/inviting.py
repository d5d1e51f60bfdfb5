"""召集: whoever has the skill and is near is asked, the nearest first; nobody is assigned (志愿服务条例 art. 25)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.dossiers.models import Dossier
from lastmeter.grid.models import Level, Node, at_or_below, lineage
from lastmeter.kit import bulk
from lastmeter.kit.text import on_record
from lastmeter.notices import outbox
from lastmeter.volunteers.models import Call, Invitation, Member, Skill

ASKED_PER_SEAT = 5  # more than that is a mass mailing, and those who come too late have been asked for nothing
TITLE = gettext_lazy("请您帮忙：%(title)s")


@transaction.atomic
def call(
    dossier: Dossier,
    *,
    title: str,
    place: str = "",
    starts_at: datetime,
    wanted: int,
    skill: Skill | None = None,
    within: int = Level.COMMUNITY,
    by: Actor,
    now: datetime,
) -> Call:
    """Ask members within the dossier's place of a level (grid, community, town) to come; see `invite`."""
    made = Call.objects.create(
        dossier=dossier, title=title, place=place, starts_at=starts_at, wanted=wanted, skill=skill,
        by_id=by.user_id, at=now,
    )  # fmt: skip
    invite(made, within=within, by=by, now=now)
    return made


@transaction.atomic
def invite(call: Call, *, within: int, by: Actor, now: datetime) -> int:
    """Ask the next nearest who have not been asked, five for each free seat; returns how many were asked."""
    most = (call.wanted - call.taken) * ASKED_PER_SEAT
    found = nearest(call, within)[:most]
    bulk.create(Invitation, [Invitation(call=call, member=each, asked_at=now) for each in found], skip=True)
    messages = [
        outbox.Message(
            user_id=each.user_id,
            kind="volunteers.called",
            title=on_record(TITLE, title=call.title),
            link=f"/volunteering/{call.pk}/",
            key=f"volunteers.called:{call.pk}",
        )
        for each in found
        if each.user_id != by.user_id
    ]
    if messages:
        outbox.tell_many(messages, now=now)
    return len(found)


def nearest(call: Call, within: int) -> list[Member]:
    """Members within the place who have the skill and were not asked yet, the nearest in the tree first."""
    path = call.dossier.path
    area = Node.objects.filter(path__in=lineage(path), level__lte=within).order_by("-level").first()
    rows = Member.objects.filter(until=None, user__is_active=True).exclude(invitations__call=call)
    if area is not None:
        rows = rows.filter(at_or_below(area.path, "node__path"))
    if call.skill_id:
        rows = rows.filter(skills=call.skill_id)
    return sorted(rows.select_related("user", "node").order_by("pk"), key=lambda each: -_shared(each.node.path, path))


def _shared(one: str, other: str) -> int:
    """How many nodes two places have in common, from the top of the tree down."""
    return len(set(lineage(one)) & set(lineage(other)))


@transaction.atomic
def end(dossier_id: int, *, now: datetime) -> None:
    """Nobody is wanted any more: open calls of a dossier end, and who had accepted is told."""
    calls = list(Call.objects.select_for_update().filter(dossier=dossier_id, ended_at=None).order_by("pk"))
    Call.objects.filter(pk__in=[each.pk for each in calls]).update(ended_at=now)
    coming = Invitation.objects.filter(call__in=calls, state=Invitation.State.ACCEPTED, call__starts_at__gt=now)
    for row in coming.select_related("call", "member"):
        outbox.tell(
            [row.member.user_id],
            kind="volunteers.call_ended",
            title=on_record(gettext_lazy("不用再来了，谢谢您：%(title)s"), title=row.call.title),
            link=f"/volunteering/{row.call_id}/",
            key=f"volunteers.call_ended:{row.call_id}",
            now=now,
        )


def of_dossier(dossier_id: int) -> Sequence[Call]:
    """The calls of a dossier with how many were asked and how many said no: one query."""
    declined = Q(invitations__state__in=[Invitation.State.DECLINED, Invitation.State.WITHDRAWN])
    rows = Call.objects.filter(dossier=dossier_id).select_related("skill")
    return list(
        rows.annotate(asked=Count("invitations"), declined=Count("invitations", filter=declined)).order_by("pk")
    )
