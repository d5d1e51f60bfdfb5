"""Acts of history: what ends, what comes, what moves; refused with the place."""

import pytest
import shapely
from django.utils import timezone

from lastmeter.dossiers.models import Dossier
from lastmeter.grid import locate, tree
from lastmeter.grid.history import following, planning, redrawing, versions
from lastmeter.grid.history.fitting import DoesNotFit
from lastmeter.grid.history.planning import NewPlace
from lastmeter.grid.models import Change, Move, Node, Plate, Post, Shape
from lastmeter.matters.models import SavedList
from tests import cast as town
from tests.cast import Cast, square
from tests.redrawn import (
    AT_EAST,
    AT_WEST,
    EVE,
    HALF_EAST,
    HALF_WEST,
    TODAY,
    a_matter,
    agreed,
    halves,
    named,
    same_ground,
    when,
)


def test_a_split_gives_each_matter_to_the_part_where_it_lies(cast: Cast) -> None:
    west, east = a_matter(cast, "grid", AT_WEST, "w"), a_matter(cast, "grid", AT_EAST, "e")
    nowhere = a_matter(cast, "grid", None, "n")
    agreed(halves(cast.nodes["grid"]))
    found = {each.pk: each for each in Dossier.objects.select_related("node")}
    assert [found[each.pk].node.name for each in (west, east)] == ["西网格", "东网格"]
    assert found[nowhere.pk].node.name in {"西网格", "东网格"}
    for each in found.values():
        assert each.node_then == cast.nodes["grid"]
        assert each.path == each.node.path
        assert each.grid_id == each.node_id


def test_a_split_node_has_ended_and_its_building_lives_on_under_a_part(cast: Cast) -> None:
    agreed(halves(cast.nodes["grid"]))
    old = Node.objects.get(pk=cast.nodes["grid"].pk)
    assert old.valid_to == TODAY
    building = named(cast.nodes["building"].name)
    assert building.pk != cast.nodes["building"].pk
    assert building.parent is not None
    assert building.parent.name in {"西网格", "东网格"}
    assert building.path.startswith(building.parent.path)
    assert Post.objects.get(role="building_head").node == building


@pytest.mark.parametrize(("at", "part"), [(AT_WEST, "西网格"), (AT_EAST, "东网格")])
def test_a_building_that_was_never_drawn_goes_where_its_matters_lie(
    cast: Cast, at: tuple[float, float], part: str
) -> None:
    dossier = a_matter(cast, "building", at)
    agreed(halves(cast.nodes["grid"]))
    node = Dossier.objects.select_related("node__parent").get(pk=dossier.pk).node
    assert node.parent is not None
    assert (node.name, node.parent.name) == (cast.nodes["building"].name, part)


def test_points_are_located_in_the_parts(cast: Cast) -> None:
    agreed(halves(cast.nodes["grid"]))
    assert locate.current().locate(*AT_WEST) == named("西网格").pk


def test_places_that_both_have_a_plate_or_a_list_of_one_name_are_merged_and_parted_again(cast: Cast) -> None:
    grid, second = cast.nodes["grid"], cast.nodes["second_grid"]
    for at, (node, spot) in enumerate(((grid, ""), (grid, "门口"), (second, ""), (second, "门口"), (second, "后门"))):
        Plate.objects.create(token=f"p{at}", node=node, spot=spot)
    revoked = Plate.objects.create(token="old", node=second, revoked_at=timezone.now())
    for node in (grid, second):
        SavedList.objects.create(node=node, name="今天的", query="", at=timezone.now())
    before = list(Plate.objects.order_by("pk").values_list("pk", "node", "spot"))
    change = agreed(planning.merge([grid, second], NewPlace(name="大网格"), when()))
    new = named("大网格")
    there = Plate.objects.filter(node=new).order_by("pk").values_list("spot", flat=True)
    assert list(there) == ["", "门口", "（第二网格）", "门口（第二网格）", "后门", ""]
    assert set(SavedList.objects.filter(node=new).values_list("name", flat=True)) == {"今天的", "今天的（第二网格）"}
    redrawing.undo(change, by=when().by, now=timezone.now())
    assert list(Plate.objects.order_by("pk").values_list("pk", "node", "spot")) == before
    assert set(SavedList.objects.values_list("node", "name")) == {(grid.pk, "今天的"), (second.pk, "今天的")}
    revoked.refresh_from_db()
    assert revoked.node == second


def test_a_merge_takes_codes_posts_and_plates_along_and_joins_the_ground(cast: Cast) -> None:
    Plate.objects.create(token="t1", node=cast.nodes["second_grid"])
    agreed(planning.merge([cast.nodes["grid"], cast.nodes["second_grid"]], NewPlace(name="大网格"), when()))
    new = named("大网格")
    shape = shapely.from_wkb(bytes(Shape.objects.get(node=new).wkb))
    assert same_ground(shape, square(0, 0, 1, 2))
    assert Plate.objects.get(token="t1").node == new
    assert Post.objects.get(role="grid_worker", node__path__startswith=cast.nodes["community"].path).node == new
    assert {move.old_id for move in Move.objects.filter(new=new)} == {
        cast.nodes["grid"].pk,
        cast.nodes["second_grid"].pk,
    }


