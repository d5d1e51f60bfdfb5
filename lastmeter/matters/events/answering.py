"""逐一答复: an event ends when its lead does, and every appellant is answered, each about their own matter."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lastmeter.accounts.actors import Actor
from lastmeter.matters import closing, lifecycle, policy, settling
from lastmeter.matters.closing import Ending
from lastmeter.matters.events import gathering, holding
from lastmeter.matters.models import Incident, Matter, Profile
from lastmeter.matters.steps import Overtaken, end_assignment, move_many, tell_story
from lastmeter.matters.together import parts


@transaction.atomic
def close(
    incident: Incident, ending: Ending, *, own: Mapping[int, str] | None = None, by: Actor, now: datetime
) -> list[Matter]:
    """办结事件: every open member is closed and answered in its own channel, then the lead; returns those answered.

    `own` are words for single matters by id, where the common ones do not do. Raises Overtaken when the event is not
    handled together, the lead cannot be closed from where it stands, or somebody would be left without words.
    """
    if not gathering.may_decide(by, incident) and by.kind != "system":
        raise policy.not_allowed()
    row = Incident.objects.select_for_update().filter(pk=incident.pk, state=Incident.State.CONFIRMED).first()
    if row is None:
        raise Overtaken(_("这个事件已经不在一起办理了，请看现在的情况。"))
    matters = [each for each in gathering.members(incident) if each.dossier.is_open]
    words = {each.pk: (own or {}).get(each.pk) or ending.words for each in matters}
    if not all(words.values()):
        raise Overtaken(_("每一位都要有答复：请写共同的答复，或者给每一件分别写。"))
    for matter in matters:
        if matter.pk != row.lead_id:
            answer(matter, replace(ending, words=words[matter.pk]), by=by, now=now)
    _close_lead(next((each for each in matters if each.pk == row.lead_id), None), ending, words, by=by, now=now)
    gathering.let_go(incident, now=now)
    Incident.objects.filter(pk=incident.pk).update(
        state=Incident.State.CLOSED, decided_at=now, decided_by=by.user_id, reason=ending.words[:500]
    )
    return matters


def answer(matter: Matter, ending: Ending, *, by: Actor, now: datetime) -> None:
    """Close one member of an event with words of its own, wherever it stands; its requester is told in their channel.

    Raises Overtaken when it is not open, or parts of its work are and nobody says why it ends all the same.
    """
    parts.tie_up([matter], ending.despite)
    move_many([matter], holding.ANSWER, now=now)
    end_assignment([matter], now=now)
    tell_story(matter, "closed", ending.words, by=by, now=now, public=True)
    closing.write_closure(matter, ending, by=by, now=now)


def _close_lead(lead: Matter | None, ending: Ending, words: Mapping[int, str], *, by: Actor, now: datetime) -> None:
    if lead is None:
        return
    if lifecycle.allows(lead.profile, "close", lead.dossier.step):
        closing.close(
            lead, outcome=ending.outcome, words=words[lead.pk], cause=ending.cause, reason=ending.reason,
            decided_by=ending.decided_by, despite=ending.despite, by=by, now=now,
        )  # fmt: skip
    elif lead.profile == Profile.GRID and lifecycle.allows(lead.profile, "settle", lead.dossier.step):
        settling.settle(lead, result=words[lead.pk], despite=ending.despite, by=by, now=now)
    else:
        raise Overtaken(_("牵头事项还没有答复：先把它办好、答复，再一起办结。"))
