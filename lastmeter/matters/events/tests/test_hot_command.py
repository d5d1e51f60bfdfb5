"""`lastmeter learn hot` on anybody's table: encodings, times, and sentences for what is wrong."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from lastmeter.kit import sheets
from lastmeter.kit.zhtime import CHINA
from lastmeter.matters.events.cli import learn_hot
from lastmeter.matters.events.heat import Voice, reckon, trend
from lastmeter.matters.events.moments import read_moment

HEAD = ("标题", "内容", "时间", "谁", "赞")
ROWS = (
    ("螺湖花园旁建搅拌站", "粉尘噪音让人睡不着", "2026-11-01 08:30:00", "甲", "3"),
    ("搅拌站污染螺湖花园", "灰尘满天，孩子咳嗽", "2026/11/2 下午5:07", "乙", "0"),
    ("海湾路公园路灯不亮", "晚上散步看不见", "2026年11月3日", "丙", "-1"),
)


def table(path: Path, encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([HEAD, *ROWS])
    return path


def run(file: Path, out: Path, *more: str) -> tuple[int, str]:
    given = [str(file), "--text", "标题", "--text", "内容", "--time", "时间", "--out", str(out), *more]
    done = CliRunner().invoke(learn_hot, given)
    return done.exit_code, done.output


@pytest.mark.parametrize("name", ["utf8.csv", "gbk.csv", "book.xlsx"])
def test_a_table_in_any_form_gives_every_row_its_event(name: str, tmp_path: Path) -> None:
    file, out = tmp_path / name, tmp_path / "out.csv"
    if name.endswith("xlsx"):
        sheets.write_rows(file, HEAD, ROWS)
    else:
        table(file, "gb18030" if name == "gbk.csv" else "utf-8")
    code, said = run(file, out, "--person", "谁", "--weight", "赞")
    assert code == 0, said
    rows = {row.values["row"]: row.values for row in sheets.read_rows(out)}
    assert rows["2"]["event"] == rows["3"]["event"] == "1"
    assert rows["4"]["event"] == "2"
    assert float(rows["2"]["heat"]) > float(rows["4"]["heat"])
    assert "螺湖" not in said, "the words of citizens are not printed"


def test_a_wrong_column_and_a_wrong_time_are_told_in_a_sentence(tmp_path: Path) -> None:
    file, out = table(tmp_path / "a.csv"), tmp_path / "out.csv"
    code, said = run(file, out, "--person", "姓名")
    assert code == 1
    assert "表里没有“姓名”这一列。表头有：标题、内容、时间、谁、赞。" in said
    file.write_text(file.read_text(encoding="utf-8").replace("2026年11月3日", "前天"), encoding="utf-8")
    code, said = run(file, out)
    assert code == 1
    assert "第 4 行“时间”写的“前天”看不出是什么时间" in said
    code, said = run(table(file), out, "--weight", "谁")
    assert "不是数字" in said
    assert not out.exists()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2019-04-01 17:07:36", datetime(2019, 4, 1, 17, 7, 36, tzinfo=CHINA)),
        ("2019/4/1 17:07", datetime(2019, 4, 1, 17, 7, tzinfo=CHINA)),
        ("2019.4.1", datetime(2019, 4, 1, tzinfo=CHINA)),
        ("2019年4月1日 下午5时7分", datetime(2019, 4, 1, 17, 7, tzinfo=CHINA)),
        ("2019/4/1 5:07:09 PM", datetime(2019, 4, 1, 17, 7, 9, tzinfo=CHINA)),
        ("2019-04-01T09:07:36Z", datetime(2019, 4, 1, 9, 7, 36, tzinfo=UTC)),
        ("2019-04-01T17:07:36+08:00", datetime(2019, 4, 1, 17, 7, 36, tzinfo=CHINA)),
        ("20190401170736", datetime(2019, 4, 1, 17, 7, 36, tzinfo=CHINA)),
        ("20190401", datetime(2019, 4, 1, tzinfo=CHINA)),
        ("1554109656", datetime(2019, 4, 1, 17, 7, 36, tzinfo=CHINA)),
        ("1554109656000", datetime(2019, 4, 1, 17, 7, 36, tzinfo=CHINA)),
        ("43556", datetime(2019, 4, 1, tzinfo=CHINA)),
        ("２０１９-4-1", datetime(2019, 4, 1, tzinfo=CHINA)),
        ("昨天", None),
        ("", None),
        ("2019-13-40", None),
    ],
)
def test_a_moment_is_read_however_it_is_written(text: str, moment: datetime | None) -> None:
    assert read_moment(text) == moment


NOW = datetime(2026, 11, 25, tzinfo=UTC)
VOICES = st.lists(
    st.builds(
        Voice,
        st.datetimes(datetime(2025, 1, 1), datetime(2026, 11, 24), timezones=st.just(UTC)),  # noqa: DTZ001 - see beside
        st.one_of(st.none(), st.integers(1, 5)),
        st.floats(-5, 5000),
    ),
    min_size=1,
)


@given(VOICES)
def test_people_are_never_more_than_messages_and_another_person_makes_it_hotter(voices: list[Voice]) -> None:
    heat = reckon(voices, now=NOW)
    assert 1 <= heat.people <= heat.messages == len(voices)
    more = [*voices, Voice(max(each.at for each in voices), "somebody new")]
    assert reckon(more, now=NOW).heat > heat.heat


@given(VOICES)
def test_the_bars_of_a_trend_hold_every_message_of_its_time(voices: list[Voice]) -> None:
    counts = trend([each.at for each in voices], since=datetime(2025, 1, 1, tzinfo=UTC), until=NOW)
    assert sum(counts) == len(voices)


def test_where_nothing_can_be_written_is_said_before_anything_long_begins(tmp_path: Path) -> None:
    code, said = run(table(tmp_path / "t.csv"), tmp_path / "nowhere" / "out.csv")
    assert code == 1
    assert "写不进文件夹" in said
