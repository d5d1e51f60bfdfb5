"""A draft is adopted: it becomes one change of the grid, looked at, confirmed and withdrawn like any other."""

from collections.abc import Sequence

import shapely
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from lastmeter.accounts import audit
from lastmeter.grid import ground
from lastmeter.grid.history import planning
from lastmeter.grid.history.fitting import Offence
from lastmeter.grid.history.planning import NewGrid, When
from lastmeter.grid.models import Change, Level, Node, NodeKind, Proposal, ProposalCell, Shape
from lastmeter.grid.proposals.proposing import Adopted, Overtaken, Refused, adopted_shapes
from lastmeter.kit.zhtime import CHINA


@transaction.atomic
def adopt(proposal: Proposal, *, version: int, when: When) -> Change:
    """Propose the change that makes the draft the grid; grids that the draft leaves alone stay as they are.

    Raises Overtaken when the draft is no longer at `version`, Refused when today's grid is not the one it was made
    from or nothing would change, DoesNotFit with the places that offend. The one who adopts second is told.
    """
    ground.bump()  # holds the one row until commit: the grid that is compared here is the one that is planned on
    draft = Proposal.objects.filter(pk=proposal.pk, version=version, state=Proposal.State.DRAFT)
    if not draft.update(version=F("version") + 1, state=Proposal.State.ADOPTED):
        raise Overtaken(_("方案刚被别人改过或采用了。请看一眼最新的再决定。"))
    cells = list(proposal.cells.select_related("place", "start__parent", "grid"))
    if not _made_from_today(proposal, cells, when):
        raise Refused(_("网格在计算之后变过，这个方案不再合适。请重新提出。"))
    stays = _staying(cells)
    olds = {cell.start_id: cell.start for cell in cells if cell.start_id not in stays}
    grids = [_new_grid(each) for each in adopted_shapes(proposal) if each.start is None or each.start.pk not in stays]
    if not grids:
        raise Refused(_("方案和现在的网格完全一样，没有要改的。"))
    change = planning.adopt(sorted(olds.values(), key=lambda node: node.path), grids, when)
    Proposal.objects.filter(pk=proposal.pk).update(change=change)
    audit.record("proposal.adopt", by=when.by, object_kind="proposal", object_id=proposal.pk, now=when.now)
    return change


def _new_grid(adopted: Adopted) -> NewGrid:
    return NewGrid(
        name=adopted.start.name if adopted.start else adopted.name,  # renamed since: it keeps the name of today
        households=adopted.households or None,
        shape=adopted.polygon,
        community=adopted.community,
        keeps=adopted.start,
    )


def _staying(cells: Sequence[ProposalCell]) -> set[int]:
    """The ids of today's grids that have the same cells in the proposal, under their name."""
    goes: dict[int, set[int]] = {}
    comes: dict[int, set[int]] = {}
    for cell in cells:
        goes.setdefault(cell.start_id, set()).add(cell.grid_id)
        comes.setdefault(cell.grid_id, set()).add(cell.start_id)
    keeps = {cell.grid_id: cell.grid.start_id for cell in cells}
    return {
        start
        for start, grids in goes.items()
        if len(grids) == 1 and all(comes[grid] == {start} and keeps[grid] == start for grid in grids)
    }


def _made_from_today(proposal: Proposal, cells: Sequence[ProposalCell], when: When) -> bool:
    """Whether the grids, the micro-grids that were cells and their boundaries are those of the day it was made."""
    today = when.now.astimezone(CHINA).date()
    nodes = Node.objects.current(today).below(proposal.street.path).exclude(kind=NodeKind.DEDICATED)
    grids = set(nodes.filter(level=Level.GRID).values_list("pk", flat=True))
    places: dict[int, set[int]] = {}
    for cell in cells:
        places.setdefault(cell.start_id, set()).add(cell.place_id)
    if not places.keys() <= grids or len(grids) != len(places) + proposal.left_out:
        return False
    micros: dict[int, set[int]] = {}
    for micro, grid in nodes.filter(level=Level.MICRO, parent__in=places).values_list("pk", "parent"):
        micros.setdefault(grid or 0, set()).add(micro)
    if any(found != {start} and found != micros.get(start) for start, found in places.items()):
        return False
    drawn = Shape.objects.filter(node__in=[cell.place_id for cell in cells], valid_to=None)
    shapes = {node: bytes(wkb) for node, wkb in drawn.values_list("node_id", "wkb")}
    return all(shapes.get(cell.place_id) == bytes(cell.wkb) for cell in cells)


def around(
    proposal: Proposal, offences: Sequence[Offence]
) -> tuple[list[shapely.Geometry], list[shapely.Geometry], list[shapely.Geometry]]:
    """What a sketch of the offending places shows: today's cells, nothing new, the places (WGS84)."""
    cells = [shapely.from_wkb(bytes(wkb)) for wkb in proposal.cells.values_list("wkb", flat=True)]
    return cells, [], [each.spot for each in offences if each.spot is not None]
