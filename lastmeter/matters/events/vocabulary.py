"""What words weigh in this installation: counted over its own messages, so that no dictionary is needed.

A pair that few messages share says what is meant; one that stands in names of places says where.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from lastmeter.matters.events import words

Floats = npt.NDArray[np.float32]

KEPT = 120  # pairs that a signature keeps, the weightiest first
TITLE = 2.0  # a word of the title counts twice
COMMON = 0.1  # what a word of every appeal counts
ONE_WORD = 0.06  # share from which neighbouring pairs count as one phrase: 丽发, 发新
SHARED = 0.4  # a phrase of n pairs counts n ** (1 - SHARED) pairs
SELDOM = 4.0  # a pair that only two or three messages have is damped: mostly a slip or somebody's name;
SELDOM_OF = 300  # less so among few messages: as if so many had it once
ONCE = 0.5  # what a pair that one message alone has counts besides: it tells a message from those that lack it
IN_NAMES = 0.51  # share of its uses inside names from which a pair is one of a place
NAMES_MOST, NAMES_FEW = 0.02, 80  # a pair that more messages have than this share, and than so many, is no name
SMALLEST = 1000  # of fewer messages every pair would seem common: they count as part of so many
CHUNK = 2000
UNSEEN = 3  # a pair that the table does not know counts as one that so many have: what is new today is news
FINE = 0.05  # weight of names (squared) from which a message says where


@dataclass(frozen=True, slots=True)
class Signature:
    """A message as the clustering sees it: pairs with weights (length 1), what is a place, which areas and lines."""

    topics: npt.NDArray[np.int32]
    topic_weights: Floats
    names: npt.NDArray[np.int32]
    name_weights: Floats
    areas: frozenset[str]
    lines: frozenset[str]
    named: bool = False  # its title (or, without one, its text) names a place, known or not
    spot: str = ""  # the key of its community, where the position is known
    day: int = 0  # days since any day, the same for all

    def at(self, day: int, *, spot: str = "") -> "Signature":
        """The same, said on that day, at `spot`: the key of its community where the position is known."""
        return replace(self, spot=spot, day=day)

    @property
    def word(self) -> float:
        """What one of its words comes to (squared): much in a short message, little in a long one."""
        squares = self.topic_weights * self.topic_weights
        return float(squares @ squares)

    @property
    def fine(self) -> bool:
        """Whether it says where: a compound, a road, a school."""
        return self.named or float(self.name_weights @ self.name_weights) >= FINE


@dataclass(slots=True)
class Vocabulary:
    """How many messages there are, how many have each pair and each triple, how often a pair stands in a name."""

    messages: int
    having: npt.NDArray[np.int32]
    having_three: npt.NDArray[np.int32]
    uses: npt.NDArray[np.int32]
    uses_in_names: npt.NDArray[np.int32]

    @classmethod
    def empty(cls) -> "Vocabulary":
        """Of no message yet."""
        return cls(0, *(np.zeros(words.BUCKETS, dtype=np.int32) for _each in range(4)))

    def learn(self, texts: Iterable[tuple[str, str]]) -> "Vocabulary":
        """Count messages given as (title, body), both `plain`; returns itself."""
        for chunk in chunks(texts, CHUNK):
            self._count(words.pairs(chunk))
            self.messages += len(chunk)
        return self

    def _count(self, found: words.Pairs) -> None:
        once = _distinct(found.message * words.BUCKETS + found.bucket) % words.BUCKETS
        self.having += np.bincount(once, minlength=words.BUCKETS).astype(np.int32)
        three = found.triple >= 0
        once = _distinct(found.message[three] * words.BUCKETS + found.triple[three]) % words.BUCKETS
        self.having_three += np.bincount(once, minlength=words.BUCKETS).astype(np.int32)
        self.uses += np.bincount(found.bucket, minlength=words.BUCKETS).astype(np.int32)
        self.uses_in_names += np.bincount(found.bucket[found.in_name], minlength=words.BUCKETS).astype(np.int32)

    def signatures(self, texts: Sequence[tuple[str, str]], *, new: bool = False) -> list[Signature]:
        """The signatures of messages given as (title, body), both `plain`; `new` ones were not counted yet."""
        made: list[Signature] = []
        for chunk in chunks(texts, CHUNK):
            made += self._sign(chunk, new=new)
        return made

    def _sign(self, texts: Sequence[tuple[str, str]], *, new: bool) -> list[Signature]:
        found = words.pairs(texts)
        message, bucket, weight = _kept(found, self._weights(found, new=new), len(texts))
        places = self._of_places(bucket)
        if new:
            named = np.unique(found.bucket[found.in_name])
            places |= (self.uses[bucket] == 0) & np.isin(bucket, named)
        named = np.zeros(len(texts), dtype=bool)
        untitled = np.array([not title for title, _body in texts])
        says = (found.in_title | untitled[found.message]) & found.in_name & self._seldom(found.bucket)
        named[found.message[says]] = True
        named |= np.array([words.has_place(body) for _title, body in texts])
        starts = np.searchsorted(message, np.arange(len(texts) + 1))
        made = []
        for at, (title, body) in enumerate(texts):
            mine = slice(starts[at], starts[at + 1])
            is_name, pairs, weights = places[mine], bucket[mine].astype(np.int32), weight[mine].astype(np.float32)
            made.append(
                Signature(
                    pairs[~is_name],
                    weights[~is_name],
                    pairs[is_name],
                    weights[is_name],
                    words.areas(title, body),
                    words.lines(title),
                    bool(named[at]),
                )
            )
        return made

    def _weights(self, found: words.Pairs, *, new: bool) -> npt.NDArray[np.float64]:
        """What each pair counts: rare ones more; parts of one word together hardly more than one."""
        having = np.maximum(self.having[found.bucket], UNSEEN if new else 0).astype(np.float64)
        total = max(self.messages, SMALLEST)
        weight = np.log(total / np.clip(having, 1, total)) * (
            1 - np.exp2(-having / min(SELDOM, max(self.messages, 1) / SELDOM_OF))
        )
        weight *= np.where(found.in_title, TITLE, 1.0)
        weight *= np.where(words.COMMON[found.bucket], COMMON, 1.0)
        weight /= _word_lengths(found, having, self.having_three) ** SHARED
        weight *= np.where(having < 2, ONCE, 1.0)
        return np.asarray(np.where(having > 0.3 * total + 1, 0.0, weight))

    def _seldom(self, bucket: words.Ints) -> words.Flags:
        return np.asarray((self.having[bucket] < max(NAMES_MOST * self.messages, NAMES_FEW)) & ~words.COMMON[bucket])

    def _of_places(self, bucket: words.Ints) -> words.Flags:
        share = self.uses_in_names[bucket] / np.maximum(self.uses[bucket], 1)
        return np.asarray((share >= IN_NAMES) & self._seldom(bucket))


def _distinct(keys: words.Ints) -> words.Ints:
    """The distinct keys in order; sorting is several times faster here than numpy's hashing `unique`."""
    keys = np.sort(keys)
    return keys[np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))] if len(keys) else keys


