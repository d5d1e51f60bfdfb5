"""One community's division as a model for CP-SAT: every grid a tree of neighbouring blocks around one root."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from ortools.sat.python import cp_model

from lastmeter.grid.proposals.partition import NOWHERE, Costs, Division, Ground, Measures, costs, measure, sums, torn
from lastmeter.grid.proposals.partition import outside as outside_band

Literal = cp_model.IntVar
SYMMETRY_BLOCKS = 80  # with more blocks, saying that the first block is the root costs more than it saves


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to try: seconds on the clock, threads and the seed."""

    seconds: float
    workers: int
    seed: int


@dataclass(slots=True)
class _Model:
    """The variables: block in grid, border kept, tree (root, root of grid, arc, depth), off the mean, outside."""

    ground: Ground
    cp: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    inside: list[list[Literal]] = field(default_factory=list)
    kept: dict[tuple[int, int], Literal] = field(default_factory=dict)
    root: list[Literal] = field(default_factory=list)
    root_of: list[list[Literal]] = field(default_factory=list)
    arc: dict[tuple[int, int], Literal] = field(default_factory=dict)
    depth: list[cp_model.IntVar] = field(default_factory=list)
    homes_off: list[cp_model.IntVar] = field(default_factory=list)
    work_off: list[cp_model.IntVar] = field(default_factory=list)
    outside: list[cp_model.IntVar] = field(default_factory=list)


def solve(
    ground: Ground, hint: Division | None, limits: Measures | None, effort: Effort
) -> tuple[Division, bool] | None:
    """The best division found in the time and whether it is proved best; None when there is none within `limits`.

    Roundness is not linear: a solution that fails it is forbidden and the search goes on without it.
    """
    model = _build(ground, limits)
    model.cp.minimize(_objective(model, costs(ground)))
    return _search(model, hint, limits, effort)


def repair(ground: Ground, start: Division, effort: Effort) -> Division | None:
    """The division nearest to `start` (fewest households moved) whose grids are whole; None when none was found."""
    model = _build(ground, None)
    terms = [
        (block.households + 1) * (1 - model.inside[at][grid])
        for at, (block, grid) in enumerate(zip(ground.blocks, start, strict=True))
        if grid != NOWHERE
    ]
    model.cp.minimize(sum(terms) if terms else _objective(model, costs(ground)))
    found = _search(model, None, None, effort)
    return found[0] if found else None


def _search(
    model: _Model, hint: Division | None, limits: Measures | None, effort: Effort
) -> tuple[Division, bool] | None:
    end, best = time.monotonic() + effort.seconds, None
    if hint is not None:
        _hint(model, hint)
    while (left := end - time.monotonic()) > 0:
        solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = left
        solver.parameters.num_workers = effort.workers
        solver.parameters.random_seed = effort.seed
        seen = _Seen(model, limits)
        status = solver.solve(model.cp, seen)
        best = seen.good if best is None or (seen.good and seen.good[0] < best[0]) else best
        if status != cp_model.OPTIMAL:
            break
        if seen.last == seen.good:
            return seen.good[1], True
        _forbid(model, seen.last[1])
    return (best[1], False) if best else None


class _Seen(cp_model.CpSolverSolutionCallback):
    """Keeps the last solution, and the last that is round enough: solutions come in falling order of the objective."""

    def __init__(self, model: _Model, limits: Measures | None) -> None:
        super().__init__()
        self.model, self.limits = model, limits
        self.last: tuple[int, Division] = (0, [])
        self.good: tuple[int, Division] | None = None

    def on_solution_callback(self) -> None:
        inside = self.model.inside
        division = [next(g for g, its in enumerate(row) if self.boolean_value(its)) for row in inside]
        self.last = (round(self.objective_value), division)
        if self.limits is None or measure(self.model.ground, division).no_worse(self.limits):
            self.good = self.last


def _build(ground: Ground, limits: Measures | None) -> _Model:
    model = _Model(ground)
    _divide(model)
    _keep_whole(model)
    _weigh(model)
    if limits is not None:
        _limit(model, limits)
    return model


def _divide(model: _Model) -> None:
    """Every block in one grid; a border is kept exactly when both sides are in the same."""
    cp, grids = model.cp, range(len(model.ground.grids))
    model.inside = [[cp.new_bool_var(f"in {at} {grid}") for grid in grids] for at in range(len(model.ground.blocks))]
    for row in model.inside:
        cp.add_exactly_one(row)
    for one, other in model.ground.borders:
        kept = model.kept[one, other] = cp.new_bool_var(f"kept {one} {other}")
        for a, b in zip(model.inside[one], model.inside[other], strict=True):
            cp.add_bool_or(~kept, ~a, b)
            cp.add_bool_or(~kept, a, ~b)
            cp.add_bool_or(~a, ~b, kept)


def _keep_whole(model: _Model) -> None:
    """One root a grid; every other block hangs on a neighbour of its grid that is less deep."""
    cp, ground = model.cp, model.ground
    count = len(ground.blocks)
    model.root = [cp.new_bool_var(f"root {at}") for at in range(count)]
    model.depth = [cp.new_int_var(0, count - 1, f"depth {at}") for at in range(count)]
    for at in range(count):
        up = []
        for to in sorted(ground.beside[at]):
            arc = model.arc[at, to] = cp.new_bool_var(f"arc {at} {to}")
            cp.add_implication(arc, model.kept[min(at, to), max(at, to)])
            cp.add(model.depth[at] == model.depth[to] + 1).only_enforce_if(arc)
            up.append(arc)
        cp.add_exactly_one([model.root[at], *up])
        cp.add(model.depth[at] == 0).only_enforce_if(model.root[at])
        row = [cp.new_bool_var(f"root {at} {grid}") for grid in range(len(ground.grids))]
        for its, inside in zip(row, model.inside[at], strict=True):
            cp.add_implication(its, inside)
            cp.add_implication(its, model.root[at])
        cp.add(sum(row) == model.root[at])
        model.root_of.append(row)
    for grid in range(len(ground.grids)):
        cp.add_exactly_one([row[grid] for row in model.root_of])
        for at in range(count if count <= SYMMETRY_BLOCKS else 0):
            for before in range(at):
                cp.add_implication(model.root_of[at][grid], ~model.inside[before][grid])


def _weigh(model: _Model) -> None:
    cp, ground = model.cp, model.ground
    count, homes, work = len(ground.grids), ground.households, ground.work
    for grid in range(count):
        here = sum(b.households * row[grid] for b, row in zip(ground.blocks, model.inside, strict=True))
        done = sum(b.work * row[grid] for b, row in zip(ground.blocks, model.inside, strict=True))
        model.homes_off.append(_distance(cp, count * here - homes, count * homes, f"homes {grid}"))
        model.work_off.append(_distance(cp, count * done - work, count * work, f"work {grid}"))
        if ground.band is not None:
            beyond = cp.new_int_var(0, max(homes, ground.band[0]), f"outside {grid}")
            cp.add(beyond >= ground.band[0] - here)
            cp.add(beyond >= here - ground.band[1])
            model.outside.append(beyond)


def _distance(cp: cp_model.CpModel, value: cp_model.LinearExprT, most: int, name: str) -> cp_model.IntVar:
    off = cp.new_int_var(0, most, name)
    cp.add(off >= value)
    cp.add(off >= -value)
    return off


def _limit(model: _Model, limits: Measures) -> None:
    """No figure worse than the starting layer's."""
    ground, count = model.ground, len(model.ground.grids)
    cut = sum(length * (1 - model.kept[pair]) for pair, length in ground.borders.items())
    model.cp.add(cut <= round(limits.cut * 10))
    model.cp.add(sum(model.homes_off) <= round(limits.households_off * count))
    model.cp.add(sum(model.work_off) <= round(limits.work_off * count))
    model.cp.add(sum(model.outside) <= limits.outside)


def _objective(model: _Model, cost: Costs) -> cp_model.LinearExprT:
    ground = model.ground
    cut = sum(length * (1 - model.kept[pair]) for pair, length in ground.borders.items())
    moved = sum(
        block.households * (1 - row[ground.grids.index(block.start)])
        for block, row in zip(ground.blocks, model.inside, strict=True)
        if block.start is not None
    )
    return (
        cost.cut * cut
        + cost.households * sum(model.homes_off)
        + cost.work * sum(model.work_off)
        + cost.band * sum(model.outside)
        + cost.stay * moved
    )


def _forbid(model: _Model, division: Sequence[int]) -> None:
    """Not this division again, whatever its grids are called."""
    model.cp.add_bool_or(
        [~kept if division[one] == division[other] else kept for (one, other), kept in model.kept.items()]
    )


def _hint(model: _Model, division: Division) -> None:
    """The whole of a known solution, trees and sums too, so that the search starts from it instead of finding it."""
    cp, ground = model.cp, model.ground
    if torn(ground, division):
        return
    parent, depth = _trees(ground, division)
    for at, grid in enumerate(division):
        for each, (inside, root) in enumerate(zip(model.inside[at], model.root_of[at], strict=True)):
            cp.add_hint(inside, each == grid)
            cp.add_hint(root, each == grid and parent[at] is None)
        cp.add_hint(model.root[at], parent[at] is None)
        cp.add_hint(model.depth[at], depth[at])
    for (one, other), kept in model.kept.items():
        cp.add_hint(kept, division[one] == division[other])
    for (at, to), arc in model.arc.items():
        cp.add_hint(arc, parent[at] == to)
    homes, work = sums(ground, division)
    for grid in range(len(ground.grids)):
        cp.add_hint(model.homes_off[grid], abs(len(ground.grids) * homes[grid] - ground.households))
        cp.add_hint(model.work_off[grid], abs(len(ground.grids) * work[grid] - ground.work))
        if model.outside:
            cp.add_hint(model.outside[grid], outside_band(homes[grid], ground.band))


def _trees(ground: Ground, division: Division) -> tuple[list[int | None], list[int]]:
    """The breadth-first tree of every grid from its first block: parents (None at roots) and depths."""
    parent: list[int | None] = [None] * len(division)
    depth = [0] * len(division)
    seen: set[int] = set()
    for first in range(len(division)):
        waiting = [] if first in seen else [first]
        seen.add(first)
        for at in waiting:
            for to in sorted(ground.beside[at]):
                if to not in seen and division[to] == division[at]:
                    seen.add(to)
                    parent[to], depth[to] = at, depth[at] + 1
                    waiting.append(to)
    return parent, depth
