"""The ground cut into atoms, which of them share a border, and whether a division of them into grids is whole."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import cos, radians

import numpy as np
import shapely

TOUCH = 0.5  # metres between two outlines that still count as one border
LEAST_BORDER = 3.0  # metres; a corner is no border over which a worker could walk
LAT_METRES = 110_750.0  # metres of one degree of latitude


@dataclass(frozen=True, slots=True)
class Atom:
    """The smallest piece that is never cut: a polygon (WGS84, lon/lat) of one community.

    Atoms of one `compound` stay together. `work`: matters of twelve months. `start`: the grid of the layer it comes
    from, None when no layer had it.
    """

    key: str
    polygon: shapely.Geometry
    community: str
    compound: str | None
    households: int
    work: int
    start: str | None


@dataclass(frozen=True, slots=True)
class Weights:
    """What one share weighs: borders that divide grids, households and work off the mean or outside the band, moves.

    `stay` is small: it only decides between divisions that are otherwise equally good, for the one with fewer moves.
    """

    compactness: float = 1.0
    households: float = 1.0
    work: float = 0.5
    band: float = 2.0
    stay: float = 0.02


@dataclass(slots=True)
class Block:
    """One atom, or all atoms of one compound: what is given to a grid as a whole (square metres, metres)."""

    atoms: list[int]
    households: int = 0
    work: int = 0
    area: float = 0.0
    rim: float = 0.0
    start: str | None = None


@dataclass(slots=True)
class Ground:
    """One community as a graph. `borders`: (block, block) → decimetres they share, 0 for a bridge.

    `bridges` join parts of the ground that touch nowhere (an island, a road that nobody drew) at their nearest blocks.
    """

    community: str
    blocks: list[Block]
    borders: dict[tuple[int, int], int]
    bridges: list[tuple[int, int]]
    grids: list[str]
    band: tuple[int, int] | None
    weights: Weights
    broken: list[str] = field(default_factory=list)
    beside: list[set[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.beside = [set() for _ in self.blocks]
        for one, other in self.borders:
            self.beside[one].add(other)
            self.beside[other].add(one)

    @property
    def households(self) -> int:
        return sum(block.households for block in self.blocks)

    @property
    def work(self) -> int:
        return sum(block.work for block in self.blocks)

    @property
    def inner(self) -> int:
        """Decimetres of all borders between blocks."""
        return sum(self.borders.values())


def project(polygons: Sequence[shapely.Geometry]) -> list[shapely.Geometry]:
    """WGS84 polygons in metres on a plane through their middle (good to 0.1 % over the size of a county)."""
    west, south, _east, north = shapely.total_bounds(np.array(polygons, dtype=object))
    middle = (south + north) / 2
    scale = np.array([LAT_METRES * cos(radians(middle)) * 1.0052, LAT_METRES])
    origin = np.array([west, south])
    return [shapely.transform(polygon, lambda points: (points - origin) * scale) for polygon in polygons]


def borders_of(shapes: Sequence[shapely.Geometry]) -> dict[tuple[int, int], float]:
    """(index, index) → metres of border that two shapes (in metres) share, when more than a corner."""
    tree = shapely.STRtree(list(shapes))
    left, right = tree.query(np.array(shapes, dtype=object), predicate="dwithin", distance=TOUCH)
    found: dict[tuple[int, int], float] = {}
    for one, other in zip(left.tolist(), right.tolist(), strict=True):
        if one < other:
            shared = (_along(shapes[one], shapes[other]) + _along(shapes[other], shapes[one])) / 2
            if shared >= LEAST_BORDER:
                found[one, other] = shared
    return dict(sorted(found.items()))


def _along(one: shapely.Geometry, other: shapely.Geometry) -> float:
    """Metres of the outline of one shape along another.

    Where they part, the outline leaves the other's neighbourhood later the wider that is, in proportion: from two
    widths follows what it would be for none. Otherwise finely cut ground would seem to have shorter outlines than the
    same ground in one piece.
    """
    rim = shapely.boundary(one)
    wide, narrow = (
        float(shapely.length(shapely.intersection(rim, shapely.buffer(other, far)))) for far in (TOUCH, TOUCH / 2)
    )
    return max(2 * narrow - wide, 0.0) if narrow else wide


def survey(
    atoms: Sequence[Atom],
    community: str,
    grids: Sequence[str],
    band: tuple[int, int] | None,
    weights: Weights,
) -> Ground:
    """The graph of one community's atoms (indices into `atoms` are kept); compounds are already one block each."""
    mine = [at for at, atom in enumerate(atoms) if atom.community == community]
    shapes = project([atoms[at].polygon for at in mine])
    blocks, of_atom = _blocks(atoms, mine)
    shared: dict[tuple[int, int], float] = {}
    inside = [0.0] * len(blocks)
    for (one, other), length in borders_of(shapes).items():
        a, b = sorted((of_atom[one], of_atom[other]))
        if a == b:
            inside[a] += 2 * length
        else:
            shared[a, b] = shared.get((a, b), 0.0) + length
    for number, shape in zip(of_atom, shapes, strict=True):
        block = blocks[number]
        block.area += float(shape.area)
        block.rim += float(shape.length)
    for block, joined in zip(blocks, inside, strict=True):
        block.rim -= joined
        block.start = start_of(block, atoms, grids)
    borders = {pair: round(length * 10) for pair, length in sorted(shared.items())}
    bridges = _bridges(len(blocks), borders, [[shapes[mine.index(at)] for at in block.atoms] for block in blocks])
    ground = Ground(community, blocks, borders | dict.fromkeys(bridges, 0), bridges, list(grids), band, weights)
    ground.broken = broken_by(atoms, ground)
    return ground


