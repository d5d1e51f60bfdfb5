"""Bringing in: polygons from GeoJSON, people from a register — through the command line, as an operator does."""

import json
from pathlib import Path

import pytest
import shapely
import shapely.affinity
from click.testing import CliRunner, Result
from django.utils import timezone

from lastmeter.accounts.actors import Actor, system
from lastmeter.accounts.models import Session, User
from lastmeter.grid import cli, locate, posts, scope, tree
from lastmeter.grid.models import Node, Post, Role, Shape, Tenure, Unit, UnitKind
from lastmeter.grid.staff import appointing
from lastmeter.kit.sheets import write_rows
from tests.cast import FOUNDED, Cast, middle, square

BOW = {"type": "Polygon", "coordinates": [[[114, 23], [114.1, 23.1], [114.1, 23], [114, 23.1], [114, 23]]]}
HEADER = ["姓名", "手机", "岗位", "网格代码", "单位", "任期自", "公开电话"]


def geojson(path: Path, *features: tuple[dict[str, object], object]) -> Path:
    rows = [{"type": "Feature", "properties": properties, "geometry": shape} for properties, shape in features]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": rows}), encoding="utf-8")
    return path


def shape(x: int, y: int) -> object:
    return json.loads(shapely.to_geojson(square(x, y)))


def load(file: Path, *more: str) -> Result:
    return CliRunner().invoke(cli.commands, ["load", str(file), "--level", "grid", *more], catch_exceptions=False)


def test_polygons_become_grids_that_are_found_by_point_and_a_second_time_changes_nothing(
    cast: Cast, tmp_path: Path
) -> None:
    file = geojson(tmp_path / "a.geojson", ({"name": "甲网格", "code": "A1"}, shape(5, 5)))
    assert "新建 1" in load(file, "--under", "999902006001").output
    assert "未变 1" in load(file, "--under", "999902006001").output
    node = tree.resolve_code("A1")
    assert node is not None
    assert locate.current().locate(*middle(5, 5)) == node.pk


def test_a_redrawn_polygon_ends_the_one_before(cast: Cast, tmp_path: Path) -> None:
    Shape.objects.filter(node=cast.nodes["grid"]).update(valid_from=FOUNDED)
    file = geojson(tmp_path / "a.geojson", ({"name": "第一网格", "code": "999902006001001"}, shape(7, 7)))
    assert "更新 1" in load(file, "--under", "999902006001", "--scheme", "test").output
    assert Shape.objects.filter(node=cast.nodes["grid"]).count() == 2
    assert locate.current().locate(*middle(7, 7)) == cast.nodes["grid"].pk


def test_a_rename_and_a_redrawing_are_two_updates_and_strange_characters_harm_nothing(
    cast: Cast, tmp_path: Path
) -> None:
    first = geojson(
        tmp_path / "a.geojson",
        ({"name": "甲\0", "code": "A1\ud800"}, shape(5, 5)),
        ({"name": "乙", "code": "B1"}, shape(6, 5)),
    )
    assert "新建 2" in load(first, "--under", "999902006001").output
    second = geojson(
        tmp_path / "b.geojson",
        ({"name": "甲网格", "code": "A1\ud800"}, shape(5, 5)),
        ({"name": "乙", "code": "B1"}, shape(6, 6)),
    )
    assert "更新 2，未变 0" in load(second, "--under", "999902006001").output


def test_bad_features_are_refused_with_their_reasons_and_the_good_ones_stay(cast: Cast, tmp_path: Path) -> None:
    file = geojson(
        tmp_path / "a.geojson",
        ({"name": "好", "code": "G1"}, shape(5, 5)),
        ({"name": "蝴蝶结", "code": "G2"}, BOW),
        ({"name": "重复", "code": "G1"}, shape(6, 5)),
        ({"name": "", "code": "G3"}, shape(7, 5)),
        (
            {"name": "投影坐标", "code": "G4"},
            {"type": "Polygon", "coordinates": [[[4e5, 2e6], [5e5, 2e6], [5e5, 3e6], [4e5, 2e6]]]},
        ),
        ({"name": "点", "code": "G5"}, {"type": "Point", "coordinates": [114, 23]}),
    )
    output = load(file, "--under", "999902006001").output
    assert "新建 1" in output
    assert all(words in output for words in ("自相交", "出现了两次", "缺少名称", "不是经纬度", "几何不是面"))


