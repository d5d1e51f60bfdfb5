"""The desk's pages of layers, and the command: through the front door, for those who manage the street."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
import shapely
import shapely.affinity
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from lastmeter.grid import cli
from lastmeter.grid.layers.tests.test_loading import BOW, NAMED, geojson
from lastmeter.grid.models import CellState, Layer
from tests.cast import SIDE, Cast, square

ClientAs = Callable[[str], Client]
SHIFTED = [
    ("甲片", shapely.affinity.translate(square(0, 0), SIDE / 10, 0)),
    ("乙片", square(1, 0)),
    ("丙片", square(0, 1, 2, 1)),
    ("丁片", BOW),
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Three cells and a bow-tie; 甲片 is shifted by a tenth to the east; 莫晓 has all but the first, 温知's."""
    path = geojson(tmp_path / "民政.geojson", *SHIFTED, 负责人="莫晓")
    path.write_text(path.read_text(encoding="utf-8").replace("莫晓", "温知", 1), encoding="utf-8")
    return path


def send(client: Client, file: Path, cast: Cast, **more: object) -> str:
    """Upload a file; where the browser is sent."""
    given = {"street": cast.nodes["town"].pk, "department": "民政办", "name": "民政网格", "crs": "wgs84", **more}
    answer = client.post("/layers/new/", {**given, "file": SimpleUploadedFile(file.name, file.read_bytes())})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.headers["Location"])


def test_a_layer_is_seen_before_it_is_kept_and_measured_after(client_as: ClientAs, cast: Cast, file: Path) -> None:
    client = client_as("dispatcher")
    there = send(client, file, cast)
    preview = client.get(there).content.decode()
    assert "甲片" in preview
    assert "边界自己相交" in preview
    assert "图层“民政网格”已收下" in client.post(f"{there}keeping/", follow=True).content.decode()
    page = client.get(there).content.decode()
    for words in ("两人同管", "没人管", "甲片、乙片", "温知、莫晓", "<svg", "丁片"):
        assert words in page, words
    assert "民政网格" in client.get("/layers/").content.decode()
    assert "/layers/" in client.get("/desk/").content.decode()


def test_the_report_and_the_comparison_are_the_same_in_excel(client_as: ClientAs, cast: Cast, file: Path) -> None:
    client = client_as("dispatcher")
    there = send(client, file, cast)
    client.post(f"{there}keeping/")
    rows = sheet(client, f"{there}report.xlsx")
    assert rows[0][:4] == ("序号", "问题", "格子", "负责人")
    strip = 0.1 * square(0, 0).area * 111_000 * 102_600
    twice, gap = (next(row for row in rows if row[1] == words) for words in ("两人同管", "没人管"))
    assert twice[2:4] == ("甲片、乙片", "温知、莫晓")
    assert twice[4] == pytest.approx(strip, rel=0.01)
    assert gap[4] == pytest.approx(twice[4], rel=1e-3)
    assert rows[-1][1:3] == ("未收", "丁片")
    against = sheet(client, f"{there}report.xlsx?against=grids")
    assert ("分属两格", "甲片", "温知", "第三网格") in [row[:4] for row in against]


def sheet(client: Client, address: str) -> list[tuple[object, ...]]:
    answer = client.get(address)
    assert answer.status_code == 200
    return list(load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))  # type: ignore[union-attr]


def test_a_layer_lies_over_the_grids_of_today_and_over_another_layer(
    client_as: ClientAs, cast: Cast, file: Path, tmp_path: Path
) -> None:
    client = client_as("dispatcher")
    first, second = (
        send(client, file, cast),
        send(client, geojson(tmp_path / "b.geojson", *NAMED), cast, name="应急网格"),
    )
    for there in (first, second):
        client.post(f"{there}keeping/")
    grids = client.get(f"{second}?against=grids").content.decode()
    assert "现行网格" in grids
    assert '<span class="n">4</span>' in grids
    other = client.get(f"{first}?against={second.split('/')[2]}").content.decode()
    assert "应急网格" in other
    assert "分属两格" in other
    for nowhere in ("999", "x", "²", "9" * 40):
        assert client.get(f"{first}?against={nowhere}").status_code == 404


def test_a_file_that_is_no_layer_comes_back_with_the_reason(client_as: ClientAs, cast: Cast) -> None:
    given = {"street": cast.nodes["town"].pk, "name": "甲", "department": ""}
    answer = client_as("dispatcher").post("/layers/new/", {**given, "file": SimpleUploadedFile("a.zip", b"PK\x03\x04")})
    assert answer.status_code == 422
    assert "请选单位，或写部门名称" in answer.content.decode()
    given["department"] = "民政办"
    answer = client_as("dispatcher").post("/layers/new/", {**given, "file": SimpleUploadedFile("a.zip", b"PK\x03\x04")})
    assert "文件已损坏" in answer.content.decode()
    assert not Layer.objects.exists()


def test_those_who_do_not_manage_the_street_find_nothing(client_as: ClientAs, cast: Cast, file: Path) -> None:
    there = send(client_as("organiser"), file, cast)
    for name in ("worker", "clerk", "handler", "resident"):
        client = client_as(name)
        for address in ("/layers/", "/layers/new/", there, f"{there}report.xlsx"):
            assert client.get(address).status_code == 404, (name, address)
        for address in (f"{there}keeping/", f"{there}removal/"):
            assert client.post(address).status_code == 404, (name, address)
        assert "/layers/" not in client.get("/desk/").content.decode()
    assert Layer.objects.get().kept_at is None


def test_a_preview_that_is_not_wanted_goes_and_the_same_file_is_not_kept_twice(
    client_as: ClientAs, cast: Cast, file: Path
) -> None:
    client = client_as("dispatcher")
    first, second = send(client, file, cast), send(client, file, cast)
    client.post(f"{first}keeping/")
    assert "已经收下过了" in client.post(f"{second}keeping/", follow=True).content.decode()
    client.post(f"{second}removal/")
    assert Layer.objects.count() == 1


def test_the_command_measures_a_file_and_a_dry_run_keeps_nothing(cast: Cast, file: Path) -> None:
    words = ["layer", str(file), "--street", "999902006", "--department", "城管执法队", "--crs", "WGS-84"]
    dry = CliRunner().invoke(cli.commands, [*words, "--dry-run"], catch_exceptions=False)
    assert "两人同管：1 处" in dry.output
    assert "第 4 行“丁片”未收" in dry.output
    assert not Layer.objects.exists()
    assert CliRunner().invoke(cli.commands, words, catch_exceptions=False).exit_code == 0
    layer = Layer.objects.get()
    assert layer.kept_at is not None
    assert layer.unit == cast.units["urban"]
    assert layer.loaded_at <= timezone.now()
    assert layer.cells.filter(state=CellState.TAKEN).count() == 3
    again = CliRunner().invoke(cli.commands, words)
    assert "已经收下过了" in again.output
    assert Layer.objects.count() == 1


def test_the_command_names_a_street_or_a_system_it_does_not_know(cast: Cast, file: Path) -> None:
    nowhere = ["layer", str(file), "--street", "999902006001", "--department", "民政办"]
    assert "没有代码是" in CliRunner().invoke(cli.commands, nowhere).output
    strange = ["layer", str(file), "--street", "999902006", "--department", "民政办", "--crs", "mars"]
    assert "不认识坐标系" in CliRunner().invoke(cli.commands, strange).output
