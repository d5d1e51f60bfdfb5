"""Where a community has too many blocks to list its grids: a search that changes a division block by block."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp, pi
from sys import maxsize
from typing import NamedTuple

from lastmeter.grid.proposals.solver.effort import Clock, Effort
from lastmeter.grid.proposals.solver.measures import UNIT, Measures, costs, outside
from lastmeter.grid.proposals.solver.partition import Division, Ground

STEPS = 30_000  # in one round
ROUNDS = 3
WARMTH = UNIT / 40  # how much worse a step may be at the beginning
LEAST = 1e-9  # of a figure: less is rounding


class _Grid(NamedTuple):
    """What one grid adds to the figures: decimetres of border to others, roundness, distances off the means × grids."""

    cut: int
    roundness: float
    off: int
    work_off: int
    outside: int


@dataclass(slots=True)
class _State:
    """A division, and its grids as bits."""

    division: Division
    grids: list[int]


class Walk:
    """A search over the divisions of one community. Grids are bits here: block 0 is 1, block 1 is 2, block 2 is 4 …

    `seen`: every whole grid that the search came by; it is not measured twice.
    """

    def __init__(self, ground: Ground, limits: Measures) -> None:
        self.ground, self.limits, self.costs = ground, limits, costs(ground)
        self.households, self.work = ground.households, ground.work
        self.seen: dict[int, _Grid] = {}
        self.beside = [sum(1 << to for to in each) for each in ground.beside]
        self.borders: list[list[tuple[int, int]]] = [[] for _block in ground.blocks]
        for (one, other), length in ground.borders.items():
            self.borders[one].append((1 << other, length))
            self.borders[other].append((1 << one, length))
        self.starts = [sum(1 << at for at in self._starting(grid)) for grid in ground.grids]

    def _starting(self, grid: str) -> Iterator[int]:
        return (at for at, block in enumerate(self.ground.blocks) if block.start == grid)

    def anneal(self, start: Division, effort: Effort) -> Division | None:
        """The best division within the limits of several rounds, each from where the last left off; None when none was.

        A round gives single blocks to a neighbouring grid or exchanges two, at first also where that makes it worse.
        Grids stay whole all the time; limits may be left on the way, at a price.
        """
        rng, begun = random.Random(effort.seed), effort.clock.now()  # noqa: S311 - a search, no secret
        best, lowest = None, maxsize
        now = _State(list(start), [_bits(start, grid) for grid in range(len(self.ground.grids))])
        for number in range(1, ROUNDS + 1):
            found = self._round(now, rng, effort.clock, begun + effort.seconds * number / ROUNDS)
            if found is not None and found[0] < lowest:
                lowest, best = found
        return best

    def _round(self, now: _State, rng: random.Random, work: Clock, end: float) -> tuple[int, Division] | None:
        """Change `now` until it is cold; the lowest price within the limits that was seen, and its division."""
        begun, heat, found = work.now(), 1.0, None
        price, over = self._price(now.grids)
        if not over:
            found = price, list(now.division)
        for turn in range(STEPS):
            if turn % 50 == 0:
                clock = (work.now() - begun) / max(end - begun, 1e-3)
                heat = 1 - max(turn / STEPS, clock)
                if clock > 1:
                    break
            moves = self._moves(now.division, rng)
            tried = self._moved(now, moves)
            if tried is None:
                continue
            asked, over = self._price(tried)
            if asked > price and rng.random() >= exp((price - asked) / (WARMTH * heat + 1)):
                continue
            now.grids, price = tried, asked
            for at, to in moves:
                now.division[at] = to
            if not over and (found is None or price < found[0]):
                found = price, list(now.division)
        return found

    def _moves(self, division: Sequence[int], rng: random.Random) -> list[tuple[int, int]]:
        """A border block and the grid it is given to; in half of the cases a block of that grid in exchange."""
        at = rng.randrange(len(division))
        beside = [to for to in sorted(self.ground.beside[at]) if division[to] != division[at]]
        if not beside:
            return []
        other = rng.choice(beside)
        moves = [(at, division[other])]
        return [*moves, (other, division[at])] if rng.random() < 0.5 else moves

    def _moved(self, now: _State, moves: Sequence[tuple[int, int]]) -> list[int] | None:
        """The grids after some moves; None when there are none, or when they tear a grid."""
        tried = list(now.grids)
        for at, to in moves:
            tried[now.division[at]] ^= 1 << at
            tried[to] ^= 1 << at
        touched = {grid for at, to in moves for grid in (now.division[at], to)}
        return tried if touched and all(self._whole(tried[grid]) for grid in touched) else None

    def _whole(self, grid: int) -> bool:
        if grid in self.seen:
            return True
        reached = waiting = grid & -grid
        while waiting:
            low = waiting & -waiting
            more = self.beside[low.bit_length() - 1] & grid & ~reached
            reached |= more
            waiting = (waiting ^ low) | more
        return bool(grid) and reached == grid

    def _price(self, grids: Sequence[int]) -> tuple[int, float]:
        """The objective plus, for every limit that is left, the share by which it is; and these shares together."""
        cost, limits, count = self.costs, self.limits, len(grids)
        figures = [self.seen.get(grid) or self._measured(grid) for grid in grids]
        cut = sum(each.cut for each in figures) // 2
        off, work_off = sum(each.off for each in figures), sum(each.work_off for each in figures)
        beyond = sum(each.outside for each in figures)
        moved = sum(self._left(grid, start) for grid, start in zip(grids, self.starts, strict=True))
        pairs = (
            (cut / 10, limits.cut),
            (off / count, limits.households_off),
            (work_off / count, limits.work_off),
            (beyond, limits.outside),
            (limits.roundness, sum(each.roundness for each in figures) / count),
        )
        over = sum(max(0.0, one - most - LEAST) / max(most, 1e-9, one / 10) for one, most in pairs)
        price = cost.cut * cut + cost.households * off + cost.work * work_off + cost.band * beyond + cost.stay * moved
        return price + round(over * UNIT), over

    def _measured(self, grid: int) -> _Grid:
        ground, homes, work, cut, area, rim = self.ground, 0, 0, 0, 0.0, 0.0
        for at in _numbers(grid):
            block = ground.blocks[at]
            homes, work, area, rim = homes + block.households, work + block.work, area + block.area, rim + block.rim
            for other, length in self.borders[at]:
                if other & grid:
                    rim -= length / 10  # seen from both sides
                else:
                    cut += length
        count = len(ground.grids)
        off, work_off = abs(count * homes - self.households), abs(count * work - self.work)
        found = self.seen[grid] = _Grid(cut, 4 * pi * area / rim**2, off, work_off, outside(homes, ground.band))
        return found

    def _left(self, grid: int, start: int) -> int:
        """Households of a grid that came from other grids of the start."""
        blocks = (self.ground.blocks[at] for at in _numbers(grid & ~start))
        return sum(block.households for block in blocks if block.start is not None)


def _bits(division: Sequence[int], grid: int) -> int:
    return sum(1 << at for at, its in enumerate(division) if its == grid)


def _numbers(bits: int) -> Iterator[int]:
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low
