"""What the pages of hot issues and events show, as far as the reader's own ground and participation reach."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from lastmeter.accounts.actors import Actor
from lastmeter.dossiers import access
from lastmeter.grid import scope
from lastmeter.grid.models import Level, Role
from lastmeter.kit import paging
from lastmeter.matters import policy
from lastmeter.matters.events import gathering, holding
from lastmeter.matters.events.finding import FEWEST, WINDOW
from lastmeter.matters.events.heat import BARS, trend
from lastmeter.matters.events.sample import deidentified
from lastmeter.matters.models import HotIssue, Incident, Matter, Voice

READERS = (*policy.DESKS, Role.ORGANISER)
MOST, MEMBERS, TITLE = 50, 100, 60
PERIODS = {"30": timedelta(days=30), "90": timedelta(days=90), "365": timedelta(days=365)}
PROPOSALS = 20


@dataclass(frozen=True, slots=True)
class Shown:
    """One hot issue of the list: its row, the bars of its trend, the event that stands for it."""

    issue: HotIssue
    bars: list[tuple[int, int]]  # (from above, height) of a picture 20 units high
    words: str
    incident: Incident | None


def reads(actor: Actor) -> bool:
    """Whether hot issues are for this person: a desk or an organiser from the community up."""
    return scope.has_post(actor, READERS, Level.COMMUNITY)


def _heard(actor: Actor) -> Q:
    """Issues in which a matter of the actor's ground speaks."""
    mine = Q(pk__in=[])
    for branch in access.branches(actor, "matter__dossier__"):
        mine |= branch
    return Q(Exists(Voice.objects.filter(mine, issue=OuterRef("pk"))))


def issues(actor: Actor) -> "QuerySet[HotIssue]":
    """The hot issues of the actor's ground, the hottest first."""
    return HotIssue.objects.filter(_heard(actor), messages__gte=FEWEST).order_by("-heat", "pk")


def ranked(actor: Actor, period: str, *, now: datetime) -> list[Shown]:
    """The hottest issues with news in a period: three queries, however many."""
    since = now - PERIODS.get(period, WINDOW)
    return shown(issues(actor).filter(last_at__gte=since)[:MOST], now=now)


def shown(found: Iterable[HotIssue], *, now: datetime) -> list[Shown]:
    """Issues with the trend of the last twelve months and what became of them."""
    rows = list(found)
    moments: dict[int, list[datetime]] = defaultdict(list)
    for pk, at in Voice.objects.filter(issue__in=rows).values_list("issue", "at"):
        moments[pk or 0].append(at)
    standing: dict[int, Incident] = {}
    for each in Incident.objects.filter(issue__in=rows).order_by("pk"):
        standing[each.issue_id or 0] = each
    made = []
    for issue in rows:
        counts = trend(moments[issue.pk], since=now - timedelta(days=365), until=now)
        made.append(Shown(issue, heights(counts), "、".join(map(str, counts)), standing.get(issue.pk)))
    return made


def heights(counts: Sequence[int]) -> list[tuple[int, int]]:
    """Bars as (from above, height) in a picture 20 units high; what is not nothing is seen."""
    most = max(counts, default=0)
    tall = [max(2, round(20 * count / most)) if count else 0 for count in counts] if most else [0] * BARS
    return [(20 - height, height) for height in tall]


def issue_for(actor: Actor, pk: int) -> HotIssue | None:
    """One hot issue of the actor's ground."""
    return issues(actor).filter(pk=pk).select_related("sample__dossier").first() if reads(actor) else None


def sample(issue: HotIssue) -> str:
    """What one message says, without anybody in it."""
    return deidentified(issue.sample.text) if issue.sample else ""


@dataclass(frozen=True, slots=True)
class Member:
    """A matter as these pages show it: title and words without anybody; `seen` when the reader may open it."""

    matter: Matter
    title: str
    words: str
    seen: bool = True
    leads: bool = False


def _member(matter: Matter, *, seen: bool = True, leads: bool = False) -> Member:
    title = deidentified(matter.dossier.title, TITLE)
    words = (
        "" if matter.text.startswith(matter.dossier.title.rstrip("…")) and len(matter.text) <= TITLE else matter.text
    )
    return Member(matter, title, deidentified(words), seen, leads)


@dataclass(frozen=True, slots=True)
class Members:
    """One page of the matters of an issue or of an event (with the cursors of its neighbours), and how many in all."""

    items: list[Member]
    next: str | None
    prev: str | None
    count: int
    open: int


def heard(actor: Actor, issue: HotIssue, cursor: str | None = None) -> Members:
    """The matters of an issue that the actor sees, the newest first; others are only counted."""
    rows = Matter.objects.filter(access.visible(actor, "dossier__"), voice__issue=issue)
    page = paging.page(rows.select_related("dossier__community"), cursor, MEMBERS, paging.Keyset(("-dossier_id",)))
    return Members([_member(each) for each in page.items], page.next, page.prev, *_counts(rows))


def _counts(rows: "QuerySet[Matter]") -> tuple[int, int]:
    """How many, and how many of them are open."""
    counted = rows.aggregate(all=Count("pk"), open=Count("pk", filter=Q(dossier__is_open=True)))
    return counted["all"], counted["open"]


# ---- events --------------------------------------------------------------------------------------------------------
def incidents(actor: Actor) -> "QuerySet[Incident]":
    """The events whose lead, or one of whose matters, the actor sees."""
    dossiers = access.visible(actor, "dossier__")
    seen = Matter.objects.filter(dossiers, memberships__incident=OuterRef("pk"), memberships__left_at=None)
    return Incident.objects.filter(Exists(seen)).select_related("lead__dossier__community", "issue", "merged_into")


def proposed(actor: Actor) -> list[Incident]:
    """What waits for the actor's word, the newest first."""
    if not policy.works_at_desk(actor):
        return []
    rows = incidents(actor).filter(state=Incident.State.PROPOSED).order_by("-proposed_at", "pk")[:PROPOSALS]
    return [each for each in rows if gathering.may_decide(actor, each)]


def standing(actor: Actor) -> list[Incident]:
    """The events that are handled together now, those first to which somebody new waits to be joined (`waiting`)."""
    count = holding.waiting().filter(incident=OuterRef("pk")).order_by().values("incident").annotate(n=Count("pk"))
    rows = incidents(actor).filter(state=Incident.State.CONFIRMED)
    rows = rows.annotate(waiting=Coalesce(Subquery(count.values("n")), 0))
    return list(rows.order_by("-waiting", "-decided_at", "pk")[:PROPOSALS])


def gathered(incident: Incident) -> "QuerySet[Matter]":
    """The matters of an event: proposed ones while it is proposed, else those that are in it."""
    mine = incident.memberships.filter(left_at=None)
    mine = mine.filter(joined_at__isnull=incident.state == Incident.State.PROPOSED)
    return Matter.objects.filter(memberships__in=mine)


def members(actor: Actor, incident: Incident, cursor: str | None = None) -> Members:
    """One page of the matters of an event; the lead stands at the head of the first one."""
    found = gathered(incident)
    rows = found.select_related("dossier__community", "unit", "category")
    page = paging.page(rows.exclude(pk=incident.lead_id), cursor, MEMBERS, paging.Keyset(("dossier_id",)))
    matters = [*([] if page.prev else rows.filter(pk=incident.lead_id)), *page.items]
    visible = Matter.objects.filter(access.visible(actor, "dossier__"), pk__in=[each.pk for each in matters])
    seen = set(visible.values_list("pk", flat=True))
    shown = [_member(each, seen=each.pk in seen, leads=each.pk == incident.lead_id) for each in matters]
    return Members(shown, page.next, page.prev, *_counts(found))


def newcomers(actor: Actor, incident: Incident) -> list[Member]:
    """What waits to be joined to an event, the oldest first."""
    waiting = holding.waiting().filter(incident=incident).values("matter")
    rows = Matter.objects.filter(pk__in=waiting).select_related("dossier__community").order_by("pk")[:MEMBERS]
    visible = Matter.objects.filter(access.visible(actor, "dossier__"), pk__in=[each.pk for each in rows])
    seen = set(visible.values_list("pk", flat=True))
    return [_member(each, seen=each.pk in seen) for each in rows]
