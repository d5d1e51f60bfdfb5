"""A draft is adopted as one change: nothing is lost, all comes back, of two who adopt one wins."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import shapely
from django.test import Client
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import AuditEntry
from lastmeter.dossiers.models import Dossier
from lastmeter.grid import scope, shapes, tree
from lastmeter.grid.history import following, planning, redrawing, versions
from lastmeter.grid.history.fitting import DoesNotFit
from lastmeter.grid.history.planning import When
from lastmeter.grid.models import (
    Change,
    ChangeKind,
    Code,
    Level,
    Move,
    Node,
    Plate,
    Post,
    Proposal,
    ProposalGrid,
    Shape,
)
from lastmeter.grid.proposals import adopting, proposing
from lastmeter.grid.proposals.starts import today
from lastmeter.matters import intake
from lastmeter.matters.models import Source
from tests.cast import FOUNDED, SIDE, SOUTH, WEST, Cast

ClientAs = Callable[[str], Client]
EAST = (WEST + 0.75 * SIDE, SOUTH + 0.25 * SIDE)  # in the first grid, goes to the second
WESTERN = (WEST + 0.25 * SIDE, SOUTH + 0.25 * SIDE)  # in the first grid, stays with its name


@pytest.fixture
def micros(cast: Cast) -> dict[str, Node]:
    """See planted."""
    return planted(cast)


def planted(cast: Cast) -> dict[str, Node]:
    """Both grids of 望海社区 as two cells each, beside one another; the first western cell has a code."""
    Node.objects.filter(pk=cast.nodes["building"].pk).update(valid_to=timezone.localdate())
    drawn, found = {}, {}
    for row, grid in enumerate(("grid", "second_grid")):
        for column, side in enumerate(("西", "东")):
            name = f"{side}{row}"
            found[name] = tree.plant(
                parent=cast.nodes[grid],
                level=Level.MICRO,
                name=name,
                today=FOUNDED,
                code="M-1" if name == "西0" else "",
                households=40 if side == "西" else 10,
            )
            west, south = WEST + column * SIDE / 2, SOUTH + row * SIDE
            drawn[found[name]] = shapely.box(west, south, west + SIDE / 2, south + SIDE)
    shapes.draw(drawn, source="", today=FOUNDED)
    return found


def drafted(cast: Cast, gifts: dict[str, str], place: str = "community") -> Proposal:
    """A draft of today's cells, some of them (by name) given to other grids (by name)."""
    now = timezone.now()
    by = Actor.of(cast.users["clerk"])
    proposal = proposing.ask(street=cast.nodes[place], urban=(10, 90), rural=(10, 90), by=by, now=now)
    cells, left_out = today.snapshot(proposal, now)
    grids: dict[str, ProposalGrid] = {}
    for cell in cells:
        assert cell.start is not None
        if cell.start.name not in grids:
            assert cell.start.parent is not None
            grids[cell.start.name] = ProposalGrid.objects.create(
                proposal=proposal,
                community=cell.start.parent,
                start=cell.start,
                number=len(grids) + 1,
                name=cell.start.name,
            )
    for cell in cells:
        assert cell.start is not None
        cell.proposal, cell.grid = proposal, grids[gifts.get(cell.place.name, cell.start.name)]
        cell.save()
    ground = today.mark(cast.nodes[place], timezone.localdate(now))
    Proposal.objects.filter(pk=proposal.pk).update(state=Proposal.State.DRAFT, left_out=left_out, ground=ground)
    proposal.refresh_from_db()
    return proposal


COLUMNS = {"西0": "第一网格", "西1": "第一网格", "东0": "第二网格", "东1": "第二网格"}


def when(cast: Cast) -> When:
    now = timezone.now()
    return When(effective_on=timezone.localdate(now), reason="会议纪要", by=Actor.of(cast.users["clerk"]), now=now)


def adopt(cast: Cast, proposal: Proposal) -> Change:
    return adopting.adopt(proposal, version=proposal.version, when=when(cast))


def confirm(cast: Cast, change: Change) -> Change:
    return redrawing.confirm(change, by=Actor.of(cast.users["clerk"]), now=timezone.now())


def a_matter(node: Node, at: tuple[float, float] | None, ref: str) -> Dossier:
    lon, lat = at or (None, None)
    report = intake.Report(
        text="路灯不亮", source=Source.WEB, client_ref=ref, node_id=node.pk, phone="19900000101", lon=lon, lat=lat
    )
    [taken] = intake.take_in([report], by=Actor.visitor("b"), client="b", now=timezone.now())
    assert isinstance(taken, intake.Taken)
    columns = scope.place_columns(node)
    assert columns is not None
    Dossier.objects.filter(pk=taken.dossier_id).update(**columns.fields())
    return Dossier.objects.get(pk=taken.dossier_id)


def named(name: str) -> Node:
    return Node.objects.get(name=name, valid_to=None)


