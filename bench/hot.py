"""Hot issues of a real message board against labels by hand (rows and labels in the repo, no words), and how fast.

`python -m bench.hot FILE [--quality]` (the CSV with 留言主题, 留言详情, 留言时间): pairs of labelled messages put
together rightly, and the time for 100,000 messages made from it.
"""

import csv
import json
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

from lastmeter.matters.events import clustering, hot, words
from lastmeter.matters.events.heat import Voice
from lastmeter.matters.events.moments import read_moment
from lastmeter.matters.events.vocabulary import Vocabulary

LABELS = Path(__file__).parents[1] / "lastmeter/matters/events/tests/data/hot_labels.csv"
SEED, MANY = 20261125, 100_000
SYLLABLES = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"


def read(file: Path) -> list[hot.Told]:
    """The messages in the order of the file."""
    csv.field_size_limit(10**9)
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return [
            hot.Told(row["留言主题"], row["留言详情"], Voice(at, row["留言用户"], float(row["点赞数"])))
            for row in csv.DictReader(lines)
            if (at := read_moment(row["留言时间"]))
        ]


def labels(number: str) -> dict[int, str]:
    """Row → event, as a person has read them: 1 while the method was made, 2 afterwards."""
    with LABELS.open(encoding="utf-8", newline="") as lines:
        return {int(row["row"]): row["event"] for row in csv.DictReader(lines) if row["round"] == number}


def pairs(found: Sequence[hot.Found], known: dict[int, str]) -> tuple[int, int, int]:
    """Pairs of labelled messages: put together rightly, put together wrongly, left apart wrongly."""
    event = {member: number for number, each in enumerate(found) for member in each.members}
    count = Counter(
        (known[one] == known[other], event[one] == event[other]) for one, other in combinations(sorted(known), 2)
    )
    return count[True, True], count[False, True], count[True, False]


def quality(found: Sequence[hot.Found], known: dict[int, str]) -> dict[str, float]:
    """Precision and recall of pairs; purity: the share of messages that are of their event's main thing."""
    right, wrong, missed = pairs(found, known)
    inside = [Counter(known[each] for each in one.members if each in known) for one in found]
    return {
        "purity": round(sum(max(each.values()) for each in inside if each) / len(known), 3),
        "precision": round(right / max(right + wrong, 1), 3),
        "recall": round(right / max(right + missed, 1), 3),
        "labelled": len(known),
    }


def many(told: Sequence[hot.Told]) -> list[tuple[str, str]]:
    """A hundred thousand messages: the real ones again and again, each time in another town."""
    dice = random.Random(SEED)  # noqa: S311 - a drawing, not a secret
    common = Counter(each.title[at : at + 2] for each in told for at in range(len(each.title) - 1))
    names = [
        pair for pair, count in common.items() if 5 <= count <= 60 and all("\u4e00" <= c <= "\u9fff" for c in pair)
    ]
    made: list[tuple[str, str]] = []
    while len(made) < MANY:
        table = {name: dice.choice(SYLLABLES) + dice.choice(SYLLABLES) for name in dice.sample(names, 300)}
        for each in told:
            title, body = each.title, each.body
            for at in range(len(title) - 1):
                if other := table.get(title[at : at + 2]):
                    body = body.replace(each.title[at : at + 2], other)
                    title = title[:at] + other + title[at + 2 :]
            made.append((words.plain(title), words.plain(body)))
    return made[:MANY]


def speed(told: Sequence[hot.Told]) -> dict[str, float]:
    """Seconds of processor and of the clock, and megabytes, for a batch of a hundred thousand."""
    texts = many(told)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    clock, processor = time.perf_counter(), time.process_time()
    groups = clustering.cluster(Vocabulary.empty().learn(texts).signatures(texts))
    return {
        "seconds": round(time.perf_counter() - clock, 1),
        "processor": round(time.process_time() - processor, 1),
        "before_mb": round(before),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "groups": len(groups),
    }


def main() -> None:
    """Read, measure, print."""
    told = read(Path(sys.argv[1]))
    found = hot.hot(told)
    for number in ("1", "2"):
        print(number, json.dumps(quality(found, labels(number))))
    sizes = Counter(min(len(each.members), 20) for each in found)
    print("events by size", dict(sorted(sizes.items())))
    if "--quality" not in sys.argv:
        print(json.dumps(speed(told)))


if __name__ == "__main__":
    main()
