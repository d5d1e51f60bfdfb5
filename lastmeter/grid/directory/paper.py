"""The directory of a community on paper and as a table: every place, who is in charge, the number to call."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from lastmeter.grid.directory.entries import Directory, Entry
from lastmeter.grid.posts import Listed
from lastmeter.kit import sheets
from lastmeter.kit.paper import A4, BRAND, QUIET, Paper
from lastmeter.kit.zhtime import china


def directory_pdf(directory: Directory, *, now: datetime) -> bytes:
    """A4, the table's header again on each page. Raises paper.NoFont."""
    title = _("%(place)s网格通讯录") % {"place": directory.node.name}
    foot = _("%(place)s网格通讯录 · %(date)s") % {"place": directory.node.name, "date": f"{china(now):%Y-%m-%d}"}
    paper = Paper(A4, title=title, margin=16, foot=foot)
    paper.add_page()
    paper.words(directory.above, (16, 15, 178), size=10, smallest=8, colour=QUIET)
    bottom = paper.words(title, (16, 20, 178), size=22, smallest=14, lines=2, bold=True)
    paper.rule(16, bottom + 1.5, 14, thick=0.9, colour=BRAND)
    bottom = paper.words(_lead(directory), (16, bottom + 4.5, 178), size=10, lines=2)
    paper.set_y(bottom + 3)
    header = [_("网格、楼栋、巷子"), _("岗位"), _("姓名"), _("电话"), _("党组织")]
    paper.rows(header, _lines(directory), (38, 17, 14, 19, 32))
    if directory.units:
        paper.set_y(paper.get_y() + 6)
        units = [[unit.name, unit.get_kind_display(), unit.phone or "—"] for unit in directory.units]
        paper.rows([_("为这里服务的单位"), _("类别"), _("电话")], units, (50, 26, 36))
    return paper.finished(now)


def _lead(directory: Directory) -> str:
    parts = [_("有事先找网格员；没人接，请打 12345。有生命危险请打 110 · 119 · 120。")]
    if directory.supervision:
        parts.insert(0, _("监督电话 %(phone)s。") % {"phone": directory.supervision})
    if settings.OWNER:
        parts.append(settings.OWNER)
    return " ".join(parts)


def _lines(directory: Directory) -> Iterator[list[str]]:
    """A line a person; the place and its Party organisation stand in the first one of a place."""
    for entry in directory.entries:
        name = "　" * min(entry.depth, 2) + entry.node.name
        party = entry.party.name if entry.party else ""
        for number, each in enumerate(entry.people or (None,)):
            first = number == 0
            yield [name if first else "", *_person(each), party if first else ""]


def _person(each: Listed | None) -> list[str]:
    if each is None:
        return ["—", "—", "—"]
    return [each.label, each.name or _("暂缺"), each.phone if each.name and each.phone else "—"]


def directory_xlsx(directory: Directory, path: Path) -> int:
    """Write the directory as a workbook, each line complete in itself; returns how many lines."""
    header = [_("代码"), _("层级"), _("名称"), _("户数"), _("岗位"), _("姓名"), _("电话"), _("党组织"), _("监督电话")]
    return sheets.write_rows(path, header, _table(directory))


def _table(directory: Directory) -> Iterator[list[str | int]]:
    for entry in directory.entries:
        for each in entry.people or (None,):
            person = [each.label, each.name, each.phone if each.name else ""] if each else ["", "", ""]
            yield [*_place(entry), *person, entry.party.name if entry.party else "", directory.supervision]


def _place(entry: Entry) -> list[str | int]:
    node = entry.node
    return [entry.code, node.get_level_display(), node.name, "" if node.households is None else node.households]