def picture() -> dict[str, list[tuple[Any, ...]]]:
    rows = {
        model._meta.label: sorted(model._default_manager.values_list(), key=repr) for model in following.everybody()
    }
    for still in (Shape, Code):
        rows[still._meta.label] = sorted(still._default_manager.filter(valid_to=None).values_list(), key=repr)
    return rows | {"node": sorted(versions.tree_on(timezone.localdate()).values_list(), key=repr)}


def test_grids_cells_matters_posts_plates_and_codes_all_have_their_place(
    cast: Cast, micros: dict[str, Node], client: Client
) -> None:
    grid, second = cast.nodes["grid"], cast.nodes["second_grid"]
    east, west, nowhere = a_matter(grid, EAST, "e"), a_matter(grid, WESTERN, "w"), a_matter(grid, None, "n")
    inside = a_matter(micros["东0"], None, "i")
    Plate.objects.create(token="t1", node=micros["东0"])
    Plate.objects.create(token="t2", node=grid)
    posts = Post.objects.filter(node__path__startswith=cast.nodes["community"].path).count()
    worker = Post.objects.get(role="grid_worker", node=grid)
    change = confirm(cast, adopt(cast, drafted(cast, COLUMNS)))
    assert (change.kind, change.state) == (ChangeKind.ADOPT, Change.State.APPLIED)
    first, other = named("第一网格"), named("第二网格")
    assert not {first.pk, other.pk} & {grid.pk, second.pk}
    assert (first.parent, first.households, other.households) == (cast.nodes["community"], 80, 20)
    places = {each.pk: each.node for each in Dossier.objects.select_related("node")}
    assert [places[each.pk] for each in (east, west, nowhere, inside)] == [other, first, first, named("东0")]
    assert {node.name: node.parent for node in Node.objects.filter(level=Level.MICRO, valid_to=None)} == {
        "西0": first,
        "西1": first,
        "东0": other,
        "东1": other,
    }
    assert tree.resolve_code("M-1") == named("西0")
    assert [tree.resolve_code(f"99990200600100{number}") for number in (1, 2)] == [first, other]
    assert Plate.objects.get(token="t1").node == named("东0")
    hung = client.get("/q/t2/", follow=True).content.decode()  # nobody knows in which of the two it hangs
    assert "第一网格" in hung
    assert "第二网格" in hung
    assert Post.objects.get(pk=worker.pk).node == first
    alive = Post.objects.filter(node__path__startswith=cast.nodes["community"].path, node__valid_to=None)
    assert alive.count() >= posts - 1  # the head of the building that the fixture ended
    drawn = versions.shapes_on([first], timezone.localdate())[first.pk]
    assert drawn.symmetric_difference(shapely.box(WEST, SOUTH, WEST + SIDE / 2, SOUTH + 2 * SIDE)).area < 1e-12


def test_the_crosswalk_has_the_shares_of_ground_and_households(cast: Cast, micros: dict[str, Node]) -> None:
    change = confirm(cast, adopt(cast, drafted(cast, COLUMNS)))
    moves = {move.new.name: move for move in Move.objects.filter(change=change, old=cast.nodes["grid"])}
    assert {name: round(move.area_share or 0, 3) for name, move in moves.items()} == {"第一网格": 0.5, "第二网格": 0.5}
    assert {name: move.household_share for name, move in moves.items()} == {"第一网格": 0.8, "第二网格": 0.2}


def test_grids_that_the_draft_leaves_alone_stay_as_they_are(cast: Cast, micros: dict[str, Node]) -> None:
    proposal = drafted(cast, COLUMNS, "town")
    change = confirm(cast, adopt(cast, proposal))
    assert set(change.sources.values_list("node__name", flat=True)) == {"第一网格", "第二网格"}
    for key in ("other_grid", "last_grid"):
        assert Node.objects.get(pk=cast.nodes[key].pk).valid_to is None
    with pytest.raises(proposing.Refused, match="没有要改的"):
        adopt(cast, drafted(cast, {}, "other_community"))


def test_undone_every_row_is_back_and_the_proposal_is_a_draft_that_can_be_adopted_again(
    cast: Cast, micros: dict[str, Node]
) -> None:
    for number, (node, at) in enumerate(
        [
            (cast.nodes["grid"], EAST),
            (cast.nodes["grid"], None),
            (micros["东0"], EAST),
            (cast.nodes["second_grid"], None),
        ]
    ):
        a_matter(node, at, f"r{number}")
    Plate.objects.create(token="t1", node=micros["西1"])
    Plate.objects.create(token="t2", node=cast.nodes["grid"])
    proposal = drafted(cast, COLUMNS)
    before = picture()
    change = confirm(cast, adopt(cast, proposal))
    assert picture() != before
    redrawing.undo(change, by=Actor.of(cast.users["clerk"]), now=timezone.now())
    assert picture() == before
    seen = proposal.version
    proposal.refresh_from_db()
    assert (proposal.state, proposal.change, proposal.version > seen) == (Proposal.State.DRAFT, None, True)
    assert confirm(cast, adopt(cast, proposal)).state == Change.State.APPLIED


