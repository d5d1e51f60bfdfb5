"""`lastmeter learn`: what it learns, what it says, what may stand in its file."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from lastmeter.kit.sheets import write_rows
from lastmeter.matters.learning import cli, counting, measuring, model, training
from lastmeter.matters.learning.cutting import learn_lexicon, runs, split, words_view
from lastmeter.matters.learning.tests.texts import KINDS, some
from lastmeter.matters.learning.training import Examples

ENGLISH = {
    "noise": ("loud music at night", "drilling noise all day", "barking dogs keep us awake"),
    "parking": ("cars parked on the pavement", "no parking spaces left", "a truck blocks the driveway"),
}


def write_table(path: Path, texts: Sequence[str], labels: Sequence[str], *, encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["题目", "内容", "类别"])
        writer.writerows([text[:10], text, label] for text, label in zip(texts, labels, strict=True))
    return path


def learn(*words: object) -> Result:
    command, *rest = map(str, words)
    return CliRunner().invoke({"train": cli.train, "predict": cli.predict}[command], rest)


def train(table: Path, out: Path, *more: object) -> Result:
    return learn("train", table, "--text", "题目", "--text", "内容", "--label", "类别", "--model", out, *more)


def guess(table: Path, made: Path, out: Path) -> list[dict[str, str]]:
    done = learn("predict", table, "--text", "题目", "--text", "内容", "--model", made, "--out", out)
    assert done.exit_code == 0, done.output
    with out.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def learned() -> model.TextModel:
    texts, labels = some(60)
    return training.train(Examples(texts, labels))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_it_learns_from_a_table_of_anybodys_and_tells_rows_it_never_saw(tmp_path: Path, encoding: str) -> None:
    made = tmp_path / "made.npz"
    done = train(write_table(tmp_path / "old.csv", *some(40), encoding=encoding), made)
    assert done.exit_code == 0, done.output
    assert "宏平均 F1" in done.output
    texts, labels = some(20, seed=2)
    rows = guess(write_table(tmp_path / "new.csv", texts, labels, encoding=encoding), made, tmp_path / "said.csv")
    assert [row["row"] for row in rows] == [str(n) for n in range(2, 62)]
    right = sum(row["label"] == label for row, label in zip(rows, labels, strict=True))
    assert right >= 58
    assert all(row["label"] == row["top1"] and row["top2"] and row["top3"] for row in rows)
    assert all(0 <= float(row["confidence3"]) <= float(row["confidence"]) <= 1 for row in rows)


def test_it_reads_a_workbook_and_writes_one(tmp_path: Path) -> None:
    texts, labels = some(30)
    write_rows(tmp_path / "old.xlsx", ["题目", "内容", "类别"], zip(texts, texts, labels, strict=True))
    assert train(tmp_path / "old.xlsx", tmp_path / "made.npz").exit_code == 0
    done = learn(
        *("predict", tmp_path / "old.xlsx", "--text", "内容", "--model", tmp_path / "made.npz"),
        *("--out", tmp_path / "said.xlsx"),
    )
    assert done.exit_code == 0, done.output


def test_it_learns_english_and_two_classes() -> None:
    texts, labels = some(40, kinds=ENGLISH)
    made = training.train(Examples(texts, labels))
    assert made.guesses("there is loud music next door")[0].label == "noise"
    assert made.guesses("a car is parked on the pavement")[0].label == "parking"


@pytest.mark.slow  # a minute of arithmetic
def test_it_learns_three_hundred_classes() -> None:
    chance = np.random.default_rng(0)
    marks = [chr(0x4E00 + n) + chr(0x5E00 + n) for n in range(300)]
    texts = [f"{mark}请来处理{'好坏大小多少'[chance.integers(6)]}" for mark in marks for _each in range(8)]
    labels = [f"第{n}类" for n in range(300) for _each in range(8)]
    made = training.train(Examples(texts, labels, [str(n) for n in range(len(texts))]))
    assert made.report["macro_f1"] > 0.9
    assert made.guesses(marks[7] + "请来处理好")[0].label == "第7类"
    assert len(made.dumps()) < model.LARGEST_FILE


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "只有表头"),
        ([("路灯不亮", "路灯")] * 30, "只有一个类别“路灯”"),
        ([("路灯不亮", "路灯"), ("垃圾没清", "垃圾")] * 4, "至少要 20 条"),
        ([("", "路灯"), ("", "垃圾")] * 40, "至少要 20 条"),
        ([(f"{n}", "路灯") for n in range(20)] + [(f"{n}", "垃圾") for n in range(20)], "学不出东西"),
    ],
)
def test_what_cannot_be_learned_is_said_in_a_sentence(
    tmp_path: Path, rows: Iterable[tuple[str, str]], said: str
) -> None:
    table = write_table(tmp_path / "old.csv", [text for text, _l in rows], [label for _t, label in rows])
    done = train(table, tmp_path / "made.npz")
    assert done.exit_code == 1
    assert said in done.output
    assert not (tmp_path / "made.npz").exists()


def test_a_wrong_column_is_named_and_so_are_those_there_are(tmp_path: Path) -> None:
    table = write_table(tmp_path / "old.csv", *some(5))
    done = learn("train", table, "--text", "正文", "--label", "类别", "--model", tmp_path / "made.npz")
    assert done.exit_code == 1
    assert "没有“正文”这一列。表头有：题目、内容、类别。" in done.output


def test_an_empty_file_and_a_file_that_is_no_model_are_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "nothing.csv").write_bytes(b"")
    assert "没有表头" in train(tmp_path / "nothing.csv", tmp_path / "made.npz").output
    table = write_table(tmp_path / "old.csv", *some(5))
    for content in (b"", b"nothing of ours", _package({"pieces": b"x"}), _package({"a.npy": b"x" * 10})):
        (tmp_path / "made.npz").write_bytes(content)
        done = learn("predict", table, "--text", "内容", "--model", tmp_path / "made.npz", "--out", tmp_path / "o.csv")
        assert done.exit_code == 1
        assert "不是 lastmeter learn 做的模型文件" in done.output


def _package(files: dict[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as package:
        for name, content in files.items():
            package.writestr(name, content)
    return whole.getvalue()


def test_the_same_rows_and_seed_give_the_same_bytes() -> None:
    texts, labels = some(20)
    once, again = (training.train(Examples(texts, labels), seed=3).dumps() for _time in range(2))
    assert once == again


def test_a_model_read_back_says_the_same(learned: model.TextModel) -> None:
    back = model.loads(learned.dumps())
    for text in ("望海社区半夜施工", "垃圾没人清", "", "12345", "hello"):
        np.testing.assert_allclose(back.chances(text), learned.chances(text), atol=1e-6)
    assert back.report == learned.report


def test_it_names_the_words_that_decided_and_keeps_quiet_when_unsure(learned: model.TextModel) -> None:
    said = learned.guesses("东风路3号半夜施工噪声太大，请尽快处理")
    assert said[0].label == "噪声"
    assert learned.is_sure(said)
    assert any(word in "半夜施工噪声太大" for word in said[0].words)
    assert all(len(word) > 1 for word in said[0].words)
    assert not learned.is_sure(learned.guesses("今天天气不错"))


def test_no_message_can_be_read_back_from_the_file(learned: model.TextModel) -> None:
    texts, _labels = some(60)
    secret = "张三丰13900000000住在绝密胡同"
    made = training.train(Examples([*texts, *[secret] * 9], [*_labels, *["噪声"] * 9]))
    view = words_view(made.lexicon)
    cut = [{*runs(text), *view(text), *split(text, made.lexicon)} for text in texts]
    for name in made.names:
        assert not re.search(r"\d", name)
        assert len(name.strip("/")) <= 6
        assert len(name.replace(" ", "").strip("/")) <= 5
        assert sum(name in found for found in cut) >= counting.FEWEST
    assert not any(name in secret and name not in "".join(texts) for name in made.names)
    with zipfile.ZipFile(io.BytesIO(made.dumps())) as package:
        assert b"pickle" not in package.read("runs_pieces.npy")
    assert np.load(io.BytesIO(made.dumps()), allow_pickle=False)["runs_pieces"].dtype == np.uint8


def test_what_one_person_writes_often_enters_no_vocabulary() -> None:
    texts, labels = some(30)
    persons = [f"甲{n}" for n in range(len(texts))]
    mine = [f"孔雀东南飞{word}" for word in "春夏秋冬晨昏日夜"]
    made = training.train(Examples([*texts, *mine], [*labels, *["噪声"] * 8], [*persons, *["乙"] * 8]))
    assert not any("孔雀" in name for name in made.names)
    many = training.train(Examples([*texts, *mine], [*labels, *["噪声"] * 8], [*persons, *map(str, range(8))]))
    assert any("孔雀" in name for name in many.names)


@given(st.text(max_size=60))
def test_any_text_can_be_cut_and_no_piece_has_a_digit(text: str) -> None:
    for piece, times in (*runs(text).items(), *words_view({"停水": -1.0})(text).items()):
        assert times > 0
        assert piece.strip()
        assert not any(char.isdigit() for char in piece)


def test_word_cutting_and_common_words_change_nothing() -> None:
    assert runs("小区 物业 停水") == runs("小区的物业停水")
    assert "区停" not in runs("小区，停水")


def test_words_are_learned_from_texts_that_are_cut_and_from_texts_that_are_not() -> None:
    common = dict.fromkeys(("小区", "停水", "物业", "业停", *"小区停水物业"), 9.0)
    cut = learn_lexicon(["小区 停水 物业 小区 停水 物业"] * 5, common)
    assert set(cut) == {"小区", "停水", "物业"}
    assert split("小区物业停水", cut) == ["小区", "物业", "停水"]
    whole = learn_lexicon(["小区停水", "物业", "水物业停"] * 50, {"小区": 50, "小": 50, "区": 50, "水": 100, "停": 100})
    assert split("小区停水", whole)[0] == "小区"


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40))
def test_the_measures_hold_their_definitions(pairs: list[tuple[int, int]]) -> None:
    wanted, guessed = np.array([a for a, _ in pairs]), np.array([b for _, b in pairs])
    table = measuring.confusion(wanted, guessed, 4)
    assert table.sum() == len(pairs)
    f1 = measuring.macro_f1(table)
    assert 0 <= f1 <= 1
    assert (f1 == 1) == bool((wanted == guessed).all())
    sure = np.eye(4, dtype=np.float32)[guessed]
    wrong = float((wanted != guessed).mean())
    assert measuring.calibration_error(wanted, sure) == pytest.approx(wrong, abs=1e-3)


def test_the_report_counts_every_row_once(learned: model.TextModel) -> None:
    report = learned.report
    assert report["rows"] == 180 == sum(map(sum, report["confusion"])) == sum(each["rows"] for each in report["bins"])
    assert report["low"] <= report["macro_f1"] <= report["high"]
    assert [each["label"] for each in report["labels"]] == sorted(KINDS)
