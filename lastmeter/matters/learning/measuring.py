"""How good guesses are: macro F1 with its interval, each label, confusion, whether confidence can be trusted."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lastmeter.matters.learning.model import Floats

RESAMPLED, BINS = 1_000, 10
LARGEST_TABLE = 60  # labels; a larger confusion table is left out, nobody reads it
AT_LEAST_RIGHT, AT_LEAST_SURE, NEVER = 0.85, 0.5, 1.01

Numbers = NDArray[np.intp]


def report(wanted: Numbers, chances: Floats, labels: Sequence[str], *, seed: int) -> dict[str, Any]:
    """The held-out report kept with a model: all numbers plain, for JSON. `chances`: rows × labels."""
    guessed = chances.argmax(axis=1)
    table = confusion(wanted, guessed, len(labels))
    low, high = interval(wanted, guessed, len(labels), seed=seed)
    sure = surest(wanted, chances)
    spoken = chances.max(axis=1) >= sure
    return {
        "rows": len(wanted),
        "accuracy": _round(np.mean(wanted == guessed)),
        "top3": _round(np.mean([want in np.argsort(-row)[:3] for want, row in zip(wanted, chances, strict=True)])),
        "macro_f1": _round(macro_f1(table)),
        "low": _round(low),
        "high": _round(high),
        "calibration_error": _round(calibration_error(wanted, chances)),
        "bins": bins(wanted, chances),
        "sure": _round(sure),
        "spoken": _round(spoken.mean()),
        "right_when_spoken": _round(np.mean((wanted == guessed)[spoken])) if spoken.any() else 0.0,
        "labels": [{"label": label, **each} for label, each in zip(labels, _each(table), strict=True)],
        "confusion": table.tolist() if len(labels) <= LARGEST_TABLE else [],
    }


def confusion(wanted: Numbers, guessed: Numbers, labels: int) -> NDArray[np.int64]:
    """Rows: what it is; columns: what was guessed."""
    return np.bincount(wanted * labels + guessed, minlength=labels * labels).reshape(labels, labels).astype(np.int64)


def macro_f1(table: NDArray[np.int64]) -> float:
    """The mean F1 of the labels that occur; one that is never guessed right counts 0."""
    occur = (table.sum(axis=1) + table.sum(axis=0)) > 0
    return float(_f1(table)[occur].mean()) if occur.any() else 0.0


def _f1(table: NDArray[np.int64]) -> NDArray[np.float64]:
    both = table.sum(axis=0) + table.sum(axis=1)
    return np.asarray(2 * np.diag(table) / np.maximum(both, 1), dtype=np.float64)


def _each(table: NDArray[np.int64]) -> list[dict[str, Any]]:
    right, guessed, rows = np.diag(table), table.sum(axis=0), table.sum(axis=1)
    precision, recall, f1 = right / np.maximum(guessed, 1), right / np.maximum(rows, 1), _f1(table)
    return [
        {"rows": int(rows[n]), "precision": _round(precision[n]), "recall": _round(recall[n]), "f1": _round(f1[n])}
        for n in range(len(table))
    ]


def interval(wanted: Numbers, guessed: Numbers, labels: int, *, seed: int) -> tuple[float, float]:
    """The 95 % interval of macro F1: rows drawn with replacement a thousand times."""
    chance = np.random.default_rng(seed)
    cells = wanted * labels + guessed
    found = []
    for _again in range(RESAMPLED if labels <= LARGEST_TABLE else RESAMPLED // 5):
        drawn = cells[chance.integers(0, len(cells), len(cells))]
        found.append(macro_f1(np.bincount(drawn, minlength=labels * labels).reshape(labels, labels)))
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)


def calibration_error(wanted: Numbers, chances: Floats) -> float:
    """Expected calibration error of the first guess: ten bins of equal width, |confidence - right| weighted by rows."""
    gaps = [each["rows"] * abs(each["confidence"] - each["right"]) for each in bins(wanted, chances)]
    return float(sum(gaps)) / len(wanted)


def bins(wanted: Numbers, chances: Floats) -> list[dict[str, Any]]:
    """Of each tenth of confidence that occurs: rows, mean confidence, share that was right."""
    confidence, right = chances.max(axis=1), chances.argmax(axis=1) == wanted
    tenth = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return [
        {
            "from": n / BINS,
            "rows": int((tenth == n).sum()),
            "confidence": _round(confidence[tenth == n].mean()),
            "right": _round(right[tenth == n].mean()),
        }
        for n in range(BINS)
        if (tenth == n).any()
    ]


def surest(wanted: Numbers, chances: Floats) -> float:
    """From which confidence to speak: at least an even chance, and 85 % right of all that is said; else never."""
    confidence, right = chances.max(axis=1), chances.argmax(axis=1) == wanted
    order = np.argsort(-confidence, kind="stable")
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(share >= AT_LEAST_RIGHT)
    if not len(good):
        return NEVER
    all_good = good[-1] == len(order) - 1
    return AT_LEAST_SURE if all_good else max(AT_LEAST_SURE, float(confidence[order][good[-1]]))


def _round(number: Any) -> float:
    return round(float(number), 4)
