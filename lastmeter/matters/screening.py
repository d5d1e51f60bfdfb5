"""筛查: a report is accepted, merged into another, diverted to its legal channel, or rejected with the reason."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import Actor
from lastmeter.clocks import deadlines
from lastmeter.dossiers import events
from lastmeter.dossiers.models import Dossier
from lastmeter.kit.text import on_record
from lastmeter.matters import lifecycle
from lastmeter.matters.models import Category, Channel, Matter, Screening, Urgency
from lastmeter.matters.steps import Overtaken, move, tell_story


@transaction.atomic
def accept(
    matter: Matter, *, by: Actor, now: datetime, category: Category | None = None, urgency: Urgency | None = None
) -> Screening:
    """Accept a report as a matter of a category and urgency (those it has when not given)."""
    move(matter, "accept", by=by, now=now)
    classify(matter, category=category, urgency=urgency)
    tell_story(matter, "accepted", by=by, now=now, public=True)
    return _screened(matter, Screening.Verdict.ACCEPT, by=by, now=now)


def classify(matter: Matter, *, category: Category | None, urgency: Urgency | None) -> None:
    """Set category and urgency where given."""
    if category is not None:
        matter.category = category
    if urgency is not None:
        matter.urgency = urgency
    Matter.objects.filter(pk=matter.pk).update(category=matter.category_id, urgency=matter.urgency)


@transaction.atomic
def classify_many(
    matters: Sequence[Matter],
    *,
    category: Category | None = None,
    urgency: Urgency | None = None,
    by: Actor,
    now: datetime,
) -> None:
    """Set the category or the urgency of matters whose rows the caller holds locked; the timeline says from what."""
    ids = [each.pk for each in matters]
    Dossier.objects.filter(pk__in=ids).update(updated_at=now, version=F("version") + 1)
    happened = []
    for each in matters:
        before = each.category.name if each.category else on_record(_("未分类"))
        words = on_record(_("%(before)s → %(after)s"), before=before, after=category.name) if category else ""
        if urgency is not None:
            given = {"before": Urgency(each.urgency).label, "after": urgency.label}
            words = on_record(_("%(before)s → %(after)s"), **given)
        happened.append(events.Happened(each.pk, "matter.reclassified", words))
    changed = {"category": category} if category else {}
    Matter.objects.filter(pk__in=ids).update(**changed, **({"urgency": urgency} if urgency is not None else {}))
    events.record_many(happened, by=by, now=now)


@transaction.atomic
def merge(matter: Matter, *, into: Matter, by: Actor, now: datetime) -> Screening:
    """Join a report to an open matter about the same thing; its requester goes on being answered with that one.

    Raises Overtaken when the target is the matter itself, closed, or merged elsewhere.
    """
    # Lock both in one order: two clerks merging A into B and B into A at once must not both win.
    rows = {
        row.pk: row for row in Dossier.objects.select_for_update().filter(pk__in=[matter.pk, into.pk]).order_by("pk")
    }
    if matter.pk == into.pk or rows[into.pk].step not in lifecycle.OPEN:
        raise Overtaken(_("只能并入另一件还没有办结的事项。"))
    move(matter, "merge", by=by, now=now)
    Matter.objects.filter(pk=matter.pk).update(merged_into=into)
    deadlines.end(matter.pk, now=now, void=True)
    number = into.dossier.number
    words = on_record(_("并入 %(number)s，由那一件一并答复您。"), number=number)
    tell_story(matter, "merged", words, by=by, now=now, public=True)
    tell_story(into, "joined", matter.dossier.number, by=by, now=now)
    Dossier.objects.filter(pk=into.pk).update(updated_at=now, version=F("version") + 1)
    return _screened(matter, Screening.Verdict.MERGE, by=by, now=now, reason=number)


@transaction.atomic
def divert(matter: Matter, *, channel: Channel, reason: str, by: Actor, now: datetime) -> Screening:
    """Tell the requester the legal channel that this belongs to, with the reason in plain words."""
    move(matter, "divert", by=by, now=now)
    deadlines.end(matter.pk, now=now)
    words = on_record(_("这件事属于“%(channel)s”：%(reason)s"), channel=Channel(channel).label, reason=reason)
    tell_story(matter, "diverted", words, by=by, now=now, public=True)
    return _screened(matter, Screening.Verdict.DIVERT, by=by, now=now, channel=channel, reason=reason)


@transaction.atomic
def reject(matter: Matter, *, reason: str, by: Actor, now: datetime) -> Screening:
    """Refuse a report with a reason that its requester reads."""
    move(matter, "reject", by=by, now=now)
    deadlines.end(matter.pk, now=now)
    tell_story(matter, "rejected", reason, by=by, now=now, public=True)
    return _screened(matter, Screening.Verdict.REJECT, by=by, now=now, reason=reason)


def _screened(
    matter: Matter, verdict: Screening.Verdict, *, by: Actor, now: datetime, channel: str = "", reason: str = ""
) -> Screening:
    return Screening.objects.create(
        matter=matter, verdict=verdict, channel=channel, reason=reason, by_id=by.user_id, at=now
    )
