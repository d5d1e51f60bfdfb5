"""Signatures, groups and the word table as bytes, for the database. No Django here; nobody's words are in them."""

import json
import struct
import zlib
from collections import Counter

import numpy as np
import numpy.typing as npt

from lastmeter.matters.events import words
from lastmeter.matters.events.clustering import Group, Weights
from lastmeter.matters.events.vocabulary import Signature, Vocabulary

_SIZES = struct.Struct("<IIIIdiii")


def _pack(
    topics: Weights, names: Weights, rest: bytes, size: int, fine: int, word: float, first: int, last: int
) -> bytes:
    head = _SIZES.pack(len(topics.pairs), len(names.pairs), size, fine, word, first, last, len(rest))
    arrays = [each.tobytes() for some in (topics, names) for each in (some.pairs, some.values)]
    return b"".join([head, rest, *arrays])


def _unpack(packed: bytes) -> tuple[Weights, Weights, bytes, tuple[int, int, float, int, int]]:
    topics, names, size, fine, word, first, last, extra = _SIZES.unpack_from(packed)
    at = _SIZES.size + extra
    found = []
    for count in (topics, names):
        pairs = np.frombuffer(packed, dtype=np.int32, count=count, offset=at)
        values = np.frombuffer(packed, dtype=np.float32, count=count, offset=at + 4 * count)
        found.append(Weights(pairs, values))
        at += 8 * count
    return found[0], found[1], packed[_SIZES.size : _SIZES.size + extra], (size, fine, word, first, last)


def pack_group(group: Group) -> bytes:
    """A group as bytes."""
    rest = json.dumps([dict(group.areas), dict(group.lines), dict(group.spots)], ensure_ascii=False).encode()
    return _pack(group.topics, group.names, rest, group.size, group.fine, group.word, group.first, group.last)


def read_group(packed: bytes) -> Group:
    """The group of `pack_group`."""
    topics, names, rest, (size, fine, word, first, last) = _unpack(packed)
    areas, lines, spots = json.loads(rest)
    return Group(size, topics, names, Counter(areas), Counter(lines), Counter(spots), fine, word, first, last)


def pack_signature(signature: Signature) -> bytes:
    """A signature as bytes: those of its group of one."""
    return pack_group(Group.of(signature))


def pack_vocabulary(vocabulary: Vocabulary) -> bytes:
    """The counts as bytes: only what is not zero."""
    parts = []
    for counts in (vocabulary.having, vocabulary.having_three, vocabulary.uses, vocabulary.uses_in_names):
        at = np.flatnonzero(counts).astype(np.int32)
        parts += [struct.pack("<I", len(at)), at.tobytes(), counts[at].tobytes()]
    return zlib.compress(b"".join(parts), 1)


def read_vocabulary(packed: bytes, messages: int) -> Vocabulary:
    """The counts of `pack_vocabulary`, of so many messages."""
    raw, at, read = zlib.decompress(packed), 0, []
    for _each in range(4):
        (count,) = struct.unpack_from("<I", raw, at)
        where = np.frombuffer(raw, dtype=np.int32, count=count, offset=at + 4)
        values = np.frombuffer(raw, dtype=np.int32, count=count, offset=at + 4 + 4 * count)
        counts: npt.NDArray[np.int32] = np.zeros(words.BUCKETS, dtype=np.int32)
        counts[where] = values
        read.append(counts)
        at += 4 + 8 * count
    return Vocabulary(messages, *read)
