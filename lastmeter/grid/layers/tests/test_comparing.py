"""Measuring: partitions have nothing wrong; what is shifted shows exactly as much overlap as gap."""

import math
import random

import pytest
import shapely
import shapely.affinity
from hypothesis import given
from hypothesis import strategies as st

from lastmeter.grid.layers import comparing, overlay
from lastmeter.grid.layers.comparing import Kind, Piece
from lastmeter.grid.layers.plane import Plane

SIDE = 1000


def piece(number: int, shape: shapely.Geometry, in_charge: str = "") -> Piece:
    return Piece(number, f"第 {number} 片", in_charge or f"网格员 {number}", shape)


@st.composite
def partitions(draw: st.DrawFn) -> list[Piece]:
    """A square of 1 km cut again and again, with corners that lie on a neighbour's straight border."""
    rng = random.Random(draw(st.integers(0, 10**6)))
    boxes = [(0, 0, SIDE, SIDE)]
    for _ in range(draw(st.integers(0, 12))):
        west, south, east, north = boxes.pop(rng.randrange(len(boxes)))
        across = rng.random() < 0.5
        low, high = (west, east) if across else (south, north)
        if high - low < 20:
            boxes.append((west, south, east, north))
            continue
        at = rng.randint(low + 10, high - 10)
        boxes += (
            [(west, south, at, north), (at, south, east, north)]
            if across
            else [(west, south, east, at), (west, at, east, north)]
        )
    turn = draw(st.floats(0, 360))
    shapes = [shapely.affinity.rotate(shapely.box(*box), turn, origin=(0, 0)) for box in boxes]
    return [piece(number, shape) for number, shape in enumerate(shapes, 1)]


def outline(pieces: list[Piece]) -> shapely.Geometry:
    return shapely.union_all([each.shape for each in pieces], grid_size=comparing.GRID_M)


@given(partitions())
def test_a_partition_has_no_overlap_no_gap_and_nothing_outside(pieces: list[Piece]) -> None:
    assert comparing.findings(pieces, outline(pieces)) == []


@given(partitions(), st.integers(0, 12), st.integers(-9, 9), st.integers(-9, 9))
def test_a_shifted_cell_shows_exactly_the_ground_it_left_and_the_ground_it_took(
    pieces: list[Piece], which: int, east: int, north: int
) -> None:
    street = outline(pieces)
    moved = pieces[which % len(pieces)]
    shifted = piece(moved.id, shapely.affinity.translate(moved.shape, east, north))
    rest = [each for each in pieces if each is not moved]
    taken = shapely.intersection(shifted.shape, outline(rest), grid_size=comparing.GRID_M).area
    left = shapely.difference(moved.shape, shifted.shape, grid_size=comparing.GRID_M).area
    beyond = shapely.difference(shifted.shape, street, grid_size=comparing.GRID_M).area
    found = comparing.findings([*rest, shifted], street)
    rounding = 4 * comparing.LEAST_M2 * len(pieces)  # places smaller than that are not listed
    for kinds, area in (((Kind.TWICE,), taken), ((Kind.GAP,), left), ((Kind.OUTSIDE,), beyond)):
        assert sum(each.area for each in found if each.kind in kinds) == pytest.approx(area, abs=rounding)
    assert taken + beyond == pytest.approx(left, abs=10)


def test_a_ten_metre_shift_is_ten_metres_times_the_border() -> None:
    west, east = shapely.box(0, 0, 500, 1000), shapely.box(500, 0, 1000, 1000)
    moved = shapely.affinity.translate(west, 10, 0)
    found = comparing.findings([piece(1, moved), piece(2, east)], shapely.box(0, 0, 1000, 1000))
    assert [(each.kind, each.area, each.sliver) for each in found] == [
        (Kind.TWICE, 10_000, False),
        (Kind.GAP, 10_000, False),
    ]
    assert [each.name for each in found[0].cells] == ["第 1 片", "第 2 片"]
    assert [each.name for each in found[1].cells] == ["第 1 片"]


