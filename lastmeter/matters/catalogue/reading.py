"""A file with a scheme → its entries as they are printed, and whatever is odd in it: reported, never mended."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.kit.sheets import BadSheet, Row, read_rows
from lastmeter.kit.text import clean, on_record
from lastmeter.matters.models import Anomaly, Category

MATTER, COMPONENT = Category.Kind.MATTER, Category.Kind.COMPONENT
KINDS = {"": MATTER, "事项": MATTER, "matter": MATTER, "部件": COMPONENT, "component": COMPONENT}
REST = 90  # numbers from here on are the printed "other" and leave no gap before them
# What a column of the plain layout is called; the first name is the one we write ourselves.
COLUMNS = {
    "kind": ("类型", "kind"),
    "code": ("代码", "编码", "code"),
    "parent": ("上级代码", "上级编码", "parent"),
    "name": ("名称", "name"),
    "name_en": ("英文名称", "name_en"),
    "scope": ("说明", "范围", "remark", "scope"),
    "words": ("提示词", "words"),
    "advice": ("先请注意", "advice"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A category as the file has it: `printed` is its own name, "" where the source leaves it empty."""

    row: int
    kind: str
    code: str
    parent_code: str
    printed: str
    name: str
    scope: str = ""
    words: str = ""
    advice: str = ""
    name_en: str = ""

    @property
    def borrowed(self) -> bool:
        return not self.printed


@dataclass(frozen=True, slots=True)
class Oddity:
    """An anomaly before it is a row: where, of what sort, in words of the installation's language."""

    row: int | None
    what: str
    kind: str
    code: str
    words: str


@dataclass(slots=True)
class Content:
    """What a file holds: entries with parents before children, oddities in the order of rows, the file's SHA-256."""

    digest: str
    entries: list[Entry] = field(default_factory=list)
    oddities: list[Oddity] = field(default_factory=list)


def read(path: Path) -> Content:
    """Read one of three layouts, told by the header: three levels a row, code5 with its major, or code and parent.

    Raises BadSheet (also for a row without a code, an unknown kind or parent, a text that is too long).
    """
    content = Content(hashlib.sha256(path.read_bytes()).hexdigest())
    rows = list(read_rows(path))
    if not rows:
        raise BadSheet(_("表格里只有表头，没有内容。"))
    header = rows[0].values.keys()
    if "level_3_code" in header:
        _levels(rows, content)
    elif "code5" in header:
        _majors(rows, content)
    else:
        _plain(rows, content)
    _twice(content)
    _stray(content)
    _gaps(content)
    content.oddities.sort(key=lambda each: (each.row or 0, each.what, each.code))
    return content


def _levels(rows: Sequence[Row], content: Content) -> None:
    """Three levels in each row, as appendix A of DB44/T 2479-2024 is kept."""
    above: dict[str, Entry] = {}
    below: list[Entry] = []
    for row in rows:
        cell = row.values
        parent = ""
        for level in (1, 2):
            code, name = _cell(row, f"level_{level}_code", 30), _cell(row, f"level_{level}_name", 100)
            known = above.setdefault(code, Entry(row.number, MATTER, code, parent, name, name))
            if known.name != name:
                words = on_record(
                    gettext_lazy("先写作“%(first)s”，这一行写作“%(then)s”。"), first=known.name, then=name
                )
                content.oddities.append(Oddity(row.number, Anomaly.What.TWO_NAMES, MATTER, code, words))
            parent = code
        code, printed = _cell(row, "level_3_code", 30), _cell(row, "level_3_name", 100)
        name, scope = printed or above[parent].name, _cell(row, "remark", 500)
        below.append(Entry(row.number, MATTER, code, parent, printed, name, scope))
        _empty(below[-1], content, with_scope="remark" in cell)
        if mark := cell.get("source_anomaly", ""):
            content.oddities.append(Oddity(row.number, Anomaly.What.MARKED, MATTER, code, mark[:300]))
    content.entries = [*sorted(above.values(), key=lambda each: (len(each.code), each.row)), *below]


def _empty(entry: Entry, content: Content, *, with_scope: bool) -> None:
    if entry.borrowed:
        words = on_record(gettext_lazy("名称一栏为空，显示上级的名称“%(name)s”。"), name=entry.name)
        content.oddities.append(Oddity(entry.row, Anomaly.What.NAMELESS, entry.kind, entry.code, words))
    if with_scope and not entry.scope:
        words = on_record(gettext_lazy("说明一栏为空。"))
        content.oddities.append(Oddity(entry.row, Anomaly.What.SCOPELESS, entry.kind, entry.code, words))


def _majors(rows: Sequence[Row], content: Content) -> None:
    """A five-digit code below its two-digit major, of two kinds, as GB/T 47678.5 is kept."""
    above: dict[tuple[str, str], Entry] = {}
    below: list[Entry] = []
    for row in rows:
        kind, major, name = _kind(row, "kind"), _cell(row, "major", 30), _cell(row, "major_name", 100)
        above.setdefault((kind, major), Entry(row.number, kind, major, "", name, name))
        code, name = _cell(row, "code5", 30), _cell(row, "name", 100)
        below.append(Entry(row.number, kind, code, major, name, name or above[kind, major].name))
        _empty(below[-1], content, with_scope=False)
    content.entries = [*above.values(), *below]


