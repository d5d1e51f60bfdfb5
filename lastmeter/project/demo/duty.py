"""Duty in the demonstration: communities round the clock, grids by day, a swap that waits, a call to follow up."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from lastmeter.accounts.actors import Actor, system
from lastmeter.accounts.models import User
from lastmeter.grid.duty import arranging, calling, rosters, rota
from lastmeter.grid.duty.arranging import Impossible, Plan
from lastmeter.grid.duty.rota import DayKind
from lastmeter.grid.models import Level, Node, Role, Roster, Tenure
from lastmeter.grid.street import Street
from lastmeter.kit.zhtime import CHINA, DAY

SINCE = timedelta(days=60)
ROUND = {DayKind.WORKDAY: "08:00-20:00 20:00-08:00", DayKind.WEEKEND: "08:00-08:00"}
BY_DAY = {DayKind.WORKDAY: "08:30-17:30", DayKind.WEEKEND: "09:00-12:00"}
IN_COMMUNITY = (Role.COMMUNITY_CLERK, Role.SECRETARY, Role.GRID_WORKER)
IN_GRID = (Role.GRID_WORKER, Role.PART_TIME_WORKER, Role.GRID_HEAD)
NIGHT_TALE = timedelta(hours=9)  # before now: the call that nobody answered


def set_up(street: Street, now: datetime) -> None:
    """Draw up the street's rosters as they have been for two months, and let a little happen on them."""
    today = now.astimezone(CHINA).date()
    nodes = Node.objects.current(today).below(street.town.path).order_by("path")
    people = _people(today)
    # Every other grid has people of its own by day; the others stand on their community's roster instead.
    for at, node in enumerate(nodes.filter(level=Level.GRID)):
        if at % 2 == 0 or node == street.grid:
            _draw(node, "网格日间值守", people.pop(node.path, [])[:3], BY_DAY, today, now)
    for node in nodes.filter(level__in=(Level.TOWN, Level.COMMUNITY)):
        _draw(node, "24 小时值守", _around(node, people), ROUND, today, now)
    _swap(street, now)
    _call(street, now)


def _people(today: date) -> dict[str, list[User]]:
    """path → who holds a post there that stands on rosters, in the order of their posts."""
    found: dict[str, list[User]] = {}
    wanted = {*IN_COMMUNITY, *IN_GRID, Role.DISPATCHER}
    rows = Tenure.objects.current(today).filter(post__role__in=wanted, post__node__isnull=False)
    for tenure in rows.select_related("user", "post__node").order_by("pk"):
        if tenure.post.node:
            found.setdefault(tenure.post.node.path, []).append(tenure.user)
    return found


def _around(node: Node, people: dict[str, list[User]]) -> list[User]:
    """The people of a community and of its grids; of the street only its own."""
    if node.level == Level.TOWN:
        return people.get(node.path, [])
    theirs = (user for path, users in people.items() if path.startswith(node.path) for user in users)
    return list(dict.fromkeys(theirs))[:8]


def _draw(node: Node, name: str, users: Sequence[User], hours: dict[DayKind, str], today: date, now: datetime) -> None:
    if not users:
        return
    plan = Plan(
        name=name,
        members=users,
        slots={kind: rota.read_slots(text) for kind, text in hours.items()},
        round_the_clock=hours is ROUND,
        phone="",
        valid_from=today - SINCE,
    )
    arranging.draw_up(node, plan, by=system("demo"), now=now - SINCE)


def _swap(street: Street, now: datetime) -> None:
    """Somebody asks the demonstration's worker to take a shift of theirs."""
    today, worker = now.astimezone(CHINA).date(), street.people["worker"]
    roster = rosters.whole(Roster.objects.filter(node=street.grid)).get()
    people = rosters.people_of(roster)
    for shift in rosters.shifts_of(roster, today + 2 * DAY, today + 20 * DAY):
        giver = people[shift.person]
        if giver != worker and worker.pk in people and _asked(roster, shift.starts, giver, worker, now):
            return


def _asked(roster: Roster, starts: datetime, giver: User, worker: User, now: datetime) -> bool:
    try:
        arranging.ask(
            roster, starts=starts, giver=giver, taker=worker, words="那天孩子开家长会，麻烦替一下。",
            by=Actor.of(giver), now=now - timedelta(hours=2),
        )  # fmt: skip
    except Impossible:
        return False
    return True


def _call(street: Street, now: datetime) -> None:
    """Last night somebody rang in vain once, then was answered."""
    at = now - NIGHT_TALE
    call = calling.start(street.grid, ref="demo-night", now=at)
    calling.pass_on(call, position=0, now=at + timedelta(minutes=1))
    calling.answer(call, now=at + timedelta(minutes=3))
    _followed(street.grid, now)


def _followed(grid: Node, now: datetime) -> None:
    """Some days ago nobody answered at all; it was followed up."""
    at = now - timedelta(days=6)
    call = calling.start(grid, ref="demo-week", now=at)
    for position in range(call.attempts.count()):
        calling.pass_on(call, position=position, now=at + timedelta(minutes=position + 1))
    first = call.attempts.order_by("-position").first()
    if first:
        by = Actor.of(first.user)
        calling.follow_up(call, words="已上门：水表前漏水，供水公司当晚修好。", by=by, now=at + timedelta(hours=5))