def test_a_code_of_another_level_is_refused_and_that_place_keeps_its_name(cast: Cast, tmp_path: Path) -> None:
    file = geojson(tmp_path / "a.geojson", ({"name": "冒名", "code": "999902006001"}, shape(5, 5)))
    assert "层级不同" in load(file, "--under", "999902006", "--scheme", "test").output
    assert Node.objects.get(pk=cast.nodes["community"].pk).name == "望海社区"


def test_an_overlap_is_said_with_a_grid_of_the_file_and_with_one_that_was_there(cast: Cast, tmp_path: Path) -> None:
    half = json.loads(shapely.to_geojson(shapely.affinity.translate(square(0, 0), 0.005)))
    file = geojson(
        tmp_path / "a.geojson", ({"name": "甲", "code": "A1"}, half), ({"name": "乙", "code": "B1"}, shape(5, 5))
    )
    output = load(file, "--under", "999902006001").output
    assert "“甲”与“第一网格”相互重叠" in output
    assert "“甲”与“第三网格”相互重叠" in output
    assert "“乙”" not in output


def test_a_dry_run_says_the_same_and_writes_nothing(cast: Cast, tmp_path: Path) -> None:
    file = geojson(tmp_path / "a.geojson", ({"name": "甲", "code": "A1"}, shape(5, 5)))
    assert "新建 1" in load(file, "--under", "999902006001", "--dry-run").output
    assert tree.resolve_code("A1") is None


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"features": 3}', "\x00\xff"])
def test_a_file_that_is_no_geojson_gets_a_sentence(cast: Cast, tmp_path: Path, content: str) -> None:
    file = tmp_path / "a.geojson"
    file.write_text(content, encoding="utf-8")
    result = CliRunner().invoke(cli.commands, ["load", str(file), "--level", "grid"])
    assert result.exit_code == 1
    assert "GeoJSON" in result.output


def register(path: Path, *rows: list[str]) -> Path:
    write_rows(path, HEADER, rows)
    return path


def bring_in(file: Path, *more: str) -> str:
    return CliRunner().invoke(cli.people, [str(file), *more], catch_exceptions=False).output


ANN = ["温如松", "19900008801", "专职网格员", "999902006001002", "", "2026-01-01", "19900008801"]


@pytest.mark.parametrize("name", ["people.csv", "people.xlsx"])
def test_a_register_opens_accounts_fills_posts_and_gives_links(cast: Cast, tmp_path: Path, name: str) -> None:
    file = register(tmp_path / name, ANN)
    output = bring_in(file)
    assert "/welcome/" in output
    user = User.objects.get(name="温如松")
    assert scope.holds(Actor.of(user), [Role.GRID_WORKER], cast.nodes["second_grid"].path)
    assert "未变 1" in bring_in(file)


def test_a_dry_run_shows_what_would_change(cast: Cast, tmp_path: Path) -> None:
    assert "任职 1" in bring_in(register(tmp_path / "p.csv", ANN), "--dry-run")
    assert not User.objects.filter(name="温如松").exists()


def test_a_whole_register_closes_who_is_missing_with_sessions_at_once(cast: Cast, tmp_path: Path) -> None:
    worker = cast.users["worker"]
    Session.objects.create(session_key="k", session_data="", expire_date=timezone.now(), user=worker)
    new = ["温如松", "19900008801", "专职网格员", "999902006001001", "", "", ""]
    output = bring_in(register(tmp_path / "p.csv", new), "--whole")
    assert "周小满 离任" in output
    assert not Session.objects.filter(user=worker).exists()
    worker.refresh_from_db()
    assert not worker.is_active
    assert scope.held(Actor.of(User.objects.get(pk=worker.pk))) == ()


def test_who_is_replaced_by_a_whole_register_leaves_no_vacancy_but_a_real_one_stays(cast: Cast, tmp_path: Path) -> None:
    grid = cast.nodes["grid"]
    Post.objects.create(role=Role.GRID_HEAD, node=grid)
    new = ["温如松", "19900008801", "专职网格员", "999902006001001", "", "", ""]
    bring_in(register(tmp_path / "p.csv", new), "--whole")
    shown = [(each.role, each.name) for each in posts.public_people(grid) if each.node_name == grid.name]
    assert shown == [(Role.GRID_WORKER, "温如松"), (Role.GRID_HEAD, "")]


def test_a_post_held_for_a_term_is_not_vacant(cast: Cast, tmp_path: Path) -> None:
    Tenure.objects.filter(user=cast.users["worker"]).update(until="2999-12-31")
    bring_in(register(tmp_path / "p.csv", [*ANN[:3], "999902006001001", *ANN[4:]]))
    assert Post.objects.filter(role=Role.GRID_WORKER, node=cast.nodes["grid"]).count() == 2


