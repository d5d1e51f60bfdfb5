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
    found = nearest(call, within, (call.wanted - call.taken) * ASKED_PER_SEAT)
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


def nearest(call: Call, within: int, most: int) -> list[Member]:
    """So many members within the place who have the skill and were not asked yet, the nearest in the tree first.

    Asks ring by ring from the place outwards and stops when there are enough: of a county's volunteers it reads those
    whom it invites.
    """
    path = call.dossier.path
    rows = Member.objects.filter(until=None, user__is_active=True).exclude(invitations__call=call)
    if call.skill_id:
        rows = rows.filter(skills=call.skill_id)
    found: list[Member] = []
    inner = ""
    for ring in _rings(path, within):
        if len(found) >= most:
            break
        here = rows.filter(at_or_below(ring, "node__path"))
        if inner:
            here = here.exclude(at_or_below(inner, "node__path"))
        found += here.select_related("user", "node").order_by("pk")[: most - len(found)]
        inner = ring
    return found


def _rings(path: str, within: int) -> list[str]:
    """The places around a place, the smallest first, up to the one of that level; its whole line when there is none."""
    line = Node.objects.filter(path__in=lineage(path)).order_by("-level").values_list("path", "level")
    areas = list(line)
    outermost = next((place for place, level in areas if level <= within), "")
    return [place for place, _level in areas if place.startswith(outermost)]


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
