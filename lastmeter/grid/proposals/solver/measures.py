"""What a division of a community into grids measures: its compactness and balance, and the objective they make."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import pi

from lastmeter.grid.proposals.solver.partition import (
    NOWHERE,
    Atom,
    Division,
    Ground,
    broken_by,
    start_of,
    started,
    survey,
)

UNIT = 10**9  # the objective is counted in whole billionths, so that every solver adds up the same figure


class Held(StrEnum):
    """Than which figures of the start a proposal is no worse; they are tried in this order, see docs/adr/0008.

    DRAWN: as the start is drawn. CLOSED: with its gaps closed, compounds still cut. BALANCED: the balance as drawn, the
    compactness of the admissible division nearest to it. MENDED: both of that division.
    """

    DRAWN = "drawn"
    CLOSED = "closed"
    BALANCED = "balanced"
    MENDED = "mended"


@dataclass(frozen=True, slots=True)
class Measures:
    """A division of one or more communities in figures.

    `cut`: metres of border between grids. `roundness`: mean Polsby-Popper of the grids, 4π·area/perimeter², 1 is a
    circle. `households_off`, `work_off`: how many lie beyond the mean of their community's grids, summed over grids
    (both sides). `outside`: households missing to the band or beyond it. `moved`: households that change their grid.
    """

    cut: float
    roundness: float
    households_off: float
    work_off: float
    outside: int
    moved: int
    grids: int

    @property
    def figures(self) -> dict[str, float]:
        """The figures by name, without the moves: what is stored."""
        names = ("grids", "cut", "roundness", "households_off", "work_off", "outside")
        return {name: getattr(self, name) for name in names}

    def balanced_as(self, other: "Measures") -> "Measures":
        """This compactness with the balance of another division."""
        return replace(self, households_off=other.households_off, work_off=other.work_off, outside=other.outside)

    def no_worse(self, other: "Measures") -> bool:
        """Whether no figure of compactness or balance is worse than the other's (moves are not held against it)."""
        return (
            self.cut <= other.cut
            and self.roundness >= other.roundness - 1e-9
            and self.households_off <= other.households_off + 1e-9
            and self.work_off <= other.work_off + 1e-9
            and self.outside <= other.outside
        )


def sums(ground: Ground, division: Sequence[int]) -> tuple[list[int], list[int]]:
    """Households and work of each grid."""
    homes, work = [0] * len(ground.grids), [0] * len(ground.grids)
    for block, grid in zip(ground.blocks, division, strict=True):
        if grid != NOWHERE:
            homes[grid] += block.households
            work[grid] += block.work
    return homes, work


def outside(homes: int, band: tuple[int, int] | None) -> int:
    """Households missing to the band, or beyond it."""
    return 0 if band is None else max(0, band[0] - homes, homes - band[1])


def objective(ground: Ground, division: Sequence[int]) -> int:
    """What is made small, in billionths: the weighted shares that `Weights` names."""
    homes, work = sums(ground, division)
    cost = costs(ground)
    count = len(ground.grids)
    cut = sum(length for (one, other), length in ground.borders.items() if division[one] != division[other])
    moved = sum(
        block.households
        for block, grid in zip(ground.blocks, division, strict=True)
        if block.start is not None and block.start != ground.grids[grid]
    )
    return (
        cost.cut * cut
        + cost.households * sum(abs(count * each - ground.households) for each in homes)
        + cost.work * sum(abs(count * each - ground.work) for each in work)
        + cost.band * sum(outside(each, ground.band) for each in homes)
        + cost.stay * moved
    )


@dataclass(frozen=True, slots=True)
class Costs:
    """What one unit costs in billionths: a decimetre cut, a household or matter off the mean × grids, and so on."""

    cut: int
    households: int
    work: int
    band: int
    stay: int


def costs(ground: Ground) -> Costs:
    """The weights divided by what there is in all, so that shares are compared with shares."""
    count, weights = len(ground.grids), ground.weights

    def one(weight: float, total: int) -> int:
        return round(UNIT * weight / max(total, 1))

    return Costs(
        cut=one(weights.compactness, ground.inner),
        households=one(weights.households, ground.households * count),
        work=one(weights.work, ground.work * count),
        band=one(weights.band, ground.households),
        stay=one(weights.stay, ground.households),
    )


