"""How well categories are learned from real messages: `python -m bench.learn FOLDER`, the folder with
train_segmented.csv (seg, label) and train_raw_sample.csv (留言主题, 留言详情, 一级标签). Prints the figures of
docs/learning.md; some minutes of one core. Not a word of the messages is kept.
"""

import os
import sys
import time
from pathlib import Path

import django
import numpy as np
from numpy.typing import NDArray

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lastmeter.project.settings")
django.setup()

from lastmeter.matters.learning import measuring, tables, training  # noqa: E402 — needs Django's settings
from lastmeter.matters.learning.cutting import tokens  # noqa: E402
from lastmeter.matters.learning.model import TextModel  # noqa: E402
from lastmeter.matters.learning.training import Examples  # noqa: E402

SEED = 0
TWINS, ALIKE = 0.8, 0.6  # share of character pairs in common


def pairs(texts: list[str]) -> list[frozenset[str]]:
    """The pairs of characters inside the words of each text, digits and common characters apart."""
    return [
        frozenset(
            word[at : at + 2] for token in tokens(text) for word in token.raw.split() for at in range(len(word) - 1)
        )
        for text in texts
    ]


def _words(text: str) -> list[str]:
    return [word for token in tokens(text) for word in token.raw.split()]


def whole_pairs(texts: list[str]) -> list[frozenset[str]]:
    """The same of texts that are not cut into words."""
    return [
        frozenset(token.text[at : at + 2] for token in tokens(text) for at in range(len(token.text) - 1))
        for text in texts
    ]


def shared(left: list[frozenset[str]], right: list[frozenset[str]]) -> NDArray[np.float32]:
    """Left × right: which share of the left one's pairs the right one has."""
    from sklearn.feature_extraction.text import CountVectorizer

    cut = CountVectorizer(analyzer=list, binary=True, dtype=np.float32)
    rows = cut.fit_transform(left)
    common = (rows @ cut.transform(right).T).toarray()
    return np.asarray(common / np.maximum(np.asarray(rows.sum(axis=1)), 1), dtype=np.float32)


def alike(texts: list[str]) -> NDArray[np.intp]:
    """A number for each text; near-duplicates, and what is alike to them in turn, have the same."""
    from scipy.sparse.csgraph import connected_components

    mine = pairs(texts)
    share = shared(mine, mine)
    return np.asarray(connected_components(np.minimum(share, share.T) >= ALIKE)[1], dtype=np.intp)


def folds_apart(labels: list[str], group: NDArray[np.intp]) -> NDArray[np.intp]:
    """Five folds in which near-duplicates are never on both sides."""
    from sklearn.model_selection import StratifiedGroupKFold

    of = np.zeros(len(labels), np.intp)
    for number, (_rest, rows) in enumerate(
        StratifiedGroupKFold(5, shuffle=True, random_state=SEED).split(of, labels, group)
    ):
        of[rows] = number
    return of


def say(name: str, report: dict[str, object]) -> None:
    """One line of the table."""
    words = "{macro_f1:.4f} ({low:.4f}–{high:.4f}), right {accuracy:.4f}, top 3 {top3:.4f}, ECE {calibration_error:.4f}"
    print(name, report["rows"], words.format(**report), flush=True)


def segmented(cut: Examples, fold: NDArray[np.intp], name: str) -> None:
    """Cross-validation: every fold by a model of the other four."""
    names = sorted(set(cut.labels))
    lessons = training.prepare(cut, names)
    _scores, chances = training.hold_out(lessons, fold, seed=SEED)
    report = measuring.report(lessons.wanted, chances, names, seed=SEED)
    say(name, report)
    for each in report["labels"]:
        print("   ", each)
    print("   ", report["bins"])


def raw(cut: Examples, whole: Examples) -> TextModel:
    """Raw rows by a model of the segmented ones without their twins; returns the model."""
    share = shared(pairs(list(cut.texts)), whole_pairs(list(whole.texts)))
    kept = np.flatnonzero(share.max(axis=1) < TWINS).tolist()
    print(f"twins taken out: {len(cut.texts) - len(kept)} of {len(cut.texts)}")
    began = time.process_time()
    made = training.train(Examples([cut.texts[int(n)] for n in kept], [cut.labels[int(n)] for n in kept]), seed=SEED)
    print(f"training: {time.process_time() - began:.0f} s of processor time")
    wanted = np.array([made.shape.labels.index(label) for label in whole.labels])
    began = time.process_time()
    chances = np.array([made.chances(text) for text in whole.texts])
    spent = (time.process_time() - began) / len(whole.texts)
    say("raw", measuring.report(wanted, chances, made.shape.labels, seed=SEED))
    twins = np.array([made.chances(cut.texts[n]) for n in share.argmax(axis=0)])
    say("the same rows, segmented", measuring.report(wanted, twins, made.shape.labels, seed=SEED))
    print("difference, 95 %:", paired(wanted, chances.argmax(axis=1), twins.argmax(axis=1), len(made.shape.labels)))
    print(f"{spent * 1000:.2f} ms a text (mean of {np.mean([len(text) for text in whole.texts]):.0f} characters)")
    print(f"{len(made.dumps()) / 1e6:.1f} MB, {len(made.names)} pieces")
    return made


def paired(wanted: NDArray[np.intp], one: NDArray[np.intp], other: NDArray[np.intp], labels: int) -> list[float]:
    """The 95 % interval of the difference of two macro F1 on the same rows."""
    chance, found = np.random.default_rng(SEED), []
    for _again in range(1000):
        drawn = chance.integers(0, len(wanted), len(wanted))
        tables_of = [measuring.confusion(wanted[drawn], said[drawn], labels) for said in (one, other)]
        found.append(measuring.macro_f1(tables_of[0]) - measuring.macro_f1(tables_of[1]))
    return [round(float(each), 4) for each in np.quantile(found, [0.025, 0.975])]


def main() -> None:
    """Entry point."""
    folder = Path(sys.argv[1])
    cut = tables.read_examples(folder / "train_segmented.csv", text=["seg"], label="label")
    whole = tables.read_examples(folder / "train_raw_sample.csv", text=["留言主题", "留言详情"], label="一级标签")
    wanted = sys.argv[2:] or ["raw", "plain", "apart"]
    if "raw" in wanted:
        raw(cut, whole)
    if "plain" in wanted:
        segmented(cut, training.folds(cut.labels, seed=SEED), "segmented, StratifiedKFold(5, shuffle, seed 0)")
    if "apart" in wanted:
        segmented(
            cut, folds_apart(list(cut.labels), alike(list(cut.texts))), "segmented, near-duplicates kept together"
        )


if __name__ == "__main__":
    main()
