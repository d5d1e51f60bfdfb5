"""Departments' layers laid over today's grids: the cells of a proposal, and the pieces the layers cut these into."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import shapely

from lastmeter.grid.history.fitting import square_metres
from lastmeter.grid.layers import overlay
from lastmeter.grid.models import Building, Layer, Level, Node, Proposal, ProposalCell, at_or_below
from lastmeter.grid.proposals.starts import cutting
from lastmeter.grid.proposals.starts.today import Today, spread_over, work_of
from lastmeter.grid.shapes import current


@dataclass(slots=True)
class Piece:
    """An atom of the overlay inside one cell of the proposal (by its number), with its m², households and work."""

    atom: overlay.Atom
    cell: int
    area: float
    households: int = 0
    work: int = 0


@dataclass(frozen=True, slots=True)
class _Plan:
    """Today's grids that take part and their micro-grids with a polygon, by id."""

    grids: Mapping[int, Node]
    micros: Mapping[int, Node]

    def community_of(self, micro: Node) -> int | None:
        return self.grids[micro.parent_id or 0].parent_id


def cut(proposal: Proposal, today: Today, layers: Sequence[Layer]) -> tuple[list[ProposalCell], list[Piece]]:
    """The cells (unsaved) in the order of the tree, and the pieces in the order of the cells.

    A micro-grid with a polygon is one cell, with that polygon, however the layers cut it. Other ground is cut along all
    borders; such a cell has a `piece` number, and no grid of today where none was drawn.
    """
    grids = {grid.pk: grid for grid in today.grids if today.drawn(grid)}
    micros = {each.pk: each for grid in grids for each in today.micros.get(grid, []) if each.pk in today.shapes}
    plan = _Plan(grids, micros)
    held, loose = _sorted(overlay.atoms(layers, proposal.street), plan)
    regions = _regions(proposal.street, {*grids, *micros})
    cells: list[ProposalCell] = []
    pieces: list[Piece] = []
    for community in {grid.parent_id: grid.parent for grid in grids.values()}.values():
        if community is None or community.pk not in regions:
            continue
        rough = loose[community.pk]
        mine = {pk: today.shapes[pk] for pk, each in micros.items() if plan.community_of(each) == community.pk}
        whole, parts = cutting.exact(regions[community.pk], mine, [atom.polygon for atom in rough])
        for pk, shape in whole.items():
            _add(cells, pieces, _cell(micros[pk], grids[micros[pk].parent_id or 0], shape), held[pk])
        for atom, part in zip(rough, parts, strict=True):
            if part is not None:
                grid = grids.get(atom.grid or 0)
                start = grid if grid is not None and grid.parent_id == community.pk else None
                _add(cells, pieces, _cell(start or community, start, part, len(cells) + 1), [atom])
    _count(proposal.street, today, cells, pieces)
    return cells, pieces


def _sorted(
    atoms: Iterable[overlay.Atom], plan: _Plan
) -> tuple[dict[int, list[overlay.Atom]], dict[int, list[overlay.Atom]]]:
    """The atoms of each micro-grid, and of each community those in none; what lies in dedicated grids is left out."""
    held: defaultdict[int, list[overlay.Atom]] = defaultdict(list)
    loose: defaultdict[int, list[overlay.Atom]] = defaultdict(list)
    for atom in atoms:
        micro = plan.micros.get(atom.compound or 0)
        if micro is not None and plan.community_of(micro) == atom.community_id:
            held[micro.pk].append(atom)
        elif atom.compound is None and (atom.grid is None or atom.grid in plan.grids):
            loose[atom.community_id].append(atom)
    return held, loose


def _regions(street: Node, ours: set[int]) -> dict[int, shapely.Geometry]:
    """community id → its ground without that of dedicated grids and of grids that are left out."""
    others = [shape for pk, shape in current(street, Level.GRID, Level.MICRO).items() if pk not in ours]
    drawn = overlay.regions(street)
    if not others:
        return drawn
    without = shapely.union_all(others, grid_size=cutting.ON_GRID)
    return {pk: shapely.difference(shape, without, grid_size=cutting.ON_GRID) for pk, shape in drawn.items()}


