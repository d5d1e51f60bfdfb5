"""A trained model: pieces with their weights, a small net over their common directions, and how sure to be. numpy only.

The file is an `.npz` without pickles: nothing in it can run, and nothing in it is longer than a few characters.
"""

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from lastmeter.matters.learning.cutting import Pieces, runs, words_view

VERSION = 1
LARGEST_FILE = 30 * 1024 * 1024
LARGEST_ARRAY = 256 * 1024 * 1024
BLOCK = ("pieces", "importance", "weights", "scales")
VIEWS = ("runs", "words")
ARRAYS = frozenset(
    {f"{view}_{name}" for view in VIEWS for name in BLOCK}
    | {"lexicon", "chances", "directions", "direction_scales", "net", "join", "about"}
)
MOST_DECIDING = 5
FEWEST_KNOWN = 3
MOST_TELLING = 20_000  # pieces, the most useful first, among which the words of a label are looked for

Floats = NDArray[np.float32]


class BadModel(ValueError):
    """The file is not a model of ours, or not one this version reads; `str()` is a sentence."""


@dataclass(frozen=True, slots=True)
class Guess:
    """One label for a text: how sure (0…1, calibrated), and the words of the text that spoke for it.

    `known`: how many runs of two characters and more of the text the model knows at all.
    """

    label: str
    confidence: float
    words: tuple[str, ...] = ()
    known: int = 0


@dataclass(frozen=True, slots=True)
class Shape:
    """What a model was made for: its labels, the size of its net (0: none), from which confidence it speaks."""

    labels: tuple[str, ...]
    hidden: int
    sure: float


@dataclass(frozen=True)
class Block:
    """The pieces of one view, the most useful first: how much each says, its weight for each label.

    weights: int8 with one scale a label; value ≈ int8 × scale.
    """

    names: tuple[str, ...]
    importance: Floats
    weights: NDArray[np.int8]
    scales: Floats

    @cached_property
    def _at(self) -> dict[str, int]:
        return {name: at for at, name in enumerate(self.names)}

    def read(self, found: Pieces) -> tuple[NDArray[np.intp], Floats]:
        """Which known pieces a text has, and the share of each (length 1)."""
        known = self._at
        counted = [(known[piece], times) for piece, times in found.items() if piece in known]
        at = np.array([each for each, _times in counted], dtype=np.intp)
        times = np.array([each for _at, each in counted], dtype=np.float32)
        share = (1 + np.log(times)) * self.importance[at] if len(at) else times
        return at, share / max(float(np.linalg.norm(share)), 1e-9)

    def spoke(self, at: NDArray[np.intp], share: Floats) -> Floats:
        """What each of these pieces adds to each label."""
        return np.asarray(self.weights[at] * self.scales * share[:, None], dtype=np.float32)

    def fits(self, labels: int) -> bool:
        """Whether the arrays belong together."""
        count = len(self.names)
        return (
            self.importance.shape == (count,)
            and self.weights.shape == (count, labels)
            and self.weights.dtype == np.int8
            and self.scales.shape == (labels,)
        )


