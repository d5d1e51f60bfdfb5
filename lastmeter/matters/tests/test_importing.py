"""`lastmeter import matters`, through the command: what comes in, what comes back, what is never doubled or lost."""

import csv
import gzip
import itertools
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.conf import settings
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook

from lastmeter.accounts.models import AuditEntry
from lastmeter.clocks.models import Deadline
from lastmeter.dossiers import search
from lastmeter.dossiers.models import Dossier, Event, SearchText
from lastmeter.grid.models import Unit
from lastmeter.kit import sheets
from lastmeter.matters.cli import import_matters
from lastmeter.matters.importing import batches as importing
from lastmeter.matters.models import Assignment, Category, Closure, Matter, Outcome
from lastmeter.notices.models import Notice
from tests.cast import Cast, middle

ROOT = Path(__file__).resolve().parents[3]
DATA = Path(os.environ.get("LASTMETER_TEST_DATA", ROOT.parent / "shared" / "data"))
HEADER = ["编号", "时间", "事由", "经度", "纬度", "社区", "承诺", "办结", "结果", "状态", "单位", "大类", "小类"]
MAP = """
source = "hotline"
under = "螺洲市"
[columns]
number = "编号"
opened = "时间"
text = "事由"
promised = "承诺"
closed = "办结"
closing_words = "结果"
[status]
column = "状态"
open = ["在办", ""]
closed = ["已结"]
[[outcome]]
pattern = "重复"
is = "explained"
[category]
scheme = "hotline"
columns = ["大类", "小类"]
create = true
[unit]
column = "单位"
create = true
[position]
lon = "经度"
lat = "纬度"
defaults = [[111.9601, 21.8501]]
[[place]]
by = "position"
[[place]]
by = "name"
columns = ["社区"]
"""


def row(number: str, **cells: str) -> list[str]:
    """A row about a lamp in the first grid, with other cells where given."""
    lon, lat = middle(0, 0)
    usual = {"编号": number, "时间": "2026-03-02 08:00:00", "事由": "路灯不亮", "经度": str(lon), "纬度": str(lat)}
    return [(usual | cells).get(name, "") for name in HEADER]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "map.toml").write_text(MAP, encoding="utf-8")
    return tmp_path


def write(file: Path, *rows: list[str], encoding: str = "utf-8") -> Path:
    with file.open("w", encoding=encoding, newline="") as out:
        csv.writer(out).writerows([HEADER, *rows])
    return file


def bring(file: Path, *options: str, map_file: Path | None = None) -> Result:
    return CliRunner().invoke(
        import_matters, [str(file), "--map", str(map_file or file.with_name("map.toml")), *options]
    )


def returned(file: Path) -> list[dict[str, str]]:
    with file.with_name(f"{file.name}.rejected.csv").open(encoding="utf-8-sig", newline="") as back:
        return list(csv.DictReader(back))


def test_a_row_becomes_a_matter_with_everything_a_report_has(cast: Cast, folder: Path) -> None:
    file = write(
        folder / "a.csv",
        row("1", 承诺="2026-03-09 08:00:00", 单位="供电所", 大类="设施", 小类="路灯"),
        row("2", 承诺="2026-03-09 08:00:00", 办结="2026-03-10 08:00:00", 结果="与 1 重复", 状态="已结", 单位="供电所"),
    )
    answer = bring(file)
    assert answer.exit_code == 0, answer.output
    assert "读入 2 行 = 登记 2 + 早已登记 0 + 退回 0" in answer.output
    open_one, closed = Matter.objects.select_related("dossier").order_by("source_number")
    assert (open_one.dossier.step, closed.dossier.step) == ("dispatched", "closed")
    assert open_one.dossier.grid_id == cast.nodes["grid"].pk
    assert open_one.dossier.opened_at == datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
    assert open_one.unit == Unit.objects.get(name="供电所", node=cast.nodes["city"])
    assert str(open_one.category) == "路灯"
    assert Category.objects.get(name="路灯").parent == Category.objects.get(name="设施")
    assert Closure.objects.get(matter=closed).outcome == Outcome.EXPLAINED
    assert Assignment.objects.get(matter=open_one).ended_at is None
    assert Deadline.objects.get(dossier=closed.pk).state == Deadline.State.MISSED
    assert list(Event.objects.filter(dossier=closed.pk).order_by("pk").values_list("kind", flat=True)) == [
        "matter.reported",
        "matter.dispatched",
        "matter.closed",
    ]
    assert Dossier.objects.filter(search.matching("路灯")).count() == 2
    assert AuditEntry.objects.filter(kind="matter.reported").count() == 2
    assert not Notice.objects.exists()  # nobody is told of the past
    assert not folder.joinpath("a.csv.rejected.csv").exists()


