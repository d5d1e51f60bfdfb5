"""Two official lists of one city, laid side by side by parent and name: their codes do not mean the same places."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from lastmeter.grid import divisions
from lastmeter.grid.ground import bump
from lastmeter.grid.models import Code, Level, Node

SCHEME = "mca-2025"
CITY = "441700"
LIST = "yangjiang_towns_mca_20251231.csv"  # 民政部代码, as of 2025-12-31


class Difference(models.TextChoices):
    """What differs between the two lists about one place."""

    CODE = "code", _("代码不同")
    SPELLING = "spelling", _("写法不同")
    BOTH = "both", _("代码和写法都不同")
    STATISTICS_ONLY = "statistics", _("只在国家统计局名单里")
    CIVIL_ONLY = "civil", _("只在民政部名单里")


@dataclass(slots=True)
class Entry:
    """A place in one list: its code there, its name and the entries below it."""

    code: str
    name: str
    node: Node | None = None
    below: "list[Entry]" = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Pair:
    """One place in both lists, or in one of them when the other side is None; `parent` is the name above it."""

    parent: str
    statistics: Entry | None
    civil: Entry | None

    @property
    def difference(self) -> Difference | None:
        """What differs, None when the lists agree."""
        if self.civil is None:
            return Difference.STATISTICS_ONLY
        if self.statistics is None:
            return Difference.CIVIL_ONLY
        code, name = self.statistics.code != self.civil.code, self.statistics.name != self.civil.name
        if code and name:
            return Difference.BOTH
        return Difference.CODE if code else Difference.SPELLING if name else None


def lay_side_by_side(statistics: Sequence[Entry], civil: Sequence[Entry], parent: str = "") -> list[Pair]:
    """Pair the entries of two lists below one parent, then what lies below each pair.

    By the same name first; then a name that differs in one character (织篢镇, 织𬕂镇) from exactly one that is left.
    Never by code: one code stands for different places in the two lists.
    """
    by_name = {each.name: each for each in statistics}
    found = {each.code: by_name[each.name] for each in civil if each.name in by_name}
    taken = {each.code for each in found.values()}
    left = [each for each in statistics if each.code not in taken]
    open_ = [each for each in civil if each.code not in found]
    for each in open_:
        near = [other for other in left if _one_apart(each.name, other.name)]
        rivals = [other for other in open_ if near and _one_apart(other.name, near[0].name)]
        if len(near) == len(rivals) == 1:
            found[each.code] = near[0]
    pairs: list[Pair] = []
    for each in civil:
        pair = Pair(parent, found.get(each.code), each)
        pairs += [pair, *lay_side_by_side(pair.statistics.below if pair.statistics else [], each.below, each.name)]
    matched = {each.code for each in found.values()}
    for each in statistics:
        if each.code not in matched:
            pairs += [Pair(parent, each, None), *lay_side_by_side(each.below, [], each.name)]
    return pairs


def _one_apart(one: str, other: str) -> bool:
    return len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1


def compare() -> list[Pair]:
    """Yangjiang as it stands in the tree (codes of the statistics office) beside the Civil Affairs list, two queries.

    Empty when Yangjiang has not been loaded.
    """
    codes = Code.objects.filter(scheme=divisions.SCHEME, node__level__in=[Level.CITY, Level.COUNTY, Level.TOWN])
    rows = codes.filter(code__startswith=CITY[:4]).select_related("node").order_by("node__path")
    entries = {row.node.pk: Entry(row.code, row.node.name, row.node) for row in rows}
    tops: list[Entry] = []
    for entry in entries.values():
        above = entries.get(entry.node.parent_id or 0) if entry.node else None
        (above.below if above else tops).append(entry)
    return lay_side_by_side(tops, _civil()) if tops else []


def _civil() -> list[Entry]:
    entries: dict[str, Entry] = {}
    for row in csv.DictReader(divisions.text(LIST).splitlines()):
        entries[row["code"]] = Entry(row["code"], row["name"])
        if row["parent"] in entries:
            entries[row["parent"]].below.append(entries[row["code"]])
    return [entries[CITY]]


@transaction.atomic
def record(pairs: Iterable[Pair]) -> int:
    """Give the places of both lists their Civil Affairs code as a second scheme; returns how many were new.

    Since when a code has been valid the list does not say: without a date it never becomes a place's address.
    """
    wanted = [
        Code(node=pair.statistics.node, scheme=SCHEME, code=pair.civil.code)
        for pair in pairs
        if pair.civil and pair.statistics and pair.statistics.node
    ]
    known = set(Code.objects.filter(scheme=SCHEME).values_list("node", "code"))
    fresh = [code for code in wanted if (code.node_id, code.code) not in known]
    if fresh:
        Code.objects.bulk_create(fresh)
        bump()
    return len(fresh)
