"""What a file changes in a scheme: added, renamed, moved, ended, reworded. Plain comparison, no database."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lastmeter.matters.catalogue.reading import Entry
from lastmeter.matters.models import Difference

What = Difference.What
TEXTS = ("scope", "words", "advice")


@dataclass(frozen=True, slots=True)
class Known:
    """A category that holds today."""

    id: int
    kind: str
    code: str
    parent_code: str
    name: str
    borrowed: bool
    scope: str = ""
    words: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: the category as it is (None: a new one) and the entry as it will be (None: it ends)."""

    what: str
    known: Known | None
    entry: Entry | None

    @property
    def before(self) -> str:
        """What stood there, in words: a name, a parent's code, or the texts that change."""
        return _said(self.what, self.known, self.entry) if self.known else ""

    @property
    def after(self) -> str:
        """What will stand there."""
        return _said(self.what, self.entry, self.entry) if self.entry else ""


def _said(what: str, one: Known | Entry, entry: Entry | None) -> str:
    if what == What.MOVED:
        return one.parent_code
    if what == What.REWORDED and entry:
        texts = (getattr(one, name) for name in TEXTS if getattr(entry, name))
        return " / ".join(text for text in texts if text)[:500]
    return one.name


def compare(known: Iterable[Known], entries: Sequence[Entry]) -> list[Change]:
    """The changes in the order of the file, the ended ones last.

    Kind and code are the same thing; the parent decides between entries that share them. A single one of each left
    over has moved. A text that the file leaves out (scope, words, advice) changes nothing.
    """
    standing: dict[tuple[str, str], list[Known]] = defaultdict(list)
    for each in known:
        standing[each.kind, each.code].append(each)
    pairs = dict(_pairs(standing, entries))
    changes = [change for number, entry in enumerate(entries) for change in _changes(pairs[number], entry)]
    taken = {each.id for each in pairs.values() if each}
    gone = (each for same in standing.values() for each in same if each.id not in taken)
    return changes + [Change(What.ENDED, each, None) for each in gone]


def _pairs(
    standing: dict[tuple[str, str], list[Known]], entries: Sequence[Entry]
) -> Iterator[tuple[int, Known | None]]:
    """Which standing category each entry is; None for a new one."""
    groups: dict[tuple[str, str], list[tuple[int, Entry]]] = defaultdict(list)
    for number, entry in enumerate(entries):
        groups[entry.kind, entry.code].append((number, entry))
    for key, wanted in groups.items():
        left = {each.parent_code: each for each in standing.get(key, ())}
        rest: list[int] = []
        for number, entry in wanted:
            if entry.parent_code in left:
                yield number, left.pop(entry.parent_code)
            else:
                rest.append(number)
        for number in rest:
            yield number, left.popitem()[1] if len(rest) == len(left) == 1 else None


def _changes(known: Known | None, entry: Entry) -> Iterator[Change]:
    if known is None:
        yield Change(What.ADDED, None, entry)
        return
    if known.parent_code != entry.parent_code:
        yield Change(What.MOVED, known, entry)
    if (known.name, known.borrowed) != (entry.name, entry.borrowed):
        yield Change(What.RENAMED, known, entry)
    if any(getattr(entry, name) not in ("", getattr(known, name)) for name in TEXTS):
        yield Change(What.REWORDED, known, entry)