def test_the_same_file_again_doubles_nothing(cast: Cast, folder: Path) -> None:
    file = write(folder / "a.csv", *(row(str(n)) for n in range(50)))
    bring(file)
    assert "读入 50 行 = 登记 0 + 早已登记 50 + 退回 0" in bring(file).output
    assert Dossier.objects.count() == 50


def test_a_number_twice_in_one_file_comes_in_once_even_when_its_first_row_is_bad(cast: Cast, folder: Path) -> None:
    file = write(folder / "a.csv", row("1"), row("1"), row("2", 时间="昨天"), row("2"), row("2"))
    assert "读入 5 行 = 登记 2 + 早已登记 2 + 退回 1" in bring(file).output
    assert [each["行号"] for each in returned(file)] == ["4"]


def test_bad_rows_come_back_as_they_were_with_row_number_and_reason(cast: Cast, folder: Path) -> None:
    bad = [
        row(""),
        row("2", 时间=""),
        row("3", 时间="三月二日"),
        row("4", 时间="2099-01-01 00:00:00"),
        row("5", 事由=""),
        row("6", 经度="10", 社区="没有的社区"),
        row("7", 办结="2026-03-01 00:00:00", 状态="已结"),
        row("8", 状态="已结"),
        row("9", 状态="不详"),
        row("10", 事由="长" * 20_001),
        row("1" * 65),
    ]
    file = write(folder / "a.csv", row("good"), *bad)
    answer = bring(file)
    assert "读入 12 行 = 登记 1 + 早已登记 0 + 退回 11" in answer.output
    back = returned(file)
    assert [list(each.values())[: len(HEADER)] for each in back] == bad
    assert [each["行号"] for each in back] == [str(n) for n in range(3, 14)]
    assert [each["退回原因"] for each in back][:9] == [
        "没有来源编号。",
        "没有登记时间。",
        "“时间”里的时间看不懂。",
        "登记时间在将来。",
        "请写一句话，说说是什么事。",
        "找不到对应的网格。",
        "办结时间早于登记时间。",
        "状态和办结时间不一致。",
        "“状态”里是对照文件没有写的状态。",
    ]


def test_the_returned_file_mended_comes_in_with_the_same_map(cast: Cast, folder: Path) -> None:
    file = write(folder / "a.csv", row("1", 时间="昨天"))
    bring(file)
    mended = folder / "mended.csv"
    text = folder.joinpath("a.csv.rejected.csv").read_text(encoding="utf-8-sig")
    mended.write_text(text.replace("昨天", "2026-03-02"), encoding="utf-8")
    assert "登记 1 + 早已登记 0 + 退回 0" in bring(mended).output


def test_a_default_point_is_no_position_and_the_next_way_finds_the_place(cast: Cast, folder: Path) -> None:
    file = write(folder / "a.csv", row("1", 经度="111.9601", 纬度="21.8501", 社区="石桥社区"))
    answer = bring(file)
    dossier = Dossier.objects.get()
    assert (dossier.community_id, dossier.grid_id, dossier.lon) == (cast.nodes["other_community"].pk, None, None)
    assert "1  坐标是来源的默认点，不当作位置" in answer.output


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_encodings_of_chinese_offices_are_read(cast: Cast, folder: Path, encoding: str) -> None:
    bring(write(folder / "a.csv", row("1", 事由="织𬕂镇路灯"), encoding=encoding))
    assert Matter.objects.get().text == "织𬕂镇路灯"


def test_packed_tables_and_workbooks_are_read(cast: Cast, folder: Path) -> None:
    packed = folder / "a.csv.gz"
    packed.write_bytes(gzip.compress(write(folder / "a.csv", row("1")).read_bytes()))
    book = Workbook()
    sheet = book.worksheets[0]
    for each in (HEADER, row("2")):
        sheet.append(each)
    book.save(folder / "b.xlsx")
    assert bring(packed).exit_code == bring(folder / "b.xlsx").exit_code == 0
    assert set(Matter.objects.values_list("source_number", flat=True)) == {"1", "2"}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (('number = "编号"', 'number = "号码"'), "表格里没有对照文件说的列：号码。"),
        (('opened = "时间"', 'openned = "时间"'), "对照文件里有不认识的 columns.openned。"),
        (('source = "hotline"', ""), "对照文件缺少 source。"),
        (('is = "explained"', 'is = "fine"'), "对照文件里 outcome[1].is 的值不能用。"),
        (('by = "name"', 'by = "magic"'), "对照文件里 place[2].by 的值不能用。"),
        (('under = "螺洲市"', 'under = "乌有市"'), "网格树里没有（或不止一个）“乌有市”。"),
        (("[columns]", "[columns"), "对照文件读不出来"),
    ],
)
def test_a_map_that_does_not_fit_is_refused_before_anything_is_written(
    cast: Cast, folder: Path, change: tuple[str, str], sentence: str
) -> None:
    (folder / "map.toml").write_text(MAP.replace(*change), encoding="utf-8")
    answer = bring(write(folder / "a.csv", row("1")))
    assert answer.exit_code == 1
    assert sentence in answer.output
    assert not Dossier.objects.exists()
    assert not Category.objects.filter(scheme__code="hotline").exists()


