"""Acts of history: what ends, what comes, what moves; refused with the place; put back exactly; found for ever."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import shapely
from django.apps import apps
from django.db.models import Model
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from lastmeter.accounts.actors import Actor, system
from lastmeter.clocks.models import Limit
from lastmeter.dossiers.models import Dossier
from lastmeter.grid import followers, ground, locate, scope, tree
from lastmeter.grid.history import crosswalk, following, planning, redrawing, versions
from lastmeter.grid.history.fitting import DoesNotFit
from lastmeter.grid.history.planning import NewGrid, NewPlace, Overtaken, When
from lastmeter.grid.models import Change, Code, Level, Move, Node, PartyOrganisation, Plate, Post, Shape, Unit
from lastmeter.kit.zhtime import CHINA
from lastmeter.matters import intake
from lastmeter.matters.models import Source
from tests import cast as town
from tests.cast import Cast, square

NOW = datetime(2026, 11, 25, 10, tzinfo=CHINA)
TODAY = NOW.date()
EVE = TODAY - timedelta(days=1)
HALF_WEST = shapely.box(town.WEST, town.SOUTH, town.WEST + town.SIDE / 2, town.SOUTH + town.SIDE)
HALF_EAST = shapely.box(town.WEST + town.SIDE / 2, town.SOUTH, town.WEST + town.SIDE, town.SOUTH + town.SIDE)
AT_WEST = (town.WEST + 0.2 * town.SIDE, town.SOUTH + 0.5 * town.SIDE)
AT_EAST = (town.WEST + 0.8 * town.SIDE, town.SOUTH + 0.5 * town.SIDE)


def when(day: date = TODAY, now: datetime = NOW) -> When:
    return When(effective_on=day, reason="街道会议纪要", by=system("test"), now=now)


def agreed(change: Change, now: datetime = NOW) -> Change:
    return redrawing.confirm(change, by=system("test"), now=now)


def halves(grid: Node, day: date = TODAY) -> Change:
    parts = [
        NewPlace(name="西网格", code="999902006001011", shape=HALF_WEST),
        NewPlace(name="东网格", code="999902006001012", shape=HALF_EAST),
    ]
    return planning.split(grid, parts, when(day))


def a_matter(cast: Cast, place: str, at: tuple[float, float] | None = None, ref: str = "r") -> Dossier:
    lon, lat = at or (None, None)
    report = intake.Report(
        text="路灯不亮",
        source=Source.WEB,
        client_ref=ref,
        node_id=cast.nodes[place].pk,
        name="李",
        phone="19900000101",
        lon=lon,
        lat=lat,
    )
    [taken] = intake.take_in([report], by=Actor.visitor("b"), client="b", now=NOW)
    assert isinstance(taken, intake.Taken)
    columns = scope.place_columns(cast.nodes[place])
    assert columns is not None
    Dossier.objects.filter(pk=taken.dossier_id).update(**columns.fields())
    return Dossier.objects.get(pk=taken.dossier_id)


def same_ground(one: shapely.Geometry, other: shapely.Geometry) -> bool:
    return bool(shapely.symmetric_difference(one, other).area < 1e-12)


def named(name: str) -> Node:
    return Node.objects.get(name=name, valid_to=None)


def picture() -> dict[str, list[tuple[Any, ...]]]:
    """Every row that a change may touch, as it stands (nodes that were made and undone are in no tree)."""
    models: list[type[Model]] = [*following.everybody()]
    rows = {model._meta.label: sorted(model._default_manager.values_list(), key=repr) for model in models}
    for still in (Shape, Code):
        rows[still._meta.label] = sorted(still._default_manager.filter(valid_to=None).values_list(), key=repr)
    return rows | {"node": sorted(versions.tree_on(TODAY).values_list(), key=repr)}


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


def test_a_change_waits_for_its_day_and_the_timetable_applies_it(cast: Cast) -> None:
    day = TODAY + timedelta(days=6)
    change = agreed(halves(cast.nodes["grid"], day))
    assert change.state == Change.State.CONFIRMED
    assert redrawing.apply_due(NOW) == 0
    assert redrawing.apply_due(NOW + timedelta(days=6)) == 1
    assert Node.objects.get(pk=cast.nodes["grid"].pk).valid_to == day
    assert redrawing.apply_due(NOW + timedelta(days=6)) == 0


def test_until_its_day_a_change_is_withdrawn_without_a_trace_on_the_ground(cast: Cast) -> None:
    before = picture()
    change = agreed(halves(cast.nodes["grid"], TODAY + timedelta(days=6)))
    redrawing.undo(change, by=system("test"), now=NOW)
    assert redrawing.apply_due(NOW + timedelta(days=6)) == 0
    assert picture() == before


def test_a_change_that_no_longer_fits_on_its_day_is_held_up_with_the_reason(cast: Cast) -> None:
    day = TODAY + timedelta(days=6)
    change = agreed(halves(cast.nodes["grid"], day))
    Code.objects.create(node=cast.nodes["last_grid"], scheme="test", code="999902006001011", valid_from=TODAY)
    assert redrawing.apply_due(NOW + timedelta(days=6)) == 1
    change.refresh_from_db()
    assert change.state == Change.State.HELD
    assert "999902006001011" in change.trouble
    assert Node.objects.get(pk=cast.nodes["grid"].pk).valid_to is None


def columns(cast: Cast) -> list[NewGrid]:
    west = shapely.box(town.WEST, town.SOUTH, town.WEST + town.SIDE / 2, town.SOUTH + 2 * town.SIDE)
    east = shapely.difference(square(0, 0, 1, 2), west)
    community = cast.nodes["community"]
    return [
        NewGrid(name="第一网格", shape=west, community=community, keeps=cast.nodes["grid"]),
        NewGrid(name="东网格", code="999902006001012", shape=east, community=community),
    ]


def _acts(cast: Cast) -> dict[str, Callable[[], Change]]:
    grid, second = cast.nodes["grid"], cast.nodes["second_grid"]
    return {
        "split": lambda: halves(grid),
        "merge": lambda: planning.merge([grid, second], NewPlace(name="大网格"), when()),
        "reparent": lambda: planning.reparent(grid, cast.nodes["other_community"], when()),
        "redraw": lambda: planning.redraw({grid: HALF_WEST, second: shapely.union(square(0, 1), HALF_EAST)}, when()),
        "rename": lambda: planning.rename(grid, "党旗红网格", when()),
        "retire": lambda: planning.retire(cast.nodes["building"], when()),
        "adopt": lambda: planning.adopt([grid, second], columns(cast), when()),
    }


@pytest.mark.parametrize("kind", ["split", "merge", "reparent", "redraw", "rename", "retire", "adopt"])
def test_an_applied_change_is_rolled_back_row_by_row(cast: Cast, kind: str) -> None:
    for number, (place, at) in enumerate(
        [("grid", AT_WEST), ("grid", AT_EAST), ("grid", None), ("second_grid", None), ("building", None)]
    ):
        a_matter(cast, place, at, f"r{number}")
    Plate.objects.create(token="t1", node=cast.nodes["building"])
    PartyOrganisation.objects.create(node=cast.nodes["grid"], rank=3, name="第一网格党支部")
    PartyOrganisation.objects.create(node=cast.nodes["second_grid"], rank=3, name="第二网格党支部")
    Unit.objects.create(node=cast.nodes["grid"], name="湖畔物业", kind="property")
    Limit.objects.create(node=cast.nodes["grid"], kind="fix", amount=3, measure="working_days", valid_from=EVE)
    before = picture()
    change = agreed(_acts(cast)[kind]())
    assert picture() != before
    redrawing.undo(change, by=system("test"), now=NOW)
    assert picture() == before
    assert not versions.tree_on(TODAY).filter(name__in=["西网格", "大网格", "东网格"]).exists()


def test_what_came_in_between_goes_to_the_old_grid_on_whose_ground_it_lies(cast: Cast) -> None:
    change = agreed(planning.merge([cast.nodes["grid"], cast.nodes["second_grid"]], NewPlace(name="大网格"), when()))
    new = named("大网格")
    dossier = a_matter(cast, "grid", town.middle(0, 1))
    Dossier.objects.filter(pk=dossier.pk).update(node=new, node_then=new, path=new.path)
    redrawing.undo(change, by=system("test"), now=NOW)
    back = Dossier.objects.get(pk=dossier.pk)
    assert (back.node, back.node_then) == (cast.nodes["second_grid"], new)
    new.refresh_from_db()
    assert versions.successors(new, TODAY)[0] in {cast.nodes["grid"], cast.nodes["second_grid"]}


def test_what_came_after_a_redraw_goes_where_it_lies_and_what_lay_askew_before_stays(cast: Cast) -> None:
    askew = a_matter(cast, "second_grid", AT_EAST, "askew")  # somebody knew better than the map
    larger = shapely.union(square(0, 1), HALF_EAST)
    change = agreed(planning.redraw({cast.nodes["grid"]: HALF_WEST, cast.nodes["second_grid"]: larger}, when()))
    new = a_matter(cast, "second_grid", AT_EAST, "new")
    redrawing.undo(change, by=system("test"), now=NOW)
    assert Dossier.objects.get(pk=askew.pk).node == cast.nodes["second_grid"]
    assert Dossier.objects.get(pk=new.pk).node == cast.nodes["grid"]


def test_what_later_changes_build_on_is_undone_after_them(cast: Cast) -> None:
    first = agreed(halves(cast.nodes["grid"]), NOW)
    second = planning.rename(named("西网格"), "向西网格", when(now=NOW + timedelta(hours=1)))
    second = redrawing.confirm(second, by=system("test"), now=NOW + timedelta(hours=1))
    with pytest.raises(Overtaken, match="请先撤回那一项"):
        redrawing.undo(first, by=system("test"), now=NOW)
    redrawing.undo(second, by=system("test"), now=NOW)
    redrawing.undo(first, by=system("test"), now=NOW)
    assert Node.objects.get(pk=cast.nodes["grid"].pk).valid_to is None


def test_of_two_proposals_for_one_street_the_second_is_told_and_may_look_again(cast: Cast) -> None:
    one = halves(cast.nodes["grid"])
    other = planning.rename(cast.nodes["last_grid"], "河东网格", when())
    agreed(one)
    with pytest.raises(Overtaken, match=f"第 {one.pk} 号"):
        agreed(other)
    planning.renew(other, by=system("test"), now=NOW)
    other.refresh_from_db()
    assert agreed(other).state == Change.State.APPLIED


def test_the_tree_of_another_day_is_that_days(cast: Cast) -> None:
    agreed(halves(cast.nodes["grid"]))

    def names(day: date) -> set[str]:
        return {node.name for node in versions.tree_on(day).filter(level=Level.GRID)}

    assert "第一网格" in names(EVE)
    assert {"西网格", "东网格"} <= names(TODAY)
    assert "第一网格" not in names(TODAY)
    assert versions.node_on(named("西网格"), EVE) == [cast.nodes["grid"]]
    old = Node.objects.get(pk=cast.nodes["grid"].pk)
    assert {node.name for node in versions.node_on(old, TODAY)} == {"西网格", "东网格"}


def test_an_old_code_leads_on_to_the_one_successor_or_lists_several(cast: Cast, client: Client) -> None:
    Plate.objects.create(token="t2", node=cast.nodes["grid"])
    now = timezone.now()
    today = now.astimezone(CHINA).date()
    pair = [cast.nodes["other_grid"], cast.nodes["last_grid"]]
    for change in (
        planning.split(
            cast.nodes["grid"],
            [NewPlace(name="西网格", shape=HALF_WEST), NewPlace(name="东网格", shape=HALF_EAST)],
            When(effective_on=today, by=system("test"), now=now),
        ),
        planning.merge(
            pair,
            NewPlace(name="大网格", code="999902006002009"),
            When(effective_on=today, by=system("test"), now=now),
        ),
    ):
        planning.renew(change, by=system("test"), now=now)
        change.refresh_from_db()
        agreed(change, now)
    led = client.get("/g/999902006002001/")
    assert led.status_code == 302
    assert led.headers["Location"] == "/g/999902006002009/"
    several = client.get("/q/t2/", follow=True).content.decode()
    assert "西网格" in several
    assert "东网格" in several


def test_the_crosswalk_says_how_old_became_new_by_area_points_and_households(cast: Cast) -> None:
    Node.objects.filter(pk=cast.nodes["grid"].pk).update(households=400)
    for number, at in enumerate([AT_WEST, AT_WEST, AT_WEST, AT_EAST]):
        a_matter(cast, "grid", at, f"c{number}")
    agreed(halves(cast.nodes["grid"]))
    lines = crosswalk.between(cast.nodes["town"], Level.GRID, EVE, TODAY)
    mine = {line.new: line for line in lines if line.old == cast.nodes["grid"]}
    west, east = mine[named("西网格")], mine[named("东网格")]
    assert west.area_share == pytest.approx(0.5, abs=1e-6)
    assert west.area == pytest.approx(1025 / 2 * 1112, rel=0.01)
    assert (west.points, west.point_share, east.points) == (3, 0.75, 1)
    assert west.households == pytest.approx(200)
    same = [line for line in lines if line.old == cast.nodes["last_grid"]]
    assert [(line.new, line.area_share) for line in same] == [(cast.nodes["last_grid"], 1.0)]


ACTS = ["split", "merge", "reparent", "redraw", "rename", "retire", "adopt", "undo"]


class Sequences(TestCase):
    """Any sequence of acts, undone or not, leaves a tree in which every node is reached."""

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(
            st.tuples(st.sampled_from(ACTS), st.integers(0, 99)),
            max_size=7,
        )
    )
    def test_every_node_is_reachable_and_paths_are_consistent(self, acts: list[tuple[str, int]]) -> None:
        ground.look_again()
        now = NOW
        for kind, number in acts:
            now += timedelta(days=1)
            try:
                _carry_out(kind, number, now)
            except (DoesNotFit, Overtaken):
                continue
            _look_over(now.date())


def _carry_out(kind: str, number: int, now: datetime) -> None:
    at = When(effective_on=now.date(), by=system("test"), now=now)
    grids = list(versions.tree_on(now.date()).filter(level__gte=Level.GRID).order_by("path"))
    node = grids[number % len(grids)]
    communities = list(versions.tree_on(now.date()).filter(level=Level.COMMUNITY).order_by("path"))
    shape = versions.shapes_on([node], now.date()).get(node.pk)
    if kind == "undo":
        if last := Change.objects.filter(state=Change.State.APPLIED).order_by("-confirmed_at", "-pk").first():
            redrawing.undo(last, by=system("test"), now=now)
        return
    if kind == "split":
        parts = _cut(shape) if shape is not None else [None, None]
        change = planning.split(node, [NewPlace(name=f"{now:%d}-{n}", shape=part) for n, part in enumerate(parts)], at)
    elif kind == "merge":
        pair = [each for each in grids if each.parent_id == node.parent_id][:2]
        change = planning.merge(pair, NewPlace(name=f"{now:%d}合"), at)
    elif kind == "redraw":
        change = planning.redraw(_exchange(node, grids, now.date()), at)
    elif kind == "adopt":
        change = _adopted(_exchange(node, grids, now.date()), at)
    elif kind == "reparent":
        change = planning.reparent(node, communities[number % len(communities)], at)
    elif kind == "rename":
        change = planning.rename(node, f"{now:%d}新", at)
    else:
        change = planning.retire(node, at)
    redrawing.confirm(change, by=system("test"), now=now)


def _adopted(shapes: dict[Node, shapely.Geometry], at: When) -> Change:
    news = [
        NewGrid(name=node.name, shape=shape, community=node.parent, keeps=node)
        for node, shape in shapes.items()
        if node.parent is not None
    ]
    return planning.adopt(list(shapes), news, at)


def _exchange(node: Node, grids: list[Node], day: date) -> dict[Node, shapely.Geometry]:
    """Half of the node's ground goes to a neighbour under the same parent."""
    drawn = versions.shapes_on([each for each in grids if each.parent_id == node.parent_id], day)
    others = [each for each in grids if each.pk in drawn and each != node]
    if node.pk not in drawn or not others:
        return {}
    stays, goes = _cut(drawn[node.pk])
    return {node: stays, others[0]: shapely.union(drawn[others[0].pk], goes)}


