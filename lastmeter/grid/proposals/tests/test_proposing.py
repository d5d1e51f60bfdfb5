"""Asking for a proposal, solving it, giving cells away, and taking it along."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
import shapely
from django.test import Client
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.grid import shapes, tree
from lastmeter.grid.models import Building, Compound, Level, Node, Proposal
from lastmeter.grid.proposals import jobs, proposing
from lastmeter.grid.proposals.starts import today
from tests.cast import FOUNDED, SIDE, SOUTH, WEST, Cast

ClientAs = Callable[[str], Client]
HOMES = {"grid": (10, 20, 30, 40), "second_grid": (5, 5, 5, 5)}


@pytest.fixture
def micros(cast: Cast) -> dict[str, Node]:
    """望海社区 in two columns of four cells: the first grid has the lower four, the second the upper four."""
    drawn, found = {}, {}
    Node.objects.filter(pk=cast.nodes["building"].pk).update(valid_to=timezone.localdate())
    for row, (key, homes) in enumerate(HOMES.items()):
        for number, households in enumerate(homes):
            x, y = number % 2, row * 2 + number // 2
            name = f"{key} {x}{y}"
            found[name] = tree.plant(
                parent=cast.nodes[key], level=Level.MICRO, name=name, today=FOUNDED, households=households
            )
            west, south = WEST + x * SIDE / 2, SOUTH + y * SIDE / 2
            drawn[found[name]] = shapely.box(west, south, west + SIDE / 2, south + SIDE / 2)
    shapes.draw(drawn, source="", today=FOUNDED)
    return found


def asked(cast: Cast, place: str = "community") -> Proposal:
    by = Actor.of(cast.users["clerk"])
    return proposing.ask(street=cast.nodes[place], urban=(50, 70), rural=(50, 70), by=by, now=timezone.now())


def solved(cast: Cast, place: str = "community") -> Proposal:
    proposal = asked(cast, place)
    assert jobs.claim(timezone.now(), proposal)
    jobs.solve(proposal, seconds=6)
    proposal.refresh_from_db()
    return proposal


def test_a_proposal_balances_the_households_and_every_grid_is_whole(cast: Cast, micros: dict[str, Node]) -> None:
    proposal = solved(cast)
    [sheet] = proposing.sheets(proposal)
    assert (proposal.state, proposal.proved) == (Proposal.State.DRAFT, True)
    assert sheet.after.no_worse(sheet.before)
    shaped = proposing.adopted_shapes(proposal)
    assert [each.start for each in shaped] == [cast.nodes["grid"], cast.nodes["second_grid"]]
    assert sum(each.households for each in shaped) == 120
    assert not shapely.overlaps(shaped[0].polygon, shaped[1].polygon)
    assert shapely.union_all([each.polygon for each in shaped]).area == pytest.approx(2 * SIDE**2)


def test_who_asks_again_gets_the_one_that_waits_and_one_worker_solves_it(cast: Cast, micros: dict[str, Node]) -> None:
    one, other = asked(cast), asked(cast)
    now = timezone.now()
    assert one.pk == other.pk
    assert jobs.claim(now, one)
    assert not jobs.claim(now, other)
    assert jobs.claim(now + jobs.GIVEN_UP + timedelta(seconds=1), other)  # the first worker was killed


def test_buildings_of_one_name_stay_together_and_divided_ones_are_rejoined_when_asked(
    cast: Cast, micros: dict[str, Node]
) -> None:
    for number, (name, node) in enumerate(micros.items()):
        compound = {"grid 00": "分院", "second_grid 02": "分院"}.get(
            name, "大院" if name.startswith("grid") else "小院"
        )
        Node.objects.filter(pk=node.pk).update(name=f"{compound} {number} 栋")
    proposal = asked(cast)
    assert _compounds(proposal) == {"大院", "小院"}
    proposal.rejoin = True
    assert _compounds(proposal) == {"大院", "小院", "分院"}
    proposal.urban_to = 14
    assert _compounds(proposal) == {"大院", "小院"}


def _compounds(proposal: Proposal) -> set[str]:
    cells, _left_out = today.snapshot(proposal, timezone.now())
    return {cell.compound for cell in cells} - {""}


def test_the_address_book_says_the_compound_before_the_name_does(cast: Cast, micros: dict[str, Node]) -> None:
    first, second = [each for each in micros.values() if each.parent_id == cast.nodes["grid"].pk][:2]
    Node.objects.filter(pk=first.pk).update(name="甲院 1 栋")
    Node.objects.filter(pk=second.pk).update(name="乙片")
    court = Compound.objects.create(node=cast.nodes["town"], name="老糖厂宿舍", key="laotangchang")
    for node, block in ((first, "1"), (second, "2")):
        Building.objects.create(node=node, compound=court, block=block)
    assert _compounds(asked(cast)) == {"老糖厂宿舍"}


def test_ground_without_boundaries_is_said_to_have_none(cast: Cast) -> None:
    cast.nodes["grid"].shapes.all().delete()
    cast.nodes["second_grid"].shapes.all().delete()
    proposal = solved(cast)
    assert proposal.state == Proposal.State.FAILED
    assert "没有边界" in proposal.trouble


def test_a_cell_goes_to_a_grid_beside_it_and_nothing_is_torn(
    cast: Cast, micros: dict[str, Node], client_as: ClientAs
) -> None:
    proposal, clerk = solved(cast), client_as("clerk")
    there = f"/grid/proposals/{proposal.pk}/"
    [sheet] = proposing.sheets(proposal)
    cell = next(each for each in sheet.cells if sheet.beside(each))
    to = sheet.beside(cell)[0]
    shown = clerk.get(f"{there}?cell={cell.pk}")
    assert f"划给 {to.number} {to.name}" in shown.content.decode()
    answer = clerk.post(f"{there}gift/", {"cell": cell.pk, "to": to.pk, "version": proposal.version})
    cell.refresh_from_db()
    late = clerk.post(f"{there}gift/", {"cell": cell.pk, "to": to.pk, "version": proposal.version})
    assert late.status_code == 409
    if answer.status_code == 302:
        assert cell.grid == to
    else:
        assert answer.status_code == 422
        assert "连成一片" in answer.content.decode()


def test_a_gift_that_tears_or_empties_a_grid_is_refused(cast: Cast, micros: dict[str, Node]) -> None:
    proposal = solved(cast)
    by, now = Actor.of(cast.users["clerk"]), timezone.now()
    for _step in range(8):
        proposal.refresh_from_db()
        [sheet] = proposing.sheets(proposal)
        cells = [each for each in sheet.cells if each.grid_id == sheet.grids[0].pk]
        cell = next(each for each in cells if sheet.beside(each))
        try:
            proposing.give(proposal, cell, sheet.grids[1], version=proposal.version, by=by, now=now)
        except proposing.Refused:
            break
    else:
        pytest.fail("a grid was emptied")
    proposal.refresh_from_db()
    assert len(proposing.adopted_shapes(proposal)) == 2


def test_another_community_sees_nothing_of_it_and_the_street_does(
    cast: Cast, micros: dict[str, Node], client_as: ClientAs
) -> None:
    proposal = solved(cast)
    for name, status in (("other_clerk", 404), ("worker", 404), ("dispatcher", 200), ("secretary", 200)):
        for tail in ("", "sheet/"):
            assert client_as(name).get(f"/grid/proposals/{proposal.pk}/{tail}").status_code == status


def test_the_form_asks_and_the_page_waits_without_scripts(cast: Cast, client_as: ClientAs) -> None:
    clerk = client_as("clerk")
    wrong = {
        "street": cast.nodes["community"].pk,
        "urban_from": 500,
        "urban_to": 300,
        "rural_from": 250,
        "rural_to": 350,
    }
    assert clerk.post("/grid/proposals/", wrong).status_code == 422
    elsewhere = wrong | {"urban_to": 600, "street": cast.nodes["other_community"].pk}
    assert clerk.post("/grid/proposals/", elsewhere).status_code == 422
    answer = clerk.post("/grid/proposals/", wrong | {"urban_to": 600}, follow=True)
    assert '<meta http-equiv="refresh"' in answer.content.decode()
    assert "等待计算" in clerk.get("/grid/proposals/").content.decode()


def test_excel_has_every_cell_with_both_grids(cast: Cast, micros: dict[str, Node], client_as: ClientAs) -> None:
    proposal = solved(cast)
    answer = client_as("clerk").get(f"/grid/proposals/{proposal.pk}/sheet/")
    rows = list(openpyxl.load_workbook(BytesIO(answer.content)).worksheets[0].values)
    assert len(rows) == 1 + len(micros)
    assert rows[0][3:5] == ("现在的网格", "方案中的网格")


def test_cells_given_away_on_the_map_are_taken_back_one_by_one(
    cast: Cast, micros: dict[str, Node], client_as: ClientAs
) -> None:
    proposal, clerk = solved(cast), client_as("clerk")
    there = f"/grid/proposals/{proposal.pk}/"
    before = dict(proposal.cells.values_list("pk", "grid_id"))
    assert "撤销这一步" not in clerk.get(there).content.decode()
    assert _paint(clerk, proposal) + _paint(clerk, proposal) == 2
    page = clerk.get(there).content.decode()
    assert "撤销这一步" in page
    assert 'data-beside="' in page
    assert "撤销这一步" not in client_as("secretary").get(there).content.decode(), "it was not theirs"
    for _step in range(2):
        assert clerk.post(f"{there}gift/undoing/").status_code == 302
    assert dict(proposal.cells.values_list("pk", "grid_id")) == before
    assert clerk.post(f"{there}gift/undoing/").status_code == 409


def test_nothing_is_taken_back_over_somebody_elses_work(
    cast: Cast, micros: dict[str, Node], client_as: ClientAs
) -> None:
    proposal, clerk = solved(cast), client_as("clerk")
    assert _paint(clerk, proposal) == 1
    assert _paint(client_as("secretary"), proposal) == 1
    after = dict(proposal.cells.values_list("pk", "grid_id"))
    answer = clerk.post(f"/grid/proposals/{proposal.pk}/gift/undoing/")
    assert answer.status_code == 409
    assert dict(proposal.cells.values_list("pk", "grid_id")) == after


def _paint(client: Client, proposal: Proposal) -> int:
    """Give the first cell that can go to a grid beside it; how many went."""
    proposal.refresh_from_db()
    [sheet] = proposing.sheets(proposal)
    for cell in sheet.cells:
        for to in sheet.beside(cell):
            sent = {"cell": cell.pk, "to": to.pk, "version": proposal.version}
            answer = client.post(f"/grid/proposals/{proposal.pk}/gift/", sent)
            if answer.status_code == 302:
                assert answer["Location"].endswith(f"?brush={to.pk}#drawing")
                return 1
    return 0
