"""Learning from real messages, where they are at hand: LASTMETER_TEST_DATA names their folder. Not a word is kept."""

import os
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from lastmeter.kit.sheets import read_rows
from lastmeter.matters.learning import cli, measuring, model, tables, training
from lastmeter.matters.learning.training import Examples

DATA = Path(os.environ.get("LASTMETER_TEST_DATA", Path(__file__).parents[4] / "../shared/data")) / "appeals2020"
CUT, WHOLE = DATA / "train_segmented.csv", DATA / "train_raw_sample.csv"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CUT.exists(), reason="the messages are not here: LASTMETER_TEST_DATA names their folder"),
]


def test_two_thousand_cut_messages_teach_enough_for_whole_ones() -> None:
    """Every fourth row, its raw twins taken out of what is asked: a quarter of the data is enough for 0.80."""
    cut = tables.read_examples(CUT, text=["seg"], label="label")
    made = training.train(Examples(cut.texts[::4], cut.labels[::4]))
    assert made.report["macro_f1"] >= 0.88
    assert made.report["calibration_error"] <= 0.05
    assert len(made.dumps()) <= model.LARGEST_FILE
    asked = tables.read_examples(WHOLE, text=["留言主题", "留言详情"], label="一级标签")
    learned = {frozenset(text.split()) for text in cut.texts[::4]}
    fresh = [n for n, text in enumerate(asked.texts) if not any(_twins(words, text) for words in learned)]
    assert len(fresh) > 250
    wanted = np.array([made.shape.labels.index(asked.labels[n]) for n in fresh])
    chances = np.array([made.chances(asked.texts[n]) for n in fresh])
    assert measuring.macro_f1(measuring.confusion(wanted, chances.argmax(axis=1), 7)) >= 0.80
    assert measuring.calibration_error(wanted, chances) <= 0.1


def _twins(words: frozenset[str], text: str) -> bool:
    return sum(word in text for word in words) > 0.8 * len(words)


def test_the_command_learns_from_raw_rows_and_labels_them(tmp_path: Path) -> None:
    made, out = tmp_path / "made.npz", tmp_path / "said.csv"
    columns = ["--text", "留言主题", "--text", "留言详情"]
    done = CliRunner().invoke(cli.train, [str(WHOLE), *columns, "--label", "一级标签", "--model", str(made)])
    assert done.exit_code == 0, done.output
    done = CliRunner().invoke(cli.predict, [str(WHOLE), *columns, "--model", str(made), "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert len(list(read_rows(out))) == len(list(read_rows(WHOLE)))
