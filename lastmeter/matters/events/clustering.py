"""Messages that speak of the same thing, put together: the same in a batch and one by one as they arrive.

Two groups of messages are as alike as their messages are on average; averages come from sums of weights, so that a
group of a thousand is compared as fast as one of two. Words about places (b) never carry a group alone: what is said
(a) must agree, and where two groups name different places, the same words stay apart.
"""

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
import numpy.typing as npt

from lastmeter.matters.events import words
from lastmeter.matters.events.vocabulary import Signature

Pairs = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]

TOGETHER, BESIDE = 1.0, 0.7  # likeness from which groups are put together; from which their groups may be later
SURELY, PLAINLY = 2.0, 0.25  # a machine may propose what is so many times as alike, or shares so much of all it says
NOISE, WORD = 0.02, 1.2  # what any two messages share by chance: a little of all, and about one word
ENOUGH, SURE = 0.7, 3.0  # times chance that it takes more: between many messages, and besides between two alone
PLACE_MOST = 2.0  # a place counts at most so many times what the words count
SAME_PLACE = 0.03  # share of names from which two groups are at one place
OTHER_AREA, OTHER_PLACE, OTHER_LINE, OTHER_SPOT = 0.05, 0.05, 0.05, 0.1  # what differs: district, name, line, position
NO_PLACE, AREA_DOUBT = 0.85, 0.7  # only one says where; one name in two districts
SPOT_DOUBT = 0.2  # one name, or words that look like one, in two communities
NEAR = 0.25  # two names in one community: two compounds, or what both of them hear
LONG_AGO, LATER = 180, 0.7  # days between two groups from which they are rather two things
OFTEN = 0.2  # share of a group's messages from which what they name speaks for the group
LOOKED_UP = 24  # pairs of a message by which others are looked up
NEWEST = 120  # messages looked at for each of them
COMPARED = 24  # messages compared in full
LIKEST = 10  # of them, those that are remembered
LARGE = 20_000  # messages from which half as many are looked at, compared and remembered
WORDS_MOST = 600  # pairs kept of a group


@dataclass(slots=True)
class Weights:
    """Pairs in order, each with a weight."""

    pairs: Pairs
    values: Floats

    def times(self, other: "Weights") -> float:
        """The sum over common pairs of the product of their weights."""
        few, many = (self, other) if len(self.pairs) <= len(other.pairs) else (other, self)
        if not len(few.pairs):
            return 0.0
        at = np.minimum(np.searchsorted(many.pairs, few.pairs), len(many.pairs) - 1)
        return float(few.values @ np.where(many.pairs[at] == few.pairs, many.values[at], np.float32(0)))

    def minus(self, other: "Weights") -> "Weights":
        """The sum without what was added to it."""
        return self.plus(Weights(other.pairs, -other.values))

    def plus(self, other: "Weights") -> "Weights":
        """The sum; of very many pairs the weightiest."""
        pairs = np.concatenate([self.pairs, other.pairs])
        if not len(pairs):
            return self
        order = np.argsort(pairs, kind="stable")
        pairs, values = pairs[order], np.concatenate([self.values, other.values])[order]
        first = np.flatnonzero(np.concatenate([[True], pairs[1:] != pairs[:-1]]))
        pairs, values = pairs[first], np.add.reduceat(values, first)
        if len(pairs) > WORDS_MOST:
            most = np.sort(np.lexsort((pairs, -values))[:WORDS_MOST])
            pairs, values = pairs[most], values[most]
        return Weights(pairs, values)


_NOTHING: Counter[str] = Counter()  # shared by all that name nothing; never changed


