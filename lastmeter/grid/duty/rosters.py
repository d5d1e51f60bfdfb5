"""Rosters as they stand: the shifts with their swaps, who is on duty at a place, and what is wrong with a plan."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.grid import scope, tree
from lastmeter.grid.duty import rota
from lastmeter.grid.duty.rota import Change, DayKind, Pattern, Shift, Slot
from lastmeter.grid.keeping import KEEPERS
from lastmeter.grid.models import (
    Level,
    Node,
    Role,
    Roster,
    RosterMember,
    RosterSlot,
    Swap,
    Tenure,
    at_or_below,
    lineage,
)
from lastmeter.kit import workdays
from lastmeter.kit.zhtime import CHINA, DAY

# Whom a resident may be led to when no roster covers the moment, nearest place first.
CALLABLE = (
    Role.GRID_WORKER,
    Role.PART_TIME_WORKER,
    Role.GRID_HEAD,
    Role.SMALL_GRID_HEAD,
    Role.COMMUNITY_CLERK,
    Role.SECRETARY,
    Role.DISPATCHER,
)
AT_HOME = (Role.BUILDING_HEAD, Role.LANE_HEAD, Role.HUB_HOUSEHOLD)  # on a roster only in their own micro-grid
MOST_CANDIDATES = 80
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Somebody on duty now: until when, by which roster, and the number a resident may call ("" = none is public)."""

    user: User
    until: datetime
    roster: Roster
    phone: str


@dataclass(slots=True)
class Troubles:
    """What is wrong with a plan: unmanned spans, people booked twice, people who have left, people without a number."""

    gaps: list[Span] = field(default_factory=list)
    doubles: list[tuple[Shift, Shift, User]] = field(default_factory=list)
    left: list[tuple[Shift, User]] = field(default_factory=list)
    silent: list[User] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.gaps or self.doubles or self.left or self.silent)


def may_arrange(actor: Actor, path: str) -> bool:
    """Whether the actor draws up the rosters of the node of that path."""
    return scope.holds(actor, KEEPERS, path)


def visible_to(actor: Actor) -> "QuerySet[Roster]":
    """The rosters the actor arranges, stands on, or has taken a shift of."""
    arranged = scope.inside(scope.grounds(actor, KEEPERS), "node__path")
    mine = RosterMember.objects.filter(roster=OuterRef("pk"), user=actor.user_id)
    taken = Swap.objects.filter(roster=OuterRef("pk"), taker=actor.user_id, state=Swap.State.ACCEPTED)
    return whole(Roster.objects.filter(arranged | Exists(mine) | Exists(taken)))


def whole(rosters: "QuerySet[Roster]") -> "QuerySet[Roster]":
    """The rosters with everything that their shifts depend on: four queries for any number of them."""
    return rosters.select_related("node").prefetch_related(
        Prefetch("members", RosterMember.objects.order_by("position").select_related("user")),
        Prefetch("slots", RosterSlot.objects.order_by("position")),
        Prefetch(
            "swaps",
            Swap.objects.filter(state=Swap.State.ACCEPTED).select_related("giver", "taker").order_by("answered_at"),
        ),
    )


def running(rosters: "QuerySet[Roster]", since: date, until: date) -> "QuerySet[Roster]":
    """The rosters valid on some day from `since` until before `until`."""
    return rosters.filter(valid_from__lt=until).filter(Q(valid_to=None) | Q(valid_to__gt=since))


def pattern_of(roster: Roster) -> Pattern:
    """A roster read by `whole` as the arithmetic sees it."""
    slots: dict[DayKind, tuple[Slot, ...]] = {}
    for each in roster.slots.all():
        kind = DayKind(each.days)
        slots[kind] = (*slots.get(kind, ()), Slot(each.starts, each.minutes))
    return Pattern(
        tuple(each.user_id for each in roster.members.all()), slots, first=roster.valid_from, last=roster.valid_to
    )


def shifts_of(roster: Roster, since: date, until: date) -> list[Shift]:
    """The shifts that begin from `since` until before `until` (China dates), after the swaps."""
    changes = [
        Change(each.starts_at.astimezone(CHINA), each.giver_id, each.taker_id, each.back_at)
        for each in roster.swaps.all()
    ]
    # An exchange needs both of its shifts in view to hold, so the window is widened to the farthest of them.
    days = [at.astimezone(CHINA).date() for each in changes for at in (each.starts, each.back) if at]
    first, last = min([since, *days]), max([until, *(day + DAY for day in days)])
    planned = rota.shifts(pattern_of(roster), first, last, rota.kind_in(workdays.calendar()))
    return [each for each in rota.changed(planned, changes) if since <= each.starts.date() < until]


def people_of(roster: Roster) -> dict[int, User]:
    """Everybody the roster may name, by id."""
    swapped = {user.pk: user for each in roster.swaps.all() for user in (each.giver, each.taker)}
    return swapped | {each.user_id: each.user for each in roster.members.all()}


def on_duty(node: Node, at: datetime) -> list[OnDuty]:
    """Who is on duty for a place at that moment, in the order of the roster.

    The nearest place with somebody on duty answers: a grid without a roster of its own is served by its community.
    """
    return next(iter(duty_up(node, at)), [])


