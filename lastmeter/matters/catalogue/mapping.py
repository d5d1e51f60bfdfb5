"""分类对照: which category of one scheme is which of another; many to many, dated, in and out as Excel."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor
from lastmeter.grid import ground
from lastmeter.grid.ground import Kept
from lastmeter.grid.models import valid_on
from lastmeter.kit import bulk
from lastmeter.kit.sheets import write_rows
from lastmeter.kit.zhtime import CHINA
from lastmeter.matters.catalogue import finding, tables
from lastmeter.matters.catalogue.finding import Found
from lastmeter.matters.catalogue.tables import BadRow, Codes, Report
from lastmeter.matters.models import Correspondence

COLUMNS: tables.Columns = {
    "scheme": ("体系", "scheme"),
    "kind": ("类型", "kind"),
    "code": ("代码", "code"),
    "parent": ("上级代码", "parent"),
    "name": ("名称", "name"),
    "other_scheme": ("对应体系", "other_scheme"),
    "other_kind": ("对应类型", "other_kind"),
    "other_code": ("对应代码", "other_code"),
    "other_parent": ("对应上级代码", "other_parent"),
    "other_name": ("对应名称", "other_name"),
    "note": ("备注", "note"),
}
NEEDED = ("scheme", "code", "other_scheme", "other_code")
Pair = tuple[int, int, str]

_pairs: Kept[dict[date, dict[int, list[int]]]] = Kept(dict)


def others(category_id: int | None, today: date) -> list[Found]:
    """What the category is in other schemes on that day (China date), whichever way it was written down."""
    if category_id is None:
        return []
    known = finding.everything()
    return [known[pk] for pk in _both_ways(today).get(category_id, ()) if pk in known]


def in_words(category_id: int | None, today: date) -> list[tuple[str, str]]:
    """The same for a line of a page: scheme → "030701 游商、030703 店外经营"."""
    found: dict[str, list[str]] = {}
    for each in others(category_id, today):
        found.setdefault(each.scheme, []).append(f"{each.code} {each.label}")
    return [(scheme, "、".join(names)) for scheme, names in found.items()]


def _both_ways(today: date) -> dict[int, list[int]]:
    kept = _pairs.get()
    if today not in kept:
        found: dict[int, list[int]] = {}
        rows = Correspondence.objects.filter(valid_on(today)).order_by("pk")
        for one, other in rows.values_list("source_id", "target_id"):
            found.setdefault(one, []).append(other)
            found.setdefault(other, []).append(one)
        kept[today] = {pk: list(dict.fromkeys(ids)) for pk, ids in found.items()}
    return kept[today]


def counts(today: date) -> list[tuple[str, str, int]]:
    """Between which two schemes (by code) how many pairs hold on that day."""
    rows = Correspondence.objects.filter(valid_on(today)).values_list("source__scheme__code", "target__scheme__code")
    counted = Counter(tuple(sorted(pair)) for pair in rows)
    return [(one, other, many) for (one, other), many in sorted(counted.items())]


def export(path: Path, today: date) -> int:
    """The table of the pairs that hold on that day, as it can be brought back; returns the number of rows."""
    return write_rows(path, [names[0] for names in COLUMNS.values()], _lines(today))


def _lines(today: date) -> Iterator[list[str]]:
    codes, known = Codes(), finding.everything()
    for row in Correspondence.objects.filter(valid_on(today)).order_by("source_id", "target_id"):
        yield [*codes.cells(known[row.source_id]), *codes.cells(known[row.target_id]), row.note]


@transaction.atomic
def bring_in(file: Path, *, whole: bool, dry_run: bool = False, by: Actor, now: datetime) -> Report:
    """Take a table of pairs; again changes nothing. `whole`: pairs of the same two schemes that it lacks end today.

    Bad rows come back with their reasons and hinder none of the others. Raises BadSheet for what is no such table.
    """
    today, report, codes = now.astimezone(CHINA).date(), Report(dry_run), Codes()
    wanted = {pair[:2]: pair[2] for _row, pair in tables.rows(file, COLUMNS, NEEDED, report, lambda g: _pair(g, codes))}
    standing = {(row.source_id, row.target_id): row for row in Correspondence.objects.filter(valid_to=None)}
    fresh = [key for key in wanted if key not in standing and key[::-1] not in standing]
    noted = [row for key, row in standing.items() if key in wanted and row.note != wanted[key]]
    gone = [row for key, row in standing.items() if whole and _belongs(key, wanted)]
    report.added, report.changed, report.ended = len(fresh), len(noted), len(gone)
    report.same = len(wanted) - len(fresh) - len(noted)
    if not dry_run:
        _write(fresh, noted, gone, wanted, today)
        audit.record("mapping.import", by=by, now=now)
    return report


def _pair(given: dict[str, str], codes: Codes) -> Pair:
    one = codes.find(given["scheme"], given["code"], given["parent"], given["kind"])
    other = codes.find(given["other_scheme"], given["other_code"], given["other_parent"], given["other_kind"])
    if one.scheme_id == other.scheme_id:
        raise BadRow(_("两边是同一个体系。"))
    return one.id, other.id, given["note"][:200]


def _belongs(key: tuple[int, int], wanted: dict[tuple[int, int], str]) -> bool:
    """Whether a standing pair that the table lacks is one of the two schemes the table is about."""
    if key in wanted or key[::-1] in wanted:
        return False
    known = finding.everything()
    about = {frozenset(known[pk].scheme_id for pk in pair) for pair in wanted}
    return frozenset(known[pk].scheme_id for pk in key) in about


def _write(
    fresh: list[tuple[int, int]],
    noted: list[Correspondence],
    gone: list[Correspondence],
    wanted: dict[tuple[int, int], str],
    today: date,
) -> None:
    made = [Correspondence(source_id=a, target_id=b, note=wanted[a, b], valid_from=today) for a, b in fresh]
    bulk.create(Correspondence, made)
    for row in noted:
        row.note = wanted[row.source_id, row.target_id]
    Correspondence.objects.bulk_update(noted, ["note"], batch_size=200)
    Correspondence.objects.filter(pk__in=[row.pk for row in gone]).update(valid_to=today)
    ground.bump()
