"""What journeys need beside the cast: a draft of merged grids for 石桥社区, a centre with rooms, two open doors."""

from datetime import timedelta

import shapely
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.grid import shapes, tree
from lastmeter.grid.models import Level
from lastmeter.grid.proposals import jobs, proposing
from lastmeter.occasions import arranging, signing
from lastmeter.venues.tests import town
from tests.cast import FOUNDED, SIDE, SOUTH, WEST, Cast


def draft_of_merged_grids(cast: Cast) -> None:
    """Four lanes below each of the two grids of 石桥社区, and a draft that leaves them as they are."""
    drawn = {}
    for row, key in enumerate(("other_grid", "last_grid")):
        for number in range(4):
            west, south = WEST + (1 + number % 2 / 2) * SIDE, SOUTH + (row + number // 2 / 2) * SIDE
            lane = tree.plant(
                parent=cast.nodes[key], level=Level.MICRO, name=f"石桥{row}{number}巷", today=FOUNDED, households=25
            )
            drawn[lane] = shapely.box(west, south, west + SIDE / 2, south + SIDE / 2)
    shapes.draw(drawn, source="", today=FOUNDED)
    by, now = Actor.of(cast.users["dispatcher"]), timezone.now()
    asked = proposing.ask(street=cast.nodes["other_community"], urban=(60, 150), rural=(60, 150), by=by, now=now)
    if not jobs.claim(now, asked):
        raise RuntimeError("a new proposal waits for the worker")
    jobs.solve(asked, seconds=1)


def rooms_and_open_doors(cast: Cast) -> None:
    """The centre of 望海社区, and for each size of screen an activity that begins now with one guest on its list."""
    town.build(cast)
    by, now = Actor.of(cast.users["clerk"]), timezone.now()
    for who, size in (("building_head", "phone"), ("secretary", "desk")):
        begins = now + timedelta(minutes=25)
        held = arranging.arrange(
            node=cast.nodes["community"], title=f"开着门的（{size}）", place="一楼", starts_at=begins,
            ends_at=begins + timedelta(hours=3), capacity=5, by=by, now=now,
        )  # fmt: skip
        user = cast.users[who]
        signing.sign_up(held.pk, user=user, by=Actor.of(user), now=now)
