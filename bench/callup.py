"""Whom a call asks, of 30,000 volunteers in one town: the nearest who have the skill, for 1 seat and for 40."""

import random
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from bench import ground

if TYPE_CHECKING:
    from tests.cast import Cast

VOLUNTEERS, GRIDS, PER_COMMUNITY, SEED = 30_000, 600, 20, 20261125
TODAY, NOW = date(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC)
CASES = (
    ("no skill, 1 seat, the community", None, 1, 5),
    ("no skill, 40 seats, the town", None, 40, 4),
    ("a common skill, 40 seats, the town", 0, 40, 4),
    ("a skill of one in 3,000, 40 seats, the town", 11, 40, 4),
)


def run() -> list[ground.Row]:
    """Each case asked for anew 21 times; the median of matching alone, without the invitations."""
    ground.prepare()
    from lastmeter.dossiers.models import Dossier
    from lastmeter.volunteers import inviting
    from lastmeter.volunteers.models import Call, Skill
    from tests import cast
    from tests.test_seams import a_matter

    town = cast.load()
    dossier = Dossier.objects.get(pk=a_matter(town).pk)
    _fill(town)
    skills = list(Skill.objects.all())
    rows = []
    for name, skill, wanted, within in CASES:
        call = Call.objects.create(
            dossier=dossier, title=name, starts_at=NOW, wanted=wanted, at=NOW,
            skill=None if skill is None else skills[skill],
        )  # fmt: skip
        most = wanted * inviting.ASKED_PER_SEAT
        found = inviting.nearest(call, within, most)
        taken = ground.p50(lambda call=call, within=within, most=most: inviting.nearest(call, within, most), 21)  # type: ignore[misc]
        rows.append({"name": name, "ours": f"{taken:.0f} ms, {len(found)} asked", "theirs": "≤ 200 ms asked for"})
    return rows


def _fill(town: "Cast") -> None:
    from django.db import connection

    from lastmeter.accounts.models import User
    from lastmeter.grid import ground as tree_ground
    from lastmeter.grid import tree
    from lastmeter.grid.models import Level, Node
    from lastmeter.volunteers.models import Member, Skill

    communities = [tree.Seed(town.nodes["town"], Level.COMMUNITY, f"{n} 社区") for n in range(GRIDS // PER_COMMUNITY)]
    grids = [tree.Seed(communities[n // PER_COMMUNITY], Level.GRID, f"{n} 网格") for n in range(GRIDS)]
    tree.plant_all([*communities, *grids], today=TODAY)
    nodes, chance = list(Node.objects.filter(level=Level.GRID).order_by("path")), random.Random(SEED)  # noqa: S311
    users = User.objects.bulk_create(
        (User(username=f"v{n}", name=f"甲{n}") for n in range(VOLUNTEERS)), batch_size=2000
    )
    members = Member.objects.bulk_create(
        (Member(user=each, node=chance.choice(nodes), kind="volunteer", since=NOW) for each in users), batch_size=2000
    )
    skills, link = list(Skill.objects.all()), Member.skills.through
    able = [
        link(member=each, skill=skill)
        for each in members
        for skill in chance.sample(skills[:11], 2) + ([skills[11]] if chance.random() < 1 / 3000 else [])
    ]
    link._default_manager.bulk_create(able, batch_size=2000)
    tree_ground.bump()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
