"""The best choice among candidate grids: a linear bound by column generation, and CP-SAT on the few that can matter."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import floor

import numpy as np
import numpy.typing as npt
from ortools.linear_solver import pywraplp
from ortools.sat.python import cp_model

from lastmeter.grid.proposals.solver.candidates import Candidates, Floats, Whole, totals
from lastmeter.grid.proposals.solver.effort import Clock, Effort
from lastmeter.grid.proposals.solver.measures import UNIT, Measures, costs, measure, objective
from lastmeter.grid.proposals.solver.partition import Division, Ground

FINE = 10**10  # roundness in whole numbers
WIDER = (0.003, 0.01, 0.03, 0.1)  # how far above the bound is searched in turn, in shares as the objective counts them
AT_ONCE = 400  # candidates that join the linear programme in one round
MOST = 60_000  # candidates that CP-SAT is given
DEAR = 10_000.0  # what leaving a limit by all it allows costs in the linear programme: more than any division does
EXACT = 1e-6  # of the linear programme, in shares

Pair = tuple[int, int]  # a candidate by its row, and the grid of the start it goes on as (-1: as none of them)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a search came to: a division, or None when there is none within the limits, and whether that is proved."""

    division: Division | None
    proved: bool


@dataclass(frozen=True, slots=True)
class _Limit:
    """The weights of the chosen candidates together must not exceed `most`."""

    weights: Whole
    most: int


@dataclass(frozen=True, slots=True)
class _Task:
    """Candidates as numbers: twice what each adds to the objective without moves, and what staying households save."""

    ground: Ground
    candidates: Candidates
    cost: Whole
    saved: Whole
    limits: list[_Limit]

    @property
    def worst(self) -> float:
        """More than any division costs, in shares."""
        return float(self.cost.max()) * len(self.ground.grids) / (2 * UNIT) + 1

    @property
    def margin(self) -> float:
        """By how much the linear bound of a division may be off."""
        return 2 * len(self.ground.grids) * EXACT

    def priced(self, pair: Pair) -> int:
        """Twice what a pair adds to the objective, in billionths."""
        row, grid = pair
        return int(self.cost[row] - (self.saved[row, grid] if grid >= 0 else 0))

    def value(self, division: Division) -> float:
        """The objective of a division in shares, less what moving every household would cost."""
        moving = sum(block.households for block in self.ground.blocks if block.start is not None)
        return (objective(self.ground, division) - costs(self.ground).stay * moving) / UNIT


@dataclass(frozen=True, slots=True)
class _Bound:
    """No division costs less than `least`, none with a pair in it less than that and the pair's `more`.

    `more`: a row for each candidate, a column for each grid of the start after one for none.
    """

    least: float
    more: Floats


def choose(ground: Ground, candidates: Candidates, limits: Measures, start: Division, effort: Effort) -> Choice:
    """The best division into these candidates within `limits`; `start` is some division into them.

    `proved` says that no other choice of these candidates is better, or that none is within the limits.
    """
    end = effort.clock.now() + effort.seconds
    task = _task(ground, candidates, limits)
    known = start if measure(ground, start).no_worse(limits) else None
    bound = _bound(task, start, end, effort.clock)
    if bound is None:
        return Choice(known, proved=False)
    if bound.least > task.worst:
        return Choice(None, proved=True)
    useful = np.ones(len(candidates.blocks), dtype=np.bool_)
    if known is None:
        useful = _round_enough(task, limits, start, end, effort.clock)
    for gap in _gaps(task, bound, known):
        rows, columns = np.nonzero((bound.more <= gap + task.margin) & useful[:, None])
        if len(rows) > MOST:
            return Choice(known, proved=False)
        pairs = list(zip(rows.tolist(), (columns - 1).tolist(), strict=True))
        found, finished = _pick(task, pairs, known, end, effort)
        if found is not None and measure(ground, found).no_worse(limits):
            known = min((each for each in (known, found) if each is not None), key=task.value)
        if not finished:
            return Choice(known, proved=False)
        if known is not None and task.value(known) <= bound.least + gap + EXACT:
            break
    return Choice(known, proved=True)


def _round_enough(task: _Task, limits: Measures, start: Division, end: float, clock: Clock) -> npt.NDArray[np.bool_]:
    """Which candidates may be in a division within the other limits that is as round as `limits`."""
    cost = -np.round(task.candidates.roundness * 2 * UNIT).astype(np.int64)
    bound = _bound(
        replace(task, cost=cost, saved=np.zeros_like(task.saved), limits=task.limits[:-1]), start, end, clock
    )
    if bound is None:
        return np.ones(len(cost), dtype=np.bool_)
    room = -limits.roundness * len(task.ground.grids) - bound.least
    useful: npt.NDArray[np.bool_] = bound.more[:, 0] <= room + task.margin
    return useful


def _gaps(task: _Task, bound: _Bound, known: Division | None) -> list[float]:
    """How far above the bound to look: in steps, and at last as far as something better could be."""
    last = (task.worst if known is None else task.value(known)) - bound.least
    return [*(gap for gap in WIDER if gap < last), max(last, 0.0)]


def _task(ground: Ground, candidates: Candidates, limits: Measures) -> _Task:
    one, count = costs(ground), len(ground.grids)
    least = floor(limits.roundness * count * FINE) - count
    return _Task(
        ground,
        candidates,
        cost=one.cut * candidates.cut
        + 2 * (one.households * candidates.off + one.work * candidates.work_off + one.band * candidates.outside),
        saved=2 * one.stay * candidates.stays,
        limits=[
            _Limit(candidates.cut, 2 * round(limits.cut * 10)),
            _Limit(candidates.off, floor(limits.households_off * count + EXACT)),
            _Limit(candidates.work_off, floor(limits.work_off * count + EXACT)),
            _Limit(candidates.outside, limits.outside),
            _Limit(-np.round(candidates.roundness * FINE).astype(np.int64), -least),
        ],
    )


