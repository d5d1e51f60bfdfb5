"""How well the help with replies does, on messages and replies of a real message board (rows and labels in the repo,
no words): `python -m bench.reply_help FILE`, a CSV with 留言主题, 留言详情, 答复意见. Its output is the table in
docs/reply-help.md.
"""

import csv
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lastmeter.matters.talking import reading

LABELS = Path(__file__).parents[1] / "lastmeter/matters/talking/tests/data/reply_labels.csv"
SEED, NEIGHBOURS = 20261125, 200
MISSED = {"2": "答非所问或没有内容", "1": "只答了一部分", "0": "答到了"}


@dataclass(frozen=True, slots=True)
class Row:
    """One message with its reply."""

    title: str
    text: str
    reply: str


def rows(file: Path) -> list[Row]:
    """All rows in the order of the file; row 0 is the first after the heading."""
    csv.field_size_limit(10**9)
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return [
            Row(*(each[name].replace("_x000D_", "") for name in ("留言主题", "留言详情", "答复意见")))
            for each in csv.DictReader(lines)
        ]


def missed(row: Row, reply: str) -> str:
    """Which remark about the points a reply to this message gets; "" for none."""
    if reading.is_empty(reply):
        return "empty"
    if reading.beside_the_point(row.title, row.text, reply):
        return "beside"
    return "question" if reading.unanswered(row.title, row.text, reply) else ""


def has_fact(row: Row) -> bool:
    """Whether a reply states anything of its own."""
    return bool(reading.facts(row.reply, f"{row.title}\n{row.text}"))


def labelled(found: list[Row]) -> Iterator[str]:
    """The two samples that a person has read."""
    with LABELS.open(encoding="utf-8", newline="") as lines:
        labels = list(csv.DictReader(lines))
    for number in ("1", "2"):
        mine = [each for each in labels if each["round"] == number]
        points = Counter(
            (each["points"], bool(missed(found[int(each["row"])], found[int(each["row"])].reply))) for each in mine
        )
        for label, words in MISSED.items():
            yes, no = points[label, True], points[label, False]
            yield f"sample {number}: {words}: flagged {yes} of {yes + no}"
        facts = Counter((each["facts"], has_fact(found[int(each["row"])])) for each in mine)
        yield f"sample {number}: no fact: flagged {facts['0', False]} of {facts['0', False] + facts['0', True]}"
        yield f"sample {number}: with a fact: flagged {facts['1', False]} of {facts['1', False] + facts['1', True]}"


def exchanged(found: list[Row]) -> str:
    """Each message with the reply to another one, chosen at random: how many are noticed."""
    test = found[1::2]
    other = [row.reply for row in test]
    random.Random(SEED).shuffle(other)  # noqa: S311 — a drawing, not a secret
    pairs = [
        (row, reply)
        for row, reply in zip(test, other, strict=True)
        if reply != row.reply and not reading.is_empty(reply)
    ]
    caught = sum(bool(missed(row, reply)) for row, reply in pairs)
    own = sum(missed(row, row.reply) in {"beside", "question"} for row in test)
    return (
        f"exchanged: noticed {caught} of {len(pairs)}; own replies flagged as beside or unanswered {own} of {len(test)}"
    )


def copied(found: list[Row]) -> Iterator[str]:
    """A reply to another message with its manners and numbers changed, and one with every fifth sentence left out."""
    test = [row for row in found[1::2] if len(reading.shingles(row.reply)) >= reading.LIMITS.shortest_copied]
    known = [reading.shingles(row.reply) for row in test]
    chance = random.Random(SEED)  # noqa: S311 — a drawing, not a secret
    caught = Counter[str]()
    for at, row in enumerate(test):
        pool = [known[each] for each in chance.sample(range(len(test)), NEIGHBOURS) if each != at]
        for kind, changed in (
            ("numbers", _new_numbers(row.reply)),
            ("fifth left out", _shortened(row.reply)),
            ("own", ""),
        ):
            mine = reading.shingles(changed) if changed else known[at]
            best = max(reading.alike(mine, each) for each in (pool if kind == "own" else [*pool, known[at]]))
            caught[kind] += best >= reading.LIMITS.copied and len(mine) >= reading.LIMITS.shortest_copied
    for kind in ("numbers", "fifth left out", "own"):
        yield f"copies ({kind}): flagged {caught[kind]} of {len(test)}"


def _new_numbers(reply: str) -> str:
    return "网友您好：来信收悉。" + "".join("9" if char.isdecimal() else char for char in reply)


def _shortened(reply: str) -> str:
    return "".join(each for number, each in enumerate(reading.sentences(reply)) if number % 5 != 2)


def main() -> None:
    """Read, measure, print."""
    found = rows(Path(sys.argv[1]))
    for line in [*labelled(found), exchanged(found), *copied(found)]:
        print(line)
    began = time.perf_counter()
    for row in found[:500]:
        missed(row, row.reply), has_fact(row)
    print(f"{(time.perf_counter() - began) * 2:.1f} ms a reply, without comparing")


if __name__ == "__main__":
    main()