def _blocks(atoms: Sequence[Atom], mine: Sequence[int]) -> tuple[list[Block], list[int]]:
    """The blocks that the atoms of these numbers make, and for each atom the number of its block."""
    owner: dict[Hashable, int] = {}
    blocks: list[Block] = []
    of_atom: list[int] = []
    for at in mine:
        name = ("compound", atoms[at].compound) if atoms[at].compound is not None else ("atom", at)
        if name not in owner:
            owner[name] = len(blocks)
            blocks.append(Block([]))
        of_atom.append(owner[name])
        block = blocks[owner[name]]
        block.atoms.append(at)
        block.households += atoms[at].households
        block.work += atoms[at].work
    return blocks, of_atom


def start_of(block: Block, atoms: Sequence[Atom], grids: Sequence[str]) -> str | None:
    """The grid most households of the block are in now (then most atoms, then the first by name)."""
    votes: dict[str, tuple[int, int]] = {}
    for at in block.atoms:
        name = atoms[at].start
        if name is not None and name in grids:
            homes, count = votes.get(name, (0, 0))
            votes[name] = (homes + atoms[at].households, count + 1)
    return max(sorted(votes), key=lambda name: votes[name]) if votes else None


def broken_by(atoms: Sequence[Atom], ground: Ground) -> list[str]:
    """The compounds that the starting layer cuts."""
    cut = [block for block in ground.blocks if len({atoms[at].start for at in block.atoms}) > 1]
    return sorted({str(atoms[block.atoms[0]].compound) for block in cut})


def _bridges(
    count: int, borders: Iterable[tuple[int, int]], shapes: Sequence[Sequence[shapely.Geometry]]
) -> list[tuple[int, int]]:
    """The fewest pairs of blocks, nearest first, that make the ground one piece."""
    part = list(range(count))

    def root(at: int) -> int:
        while part[at] != at:
            at = part[at]
        return at

    for one, other in borders:
        part[root(one)] = root(other)
    if len({root(at) for at in range(count)}) == 1:
        return []
    whole = [shapely.union_all(list(each)) for each in shapes]
    pairs = sorted(
        (float(shapely.distance(whole[one], whole[other])), one, other)
        for one in range(count)
        for other in range(one + 1, count)
        if root(one) != root(other)
    )
    made = []
    for _far, one, other in pairs:
        if root(one) != root(other):
            part[root(one)] = root(other)
            made.append((one, other))
    return made


Division = list[int]  # for each block, the number of its grid in Ground.grids, or NOWHERE
NOWHERE = -1


def whole(ground: Ground, division: Sequence[int], grid: int) -> bool:
    """Whether a grid is not empty and in one piece."""
    mine = {at for at, its in enumerate(division) if its == grid}
    if not mine:
        return False
    waiting = [next(iter(mine))]
    left = mine - set(waiting)
    while waiting:
        reached = ground.beside[waiting.pop()] & left
        left -= reached
        waiting += reached
    return not left


def torn(ground: Ground, division: Sequence[int]) -> list[int]:
    """The grids that are empty or in several pieces."""
    return [grid for grid in range(len(ground.grids)) if not whole(ground, division, grid)]


def started(ground: Ground) -> Division:
    """The starting layer, each block in the grid of most of its households."""
    return [NOWHERE if block.start is None else ground.grids.index(block.start) for block in ground.blocks]


def grids_of(atoms: Sequence[Atom]) -> Mapping[str, list[str]]:
    """community → the grids it keeps: each of the starting layer belongs where most of its households are.

    A community to which no grid belongs gets one under its own name.
    """
    homes: dict[str, dict[str, tuple[int, int]]] = {}
    kept: dict[str, list[str]] = {atom.community: [] for atom in atoms}
    for atom in atoms:
        if atom.start is not None:
            there = homes.setdefault(atom.start, {})
            households, count = there.get(atom.community, (0, 0))
            there[atom.community] = (households + atom.households, count + 1)
    for grid in homes:
        kept[max(sorted(homes[grid]), key=lambda place: homes[grid][place])].append(grid)
    return {place: grids or [place] for place, grids in kept.items()}