def test_a_file_that_breaks_off_keeps_what_was_read_and_names_the_row(
    cast: Cast, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 2)
    file = write(folder / "a.csv", row("1"), row("2"), row("3"))
    file.write_bytes(file.read_bytes() + b'"4,')
    answer = bring(file)
    assert answer.exit_code == 1
    assert "第 5 行的引号不配对" in answer.output
    assert Dossier.objects.count() == 2


def test_known_rows_cost_one_query_a_batch(cast: Cast, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "BATCH", 10)
    counts = []
    for size in (20, 200):
        file = write(folder / f"{size}.csv", *(row(str(n)) for n in range(size)))
        bring(file)
        with CaptureQueriesContext(connection) as queries:
            bring(file)
        counts.append(len(queries))
    assert counts[1] - counts[0] == 18


IMPORT = "import django; django.setup(); from lastmeter.matters.cli import import_matters; import_matters()"


@pytest.mark.race
def test_killed_in_the_middle_and_started_again_it_has_every_row_once(own_database: Cast, folder: Path) -> None:
    config = connections.settings["default"]
    address = (
        f"sqlite:///{config['NAME']}"
        if config["ENGINE"] == "lastmeter.kit.sqlite"
        else f"postgresql://{config['USER']}@{config['HOST']}:{config['PORT']}/{config['NAME']}"
    )
    environment = os.environ | {
        "LASTMETER_DATABASE_URL": address,
        "LASTMETER_VAR": str(settings.VAR),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    rows = [row(str(n), 承诺="2026-03-09", 单位="供电所", 大类="设施") for n in range(6000)]
    rows[10] = row("10", 时间="昨天")
    rows[5990] = row("5990", 时间="明天")
    file = write(folder / "a.csv", *rows)
    command = [sys.executable, "-c", IMPORT, str(file), "--map", str(folder / "map.toml")]
    stops = 0
    for wanted in (1, 2500, 4500):
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(3000):
            if Dossier.objects.count() >= wanted or process.poll() is not None:
                break
            time.sleep(0.01)  # polls the process, not a timing
        stops += process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert Dossier.objects.count() % 1000 in (0, 999, 998)
    last = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    assert stops, "never caught in the middle"
    assert "退回 2" in last.stdout
    assert [each["编号"] for each in returned(file)] == ["10", "5990"]
    numbers = Dossier.objects.filter(client="import:hotline").values_list("client_ref", flat=True)
    assert sorted(numbers) == sorted(str(n) for n in range(6000) if n not in (10, 5990))
    entries = AuditEntry.objects.filter(kind="matter.reported").count()
    rows_of = [table._default_manager.count() for table in (Matter, SearchText, Deadline, Assignment)]
    assert [entries, *rows_of] == [5998] * 5
    assert Event.objects.count() == 2 * 5998


def test_places_can_be_planted_before_the_import(cast: Cast, folder: Path) -> None:
    text = (
        MAP.replace('under = "螺洲市"', 'under = "新城"') + '[plant]\nlevel = "county"\nnames = ["石桥社区", "东区"]\n'
    )
    (folder / "map.toml").write_text(text, encoding="utf-8")
    file = write(folder / "a.csv", row("1", 经度="", 社区="东区"))
    assert "种下 3 个地点。" in bring(file, "--plant-only").output
    assert not Dossier.objects.exists()
    assert "种下 0 个地点。" in bring(file, "--plant").output
    assert Dossier.objects.get().node.name == "东区"


def first_rows(source: Path, target: Path, rows: int) -> Path:
    """The header and the first rows of a table of the test data."""
    found = list(itertools.islice(sheets.read_rows(source), rows))
    sheets.write_rows(target, list(found[0].values), (list(each.values.values()) for each in found))
    return target


@pytest.mark.parametrize(
    ("name", "path"),
    [("boston311", "boston311/boston311_2011_jul_oct.csv.gz"), ("appeals2020", "appeals2020/messages_hot.csv")],
)
def test_real_files_come_in_by_their_shipped_maps(cast: Cast, tmp_path: Path, name: str, path: str) -> None:
    if not (DATA / path).exists():
        pytest.skip(f"{path} is not in LASTMETER_TEST_DATA")
    file = first_rows(DATA / path, tmp_path / "real.csv", 500)
    answer = bring(file, "--plant", "--language", "zh-hans", map_file=ROOT / "examples" / "imports" / f"{name}.toml")
    assert answer.exit_code == 0, answer.output
    back = len(returned(file)) if tmp_path.joinpath("real.csv.rejected.csv").exists() else 0
    assert f"读入 500 行 = 登记 {500 - back} + 早已登记 0 + 退回 {back}" in answer.output
    assert back < 10
    assert Matter.objects.filter(source="import").count() == 500 - back
