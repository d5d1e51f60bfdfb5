"""How far the labels of the messages agree with themselves: `python -m bench.labels FOLDER` (of appeals2020).

Near copies of one text with different labels; raw rows against their segmented twins; the shares of the labels.
"""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from sklearn.feature_extraction.text import TfidfVectorizer

from lastmeter.matters.learning import tables

STEP, ALIKE, CONTAINED = 512, (0.6, 0.7, 0.8, 0.9, 0.95), 0.9
RARE, LIKELY = 60, 20  # texts: of rarer words a twin is found; so many are looked at


def shares(labels: Sequence[str]) -> dict[str, float]:
    """The share of each label."""
    return {label: round(count / len(labels), 3) for label, count in sorted(Counter(labels).items())}


def copies(texts: Sequence[str], labels: Sequence[str]) -> dict[float, tuple[int, int]]:
    """Pairs of segmented texts from each likeness on: how many there are, how many of them differ in their label."""
    found = TfidfVectorizer(token_pattern=r"\S+", sublinear_tf=True, min_df=2).fit_transform(texts)  # noqa: S106 - words
    counts: dict[float, Counter[bool]] = {least: Counter() for least in ALIKE}
    for first in range(0, len(texts), STEP):
        near = (found[first : first + STEP] @ found.T).tocoo()
        for row, column, alike in zip(near.row + first, near.col, near.data, strict=True):
            if row < column and alike >= ALIKE[0]:
                for least in ALIKE:
                    counts[least][labels[row] == labels[column]] += alike >= least
    return {least: (count.total(), count[False]) for least, count in counts.items()}


def twins(cut: Sequence[str], whole: Sequence[str]) -> list[int | None]:
    """For each raw text its segmented twin: the one whose words it has, nearly all of them."""
    words = [set(text.split()) for text in cut]
    having: dict[str, list[int]] = {}
    for number, each in enumerate(words):
        for word in each:
            having.setdefault(word, []).append(number)
    rare = {word: numbers for word, numbers in having.items() if len(numbers) < RARE}
    return [_twin(words, rare, text) for text in whole]


def _twin(words: Sequence[set[str]], rare: dict[str, list[int]], text: str) -> int | None:
    shared = Counter(number for word, numbers in rare.items() if word in text for number in numbers)
    likely = [number for number, _shared in shared.most_common(LIKELY)]
    inside = {number: sum(word in text for word in words[number]) for number in likely}
    best = max(likely, key=lambda number: inside[number] / max(len(words[number]), 8), default=None)
    return best if best is not None and inside[best] >= CONTAINED * len(words[best]) else None


def main() -> None:
    """Read, compare, print."""
    folder = Path(sys.argv[1])
    cut = tables.read_examples(folder / "train_segmented.csv", text=["seg"], label="label")
    whole = tables.read_examples(folder / "train_raw_sample.csv", text=["留言主题", "留言详情"], label="一级标签")
    print("segmented", shares(cut.labels))
    print("raw", shares(whole.labels))
    for least, (pairs, differ) in copies(cut.texts, cut.labels).items():
        print(f"near copies from {least}: {pairs} pairs, {differ} with two labels ({differ / max(pairs, 1):.1%})")
    found = twins(cut.texts, whole.texts)
    same = sum(at is not None and cut.labels[at] == label for at, label in zip(found, whole.labels, strict=True))
    print(f"twins of {len(found)} raw rows: {len(found) - found.count(None)}, with the same label: {same}")


if __name__ == "__main__":
    main()
