"""Spreadsheets as offices send them, and as we write them."""

import gzip
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from lastmeter.kit.sheets import BadSheet, Row, count_rows, read_rows, write_rows

TABLE = "名称,网格\n东门社区,第1网格\n"


def read(path: Path, content: bytes, name: str = "表.csv") -> list[Row]:
    file = path / name
    file.write_bytes(content)
    return list(read_rows(file))


@pytest.mark.parametrize(
    "content",
    [
        TABLE.encode(),
        TABLE.encode("utf-8-sig"),
        TABLE.encode("gb18030"),
        TABLE.replace("\n", "\r\n").encode(),
        TABLE.replace(",", ";").encode(),
        TABLE.replace(",", "\t").encode("gb18030"),
        gzip.compress(TABLE.encode(), mtime=0),
        b"\n , \n" + " 名称 ,网格,,\n\n东门社区,第1网格,,\n".encode(),
        '"名称","网格"\n东门社区,"第1网格"'.encode("utf-8-sig"),
    ],
)
def test_a_csv_is_understood_as_offices_send_it(tmp_path: Path, content: bytes) -> None:
    assert [row.values for row in read(tmp_path, content)] == [{"名称": "东门社区", "网格": "第1网格"}]


def test_a_row_keeps_its_number_over_blank_and_broken_lines(tmp_path: Path) -> None:
    rows = read(tmp_path, '名称,说明\n\n甲,"一\n二"\n乙\n'.encode())
    assert rows == [Row(3, {"名称": "甲", "说明": "一\n二"}), Row(4, {"名称": "乙", "说明": ""})]


def test_lines_over_the_end_of_the_detected_part_stay_whole(tmp_path: Path) -> None:
    names = [f"第{number}网格" + "字" * 50 for number in range(15_000)]
    rows = read(tmp_path, ("名称\n" + "\n".join(names)).encode("gb18030"))
    assert [row.values["名称"] for row in rows] == names


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "没有表头"),
        (b"\n\n", "没有表头"),
        ("名称,名称\n".encode(), "“名称”出现了 2 次"),
        ("名称,,网格\n".encode(), "第 2 列没有表头"),
        ("名称\n甲\n乙,丙\n".encode(), "第 3 行有 2 列"),
        ('名称\n甲\n"乙\n'.encode(), "第 3 行的引号"),
        ("名称\n甲\n".encode("utf-16"), "UTF-16"),
        ("名称\n甲\n".encode("gb18030") + b"\xff\xff\n", "第 3 行有不是 GB18030"),
        (("名称\n" + "甲\n" * 300_000).encode() + b"\xff\n", "第 300002 行有不是 UTF-8"),
        (gzip.compress(TABLE.encode(), mtime=0)[:-12], "打不开"),
        (b"PK\x03\x04 and no more", "打不开"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_row(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(BadSheet, match=sentence):
        read(tmp_path, content)


def test_a_workbook_gives_dates_and_whole_numbers_as_text(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        [None, None],
        ["编号", "日期", "时刻", "数", None],
        [441702001, date(2026, 11, 24), datetime.fromisoformat("2026-11-24 16:30"), 1.5, None],
        [],
        ["0012", None, None, None],
    ):
        sheet.append(row)
    book.save(tmp_path / "表.xlsx")
    assert list(read_rows(tmp_path / "表.xlsx")) == [
        Row(3, {"编号": "441702001", "日期": "2026-11-24", "时刻": "2026-11-24 16:30:00", "数": "1.5"}),
        Row(5, {"编号": "0012", "日期": "", "时刻": "", "数": ""}),
    ]


CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cn"]), min_size=1).map(lambda text: f"{text}末")
FORMULAS = st.sampled_from(
    ["=1+1", "+8619900000000", "-1+1", "@SUM(A1)", "'=1", "''@x", "-", "-5", "'普通", "=cmd|' /C calc'!A0"]
)


@pytest.mark.parametrize("name", ["表.csv", "表.xlsx"])
@given(rows=st.lists(st.tuples(CELLS | FORMULAS, CELLS | FORMULAS), max_size=5))
def test_what_was_written_reads_back(
    tmp_path_factory: pytest.TempPathFactory, name: str, rows: list[tuple[str, str]]
) -> None:
    file = tmp_path_factory.mktemp("sheets") / name
    assert write_rows(file, ["甲", "乙"], rows) == len(rows)
    assert [tuple(row.values.values()) for row in read_rows(file)] == rows
    assert [found.name for found in file.parent.iterdir()] == [name]


def test_no_cell_is_taken_for_a_formula(tmp_path: Path) -> None:
    file = tmp_path / "表.csv"
    write_rows(file, ["甲"], [["=1+1"], ["@x"], ["-1+1"], ["-5"], [-5]])
    assert file.read_text("utf-8-sig").split() == ["甲", "'=1+1", "'@x", "'-1+1", "-5", "-5"]


def test_moments_are_written_in_china_time(tmp_path: Path) -> None:
    file = tmp_path / "表.csv"
    write_rows(file, ["时刻", "日期", "无"], [[datetime(2026, 11, 24, 8, 30, tzinfo=UTC), date(2026, 11, 24), None]])
    assert file.read_text("utf-8-sig").splitlines()[1] == "2026-11-24 16:30:00,2026-11-24,"


def test_a_failed_export_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(BadSheet, match="第 2 行超出"):
        write_rows(tmp_path / "表.xlsx", ["甲"], [["字" * 40_000]])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["表.csv", "表.xlsx"])
def test_rows_are_counted_for_the_progress_bar(tmp_path: Path, name: str) -> None:
    write_rows(tmp_path / name, ["甲"], [[number] for number in range(12)])
    assert count_rows(tmp_path / name) == 12


def test_rows_of_a_packed_file_are_counted_too(tmp_path: Path) -> None:
    (tmp_path / "表.csv.gz").write_bytes(gzip.compress(b"a\n1\n2"))
    assert count_rows(tmp_path / "表.csv.gz") == 2
