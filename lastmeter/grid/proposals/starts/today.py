"""Today's grids as a proposal sees them: cells, households and work, what stays together, the mark of the ground."""

import hashlib
import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise

import shapely
from django.db.models import Count
from django.utils import timezone

from lastmeter.grid import followers
from lastmeter.grid.models import (
    Building,
    Level,
    Node,
    NodeKind,
    Proposal,
    ProposalCell,
    ProposalFigures,
    ProposalShare,
)
from lastmeter.grid.proposals.proposing import band_of
from lastmeter.grid.proposals.solver.measures import Held, Measures
from lastmeter.grid.shapes import current

BUILDING = re.compile(r"^(?P<compound>.+?)\s*\d+\s*(?:栋|幢|座|号楼)$")


@dataclass(frozen=True, slots=True)
class Today:
    """The grids of a street that a proposal may change, their micro-grids, the polygons of both, twelve months' work.

    Dedicated grids are not among them: they stay as they are.
    """

    grids: list[Node]
    micros: Mapping[int, list[Node]]
    shapes: Mapping[int, shapely.Geometry]
    work: Mapping[int, int]

    def drawn(self, grid: Node) -> bool:
        """Whether a grid has its ground: its own polygon, or that of every micro-grid below it."""
        return grid.pk in self.shapes or self.filled(grid)

    def filled(self, grid: Node) -> bool:
        """Whether a grid has micro-grids and all of them have a polygon."""
        below = self.micros.get(grid.pk, [])
        return bool(below) and all(micro.pk in self.shapes for micro in below)


def read(street: Node, now: datetime) -> Today:
    """The grids that hold on the day of `now` at a street or community."""
    nodes = Node.objects.current(timezone.localdate(now)).below(street.path).exclude(kind=NodeKind.DEDICATED)
    grids = list(nodes.filter(level=Level.GRID).select_related("parent").order_by("path"))
    micros: dict[int, list[Node]] = {}
    for micro in nodes.filter(level=Level.MICRO).order_by("path"):
        micros.setdefault(micro.parent_id or 0, []).append(micro)
    ids = [grid.pk for grid in grids] + [micro.pk for below in micros.values() for micro in below]
    return Today(grids, micros, current(street, Level.GRID, Level.MICRO), _work(ids, now))


def _work(ids: Sequence[int], now: datetime) -> dict[int, int]:
    done = dict.fromkeys(ids, 0)
    for start in range(0, len(ids), 500):
        done.update(followers.work_since(list(ids[start : start + 500]), now - timedelta(days=365)))
    return done


@dataclass(slots=True)
class Begun:
    """What is solved: cells (unsaved) and for each the key of the grid it starts in (None: in none).

    `names`: key → what the grid is called; `nodes`: key → the grid of today that it goes on as, when that is known.
    `grids`: community id → keys (empty: those of the start). `drawn`: community id → the figures of the start as it was
    drawn and closed, where the cells do not show them. `shares`: (number of a cell, what of it some layer's grid has).
    """

    cells: list[ProposalCell]
    starts: list[str | None]
    left_out: int
    names: dict[str, str] = field(default_factory=dict)
    nodes: dict[str, Node] = field(default_factory=dict)
    grids: dict[str, list[str]] = field(default_factory=dict)
    drawn: dict[str, dict[Held, Measures]] = field(default_factory=dict)
    figures: list[ProposalFigures] = field(default_factory=list)
    shares: list[tuple[int, ProposalShare]] = field(default_factory=list)


def begin(proposal: Proposal, now: datetime) -> Begun:
    """The cells and the start of a proposal that was asked for without layers: today's grids."""
    cells, left_out = snapshot(proposal, now)
    nodes = {str(cell.start_id): cell.start for cell in cells if cell.start is not None}
    names = {key: node.name for key, node in nodes.items()}
    return Begun(cells, [str(cell.start_id) for cell in cells], left_out, names, nodes)


