"""The matters of twelve months as a proposal of grids weighs them."""

from datetime import datetime, timedelta

import shapely
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.grid import followers, shapes, tree
from lastmeter.grid.models import Level, Node
from lastmeter.grid.proposals import proposing
from lastmeter.grid.proposals.starts import today
from lastmeter.matters import intake
from lastmeter.matters.models import Source
from tests.cast import FOUNDED, SIDE, SOUTH, WEST, Cast


def test_matters_at_a_micro_grid_count_there_and_those_of_its_grid_are_spread(cast: Cast) -> None:
    west = shapely.box(WEST, SOUTH, WEST + SIDE / 2, SOUTH + SIDE)
    east = shapely.box(WEST + SIDE / 2, SOUTH, WEST + SIDE, SOUTH + SIDE)
    other = tree.plant(parent=cast.nodes["grid"], level=Level.MICRO, name="东巷", today=FOUNDED, households=90)
    shapes.draw({cast.nodes["building"]: west, other: east}, source="", today=FOUNDED)
    now, by = timezone.now(), Actor.of(cast.users["clerk"])
    for ref, node in enumerate([cast.nodes["building"], cast.nodes["grid"], cast.nodes["grid"]]):
        _report(node, str(ref), now)
    community = cast.nodes["community"]
    proposal = proposing.ask(street=community, urban=(50, 90), rural=(50, 90), by=by, now=now)
    cells, _left_out = today.snapshot(proposal, now)
    assert {cell.place.name: cell.work for cell in cells} == {"湖畔小区 6 栋": 1, "东巷": 2, "第二网格": 0}
    assert followers.work_since([cast.nodes["grid"].pk], now + timedelta(days=1)) == {}


def _report(node: Node, ref: str, now: datetime) -> None:
    said = intake.Report(
        text="路灯不亮", source=Source.WEB, client_ref=ref, node_id=node.pk, name="李", phone="19900000101"
    )
    intake.take_in([said], by=Actor.visitor("x"), client="x", now=now)
