"""Every grid that could be: the connected unions of blocks of one community, and what each of them measures."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import pi

import numpy as np
import numpy.typing as npt

from lastmeter.grid.proposals.solver.measures import Measures, outside
from lastmeter.grid.proposals.solver.partition import Division, Ground

MOST = 250_000  # candidates that are listed
TRIED = 1_500_000  # connected sets that are looked at, listed or not
ROWS = 20_000  # candidates that are added up at once
WIDER = (1.1, 1.2, 1.4, 1.7)  # times the mean households, the largest grid that is listed when not all can be

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Size:
    """The most households and work a grid may have."""

    households: float
    work: float


@dataclass(frozen=True, slots=True)
class Candidates:
    """Grids that could be, one a row: the blocks in it, and its share of every figure of `Measures`.

    `cut`: decimetres of border to other grids. `off`, `work_off`: distance from the mean, times the number of grids.
    `stays`: for each grid of the start the households that would stay in it. `complete`: whether no other grid of at
    most that size exists.
    """

    blocks: npt.NDArray[np.bool_]
    cut: Whole
    roundness: Floats
    off: Whole
    work_off: Whole
    outside: Whole
    stays: Whole
    complete: bool

    def division(self, chosen: Sequence[tuple[int, int]], count: int) -> Division:
        """The division of pairs (row, grid of the start it goes on as, or -1 for none); those get what is left over."""
        left = iter(sorted(set(range(count)) - {grid for _row, grid in chosen}))
        division = [0] * self.blocks.shape[1]
        for row, grid in chosen:
            name = grid if grid >= 0 else next(left)
            for at in np.flatnonzero(self.blocks[row]).tolist():
                division[at] = name
        return division


def within(ground: Ground, limits: Iterable[Measures]) -> Size:
    """How large a grid can be without the balance of its community leaving all of these limits."""
    listed, count = list(limits), len(ground.grids)
    # What is beyond the mean is missing elsewhere: one grid can be off by half of the sum at most.
    return Size(
        ground.households / count + max(each.households_off for each in listed) / 2 + 1e-6,
        ground.work / count + max(each.work_off for each in listed) / 2 + 1e-6,
    )


def listed(ground: Ground, size: Size) -> tuple[list[int], bool]:
    """All grids up to a size as bits, and True; when these are too many, all between two sizes around the mean."""
    found = _between(ground, Size(-1, -1), size)
    if found is not None:
        return found, True
    mean, most = ground.households / len(ground.grids), []
    for times in WIDER:
        wider = _between(ground, Size((2 - times) * mean, -1), Size(times * mean, size.work))
        if wider is None:
            break
        most = wider
    return most, False


def bits(division: Sequence[int]) -> set[int]:
    """The grids of a division as bits: that of block 0 is 1, of block 1 it is 2 …"""
    found: dict[int, int] = {}
    for at, grid in enumerate(division):
        found[grid] = found.get(grid, 0) | 1 << at
    return set(found.values())


def _between(ground: Ground, least: Size, most: Size) -> list[int] | None:
    """The connected sets of blocks of a size between two, as bits; None when they are too many to list."""
    found = []
    for seen, (each, people, matters) in enumerate(_grown(ground, most)):
        if people >= least.households and matters >= least.work:
            found.append(each)
        if len(found) > MOST or seen > TRIED:
            return None
    return found


def _grown(ground: Ground, most: Size) -> Iterator[tuple[int, int, int]]:
    """Every connected set once, with its households and work: a block that was passed over stays out.

    A single block may be of any size.
    """
    homes, work = [each.households for each in ground.blocks], [each.work for each in ground.blocks]
    beside = [sum(1 << to for to in each) for each in ground.beside]
    for first in range(len(homes)):
        before = (1 << (first + 1)) - 1
        waiting = [(1 << first, beside[first] & ~before, before, homes[first], work[first])]
        while waiting:
            mine, rim, out, people, matters = waiting.pop()
            yield mine, people, matters
            while rim:
                bit = rim & -rim
                rim ^= bit
                out |= bit
                at = bit.bit_length() - 1
                if people + homes[at] <= most.households and matters + work[at] <= most.work:
                    more = (rim | beside[at]) & ~out
                    waiting.append((mine | bit, more, out, people + homes[at], matters + work[at]))


def measured(ground: Ground, grids: Iterable[int], *, complete: bool) -> Candidates:
    """Grids, given as bits, with their figures."""
    sets, count, many = sorted(set(grids)), len(ground.grids), len(ground.blocks)
    width = (many + 7) // 8
    raw = np.frombuffer(b"".join(each.to_bytes(width, "little") for each in sets), dtype=np.uint8)
    blocks = np.unpackbits(raw.reshape(len(sets), width), axis=1, bitorder="little")[:, :many].astype(np.bool_)
    columns = [[each.households, each.work, each.area, each.rim] for each in ground.blocks]
    sums = totals(blocks, np.hstack((np.array(columns, dtype=np.float64), _starts(ground))))
    rim, cut = sums[:, 3], np.zeros(len(sets), dtype=np.int64)
    for (one, other), length in ground.borders.items():
        cut += length * (blocks[:, one] ^ blocks[:, other])
        rim -= (length / 5) * (blocks[:, one] & blocks[:, other])
    homes, work = (sums[:, number].astype(np.int64) for number in (0, 1))
    return Candidates(
        blocks=blocks,
        cut=cut,
        roundness=4 * pi * sums[:, 2] / np.square(rim),
        off=np.abs(count * homes - ground.households),
        work_off=np.abs(count * work - ground.work),
        outside=np.array([outside(each, ground.band) for each in homes.tolist()], dtype=np.int64),
        stays=sums[:, 4:].astype(np.int64),
        complete=complete,
    )


def _starts(ground: Ground) -> Floats:
    """Households of each block (row) that start in each grid (column)."""
    found = np.zeros((len(ground.blocks), len(ground.grids)))
    for at, block in enumerate(ground.blocks):
        if block.start is not None:
            found[at, ground.grids.index(block.start)] = block.households
    return found


def totals(blocks: npt.NDArray[np.bool_], figures: Floats) -> Floats:
    """For every grid (a row of `blocks`) the sum of its blocks' figures, some rows at a time for the memory's sake."""
    return np.concatenate([blocks[at : at + ROWS] @ figures for at in range(0, max(len(blocks), 1), ROWS)])
