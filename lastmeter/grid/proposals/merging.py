"""Proposes one merged layer: every grid whole, inside one community, no compound cut; compact and balanced.

OR-Tools takes about 70 MB of memory with what it brings: jobs, commands and tests import this module, views never do.
"""

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp
from sys import maxsize

from lastmeter.grid.proposals.partition import (
    NOWHERE,
    UNIT,
    Atom,
    Division,
    Ground,
    Measures,
    Weights,
    as_drawn,
    grids_of,
    measure,
    objective,
    started,
    survey,
    together,
    torn,
    whole,
)
from lastmeter.grid.proposals.solving import Effort, repair, solve

LOCAL_SHARE = 0.4  # of a community's time for annealing; what it finds is where CP-SAT starts
STEPS = 40_000
WARMTH = UNIT / 40  # how much worse a step may be at the beginning
REPAIR_SHARE = 0.3
LEAST = 0.5  # seconds that a search gets even when the time is over


class NoDivision(ValueError):
    """A community cannot be divided into that many whole grids; `str()` is its key."""


@dataclass(frozen=True, slots=True)
class Part:
    """What became of one community: its figures before and after.

    `limits` are the figures that `after` is no worse than: `before`, or, when the start was not admissible and nothing
    that is whole keeps up with it, those of the start as mended (`mended` is true then and when the two agree).
    `torn`: grids that were empty or in pieces; `broken`: compounds that were cut; `homeless`: atoms without a grid.
    """

    community: str
    before: Measures
    limits: Measures
    after: Measures
    proved: bool
    mended: bool
    torn: tuple[str, ...]
    broken: tuple[str, ...]
    homeless: int
    bridges: int


@dataclass(frozen=True, slots=True)
class Merged:
    """The proposed layer: atom key → grid, the figures in all and by community, seconds it took."""

    grid_of: Mapping[str, str]
    before: Measures
    after: Measures
    parts: tuple[Part, ...]
    weights: Weights
    seconds: float

    @property
    def proved(self) -> bool:
        """Whether no better division exists (by the objective, within the limits), or merely none was found."""
        return all(part.proved for part in self.parts)


def propose(
    atoms: Sequence[Atom],
    *,
    grids: Mapping[str, Sequence[str]] | None = None,
    bands: Mapping[str, tuple[int, int]] | None = None,
    drawn: Mapping[str, Measures] | None = None,
    weights: Weights = Weights(),  # noqa: B008 - frozen
    seconds: float = 45,
    workers: int = 2,
    seed: int = 1,
) -> Merged:
    """Divide the atoms of each community into its grids; never worse than the start in compactness or balance.

    `grids`: community → the grids it is to have (default: those of the start). `bands`: community → the households a
    grid should have, from and to. `drawn`: community → the figures of the start where the atoms do not show them, as
    the layer it comes from cuts atoms. Communities are solved one after another, each in its share of `seconds`; the
    same seed gives the same answer unless the clock cut a search short. Raises NoDivision.
    """
    begun = time.monotonic()
    kept = dict(grids_of(atoms)) | {place: list(each) for place, each in (grids or {}).items()}
    grounds = [survey(atoms, place, kept[place], (bands or {}).get(place), weights) for place in sorted(kept)]
    parts, grid_of = [], {}
    for at, ground in enumerate(grounds):
        left = seconds - (time.monotonic() - begun)
        share = _size(ground) / sum(map(_size, grounds[at:]))
        before = (drawn or {}).get(ground.community) or as_drawn(atoms, ground)
        part, division = _propose_one(ground, before, Effort(max(left * share, LEAST), workers, seed))
        parts.append(part)
        for block, grid in zip(ground.blocks, division, strict=True):
            grid_of.update({atoms[atom].key: ground.grids[grid] for atom in block.atoms})
    return Merged(
        grid_of=grid_of,
        before=together(part.before for part in parts),
        after=together(part.after for part in parts),
        parts=tuple(parts),
        weights=weights,
        seconds=time.monotonic() - begun,
    )


def _size(ground: Ground) -> int:
    return len(ground.blocks) * len(ground.grids)


