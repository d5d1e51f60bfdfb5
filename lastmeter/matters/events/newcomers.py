"""新来的: a matter alike to an event that is handled together is proposed to it; one tap of a person joins it.

Until then it is a row beside the matter and nothing more: it goes its own way, counts for nobody, and is told nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor, system
from lastmeter.kit.text import on_record
from lastmeter.matters.events import finding, gathering, holding
from lastmeter.matters.models import HotIssue, Incident, Matter, Membership, Voice
from lastmeter.matters.steps import Overtaken
from lastmeter.matters.talking import tell, telling

COMPARED = 40  # members of an event that a newcomer is compared with: the newest


def offer(issue_ids: Iterable[int], *, now: datetime) -> list[Incident]:
    """Propose what is free in these issues to the events whose members speak there; the desk is told once an event."""
    heard = Voice.objects.filter(issue=OuterRef("pk"), matter__in=holding.members().values("matter"))
    offered: dict[int, Incident] = {}
    for issue in HotIssue.objects.filter(Exists(heard), pk__in=list(issue_ids)).order_by("pk"):
        offered |= {each.pk: each for each in _offer(issue, now=now)}
    return list(offered.values())


@transaction.atomic
def _offer(issue: HotIssue, *, now: datetime) -> list[Incident]:
    """Propose each free matter of one issue to the event that it is likest to; returns those events."""
    HotIssue.objects.select_for_update().get(pk=issue.pk)
    fresh = gathering.open_and_free(issue)
    events = {each.pk: each for each in _events(issue)} if fresh else {}
    alike = finding.likeness_to(fresh, _members(events, issue))
    refused = set(
        Membership.objects.filter(incident__in=events, matter__in=fresh)
        .exclude(left_by=None)
        .values_list("matter", "incident")
    )
    made = []
    for pk, found in alike.items():
        fitting = [name for name in found if (pk, name) not in refused]
        if fitting:
            likest = max(fitting, key=lambda name: (found[name], -name))
            made.append(Membership(incident=events[likest], matter_id=pk))
    Membership.objects.bulk_create(made)
    offered = list({each.incident_id: each.incident for each in made}.values())
    title = gettext_lazy("又有人说同一件事，请看要不要归入")
    tell.desk([each.lead for each in offered], "event_newcomer", title, by=system("events"), now=now)
    return offered


def _events(issue: HotIssue) -> QuerySet[Incident]:
    """The events in which somebody is still waiting for an answer, and a member speaks in this issue."""
    mine = holding.members().filter(incident=OuterRef("pk"))
    rows = Incident.objects.filter(
        Exists(mine.filter(matter__voice__issue=issue)), Exists(mine.filter(matter__dossier__is_open=True))
    )
    return rows.select_related("lead__dossier").order_by("pk")


def _members(events: Iterable[int], issue: HotIssue) -> dict[int, list[int]]:
    rows = holding.members().filter(incident__in=list(events), matter__voice__issue=issue).order_by("-matter")
    found: dict[int, list[int]] = defaultdict(list)
    for incident, matter in rows.values_list("incident", "matter"):
        if len(found[incident]) < COMPARED:
            found[incident].append(matter)
    return dict(found)


def review(*, now: datetime) -> None:
    """Let go what waits and no longer speaks of what its event speaks of, is closed, or is in another event by now."""
    beside = Voice.objects.filter(
        issue=OuterRef("matter__voice__issue"),
        matter__memberships__in=holding.members().filter(incident=OuterRef(OuterRef("incident"))),
    )
    standing = holding.waiting().filter(Exists(beside)).values("pk")
    waiting = Membership.objects.filter(joined_at=None, left_at=None, incident__state=Incident.State.CONFIRMED)
    waiting.exclude(pk__in=list(standing.values_list("pk", flat=True))).update(left_at=now)


@transaction.atomic
def accept(incident: Incident, matters: Sequence[Matter], *, by: Actor, now: datetime) -> None:
    """归入: these that wait are joined, and each requester is told; `gathering.leave` takes one out again.

    Raises Overtaken when one of them does not wait any more, is closed or in another event, or the event has ended.
    """
    keys = {each.pk for each in matters}
    waiting = holding.waiting().filter(incident=incident, matter__in=keys).values("matter")
    rows = list(Matter.objects.filter(pk__in=waiting).select_related("dossier", "category", "requester", "unit"))
    if len(rows) != len(keys):
        raise Overtaken(_("刚有人决定过，请看现在的情况。"))
    for each in rows:
        gathering.join(incident, each, by=by, now=now)
    unit = Matter.objects.select_related("unit").get(pk=incident.lead_id).unit
    words = gettext_lazy("和别人反映的是同一件事，现在一起办理。")
    if unit:
        words = gettext_lazy("和别人反映的是同一件事，现在由%(unit)s一起办理。")
    said = on_record(words, unit=unit.name) if unit else on_record(words)
    telling.tell_many([(each, said) for each in rows], "gathered", by=by, now=now)