def test_a_whole_register_with_a_refused_row_sends_nobody_away(cast: Cast, tmp_path: Path) -> None:
    mistyped = ["周小满", "1990000", "专职网格员", "999902006001001", "", "", ""]
    output = bring_in(register(tmp_path / "p.csv", mistyped, [*ANN[:3], "999902006001001", *ANN[4:]]), "--whole")
    assert "没有办理离任" in output
    assert scope.held(Actor.of(cast.users["worker"])) != ()


def test_a_row_refused_at_its_unit_leaves_no_account_behind(cast: Cast, tmp_path: Path) -> None:
    for node in ("town", "community"):
        Unit.objects.create(node=cast.nodes[node], name="同名站", kind=UnitKind.UTILITY)
    output = bring_in(register(tmp_path / "p.csv", ["关念慈", "19900008802", "单位经办人", "", "同名站", "", ""]))
    assert "不止一个" in output
    assert "/welcome/" not in output
    assert not User.objects.filter(name="关念慈").exists()


def test_a_term_that_is_set_moved_or_lifted_changes_the_one_tenure(cast: Cast, tmp_path: Path) -> None:
    row = ["周小满", "19900009900", "专职网格员", "999902006001001", "", "", ""]
    tenure = Tenure.objects.get(user=cast.users["worker"])
    for number, until in enumerate(("2999-06-30", "2999-12-31", "")):
        write_rows(tmp_path / f"{number}.csv", [*HEADER, "任期至"], [[*row, until]])
        assert "任职 1" in bring_in(tmp_path / f"{number}.csv")
        tenure.refresh_from_db()
        assert str(tenure.until or "") == until
        assert "未变 1" in bring_in(tmp_path / f"{number}.csv")
    assert Tenure.objects.filter(user=cast.users["worker"]).count() == 1


def test_an_administrator_who_leaves_a_post_stays_administrator(cast: Cast) -> None:
    post = Post.objects.create(role=Role.GRID_HEAD, node=cast.nodes["grid"])
    now, by = timezone.now(), system("test")
    tenure, _new = appointing.appoint(post, cast.users["audit_admin"], since=FOUNDED, by=by, now=now)
    appointing.leave(tenure, today=timezone.localdate(), by=by, now=now)
    assert User.objects.get(username="audit_admin").is_active
    assert not Tenure.objects.running(timezone.localdate()).filter(pk=tenure.pk).exists()


def test_units_are_made_and_their_people_handle_for_them(cast: Cast, tmp_path: Path) -> None:
    bring_in(register(tmp_path / "p.csv", ["关念慈", "19900008802", "单位经办人", "999902006", "供水所", "", ""]))
    assert Tenure.objects.get(user__name="关念慈").post.unit.name == "供水所"  # type: ignore[union-attr]


def test_bad_rows_come_back_with_their_reasons(cast: Cast, tmp_path: Path) -> None:
    file = register(
        tmp_path / "p.csv",
        ["", "19900008803", "楼长", "999902006001001", "", "", ""],
        ["甲", "123", "楼长", "999902006001001", "", "", ""],
        ["乙", "19900008804", "市长", "999902006001001", "", "", ""],
        ["丙", "19900008805", "楼长", "nowhere", "", "", ""],
        ["丁", "19900008806", "楼长", "", "", "", ""],
        ["戊", "19900008807", "楼长", "999902006001001", "", "昨天", ""],
        ["己", "19900009900", "楼长", "999902006001001", "", "", ""],
        ANN,
    )
    output = bring_in(file)
    assert "任职 1" in output
    assert "未收 7" in output


def test_a_register_without_its_columns_gets_a_sentence(cast: Cast, tmp_path: Path) -> None:
    write_rows(tmp_path / "p.csv", ["name"], [["x"]])
    result = CliRunner().invoke(cli.people, [str(tmp_path / "p.csv")])
    assert result.exit_code == 1
    assert "姓名" in result.output


def test_names_in_the_tree_are_kept_whole(cast: Cast, tmp_path: Path) -> None:
    load(geojson(tmp_path / "a.geojson", ({"name": "织𬕂镇", "code": "Z"}, shape(5, 5))), "--under", "999902006001")
    assert Node.objects.get(codes__code="Z").name == "织𬕂镇"
