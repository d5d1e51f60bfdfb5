"""筛查: a report is accepted, merged into another, diverted to its legal channel, or rejected with the reason."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import Actor
from lastmeter.dossiers.models import Dossier
from lastmeter.kit.text import on_record
from lastmeter.matters import lifecycle, profiles, promises
from lastmeter.matters.models import Category, Channel, Ground, Matter, Screening, Urgency
from lastmeter.matters.steps import Overtaken, move, tell_story
from lastmeter.matters.talking import tell
from lastmeter.matters.timing.binding import tell_changed


@transaction.atomic
def accept(
    matter: Matter, *, by: Actor, now: datetime, category: Category | None = None, urgency: Urgency | None = None
) -> Screening:
    """Accept a report as a matter of a category and urgency (those it has when not given)."""
    if name_as(matter, category=category, urgency=urgency):
        profiles.choose_again(matter, by=by, now=now)
    move(matter, "accept", by=by, now=now)
    changed = classify(matter, now=now)
    tell_story(matter, "accepted", by=by, now=now, public=True)
    tell_changed(matter, changed, by=by, now=now)
    return _screened(matter, Screening.Verdict.ACCEPT, by=by, now=now)


def name_as(matter: Matter, *, category: Category | None, urgency: Urgency | None) -> bool:
    """Say what it is, where given, for the choice of flow and promises; `classify` writes it after the move.

    Returns whether it has another category now.
    """
    before = matter.category_id
    if category is not None:
        matter.category = category
    if urgency is not None:
        matter.urgency = urgency
    return matter.category_id != before


def classify(matter: Matter, *, now: datetime) -> list[promises.Changed]:
    """Write category and urgency, and count the promises by them. Returns the promises that have another date."""
    Matter.objects.filter(pk=matter.pk).update(category=matter.category_id, urgency=matter.urgency)
    return promises.recount(matter, now=now)


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
    words = on_record(_("这件事属于“%(channel)s”：%(reason)s"), channel=Channel(channel).label, reason=reason)
    tell_story(matter, "diverted", words, by=by, now=now, public=True)
    return _screened(matter, Screening.Verdict.DIVERT, by=by, now=now, channel=channel, reason=reason)


@transaction.atomic
def reject(matter: Matter, *, reason: str, ground: Ground = Ground.OTHER, by: Actor, now: datetime) -> Screening:
    """Refuse a report on one of the grounds, with words that its requester reads."""
    move(matter, "reject", by=by, now=now)
    told = (
        reason if ground == Ground.OTHER else on_record(_("%(ground)s。%(reason)s"), ground=ground.label, reason=reason)
    )
    tell_story(matter, "rejected", told, by=by, now=now, public=True)
    return _screened(matter, Screening.Verdict.REJECT, by=by, now=now, reason=reason, ground=ground)


@transaction.atomic
def hand_over(matter: Matter, *, called: str, words: str = "", by: Actor, now: datetime) -> Screening:
    """移交紧急电话: 110, 119, 120 or 122 has been called; the matter stays ours, as an emergency with its short limits.

    `words` say who took the call and what was agreed. Desk and heads are told at once.
    """
    name_as(matter, category=None, urgency=Urgency.EMERGENCY)
    move(matter, "hand_over", by=by, now=now)
    changed = classify(matter, now=now)
    told = on_record(_("已经打了 %(number)s，由他们马上处置。"), number=called)
    tell_story(matter, "handed_to_emergency", told, by=by, now=now, public=True)
    tell_changed(matter, changed, by=by, now=now)
    if words:
        tell_story(matter, "noted", words, by=by, now=now)
    title = on_record(_("紧急：已移交 %(number)s"), number=called)
    tell.desk([matter], "handed_to_emergency", title, by=by, now=now)
    verdict, reason = Screening.Verdict.HAND_OVER, f"{called} {words}"[:1000]
    return _screened(matter, verdict, by=by, now=now, channel=Channel.EMERGENCY, reason=reason)


def _screened(
    matter: Matter,
    verdict: Screening.Verdict,
    *,
    by: Actor,
    now: datetime,
    channel: str = "",
    reason: str = "",
    ground: str = "",
) -> Screening:
    return Screening.objects.create(
        matter=matter, verdict=verdict, channel=channel, reason=reason, ground=ground, by_id=by.user_id, at=now
    )