@dataclass(slots=True)
class Group:
    """Messages about one thing: how many, the sums of their weights, what they name."""

    size: int
    topics: Weights
    names: Weights
    areas: Counter[str]
    lines: Counter[str]
    spots: Counter[str]
    fine: int
    word: float
    first: int
    last: int

    @classmethod
    def of(cls, signature: Signature) -> "Group":
        """A group of one."""
        return cls(
            1,
            Weights(signature.topics, signature.topic_weights),
            Weights(signature.names, signature.name_weights),
            Counter(signature.areas) if signature.areas else _NOTHING,
            Counter(signature.lines) if signature.lines else _NOTHING,
            Counter([signature.spot]) if signature.spot else _NOTHING,
            int(signature.fine),
            signature.word,
            signature.day,
            signature.day,
        )

    def plus(self, other: "Group") -> "Group":
        """Both together."""
        return Group(
            self.size + other.size,
            self.topics.plus(other.topics),
            self.names.plus(other.names),
            self.areas + other.areas,
            self.lines + other.lines,
            self.spots + other.spots,
            self.fine + other.fine,
            self.word + other.word,
            min(self.first, other.first),
            max(self.last, other.last),
        )

    def less(self, one: "Group") -> "Group":
        """Without one message that was added to it; the days stay as they were."""
        return replace(
            self,
            size=self.size - one.size,
            topics=self.topics.minus(one.topics),
            names=self.names.minus(one.names),
            areas=self.areas - one.areas,
            lines=self.lines - one.lines,
            spots=self.spots - one.spots,
            fine=self.fine - one.fine,
            word=self.word - one.word,
        )


