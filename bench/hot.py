"""Hot issues of a real message board against labels by hand (rows and labels in the repo, no words), and how fast.

`bin/bench hot` measures all of it; `python -m bench.hot FILE` only the quality, on the CSV with 留言主题, 留言详情,
留言时间. Without that file (LASTMETER_TEST_DATA, `../shared/data`) there is nothing to measure.
"""

import csv
import json
import os
import random
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

from bench.ground import Row
from lastmeter.matters.events import clustering, hot, words
from lastmeter.matters.events.clustering import Group
from lastmeter.matters.events.heat import Voice
from lastmeter.matters.events.moments import read_moment
from lastmeter.matters.events.vocabulary import Vocabulary

LABELS = Path(__file__).parents[1] / "lastmeter/matters/events/tests/data/hot_labels.csv"
DATA = Path(os.environ.get("LASTMETER_TEST_DATA", "../shared/data")) / "appeals2020/messages_hot.csv"
ROUNDS = {
    "1": "576 read while the method was made",
    "2": "173 drawn from its first version, the mending was fitted to them",
    "3": "178 of 60 events drawn from what it finds now, read afterwards",
    "4": "235: 90 drawn blindly with their likest by another measure, read afterwards",
}
SEED, MANY = 20261125, 100_000
SYLLABLES = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"
FEWEST = 3  # messages of a proposal


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
    """Row → event, as a person has read them in one of the ROUNDS."""
    with LABELS.open(encoding="utf-8", newline="") as lines:
        return {int(row["row"]): row["event"] for row in csv.DictReader(lines) if row["round"] == number}


def pairs(found: Sequence[Sequence[int]], known: dict[int, str]) -> tuple[int, int, int]:
    """Pairs of labelled messages: put together rightly, put together wrongly, left apart wrongly."""
    event = {member: number for number, members in enumerate(found) for member in members}
    count = Counter(
        (known[one] == known[other], one in event and event[one] == event.get(other))
        for one, other in combinations(sorted(known), 2)
    )
    return count[True, True], count[False, True], count[True, False]


def quality(found: Sequence[Sequence[int]], known: dict[int, str]) -> dict[str, float]:
    """Precision and recall of pairs; purity: the share of messages that are of their event's main thing."""
    right, wrong, missed = pairs(found, known)
    inside = [Counter(known[each] for each in members if each in known) for members in found]
    return {
        "purity": round(
            sum(max(each.values()) for each in inside if each) / max(sum(map(Counter.total, inside)), 1), 3
        ),
        "precision": round(right / max(right + wrong, 1), 3),
        "recall": round(right / max(right + missed, 1), 3),
    }


def proposed(told: Sequence[hot.Told], found: Sequence[Sequence[int]]) -> list[list[int]]:
    """Of events those messages that a machine would propose to be handled together, were they open matters."""
    by_time = sorted(range(len(told)), key=lambda at: (told[at].voice.at, at))
    texts = [(words.plain(told[at].title), words.plain(told[at].body)) for at in by_time]
    signed = dict(zip(by_time, Vocabulary.empty().learn(texts).signatures(texts), strict=True))
    made = []
    for members in (each for each in found if len(each) >= FEWEST):
        groups = [Group.of(signed[at].at(told[at].voice.at.toordinal())) for at in members]
        kept = [members[at] for at in clustering.core(groups, clustering.surely)]
        made += [kept] if len(kept) >= FEWEST else []
    return made


def judge(told: Sequence[hot.Told]) -> list[Row]:
    """What is found against the labels of each round, and what would be proposed."""
    found = [each.members for each in hot.hot(told)]
    lists = {"hot issues": found, "proposals": proposed(told, found)}
    return [
        {"name": f"{name}, round {number}: {ROUNDS[number]}", "ours": json.dumps(quality(each, labels(number)))}
        for name, each in lists.items()
        for number in ROUNDS
    ]


def many(told: Sequence[hot.Told], count: int = MANY) -> list[tuple[str, str]]:
    """A hundred thousand messages: the real ones again and again, each time in another town."""
    dice = random.Random(SEED)  # noqa: S311 - a drawing, not a secret
    common = Counter(each.title[at : at + 2] for each in told for at in range(len(each.title) - 1))
    names = [pair for pair, seen in common.items() if 5 <= seen <= 60 and all("\u4e00" <= c <= "\u9fff" for c in pair)]
    made: list[tuple[str, str]] = []
    while len(made) < count:
        table = {name: dice.choice(SYLLABLES) + dice.choice(SYLLABLES) for name in dice.sample(names, 300)}
        for each in told:
            title, body = each.title, each.body
            for at in range(len(title) - 1):
                if other := table.get(title[at : at + 2]):
                    body = body.replace(each.title[at : at + 2], other)
                    title = title[:at] + other + title[at + 2 :]
            made.append((words.plain(title), words.plain(body)))
    return made[:count]


def batch() -> list[Row]:
    """Seconds of processor and of the clock, and megabytes, for a batch of a hundred thousand."""
    texts = many(read(DATA))
    clock, processor = time.perf_counter(), time.process_time()
    clustering.cluster(Vocabulary.empty().learn(texts).signatures(texts))
    wall, used = time.perf_counter() - clock, time.process_time() - processor
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    ours = f"{wall:.0f} s (CPU {used:.0f} s; load {os.getloadavg()[0]:.1f}), {peak:,.0f} MB"
    return [{"name": f"{MANY:,} messages clustered", "ours": ours, "asked": "≤ 60 s, ≤ 1 GB"}]


def _apart(call: str, **environment: str) -> list[Row]:
    """Rows of a call in a process of its own, so that its memory and its database are its own."""
    process = subprocess.run(
        [sys.executable, "-c", f"import json; from bench import arriving, hot; print(json.dumps({call}))"],
        env=os.environ | environment, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    rows: list[Row] = json.loads(process.stdout.splitlines()[-1])
    return rows


def run() -> list[Row]:
    """Quality, a batch, and arrivals in an installation with many matters on both databases."""
    if not DATA.exists():
        return [{"name": f"needs {DATA}", "ours": "not measured"}]
    file = Path(os.environ["LASTMETER_VAR"]) / "hot.sqlite3"
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = _apart("arriving.measure()", LASTMETER_DATABASE_URL=f"sqlite:///{file}")
    return [*judge(read(DATA)), *_apart("hot.batch()"), *_apart("arriving.measure()"), *beside]


if __name__ == "__main__":
    for row in judge(read(Path(sys.argv[1]))):
        print(row["name"], row["ours"])
