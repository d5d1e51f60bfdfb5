"""Solving what was asked for: loads OR-Tools, so only `lastmeter work` and `lastmeter grid propose` import it."""

import logging
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import shapely
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from lastmeter.grid.models import (
    Node,
    Proposal,
    ProposalCell,
    ProposalFigures,
    ProposalGrid,
    ProposalHeld,
    ProposalShare,
)
from lastmeter.grid.proposals.proposing import WEIGHTS, band_of
from lastmeter.grid.proposals.solver import merging
from lastmeter.grid.proposals.solver.measures import Held
from lastmeter.grid.proposals.solver.partition import Atom
from lastmeter.grid.proposals.starts import layered, today
from lastmeter.kit import bulk

log = logging.getLogger(__name__)
SECONDS = 45.0
GIVEN_UP = timedelta(minutes=10)  # a worker that was killed while solving: another one takes it


def start_waiting(now: datetime) -> int:
    """Begin the longest waiting proposal in a thread beside the timetable, so that nothing else waits for it."""
    found = Proposal.objects.filter(_waiting(now)).select_related("street").order_by("pk").first()
    if found is None or not claim(now, found):
        return 0
    threading.Thread(target=_in_thread, args=(found,), name=f"proposal-{found.pk}", daemon=True).start()
    return 1


def claim(now: datetime, proposal: Proposal) -> bool:
    """Take a waiting proposal for solving; False when another worker was quicker."""
    ours = Proposal.objects.filter(_waiting(now), pk=proposal.pk)
    return bool(ours.update(state=Proposal.State.SOLVING, begun_at=now))


def _waiting(now: datetime) -> Q:
    return Q(state=Proposal.State.ASKED) | Q(state=Proposal.State.SOLVING, begun_at__lt=now - GIVEN_UP)


def _in_thread(proposal: Proposal) -> None:
    try:
        solve(proposal)
    finally:
        connection.close()


def solve(proposal: Proposal, *, seconds: float = SECONDS) -> None:
    """Solve a claimed proposal and store the draft, or why there is none."""
    try:
        _solve(proposal, seconds)
    except merging.NoDivision as error:
        place = Node.objects.get(pk=int(str(error)))
        _fail(proposal, _("“%(place)s”的地块分不成这么多连片的网格。") % {"place": place.name})
    except layered.LayerGone as error:
        _fail(proposal, str(error))
    except Exception:
        log.exception("proposal %s failed", proposal.pk)
        _fail(proposal, _("计算中出了错，管理员可以在日志里看到原因。可以重新提出。"))


def _fail(proposal: Proposal, why: str) -> None:
    Proposal.objects.filter(pk=proposal.pk).update(state=Proposal.State.FAILED, trouble=why)


def _solve(proposal: Proposal, seconds: float) -> None:
    now = timezone.now()
    ground = today.mark(proposal.street, timezone.localdate(now))
    begun = layered.begin(proposal, now) if proposal.layers.exists() else today.begin(proposal, now)
    if not begun.cells:
        _fail(proposal, _("这里的网格还没有边界，无法计算。请先导入边界。"))
        return
    places = Node.objects.in_bulk({today.community_of(cell) for cell in begun.cells})
    found = merging.propose(
        [_atom(at, cell, start) for at, (cell, start) in enumerate(zip(begun.cells, begun.starts, strict=True))],
        grids=begun.grids,
        bands={str(pk): band_of(proposal, place) for pk, place in places.items()},
        drawn=begun.drawn,
        weights=WEIGHTS,
        seconds=seconds,
    )
    with transaction.atomic():
        _store(proposal, begun, found, places)
        Proposal.objects.filter(pk=proposal.pk).update(
            state=Proposal.State.DRAFT,
            took=found.seconds,
            proved=found.proved,
            mended=any(part.held != Held.DRAWN for part in found.parts),
            left_out=begun.left_out,
            ground=ground,
        )


def _atom(at: int, cell: ProposalCell, start: str | None) -> Atom:
    return Atom(
        key=str(at),
        polygon=shapely.from_wkb(cell.wkb),
        community=str(today.community_of(cell)),
        compound=cell.compound or None,
        households=cell.households,
        work=cell.work,
        start=start,
    )


def _store(proposal: Proposal, begun: today.Begun, found: merging.Merged, places: Mapping[int, Node]) -> None:
    """Grids in the order of the start's, so that numbers run as people know them; then cells and what was before."""
    proposal.grids.all().delete()  # of a worker that was killed while it stored them
    proposal.held.all().delete()
    ProposalFigures.objects.filter(layer__proposal=proposal).delete()
    keys = [found.grid_of[str(at)] for at in range(len(begun.cells))]
    place_of = {key: places[today.community_of(cell)] for key, cell in zip(keys, begun.cells, strict=True)}
    nodes = begun.nodes | _going_on(begun, keys)
    grids = {}
    for number, key in enumerate((key for key in dict.fromkeys([*begun.starts, *keys]) if key in place_of), 1):
        name = begun.names.get(key) or place_of[key].name
        grids[key] = ProposalGrid(
            proposal=proposal, number=number, name=name, community=place_of[key], start=nodes.get(key)
        )
    ProposalGrid.objects.bulk_create(grids.values())
    for cell, key in zip(begun.cells, keys, strict=True):
        cell.proposal, cell.grid = proposal, grids[key]
    bulk.create(ProposalCell, begun.cells, keys=True)
    for at, share in begun.shares:
        share.cell = begun.cells[at]
    bulk.create(ProposalShare, [share for _at, share in begun.shares])
    ProposalFigures.objects.bulk_create([*begun.figures, *_of_base(proposal, found)])
    ProposalHeld.objects.bulk_create(_held(proposal, part) for part in found.parts)


def _of_base(proposal: Proposal, found: merging.Merged) -> list[ProposalFigures]:
    base = proposal.layers.filter(base=True).first()
    return [layered.figures_of(base, int(part.community), part.drawn) for part in found.parts] if base else []


def _held(proposal: Proposal, part: merging.Part) -> ProposalHeld:
    return ProposalHeld(
        proposal=proposal,
        community_id=int(part.community),
        kind=part.held,
        ruled_out=part.ruled_out,
        proved=part.proved,
        **part.limits.figures,
    )


def _going_on(begun: today.Begun, keys: Sequence[str]) -> dict[str, Node]:
    """For grids that are none of today's: the one of today, each once, with which they have most in common."""
    common: dict[tuple[str, int], tuple[int, float]] = {}
    for key, cell in zip(keys, begun.cells, strict=True):
        if key not in begun.nodes and cell.start_id is not None:
            homes, area = common.get((key, cell.start_id), (0, 0.0))
            more = float(shapely.from_wkb(cell.wkb).area)
            common[key, cell.start_id] = (homes + cell.households, area + more)
    olds = {cell.start_id: cell.start for cell in begun.cells if cell.start is not None}
    free = olds.keys() - {node.pk for node in begun.nodes.values()}
    found: dict[str, Node] = {}
    for key, pk in sorted(common, key=lambda pair: (-common[pair][0], -common[pair][1], pair)):
        if key not in found and pk in free:
            found[key] = olds[pk]
            free.discard(pk)
    return found
