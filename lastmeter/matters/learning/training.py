"""Training on labelled texts: folds for an honest report, then one fit on everything. The same seed, the same model."""

import time
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from lastmeter.matters.learning import counting, fitting, measuring
from lastmeter.matters.learning.counting import FEWEST, Counted
from lastmeter.matters.learning.cutting import Cut
from lastmeter.matters.learning.model import Floats, Shape, TextModel, quantised, softmax

FOLDS = 5
FEWEST_ROWS, FEWEST_OF_LABEL = 20, 2
MOST_ROWS = 50_000
JOINED_FREELY = 40  # labels; more are joined by two numbers and an offset each

Told = Callable[[str], None]


class CannotLearn(ValueError):
    """There is nothing to learn from these rows; `str()` is a sentence."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Labelled texts. `persons` names who wrote each, where that is known: they are counted, never kept."""

    texts: Sequence[str]
    labels: Sequence[str]
    persons: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What was guessed of rows that were not learned from: numbers of labels, and the chance of each."""

    labels: tuple[str, ...]
    wanted: NDArray[np.intp]
    scores: Floats
    chances: Floats


def train(examples: Examples, *, seed: int = 0, cut: Cut | None = None, tell: Told = lambda _words: None) -> TextModel:
    """Learn from these examples; the report in the model is of five folds, none of which was learned from.

    Labels with a single text are left out and named in the report. Raises CannotLearn.
    """
    began, cut = time.perf_counter(), cut or Cut()
    learned, left_out = worth_learning(examples, seed=seed)
    tell(_("%(rows)d 条，%(labels)d 类") % {"rows": len(learned.texts), "labels": len(set(learned.labels))})
    counted = counting.count(learned.texts, cut, learned.persons)
    held = hold_out(counted, learned.labels, folds(learned.labels, seed=seed), seed=seed, tell=tell)
    rows = np.arange(len(learned.texts))
    parts = fitting.fit(counted, rows, held.wanted, len(held.labels), seed=seed)
    if not len(parts.columns):
        raise CannotLearn(_("没有哪个词在 %(count)d 条以上的文字里出现过，学不出东西。") % {"count": FEWEST})
    join = fit_join(held.scores, held.wanted, len(held.labels))
    report = measuring.report(held.wanted, held.chances, held.labels, seed=seed)
    report |= {"folds": FOLDS, "seed": seed, "left_out": left_out, "pieces": len(parts.columns)}
    tell(_("用时 %(seconds).0f 秒") % {"seconds": time.perf_counter() - began})
    return assemble(counted, parts, join, Shape(held.labels, cut, parts.hidden, report["sure"]), report)


def worth_learning(examples: Examples, *, seed: int) -> tuple[Examples, dict[str, int]]:
    """The rows with a text and a label that occurs twice, at most 50,000; the labels left out. Raises CannotLearn."""
    whole = [n for n, text in enumerate(examples.texts) if text.strip() and examples.labels[n].strip()]
    often = Counter(examples.labels[n].strip() for n in whole)
    left_out = {label: count for label, count in sorted(often.items()) if count < FEWEST_OF_LABEL}
    kept = [n for n in whole if examples.labels[n].strip() not in left_out]
    if len(kept) > MOST_ROWS:
        kept = sorted(np.random.default_rng(seed).choice(kept, MOST_ROWS, replace=False).tolist())
    persons = examples.persons
    learned = Examples(
        [examples.texts[n] for n in kept],
        [examples.labels[n].strip() for n in kept],
        [persons[n] for n in kept] if persons else None,
    )
    if len(kept) < FEWEST_ROWS:
        words = _("有文字又有类别的只有 %(count)d 条，至少要 %(fewest)d 条。")
        raise CannotLearn(words % {"count": len(kept), "fewest": FEWEST_ROWS})
    if len(set(learned.labels)) < 2:
        raise CannotLearn(_("只有一个类别“%(label)s”，没有可学的。") % {"label": learned.labels[0]})
    return learned, left_out


def folds(labels: Sequence[str], *, seed: int, count: int = FOLDS) -> NDArray[np.intp]:
    """The number of the fold of each row: shuffled, each label spread evenly (scikit-learn's StratifiedKFold)."""
    from sklearn.model_selection import StratifiedKFold

    of = np.zeros(len(labels), np.intp)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a label with fewer rows than folds is left to chance
        cut = StratifiedKFold(count, shuffle=True, random_state=seed).split(of, list(labels))
        for number, (_rest, rows) in enumerate(cut):
            of[rows] = number
    return of


def hold_out(
    counted: Counted, labels: Sequence[str], fold: NDArray[np.intp], *, seed: int, tell: Told = lambda _words: None
) -> HeldOut:
    """Each fold guessed by parts fitted to the others — vocabulary, weights, net and the join alike."""
    names = tuple(sorted(set(labels)))
    number = {name: n for n, name in enumerate(names)}
    wanted = np.array([number[label] for label in labels], np.intp)
    scores = np.zeros((len(labels), 2 * len(names)), np.float32)
    last = int(fold.max()) + 1
    for each in range(last):
        rest, rows = np.flatnonzero(fold != each), np.flatnonzero(fold == each)
        found = fitting.fit(counted, rest, wanted[rest], len(names), seed=seed).scores(counted, rows)
        scores[rows, : found.shape[1]] = found
        tell(_("第 %(number)d 份，共 %(count)d 份") % {"number": each + 1, "count": last})
    if not scores[:, len(names) :].any():
        scores = scores[:, : len(names)]
    chances = np.zeros((len(labels), len(names)), np.float32)
    for each in range(last):
        rest, rows = fold != each, fold == each
        chances[rows] = joined(scores[rows], fit_join(scores[rest], wanted[rest], len(names)))
    return HeldOut(names, wanted, scores, chances)


def fit_join(scores: Floats, wanted: NDArray[np.intp], labels: int) -> Floats:
    """What turns scores into log-probabilities, fitted to held-out ones: (scores + 1) × labels, offsets last."""
    return _free_join(scores, wanted, labels) if labels <= JOINED_FREELY else _tied_join(scores, wanted, labels)


def joined(scores: Floats, join: Floats) -> Floats:
    """The probability of each label."""
    return softmax(scores @ join[:-1] + join[-1])


def _free_join(scores: Floats, wanted: NDArray[np.intp], labels: int) -> Floats:
    from sklearn.linear_model import LogisticRegression

    spread = np.maximum(scores.std(axis=0), 1e-6)
    found = LogisticRegression(C=1.0, max_iter=1000).fit(scores / spread, wanted)
    join = np.zeros((scores.shape[1] + 1, labels), np.float32)
    join[-1] = -30  # a label that these rows lack
    two = len(found.classes_) == 2
    coefficients = np.vstack([-found.coef_, found.coef_]) / 2 if two else found.coef_
    offsets = np.hstack([-found.intercept_, found.intercept_]) / 2 if two else found.intercept_
    join[:-1, found.classes_] = (coefficients / spread).T
    join[-1, found.classes_] = offsets
    return join


def _tied_join(scores: Floats, wanted: NDArray[np.intp], labels: int) -> Floats:
    """Two numbers for the two scores of every label, found by the likelihood of what was held out."""
    from scipy.optimize import minimize

    parts = scores.reshape(len(scores), -1, labels)
    rows = np.arange(len(wanted))

    def unlikely(factors: NDArray[np.float64]) -> float:
        chances = softmax(np.tensordot(parts, factors.astype(np.float32), (1, 0)))
        return float(-np.log(np.maximum(chances[rows, wanted], 1e-9)).mean())

    best = minimize(
        unlikely, np.full(parts.shape[1], 2.0), method="Nelder-Mead", options={"xatol": 0.01, "fatol": 1e-4}
    )
    whole = [np.eye(labels, dtype=np.float32) * np.float32(factor) for factor in best.x]
    return np.vstack([*whole, np.zeros((1, labels), np.float32)])


def assemble(counted: Counted, parts: fitting.Parts, join: Floats, shape: Shape, report: dict[str, Any]) -> TextModel:
    """The model of these parts, with small numbers instead of exact ones."""
    weights, scales = quantised(parts.weights)
    directions, direction_scales = quantised(parts.directions)
    names = tuple(counted.names[column] for column in parts.columns)
    if not shape.hidden:
        join = np.vstack([join[: len(shape.labels)], join[-1:]])
    return TextModel(
        shape,
        names,
        parts.importance,
        weights,
        scales,
        directions,
        direction_scales,
        parts.net.astype(np.float16).astype(np.float32),
        join.ravel(),
        report,
    )
