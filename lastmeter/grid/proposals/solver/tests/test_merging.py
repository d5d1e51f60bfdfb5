"""The merged grid on small random ground, against every division there is."""

import time
from dataclasses import replace
from itertools import count, product
from random import Random

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from lastmeter.grid.proposals.solver.measures import Held, as_closed, as_drawn, measure, objective
from lastmeter.grid.proposals.solver.merging import Merged, propose
from lastmeter.grid.proposals.solver.partition import Atom, Ground, Weights, grids_of, survey, torn

SIDE = 0.002  # degrees, about 200 m
BAND = (8, 14)


@st.composite
def grounds(draw: st.DrawFn, *, whole: bool) -> list[Atom]:
    """A plan of unequal rectangles, columns of random widths; `whole`: the start is admissible (stripes of columns)."""
    columns, rows = draw(st.sampled_from([(3, 2), (2, 3), (4, 2), (3, 3)]))
    wide = draw(st.lists(st.integers(1, 4), min_size=columns, max_size=columns))
    high = draw(st.lists(st.integers(1, 4), min_size=rows, max_size=rows))
    cut = draw(st.integers(1, columns - 1))
    homes = draw(st.lists(st.integers(1, 9), min_size=columns * rows, max_size=columns * rows))
    work = draw(st.lists(st.integers(0, 9), min_size=columns * rows, max_size=columns * rows))
    loose = st.sampled_from(["甲", "乙", None])
    atoms = []
    for at, (x, y) in enumerate(product(range(columns), range(rows))):
        west, south = 111.9 + SIDE * sum(wide[:x]), 21.8 + SIDE * sum(high[:y])
        shape = shapely.box(west, south, west + SIDE * wide[x], south + SIDE * high[y])
        start = ("甲" if x < cut else "乙") if whole else draw(loose)
        compound = None if whole else draw(st.sampled_from([None, None, "湖畔小区"]))
        atoms.append(Atom(f"{x}-{y}", shape, "望海", compound, homes[at], work[at], start))
    return atoms


def merged(atoms: list[Atom], seconds: float = 20) -> Merged:
    return propose(atoms, grids={"望海": ["甲", "乙"]}, bands={"望海": BAND}, seconds=seconds, workers=1)


def ground_of(atoms: list[Atom]) -> Ground:
    return survey(atoms, "望海", ["甲", "乙"], BAND, Weights())


def division_of(ground: Ground, atoms: list[Atom], found: Merged) -> list[int]:
    return [ground.grids.index(found.grid_of[atoms[block.atoms[0]].key]) for block in ground.blocks]


def divisions(ground: Ground) -> list[list[int]]:
    """Every division into two whole grids."""
    every = (list(each) for each in product((0, 1), repeat=len(ground.blocks)))
    return [each for each in every if not torn(ground, each)]


@settings(max_examples=25, deadline=None)
@given(grounds(whole=True))
def test_on_small_ground_no_division_is_better_than_the_proposed_one(atoms: list[Atom]) -> None:
    ground, found = ground_of(atoms), merged(atoms)
    start = [ground.grids.index(block.start or "") for block in ground.blocks]
    limits = measure(ground, start)
    allowed = [each for each in divisions(ground) if measure(ground, each).no_worse(limits)]
    assert found.proved
    assert objective(ground, division_of(ground, atoms, found)) == min(objective(ground, each) for each in allowed)


@settings(max_examples=25, deadline=None)
@given(grounds(whole=False))
def test_grids_are_whole_and_compounds_unbroken_and_the_most_is_held_wherever_it_starts(atoms: list[Atom]) -> None:
    ground, found = ground_of(atoms), merged(atoms, seconds=6)
    assert set(found.grid_of) == {atom.key for atom in atoms}
    assert torn(ground, division_of(ground, atoms, found)) == []
    assert len({found.grid_of[atom.key] for atom in atoms if atom.compound}) <= 1
    [part] = found.parts
    assert part.after.no_worse(part.limits)
    earlier = {Held.DRAWN: [], Held.CLOSED: [as_drawn(atoms, ground)]}.get(
        part.held, [as_drawn(atoms, ground), as_closed(atoms, ground)]
    )
    assert part.ruled_out == bool(earlier)
    figures = [measure(ground, each) for each in divisions(ground)]
    assert not any(each.no_worse(limits) for each in figures for limits in earlier)


@settings(max_examples=6, deadline=None)
@given(grounds(whole=True))
def test_the_same_seed_gives_the_same_layer_and_never_a_worse_one(atoms: list[Atom]) -> None:
    one, other = merged(atoms), merged(atoms)
    assert one.grid_of == other.grid_of
    assert one.after.no_worse(one.before)


def square(x: int, y: int) -> shapely.Polygon:
    return shapely.box(111.9 + SIDE * x, 21.8 + SIDE * y, 111.9 + SIDE * (x + 1), 21.8 + SIDE * (y + 1))


def test_a_corner_is_no_border_and_an_island_is_bridged() -> None:
    atoms = [Atom(f"{x}{y}", square(x, y), "望海", None, 1, 1, "甲") for x, y in ((0, 0), (1, 1), (5, 0), (6, 0))]
    ground = survey(atoms, "望海", ["甲"], None, Weights())
    assert [pair for pair, length in ground.borders.items() if length] == [(2, 3)]
    assert len(ground.bridges) == 2
    assert torn(ground, [0, 0, 0, 0]) == []


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 5), st.integers(1, 4))
def test_ground_in_many_pieces_has_the_outline_it_has_in_one(columns: int, rows: int) -> None:
    """Otherwise a layer that cuts more would be called rounder than one that cuts less."""
    west, south, east, north = shapely.union(square(0, 0), square(2, 1)).bounds
    wide, high = (east - west) / columns, (north - south) / rows
    atoms = []
    for x, y in product(range(columns), range(rows)):
        piece = shapely.box(west + x * wide, south + y * high, west + (x + 1) * wide, south + (y + 1) * high)
        atoms.append(Atom(f"{x}-{y}", piece, "望海", None, 1, 1, "甲"))
    ground = survey(atoms, "望海", ["甲"], None, Weights())
    whole = survey([replace(atoms[0], polygon=shapely.box(west, south, east, north))], "望海", ["甲"], None, Weights())
    assert measure(ground, [0] * len(atoms)).roundness == pytest.approx(measure(whole, [0]).roundness, rel=1e-3)