def _cell(place: Node, start: Node | None, shape: shapely.Geometry, piece: int = 0) -> ProposalCell:
    return ProposalCell(place=place, start=start, piece=piece, wkb=shapely.to_wkb(shape), compound="")


def _add(cells: list[ProposalCell], pieces: list[Piece], cell: ProposalCell, atoms: Sequence[overlay.Atom]) -> None:
    pieces += [Piece(atom, len(cells), square_metres(atom.polygon)) for atom in atoms]
    cells.append(cell)


# -- Households and work -----------------------------------------------------------------------------------------------


def _count(street: Node, today: Today, cells: Sequence[ProposalCell], pieces: Sequence[Piece]) -> None:
    """Households and work of the cells as today's grids have them, then of the pieces of each cell.

    Shared by the households of the buildings that stand there, or by area where no building has a position.
    """
    known = _homes_at(street, pieces)
    of_grid: defaultdict[int, list[int]] = defaultdict(list)
    of_cell: defaultdict[int, list[int]] = defaultdict(list)
    for at, cell in enumerate(cells):
        of_grid[cell.start_id or 0].append(at)
    for number, piece in enumerate(pieces):
        of_cell[piece.cell].append(number)

    def weights(numbers: Sequence[int]) -> list[float]:
        homes = [float(known[number]) for number in numbers]
        return homes if any(homes) else [pieces[number].area for number in numbers]

    for cell in cells:
        cell.households = cell.work = 0
    for grid in today.grids:
        if mine := of_grid[grid.pk]:
            _share(today, grid, [cells[at] for at in mine], [sum(weights(of_cell[at])) for at in mine])
    for at, numbers in of_cell.items():
        homes = spread_over(cells[at].households, weights(numbers))
        work = spread_over(cells[at].work, homes)
        for number, households, done in zip(numbers, homes, work, strict=True):
            pieces[number].households, pieces[number].work = households, done


def _share(today: Today, grid: Node, mine: Sequence[ProposalCell], weights: Sequence[float]) -> None:
    """Micro-grids have their own households; what the grid has beyond these is shared over the rest by weight."""
    known = any(cell.place.households for cell in mine if not cell.piece)
    loose = [at for at, cell in enumerate(mine) if cell.piece or not known]
    own = [0 if at in loose else cell.place.households or 0 for at, cell in enumerate(mine)]
    rest = spread_over(max(0, (grid.households or 0) - sum(own)), [weights[at] for at in loose]) if loose else []
    for at, more in zip(loose, rest, strict=True):
        own[at] = more
    done = work_of(today, grid, [cell.place for cell in mine], own)
    for cell, homes, work in zip(mine, own, done, strict=True):
        cell.households, cell.work = homes, work


def _homes_at(street: Node, pieces: Sequence[Piece]) -> list[int]:
    """For each piece the households of the open buildings that stand in it (at least one each)."""
    found = [0] * len(pieces)
    for at, building in _standing(street, pieces):
        found[at] += max(building.households, 1)
    return found


def compounds(street: Node, cells: Sequence[ProposalCell], pieces: Sequence[Piece]) -> dict[int, str]:
    """number of a cell that is no micro-grid → the compound to which most of the buildings that stand in it belong."""
    votes: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for at, building in _standing(street, pieces):
        if building.compound is not None and cells[pieces[at].cell].piece:
            votes[pieces[at].cell][building.compound.name] += 1
    return {cell: min(names, key=lambda name: (-names[name], name)) for cell, names in votes.items()}


def _standing(street: Node, pieces: Sequence[Piece]) -> list[tuple[int, Building]]:
    """(number of a piece, building) for the open buildings of the street whose position lies in one."""
    rows = Building.objects.filter(at_or_below(street.path, "node__path"), closed_on=None, lon__isnull=False)
    buildings = list(rows.exclude(lat=None).select_related("compound").order_by("pk"))
    points = shapely.points([(each.lon, each.lat) for each in buildings]) if buildings else []
    tree = shapely.STRtree([piece.atom.polygon for piece in pieces])
    point, piece = tree.query(points, predicate="intersects") if buildings else ((), ())
    first: dict[int, int] = {}
    for building, at in sorted(zip(map(int, point), map(int, piece), strict=True)):
        first.setdefault(building, at)
    return [(at, buildings[building]) for building, at in first.items()]
