"""Departments' files as they come: GBK Shapefiles, coordinates nobody named, bow-ties, bombs, lists of places."""

import contextlib
import io
import json
import random
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import shapefile
import shapely
from django.utils import timezone, translation
from pyproj import CRS, Transformer

from lastmeter.accounts.actors import Actor
from lastmeter.grid import jobs
from lastmeter.grid.layers import loading, overlay, reading
from lastmeter.grid.models import Cell, CellState, Layer, Level, Shape
from lastmeter.kit import geo
from lastmeter.kit.sheets import write_rows
from tests.cast import Cast, square

Turn = Callable[[np.ndarray], np.ndarray]
BOW = shapely.Polygon([(113.961, 22.851), (113.965, 22.855), (113.965, 22.851), (113.961, 22.855)])
GK111 = "epsg:4546"


def moved(shape: shapely.Geometry, turn: Callable[..., tuple[np.ndarray, np.ndarray]]) -> shapely.Geometry:
    return shapely.transform(shape, lambda points: np.column_stack(turn(points[:, 0], points[:, 1])))


def geojson(path: Path, *cells: tuple[str, shapely.Geometry | None], **properties: object) -> Path:
    rows = [
        {
            "type": "Feature",
            "properties": {"网格名称": name, **properties},
            "geometry": json.loads(shapely.to_geojson(shape)) if shape is not None else None,
        }
        for name, shape in cells
    ]
    content = {"type": "FeatureCollection", "features": rows}
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


def shp_zip(path: Path, cells: list[tuple[str, str, shapely.Geometry]], *, prj: str = "", cpg: str = "") -> Path:
    parts = {name: io.BytesIO() for name in ("shp", "shx", "dbf")}
    with shapefile.Writer(**parts, shapeType=shapefile.POLYGON, encoding="gbk") as writer:
        writer.field("WGMC", "C", 40)
        writer.field("FZR", "C", 40)
        for name, person, shape in cells:
            writer.poly([list(shape.exterior.coords)[::-1]])
            writer.record(name, person)
    with zipfile.ZipFile(path, "w") as packed:
        for suffix, content in parts.items():
            packed.writestr(f"民政网格.{suffix}", content.getvalue())
        if prj:
            packed.writestr("民政网格.prj", prj)
        if cpg:
            packed.writestr("民政网格.cpg", cpg)
    return path


def load(cast: Cast, file: Path, crs: str = "") -> Layer:
    told = loading.Told("民政网格", "民政办", crs=crs)
    return loading.load(
        file, street=cast.nodes["town"], told=told, by=Actor.of(cast.users["dispatcher"]), now=timezone.now()
    )


def cells(layer: Layer) -> list[Cell]:
    return list(layer.cells.order_by("number"))


QUARTERS = [square(0, 0), square(0, 1), square(1, 0), square(1, 1)]
NAMED = [(f"片区{number}", shape) for number, shape in enumerate(QUARTERS, 1)]


@pytest.mark.parametrize("cpg", ["", "UTF-8", "GBK"])
def test_a_shapefile_with_a_gbk_table_gives_its_names_whatever_it_says_of_its_letters(
    cast: Cast, tmp_path: Path, cpg: str
) -> None:
    file = shp_zip(tmp_path / "a.zip", [("海关片区", "麦素心", square(0, 0)), ("塘边片区", "", square(1, 0))], cpg=cpg)
    layer = load(cast, file, "cgcs2000")
    assert [(cell.name, cell.in_charge, cell.state) for cell in cells(layer)] == [
        ("海关片区", "麦素心", CellState.TAKEN),
        ("塘边片区", "", CellState.TAKEN),
    ]
    assert layer.encoding == "GB18030"
    assert ("属性表注明的编码是 UTF-8" in layer.warnings) == (cpg == "UTF-8")


def test_a_projected_shapefile_is_placed_by_its_prj(cast: Cast, tmp_path: Path) -> None:
    forth = Transformer.from_crs("EPSG:4490", GK111, always_xy=True)
    prj = CRS(GK111).to_wkt("WKT1_ESRI")
    flat = [("甲", "", moved(square(0, 0), forth.transform))]
    layer = load(cast, shp_zip(tmp_path / "a.zip", flat, prj=prj))
    assert layer.crs == GK111
    assert not layer.crs_guessed
    [cell] = cells(layer)
    assert shapely.hausdorff_distance(cell.shape, square(0, 0)) < 1e-7


