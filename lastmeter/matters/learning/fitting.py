"""Fitting a model's parts to counted texts: weights by a support vector machine on log-odds, directions, a small net.

scikit-learn and scipy are imported here alone, inside the functions: who only asks a model does not load them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lastmeter.matters.learning.counting import Counted, count
from lastmeter.matters.learning.cutting import learn_lexicon, words_view
from lastmeter.matters.learning.model import Floats, forward, softmax, unpack

DIRECTIONS, HIDDEN, NETS = 400, 256, 2
DIRECTION_PIECES = 25_000
MOST_WEIGHTS = 5_000_000  # pieces × labels, a byte each
FEW_LABELS = 40  # up to here each label gets its own log-odds
C, EPOCHS, BATCH, RATE, DECAY = 0.5, 40, 64, 1e-3, 1e-2
DROPPED = (0.2, 0.5)  # of the directions, of the hidden layer
SMOOTHED = 0.05


@dataclass(frozen=True, slots=True)
class Part:
    """What was fitted in one view: columns of the counted pieces, how much each says, its weight for each label."""

    counted: Counted
    columns: NDArray[np.intp]
    importance: Floats
    weights: Floats

    def shares(self, rows: NDArray[np.intp]) -> Any:
        """The rows of this view as shares of length 1."""
        return shares_of(self.counted.matrix[rows][:, self.columns], self.importance)


@dataclass(frozen=True, slots=True)
class Parts:
    """What one fit gives: both views, the words that the second was cut by, directions and a net over the second."""

    runs: Part
    words: Part
    lexicon: dict[str, float]
    directions: Floats
    net: Floats

    def scores(self, rows: NDArray[np.intp]) -> Floats:
        """Of every label for these rows: what the runs say, what the words say, what the net says (if there is one)."""
        shares = self.words.shares(rows)
        found = [self.runs.shares(rows) @ self.runs.weights, shares @ self.words.weights]
        if len(self.net):
            wide, labels = self.directions.shape[1], self.words.weights.shape[1]
            near = _length_one(shares[:, : len(self.directions)] @ self.directions)
            found.append(forward(unpack(self.net, wide, HIDDEN, labels), near))
        return np.asarray(np.hstack(found), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Lessons:
    """Texts with the numbers of their labels, the view of runs counted already: it takes nothing from other texts."""

    texts: Sequence[str]
    wanted: NDArray[np.intp]
    labels: int
    runs: Counted


def fit(lessons: Lessons, rows: NDArray[np.intp], *, seed: int) -> Parts:
    """Fit everything to these rows alone, the words too; other rows are only counted, to be asked for later."""
    wanted = lessons.wanted[rows]
    runs, _shares = _fit_part(lessons.runs, rows, wanted, lessons.labels, seed)
    counts = np.asarray(lessons.runs.matrix[rows].sum(axis=0)).ravel()
    common = {lessons.runs.names[column]: float(counts[column]) for column in lessons.runs.allowed(rows)}
    lexicon = learn_lexicon((lessons.texts[row] for row in rows), common)
    counted = count(lessons.texts, words_view(lexicon), lessons.runs.person)
    words, shares = _fit_part(counted, rows, wanted, lessons.labels, seed)
    directions, net = _direct(shares, wanted, lessons.labels, seed)
    return Parts(runs, words, lexicon, directions, net)


def _fit_part(
    counted: Counted, rows: NDArray[np.intp], wanted: NDArray[np.intp], labels: int, seed: int
) -> tuple[Part, Any]:
    """One view: its part, and the shares of the rows."""
    allowed = counted.allowed(rows)
    odds = _odds(counted.matrix[rows][:, allowed], wanted, labels)
    worth = np.abs(odds).max(axis=0)
    order = _chosen(counted.matrix[rows][:, allowed], worth, labels)
    columns, odds = allowed[order], odds[:, order]
    counts = counted.matrix[rows][:, columns]
    importance = _importance(counts)
    shares = shares_of(counts, importance)
    return Part(counted, columns, importance, _weights(shares, odds, wanted, labels, seed)), shares


def shares_of(counts: Any, importance: Floats) -> Any:
    """Counts as shares: damped, times importance, each row of length 1."""
    import scipy.sparse as sparse

    damped = counts.copy()
    damped.data = 1 + np.log(damped.data)
    weighted = damped @ sparse.diags(importance)
    lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    return (sparse.diags((1 / np.maximum(lengths, 1e-9)).astype(np.float32)) @ weighted).tocsr()


def _importance(counts: Any) -> Floats:
    """Rarer pieces say more: log((1 + texts) / (1 + texts with the piece)) + 1."""
    with_piece = np.bincount(counts.indices, minlength=counts.shape[1])
    return np.asarray(np.log((1 + counts.shape[0]) / (1 + with_piece)) + 1, dtype=np.float32)


def _odds(counts: Any, wanted: NDArray[np.intp], labels: int) -> Floats:
    """Labels × pieces: log-odds of a piece in a label's texts against all others, each counted once a text."""
    present = counts.copy()
    present.data = np.ones_like(present.data)
    inside = np.vstack([np.asarray(present[wanted == label].sum(axis=0)) for label in range(labels)]) + 1.0
    outside = np.asarray(present.sum(axis=0)) - inside + 2.0
    ratio = (inside / inside.sum(axis=1, keepdims=True)) / (outside / outside.sum(axis=1, keepdims=True))
    return np.asarray(np.log(ratio), dtype=np.float32)


