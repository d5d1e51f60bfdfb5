"""Tables that come in as Excel or CSV: rows by their headers, categories by their codes, bad rows given back."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from lastmeter.kit.sheets import BadSheet, Row, count_rows, read_rows, write_rows
from lastmeter.kit.text import TooLong, clean
from lastmeter.matters.catalogue import finding
from lastmeter.matters.catalogue.finding import Found
from lastmeter.matters.catalogue.reading import KINDS
from lastmeter.matters.models import Category

MOST_ROWS = 20_000
WHY = "未收原因"  # the column in which a refused row says why; it is left out when the file comes again
T = TypeVar("T")
Columns = Mapping[str, tuple[str, ...]]  # our field → what the column is called; the first is the one we write


class BadRow(ValueError):
    """A row cannot be taken; `str()` is the sentence that goes back with it."""


@dataclass(slots=True)
class Report:
    """What a table changes, or would change. `refused`: the row and why it was not taken."""

    dry_run: bool
    header: tuple[str, ...] = ()
    read: int = 0
    added: int = 0
    changed: int = 0
    ended: int = 0
    same: int = 0
    refused: list[tuple[Row, str]] = field(default_factory=list)

    def sentence(self) -> str:
        """The figures in one sentence."""
        said = _(
            "读 %(read)d 行：新增 %(added)d，更改 %(changed)d，终止 %(ended)d，未变 %(same)d，未收 %(refused)d。"
        ) % {
            "read": self.read,
            "added": self.added,
            "changed": self.changed,
            "ended": self.ended,
            "same": self.same,
            "refused": len(self.refused),
        }
        return _("试运行，没有写入：%(said)s") % {"said": said} if self.dry_run else said


def rows(
    file: Path, columns: Columns, needed: Sequence[str], report: Report, take: Callable[[dict[str, str]], T]
) -> list[tuple[Row, T]]:
    """What `take` makes of each row's cells by our fields; rows for which it raises BadRow go into the report.

    Raises BadSheet when the table cannot be read, is empty, too long, or lacks a column that is needed.
    """
    if count_rows(file) > MOST_ROWS:
        raise BadSheet(_("表格超过 %(most)d 行，请拆成几个。") % {"most": MOST_ROWS})
    taken: list[tuple[Row, T]] = []
    named: dict[str, str] = {}
    for row in read_rows(file):
        report.read += 1
        if not named:
            report.header = tuple(name for name in row.values if name != WHY)
            named = _named(columns, needed, report.header)
        row = Row(row.number, {name: row.values[name] for name in report.header})
        try:
            given = {
                ours: clean(row.values[named[ours]], 300, named[ours]) if ours in named else "" for ours in columns
            }
            taken.append((row, take(given)))
        except (BadRow, TooLong) as error:
            report.refused.append((row, str(error)))
    if not report.read:
        raise BadSheet(_("表格里只有表头，没有内容。"))
    return taken


def _named(columns: Columns, needed: Sequence[str], header: Sequence[str]) -> dict[str, str]:
    folded = {name.strip().lower(): name for name in header}
    found = {ours: folded[name] for ours, names in columns.items() for name in reversed(names) if name in folded}
    if missing := [columns[ours][0] for ours in needed if ours not in found]:
        raise BadSheet(_("缺少这些列：%(names)s。") % {"names": "、".join(missing)})
    return found


def write_refused(report: Report, path: Path) -> int:
    """The rows that were not taken, as they were, with the reason in a last column; returns how many."""
    return write_rows(path, [*report.header, WHY], ([*row.values.values(), why] for row, why in report.refused))


def choice(written: str, choices: Sequence[tuple[Any, str | Promise]], column: str) -> str:
    """The stored value of a word of a choice. Raises BadRow with what may be written."""
    for value, label in choices:
        if written in (str(value), str(label)):
            return str(value)
    may = "、".join(str(label) for _value, label in choices)
    raise BadRow(_("“%(column)s”要写：%(may)s。") % {"column": column, "may": may})


class Codes:
    """Finds live categories by scheme and code; by the parent's code too where a code alone is printed twice."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], list[Found]] = {}
        for each in finding.everything().values():
            if each.live:
                self._rows.setdefault((each.scheme, each.code), []).append(each)

    def find(self, scheme: str, code: str, parent: str = "", kind: str = "") -> Found:
        """The category. Raises BadRow when there is none, or more than one."""
        if kind not in KINDS:
            raise BadRow(_("类型“%(kind)s”不认得，请写事项或部件。") % {"kind": kind})
        found = [each for each in self._rows.get((scheme, code), ()) if not parent or each.parent_code == parent]
        found = [each for each in found if each.kind == KINDS[kind]] or ([] if kind else found)
        if not found:
            raise BadRow(_("“%(scheme)s”里没有代码“%(code)s”。") % {"scheme": scheme, "code": code})
        if len(found) > 1:
            raise BadRow(_("代码“%(code)s”不止一个，请写上级代码。") % {"code": code})
        return found[0]

    def cells(self, each: Found) -> Iterator[str]:
        """How a category is written in the columns scheme, kind, code, parent's code, name."""
        twice = len([one for one in self._rows.get((each.scheme, each.code), ()) if one.kind == each.kind]) > 1
        kind = str(Category.Kind(each.kind).label) if each.kind == Category.Kind.COMPONENT else ""
        yield from (each.scheme, kind, each.code, each.parent_code if twice else "", each.name)