def duty_up(node: Node, at: datetime) -> list[list[OnDuty]]:
    """Who is on duty at the node, then at its parent, and so on up; places where nobody is are left out."""
    day = at.astimezone(CHINA).date()
    chain = lineage(node.path)
    # A shift that began yesterday may still be running, so a roster that ended today still counts.
    rosters = running(whole(Roster.objects.filter(node__path__in=chain)), day - DAY, day + DAY).order_by("pk")
    on = [(roster, shift) for roster in rosters for shift in rota.covering(shifts_of(roster, day - DAY, day + DAY), at)]
    numbers = numbers_of({shift.person for _roster, shift in on}, node.path, day)
    found: dict[str, list[OnDuty]] = {}
    for roster, shift in on:
        user = people_of(roster)[shift.person]
        if user.is_active:
            phone = roster.phone or numbers.get(user.pk, "")
            found.setdefault(roster.node.path, []).append(OnDuty(user, shift.ends, roster, phone))
    return [found[path] for path in chain if path in found]


def numbers_of(users: Iterable[int], path: str, day: date) -> dict[int, str]:
    """user id → the public number of a post they hold that day; a post on the way through `path` before any other."""
    rows = (
        Tenure.objects.current(day)
        .filter(user__in=set(users), post__closed_on=None)
        .exclude(post__public_phone="")
        .order_by("pk")
        .values_list("user_id", "post__public_phone", "post__node__path")
    )
    near = sorted(rows, key=lambda row: not (row[2] and (path.startswith(row[2]) or row[2].startswith(path))))
    return {user: phone for user, phone, _path in reversed(near)}


def candidates(node: Node, day: date) -> list[User]:
    """Who may stand on a roster of the node: whoever holds a post there, below, or above up to the community."""
    above = [each.pk for each in tree.chain_of(node) if each.level >= Level.COMMUNITY]
    tenures = Tenure.objects.current(day).filter(user__is_active=True, post__closed_on=None)
    tenures = tenures.filter(at_or_below(node.path, "post__node__path") | Q(post__node__in=above))
    if node.level < Level.MICRO:
        tenures = tenures.exclude(post__role__in=AT_HOME)
    if node.level <= Level.TOWN:
        tenures = tenures.filter(post__node=node)
    ids = list(dict.fromkeys(tenures.order_by("post__node__path", "pk").values_list("user_id", flat=True)))
    users = User.objects.in_bulk(ids[:MOST_CANDIDATES])
    return [users[pk] for pk in ids if pk in users]


def shifts_of_user(user: User, since: date, until: date) -> list[tuple[Roster, Shift]]:
    """Somebody's own shifts on every roster, in the order of time."""
    rosters = Roster.objects.filter(
        Q(pk__in=RosterMember.objects.filter(user=user).values("roster"))
        | Q(pk__in=Swap.objects.filter(taker=user, state=Swap.State.ACCEPTED).values("roster"))
    )
    rows = [
        (roster, shift)
        for roster in running(whole(rosters), since, until)
        for shift in shifts_of(roster, since, until)
        if shift.person == user.pk
    ]
    return sorted(rows, key=lambda row: (row[1].starts, row[0].pk))


def troubles(roster: Roster, since: date, until: date) -> Troubles:
    """What is wrong with a roster read by `whole` from `since` until before `until` (China dates)."""
    people = people_of(roster)
    known = shifts_of(roster, since - DAY, until)  # the night shift of the day before is on until the morning
    found = Troubles(gaps=_gaps(roster, known, since, until), left=_left(roster, known))
    serving = {each.person for each in known}
    pairs = rota.doubles([*known, *_elsewhere(roster, since - DAY, until, serving)])
    found.doubles = [(one, other, people[one.person]) for one, other in pairs]
    if not roster.phone:
        numbers = numbers_of(serving, roster.node.path, since)
        found.silent = [people[pk] for pk in sorted(serving) if people[pk].is_active and pk not in numbers]
    return found


def unmanned(roster: Roster, since: date, until: date) -> list[Span]:
    """When nobody is on duty though somebody should be: of a roster read by `whole`, in the order of time.

    Of one that need not go round the clock these are the shifts of people who have left.
    """
    known = shifts_of(roster, since - DAY, until)
    if roster.round_the_clock:
        return _gaps(roster, known, since, until)
    return [(each.starts, each.ends) for each, _user in _left(roster, known) if each.ends > _midnight(since)]


def _left(roster: Roster, known: Iterable[Shift]) -> list[tuple[Shift, User]]:
    people = people_of(roster)
    return [(each, people[each.person]) for each in known if not people[each.person].is_active]


def _gaps(roster: Roster, known: Sequence[Shift], since: date, until: date) -> list[Span]:
    if not roster.round_the_clock:
        return []
    people = people_of(roster)
    manned = [each for each in known if people[each.person].is_active]
    return open_spans(known, manned, roster.valid_from, roster.valid_to, since, until)


def open_spans(
    known: Sequence[Shift], manned: Iterable[Shift], first: date, last: date | None, since: date, until: date
) -> list[Span]:
    """What the manned shifts leave open of a pattern that holds from `first` until before `last`, in these days."""
    begun = known[0].starts if known and since <= first else _midnight(max(since, first))
    return rota.gaps(manned, begun, _midnight(min(until, last or until)))


def _elsewhere(roster: Roster, since: date, until: date, people: set[int]) -> list[Shift]:
    """Their shifts on other rosters."""
    others = Roster.objects.filter(pk__in=RosterMember.objects.filter(user__in=people).values("roster"))
    return [
        shift
        for other in running(whole(others), since, until)
        if other.pk != roster.pk
        for shift in shifts_of(other, since, until)
        if shift.person in people
    ]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), CHINA)