@dataclass(frozen=True)
class TextModel:
    """Text → labels with confidence, by two views and a net over the directions of the second.

    directions: int8 with one scale a column, for the first pieces of `words` only; net: hidden layer and output, flat;
    join: what turns the scores of each label — of runs, words, net — into log-probabilities.
    """

    shape: Shape
    runs: Block
    words: Block
    lexicon: dict[str, float]
    directions: NDArray[np.int8]
    direction_scales: Floats
    net: Floats
    join: Floats
    report: dict[str, Any]

    @property
    def names(self) -> tuple[str, ...]:
        """Every piece of text that stands in the file."""
        return (*self.runs.names, *self.words.names, *self.lexicon)

    @cached_property
    def _layers(self) -> list[list[Floats]]:
        return unpack(self.net, len(self.direction_scales), self.shape.hidden, len(self.shape.labels))

    def guesses(self, text: str, *, most: int = 3, words: bool = True) -> list[Guess]:
        """The likeliest labels, most likely first; with the deciding words of each when asked for."""
        at, spoke, chances = self._asked(text)
        order = np.argsort(-chances, kind="stable")[:most]
        names = [self.runs.names[n] for n in at]
        known = sum(len(name) > 1 for name in names)
        told = [self._deciding(names, spoke, int(n)) if words else () for n in order]
        return [Guess(self.shape.labels[n], float(chances[n]), why, known) for n, why in zip(order, told, strict=True)]

    def is_sure(self, guesses: Sequence[Guess]) -> bool:
        """Whether the first of these guesses is worth saying: else the model keeps quiet.

        Of a text it knows next to nothing of, it has only an opinion on texts in general.
        """
        return bool(guesses) and guesses[0].confidence >= self.shape.sure and guesses[0].known >= FEWEST_KNOWN

    def chances(self, text: str) -> Floats:
        """The calibrated probability of each label, in the order of `shape.labels`."""
        return self._asked(text)[2]

    def _asked(self, text: str) -> tuple[NDArray[np.intp], Floats, Floats]:
        """The known runs, what each adds to each label, and the probability of each label."""
        at, share = self.runs.read(runs(text))
        spoke = self.runs.spoke(at, share)
        word_at, word_share = self.words.read(words_view(self.lexicon)(text))
        scores = [spoke.sum(axis=0), self.words.spoke(word_at, word_share).sum(axis=0)]
        if self.shape.hidden:
            near = word_at < len(self.directions)
            direction = (word_share[near] @ self.directions[word_at[near]]) * self.direction_scales
            scores.append(forward(self._layers, direction / max(float(np.linalg.norm(direction)), 1e-9)))
        join = self.join.reshape(-1, len(self.shape.labels))
        return at, spoke, softmax(np.concatenate(scores) @ join[:-1] + join[-1])

    def words_of(self, label: str, *, most: int = 12) -> tuple[str, ...]:
        """The words that speak most for a label rather than for the others."""
        n = self.shape.labels.index(label)
        told = self.runs
        known = told.weights[:MOST_TELLING] * told.scales * told.importance[:MOST_TELLING, None]
        return _apart(known[:, n] - known.mean(axis=1), told.names, most)

    def _deciding(self, names: Sequence[str], spoke: Floats, label: int) -> tuple[str, ...]:
        """The words that spoke most for a label rather than for the others; none inside another."""
        return _apart(spoke[:, label] - spoke.mean(axis=1), names, MOST_DECIDING) if names else ()

    # -- the file ------------------------------------------------------------------------------------------------------

    def dumps(self) -> bytes:
        """The model as the bytes of its file."""
        shape = asdict(self.shape)
        about = {"version": VERSION, "shape": shape, "report": self.report}
        arrays: dict[str, NDArray[Any]] = {
            "lexicon": _packed("\n".join(self.lexicon)),
            "chances": np.array(list(self.lexicon.values()), np.float32),
            "directions": self.directions,
            "direction_scales": self.direction_scales,
            "net": self.net.astype(np.float16),
            "join": self.join.astype(np.float32),
            "about": _packed(json.dumps(about, ensure_ascii=False, sort_keys=True)),
        }
        for view, block in zip(VIEWS, (self.runs, self.words), strict=True):
            arrays |= {f"{view}_{name}": getattr(block, name) for name in BLOCK if name != "pieces"}
            arrays[f"{view}_pieces"] = _packed("\n".join(block.names))
        file = io.BytesIO()
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]  # a dict of arrays is what it takes
        return file.getvalue()


def loads(data: bytes) -> TextModel:
    """The model in these bytes. Raises BadModel for anything else, before it unpacks more than a model may be."""
    try:
        arrays = _arrays(data)
        about = json.loads(arrays["about"].tobytes())
        if about.get("version") != VERSION:
            raise BadModel(_("这个模型文件是另一个版本做的，请重新训练。"))
        return _checked(arrays, about)
    except (zipfile.BadZipFile, ValueError, KeyError, TypeError, OSError, EOFError) as error:
        if isinstance(error, BadModel):
            raise
        raise BadModel(_("这不是 lastmeter learn 做的模型文件，或者文件坏了。")) from error


def load(path: Path) -> TextModel:
    """The model in this file. Raises BadModel."""
    if path.stat().st_size > LARGEST_FILE:
        raise BadModel(_("模型文件超过 30 MB。"))
    return loads(path.read_bytes())


def _arrays(data: bytes) -> dict[str, NDArray[Any]]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        sizes = {each.filename.removesuffix(".npy"): each.file_size for each in package.infolist()}
    if set(sizes) != ARRAYS or sum(sizes.values()) > LARGEST_ARRAY:
        raise BadModel(_("这不是 lastmeter learn 做的模型文件，或者文件坏了。"))
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        return {name: file[name] for name in ARRAYS}