def test_a_grid_that_changes_its_community_takes_its_ground_and_its_code_along(cast: Cast) -> None:
    grid = cast.nodes["grid"]
    dossier = a_matter(cast, "grid", AT_WEST)
    agreed(planning.reparent(grid, cast.nodes["other_community"], when()))
    new = tree.resolve_code("999902006001001")
    assert new is not None
    assert new.parent == cast.nodes["other_community"]
    assert new.name == grid.name
    moved = Dossier.objects.get(pk=dossier.pk)
    assert (moved.node, moved.community, moved.node_then) == (new, cast.nodes["other_community"], grid)
    border = versions.shapes_on([cast.nodes["community"], cast.nodes["other_community"]], TODAY)
    assert same_ground(border[cast.nodes["community"].pk], square(0, 1))
    assert shapely.difference(square(0, 0), border[cast.nodes["other_community"].pk]).area < 1e-12


def test_a_redraw_moves_only_what_lies_on_the_ground_that_passed_over(cast: Cast) -> None:
    stays, goes = a_matter(cast, "grid", AT_WEST, "s"), a_matter(cast, "grid", AT_EAST, "g")
    other = cast.nodes["second_grid"]
    larger = shapely.union(square(0, 1), HALF_EAST)
    agreed(planning.redraw({cast.nodes["grid"]: HALF_WEST, other: larger}, when()))
    assert Dossier.objects.get(pk=stays.pk).node == cast.nodes["grid"]
    assert Dossier.objects.get(pk=goes.pk).node == other
    assert Move.objects.get(old=cast.nodes["grid"]).area_share == pytest.approx(0.5)
    assert versions.shapes_on([other], EVE)[other.pk].equals(square(0, 1))


def test_a_past_month_shows_the_old_name(cast: Cast) -> None:
    grid = cast.nodes["grid"]
    agreed(planning.rename(grid, "党旗红网格", when()))
    assert Node.objects.get(pk=grid.pk).name == "党旗红网格"
    grid.refresh_from_db()
    assert versions.name_on(grid, EVE) == "第一网格"
    assert versions.name_on(grid, TODAY) == "党旗红网格"


def test_a_building_that_is_pulled_down_leaves_its_matters_to_its_grid(cast: Cast) -> None:
    dossier = a_matter(cast, "building")
    agreed(planning.retire(cast.nodes["building"], when()))
    assert Dossier.objects.get(pk=dossier.pk).node == cast.nodes["grid"]
    assert versions.successors(Node.objects.get(pk=cast.nodes["building"].pk), TODAY) == [cast.nodes["grid"]]


@pytest.mark.parametrize(
    ("second", "words"),
    [
        (
            shapely.box(town.WEST + 0.6 * town.SIDE, town.SOUTH, town.WEST + town.SIDE, town.SOUTH + town.SIDE),
            "不再属于",
        ),
        (square(0, 0), "重叠"),
        (
            shapely.box(town.WEST + town.SIDE / 2, town.SOUTH, town.WEST + 1.5 * town.SIDE, town.SOUTH + town.SIDE),
            "超出",
        ),
    ],
)
def test_overlaps_gaps_and_strange_ground_are_refused_with_the_place(
    cast: Cast, second: shapely.Polygon, words: str
) -> None:
    with pytest.raises(DoesNotFit, match=words) as refused:
        planning.split(
            cast.nodes["grid"], [NewPlace(name="西", shape=HALF_WEST), NewPlace(name="东", shape=second)], when()
        )
    assert any(each.spot is not None and each.spot.area > 0 for each in refused.value.offences)
    assert not Change.objects.exists()


def test_a_grid_never_hangs_directly_from_a_street(cast: Cast) -> None:
    with pytest.raises(DoesNotFit, match="只属于一个社区"):
        planning.reparent(cast.nodes["grid"], cast.nodes["town"], when())


def test_what_is_drawn_cannot_be_retired_and_leave_a_hole(cast: Cast) -> None:
    with pytest.raises(DoesNotFit, match="不再属于"):
        planning.retire(cast.nodes["second_grid"], when())


def test_a_building_across_the_new_border_is_named(cast: Cast) -> None:
    across = shapely.box(town.WEST + 0.4 * town.SIDE, town.SOUTH, town.WEST + 0.6 * town.SIDE, town.SOUTH + 0.002)
    west, south, east, north = across.bounds
    Shape.objects.create(
        node=cast.nodes["building"],
        wkb=shapely.to_wkb(across),
        west=west,
        south=south,
        east=east,
        north=north,
        valid_from=town.FOUNDED,
    )
    with pytest.raises(DoesNotFit, match=r"湖畔小区 6 栋.*跨在"):
        halves(cast.nodes["grid"])


def test_the_preview_counts_what_lies_there_and_what_moves(cast: Cast) -> None:
    a_matter(cast, "grid", AT_WEST, "s")
    a_matter(cast, "grid", AT_EAST, "g")
    larger = shapely.union(square(0, 1), HALF_EAST)
    change = planning.redraw({cast.nodes["grid"]: HALF_WEST, cast.nodes["second_grid"]: larger}, when())
    tolls = {str(toll.label): (toll.there, toll.moving) for toll in following.tolls(planning.plan_of(change))}
    assert tolls["未结案卷"] == (2, 1)
    assert tolls["岗位"] == (1, 0)
    assert Dossier.objects.filter(node=cast.nodes["grid"]).count() == 2
