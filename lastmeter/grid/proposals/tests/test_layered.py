"""多网合一: a proposal that starts from departments' layers, clean or messy, up to the grid that is adopted from it."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lastmeter.accounts.actors import Actor
from lastmeter.grid import jobs as grid_jobs
from lastmeter.grid import shapes, tree
from lastmeter.grid.history import redrawing, versions
from lastmeter.grid.history.planning import When
from lastmeter.grid.layers import loading
from lastmeter.grid.layers.tests.test_loading import geojson, load
from lastmeter.grid.models import (
    Building,
    Change,
    Compound,
    Layer,
    Level,
    Node,
    Proposal,
    ProposalHeld,
    ProposalShare,
)
from lastmeter.grid.proposals import adopting, crosswalk, jobs, proposing
from lastmeter.grid.proposals.solver.measures import together
from lastmeter.grid.proposals.solver.partition import torn
from lastmeter.grid.proposals.starts import cutting
from lastmeter.grid.shapes import current
from tests.cast import FOUNDED, SIDE, SOUTH, WEST, Cast, square

ClientAs = Callable[[str], Client]
Box = tuple[float, float, float, float]
# In sides of the town's squares: 甲片 and 乙片 overlap, 丙片 reaches over the communities' border, the north-east is in
# no cell, 丁片 lies partly outside the street.
MESSY: list[Box] = [(0, 0, 1, 1.1), (0, 0.9, 0.96, 1.7), (0.9, 0, 1.6, 1), (1.5, -0.2, 2.1, 0.9)]
NAMES = ("甲片", "乙片", "丙片", "丁片", "戊片")


def box(given: Box) -> shapely.Geometry:
    west, south, east, north = given
    return shapely.box(WEST + west * SIDE, SOUTH + south * SIDE, WEST + east * SIDE, SOUTH + north * SIDE)


@pytest.fixture
def town(cast: Cast) -> Cast:
    """望海社区 in eight micro-grids of unlike size; 石桥社区 has none below its two grids of 100 and 300 households."""
    Node.objects.filter(pk=cast.nodes["building"].pk).update(valid_to=timezone.localdate())
    drawn = {}
    for row, key in enumerate(("grid", "second_grid")):
        for number in range(4):
            x, y = number % 2, row * 2 + number // 2
            name, homes = f"{x}{y}号楼组", 10 * (number + 1) + 40 * row
            micro = tree.plant(parent=cast.nodes[key], level=Level.MICRO, name=name, today=FOUNDED, households=homes)
            drawn[micro] = box((x / 2, y / 2, x / 2 + 0.5, y / 2 + 0.5))
    shapes.draw(drawn, source="", today=FOUNDED)
    for key, homes in (("other_grid", 100), ("last_grid", 300)):
        Node.objects.filter(pk=cast.nodes[key].pk).update(households=homes)
    return cast


def layer_of(cast: Cast, folder: Path, boxes: list[Box], name: str = "民政网格") -> Layer:
    cells = [(NAMES[at], box(each)) for at, each in enumerate(boxes)]
    loaded = load(cast, geojson(folder / f"{name}.geojson", *cells, 负责人="莫晓", 户数=1), "cgcs2000")
    Layer.objects.filter(pk=loaded.pk).update(name=name)
    loaded.refresh_from_db()
    return loading.keep(loaded, by=Actor.of(cast.users["dispatcher"]), now=timezone.now())


def solved(cast: Cast, base: Layer | None, *layers: Layer, seconds: float = 4) -> Proposal:
    by, now = Actor.of(cast.users["dispatcher"]), timezone.now()
    proposal = proposing.ask(
        street=cast.nodes["town"], urban=(60, 150), rural=(60, 150), base=base, layers=layers, by=by, now=now
    )
    assert jobs.claim(now, proposal)
    jobs.solve(proposal, seconds=seconds)
    proposal.refresh_from_db()
    assert proposal.state == Proposal.State.DRAFT, proposal.trouble
    return proposal


def tomorrow(cast: Cast) -> When:
    now = timezone.now()
    day = timezone.localdate(now) + timedelta(days=1)
    return When(effective_on=day, reason="多网合一", by=Actor.of(cast.users["dispatcher"]), now=now)


def holds(proposal: Proposal) -> None:
    """What must be true of every proposal, whatever it started from."""
    regions = current(proposal.street, Level.COMMUNITY)
    for sheet in proposing.sheets(proposal):
        assert torn(sheet.ground, sheet.proposed) == []
        assert sheet.no_worse, (sheet.before, sheet.after)
        [base] = proposal.layers.filter(base=True) or [None]
        if base is not None and sheet.held is not None and sheet.held.kind == ProposalHeld.Kind.DRAWN:
            assert sheet.after.no_worse(sheet.drawn[base.pk])
        drawn = [shapely.from_wkb(bytes(cell.wkb)) for cell in sheet.cells]
        whole = shapely.union_all(drawn, grid_size=cutting.ON_GRID)
        assert sum(shape.area for shape in drawn) == pytest.approx(whole.area, rel=1e-6)
        assert shapely.symmetric_difference(whole, regions[sheet.community.pk]).area < 1e-10
        compounds: dict[str, set[int]] = {}
        for cell in sheet.cells:
            compounds.setdefault(cell.compound or str(cell.pk), set()).add(cell.grid_id)
        assert all(len(grids) == 1 for grids in compounds.values())
    micros = proposal.cells.filter(place__level=Level.MICRO)
    assert micros.count() == len(set(micros.values_list("place", flat=True))) == 8
    total = sum(proposal.cells.values_list("households", flat=True))
    for layer in proposal.layers.all():
        assert sum(layer.shares.values_list("households", flat=True)) == total


def test_a_messy_layer_becomes_whole_grids_inside_communities_and_nothing_is_lost(town: Cast, tmp_path: Path) -> None:
    layer = layer_of(town, tmp_path, MESSY)
    proposal = solved(town, layer)
    holds(proposal)
    assert sum(proposal.cells.values_list("households", flat=True)) == 360 + 400
    grids = {(grid.community.name, grid.name) for grid in proposal.grids.select_related("community")}
    # What the layer left out of 第四网格 goes on as that grid.
    assert grids == {
        ("望海社区", "甲片"),
        ("望海社区", "乙片"),
        ("石桥社区", "丙片"),
        ("石桥社区", "丁片"),
        ("石桥社区", "第四网格"),
    }
    assert proposal.held.count() == 2


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([0.5, 1, 1.5]), st.integers(2, 18), st.booleans())
def test_a_layer_that_can_be_adopted_as_it_is_drawn_is_never_made_worse(
    town: Cast, tmp_path: Path, height: float, width: int, lying: bool
) -> None:
    west: list[Box] = [(0, 0, 1, height), (0, height, 1, 2)]
    at = width / 10
    east: list[Box] = [(1, 0, 2, at), (1, at, 2, 2)] if lying else [(1, 0, 1 + at / 2, 2), (1 + at / 2, 0, 2, 2)]
    Layer.objects.all().delete()
    proposal = solved(town, layer_of(town, tmp_path, west + east))
    holds(proposal)
    assert set(proposal.held.values_list("kind", flat=True)) == {ProposalHeld.Kind.DRAWN}
    [layer] = proposal.layers.all()
    sheets = proposing.sheets(proposal)
    for sheet in sheets:
        assert sheet.after.no_worse(sheet.drawn[layer.pk])
    whole = together(sheet.after for sheet in sheets)
    assert whole.no_worse(together(sheet.drawn[layer.pk] for sheet in sheets))


def test_what_no_whole_grid_can_keep_is_said_to_be_proved_and_the_balance_is_kept(
    town: Cast, tmp_path: Path, client_as: ClientAs
) -> None:
    """Two squares with a gap between them are rounder than any two grids that share the ground without one."""
    apart: list[Box] = [(0, 0, 1, 0.95), (0, 1.05, 1, 2), (1, 0, 2, 1), (1, 1, 2, 2)]
    proposal = solved(town, layer_of(town, tmp_path, apart))
    holds(proposal)
    kinds = {row.community.name: (row.kind, row.ruled_out) for row in proposal.held.select_related("community")}
    assert kinds["望海社区"] == (ProposalHeld.Kind.CLOSED, True), kinds
    assert kinds["石桥社区"] == (ProposalHeld.Kind.DRAWN, False)
    page = client_as("dispatcher").get(f"/grid/proposals/{proposal.pk}/").content.decode()
    for words in ("起点有没画到的地方", "没有一种守得住原样的每一项", "每一项都不比起点差"):
        assert words in page, words


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.integers(-2, 16), st.integers(-2, 16), st.integers(3, 14), st.integers(3, 14)),
        min_size=1,
        max_size=5,
    )
)
@example([(0, 0, 20, 20)])
@example([(-2, -2, 3, 3)])
@example([(4, 0, 12, 20), (0, 4, 20, 12)])
def test_whatever_a_layer_looks_like_the_proposal_holds_and_fits(
    town: Cast, tmp_path: Path, drawn: list[tuple[int, int, int, int]]
) -> None:
    boxes = [(x / 10, y / 10, (x + wide) / 10, (y + high) / 10) for x, y, wide, high in drawn]
    Layer.objects.all().delete()
    proposal = solved(town, layer_of(town, tmp_path, boxes), seconds=1)
    holds(proposal)
    with suppress(proposing.Refused):  # a draft that leaves every grid as it is
        change = adopting.adopt(proposal, version=proposal.version, when=tomorrow(town))
        assert change.parts.count() <= proposal.grids.count()
        redrawing.undo(change, by=Actor.of(town.users["dispatcher"]), now=timezone.now())


def test_other_layers_only_lend_their_borders_and_are_accounted_for(town: Cast, tmp_path: Path) -> None:
    police = layer_of(town, tmp_path, [(0, 0, 1, 2), (1, 0, 1.5, 2), (1.5, 0, 2, 2)], "公安网格")
    proposal = solved(town, None, police)
    holds(proposal)
    assert set(proposal.grids.values_list("name", flat=True)) == {"第一网格", "第二网格", "第三网格", "第四网格"}
    pieces = proposal.cells.filter(place__in=[town.nodes["other_grid"], town.nodes["last_grid"]])
    assert pieces.count() == 4
    [walk] = crosswalk.walks(proposal)
    assert [(old.name, old.households) for old in walk.olds] == [("甲片", 360), ("乙片", 200), ("丙片", 200)]
    assert sum(part.household_share for part in walk.olds[0].parts) == pytest.approx(1)


def test_buildings_say_where_the_households_are_and_what_is_one_compound(town: Cast, tmp_path: Path) -> None:
    court = Compound.objects.create(node=town.nodes["town"], name="糖厂宿舍", key="糖厂宿舍")
    for block, x in (("1", 1.3), ("2", 1.7)):
        Building.objects.create(
            node=town.nodes["other_grid"],
            compound=court,
            block=block,
            households=25,
            lon=WEST + x * SIDE,
            lat=SOUTH + 0.25 * SIDE,
        )
    strips = layer_of(town, tmp_path, [(1, 0, 1.5, 1), (1.5, 0, 2, 1)], "公安网格")
    proposal = solved(town, None, strips)
    holds(proposal)
    cells = proposal.cells.filter(start=town.nodes["other_grid"])
    assert {(cell.households, cell.compound) for cell in cells} == {(50, "糖厂宿舍")}
    assert cells.values("grid").distinct().count() == 1


def test_from_the_departments_file_to_the_grid_of_the_day(town: Cast, tmp_path: Path, client_as: ClientAs) -> None:
    dispatcher = client_as("dispatcher")
    cells = [(NAMES[at], box(each)) for at, each in enumerate(MESSY)]
    file = geojson(tmp_path / "民政.geojson", *cells, 负责人="莫晓")
    sent = {"street": town.nodes["town"].pk, "department": "民政办", "name": "民政网格", "crs": "cgcs2000"}
    upload = SimpleUploadedFile(file.name, file.read_bytes())
    there = dispatcher.post("/layers/new/", {**sent, "file": upload})["Location"]
    dispatcher.post(f"{there}keeping/")
    layer = Layer.objects.get()
    assert f"/grid/proposals/?base={layer.pk}" in dispatcher.get(there).content.decode()
    form = dispatcher.get(f"/grid/proposals/?base={layer.pk}").content.decode()
    assert f'<option value="{layer.pk}" selected>民政网格' in form
    told = {"street": town.nodes["town"].pk, "urban_from": 60, "urban_to": 150, "rural_from": 60, "rural_to": 150}
    asked = dispatcher.post("/grid/proposals/", told | {"base": layer.pk, "layers": [layer.pk]})
    proposal = Proposal.objects.get()
    assert jobs.claim(timezone.now(), proposal)
    jobs.solve(proposal, seconds=4)
    here = asked["Location"]
    page = dispatcher.get(here).content.decode()
    for words in (
        "从图层“民政网格”的格子开始",
        "要守住的",
        "民政网格（民政办）的网格并到了哪里",
        "起点有的地方不能照用",
        "各社区和起点比",
    ):
        assert words in page, words
    book = openpyxl.load_workbook(BytesIO(dispatcher.get(f"{here}crosswalk/").content))
    rows = list(book.worksheets[0].values)
    assert rows[0][2:5] == ("部门的网格", "负责人", "合并后的网格")
    assert {row[2] for row in rows[1:]} == {"甲片", "乙片", "丙片", "丁片", "（图层没有画到的地方）"}
    assert sum(int(str(row[8])) for row in rows[1:]) == 760
    day = timezone.localdate() + timedelta(days=1)
    answer = dispatcher.post(f"{here}adoption/", {"version": 1, "effective_on": day.isoformat(), "reason": "多网合一"})
    change = Change.objects.get()
    assert answer["Location"] == f"/grid/changes/{change.pk}/", answer.content.decode()
    dispatcher.post(f"/grid/changes/{change.pk}/confirmation/")
    assert not Node.objects.filter(name="甲片").exists()
    assert grid_jobs.apply_due(timezone.now() + timedelta(days=1)) == 1
    community = town.nodes["community"]
    today = {node.name: node for node in Node.objects.filter(parent=community, valid_to=None)}
    assert today.keys() == {"甲片", "乙片"}
    drawn = versions.shapes_on(list(today.values()), day)
    assert (
        shapely.symmetric_difference(shapely.union_all(list(drawn.values()), grid_size=1e-9), square(0, 0, 1, 2)).area
        < 1e-9
    )
    assert Node.objects.filter(level=Level.MICRO, valid_to=None, parent__in=today.values()).count() == 8
    codes = {tree.resolve_code(f"99990200600100{number}") for number in (1, 2)}
    assert codes == set(today.values())


def test_a_layer_taken_away_is_still_named_and_one_taken_away_too_early_is_told(town: Cast, tmp_path: Path) -> None:
    layer = layer_of(town, tmp_path, MESSY)
    proposal = solved(town, layer)
    by, now = Actor.of(town.users["dispatcher"]), timezone.now()
    later = proposing.ask(street=town.nodes["town"], urban=(60, 150), rural=(60, 150), base=layer, by=by, now=now)
    loading.remove(layer)
    assert [walk.layer.name for walk in crosswalk.walks(proposal)] == ["民政网格"]
    holds(proposal)
    assert jobs.claim(now, later)
    jobs.solve(later, seconds=1)
    later.refresh_from_db()
    assert (later.state, later.trouble) == (Proposal.State.FAILED, "选用的图层已被删除，请重新提出。")


def test_a_dedicated_grid_keeps_its_ground(town: Cast, tmp_path: Path) -> None:
    Node.objects.filter(pk=town.nodes["last_grid"].pk).update(kind="dedicated")
    proposal = solved(town, layer_of(town, tmp_path, [(0, 0, 2, 1), (0, 1, 2, 2)]))
    shared = shapely.union_all([shapely.from_wkb(bytes(wkb)) for wkb in proposal.cells.values_list("wkb", flat=True)])
    assert shapely.intersection(shared, square(1, 1)).area < 1e-12
    assert not proposal.cells.filter(start=town.nodes["last_grid"]).exists()


def test_layers_of_another_street_or_of_nobodys_ground_are_not_offered(
    town: Cast, tmp_path: Path, client_as: ClientAs
) -> None:
    layer = layer_of(town, tmp_path, MESSY)
    clerk, dispatcher = client_as("clerk"), client_as("dispatcher")
    assert "民政网格" not in clerk.get("/grid/proposals/").content.decode()
    assert "民政网格" in dispatcher.get("/grid/proposals/").content.decode()
    told = {"street": town.nodes["community"].pk, "urban_from": 60, "urban_to": 150, "rural_from": 60, "rural_to": 150}
    clerk.post("/grid/proposals/", told | {"base": layer.pk})
    assert not Proposal.objects.get().layers.exists()


def test_a_cell_given_away_takes_its_share_along(town: Cast, tmp_path: Path) -> None:
    proposal = solved(town, layer_of(town, tmp_path, MESSY))
    by, now = Actor.of(town.users["dispatcher"]), timezone.now()
    for sheet in proposing.sheets(proposal):
        for cell in sheet.cells:
            for to in sheet.beside(cell):
                try:
                    proposing.give(proposal, cell, to, version=proposal.version, by=by, now=now)
                except proposing.Refused:
                    continue
                share = ProposalShare.objects.filter(cell=cell).first()
                assert share is not None
                [walk] = crosswalk.walks(proposal)
                old = next(old for old in walk.olds if old.name == share.name or not share.number)
                assert to.pk in {part.grid.pk for part in old.parts}
                return
    pytest.fail("nothing could be given")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=2, max_size=6), st.integers(0, 5), st.integers(-40, 40))
def test_rough_pieces_made_exact_are_the_region(widths: list[int], held: int, off: int) -> None:
    marks = [sum(widths[:at]) / sum(widths) for at in range(len(widths) + 1)]
    region = shapely.box(WEST, SOUTH, WEST + SIDE, SOUTH + SIDE / 3)
    columns = [shapely.box(WEST + a * SIDE, SOUTH, WEST + b * SIDE, SOUTH + SIDE / 3) for a, b in pairwise(marks)]
    known = dict(enumerate(columns[: min(held, len(columns) - 1)]))
    rough = [shapely.transform(each, lambda points: points + off * 1e-8) for each in columns[len(known) :]]
    whole, pieces = cutting.exact(region, known, rough)
    assert all(shape.equals(columns[key]) for key, shape in list(whole.items())[:-1])  # the last may get what is left
    parts = [*whole.values(), *(piece for piece in pieces if piece is not None)]
    assert len(parts) == len(columns)
    assert sum(part.area for part in parts) == pytest.approx(region.area, rel=1e-6)
    assert shapely.union_all(parts, grid_size=1e-9).area == pytest.approx(region.area, rel=1e-6)