def _checked(arrays: dict[str, NDArray[Any]], about: dict[str, Any]) -> TextModel:
    shape = Shape(tuple(about["shape"]["labels"]), int(about["shape"]["hidden"]), float(about["shape"]["sure"]))
    lines, chances = _lines(arrays["lexicon"]), arrays["chances"].astype(np.float64).tolist()
    model = TextModel(
        shape,
        _block(arrays, "runs"),
        _block(arrays, "words"),
        dict(zip(lines, chances, strict=True)),
        arrays["directions"],
        arrays["direction_scales"].astype(np.float32),
        arrays["net"].astype(np.float32),
        arrays["join"].astype(np.float32),
        dict(about["report"]),
    )
    labels, wide = len(shape.labels), len(model.direction_scales)
    fits = (
        all(block.fits(labels) for block in (model.runs, model.words))
        and model.directions.shape[1:] == (wide,)
        and len(model.directions) <= len(model.words.names)
        and (not shape.hidden or len(model.net) % net_size(wide, shape.hidden, labels) == 0)
        and model.join.shape == (((3 if shape.hidden else 2) * labels + 1) * labels,)
    )
    if not fits:
        raise ValueError("the arrays do not fit together")
    return model


def _block(arrays: dict[str, NDArray[Any]], view: str) -> Block:
    return Block(
        _lines(arrays[f"{view}_pieces"]),
        arrays[f"{view}_importance"].astype(np.float32),
        arrays[f"{view}_weights"],
        arrays[f"{view}_scales"].astype(np.float32),
    )


def _lines(packed: NDArray[np.uint8]) -> tuple[str, ...]:
    text = packed.tobytes().decode()
    return tuple(text.split("\n")) if text else ()


# -- arithmetic --------------------------------------------------------------------------------------------------------


def softmax(scores: Floats) -> Floats:
    """Log-probabilities of the last axis as probabilities."""
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True), dtype=np.float32)


def net_size(wide: int, hidden: int, labels: int) -> int:
    """How many numbers a net has."""
    return wide * hidden + hidden + hidden * labels + labels


def unpack(net: Floats, wide: int, hidden: int, labels: int) -> list[list[Floats]]:
    """The layers of flat nets, one after another: weights and offsets of the hidden layer, then of the output."""
    ends = np.cumsum([wide * hidden, hidden, hidden * labels])
    nets = []
    for each in np.split(net, max(1, len(net) // net_size(wide, hidden, labels))):
        first, offset, second, last = np.split(each, ends)
        nets.append([first.reshape(wide, hidden), offset, second.reshape(hidden, labels), last])
    return nets


def forward(nets: Sequence[Sequence[Floats]], direction: Floats) -> Floats:
    """The mean of what the nets say of directions of length 1."""
    scaled = direction * np.float32(direction.shape[-1] ** 0.5)
    said = [np.maximum(scaled @ first + offset, 0) @ second + last for first, offset, second, last in nets]
    return np.asarray(np.mean(said, axis=0), dtype=np.float32)


def quantised(columns: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Columns as int8 with one scale each: value ≈ int8 × scale."""
    largest = np.abs(columns).max(axis=0) if len(columns) else np.ones(columns.shape[1], np.float32)
    scales = np.asarray(np.where(largest > 0, largest, 1) / 127, dtype=np.float32)
    return np.rint(columns / scales).astype(np.int8), scales


def _packed(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode(), dtype=np.uint8)


def _apart(spoke: Floats, names: Sequence[str], most: int) -> tuple[str, ...]:
    """The names of what spoke most, longer ones before their own parts; none overlaps another."""
    strongest = [n for n in np.argsort(-spoke, kind="stable")[: 8 * most + 20] if spoke[n] > 0 and len(names[n]) > 1]
    chosen: list[str] = []
    for n in sorted(strongest, key=lambda n: (-float(spoke[n]) * len(names[n]) ** 0.5, names[n])):
        if not any(_overlaps(names[n], other) for other in chosen):
            chosen.append(names[n])
    return tuple(chosen[:most])


def _overlaps(name: str, other: str) -> bool:
    """Whether one holds the other, or begins with what it ends with: 停水 and 水小区 are of one place in the text."""
    if name in other or other in name:
        return True
    return any(name[-n:] == other[:n] or other[-n:] == name[:n] for n in range(1, min(len(name), len(other))))