# -- The linear programme ----------------------------------------------------------------------------------------------


class _Programme:
    """The choice with candidates in parts, on those that have joined; leaving a limit is dear, so it has a solution."""

    def __init__(self, task: _Task) -> None:
        self.task, self.solver = task, pywraplp.Solver.CreateSolver("GLOP")
        count, endless = len(task.ground.grids), self.solver.infinity()
        self.rows = [self.solver.Constraint(1.0, 1.0) for _block in task.ground.blocks]
        self.count = self.solver.Constraint(float(count), float(count))
        self.names = [self.solver.Constraint(0.0, 1.0) for _grid in task.ground.grids]
        self.scales = [float(max(abs(limit.most), 1)) for limit in task.limits]
        self.limits = []
        for limit, scale in zip(task.limits, self.scales, strict=True):
            row = self.solver.Constraint(-endless, limit.most / scale)
            left = self.solver.NumVar(0.0, endless, "")
            row.SetCoefficient(left, -1.0)
            self.solver.Objective().SetCoefficient(left, DEAR)
            self.limits.append(row)
        self.joined: set[Pair] = set()

    def join(self, pairs: Iterable[Pair]) -> None:
        """Let pairs take part."""
        for pair in set(pairs) - self.joined:
            self.joined.add(pair)
            row, grid = pair
            part = self.solver.NumVar(0.0, self.solver.infinity(), "")
            self.solver.Objective().SetCoefficient(part, self.task.priced(pair) / (2 * UNIT))
            for at in np.flatnonzero(self.task.candidates.blocks[row]).tolist():
                self.rows[at].SetCoefficient(part, 1.0)
            self.count.SetCoefficient(part, 1.0)
            if grid >= 0:
                self.names[grid].SetCoefficient(part, 1.0)
            for constraint, limit, scale in zip(self.limits, self.task.limits, self.scales, strict=True):
                constraint.SetCoefficient(part, float(limit.weights[row]) / scale)

    def solve(self) -> _Bound | None:
        """The value with what has joined, and how much dearer than that every pair makes it; None on trouble."""
        if self.solver.Solve() != pywraplp.Solver.OPTIMAL:
            return None
        task = self.task
        duals = np.array([row.dual_value() for row in self.rows])
        more = task.cost / (2 * UNIT) - totals(task.candidates.blocks, duals) - self.count.dual_value()
        for row, limit, scale in zip(self.limits, task.limits, self.scales, strict=True):
            more -= (row.dual_value() / scale) * limit.weights
        named = more[:, None] - task.saved / (2 * UNIT) - np.array([row.dual_value() for row in self.names])
        named[task.saved == 0] = np.inf  # nothing is saved: the same as going on as none
        return _Bound(self.solver.Objective().Value(), np.column_stack((more, named)))


def _bound(task: _Task, start: Division, end: float, clock: Clock) -> _Bound | None:
    """The bound over all candidates: those join that would make it lower, until none does."""
    programme = _Programme(task)
    programme.join(_pairs(task, start))
    while clock.now() < end:
        found = programme.solve()
        if found is None or found.more.min() >= -EXACT:
            return found
        lowest = np.argpartition(found.more, min(AT_ONCE, found.more.size - 1), axis=None)[:AT_ONCE]
        rows, columns = np.unravel_index(lowest[found.more.flat[lowest] < 0], found.more.shape)
        programme.join(zip(rows.tolist(), (columns - 1).tolist(), strict=True))
    return None


def _pairs(task: _Task, division: Division) -> list[Pair]:
    """A division as pairs."""
    found = []
    for grid in range(len(task.ground.grids)):
        mask = np.array(division) == grid
        row = int(np.flatnonzero((task.candidates.blocks == mask).all(axis=1))[0])
        found.append((row, grid if task.saved[row, grid] else -1))
    return found


# -- Whole candidates --------------------------------------------------------------------------------------------------


def _pick(
    task: _Task, pairs: Sequence[Pair], hint: Division | None, end: float, effort: Effort
) -> tuple[Division | None, bool]:
    """The best division into these pairs within the limits, and whether the search came to its end."""
    cp, ground = cp_model.CpModel(), task.ground
    chosen = [cp.new_bool_var("") for _pair in pairs]
    rows = np.array([row for row, _grid in pairs], dtype=np.int64)
    for at in range(len(ground.blocks)):
        holding = np.flatnonzero(task.candidates.blocks[rows, at]) if len(rows) else ()
        cp.add_exactly_one(chosen[number] for number in holding)
    cp.add(cp_model.LinearExpr.sum(chosen) == len(ground.grids))
    for grid in range(len(ground.grids)):
        cp.add_at_most_one(var for var, (_row, its) in zip(chosen, pairs, strict=True) if its == grid)
    for limit in task.limits:
        cp.add(cp_model.LinearExpr.weighted_sum(chosen, limit.weights[rows].tolist()) <= limit.most)
    cp.minimize(cp_model.LinearExpr.weighted_sum(chosen, [task.priced(pair) for pair in pairs]))
    if hint is not None:
        known = set(_pairs(task, hint))
        for var, pair in zip(chosen, pairs, strict=True):
            cp.add_hint(var, pair in known)
    solver, status = replace(effort, seconds=max(end - effort.clock.now(), 0.05)).solve(cp)
    finished = status in (cp_model.OPTIMAL, cp_model.INFEASIBLE)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None, finished
    picked = [pair for var, pair in zip(chosen, pairs, strict=True) if solver.boolean_value(var)]
    return task.candidates.division(picked, len(ground.grids)), finished