def test_a_strip_of_two_metres_is_a_sliver() -> None:
    found = comparing.overlaps([piece(1, shapely.box(0, 0, 502, 900)), piece(2, shapely.box(500, 0, 1000, 900))])
    assert [(each.area, each.sliver) for each in found] == [(1800, True)]
    assert found[0].width == pytest.approx(2, abs=0.01)


def test_two_cells_of_one_person_overlap_but_nobody_is_in_charge_twice() -> None:
    cells = [piece(1, shapely.box(0, 0, 60, 50), "周小满"), piece(2, shapely.box(40, 0, 100, 50), "周小满")]
    assert [each.kind for each in comparing.overlaps(cells)] == [Kind.OVERLAP]


def test_a_cell_that_names_nobody_is_a_finding_with_its_whole_area() -> None:
    alone = Piece(1, "甲", "", shapely.box(0, 0, 100, 100))
    [found] = comparing.findings([alone], shapely.box(0, 0, 100, 100))
    assert (found.kind, found.area, found.cells) == (Kind.NOBODY, 10_000, (alone,))


def test_an_empty_layer_leaves_the_whole_street_open() -> None:
    [found] = comparing.findings([], shapely.box(0, 0, 100, 100))
    assert (found.kind, found.area, found.cells) == (Kind.GAP, 10_000, ())


def test_two_layers_say_which_cells_are_the_same_which_are_cut_and_what_only_one_covers() -> None:
    ours = [piece(1, shapely.box(0, 0, 100, 100)), piece(2, shapely.box(100, 0, 200, 100))]
    theirs = [piece(7, shapely.box(0, 0, 100, 99)), piece(8, shapely.box(100, 0, 150, 100))]
    found = comparing.between(ours, theirs)
    assert [(match.here.id, match.there.id, match.same) for match in found.matches] == [(1, 7, True), (2, 8, False)]
    assert found.cut == (found.matches[1],)
    assert [(each.area, each.cells) for each in found.only_here] == [(5000, (ours[1],)), (100, (ours[0],))]
    assert found.only_there == ()


@given(partitions())
def test_a_layer_over_itself_is_the_same_cell_for_cell(pieces: list[Piece]) -> None:
    found = comparing.between(pieces, pieces)
    assert all(match.same for match in found.matches)
    assert math.fsum(match.area for match in found.matches) == pytest.approx(SIDE**2, rel=1e-5)
    assert (found.only_here, found.only_there) == ((), ())


@given(partitions(), st.integers(0, 10**6))
def test_the_parts_of_an_overlay_are_the_region_and_no_part_is_cut_by_a_border(pieces: list[Piece], seed: int) -> None:
    rng = random.Random(seed)
    region = outline(pieces)
    other = [shapely.Point(rng.uniform(-300, 900), rng.uniform(-300, 900)).buffer(rng.uniform(50, 300))]
    sheets = [overlay._array(pieces), shapely.from_wkb([shapely.to_wkb(each) for each in other])]
    parts = overlay.cut(region, sheets)
    assert sum(part.area for part in parts) == pytest.approx(region.area, rel=1e-3)
    assert shapely.union_all(parts).area == pytest.approx(region.area, rel=1e-3)
    assert {part.geom_type for part in parts} == {"Polygon"}


def test_the_plane_measures_a_hectare_at_the_latitude_of_yangjiang() -> None:
    plane = Plane(111.98, 21.87)
    east, north = plane.scale
    assert east == pytest.approx(103_360, rel=1e-3)
    assert north == pytest.approx(110_740, rel=1e-3)
    [square] = plane.metres([shapely.box(111.98, 21.87, 111.98 + 100 / east, 21.87 + 100 / north)])
    assert square.area == pytest.approx(10_000)
    [back] = plane.degrees([square])
    assert back.equals_exact(shapely.box(111.98, 21.87, 111.98 + 100 / east, 21.87 + 100 / north), 1e-9, normalize=True)