def _cut(shape: shapely.Geometry) -> list[shapely.Geometry]:
    west, south, east, north = shape.bounds
    middle = (west + east) / 2
    return [
        shape.intersection(shapely.box(west, south, middle, north)),
        shape.intersection(shapely.box(middle, south, east, north)),
    ]


def _look_over(day: date) -> None:
    nodes = {node.pk: node for node in versions.tree_on(day)}
    for node in nodes.values():
        assert (node.parent_id is None) == (node.level == Level.CITY)
        if node.parent_id is not None:
            parent = nodes[node.parent_id]  # reached: it lives too
            assert node.path == parent.path + node.key
            assert node.level > parent.level
            assert node.level != Level.GRID or parent.level == Level.COMMUNITY
    for node in Node.objects.exclude(pk__in=nodes):
        assert versions.successors(node, day), node
    assert set(nodes) == set(Node.objects.current(day).values_list("pk", flat=True))
    for model in following.everybody():
        if model._meta.label_lower != "grid.partyorganisation" and model is not Plate:
            places = model._default_manager.exclude(node=None).values_list("node", flat=True)
            assert set(places) <= set(nodes), model


def test_every_model_of_the_grid_that_lies_at_a_node_is_known_to_follow() -> None:
    lying = {
        model
        for model in apps.get_app_config("grid").get_models()
        for field in model._meta.concrete_fields
        if field.name == "node" and field.related_model is Node
    }
    # Codes and shapes are dated, names are indexed when a node is planted: those do not move.
    history = {"grid.source", "grid.part", "grid.nodename", "grid.code", "grid.shape", "grid.searchname"}
    lying = {model for model in lying if model._meta.label_lower not in history}
    assert lying == set(following.OWN) | {each for each in followers.registered() if each._meta.app_label == "grid"}