def test_of_two_who_adopt_one_wins_and_a_gift_comes_too_late(cast: Cast, micros: dict[str, Node]) -> None:
    proposal = drafted(cast, COLUMNS)
    by, now = Actor.of(cast.users["clerk"]), timezone.now()
    adopt(cast, proposal)
    with pytest.raises(proposing.Overtaken):
        adopt(cast, proposal)  # still holds the version both have looked at
    cell = proposal.cells.select_related("grid")[0]
    with pytest.raises(proposing.Overtaken):
        proposing.give(proposal, cell, proposal.grids.get(number=2), version=proposal.version + 1, by=by, now=now)
    assert Change.objects.count() == 1
    assert AuditEntry.objects.filter(kind="proposal.adopt").count() == 1


def test_a_draft_of_another_grid_is_refused_and_stays_a_draft(cast: Cast, micros: dict[str, Node]) -> None:
    first, later = drafted(cast, COLUMNS), drafted(cast, COLUMNS)
    confirm(cast, adopt(cast, first))
    with pytest.raises(proposing.Refused, match="重新提出"):
        adopt(cast, later)
    later.refresh_from_db()
    assert later.state == Proposal.State.DRAFT


def test_a_border_or_a_micro_grid_that_has_changed_is_another_grid(cast: Cast, micros: dict[str, Node]) -> None:
    proposal = drafted(cast, COLUMNS)
    shape = Shape.objects.get(node=micros["西0"], valid_to=None)
    Shape.objects.filter(pk=shape.pk).update(wkb=shapely.to_wkb(shapely.box(WEST, SOUTH, WEST + 0.001, SOUTH + 0.001)))
    with pytest.raises(proposing.Refused, match="重新提出"):
        adopt(cast, proposal)
    Shape.objects.filter(pk=shape.pk).update(wkb=shape.wkb)
    tree.plant(parent=cast.nodes["grid"], level=Level.MICRO, name="新楼", today=timezone.localdate())
    with pytest.raises(proposing.Refused, match="重新提出"):
        adopt(cast, proposal)


def test_ground_that_would_belong_to_no_grid_is_refused_and_shown(
    cast: Cast, micros: dict[str, Node], client_as: ClientAs
) -> None:
    short = shapely.box(WEST, SOUTH + SIDE, WEST + SIDE / 2, SOUTH + 1.9 * SIDE)
    shapes.draw({micros["西1"]: short}, source="", today=timezone.localdate())
    proposal = drafted(cast, COLUMNS)
    with pytest.raises(DoesNotFit, match="不再属于"):
        adopt(cast, proposal)
    clerk, there = client_as("clerk"), f"/grid/proposals/{proposal.pk}/"
    told = {"version": proposal.version, "effective_on": timezone.localdate().isoformat(), "reason": ""}
    answer = clerk.post(f"{there}adoption/", told)
    assert answer.status_code == 422
    assert "不再属于" in answer.content.decode()
    assert "不合适的地方" in answer.content.decode()
    assert not Change.objects.exists()


def test_a_grid_across_communities_is_never_planned(cast: Cast) -> None:
    strange = planning.NewGrid(
        name="跨界", community=cast.nodes["other_community"], keeps=cast.nodes["grid"], shape=shapely.box(0, 0, 1, 1)
    )
    with pytest.raises(DoesNotFit, match="不能跨社区"):
        planning.adopt([cast.nodes["grid"]], [strange], when(cast))


def test_from_the_page_to_the_change_confirmed_and_taken_back(
    cast: Cast, micros: dict[str, Node], client_as: ClientAs
) -> None:
    proposal, clerk = drafted(cast, COLUMNS), client_as("clerk")
    there = f"/grid/proposals/{proposal.pk}/"
    assert "采用这个方案" in clerk.get(there).content.decode()
    told = {"version": proposal.version, "effective_on": timezone.localdate().isoformat(), "reason": "会议纪要"}
    for who in ("other_clerk", "worker"):
        assert client_as(who).post(f"{there}adoption/", told).status_code == 404
    assert clerk.post(f"{there}adoption/", told | {"effective_on": ""}).status_code == 422
    past = (timezone.localdate() - timedelta(days=1)).isoformat()
    assert "不能早于今天" in clerk.post(f"{there}adoption/", told | {"effective_on": past}).content.decode()
    shown = clerk.post(f"{there}adoption/", told, follow=True)
    change = Change.objects.get()
    assert shown.redirect_chain == [(f"/grid/changes/{change.pk}/", 302)]
    assert "第一网格、第二网格" in shown.content.decode()
    assert "确认，马上生效" in shown.content.decode()
    assert clerk.post(f"{there}adoption/", told).status_code == 409
    after = clerk.get(there).content.decode()
    assert f"网格调整第 {change.pk} 号" in after
    assert "采用这个方案" not in after
    clerk.post(f"/grid/changes/{change.pk}/confirmation/")
    assert Node.objects.get(pk=cast.nodes["grid"].pk).valid_to == timezone.localdate()
    assert clerk.get(f"/grid/changes/{change.pk}/").status_code == 200
    clerk.post(f"/grid/changes/{change.pk}/undoing/")
    assert "采用这个方案" in clerk.get(there).content.decode()
    assert Node.objects.get(pk=cast.nodes["grid"].pk).valid_to is None
