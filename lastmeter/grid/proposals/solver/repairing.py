"""The admissible division nearest to a start that is none: CP-SAT, every grid a tree of neighbouring blocks."""

from dataclasses import dataclass, field

from ortools.sat.python import cp_model

from lastmeter.grid.proposals.solver.effort import Effort
from lastmeter.grid.proposals.solver.partition import NOWHERE, Division, Ground

Literal = cp_model.IntVar
SYMMETRY_BLOCKS = 80  # with more blocks, saying that the first block is the root costs more than it saves


@dataclass(slots=True)
class _Model:
    """The variables: block in grid, border kept, root of the tree of its grid, arc to the block nearer to the root."""

    ground: Ground
    cp: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    inside: list[list[Literal]] = field(default_factory=list)
    kept: dict[tuple[int, int], Literal] = field(default_factory=dict)
    root_of: list[list[Literal]] = field(default_factory=list)


def repair(ground: Ground, start: Division, effort: Effort) -> Division | None:
    """The division nearest to `start` (fewest households moved) whose grids are whole; None when none was found."""
    model = _Model(ground)
    _divide(model)
    _keep_whole(model)
    _root_each(model)
    model.cp.minimize(sum(_moved(model, start), start=_cut(model)))
    solver, status = effort.solve(model.cp)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    return [next(grid for grid, its in enumerate(row) if solver.boolean_value(its)) for row in model.inside]


def _moved(model: _Model, start: Division) -> list[cp_model.LinearExpr]:
    """Blocks that leave their grid, by households, so weighed that the borders only decide between equals."""
    all_borders = sum(model.ground.borders.values()) + 1
    return [
        all_borders * (block.households + 1) * (1 - row[grid])
        for block, row, grid in zip(model.ground.blocks, model.inside, start, strict=True)
        if grid != NOWHERE
    ]


def _cut(model: _Model) -> cp_model.LinearExpr:
    lengths = [model.ground.borders[pair] for pair in model.kept]
    return sum(lengths) - cp_model.LinearExpr.weighted_sum(list(model.kept.values()), lengths)


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
    depth = [cp.new_int_var(0, count - 1, f"depth {at}") for at in range(count)]
    for at in range(count):
        root = cp.new_bool_var(f"root {at}")
        up = []
        for to in sorted(ground.beside[at]):
            arc = cp.new_bool_var(f"arc {at} {to}")
            cp.add_implication(arc, model.kept[min(at, to), max(at, to)])
            cp.add(depth[at] == depth[to] + 1).only_enforce_if(arc)
            up.append(arc)
        cp.add_exactly_one([root, *up])
        cp.add(depth[at] == 0).only_enforce_if(root)
        row = [cp.new_bool_var(f"root {at} {grid}") for grid in range(len(ground.grids))]
        for its, inside in zip(row, model.inside[at], strict=True):
            cp.add_implication(its, inside)
        cp.add(sum(row) == root)
        model.root_of.append(row)


def _root_each(model: _Model) -> None:
    """The root of a grid is its first block, so that equal trees are not tried in turn."""
    cp, count = model.cp, len(model.ground.blocks)
    for grid in range(len(model.ground.grids)):
        cp.add_exactly_one([row[grid] for row in model.root_of])
        for at in range(count if count <= SYMMETRY_BLOCKS else 0):
            for before in range(at):
                cp.add_implication(model.root_of[at][grid], ~model.inside[before][grid])