def core(groups: Sequence[Group], measure: Callable[[Group, Group], float] | None = None) -> list[int]:
    """Which of some messages (as groups of one) belong together: the likest to all others first.

    Who is less than TOGETHER like the others by the measure (likeness) is left out, the least alike first, until nobody
    is left who is.
    """
    if not groups:
        return []
    kept, whole = list(range(len(groups))), reduce(Group.plus, groups)
    while len(kept) > 1:
        alike = {at: (measure or likeness)(groups[at], whole.less(groups[at])) for at in kept}
        kept.sort(key=lambda at: (-alike[at], at))
        strangers = sum(alike[at] < TOGETHER for at in kept)
        if not strangers:
            return kept
        for _each in range(max(1, strangers // 4)):  # those that are left may be alike without the worst
            whole = whole.less(groups[kept.pop()])
    return []


def likeness(one: Group, other: Group) -> float:
    """How alike two groups are on average; from TOGETHER on they are about the same thing."""
    said = one.topics.times(other.topics) / (one.size * other.size)
    chance = _chance(one, other)
    return 0.0 if said <= chance else _likeness(one, other, said - chance, one.names.times(other.names), chance)


def surely(one: Group, other: Group) -> float:
    """How alike two groups are for a machine to propose that they are one thing; from TOGETHER on it may."""
    return likeness(one, other) / min(SURELY, PLAINLY / _enough(_chance(one, other), one.size * other.size))


def _enough(chance: float, pairs: int) -> float:
    """What has to be shared beyond chance."""
    return chance * (ENOUGH + SURE / math.sqrt(pairs))


def _chance(one: Group, other: Group) -> float:
    """What they may share without being about one thing: in short messages a single word is already much."""
    return NOISE + WORD * math.sqrt(one.word * other.word / (one.size * other.size))


def _likeness(one: Group, other: Group, more: float, names: float, chance: float) -> float:
    """`more`: how much of their words two messages share beyond chance on average; `names`: the sum for names."""
    pairs = one.size * other.size
    where = names / pairs
    alike = (more + min(where, PLACE_MOST * more)) / _enough(chance, pairs)
    return alike * _doubt(one, other, where) if alike >= BESIDE else 0.0


def _doubt(one: Group, other: Group, where: float) -> float:
    """What is left of a likeness when the two name different places."""
    areas = _apart(one.areas, one.size, other.areas, other.size)
    factor = OTHER_LINE if _apart(one.lines, one.size, other.lines, other.size) else 1.0
    if max(one.first - other.last, other.first - one.last) > LONG_AGO:
        factor *= LATER
    spots = bool(one.spots and other.spots)
    spots_apart = _apart(one.spots, one.size, other.spots, other.size)
    if where >= SAME_PLACE:
        return factor * (AREA_DOUBT if areas else 1.0) * (SPOT_DOUBT if spots_apart else 1.0)
    if areas:
        return factor * OTHER_AREA
    if spots_apart:
        return factor * OTHER_SPOT
    fine = (one.fine * 2 >= one.size) + (other.fine * 2 >= other.size)
    if fine == 2:
        return factor * (NEAR if spots else OTHER_PLACE)
    return factor * (NO_PLACE if fine and not spots else 1.0)


def _apart(one: Counter[str], size: int, other: Counter[str], other_size: int) -> bool:
    """Whether both groups name something of a sort, and nothing in common."""
    if not one or not other:
        return False
    mine = {each for each, count in one.items() if count >= OFTEN * size}
    theirs = {each for each, count in other.items() if count >= OFTEN * other_size}
    return bool(mine) and bool(theirs) and mine.isdisjoint(theirs)


# ---- looking up ----------------------------------------------------------------------------------------------------
def looked_up(signature: Signature) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """The pairs of a message by which others are looked up, with their weights: its weightiest ones."""
    pairs = np.concatenate([signature.topics, signature.names])
    weights = np.concatenate([signature.topic_weights, signature.name_weights])
    best = np.lexsort((pairs, -weights))[:LOOKED_UP]
    return pairs[best], weights[best]


def neighbours(signatures: Sequence[Signature]) -> Iterator[tuple[int, list[int]]]:
    """For each message the earlier ones (at most COMPARED) that share its weightiest pairs; messages come by time."""
    found = [looked_up(each) for each in signatures]
    if not found:
        return
    newest, compared = (NEWEST // 2, COMPARED * 2 // 3) if len(found) > LARGE else (NEWEST, COMPARED)
    sizes = np.fromiter((len(pairs) for pairs, _weights in found), dtype=np.int64, count=len(found))
    message = np.repeat(np.arange(len(found), dtype=np.int32), sizes)
    pair = np.concatenate([pairs for pairs, _weights in found])
    weight = np.concatenate([weights for _pairs, weights in found])
    order = np.lexsort((message, pair))
    standing, standing_weight = message[order], weight[order]
    place = np.empty(len(order), dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    sorted_pair = pair[order]
    first = np.flatnonzero(np.concatenate([[True], sorted_pair[1:] != sorted_pair[:-1]])) if len(order) else order
    begin = np.repeat(first, np.diff(np.append(first, len(order))))
    score = np.zeros(len(found), dtype=np.float32)
    at = 0
    for number, size in enumerate(sizes.tolist()):
        touched = []
        for entry in range(at, at + size):
            stop = place[entry]
            start = max(begin[stop], stop - newest)
            if start < stop:
                others = standing[start:stop]
                score[others] += weight[entry] * standing_weight[start:stop]
                touched.append(others)
        at += size
        yield number, _best(score, touched)[:compared]


def _best(score: npt.NDArray[np.float32], touched: list[npt.NDArray[np.int32]]) -> list[int]:
    if not touched:
        return []
    others = np.concatenate(touched)
    values = score[others]
    score[others] = 0.0
    if len(others) > COMPARED * 6:  # each message may stand there several times
        most = np.argpartition(-values, COMPARED * 6)[: COMPARED * 6]
        others, values = others[most], values[most]
    chosen: dict[int, None] = dict.fromkeys(others[np.lexsort((-others, -values))].tolist())
    return list(chosen)[:COMPARED]


# ---- in a batch ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Rows:
    """The weights of many messages one after the other, for comparing one with some at once."""

    starts: npt.NDArray[np.int64]
    pairs: Pairs
    values: Floats
    scratch: Floats

    @classmethod
    def of(cls, weights: Sequence[tuple[Pairs, Floats]]) -> "_Rows":
        sizes = np.fromiter((len(pairs) for pairs, _values in weights), dtype=np.int64, count=len(weights))
        return cls(
            np.concatenate([[0], np.cumsum(sizes)]),
            np.concatenate([pairs for pairs, _values in weights]),
            np.concatenate([values for _pairs, values in weights]),
            np.zeros(words.BUCKETS, dtype=np.float32),
        )

    def times(self, one: int, others: list[int]) -> list[float]:
        """The sums of products of one message with each of some others."""
        mine = slice(self.starts[one], self.starts[one + 1])
        self.scratch[self.pairs[mine]] = self.values[mine]
        slices = [slice(self.starts[each], self.starts[each + 1]) for each in others]
        pairs = np.concatenate([self.pairs[each] for each in slices])
        products = self.scratch[pairs] * np.concatenate([self.values[each] for each in slices])
        self.scratch[self.pairs[mine]] = 0.0
        sums = np.zeros(len(products) + 1)
        np.cumsum(products, dtype=np.float64, out=sums[1:])
        ends = np.cumsum([0, *(each.stop - each.start for each in slices)])
        shared: list[float] = (sums[ends[1:]] - sums[ends[:-1]]).tolist()
        return shared


def cluster(signatures: Sequence[Signature]) -> list[list[int]]:
    """Groups of messages (positions in `signatures`, which come by time), each in order, by their first message.

    The likest two groups are put together first, until none are alike enough; ties go to the earlier ones, so that the
    same messages always give the same groups.
    """
    if not signatures:
        return []
    return _Joining(signatures).run()


class _Joining:
    """One run of a batch: the groups so far, which are beside which, and who is next."""

    def __init__(self, signatures: Sequence[Signature]) -> None:
        self.groups: dict[int, Group] = {at: Group.of(each) for at, each in enumerate(signatures)}
        self.members: dict[int, list[int]] = {at: [at] for at in self.groups}
        self.beside: dict[int, set[int]] = defaultdict(set)
        self.heap: list[tuple[float, int, int, bool]] = []
        self.next = len(signatures)
        for one, other, alike in self._edges(signatures):
            self.beside[one].add(other)
            self.beside[other].add(one)
            if alike >= TOGETHER:
                self.heap.append((-alike, other, one, True))
        heapq.heapify(self.heap)

    def _edges(self, signatures: Sequence[Signature]) -> Iterator[tuple[int, int, float]]:
        topics = _Rows.of([(each.topics, each.topic_weights) for each in signatures])
        names = _Rows.of([(each.names, each.name_weights) for each in signatures])
        likest = LIKEST // 2 if len(signatures) > LARGE else LIKEST
        for one, others in neighbours(signatures):
            if not others:
                continue
            mine = self.groups[one]
            chance = [_chance(mine, self.groups[other]) for other in others]
            said = topics.times(one, others)
            near = [each for each in zip(others, said, chance, strict=True) if each[1] > each[2]]
            where = names.times(one, [each[0] for each in near]) if near else []
            found = [
                (-_likeness(mine, self.groups[other], share - by_chance, place, by_chance), other)
                for (other, share, by_chance), place in zip(near, where, strict=True)
            ]
            for alike, other in sorted(each for each in found if -each[0] >= BESIDE)[:likest]:
                yield one, other, -alike

    def run(self) -> list[list[int]]:
        """Join the likest first. After a join its neighbours keep their greater likeness until it is their turn."""
        while self.heap:
            alike, one, other, exact = heapq.heappop(self.heap)
            if one not in self.groups or other not in self.groups:
                continue
            if exact:
                self._join(one, other, alike)
                continue
            true = likeness(self.groups[one], self.groups[other])
            if true >= TOGETHER:
                heapq.heappush(self.heap, (-true, one, other, True))
        made = [sorted(members) for members in self.members.values()]
        return sorted(made, key=lambda members: members[0])

    def _join(self, one: int, other: int, alike: float) -> None:
        number, self.next = self.next, self.next + 1
        self.groups[number] = self.groups.pop(one).plus(self.groups.pop(other))
        self.members[number] = self.members.pop(one) + self.members.pop(other)
        near = {each for each in self.beside.pop(one, set()) | self.beside.pop(other, set()) if each in self.groups}
        for each in near:
            self.beside[each] -= {one, other}
            self.beside[each].add(number)
            heapq.heappush(self.heap, (alike, each, number, False))
        self.beside[number] = near
