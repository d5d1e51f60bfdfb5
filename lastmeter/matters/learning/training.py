"""Training on labelled texts: folds for an honest report, then one fit on everything. The same seed, the same model."""

import time
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from lastmeter.matters.learning import counting, fitting, measuring
from lastmeter.matters.learning.counting import FEWEST
from lastmeter.matters.learning.cutting import runs
from lastmeter.matters.learning.fitting import Lessons, Part, Parts
from lastmeter.matters.learning.model import Block, Floats, Shape, TextModel, quantised, softmax

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


def train(examples: Examples, *, seed: int = 0, tell: Told = lambda _words: None) -> TextModel:
    """Learn from these examples; the report in the model is of five folds, none of which was learned from.

    Labels with a single text are left out and named in the report. Raises CannotLearn.
    """
    began = time.perf_counter()
    learned, left_out = worth_learning(examples, seed=seed)
    names = tuple(sorted(set(learned.labels)))
    tell(_("%(rows)d 条，%(labels)d 类") % {"rows": len(learned.texts), "labels": len(names)})
    lessons = prepare(learned, names)
    scores, chances = hold_out(lessons, folds(learned.labels, seed=seed), seed=seed, tell=tell)
    parts = fitting.fit(lessons, np.arange(len(learned.texts)), seed=seed)
    report = measuring.report(lessons.wanted, chances, names, seed=seed)
    report |= {"folds": FOLDS, "seed": seed, "left_out": left_out, "pieces": len(parts.runs.columns)}
    tell(_("用时 %(seconds).0f 秒") % {"seconds": time.perf_counter() - began})
    join = fit_join(scores, lessons.wanted, len(names))
    return assemble(parts, join, Shape(names, fitting.HIDDEN if len(parts.net) else 0, report["sure"]), report)


def prepare(learned: Examples, names: Sequence[str]) -> Lessons:
    """The examples counted, their labels by number. Raises CannotLearn where no piece is common enough."""
    number = {name: n for n, name in enumerate(names)}
    person = counting.number_persons(learned.texts, learned.persons)
    counted = counting.count(learned.texts, runs, person)
    if not len(counted.allowed(np.arange(len(learned.texts)))):
        raise CannotLearn(_("没有哪个词在 %(count)d 条以上的文字里出现过，学不出东西。") % {"count": FEWEST})
    wanted = np.array([number[label] for label in learned.labels], np.intp)
    return Lessons(learned.texts, wanted, len(names), counted)


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
    lessons: Lessons, fold: NDArray[np.intp], *, seed: int, tell: Told = lambda _words: None
) -> tuple[Floats, Floats]:
    """Scores and chances of each fold by parts fitted to the others — words, weights, net and the join alike."""
    last, labels = int(fold.max()) + 1, lessons.labels
    found = []
    for each in range(last):
        rest, rows = np.flatnonzero(fold != each), np.flatnonzero(fold == each)
        found.append((rows, fitting.fit(lessons, rest, seed=seed).scores(rows)))
        tell(_("第 %(number)d 份，共 %(count)d 份") % {"number": each + 1, "count": last})
    width = min(scores.shape[1] for _rows, scores in found)  # a net in all folds, or in none
    scores = np.zeros((len(fold), width), np.float32)
    for rows, part in found:
        scores[rows] = part[:, :width]
    chances = np.zeros((len(fold), labels), np.float32)
    for each in range(last):
        rest, rows = fold != each, fold == each
        chances[rows] = joined(scores[rows], fit_join(scores[rest], lessons.wanted[rest], labels))
    return scores, chances


def fit_join(scores: Floats, wanted: NDArray[np.intp], labels: int) -> Floats:
    """What turns scores into log-probabilities, fitted to held-out ones: (scores + 1) × labels, offsets last."""
    return _free_join(scores, wanted, labels) if labels <= JOINED_FREELY else _tied_join(scores, wanted, labels)


def joined(scores: Floats, join: Floats) -> Floats:
    """The probability of each label."""
    return softmax(scores @ join[:-1] + join[-1])


def _free_join(scores: Floats, wanted: NDArray[np.intp], labels: int) -> Floats:
    from sklearn.linear_model import LogisticRegression

    spread = np.maximum(scores.std(axis=0), 1e-6)
    found = LogisticRegression(C=0.1, max_iter=1000).fit(scores / spread, wanted)
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


def assemble(parts: Parts, join: Floats, shape: Shape, report: dict[str, Any]) -> TextModel:
    """The model of these parts, with small numbers instead of exact ones."""
    scored = (len(join) - 1) // len(shape.labels)
    if scored < 3:  # a fold was too small for a net
        shape = replace(shape, hidden=0)
    directions, scales = quantised(parts.directions)
    return TextModel(
        shape,
        _block(parts.runs),
        _block(parts.words),
        parts.lexicon,
        directions,
        scales,
        parts.net.astype(np.float16).astype(np.float32),
        join.ravel(),
        report,
    )


def _block(part: Part) -> Block:
    names = tuple(part.counted.names[column] for column in part.columns)
    return Block(names, part.importance, *quantised(part.weights))
