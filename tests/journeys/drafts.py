"""What journeys need that takes the worker to make: a draft of merged grids for 石桥社区."""

import shapely
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.grid import shapes, tree
from lastmeter.grid.models import Level
from lastmeter.grid.proposals import jobs, proposing
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