def _chosen(counts: Any, worth: Floats, labels: int) -> NDArray[np.intp]:
    """The pieces in the order of the file: those of the directions first; as many as a file of 30 MB holds."""
    with_piece = np.bincount(counts.indices, minlength=counts.shape[1])
    best = np.argsort(-worth * np.sqrt(with_piece), kind="stable")
    return best[: max(1, MOST_WEIGHTS // labels)]


def _weights(shares: Any, odds: Floats, wanted: NDArray[np.intp], labels: int, seed: int) -> Floats:
    """Pieces × labels: one label against the rest, on shares scaled by its log-odds where labels are few."""
    import scipy.sparse as sparse
    from sklearn.svm import LinearSVC

    weights = np.zeros((shares.shape[1], labels), np.float32)
    for label in range(labels):
        scale = np.abs(odds[label]) if labels <= FEW_LABELS else np.ones(shares.shape[1], np.float32)
        machine = LinearSVC(C=C, class_weight="balanced", fit_intercept=False, random_state=seed, tol=1e-3)
        machine.fit(shares @ sparse.diags(scale), wanted == label)
        weights[:, label] = machine.coef_[0] * scale
    return weights


def _direct(shares: Any, wanted: NDArray[np.intp], labels: int, seed: int) -> tuple[Floats, Floats]:
    """The common directions of the first pieces, and the nets over them; none for few texts."""
    from sklearn.utils.extmath import randomized_svd

    near = shares[:, :DIRECTION_PIECES]
    wide = min(DIRECTIONS, min(near.shape) // 4)
    if wide < 8:
        return np.zeros((0, 0), np.float32), np.zeros(0, np.float32)
    _left, _size, right = randomized_svd(near, wide, n_iter=3, random_state=seed)
    directions = np.asarray(right.T, dtype=np.float32)
    rows = _length_one(near @ directions)
    return directions, np.concatenate([_learn_net(rows, wanted, labels, seed + n) for n in range(NETS)])


def _length_one(rows: Any) -> Floats:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-9), dtype=np.float32)


def _learn_net(directions: Floats, wanted: NDArray[np.intp], labels: int, seed: int) -> Floats:
    """Train the net: Adam with decaying rate, dropout on both layers, smoothed targets."""
    chance = np.random.default_rng(seed)
    wide = directions.shape[1]
    scaled = directions * np.float32(wide**0.5)
    layers = [
        chance.normal(0, (2 / wide) ** 0.5, (wide, HIDDEN)).astype(np.float32),
        np.zeros(HIDDEN, np.float32),
        chance.normal(0, (1 / HIDDEN) ** 0.5, (HIDDEN, labels)).astype(np.float32),
        np.zeros(labels, np.float32),
    ]
    targets = np.eye(labels, dtype=np.float32) * (1 - SMOOTHED) + SMOOTHED / labels
    moments = [(np.zeros_like(layer), np.zeros_like(layer)) for layer in layers]
    step, steps = 0, EPOCHS * -(-len(scaled) // BATCH)
    for _epoch in range(EPOCHS):
        order = chance.permutation(len(scaled))
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            step += 1
            slopes = _slopes(layers, scaled[rows], targets[wanted[rows]], chance)
            _move(layers, slopes, moments, step, RATE * (1 - step / (steps + 1)))
    return np.concatenate([layer.ravel() for layer in layers])


def _slopes(layers: list[Floats], rows: Floats, targets: Floats, chance: np.random.Generator) -> list[Floats]:
    """The slope of the loss in every layer, with dropout."""
    first, offset, second, last = layers
    seen = rows * _kept(chance, rows.shape, DROPPED[0])
    hidden = seen @ first + offset
    mask = (hidden > 0) * _kept(chance, hidden.shape, DROPPED[1])
    active = hidden * mask
    guessed = softmax(np.asarray(active @ second + last, dtype=np.float32))
    wrong = (guessed - targets) / np.float32(len(rows))
    back = (wrong @ second.T) * mask
    return [seen.T @ back, back.sum(axis=0), active.T @ wrong, wrong.sum(axis=0)]


def _kept(chance: np.random.Generator, shape: tuple[int, ...], dropped: float) -> Floats:
    kept = chance.random(shape, dtype=np.float32) >= dropped
    return np.asarray(kept / np.float32(1 - dropped), dtype=np.float32)


def _move(
    layers: list[Floats], slopes: list[Floats], moments: list[tuple[Floats, Floats]], step: int, rate: float
) -> None:
    for layer, slope, (mean, square) in zip(layers, slopes, moments, strict=True):
        mean += 0.1 * (slope - mean)
        square += 0.001 * (slope * slope - square)
        change = (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
        layer -= rate * (change + (DECAY * layer if layer.ndim == 2 else 0))