def chunks(texts: Iterable[tuple[str, str]], size: int) -> Iterable[list[tuple[str, str]]]:
    """Lists of at most `size` texts."""
    chunk: list[tuple[str, str]] = []
    for each in texts:
        chunk.append(each)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _word_lengths(
    found: words.Pairs, having: npt.NDArray[np.float64], having_three: npt.NDArray[np.int32]
) -> npt.NDArray[np.float64]:
    """For each pair how many pairs its word has: neighbours that hardly ever come apart are one word."""
    count = len(found.bucket)
    if not count:
        return np.ones(0)
    together = np.zeros(count, dtype=bool)
    at = np.flatnonzero(found.triple[:-1] >= 0)
    least = np.minimum(having[at], having[at + 1])
    together[at] = having_three[found.triple[at]] >= ONE_WORD * np.maximum(least, 1)
    word = np.cumsum(np.concatenate([[0], ~together[:-1]]))
    return np.asarray(np.bincount(word)[word], dtype=np.float64)


def _kept(
    found: words.Pairs, weight: npt.NDArray[np.float64], messages: int
) -> tuple[words.Ints, words.Ints, npt.NDArray[np.float64]]:
    """Each message's weightiest pairs, once each, by bucket; the weights of a message have length 1."""
    some = np.flatnonzero(weight > 0)
    key = found.message[some] * words.BUCKETS + found.bucket[some]
    order = np.argsort(key, kind="stable")
    key, weight = key[order], weight[some][order]
    first = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]])) if len(key) else np.zeros(0, dtype=np.int64)
    weight = np.maximum.reduceat(weight, first) if len(first) else np.zeros(0)
    key = key[first]
    message, bucket = key // words.BUCKETS, key % words.BUCKETS
    best = np.lexsort((bucket, -weight, message))
    starts = np.searchsorted(message, np.arange(messages + 1))
    rank = np.arange(len(message)) - starts[message]
    best = np.sort(best[rank < KEPT])
    message, bucket, weight = message[best], bucket[best], weight[best]
    length = np.sqrt(np.bincount(message, weight * weight, minlength=messages))
    return message, bucket, weight / length[message]
