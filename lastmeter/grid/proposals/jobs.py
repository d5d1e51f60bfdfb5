"""Solving what was asked for: loads OR-Tools, so only `lastmeter work` and `lastmeter grid propose` import it."""

import logging
import re
import threading
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import pairwise

import shapely
from django.db import connection, transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from lastmeter.grid import followers
from lastmeter.grid.models import (
    Building,
    Level,
    Node,
    NodeKind,
    Proposal,
    ProposalCell,
    ProposalGrid,
    Shape,
    at_or_below,
)
from lastmeter.grid.proposals import merging
from lastmeter.grid.proposals.partition import Atom
from lastmeter.grid.proposals.proposing import WEIGHTS, band_of

log = logging.getLogger(__name__)
SECONDS = 45.0
GIVEN_UP = timedelta(minutes=10)  # a worker that was killed while solving: another one takes it
BUILDING = re.compile(r"^(?P<compound>.+?)\s*\d+\s*(?:栋|幢|座|号楼)$")


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
    except Exception:
        log.exception("proposal %s failed", proposal.pk)
        _fail(proposal, _("计算中出了错，管理员可以在日志里看到原因。可以重新提出。"))


def _fail(proposal: Proposal, why: str) -> None:
    Proposal.objects.filter(pk=proposal.pk).update(state=Proposal.State.FAILED, trouble=why)


def _solve(proposal: Proposal, seconds: float) -> None:
    cells, left_out = snapshot(proposal, timezone.now())
    if not cells:
        _fail(proposal, _("这里的网格还没有边界，无法计算。请先导入边界。"))
        return
    places = {node.pk: node for node in Node.objects.filter(pk__in={cell.start.parent_id for cell in cells})}
    atoms = [_atom(cell) for cell in cells]
    bands = {str(pk): band_of(proposal, place) for pk, place in places.items()}
    found = merging.propose(atoms, bands=bands, weights=WEIGHTS, seconds=seconds)
    with transaction.atomic():
        _store(proposal, cells, found, places)
        Proposal.objects.filter(pk=proposal.pk).update(
            state=Proposal.State.DRAFT,
            took=found.seconds,
            proved=found.proved,
            mended=any(part.mended for part in found.parts),
            left_out=left_out,
        )


def snapshot(proposal: Proposal, now: datetime) -> tuple[list[ProposalCell], int]:
    """The cells of today (unsaved): micro-grids that fill their grid, else the grid itself; and grids left out.

    Dedicated grids stay as they are. A grid is left out when neither it nor its micro-grids have a boundary.
    """
    today = timezone.localdate(now)
    nodes = Node.objects.current(today).below(proposal.street.path).exclude(kind=NodeKind.DEDICATED)
    grids = list(nodes.filter(level=Level.GRID).order_by("path"))
    micros: dict[int, list[Node]] = {}
    for micro in nodes.filter(level=Level.MICRO).order_by("path"):
        micros.setdefault(micro.parent_id or 0, []).append(micro)
    shapes = _shapes(proposal.street)
    done = _work(grids, micros, now)
    cells: list[ProposalCell] = []
    left_out = 0
    for grid in grids:
        below = micros.get(grid.pk, [])
        parts = below if below and all(micro.pk in shapes for micro in below) else [grid]
        if parts == [grid] and grid.pk not in shapes:
            left_out += 1
            continue
        homes = _spread(grid.households or 0, [micro.households or 0 for micro in parts])
        work = done[grid.pk] + sum(done[micro.pk] for micro in below if parts == [grid])
        shared = _spread_over(work, homes) if parts != [grid] else [work]
        for part, households, extra in zip(parts, homes, shared, strict=True):
            own = done[part.pk] if part is not grid else 0
            cells.append(
                ProposalCell(
                    place=part, start=grid, wkb=shapes[part.pk], households=households, work=own + extra, compound=""
                )
            )
    _keep_compounds(proposal, cells)
    return cells, left_out