def test_a_prj_of_the_old_datum_is_followed_with_a_warning_and_one_of_a_city_is_left_to_the_fit(
    cast: Cast, tmp_path: Path
) -> None:
    forth = Transformer.from_crs("EPSG:4490", "EPSG:2383", always_xy=True)
    flat = [("甲", "", moved(square(0, 0), forth.transform))]
    old = load(cast, shp_zip(tmp_path / "a.zip", flat, prj=CRS("EPSG:2383").to_wkt("WKT1_ESRI")))
    assert old.crs == "epsg:2383"
    assert "不是 CGCS2000" in old.warnings
    own = CRS("EPSG:4547").to_wkt("WKT1_ESRI").replace("114.0", "113.5").replace("114E", "113.5E")
    city = load(cast, shp_zip(tmp_path / "b.zip", flat, prj=own))
    assert "没有认出" in city.warnings
    assert city.crs_guessed


@pytest.mark.parametrize("swapped", [False, True])
def test_gauss_kruger_metres_without_a_word_find_their_meridian(cast: Cast, tmp_path: Path, swapped: bool) -> None:
    forth = Transformer.from_crs("EPSG:4490", "EPSG:4547", always_xy=True)
    shapes = [moved(shape, forth.transform) for shape in QUARTERS]
    if swapped:
        shapes = [shapely.transform(shape, lambda points: points[:, ::-1]) for shape in shapes]
    file = geojson(tmp_path / "a.geojson", *zip("甲乙丙丁", shapes, strict=True))
    layer = load(cast, file, "gk")
    assert (layer.crs, layer.crs_guessed) == ("epsg:4547", True)
    assert shapely.hausdorff_distance(cells(layer)[0].shape, QUARTERS[0]) < 1e-6
    assert ("已对调" in layer.warnings) == swapped


@pytest.mark.parametrize(("name", "turn"), [("gcj02", geo.wgs84_to_gcj02), ("bd09", geo.wgs84_to_bd09)])
def test_coordinates_that_nobody_named_are_those_that_fit_the_street(
    cast: Cast, tmp_path: Path, name: str, turn: Callable[..., tuple[np.ndarray, np.ndarray]]
) -> None:
    file = geojson(tmp_path / "a.geojson", *[(each, moved(shape, turn)) for each, shape in NAMED])
    layer = load(cast, file)
    assert (layer.crs, layer.crs_guessed) == (name, True)
    assert "由系统推断" in layer.warnings
    assert shapely.hausdorff_distance(cells(layer)[0].shape, QUARTERS[0]) < 1e-6


def test_a_wrong_statement_is_followed_and_doubted(cast: Cast, tmp_path: Path) -> None:
    file = geojson(tmp_path / "a.geojson", *[(each, moved(shape, geo.wgs84_to_gcj02)) for each, shape in NAMED])
    layer = load(cast, file, "wgs84")
    assert (layer.crs, layer.crs_guessed) == ("wgs84", False)
    assert "不是最吻合的" in layer.warnings


@pytest.mark.parametrize("stated", ["epsg:4547", "gk", "bd09", "wgs84", "epsg:3857", ""])
@pytest.mark.parametrize("size", [1.0, 1e4, 1e12, 1e300])
def test_numbers_that_cannot_be_what_was_stated_are_refused_row_by_row(
    cast: Cast, tmp_path: Path, stated: str, size: float
) -> None:
    strange = shapely.Polygon([(size, size), (size * 1.1, size), (size, size * 1.1)])
    layer = load(cast, geojson(tmp_path / "a.geojson", ("怪", strange), ("空", shapely.Polygon())), stated)
    odd, empty = cells(layer)
    assert odd.state in (CellState.REFUSED, CellState.TAKEN)
    assert (empty.state, empty.note) == (CellState.REFUSED, "没有几何数据。")
    assert layer.warnings


def test_without_an_outline_of_the_street_the_guess_says_that_it_could_not_be_checked(
    cast: Cast, tmp_path: Path
) -> None:
    Shape.objects.filter(node__level__lte=Level.COMMUNITY).delete()
    assert "无法核对坐标系" in load(cast, geojson(tmp_path / "a.geojson", *NAMED)).warnings


def test_broken_rows_stay_in_the_list_with_their_reason(cast: Cast, tmp_path: Path) -> None:
    spike = shapely.Polygon([*square(1, 1).exterior.coords[:-1], (113.99000001, 22.87), (113.98999999, 22.8700000001)])
    rows = [("好", square(0, 0)), ("领结", BOW), ("空", None), ("点", shapely.Point(113.95, 22.81)), ("刺", spike)]
    layer = load(cast, geojson(tmp_path / "a.geojson", *rows), "cgcs2000")
    found = {cell.name: (cell.state, cell.wkb is None, cell.note) for cell in cells(layer)}
    assert found["好"] == (CellState.TAKEN, False, "")
    assert found["领结"][:2] == (CellState.REFUSED, True)
    assert "边界自己相交，在 113.963000, 22.853000 附近" in found["领结"][2]
    assert found["空"][2] == "没有几何数据。"
    assert found["点"][2] == "几何不是面。"
    assert len(found) == 5


