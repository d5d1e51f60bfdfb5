"""/coverage/ and /posts/ of a county with 10,000 grids, their posts and a duty roster each: server time and queries."""

from datetime import date, time, timedelta
from typing import TYPE_CHECKING

from bench import ground

if TYPE_CHECKING:
    from tests.cast import Cast

GRIDS, PER_COMMUNITY = 10_000, 20
TODAY = date(2026, 1, 1)
VACANT, LEFT = 50, 400  # every so many posts one is vacant, every so many people one account is closed


def run() -> list[ground.Row]:
    """The cast's street with its four grids, then with ten thousand."""
    ground.prepare()
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from tests import cast

    client = Client()
    town = cast.load()
    client.force_login(town.users["dispatcher"])
    pages = ("/coverage/", "/coverage/?gap=rosters", "/posts/", "/posts/?state=vacant", "/rosters/")

    def ask(address: str) -> None:
        answer = client.get(address, HTTP_HOST="127.0.0.1")
        assert answer.status_code == 200, (address, answer.status_code)

    counts: dict[str, list[int]] = {}
    times: dict[str, list[float]] = {}
    for filled in (False, True):
        if filled:
            _fill(town)
        for address in pages:
            ask(address)
            with CaptureQueriesContext(connection) as queries:
                ask(address)
            counts.setdefault(address, []).append(len(queries))
            times.setdefault(address, []).append(ground.p50(lambda address=address: ask(address), 21))  # type: ignore[misc]
    return [
        {
            "name": f"{address}, {GRIDS:,} grids",
            "ours": f"{times[address][1]:.0f} ms, {counts[address][1]} queries",
            "theirs": f"{times[address][0]:.0f} ms, {counts[address][0]} queries with 4 grids",
        }
        for address in pages
    ]


def _fill(town: "Cast") -> None:
    from django.db import connection

    from lastmeter.accounts.models import User
    from lastmeter.grid import ground as tree_ground
    from lastmeter.grid import tree
    from lastmeter.grid.models import Level, Node, Post, Role, Roster, RosterMember, RosterSlot, Tenure

    top = town.nodes["town"]
    communities = [tree.Seed(top, Level.COMMUNITY, f"{n} 社区") for n in range(GRIDS // PER_COMMUNITY)]
    grids = [tree.Seed(communities[n // PER_COMMUNITY], Level.GRID, f"{n} 网格") for n in range(GRIDS)]
    tree.plant_all([*communities, *grids], today=TODAY)
    nodes = list(Node.objects.filter(level=Level.GRID, parent__name__endswith=" 社区").order_by("path"))
    posts = Post.objects.bulk_create(
        (
            Post(role=role, node=node, public_phone="" if node.pk % 97 == 0 else "19900000001")
            for node in nodes
            for role in (Role.GRID_WORKER, Role.GRID_HEAD, Role.LIAISON)
        ),
        batch_size=2000,
    )
    users = User.objects.bulk_create(
        (User(username=f"b{n}", name=f"甲{n}", is_active=n % LEFT != 0) for n in range(len(posts))), batch_size=2000
    )
    Tenure.objects.bulk_create(
        (
            Tenure(post=post, user=user, since=TODAY, until=date(2027, 1, 1) + timedelta(days=n % 900))
            for n, (post, user) in enumerate(zip(posts, users, strict=True))
            if n % VACANT
        ),
        batch_size=2000,
    )
    rosters = Roster.objects.bulk_create(
        (Roster(node=node, name="值班", valid_from=TODAY) for node in nodes), batch_size=2000
    )
    RosterMember.objects.bulk_create(
        (
            RosterMember(roster=roster, position=at, user=users[3 * n + at])
            for n, roster in enumerate(rosters)
            for at in range(3)
        ),
        batch_size=2000,
    )
    ends = {7: time(21, 0)}  # every hundredth roster leaves an hour open
    RosterSlot.objects.bulk_create(
        (
            RosterSlot(roster=roster, days="workday", position=at, starts=starts, minutes=720)
            for n, roster in enumerate(rosters)
            for at, starts in enumerate((time(8, 0), ends.get(n % 100, time(20, 0))))
        ),
        batch_size=2000,
    )
    tree_ground.bump()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