def _shapes(street: Node) -> dict[int, bytes]:
    rows = Shape.objects.filter(at_or_below(street.path, "node__path"), valid_to=None)
    return {node: bytes(wkb) for node, wkb in rows.filter(node__level__gte=Level.GRID).values_list("node_id", "wkb")}


def _work(grids: list[Node], micros: Mapping[int, list[Node]], now: datetime) -> dict[int, int]:
    ids = [grid.pk for grid in grids] + [micro.pk for below in micros.values() for micro in below]
    done = dict.fromkeys(ids, 0)
    for start in range(0, len(ids), 500):
        done.update(followers.work_since(ids[start : start + 500], now - timedelta(days=365)))
    return done


def _spread(whole: int, parts: list[int]) -> list[int]:
    """The households of the parts; where none of them is known, the whole evenly."""
    return parts if any(parts) else _spread_over(whole, [1] * len(parts))


def _spread_over(total: int, weights: list[int]) -> list[int]:
    """A total in whole numbers, in proportion to the weights (evenly when all are 0)."""
    weights = weights if any(weights) else [1] * len(weights)
    marks, running = [0], 0
    for weight in weights:
        running += weight
        marks.append(round(total * running / sum(weights)))
    return [after - before for before, after in pairwise(marks)]


def _keep_compounds(proposal: Proposal, cells: list[ProposalCell]) -> None:
    """What lies in one compound of one community stays together when today's grids keep it together.

    The address book says the compound; where it has nothing, the building's name does ("湖畔小区 6 栋"). With
    `rejoin` also what today's grids divide stays together, unless the compound alone is larger than a grid may be.
    """
    named: dict[tuple[int, str], list[ProposalCell]] = {}
    book = _book([cell.place.pk for cell in cells if cell.place.level == Level.MICRO])
    for cell in cells:
        found = BUILDING.match(cell.place.name)
        if name := book.get(cell.place.pk) or (found["compound"] if found else ""):
            named.setdefault((cell.start.parent_id or 0, name), []).append(cell)
    most = {pk: band_of(proposal, node)[1] for pk, node in _communities(place for place, _name in named).items()}
    for (place, name), buildings in named.items():
        divided = len({cell.start_id for cell in buildings}) > 1
        if not divided or (proposal.rejoin and sum(cell.households for cell in buildings) <= most[place]):
            for cell in buildings:
                cell.compound = name[:100]


def _book(micros: list[int]) -> dict[int, str]:
    """micro-grid id → the compound to which most of its open buildings belong, as the address book has it."""
    rows = (
        Building.objects.filter(node__in=micros, closed_on=None, compound__isnull=False)
        .values_list("node_id", "compound__name")
        .annotate(n=Count("pk"))
        .order_by("n", "compound__name")
    )
    return {node_id: name for node_id, name, _n in rows}


def _communities(ids: Iterable[int]) -> dict[int, Node]:
    return Node.objects.in_bulk(list(set(ids)))


def _atom(cell: ProposalCell) -> Atom:
    return Atom(
        key=str(cell.place_id),
        polygon=shapely.from_wkb(cell.wkb),
        community=str(cell.start.parent_id),
        compound=cell.compound or None,
        households=cell.households,
        work=cell.work,
        start=str(cell.start_id),
    )


def _store(proposal: Proposal, cells: list[ProposalCell], found: merging.Merged, places: Mapping[int, Node]) -> None:
    """Grids in the order of today's, so that numbers run as people know them; then the cells."""
    proposal.grids.all().delete()
    starts = {str(cell.start_id): cell.start for cell in cells}
    community = {found.grid_of[str(cell.place_id)]: places[cell.start.parent_id or 0] for cell in cells}
    grids = {}
    for number, key in enumerate((key for key in starts if key in community), 1):
        kept = {"start": starts[key], "name": starts[key].name, "community": community[key]}
        grids[key] = ProposalGrid(proposal=proposal, number=number, **kept)
    ProposalGrid.objects.bulk_create(grids.values())
    for cell in cells:
        cell.proposal, cell.grid = proposal, grids[found.grid_of[str(cell.place_id)]]
    ProposalCell.objects.bulk_create(cells, batch_size=200)