def snapshot(proposal: Proposal, now: datetime) -> tuple[list[ProposalCell], int]:
    """The cells of today (unsaved): micro-grids that fill their grid, else the grid itself; and grids left out.

    A grid is left out when neither it nor its micro-grids have a boundary.
    """
    today = read(proposal.street, now)
    cells: list[ProposalCell] = []
    for grid in filter(today.drawn, today.grids):
        parts = today.micros[grid.pk] if today.filled(grid) else [grid]
        homes = spread(grid.households or 0, [micro.households or 0 for micro in parts])
        work = work_of(today, grid, parts, homes)
        for part, households, done in zip(parts, homes, work, strict=True):
            wkb = shapely.to_wkb(today.shapes[part.pk])
            cells.append(ProposalCell(place=part, start=grid, wkb=wkb, households=households, work=done, compound=""))
    keep_compounds(proposal, cells, [[cell.start_id for cell in cells]], {})
    return cells, sum(not today.drawn(grid) for grid in today.grids)


def work_of(today: Today, grid: Node, parts: Sequence[Node], homes: Sequence[int]) -> list[int]:
    """The work of each part of a grid: its own, and of what is known of the grid alone its share by households."""
    own = [today.work[part.pk] if part.level == Level.MICRO else 0 for part in parts]
    named = {part.pk for part in parts}
    loose = [micro for micro in today.micros.get(grid.pk, []) if micro.pk not in named]
    whole = today.work[grid.pk] + sum(today.work[micro.pk] for micro in loose)
    return [mine + more for mine, more in zip(own, spread_over(whole, homes), strict=True)]


def spread(whole: int, parts: list[int]) -> list[int]:
    """The households of the parts; where none of them is known, the whole evenly."""
    return parts if any(parts) else spread_over(whole, [1] * len(parts))


def spread_over(total: int, weights: Sequence[float]) -> list[int]:
    """A total in whole numbers, in proportion to the weights (evenly when all are 0)."""
    weights = weights if any(weights) else [1] * len(weights)
    marks, running = [0], 0.0
    for weight in weights:
        running += weight
        marks.append(round(total * running / sum(weights)))
    return [after - before for before, after in pairwise(marks)]


def community_of(cell: ProposalCell) -> int:
    """The id of the community a cell lies in; the place of a cell in no grid of today is its community."""
    return cell.start.parent_id or 0 if cell.start is not None else cell.place_id


def keep_compounds(
    proposal: Proposal,
    cells: list[ProposalCell],
    divisions: Iterable[Sequence[Hashable]],
    named: Mapping[int, str],
) -> None:
    """What lies in one compound of one community stays together when one of these divisions keeps it together.

    `divisions`: for each cell the grid it is in; `named`: number of a cell → its compound where the caller knows it.
    The address book says the compound; where it has nothing, the building's name does ("湖畔小区 6 栋"). With `rejoin`
    also what all divisions divide stays together, unless the compound alone is larger than a grid may be.
    """
    together: dict[tuple[int, str], list[int]] = {}
    book = _book([cell.place.pk for cell in cells if cell.place.level == Level.MICRO])
    for at, cell in enumerate(cells):
        found = None if cell.piece else BUILDING.match(cell.place.name)
        if name := named.get(at) or book.get(cell.place.pk) or (found["compound"] if found else ""):
            together.setdefault((community_of(cell), name), []).append(at)
    most = {pk: band_of(proposal, node)[1] for pk, node in _communities(place for place, _name in together).items()}
    kept = list(divisions)
    for (place, name), buildings in together.items():
        divided = all(len({division[at] for at in buildings}) > 1 for division in kept)
        if not divided or (proposal.rejoin and sum(cells[at].households for at in buildings) <= most[place]):
            for at in buildings:
                cells[at].compound = name[:100]


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


def mark(street: Node, today: date) -> str:
    """A digest of the grids, micro-grids and borders of a street: whether the ground is still the one of the draft."""
    nodes = Node.objects.current(today).below(street.path).filter(level__gte=Level.COMMUNITY)
    digest = hashlib.sha256()
    for row in nodes.order_by("pk").values_list("pk", "parent", "level", "kind"):
        digest.update(repr(row).encode())
    for pk, shape in sorted(current(street, *Level).items()):
        digest.update(b"%d:" % pk + shapely.to_wkb(shape))
    return digest.hexdigest()
