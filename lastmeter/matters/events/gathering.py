"""归集: an event is proposed, confirmed or dismissed; matters join and leave; events merge and come apart again.

Joining writes a row beside the matter and nothing into it: steps, deadlines, access and requesters stay whose they
are, and leaving restores the exact earlier state because there is nothing to restore.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor, system
from lastmeter.dossiers.models import Dossier
from lastmeter.grid import scope
from lastmeter.kit import ids
from lastmeter.kit.text import on_record
from lastmeter.matters import lifecycle, policy
from lastmeter.matters.events import finding, holding
from lastmeter.matters.events.sample import deidentified
from lastmeter.matters.models import HotIssue, Incident, Matter, Membership, Requester
from lastmeter.matters.steps import Overtaken, tell_stories
from lastmeter.matters.talking import tell

FEWEST, FEWEST_PEOPLE = 3, 2  # open matters and people from which an event is proposed
MOST = 1000  # open matters looked at for one proposal


# ---- proposals -----------------------------------------------------------------------------------------------------
@transaction.atomic
def propose(issue: HotIssue, *, asked: bool = False, now: datetime) -> Incident | None:
    """Propose an event where enough people have surely said one thing and nobody has decided about it; else None.

    Proposed are only matters that each speak of what the others speak of, under the title of the one likest to all;
    when a person has `asked` it is enough that they are as alike as the list of hot issues wants it. A proposal that
    nobody has decided on follows what is found now. What a person has dismissed or split is proposed again only when
    twice as many matters speak of it. What waits to be joined to an event (`newcomers`) makes no second one.
    """
    HotIssue.objects.select_for_update().get(pk=issue.pk)
    standing = Incident.objects.filter(issue=issue).order_by("-pk").first()
    waits = standing is not None and standing.state == Incident.State.PROPOSED
    fresh = finding.of_one_mind(open_and_free(issue), surely=not waits and not asked)
    enough = len(fresh) >= FEWEST and people(fresh) >= FEWEST_PEOPLE
    if standing and waits:
        return _follow(standing, fresh if enough else [], now=now)
    if not enough or (standing and _refused(standing, len(fresh))):
        return None
    made = _make(fresh, issue=issue, now=now)
    title = gettext_lazy("像是同一件事，请看要不要一起办")
    tell.desk([made.lead], "event_proposed", title, by=system("events"), now=now)
    return made


def _refused(incident: Incident, count: int) -> bool:
    """Whether a person has said no to this, of not much fewer matters; what was only taken back is no refusal."""
    refused = incident.state in (Incident.State.DISMISSED, Incident.State.SPLIT) and incident.decided_by_id is not None
    return refused and count < 2 * incident.memberships.count()


def _follow(incident: Incident, matters: Sequence[Matter], *, now: datetime) -> Incident | None:
    """Let a proposal that waits hold exactly these matters; without any it is taken back."""
    if not matters:
        _withdraw(incident, now=now)
        return None
    standing = incident.memberships.filter(left_at=None)
    standing.exclude(matter__in=matters).update(left_at=now)
    known = set(incident.memberships.exclude(left_by=None).values_list("matter", flat=True))  # a person took them out
    known |= set(standing.values_list("matter", flat=True))
    Membership.objects.bulk_create(
        Membership(incident=incident, matter=each) for each in matters if each.pk not in known
    )
    lead = incident.lead if incident.lead in matters else _lead(matters)
    Incident.objects.filter(pk=incident.pk).update(title=_title(matters[0]), lead=lead)
    return incident


def open_and_free(issue: HotIssue) -> list[Matter]:
    """The open matters of an issue that are in no event, and proposed to none that is handled together."""
    rows = Matter.objects.filter(voice__issue=issue, dossier__is_open=True).select_related("dossier")
    rows = rows.exclude(memberships__in=holding.members()).exclude(memberships__in=holding.waiting())
    return list(rows.order_by("pk")[:MOST])


def people(matters: Sequence[Matter] | QuerySet[Matter]) -> int:
    """How many people asked for these matters: an account or a phone is a person, without either each is one."""
    found = list(Requester.objects.filter(matter__in=matters).values_list("user", "phone_hash"))
    known = {user or bytes(phone or b"") for user, phone in found if user or phone}
    return len(known) + len(matters) - sum(bool(user or phone) for user, phone in found)


def review(*, now: datetime) -> None:
    """Let the proposals that nobody has decided on follow what is found now; those that dissolved are taken back."""
    for each in Incident.objects.filter(state=Incident.State.PROPOSED).select_related("issue").order_by("pk"):
        if each.issue:
            propose(each.issue, now=now)
        else:
            _withdraw(each, now=now)


def _withdraw(incident: Incident, *, now: datetime) -> None:
    said = on_record(gettext_lazy("重新比对以后，不再像同一件事。"))
    _decide(incident, (Incident.State.PROPOSED,), Incident.State.DISMISSED, reason=said, by=system("events"), now=now)


def _lead(matters: Sequence[Matter]) -> Matter:
    """The one that has come furthest."""
    return max(matters, key=lambda each: (lifecycle.OPEN.index(each.dossier.step), -each.pk))


def _title(matter: Matter) -> str:
    return deidentified(matter.dossier.title, 200)


def _make(matters: Sequence[Matter], *, issue: HotIssue | None, now: datetime) -> Incident:
    made = Incident.objects.create(
        number=ids.new_matter_number(), title=_title(matters[0]), lead=_lead(matters), issue=issue, proposed_at=now
    )
    Membership.objects.bulk_create(Membership(incident=made, matter=each) for each in matters)
    return made


# ---- deciding ------------------------------------------------------------------------------------------------------
def may_decide(actor: Actor, incident: Incident) -> bool:
    """Whether the actor keeps a desk at the place of the lead matter or above it."""
    return scope.holds(actor, policy.DESKS, incident.lead.dossier.path)


def _require(actor: Actor, incident: Incident) -> None:
    if actor.kind != "system" and not may_decide(actor, incident):
        raise policy.not_allowed()


@transaction.atomic
def confirm(incident: Incident, *, matters: Sequence[Matter], lead: Matter, by: Actor, now: datetime) -> None:
    """确认: these matters are one thing and are handled together by way of `lead`; proposed ones left out go free.

    Raises Overtaken when the event was decided on, fewer than two are left, the lead is not among them, or one of them
    is closed or in another event by now.
    """
    _require(by, incident)
    keys = {each.pk for each in matters}
    if len(keys) < 2 or lead.pk not in keys:
        raise Overtaken(_("一起办的至少两件，牵头的要在其中。"))
    _decide(incident, (Incident.State.PROPOSED,), Incident.State.CONFIRMED, by=by, now=now)
    titles = [_title(each) for each in (lead, *matters)]
    title = incident.title if incident.title in titles or not incident.issue_id else titles[0]
    Incident.objects.filter(pk=incident.pk).update(lead=lead, title=title)
    incident.lead, incident.title = lead, title
    incident.memberships.filter(joined_at=None, left_at=None).exclude(matter__in=keys).update(
        left_at=now, left_by=by.user_id
    )
    _join(incident, matters, by=by, now=now)


def _decide(
    incident: Incident, before: Sequence[str], after: Incident.State, *, reason: str = "", by: Actor, now: datetime
) -> None:
    change = {"state": after, "decided_at": now, "decided_by": by.user_id, "reason": reason}
    if not Incident.objects.filter(pk=incident.pk, state__in=before).update(**change):
        raise Overtaken(_("刚有人决定过这个事件，请看现在的情况。"))
    incident.state = after


@transaction.atomic
def take_out(incident: Incident, matters: Iterable[Matter], *, by: Actor, now: datetime) -> None:
    """去掉: these of a proposal, or these that wait to be joined, are another thing; never proposed with it again.

    Raises Overtaken when the event has come to its end.
    """
    _require(by, incident)
    states = (Incident.State.PROPOSED, Incident.State.CONFIRMED)
    if not Incident.objects.select_for_update().filter(pk=incident.pk, state__in=states).exists():
        raise Overtaken(_("刚有人决定过这个事件，请看现在的情况。"))
    waiting = incident.memberships.filter(joined_at=None, left_at=None)
    waiting.filter(matter__in=list(matters)).update(left_at=now, left_by=by.user_id)


@transaction.atomic
def dismiss(incident: Incident, *, reason: str, by: Actor, now: datetime) -> None:
    """不是一件事: the proposal ends with the reason; nothing was joined."""
    _require(by, incident)
    _decide(incident, (Incident.State.PROPOSED,), Incident.State.DISMISSED, reason=reason, by=by, now=now)


@transaction.atomic
def gather(matters: Sequence[Matter], *, lead: Matter, title: str, by: Actor, now: datetime) -> Incident:
    """Make an event by hand, without a proposal. Raises Overtaken as `confirm` does."""
    made = Incident.objects.create(number=ids.new_matter_number(), title=title, lead=lead, proposed_at=now)
    confirm(made, matters=matters, lead=lead, by=by, now=now)
    return made


@transaction.atomic
def join(incident: Incident, matter: Matter, *, by: Actor, now: datetime) -> None:
    """归入: one more matter about the same thing. Raises Overtaken when it is closed or in an event."""
    _require(by, incident)
    _standing(incident)
    _join(incident, [matter], by=by, now=now)


def _standing(incident: Incident) -> None:
    """Hold the event until the act is through. Raises Overtaken when it is not handled together any more."""
    row = Incident.objects.select_for_update().filter(pk=incident.pk, state=Incident.State.CONFIRMED).first()
    if row is None:
        raise Overtaken(_("这个事件已经不在一起办理了，请看现在的情况。"))
    incident.lead_id = row.lead_id


def _join(incident: Incident, matters: Sequence[Matter], *, by: Actor, now: datetime) -> None:
    keys = [each.pk for each in matters]
    rows = Dossier.objects.select_for_update().filter(pk__in=keys, is_open=True).order_by("pk")
    if len(rows) != len(set(keys)):
        raise Overtaken(_("其中有的事项已经办结，不能再归入事件。"))
    try:
        with transaction.atomic():
            _write_members(incident, keys, by=by, now=now)
    except IntegrityError:
        raise Overtaken(_("其中有的事项已经在别的事件里，要先移出来。")) from None
    told = on_record(gettext_lazy("事件 %(number)s"), number=ids.pretty(incident.number))
    tell_stories([(each, told) for each in matters], "gathered", by=by, now=now)


def _write_members(incident: Incident, keys: Sequence[int], *, by: Actor, now: datetime) -> None:
    proposed = incident.memberships.filter(matter__in=keys, joined_at=None, left_at=None)
    known = set(proposed.values_list("matter", flat=True))
    proposed.update(joined_at=now, joined_by=by.user_id)
    Membership.objects.bulk_create(
        Membership(incident=incident, matter_id=key, joined_at=now, joined_by_id=by.user_id)
        for key in keys
        if key not in known
    )


@transaction.atomic
def leave(incident: Incident, matter: Matter, *, by: Actor, now: datetime) -> None:
    """移出: it is another thing after all, and goes on exactly where it stood.

    Raises Overtaken for the lead, as long as another has not been chosen, and for what is not in the event.
    """
    _require(by, incident)
    _standing(incident)
    if matter.pk == incident.lead_id:
        raise Overtaken(_("牵头事项不能移出：先换一件牵头，或者把整个事件拆开。"))
    if not _leave(incident, [matter.pk], by=by, now=now):
        raise Overtaken(_("这件事已经不在这个事件里了。"))
    told = on_record(gettext_lazy("事件 %(number)s"), number=ids.pretty(incident.number))
    tell_stories([(matter, told)], "ungathered", by=by, now=now)


def _leave(incident: Incident, keys: Sequence[int], *, by: Actor, now: datetime) -> int:
    mine = incident.memberships.filter(matter__in=keys, joined_at__isnull=False, left_at=None)
    return mine.update(left_at=now, left_by=by.user_id)


@transaction.atomic
def split(incident: Incident, *, reason: str, by: Actor, now: datetime) -> None:
    """拆开: each goes on by itself, exactly where it stood. Raises Overtaken when it is not handled together."""
    _require(by, incident)
    _decide(incident, (Incident.State.CONFIRMED,), Incident.State.SPLIT, reason=reason, by=by, now=now)
    matters = members(incident)
    _leave(incident, [each.pk for each in matters], by=by, now=now)
    let_go(incident, now=now)
    told = on_record(gettext_lazy("事件 %(number)s：%(reason)s"), number=ids.pretty(incident.number), reason=reason)
    tell_stories([(each, told) for each in matters], "ungathered", by=by, now=now)


def let_go(incident: Incident, *, now: datetime) -> None:
    """What still waits to be joined to an event that comes to its end goes free; no person has said no to it."""
    incident.memberships.filter(joined_at=None, left_at=None).update(left_at=now)


@transaction.atomic
def choose_lead(incident: Incident, lead: Matter, *, by: Actor, now: datetime) -> None:
    """换牵头: another open member is handled for all. Raises Overtaken when it is not one."""
    _require(by, incident)
    _standing(incident)
    if not holding.members().filter(incident=incident, matter=lead, matter__dossier__is_open=True).exists():
        raise Overtaken(_("只能换成这个事件里还没有办结的一件。"))
    Incident.objects.filter(pk=incident.pk).update(lead=lead)
    incident.lead = lead
    tell_stories([(lead, "")], "leads", by=by, now=now)


# ---- two events ----------------------------------------------------------------------------------------------------
@transaction.atomic
def merge(incident: Incident, *, into: Incident, by: Actor, now: datetime) -> None:
    """并入另一事件: all members go on in the other one; `unmerge` brings exactly them back.

    Raises Overtaken when either is not handled together any more, or both are the same.
    """
    _require(by, incident)
    _require(by, into)
    rows = Incident.objects.select_for_update().filter(pk__in=[incident.pk, into.pk]).order_by("pk")
    if incident.pk == into.pk or any(each.state != Incident.State.CONFIRMED for each in rows):
        raise Overtaken(_("两个事件都要在一起办理，才能合并。"))
    keys = [each.pk for each in members(incident)]
    _leave(incident, keys, by=by, now=now)
    let_go(incident, now=now)
    into.memberships.filter(joined_at=None, left_at=None, matter__in=keys).update(left_at=now)
    Membership.objects.bulk_create(
        Membership(incident=into, matter_id=key, joined_at=now, joined_by_id=by.user_id, came_with=incident)
        for key in keys
    )
    _decide(incident, (Incident.State.CONFIRMED,), Incident.State.MERGED, by=by, now=now)
    Incident.objects.filter(pk=incident.pk).update(merged_into=into)


@transaction.atomic
def unmerge(incident: Incident, *, by: Actor, now: datetime) -> None:
    """撤回合并: the members that came with this event and have not left since are its own again, led as before.

    Raises Overtaken when it was not merged, or the other event has come to its end.
    """
    _require(by, incident)
    row = Incident.objects.select_for_update().get(pk=incident.pk)
    into = (
        Incident.objects.select_for_update().filter(pk=row.merged_into_id or 0, state=Incident.State.CONFIRMED).first()
    )
    if into is None:
        raise Overtaken(_("合并后的事件已经办结或者拆开，不能再撤回合并。"))
    came = into.memberships.filter(came_with=incident, left_at=None)
    keys = list(came.values_list("matter", flat=True))
    if into.lead_id in keys or row.lead_id not in keys:
        raise Overtaken(_("牵头事项已经换过或者移出，请先换回来。"))
    came.update(left_at=now, left_by=by.user_id)
    Membership.objects.bulk_create(
        Membership(incident=incident, matter_id=key, joined_at=now, joined_by_id=by.user_id) for key in keys
    )
    _decide(incident, (Incident.State.MERGED,), Incident.State.CONFIRMED, by=by, now=now)
    Incident.objects.filter(pk=incident.pk).update(merged_into=None)


def members(incident: Incident) -> list[Matter]:
    """The matters that are in an event now, the lead first, with what telling their requesters needs: one query."""
    rows = (
        Matter.objects.filter(memberships__in=incident.memberships.filter(joined_at__isnull=False, left_at=None))
        .select_related("dossier__community", "dossier__node", "category", "unit", "requester")
        .order_by("pk")
    )
    return sorted(rows, key=lambda each: each.pk != incident.lead_id)
