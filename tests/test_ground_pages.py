"""The desk's pages of changes: proposed by those who look after the ground, previewed, applied, undone, downloaded."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
import shapely
import shapely.affinity
from django.test import Client
from django.utils import timezone

from lastmeter.accounts.actors import system
from lastmeter.grid import shapes, tree
from lastmeter.grid.history import planning
from lastmeter.grid.history.planning import When
from lastmeter.grid.models import Change, Level, Node, Post, Role, Tenure
from tests.cast import FOUNDED, Cast, square
from tests.redrawn import HALF_EAST, HALF_WEST

ClientAs = Callable[[str], Client]


def geojson(*parts: tuple[dict[str, object], shapely.Geometry]) -> str:
    features = [
        {"type": "Feature", "properties": properties, "geometry": json.loads(shapely.to_geojson(shape))}
        for properties, shape in parts
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def proposal(client: Client, kind: str, **values: object) -> Change:
    answer = client.post(f"/grid/changes/new/{kind}/", {"effective_on": str(timezone.localdate())} | values)
    assert answer.status_code == 302, answer.content.decode()
    return Change.objects.get(pk=int(answer.headers["Location"].rstrip("/").rpartition("/")[2]))


@pytest.fixture
def clerk(client_as: ClientAs) -> Client:
    return client_as("clerk")


def test_a_clerk_splits_a_grid_from_a_pasted_file_and_sees_first_what_moves(clerk: Client, cast: Cast) -> None:
    text = geojson(
        ({"name": "西网格", "code": "999902006001011", "households": 120}, HALF_WEST),
        ({"name": "东网格", "households": 80}, HALF_EAST),
    )
    made = proposal(clerk, "split", node=cast.nodes["grid"].pk, geojson=text)
    page = clerk.get(f"/grid/changes/{made.pk}/").content.decode()
    for words in ("西网格", "东网格", "岗位", "<svg", "确认，马上生效"):
        assert words in page, words
    assert clerk.post(f"/grid/changes/{made.pk}/confirmation/").status_code == 302
    assert clerk.get("/g/999902006001011/").status_code == 200
    page = clerk.get(f"/grid/changes/{made.pk}/").content.decode()
    assert "60.0%" in page
    assert "第一网格" in clerk.get("/grid/changes/").content.decode()
    assert clerk.post(f"/grid/changes/{made.pk}/undoing/").status_code == 302
    assert Node.objects.get(pk=cast.nodes["grid"].pk).valid_to is None


def test_what_does_not_fit_comes_back_with_the_place_drawn(clerk: Client, cast: Cast) -> None:
    text = geojson(({"name": "西网格"}, HALF_WEST), ({"name": "东网格"}, square(0, 0)))
    answer = clerk.post(
        "/grid/changes/new/split/",
        {"node": cast.nodes["grid"].pk, "effective_on": str(timezone.localdate()), "geojson": text},
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "“西网格”和“东网格”相互重叠。" in page
    assert 'class="spot"' in page
    assert not Change.objects.exists()


@pytest.mark.parametrize("text", ["{}", "[", '{"features": [{"properties": {"name": "西"}}]}', '{"features": [1]}'])
def test_a_file_that_is_no_geojson_is_refused_with_a_sentence(clerk: Client, cast: Cast, text: str) -> None:
    values = {"node": cast.nodes["grid"].pk, "effective_on": str(timezone.localdate()), "geojson": text}
    assert clerk.post("/grid/changes/new/split/", values).status_code == 422


def test_grids_are_merged_renamed_redrawn_and_buildings_retired(clerk: Client, cast: Cast) -> None:
    grid, second = cast.nodes["grid"], cast.nodes["second_grid"]
    acts: dict[str, dict[str, object]] = {
        "rename": {"node": grid.pk, "name": "党旗红网格"},
        "retire": {"node": cast.nodes["building"].pk},
        "redraw": {
            "geojson": geojson(
                ({"code": "999902006001001"}, HALF_WEST),
                ({"name": "第二网格"}, shapely.union(square(0, 1), HALF_EAST)),
            )
        },
        "merge": {"nodes": [grid.pk, second.pk], "name": "望海大网格"},
    }
    for kind, values in acts.items():
        made = proposal(clerk, kind, **values)
        assert clerk.get(f"/grid/changes/{made.pk}/").status_code == 200
        assert clerk.post(f"/grid/changes/{made.pk}/confirmation/").status_code == 302, kind
        made.refresh_from_db()
        assert made.state == Change.State.APPLIED
        assert clerk.get(f"/grid/changes/{made.pk}/").status_code == 200
    assert Node.objects.filter(name="望海大网格", valid_to=None).exists()


def test_only_the_street_moves_a_grid_from_one_community_to_another(client_as: ClientAs, cast: Cast) -> None:
    values = {"node": cast.nodes["grid"].pk, "into": cast.nodes["other_community"].pk}
    refused = client_as("clerk").post(
        "/grid/changes/new/reparent/", values | {"effective_on": str(timezone.localdate())}
    )
    assert refused.status_code == 422
    street = client_as("dispatcher")
    made = proposal(street, "reparent", **values)
    assert client_as("clerk").get(f"/grid/changes/{made.pk}/").status_code == 200
    assert client_as("clerk").post(f"/grid/changes/{made.pk}/confirmation/").status_code == 403
    assert street.post(f"/grid/changes/{made.pk}/confirmation/").status_code == 302


def test_who_was_overtaken_is_told_and_looks_again(clerk: Client, client_as: ClientAs, cast: Cast) -> None:
    mine = proposal(clerk, "rename", node=cast.nodes["grid"].pk, name="党旗红网格")
    street = client_as("dispatcher")
    theirs = proposal(street, "rename", node=cast.nodes["last_grid"].pk, name="河东网格")
    assert street.post(f"/grid/changes/{theirs.pk}/confirmation/").status_code == 302
    late = clerk.post(f"/grid/changes/{mine.pk}/confirmation/")
    assert late.status_code == 409
    assert f"第 {theirs.pk} 号" in late.content.decode()
    assert clerk.post(f"/grid/changes/{mine.pk}/renewal/").status_code == 302
    assert clerk.post(f"/grid/changes/{mine.pk}/confirmation/").status_code == 302
    assert Node.objects.get(pk=cast.nodes["grid"].pk).name == "党旗红网格"


def test_the_crosswalk_is_downloaded_as_csv_and_workbook(clerk: Client, cast: Cast) -> None:
    text = geojson(({"name": "西网格"}, HALF_WEST), ({"name": "东网格"}, HALF_EAST))
    made = proposal(clerk, "split", node=cast.nodes["grid"].pk, geojson=text)
    assert clerk.get(f"/grid/changes/{made.pk}/crosswalk.csv").status_code == 404
    clerk.post(f"/grid/changes/{made.pk}/confirmation/")
    table = clerk.get(f"/grid/changes/{made.pk}/crosswalk.csv").content.decode("utf-8-sig")
    assert "第一网格" in table
    assert "西网格" in table
    assert clerk.get(f"/grid/changes/{made.pk}/crosswalk.xlsx").content[:2] == b"PK"
    assert clerk.get(f"/grid/changes/{made.pk}/crosswalk.pdf").status_code == 404


def test_people_without_a_desk_see_no_changes(client_as: ClientAs, cast: Cast) -> None:
    by = system("test")
    when = When(effective_on=timezone.localdate() + timedelta(days=3), by=by, now=timezone.now())
    made = planning.rename(cast.nodes["grid"], "党旗红网格", when)
    for name in ("worker", "building_head", "handler", "resident"):
        client = client_as(name)
        for address in ("/grid/changes/", "/grid/changes/new/split/", f"/grid/changes/{made.pk}/"):
            assert client.get(address).status_code == 404
        assert client.post(f"/grid/changes/{made.pk}/confirmation/").status_code == 404


def test_a_county_desk_picks_the_street_first(client_as: ClientAs, cast: Cast) -> None:
    post = Post.objects.create(role=Role.DISPATCHER, node=cast.nodes["county"])
    Tenure.objects.create(post=post, user=cast.users["organiser"], since=FOUNDED)
    client, town = client_as("organiser"), Node.objects.get(level=Level.TOWN)
    assert "先选镇街" in client.get("/grid/changes/new/rename/").content.decode()
    assert "第一网格" in client.get(f"/grid/changes/new/rename/?in={town.pk}").content.decode()


def test_a_merger_starts_from_a_place_and_offers_its_siblings_the_neighbours_first(
    client_as: ClientAs, cast: Cast
) -> None:
    shape = shapely.box(*square(0, 1).bounds)
    far = tree.plant(parent=cast.nodes["community"], level=Level.GRID, name="飞地网格", today=FOUNDED)
    shapes.draw({far: shapely.affinity.translate(shape, 5)}, source="画", today=FOUNDED)
    client, there = client_as("dispatcher"), "/grid/changes/new/merge/"
    begin = client.get(there).content.decode()
    assert f"?node={cast.nodes['grid'].pk}" in begin
    assert 'type="checkbox"' not in begin
    form = client.get(f"{there}?node={cast.nodes['grid'].pk}").content.decode()
    names = ["从它开始", "第一网格", "和它相邻", "第二网格", "同一上级的其他", "飞地网格"]
    at = [form.index(name, form.index("合并哪些网格")) for name in names]
    assert at == sorted(at)
    assert f'value="{cast.nodes["grid"].pk}" id="id_nodes_0_0" checked' in form.replace(' class=""', "")
    assert "第三网格" not in form


def test_the_place_to_start_from_is_found_by_name_community_or_code(client_as: ClientAs, cast: Cast) -> None:
    client, there = client_as("dispatcher"), "/grid/changes/new/rename/"
    for words, found, other in (("石桥", "第三网格", "第一网格"), ("999902006001002", "第二网格", "第三网格")):
        page = client.get(there, {"q": words}).content.decode()
        assert found in page
        assert other not in page
    assert "湖畔小区 6 栋" in client.get(there, {"q": "湖畔"}).content.decode()
    assert "湖畔小区 6 栋" not in client.get(there).content.decode()
    assert "望海社区" in client.get(there, {"level": Level.COMMUNITY.value}).content.decode()
    assert "没有找到这样的地方" in client.get(there, {"q": "没有"}).content.decode()


@pytest.mark.parametrize(
    ("kind", "node", "offered", "not_offered"),
    [
        ("reparent", "grid", "石桥社区", "第三网格"),
        ("retire", "grid", "第二网格", "第三网格"),
        ("reparent", "building", "第二网格", "石桥社区</option>"),
    ],
)
def test_what_may_take_a_place_over_is_of_the_level_that_fits(
    client_as: ClientAs, cast: Cast, kind: str, node: str, offered: str, not_offered: str
) -> None:
    page = client_as("dispatcher").get(f"/grid/changes/new/{kind}/?node={cast.nodes[node].pk}").content.decode()
    assert offered in page
    assert not_offered not in page
    assert f'type="hidden" name="node" value="{cast.nodes[node].pk}"' in page


def test_three_thousand_places_make_no_longer_page_to_start_from(client_as: ClientAs, cast: Cast) -> None:
    tree.plant_all([tree.Seed(cast.nodes["community"], Level.GRID, f"网格 {n}") for n in range(300)], today=FOUNDED)
    page = client_as("dispatcher").get("/grid/changes/new/split/").content.decode()
    assert page.count("?node=") == 30
    assert "请用名称或代码查找" in page


def test_a_change_withdrawn_before_its_day_still_says_what_it_would_have_made(clerk: Client, cast: Cast) -> None:
    text = geojson(({"name": "西网格"}, HALF_WEST), ({"name": "东网格"}, HALF_EAST))
    acts: dict[str, tuple[dict[str, object], str]] = {
        "split": ({"node": cast.nodes["grid"].pk, "geojson": text}, "西网格、东网格"),
        "rename": ({"node": cast.nodes["grid"].pk, "name": "党旗红网格"}, "党旗红网格"),
        "retire": ({"node": cast.nodes["building"].pk}, "第一网格"),
    }
    for kind, (values, comes) in acts.items():
        later = str(timezone.localdate() + timedelta(days=3))
        made = proposal(clerk, kind, effective_on=later, **values)
        assert "确认，到日子生效" in clerk.get(f"/grid/changes/{made.pk}/").content.decode()
        clerk.post(f"/grid/changes/{made.pk}/confirmation/")
        clerk.post(f"/grid/changes/{made.pk}/undoing/")
        page = clerk.get(f"/grid/changes/{made.pk}/").content.decode()
        assert f"<td>{comes}</td>" in page, kind


def test_a_grid_is_split_by_the_lanes_that_leave_it(clerk: Client, cast: Cast) -> None:
    grid = cast.nodes["grid"]
    Node.objects.filter(pk=grid.pk).update(households=90)
    lanes = tree.plant_all(
        [
            tree.Seed(grid, Level.MICRO, "西巷", values={"households": 30}),
            tree.Seed(grid, Level.MICRO, "东巷", values={"households": 50}),
        ],
        today=FOUNDED,
    )
    shapes.draw(dict(zip(lanes, (HALF_WEST, HALF_EAST), strict=True)), source="画", today=FOUNDED)
    there = f"/grid/changes/new/split/?node={grid.pk}"
    page = clerk.get(there).content.decode()
    assert "西巷" in page
    assert "湖畔小区 6 栋" not in page.split("哪些楼、巷分出去")[1].split("分出去的网格叫什么")[0], "it has no ground"
    sent = {"node": grid.pk, "effective_on": str(timezone.localdate()), "stays": "第一网格"}
    assert "都写上名称" in clerk.post(there, sent | {"below": [lanes[1].pk]}).content.decode()
    everybody = sent | {"below": [each.pk for each in lanes], "leaves": "东网格"}
    assert "没有留下的" in clerk.post(there, everybody).content.decode()
    made = proposal(clerk, "split", **(sent | {"below": [lanes[1].pk], "leaves": "东网格"}))
    clerk.post(f"/grid/changes/{made.pk}/confirmation/")
    east = Node.objects.get(name="东网格")
    assert (east.households, Node.objects.get(name="第一网格", valid_to=None).households) == (50, 40)
    assert Node.objects.get(name="东巷", valid_to=None).parent == east