def test_a_grid_over_two_communities_stays_where_most_of_its_households_are() -> None:
    atoms = [
        Atom("a", square(0, 0), "望海", None, 5, 1, "甲"),
        Atom("b", square(1, 0), "石桥", None, 9, 1, "甲"),
        Atom("c", square(2, 0), "石桥", None, 4, 1, "乙"),
    ]
    assert grids_of(atoms) == {"望海": ["望海"], "石桥": ["甲", "乙"]}
    found = propose(atoms, seconds=6, workers=1)
    assert found.grid_of["a"] == "望海"
    assert {found.grid_of["b"], found.grid_of["c"]} == {"甲", "乙"}


def test_crooked_grids_become_compact_and_balanced() -> None:
    zigzag = {(x, y): "甲" if ((x + y // 2) % 4 < 2 and x < 3) or y == 0 else "乙" for x in range(4) for y in range(4)}
    atoms = [Atom(f"{x}{y}", square(x, y), "望海", None, 10, 1, grid) for (x, y), grid in zigzag.items()]
    found = propose(atoms, bands={"望海": (80, 80)}, seconds=20, workers=2)
    assert found.after.cut < found.before.cut
    assert (found.after.households_off, found.after.outside) == (0, 0)


@st.composite
def towns(draw: st.DrawFn) -> list[Atom]:
    """A plan of 24 to 36 squares, some in compounds, in three to six grids that are whole: grown from seeds in turn."""
    columns, rows = draw(st.sampled_from([(6, 4), (6, 5), (6, 6)]))
    count = draw(st.integers(3, 6))
    rng = Random(draw(st.integers(0, 10**6)))
    cells = list(product(range(columns), range(rows)))
    grid = {cell: f"{number}" for number, cell in enumerate(rng.sample(cells, count))}
    while len(grid) < len(cells):
        x, y = rng.choice(sorted(grid))
        near = [cell for cell in ((x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)) if cell in cells and cell not in grid]
        if near:
            grid[rng.choice(near)] = grid[x, y]
    homes, work = draw(st.sampled_from([(0, 90), (45, 95)])), draw(st.sampled_from([(0, 0), (0, 60)]))
    atoms = []
    for x, y in cells:
        pair = f"{x // 2}-{y}" if grid[x - x % 2, y] == grid.get((x - x % 2 + 1, y)) and (x // 2 + y) % 3 == 0 else None
        atoms.append(Atom(f"{x}-{y}", square(x, y), "望海", pair, rng.randint(*homes), rng.randint(*work), grid[x, y]))
    return atoms


@settings(max_examples=8, deadline=None)
@given(towns())
def test_from_grids_that_could_be_the_proposal_is_never_worse_in_any_figure(atoms: list[Atom]) -> None:
    found = propose(atoms, bands={"望海": (300, 500)}, seconds=3, workers=1)
    [part] = found.parts
    assert part.held == Held.DRAWN
    assert part.after.no_worse(part.drawn)
    grids = sorted({atom.start or "" for atom in atoms})
    ground = survey(atoms, "望海", grids, None, Weights())
    assert torn(ground, [grids.index(found.grid_of[atoms[block.atoms[0]].key]) for block in ground.blocks]) == []
    of_compound = {(atom.compound, found.grid_of[atom.key]) for atom in atoms if atom.compound}
    assert len(of_compound) == len({compound for compound, _grid in of_compound})


def test_where_grids_are_too_many_to_list_a_walk_finds_better_ones_and_nothing_is_called_proved() -> None:
    """Most squares have no households, so that a grid could be almost any of them: more than can be listed."""
    zigzag = {(x, y): "甲" if ((x + y // 2) % 4 < 2 and x < 5) or y == 0 else "乙" for x in range(8) for y in range(8)}
    atoms = [Atom(f"{x}{y}", square(x, y), "望海", None, x == y, 0, grid) for (x, y), grid in zigzag.items()]
    found = propose(atoms, seconds=8, workers=1)
    assert not found.proved
    [part] = found.parts
    assert part.after.no_worse(part.limits)
    assert part.after.cut < part.drawn.cut


def test_a_machine_that_hardly_gets_on_comes_to_the_same_division(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search is bounded by the work it does; the clock on the wall leaps by a minute at every look."""
    zigzag = {(x, y): "甲" if ((x + y // 2) % 4 < 2 and x < 3) or y == 0 else "乙" for x in range(4) for y in range(4)}
    atoms = [Atom(f"{x}{y}", square(x, y), "望海", None, 10, 1, grid) for (x, y), grid in zigzag.items()]
    quiet = propose(atoms, bands={"望海": (80, 80)}, seconds=4, workers=1)
    leaps = count(0, 60)
    monkeypatch.setattr(time, "monotonic", lambda: float(next(leaps)))
    busy = propose(atoms, bands={"望海": (80, 80)}, seconds=4, workers=1)
    assert busy.seconds >= 60
    assert (busy.after, busy.proved, busy.grid_of) == (quiet.after, quiet.proved, quiet.grid_of)