def test_a_small_crossing_is_repaired_and_says_so(cast: Cast, tmp_path: Path) -> None:
    west, south = 113.96, 22.85
    knot = [(west, south), (west + 0.01, south), (west + 0.01, south + 0.01), (west, south + 0.01)]
    knot += [(west, south + 0.005), (west + 0.00001, south + 0.00501), (west - 0.00001, south + 0.00501)]
    layer = load(cast, geojson(tmp_path / "a.geojson", ("结", shapely.Polygon(knot))), "cgcs2000")
    [cell] = cells(layer)
    assert cell.state == CellState.REPAIRED
    assert "已修复" in cell.note
    assert cell.shape.is_valid


def test_a_zip_bomb_is_refused_before_it_is_unpacked(cast: Cast, tmp_path: Path) -> None:
    bomb = tmp_path / "a.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed, packed.open("a.shp", "w", force_zip64=True) as out:
        for _ in range(201):
            out.write(b"\0" * 1024 * 1024)
    assert bomb.stat().st_size < 1024 * 1024
    with pytest.raises(reading.BadLayer, match="200 MB"):
        load(cast, bomb)
    assert not Layer.objects.exists()


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04rubbish", b'{"type": 1}', b"{" * 5000, b"\x89PNG\r\n", b"a,b\n1,2\n"]
)
def test_what_is_no_layer_is_refused_in_words(cast: Cast, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.bin"
    file.write_bytes(content)
    with pytest.raises(reading.BadLayer):
        load(cast, file)


def test_a_table_longer_than_its_shapes_loses_no_row(cast: Cast, tmp_path: Path) -> None:
    one = shp_zip(tmp_path / "a.zip", [("甲", "", square(0, 0))])
    two = shp_zip(tmp_path / "b.zip", [("甲", "", square(0, 0)), ("乙", "麦素心", square(1, 0))])
    with zipfile.ZipFile(one) as short, zipfile.ZipFile(two) as long, zipfile.ZipFile(tmp_path / "c.zip", "w") as out:
        out.writestr("网格.shp", short.read("民政网格.shp"))
        out.writestr("网格.dbf", long.read("民政网格.dbf"))
    found = [(cell.name, cell.state, cell.note) for cell in cells(load(cast, tmp_path / "c.zip"))]
    assert found == [("甲", CellState.TAKEN, ""), ("乙", CellState.REFUSED, "没有几何数据。")]


@pytest.mark.filterwarnings("ignore::shapefile.PossiblyCorruptFileHeader")
def test_a_damaged_shapefile_is_read_or_refused_but_breaks_nothing(cast: Cast, tmp_path: Path) -> None:
    whole = shp_zip(tmp_path / "a.zip", [("海关", "麦素心", square(0, 0))], prj="PROJCS[", cpg="GBK")
    with zipfile.ZipFile(whole) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    rng = random.Random(7)
    for _ in range(150):
        with zipfile.ZipFile(tmp_path / "b.zip", "w") as packed:
            for name, content in parts.items():
                packed.writestr(name, damaged(content, rng))
        for content in ((tmp_path / "b.zip").read_bytes(), damaged(whole.read_bytes(), rng)):
            (tmp_path / "c.zip").write_bytes(content)
            with contextlib.suppress(reading.BadLayer):
                assert reading.read(tmp_path / "c.zip").rows


def damaged(content: bytes, rng: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.randint(0, 5)):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed[: rng.randrange(1, len(changed))] if rng.random() < 0.1 else changed)


def test_an_archive_of_too_many_files_or_of_two_layers_is_refused(cast: Cast, tmp_path: Path) -> None:
    for names, word in (([f"{number}.txt" for number in range(300)], "太多"), (["a.shp", "b.shp"], "2 个图层")):
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
            for name in names:
                packed.writestr(name, b"x")
        with pytest.raises(reading.BadLayer, match=word):
            load(cast, tmp_path / "a.zip")


