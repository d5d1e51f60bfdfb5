"""职责清单: which unit leads and which assist; proposed at the dispatch with the reason; in and out as Excel."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor
from lastmeter.grid import ground
from lastmeter.grid.ground import Kept
from lastmeter.grid.models import Node, Unit, lineage, valid_on
from lastmeter.kit import bulk
from lastmeter.kit.sheets import write_rows
from lastmeter.kit.zhtime import CHINA
from lastmeter.matters.catalogue import finding, mapping, tables
from lastmeter.matters.catalogue.tables import BadRow, Codes, Report
from lastmeter.matters.models import Duty

Rank = Duty.Rank
COLUMNS: tables.Columns = {
    "scheme": ("体系", "scheme"),
    "code": ("代码", "code"),
    "parent": ("上级代码", "parent"),
    "name": ("名称", "name"),
    "unit": ("单位", "unit"),
    "rank": ("职责", "rank"),
    "basis": ("依据", "basis"),
}
NEEDED = ("scheme", "code", "unit", "rank")


@dataclass(frozen=True, slots=True)
class Charge:
    """A duty that holds on a day."""

    path: str
    place: str
    category_id: int
    unit_id: int
    unit: str
    rank: str
    basis: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """Who the duty list names for a matter: one that leads, those that assist, and the reason in words."""

    lead: Charge
    assists: tuple[Charge, ...]
    reason: str

    @property
    def assisting(self) -> str:
        """The names of those that assist."""
        return "、".join(each.unit for each in self.assists)


_charges: Kept[dict[date, dict[tuple[str, int], list[Charge]]]] = Kept(dict)


def propose(path: str, category_id: int | None, today: date) -> Proposal | None:
    """What the duty list says of a category at the place of that path on that day; None when it says nothing.

    The nearest ancestor with a leading unit wins; there the category itself goes before those above it, and those
    before its counterparts in other schemes. Kept until `ground.bump` announces a change.
    """
    if category_id is None:
        return None
    rows = _today(today)
    wanted = list(_asked(category_id, today))
    for place in lineage(path):
        for pk in wanted:
            found = rows.get((place, pk), [])
            lead = next((each for each in found if each.rank == Rank.LEAD), None)
            if lead:
                assists = tuple(each for each in found if each.rank == Rank.ASSIST)
                return Proposal(lead, assists, _reason(lead, assists))
    return None


def _asked(category_id: int, today: date) -> Iterator[int]:
    own = list(finding.chain(category_id))
    yield from own
    for pk in own:
        for other in mapping.others(pk, today):
            yield from finding.chain(other.id)


def _reason(lead: Charge, assists: Sequence[Charge]) -> str:
    category = finding.everything()[lead.category_id]
    words = {
        "place": lead.place,
        "category": category.label,
        "lead": lead.unit,
        "assists": "、".join(each.unit for each in assists),
        "basis": lead.basis,
    }
    said = (
        _("职责清单：%(place)s的“%(category)s”由%(lead)s主办，%(assists)s协办。") % words
        if assists
        else _("职责清单：%(place)s的“%(category)s”由%(lead)s主办。") % words
    )
    return said + (_("依据：%(basis)s。") % words if lead.basis else "")


def _today(today: date) -> dict[tuple[str, int], list[Charge]]:
    kept = _charges.get()
    if today not in kept:
        found: dict[tuple[str, int], list[Charge]] = {}
        rows = Duty.objects.filter(valid_on(today), unit__closed_on=None).order_by("pk")
        columns = ("node__path", "node__name", "category_id", "unit_id", "unit__name", "rank", "basis")
        for row in rows.values_list(*columns):
            charge = Charge(*row)
            found.setdefault((charge.path, charge.category_id), []).append(charge)
        kept[today] = found
    return kept[today]


# -- Keeping it --------------------------------------------------------------------------------------------------------


@transaction.atomic
def assign(node: Node, category_id: int, unit: Unit, *, rank: str, basis: str = "", by: Actor, now: datetime) -> Duty:
    """From today the unit leads or assists in a category at a place; whoever led there before leads no longer."""
    today = now.astimezone(CHINA).date()
    _lock(node)
    standing = Duty.objects.filter(node=node, category=category_id, valid_to=None)
    standing.filter(unit=unit).update(valid_to=today)
    if rank == Rank.LEAD:
        standing.filter(rank=Rank.LEAD).update(valid_to=today)
    made = Duty.objects.create(node=node, category_id=category_id, unit=unit, rank=rank, basis=basis, valid_from=today)
    audit.record("duty.assign", by=by, object_kind="duty", object_id=made.pk, now=now)
    ground.bump()
    return made


def _lock(node: Node) -> None:
    """Two writers of one duty list wait for each other: each category has one lead."""
    Node.objects.select_for_update().get(pk=node.pk)


@transaction.atomic
def end(duty: Duty, *, by: Actor, now: datetime) -> None:
    """End a duty today; its row stays."""
    Duty.objects.filter(pk=duty.pk, valid_to=None).update(valid_to=now.astimezone(CHINA).date())
    audit.record("duty.end", by=by, object_kind="duty", object_id=duty.pk, now=now)
    ground.bump()


def units_for(node: Node) -> list[Unit]:
    """The open units that serve the node: those at it, above it, and below it."""
    rows = Unit.objects.filter(closed_on=None).select_related("node").order_by("node__path", "name")
    return [each for each in rows if each.node.path.startswith(node.path) or node.path.startswith(each.node.path)]


# -- Excel -------------------------------------------------------------------------------------------------------------


def export(node: Node, path: Path, today: date) -> int:
    """The duty list of a place on a day as a table that can be brought back; returns the number of rows."""
    return write_rows(path, [names[0] for names in COLUMNS.values()], _rows(node, today))


def _rows(node: Node, today: date) -> Iterator[list[str]]:
    codes, known = Codes(), finding.everything()
    rows = Duty.objects.filter(valid_on(today), node=node).select_related("unit")
    for row in rows.order_by("category__scheme", "category_id", "-rank", "pk"):
        scheme, _kind, code, parent, name = codes.cells(known[row.category_id])
        yield [scheme, code, parent, name, row.unit.name, row.get_rank_display(), row.basis]


@dataclass(frozen=True, slots=True)
class _Line:
    category_id: int
    unit_id: int
    rank: str
    basis: str


@transaction.atomic
def bring_in(node: Node, file: Path, *, whole: bool, dry_run: bool = False, by: Actor, now: datetime) -> Report:
    """Take a duty list of a place; again changes nothing. What changes ends today and begins anew: old rows stay.

    `whole`: duties of the place that the table lacks end today. Bad rows come back with their reasons.
    """
    today, report = now.astimezone(CHINA).date(), Report(dry_run)
    _lock(node)
    wanted = _wanted(node, file, report)
    standing = {(row.category_id, row.unit_id): row for row in Duty.objects.filter(node=node, valid_to=None)}
    fresh = [line for key, line in wanted.items() if key not in standing]
    changed = [line for key, line in wanted.items() if key in standing and not _same(standing[key], line)]
    leads = {line.category_id for line in (*fresh, *changed) if line.rank == Rank.LEAD}
    gone = [row for key, row in standing.items() if key not in wanted and (whole or _displaced(row, leads))]
    report.added, report.changed, report.ended = len(fresh), len(changed), len(gone)
    report.same = len(wanted) - len(fresh) - len(changed)
    if not dry_run:
        ending = [*gone, *(standing[line.category_id, line.unit_id] for line in changed)]
        Duty.objects.filter(pk__in=[row.pk for row in ending]).update(valid_to=today)
        bulk.create(Duty, [_duty(node, line, today) for line in (*fresh, *changed)])
        audit.record("duty.import", by=by, object_kind="node", object_id=node.pk, now=now)
        ground.bump()
    return report


def _wanted(node: Node, file: Path, report: Report) -> dict[tuple[int, int], _Line]:
    codes, units = Codes(), {each.name: each.pk for each in reversed(units_for(node))}
    leads: dict[int, int] = {}
    wanted: dict[tuple[int, int], _Line] = {}
    for row, line in tables.rows(file, COLUMNS, NEEDED, report, lambda given: _line(given, codes, units)):
        if line.rank == Rank.LEAD and leads.setdefault(line.category_id, line.unit_id) != line.unit_id:
            report.refused.append((row, _("这一类已有一个主办单位，只能有一个。")))
        else:
            wanted[line.category_id, line.unit_id] = line
    return wanted


def _line(given: dict[str, str], codes: Codes, units: dict[str, int]) -> _Line:
    category = codes.find(given["scheme"], given["code"], given["parent"])
    if given["unit"] not in units:
        raise BadRow(_("这个地方没有叫“%(name)s”的单位。") % {"name": given["unit"]})
    rank = tables.choice(given["rank"], Rank.choices, COLUMNS["rank"][0])
    return _Line(category.id, units[given["unit"]], rank, given["basis"])


def _same(row: Duty, line: _Line) -> bool:
    return (row.rank, row.basis) == (line.rank, line.basis)


def _displaced(row: Duty, leads: set[int]) -> bool:
    """Whether a standing lead gives way to another one of the table."""
    return row.rank == Rank.LEAD and row.category_id in leads


def _duty(node: Node, line: _Line, today: date) -> Duty:
    return Duty(
        node=node,
        category_id=line.category_id,
        unit_id=line.unit_id,
        rank=line.rank,
        basis=line.basis,
        valid_from=today,
    )