def _propose_one(ground: Ground, before: Measures, effort: Effort) -> tuple[Part, Division]:
    end = time.monotonic() + effort.seconds
    start, mended = _admissible(ground, effort)
    limits, as_mended = before, measure(ground, start)
    keeps_up = as_mended.no_worse(before)
    mended = mended or bool(ground.broken) or not keeps_up
    left = max(end - time.monotonic(), LEAST)
    best, proved = _best(ground, start, limits, replace(effort, seconds=left if keeps_up else left / 2))
    if best is None:
        limits, left = as_mended, max(end - time.monotonic(), LEAST)
        best, proved = _best(ground, start, limits, replace(effort, seconds=left))
    part = Part(
        community=ground.community,
        before=before,
        limits=limits,
        after=measure(ground, best or start),
        proved=proved,
        mended=mended,
        torn=tuple(ground.grids[grid] for grid in torn(ground, started(ground))),
        broken=tuple(ground.broken),
        homeless=sum(len(block.atoms) for block in ground.blocks if block.start is None),
        bridges=len(ground.bridges),
    )
    return part, best or start


def _admissible(ground: Ground, effort: Effort) -> tuple[Division, bool]:
    """The start, or the nearest division to it with every grid whole, and whether it had to be mended."""
    start = started(ground)
    if NOWHERE not in start and not torn(ground, start):
        return start, False
    found = None
    if len(ground.grids) <= len(ground.blocks):
        found = repair(ground, start, replace(effort, seconds=max(effort.seconds * REPAIR_SHARE, 2)))
    if found is None:
        raise NoDivision(ground.community)
    return found, True


def _best(ground: Ground, start: Division, limits: Measures, effort: Effort) -> tuple[Division | None, bool]:
    """The best division within `limits` and whether it is proved; None when there is none."""
    end = time.monotonic() + effort.seconds
    near = _improve(ground, start, limits, effort)
    found = solve(ground, near or start, limits, replace(effort, seconds=max(end - time.monotonic(), 0.05)))
    if found is None:
        return near, False
    division, proved = found
    if near is not None and objective(ground, near) < objective(ground, division):
        return near, False
    return division, proved


def _improve(ground: Ground, start: Division, limits: Measures, effort: Effort) -> Division | None:
    """Anneal: give single blocks to a neighbouring grid or exchange two, at first also where that makes it worse.

    Grids stay whole all the time; limits may be left on the way, at a price, but what is returned is within them (None
    when nothing was).
    """
    end = time.monotonic() + effort.seconds * LOCAL_SHARE
    rng = random.Random(effort.seed)  # noqa: S311 - a search, not a secret
    now = list(start)
    within = measure(ground, start).no_worse(limits)
    best, lowest = (list(start), objective(ground, start)) if within else (None, maxsize)
    heat = _price(ground, now, limits)
    for turn in range(STEPS):
        tried = _step(ground, now, rng)
        if tried is None:
            continue
        price = _price(ground, tried, limits)
        if price > heat and rng.random() >= exp((heat - price) / (WARMTH * (1 - turn / STEPS) + 1)):
            continue
        now, heat = tried, price
        if price < lowest and measure(ground, now).no_worse(limits):
            best, lowest = now, objective(ground, now)
        if turn % 100 == 0 and time.monotonic() > end:
            break
    return best


def _price(ground: Ground, division: Division, limits: Measures) -> int:
    """The objective, and for every limit that is left as much again as the share by which it is left."""
    here = measure(ground, division)
    pairs = (
        (here.cut, limits.cut),
        (here.households_off, limits.households_off),
        (here.work_off, limits.work_off),
        (here.outside, limits.outside),
        (limits.roundness, here.roundness),
    )
    over = sum(max(0.0, one - most) / max(most, 1e-9, one / 10) for one, most in pairs)
    return objective(ground, division) + round(over * UNIT)


def _step(ground: Ground, division: Division, rng: random.Random) -> Division | None:
    """A border block given away, or two exchanged across a border; None when that tears a grid."""
    at = rng.randrange(len(division))
    beside = [to for to in sorted(ground.beside[at]) if division[to] != division[at]]
    if not beside:
        return None
    other = rng.choice(beside)
    tried = list(division)
    tried[at] = division[other]
    if rng.random() < 0.5:
        tried[other] = division[at]
    touched = (division[at], division[other])
    return tried if all(whole(ground, tried, grid) for grid in touched) else None