def test_an_excel_list_of_places_becomes_their_polygons_and_names_what_it_did_not_find(
    cast: Cast, tmp_path: Path
) -> None:
    file = tmp_path / "a.xlsx"
    rows: list[list[object]] = [
        ["综合一", "莫晓", 120, "望海社区第一网格、 青螺街道望海社区第二网格 8 号"],
        ["综合二", "温知", 80, "石桥社区，月亮湾"],
        ["综合三", "", "", "月亮湾"],
        ["综合四", "", "", ""],
        ["综合一", "莫晓", 30, "第三网格"],
    ]
    write_rows(file, ["网格名称", "负责人", "户数", "范围"], rows)
    layer = load(cast, file)
    one, two, three, four = cells(layer)
    assert (one.number, one.in_charge, one.households, one.state) == (2, "莫晓", 150, CellState.TAKEN)
    assert one.shape.area == pytest.approx(3 * square(0, 0).area)
    assert two.shape.equals(square(1, 0, 1, 2))
    assert two.note == "没有落图：月亮湾（网格和地址簿里都没有这个地点）"
    assert (three.state, three.wkb, three.note[:4]) == (CellState.UNPLACED, None, "没有落图")
    assert (four.state, four.note) == (CellState.REFUSED, "没有写范围。")


def test_households_that_are_no_number_are_named_by_their_row(cast: Cast, tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    rows: list[list[object]] = [
        ["综合一", "120户", "第一网格"],
        ["综合二", "约八十", "第二网格"],
        ["综合三", "", "第三网格"],
    ]
    write_rows(file, ["网格名称", "户数", "范围"], rows)
    layer = load(cast, file)
    assert [each.households for each in cells(layer)] == [120, None, None]
    assert layer.warnings.splitlines()[0] == "第 3 行的户数“约八十”不是数，按没有填写处理。"
    drawn = load(cast, geojson(tmp_path / "b.geojson", *NAMED, 户数="很多"))
    assert "第 1 行的户数“很多”不是数" in drawn.warnings


def test_the_same_file_is_kept_once(cast: Cast, tmp_path: Path) -> None:
    file = geojson(tmp_path / "a.geojson", *NAMED)
    by, now = Actor.of(cast.users["dispatcher"]), timezone.now()
    first = loading.keep(load(cast, file), by=by, now=now)
    assert loading.keep(first, by=by, now=timezone.now()).kept_at == now
    with pytest.raises(loading.AlreadyKept):
        loading.keep(load(cast, file), by=by, now=now)


def test_a_preview_that_nobody_keeps_is_gone_after_two_days(cast: Cast, tmp_path: Path) -> None:
    by, now = Actor.of(cast.users["dispatcher"]), timezone.now()
    kept = loading.keep(load(cast, geojson(tmp_path / "a.geojson", *NAMED)), by=by, now=now)
    left = load(cast, geojson(tmp_path / "b.geojson", NAMED[0]))
    assert jobs.sweep_previews(now + timedelta(days=1)) == 0
    assert jobs.sweep_previews(now + timedelta(days=3)) == 1
    assert list(Layer.objects.all()) == [kept]
    assert not Cell.objects.filter(layer=left.pk).exists()


def test_atoms_lie_in_one_community_each_and_in_one_cell_of_each_layer_and_are_the_whole_street(
    cast: Cast, tmp_path: Path
) -> None:
    rows = [("西南", shapely.box(113.95, 22.84, 113.973, 22.86)), ("东", shapely.box(113.973, 22.84, 114, 22.88))]
    layer = load(cast, geojson(tmp_path / "a.geojson", *rows), "cgcs2000")
    atoms = overlay.atoms([layer], cast.nodes["town"])
    names = dict(layer.cells.values_list("pk", "name"))
    found = sorted(
        (cast.nodes["community"].pk == atom.community_id, names.get(atom.cells[layer.pk] or 0, "")) for atom in atoms
    )
    assert found == [(False, ""), (False, "东"), (False, "东"), (False, "西南"), (True, ""), (True, "西南")]
    grids = {cast.nodes[name].pk for name in ("grid", "second_grid", "other_grid", "last_grid")}
    assert {atom.grid for atom in atoms} == grids
    assert shapely.union_all([atom.polygon for atom in atoms]).area == pytest.approx(square(0, 0, 2, 2).area, rel=1e-4)


def test_what_is_stored_of_a_layer_is_in_the_citys_language_and_a_refusal_in_the_readers(
    cast: Cast, tmp_path: Path
) -> None:
    turned = [shapely.transform(shape, lambda points: points[:, ::-1]) for shape in QUARTERS]
    file = shp_zip(tmp_path / "a.zip", [("同名", "莫晓", shape) for shape in turned], cpg="UTF-8")
    (bad := tmp_path / "bad.geojson").write_text("[", encoding="utf-8")
    with translation.override("en"):
        layer = load(cast, file)
        with pytest.raises(reading.BadLayer, match="no rows"):
            load(cast, bad)
    words = layer.warnings
    for said in ("没有坐标系文件", "注明的编码是 UTF-8", "已对调", "由系统推断", "同名的格子"):
        assert said in words
    assert not re.search("[a-z]{4,}", words)
