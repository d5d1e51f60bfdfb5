"""Texts as counts of pieces, and which pieces may stand in a vocabulary: those of five texts of five persons."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lastmeter.matters.learning.cutting import View

FEWEST = 5  # distinct texts, and distinct persons, that a piece must come from
BUCKETS = 1 << 22
MANY = 10_000  # texts, from which on pieces that are too rare are dropped before they are counted


@dataclass(frozen=True, slots=True)
class Counted:
    """Texts × pieces as a sparse matrix of counts; `person` numbers who wrote each text."""

    matrix: Any
    names: list[str]
    person: NDArray[np.int64]

    def allowed(self, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """The pieces that at least five persons of these rows have used, by five texts."""
        import scipy.sparse as sparse

        part = self.matrix[rows]
        texts = np.bincount(part.indices, minlength=part.shape[1])
        who = self.person[rows]
        used = sparse.csr_matrix((np.ones(len(rows), np.float32), (who, np.arange(len(rows)))))
        persons = used @ _presence(part)
        enough = np.bincount(persons.tocsr().indices, minlength=part.shape[1]) >= FEWEST
        return np.flatnonzero(enough & (texts >= FEWEST))


def _presence(matrix: Any) -> Any:
    copy = matrix.copy()
    copy.data = np.ones_like(copy.data)
    return copy


def number_persons(texts: Sequence[str], persons: Sequence[str] | None) -> NDArray[np.int64]:
    """A number for each text's writer: the same person or, where unknown, the same text is one writer."""
    known: dict[str, int] = {}
    given = persons or [""] * len(texts)
    keys = [f"p{person}" if person else f"t{''.join(text.split())}" for text, person in zip(texts, given, strict=True)]
    return np.array([known.setdefault(key, len(known)) for key in keys], dtype=np.int64)


def count(texts: Sequence[str], view: View, person: NDArray[np.int64]) -> Counted:
    """Count the pieces of all texts in one view; those that can never be allowed are dropped."""
    import scipy.sparse as sparse

    frequent = _frequent(texts, view) if len(texts) > MANY else np.ones(BUCKETS, np.bool_)
    known: dict[str, int] = {}
    ends, at, times = array("q", [0]), array("i"), array("f")
    for text in texts:
        for piece, number in view(text).items():
            if frequent[hash(piece) % BUCKETS]:
                at.append(known.setdefault(piece, len(known)))
                times.append(number)
        ends.append(len(at))
    numbers = (np.frombuffer(times, np.float32), np.frombuffer(at, np.int32), np.frombuffer(ends, np.int64))
    matrix = sparse.csr_matrix(numbers, shape=(len(texts), max(len(known), 1)), dtype=np.float32)
    kept = np.flatnonzero(np.bincount(matrix.indices, minlength=matrix.shape[1]) >= FEWEST)
    names = list(known)
    order = sorted(kept, key=lambda column: names[column])  # by name: not by what came first, nor by hash
    return Counted(matrix[:, order].sorted_indices(), [names[n] for n in order], person)


def _frequent(texts: Sequence[str], view: View) -> NDArray[np.bool_]:
    """Which hash buckets are filled often enough; a bucket may hold several pieces, so this only lets too much pass."""
    filled = np.zeros(BUCKETS, np.int32)
    for text in texts:
        filled[list({hash(piece) % BUCKETS for piece in view(text)})] += 1
    return filled >= FEWEST