def measure(ground: Ground, division: Sequence[int]) -> Measures:
    """The figures of a division of one community (empty grids have no roundness)."""
    homes, work = sums(ground, division)
    count = len(ground.grids)
    area, rim = [0.0] * count, [0.0] * count
    for block, grid in zip(ground.blocks, division, strict=True):
        if grid != NOWHERE:
            area[grid] += block.area
            rim[grid] += block.rim
    cut = 0
    for (one, other), length in ground.borders.items():
        if division[one] != division[other]:
            cut += length
        elif division[one] != NOWHERE:
            rim[division[one]] -= length / 5  # both sides, decimetres
    round_ones = [4 * pi * a / r**2 for a, r in zip(area, rim, strict=True) if r > 0]
    return Measures(
        cut=cut / 10,
        roundness=sum(round_ones) / count,
        households_off=sum(abs(each - ground.households / count) for each in homes),
        work_off=sum(abs(each - ground.work / count) for each in work),
        outside=sum(outside(each, ground.band) for each in homes),
        moved=sum(
            block.households
            for block, grid in zip(ground.blocks, division, strict=True)
            if block.start != ground.grids[grid]
        ),
        grids=count,
    )


def as_drawn(atoms: Sequence[Atom], ground: Ground) -> Measures:
    """The figures of the starting layer as it is, compounds cut where it cuts them."""
    loose = loosened(atoms, ground)
    return measure(loose, started(loose))


def as_closed(atoms: Sequence[Atom], ground: Ground) -> Measures:
    """The figures of the starting layer with its gaps closed, compounds cut where it cuts them."""
    loose = loosened(atoms, ground)
    return measure(loose, closed(loose))


def loosened(atoms: Sequence[Atom], ground: Ground) -> Ground:
    """The same ground with every atom its own block where the starting layer cuts a compound."""
    if not ground.broken:
        return ground
    loose = [replace(atom, compound=None) for atom in atoms if atom.community == ground.community]
    return survey(loose, ground.community, ground.grids, ground.band, ground.weights)


def divided_as(atoms: Sequence[Atom], ground: Ground, starts: Sequence[str | None]) -> Measures:
    """The figures of another layer on the same atoms: `starts` says for each the grid it has there."""
    grids = list(dict.fromkeys(each for each in starts if each is not None))
    moved = [replace(atom, start=start) for atom, start in zip(atoms, starts, strict=True)]
    blocks = [replace(block, start=start_of(block, moved, grids)) for block in ground.blocks]
    other = replace(ground, blocks=blocks, grids=grids)
    other.broken = broken_by(moved, other)
    return as_drawn(moved, other)


def together(parts: Iterable[Measures]) -> Measures:
    """The figures of several communities in one: sums, and the mean roundness of all grids."""
    listed = list(parts)
    grids = sum(each.grids for each in listed)
    return Measures(
        cut=sum(each.cut for each in listed),
        roundness=sum(each.roundness * each.grids for each in listed) / max(grids, 1),
        households_off=sum(each.households_off for each in listed),
        work_off=sum(each.work_off for each in listed),
        outside=sum(each.outside for each in listed),
        moved=sum(each.moved for each in listed),
        grids=grids,
    )


def closed(ground: Ground) -> Division:
    """The start with its gaps closed: ground in no grid goes to the grid beside it with the longest common border.

    What lies in the middle of a gap follows when its neighbour has one.
    """
    division = started(ground)
    while NOWHERE in division:
        borders: dict[int, dict[int, int]] = {}
        for pair, length in ground.borders.items():
            for at, to in (pair, pair[::-1]):
                if division[at] == NOWHERE and division[to] != NOWHERE:
                    shared = borders.setdefault(at, {})
                    shared[division[to]] = shared.get(division[to], 0) + length
        if not borders:
            break
        for at, shared in borders.items():
            division[at] = min(shared, key=lambda grid: (-shared[grid], grid))
    return division
