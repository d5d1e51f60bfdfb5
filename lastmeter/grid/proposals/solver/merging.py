"""Proposes one merged layer: every grid whole, inside one community, no compound cut; compact and balanced.

OR-Tools takes about 70 MB of memory with what it brings: jobs, commands and tests import this module, views never do.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lastmeter.grid.proposals.solver.annealing import Walk
from lastmeter.grid.proposals.solver.candidates import Candidates, bits, listed, measured, within
from lastmeter.grid.proposals.solver.choosing import Choice, choose
from lastmeter.grid.proposals.solver.effort import Clock, Effort
from lastmeter.grid.proposals.solver.measures import Held, Measures, as_closed, as_drawn, measure, together
from lastmeter.grid.proposals.solver.partition import (
    NOWHERE,
    Atom,
    Division,
    Ground,
    Weights,
    grids_of,
    started,
    survey,
    torn,
)
from lastmeter.grid.proposals.solver.repairing import repair

WALK_SHARE = 0.5  # of a community's time for walking through divisions, where its grids are too many to list
REPAIR_SHARE = 0.3
LEAST = 0.5  # seconds of work that a search gets even when all are spent


class NoDivision(ValueError):
    """A community cannot be divided into that many whole grids; `str()` is its key."""


@dataclass(frozen=True, slots=True)
class Part:
    """What became of one community.

    `drawn`: the figures of the start as it is; `limits`: those than which `after` is no worse, and of which kind
    (`held`) they are. `ruled_out`: whether it is proved that no admissible division is within an earlier kind.
    `proved`: whether none within the limits is better. `torn`: grids that were empty or in pieces; `broken`: compounds
    that were cut; `homeless`: atoms without a grid.
    """

    community: str
    drawn: Measures
    limits: Measures
    held: Held
    ruled_out: bool
    after: Measures
    proved: bool
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


Kinds = Mapping[Held, Measures]


def propose(
    atoms: Sequence[Atom],
    *,
    grids: Mapping[str, Sequence[str]] | None = None,
    bands: Mapping[str, tuple[int, int]] | None = None,
    drawn: Mapping[str, Kinds] | None = None,
    weights: Weights = Weights(),  # noqa: B008 - frozen
    seconds: float = 45,
    workers: int = 2,
    seed: int = 1,
) -> Merged:
    """Divide the atoms of each community into its grids; never worse than the start in compactness or balance.

    `grids`: community → the grids it is to have (default: those of the start). `bands`: community → the households a
    grid should have, from and to. `drawn`: community → the figures of the start as drawn and closed where the atoms do
    not show them, as the layer it comes from cuts atoms. Communities are solved one after another, each in its share of
    `seconds` of work, so that a busy machine takes longer and finds the same; the same seed gives the same answer
    unless a search was cut short. Raises NoDivision.
    """
    begun, clock = time.monotonic(), Clock()
    worked = clock.now()
    kept = dict(grids_of(atoms)) | {place: list(each) for place, each in (grids or {}).items()}
    grounds = [survey(atoms, place, kept[place], (bands or {}).get(place), weights) for place in sorted(kept)]
    parts, grid_of = [], {}
    for at, ground in enumerate(grounds):
        left = seconds - (clock.now() - worked)
        share = _size(ground) / sum(map(_size, grounds[at:]))
        kinds = {**_kinds(atoms, ground), **(drawn or {}).get(ground.community, {})}
        part, division = _propose_one(ground, kinds, Effort(max(left * share, LEAST), workers, seed, clock))
        parts.append(part)
        for block, grid in zip(ground.blocks, division, strict=True):
            grid_of.update({atoms[atom].key: ground.grids[grid] for atom in block.atoms})
    return Merged(
        grid_of=grid_of,
        before=together(part.drawn for part in parts),
        after=together(part.after for part in parts),
        parts=tuple(parts),
        weights=weights,
        seconds=time.monotonic() - begun,
    )


def _size(ground: Ground) -> int:
    return len(ground.blocks) * len(ground.grids)


def _kinds(atoms: Sequence[Atom], ground: Ground) -> Kinds:
    """The figures of the start as the atoms show it."""
    return {Held.DRAWN: as_drawn(atoms, ground), Held.CLOSED: as_closed(atoms, ground)}


def _propose_one(ground: Ground, kinds: Kinds, effort: Effort) -> tuple[Part, Division]:
    end = effort.clock.now() + effort.seconds
    start = _admissible(ground, effort)
    mended = measure(ground, start)
    every = {**kinds, Held.BALANCED: mended.balanced_as(kinds[Held.DRAWN]), Held.MENDED: mended}
    known, candidates = _candidates(ground, start, every, end, effort)
    held, limits, choice, ruled_out = _first_kept(ground, candidates, every, known, end, effort)
    division = choice.division or start
    part = Part(
        community=ground.community,
        drawn=every[Held.DRAWN],
        limits=limits,
        held=held,
        ruled_out=ruled_out and candidates.complete,
        after=measure(ground, division),
        proved=choice.proved and candidates.complete,
        torn=tuple(ground.grids[grid] for grid in torn(ground, started(ground))),
        broken=tuple(ground.broken),
        homeless=sum(len(block.atoms) for block in ground.blocks if block.start is None),
        bridges=len(ground.bridges),
    )
    return part, division


def _first_kept(
    ground: Ground, candidates: Candidates, every: Kinds, known: Division, end: float, effort: Effort
) -> tuple[Held, Measures, Choice, bool]:
    """The first kind of limits that a division keeps, the best one, and whether the earlier kinds are proved hopeless.

    Nothing within MENDED is found only when the time is over: the start is.
    """
    failed: list[Measures] = []
    ruled_out = True
    for held, limits in every.items():
        if held != Held.MENDED and any(limits.no_worse(each) for each in failed):
            continue  # it asks for more than what could not be kept
        left = _left(end, effort.clock) if held == Held.MENDED else _left(end, effort.clock) / 2
        choice = choose(ground, candidates, limits, known, replace(effort, seconds=left))
        if choice.division is not None:
            break
        failed.append(limits)
        ruled_out = ruled_out and choice.proved
    return held, limits, choice, ruled_out and bool(failed)


def _left(end: float, clock: Clock) -> float:
    return max(end - clock.now(), LEAST)


def _admissible(ground: Ground, effort: Effort) -> Division:
    """The start, or the nearest division to it with every grid whole."""
    start = started(ground)
    if NOWHERE not in start and not torn(ground, start):
        return start
    found = None
    if len(ground.grids) <= len(ground.blocks):
        found = repair(ground, start, replace(effort, seconds=max(effort.seconds * REPAIR_SHARE, 2)))
    if found is None:
        raise NoDivision(ground.community)
    return found


def _candidates(
    ground: Ground, start: Division, every: Kinds, end: float, effort: Effort
) -> tuple[Division, Candidates]:
    """What grids there could be, and a good division into them: all when they can be listed, else those of a walk."""
    grids, complete = listed(ground, within(ground, every.values()))
    if complete:
        return start, measured(ground, [*grids, *bits(start)], complete=True)
    walk = Walk(ground, every[Held.DRAWN])
    near = walk.anneal(start, replace(effort, seconds=_left(end, effort.clock) * WALK_SHARE)) or start
    return near, measured(ground, [*grids, *walk.seen, *bits(start)], complete=False)
