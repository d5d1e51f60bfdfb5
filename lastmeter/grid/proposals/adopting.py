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
from lastmeter.grid.models import Change, Proposal, ProposalCell
from lastmeter.grid.proposals.proposing import Adopted, Overtaken, Refused, adopted_shapes
from lastmeter.grid.proposals.starts import today
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
    if today.mark(proposal.street, when.now.astimezone(CHINA).date()) != proposal.ground:
        raise Refused(_("网格在计算之后变过，这个方案不再合适。请重新提出。"))
    layered = proposal.layers.filter(base=True).exists()
    stays = _staying(cells, renamed=layered)
    olds = {cell.start.pk: cell.start for cell in cells if cell.start is not None and cell.start.pk not in stays}
    shaped = [each for each in adopted_shapes(proposal) if each.start is None or each.start.pk not in stays]
    grids = [_new_grid(each, renamed=layered) for each in shaped]
    if not grids:
        raise Refused(_("方案和现在的网格完全一样，没有要改的。"))
    change = planning.adopt(sorted(olds.values(), key=lambda node: node.path), grids, when)
    Proposal.objects.filter(pk=proposal.pk).update(change=change)
    audit.record("proposal.adopt", by=when.by, object_kind="proposal", object_id=proposal.pk, now=when.now)
    return change


def _new_grid(adopted: Adopted, *, renamed: bool) -> NewGrid:
    """`renamed`: it is called as in the layer, with the codes of today's grid; else that may have a newer name."""
    return NewGrid(
        name=adopted.start.name if adopted.start and not renamed else adopted.name,
        households=adopted.households or None,
        shape=adopted.polygon,
        community=adopted.community,
        keeps=adopted.start,
    )


def _staying(cells: Sequence[ProposalCell], *, renamed: bool) -> set[int]:
    """The ids of today's grids that have the same cells in the proposal, under their name."""
    goes: dict[int | None, set[int]] = {}
    comes: dict[int, set[int | None]] = {}
    for cell in cells:
        goes.setdefault(cell.start_id, set()).add(cell.grid_id)
        comes.setdefault(cell.grid_id, set()).add(cell.start_id)
    return {
        cell.start.pk
        for cell in cells
        if cell.start is not None
        and goes[cell.start_id] == {cell.grid_id}
        and comes[cell.grid_id] == {cell.start_id}
        and cell.grid.start_id == cell.start_id
        and not (renamed and cell.grid.name != cell.start.name)
    }


def around(
    proposal: Proposal, offences: Sequence[Offence]
) -> tuple[list[shapely.Geometry], list[shapely.Geometry], list[shapely.Geometry]]:
    """What a sketch of the offending places shows: today's cells, nothing new, the places (WGS84)."""
    cells = [shapely.from_wkb(bytes(wkb)) for wkb in proposal.cells.values_list("wkb", flat=True)]
    return cells, [], [each.spot for each in offences if each.spot is not None]