def _plain(rows: Sequence[Row], content: Content) -> None:
    """Code, code above it, name: a local list; a parent may stand below its children in the file."""
    named = {ours: next((name for name in names if name in rows[0].values), "") for ours, names in COLUMNS.items()}
    if missing := [COLUMNS[ours][0] for ours in ("code", "name") if not named[ours]]:
        raise BadSheet(_("缺少这些列：%(names)s。") % {"names": "、".join(missing)})
    found = [_line(row, named) for row in rows]
    names = {(each.kind, each.code): each.printed for each in found}
    for each in found:
        if each.parent_code and (each.kind, each.parent_code) not in names:
            raise BadSheet(
                _("第 %(row)d 行的上级代码“%(code)s”不在表里。") % {"row": each.row, "code": each.parent_code}
            )
    entries = [_named(each, names) for each in found]
    for each in entries:
        _empty(each, content, with_scope=False)
    content.entries = _parents_first(entries)


def _line(row: Row, named: dict[str, str]) -> Entry:
    def cell(ours: str, limit: int) -> str:
        return _cell(row, named[ours], limit) if named[ours] else ""

    code = cell("code", 30)
    if not code:
        raise BadSheet(_("第 %(row)d 行没有代码。") % {"row": row.number})
    kind = _kind(row, named["kind"]) if named["kind"] else MATTER
    name = cell("name", 100)
    return Entry(
        row.number, kind, code, cell("parent", 30), name, name, cell("scope", 500), cell("words", 300),
        cell("advice", 300), cell("name_en", 100),
    )  # fmt: skip


def _named(entry: Entry, names: dict[tuple[str, str], str]) -> Entry:
    if entry.printed:
        return entry
    name = names.get((entry.kind, entry.parent_code), "") or entry.code
    return Entry(
        entry.row, entry.kind, entry.code, entry.parent_code, "", name, entry.scope, entry.words, entry.advice,
        entry.name_en,
    )  # fmt: skip


def _parents_first(entries: Sequence[Entry]) -> list[Entry]:
    """In the file's order, but no child before its parent. Raises BadSheet for a circle."""
    placed: set[tuple[str, str]] = set()
    ordered: list[Entry] = []
    waiting = list(entries)
    while waiting:
        ready = [each for each in waiting if not each.parent_code or (each.kind, each.parent_code) in placed]
        if not ready:
            raise BadSheet(_("代码“%(code)s”绕了一圈又成了自己的上级。") % {"code": waiting[0].code})
        ordered += ready
        placed |= {(each.kind, each.code) for each in ready}
        waiting = [each for each in waiting if each not in ready]
    return ordered


def _cell(row: Row, name: str, limit: int) -> str:
    return clean(row.values.get(name, ""), limit, name)


def _kind(row: Row, name: str) -> str:
    written = row.values.get(name, "").strip()
    if written not in KINDS:
        raise BadSheet(_("第 %(row)d 行的类型“%(kind)s”不认得。") % {"row": row.number, "kind": written})
    return KINDS[written]


# -- What is odd -------------------------------------------------------------------------------------------------------


def _twice(content: Content) -> None:
    groups: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for each in content.entries:
        groups[each.kind, each.code].append(each)
    for same in groups.values():
        if len({each.parent_code for each in same}) < len(same):
            raise BadSheet(
                _("第 %(row)d 行和第 %(before)d 行是同一个代码“%(code)s”，上级也相同。")
                % {"row": same[-1].row, "before": same[0].row, "code": same[0].code}
            )
        for each in same[1:]:
            words = on_record(
                gettext_lazy("第 %(row)d 行已用过这个代码：“%(first)s”。两条都保留，靠上级区分。"),
                row=same[0].row,
                first=same[0].name,
            )
            content.oddities.append(Oddity(each.row, Anomaly.What.TWICE, each.kind, each.code, words))


def _stray(content: Content) -> None:
    for each in content.entries:
        digits = each.code.isdigit() and each.parent_code.isdigit()
        if digits and len(each.code) > len(each.parent_code) and not each.code.startswith(each.parent_code):
            words = on_record(gettext_lazy("代码不以上级代码“%(parent)s”开头。"), parent=each.parent_code)
            content.oddities.append(Oddity(each.row, Anomaly.What.STRAY, each.kind, each.code, words))


def _gaps(content: Content) -> None:
    """Numbers that the source leaves out below one parent, as one line for each run of them."""
    below: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in content.entries:
        if each.parent_code and each.code.isdigit() and each.code.startswith(each.parent_code):
            below[each.kind, each.parent_code].append(each.code.removeprefix(each.parent_code))
    for (kind, parent), numbers in below.items():
        width = len(numbers[0])
        if not width or any(len(each) != width for each in numbers):
            continue
        used = {int(each) for each in numbers if int(each) < REST or width > 2}
        for first, last in _runs(set(range(1, max(used, default=0))) - used):
            codes = [f"{parent}{number:0{width}}" for number in (first, last)]
            code = codes[0] if first == last else "–".join(codes)
            words = on_record(gettext_lazy("来源里没有这些代码。"))
            content.oddities.append(Oddity(None, Anomaly.What.GAP, kind, code, words))


def _runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs
