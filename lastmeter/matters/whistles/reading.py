"""Which whistles an actor sees, and which wait for them: scope of the matter, or a unit of theirs that is called."""

from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Prefetch, Q, QuerySet

from lastmeter.accounts.actors import Actor
from lastmeter.dossiers import access
from lastmeter.grid import scope
from lastmeter.grid.models import at_or_below
from lastmeter.kit.paging import Keyset, Page, merge_page
from lastmeter.matters.models import Attendance, Called, Conference, Decision, Whistle, WhistleStep
from lastmeter.matters.whistles import lifecycle, owners, rights

NEWEST = Keyset(("-id",))
SIZE, MOST = 50, 20
SHOWN = ("matter__dossier", "origin", "blown_by")


def branches(actor: Actor) -> list[Q]:
    """One condition per way in: each place of the actor's posts, their units, and what they blew themselves."""
    if actor.user is None:
        return []
    found = [*access.in_scope(actor, "matter__dossier__"), Q(blown_by=actor.user_id)]
    if units := rights.units_of(actor):
        found.append(Q(pk__in=Called.objects.filter(unit__in=units).values("whistle")))
    found.append(Q(pk__in=Decision.objects.filter(owners.owed_by(actor)).values("whistle")))
    return found


def find(actor: Actor, number: str) -> Whistle | None:
    """The whistle of that number, with its units and conferences, when the actor may see it."""
    ways = branches(actor)
    if not ways:
        return None
    rows = Whistle.objects.filter(reduce(or_, ways), number=number)
    return (
        rows.select_related(*SHOWN, "matter__requester", "matter__category", "approved_by", "routed_by")
        .select_related("upgrade_of", "upgraded_to")
        .prefetch_related(
            Prefetch("called", Called.objects.select_related("unit", "rating").order_by("-role", "pk")),
            Prefetch("called__attendances", Attendance.objects.order_by("pk")),
            Prefetch("conferences", Conference.objects.order_by("pk")),
            Prefetch("decisions", Decision.objects.select_related(*owners.SHOWN).order_by("pk")),
        )
        .first()
    )


STEPS = {"open": lifecycle.OPEN, "rate": (WhistleStep.DONE,), "ended": (WhistleStep.CLOSED,)}


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of whistles is narrowed to; "" leaves it as wide as it is."""

    step: str = ""
    colour: str = ""
    tier: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def rows(self) -> Q:
        """The condition of these filters."""
        found = Q()
        if self.step:
            found &= Q(step__in=STEPS.get(self.step, (self.step,)))
        if self.colour:
            found &= Q(colour=self.colour)
        if self.tier:
            found &= Q(tier=self.tier)
        if self.since:
            found &= Q(asked_at__gte=self.since)
        if self.until:
            found &= Q(asked_at__lt=self.until)
        return found


def page(actor: Actor, filters: Filters, cursor: str | None, *, size: int = SIZE) -> Page[Whistle]:
    """One page, the newest first: two statements, and one for the units of all its rows."""
    narrowed = filters.rows()
    ways = [Whistle.objects.filter(way & narrowed) for way in branches(actor)]
    units = Prefetch("called", Called.objects.select_related("unit").order_by("-role", "pk"))
    rows = Whistle.objects.select_related(*SHOWN).prefetch_related(units)
    return merge_page(ways, cursor, size, NEWEST, rows=rows)


# -- What waits for somebody ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Leg:
    """A unit's part as its people see it: what they can do next, and whether they are there now."""

    called: Called
    here: Attendance | None

    @property
    def due_at(self) -> datetime | None:
        """The next limit that binds it."""
        if self.called.arrived_at:
            return self.called.work_by
        return self.called.arrive_by if self.called.signed_at else self.called.sign_by


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for this person, at most MOST of each, the oldest first."""

    legs: list[Leg]
    decisions: list[Decision]
    to_approve: list[Whistle]
    to_route: list[Whistle]
    to_rate: list[Whistle]

    def __bool__(self) -> bool:
        return bool(self.legs or self.decisions or self.to_approve or self.to_route or self.to_rate)


def waiting(actor: Actor) -> Waiting:
    """Five queries at most; those that the actor's posts rule out are not asked."""
    units = rights.units_of(actor)
    return Waiting(
        _legs(actor, units),
        _decisions(actor),
        _whistles(WhistleStep.ASKED, _headed(actor)),
        _whistles(WhistleStep.APPROVED, _routed(actor)),
        _whistles(WhistleStep.DONE, _blown(actor)),
    )


def _legs(actor: Actor, units: list[int]) -> list[Leg]:
    if not units:
        return []
    rows = Called.objects.filter(unit__in=units, ended_at=None).select_related("unit", "whistle__matter__dossier")
    mine = Prefetch("attendances", Attendance.objects.filter(user=actor.user_id, out_at=None), to_attr="mine")
    return [Leg(each, next(iter(each.mine), None)) for each in rows.prefetch_related(mine).order_by("pk")[:MOST]]


def _decisions(actor: Actor) -> list[Decision]:
    rows = Decision.objects.filter(owners.owed_by(actor), done_at=None)
    return list(rows.select_related(*owners.SHOWN, "whistle__matter__dossier").order_by("due_at", "pk")[:MOST])


def _whistles(step: str, mine: list[Q]) -> list[Whistle]:
    if not mine:
        return []
    rows: QuerySet[Whistle] = Whistle.objects.filter(reduce(or_, mine), step=step, matter__dossier__closed_circle=False)
    return list(rows.select_related(*SHOWN).order_by("pk")[:MOST])


def _headed(actor: Actor) -> list[Q]:
    posts = [post for post in scope.held(actor) if post.node_id and post.role in rights.HEADS]
    return [at_or_below(post.path, "matter__dossier__path") & Q(origin__level__gte=post.level) for post in posts]


def _routed(actor: Actor) -> list[Q]:
    posts = [post for post in scope.held(actor) if post.node_id and post.role in rights.ROUTERS]
    return [
        at_or_below(post.path, "matter__dossier__path")
        & Q(tier__in=[tier for tier, level in rights.HEARS.items() if level >= post.level])
        for post in posts
    ]


def _blown(actor: Actor) -> list[Q]:
    if actor.user is None:
        return []
    nodes = [post.node_id for post in scope.held(actor) if post.node_id and post.role in rights.BLOWERS]
    return [Q(blown_by=actor.user_id), *([Q(origin__in=nodes)] if nodes else [])]
