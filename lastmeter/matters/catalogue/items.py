"""事项清单: drafting a list of what communities do, recording who approved it, retiring it; in and out as Excel."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor
from lastmeter.grid import ground
from lastmeter.grid.ground import Kept
from lastmeter.grid.models import Node, lineage, valid_on
from lastmeter.kit import bulk
from lastmeter.kit.sheets import write_rows
from lastmeter.kit.text import on_record
from lastmeter.kit.zhtime import CHINA
from lastmeter.matters.catalogue import finding, tables
from lastmeter.matters.catalogue.shipped import DATA
from lastmeter.matters.catalogue.tables import BadRow, Codes, Report
from lastmeter.matters.models import Item, ItemList

Asked = Item.Asked
Status = ItemList.Status
# What a list starts with until its drafter writes the local article: what it protects against, without a number.
RULE = gettext_lazy("网格工作事项实行清单管理；清单之外的事项，有关单位不得交由社区办理")
COLUMNS: tables.Columns = {
    "scheme": ("体系", "scheme"),
    "code": ("代码", "code"),
    "parent": ("上级代码", "parent"),
    "name": ("名称", "name"),
    "asked": ("对社区", "asked"),
    "grid": ("网格员可以做", "grid"),
    "owner": ("责任单位", "owner"),
    "work": ("社区和网格做什么", "work"),
    "basis": ("依据", "basis"),
}
NEEDED = ("scheme", "code", "asked")
LOCAL = "local"
YES = {"是", "可以", "√", "✓", "1", "yes", "y"}


class CannotChange(ValueError):
    """The list may not be changed in this way; `str()` is a sentence that says why."""


# -- In force ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One item of a list in force."""

    category_id: int
    asked: str
    grid: bool
    owner: str
    work: str
    basis: str


@dataclass(frozen=True, slots=True)
class InForce:
    """A list that governs a place today."""

    id: int
    path: str
    name: str
    rule: str
    approved_by: str
    document: str
    lines: dict[int, Line]


_lists: Kept[dict[date, dict[str, InForce]]] = Kept(dict)


def in_force(path: str, today: date) -> InForce | None:
    """The list that governs the place of that path on that day: the nearest one above it; None where there is none.

    Kept until `ground.bump` announces a change, so a dispatch asks nothing of the database.
    """
    kept = _lists.get()
    if today not in kept:
        kept[today] = _read(today)
    return next((kept[today][each] for each in lineage(path) if each in kept[today]), None)


def _read(today: date) -> dict[str, InForce]:
    rows = ItemList.objects.filter(valid_on(today), status__in=(Status.APPROVED, Status.RETIRED)).select_related("node")
    return {
        row.node.path: InForce(
            row.pk, row.node.path, row.name, row.rule, row.approved_by, row.document, _lines_of(row.pk)
        )
        for row in rows.order_by("valid_from", "pk")
    }


def _lines_of(list_id: int) -> dict[int, Line]:
    columns = ("category_id", "asked", "grid", "owner", "work", "basis")
    return {row[0]: Line(*row) for row in Item.objects.filter(list=list_id).values_list(*columns)}


# -- Drafting ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def draft(node: Node, *, name: str = "", by: Actor, now: datetime) -> ItemList:
    """A new draft of a place: a copy of the list in force there (at or above it), else the customary one that ships.

    Raises CannotChange where there is a draft already.
    """
    governing = in_force(node.path, now.astimezone(CHINA).date())
    made = ItemList(
        node=node,
        name=name or on_record(gettext_lazy("%(place)s社区工作事项清单"), place=node.name),
        rule=governing.rule if governing else on_record(RULE),
        made_at=now,
        made_by_id=by.user_id,
    )
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        raise CannotChange(_("这里已有一份草稿，请先把它批准或删掉。")) from None
    lines = governing.lines.values() if governing else customary()
    bulk.create(Item, [_item(made, line) for line in lines])
    audit.record("item_list.draft", by=by, object_kind="item_list", object_id=made.pk, now=now)
    return made


def customary() -> list[Line]:
    """A start for those who have no list yet: usual wording for the local categories, to be edited before approval."""
    text = (DATA / "community_items.csv").read_text(encoding="utf-8")
    local = {each.code: each.id for each in finding.everything().values() if each.scheme == LOCAL and each.live}
    return [
        Line(local[row["code"]], row["asked"], bool(row["grid"]), row["owner"], row["work"], "")
        for row in csv.DictReader(text.splitlines())
        if row["code"] in local
    ]


def _item(one: ItemList, line: Line) -> Item:
    return Item(
        list=one,
        category_id=line.category_id,
        asked=line.asked,
        grid=line.grid,
        owner=line.owner,
        work=line.work,
        basis=line.basis,
    )


@transaction.atomic
def put(one: ItemList, item: Item, *, by: Actor, now: datetime) -> Item:
    """Write a line of a draft: the one of that category is replaced. Raises CannotChange for an approved list."""
    _draft(one)
    values = {name: getattr(item, name) for name in ("asked", "grid", "owner", "work", "basis")}
    written, _made = Item.objects.update_or_create(list=one, category_id=item.category_id, defaults=values)
    audit.record("item.put", by=by, object_kind="item", object_id=written.pk, now=now)
    return written


@transaction.atomic
def take_out(item: Item, *, by: Actor, now: datetime) -> None:
    """Take a line out of a draft. Raises CannotChange for an approved list."""
    _draft(item.list)
    audit.record("item.take_out", by=by, object_kind="item", object_id=item.pk, now=now)
    item.delete()


@transaction.atomic
def rename(one: ItemList, *, name: str, rule: str, by: Actor, now: datetime) -> None:
    """Set the name of a draft and the article that forbids what is not on it. Raises CannotChange otherwise."""
    _draft(one)
    ItemList.objects.filter(pk=one.pk).update(name=name, rule=rule)
    audit.record("item_list.rename", by=by, object_kind="item_list", object_id=one.pk, now=now)


@transaction.atomic
def discard(one: ItemList, *, by: Actor, now: datetime) -> None:
    """Throw a draft away. Raises CannotChange for an approved list."""
    _draft(one)
    audit.record("item_list.discard", by=by, object_kind="item_list", object_id=one.pk, now=now)
    one.delete()


def _draft(one: ItemList) -> None:
    if not ItemList.objects.select_for_update().filter(pk=one.pk, status=Status.DRAFT).exists():
        raise CannotChange(_("这份清单已经批准，不能再改；请起草新的一版。"))


# -- Approval ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def approve(one: ItemList, *, body: str, document: str, valid_from: date, by: Actor, now: datetime) -> None:
    """Record that a body has approved the draft with a document; it takes the place of the one before on that day.

    Guangdong, 平安建设条例 art. 10: what grids are asked to do stands on a controlled list. Raises CannotChange for
    an empty draft, and for a day before the list in force began.
    """
    _draft(one)
    if not one.items.exists():
        raise CannotChange(_("清单还是空的，不能批准。"))
    before = ItemList.objects.filter(node=one.node, status=Status.APPROVED, valid_to=None).first()
    if before and before.valid_from and valid_from <= before.valid_from:
        raise CannotChange(_("现行清单自 %(day)s 生效，新的一版要在那之后。") % {"day": before.valid_from.isoformat()})
    if before:
        ItemList.objects.filter(pk=before.pk).update(valid_to=valid_from, status=Status.RETIRED)
    ItemList.objects.filter(pk=one.pk).update(
        status=Status.APPROVED, approved_by=body, document=document, valid_from=valid_from, approved_at=now
    )
    audit.record("item_list.approve", by=by, object_kind="item_list", object_id=one.pk, now=now)
    ground.bump()


@transaction.atomic
def retire(one: ItemList, *, valid_to: date, by: Actor, now: datetime) -> None:
    """End a list without a successor; from then on the one above governs. Raises CannotChange for any other."""
    ending = ItemList.objects.filter(pk=one.pk, status=Status.APPROVED, valid_to=None, valid_from__lte=valid_to)
    if not ending.update(status=Status.RETIRED, valid_to=valid_to):
        raise CannotChange(_("只有现行的清单可以废止，日期不能早于它生效的日子。"))
    audit.record("item_list.retire", by=by, object_kind="item_list", object_id=one.pk, now=now)
    ground.bump()


# -- Excel -------------------------------------------------------------------------------------------------------------


def export(one: ItemList, path: Path) -> int:
    """The list as a table that can be brought back; returns the number of rows."""
    return write_rows(path, [names[0] for names in COLUMNS.values()], _rows(one))


def _rows(one: ItemList) -> Iterator[list[str]]:
    codes, known = Codes(), finding.everything()
    for item in one.items.order_by("category__scheme", "category_id"):
        scheme, _kind, code, parent, name = codes.cells(known[item.category_id])
        grid = _("是") if item.grid else _("否")
        yield [scheme, code, parent, name, item.get_asked_display(), grid, item.owner, item.work, item.basis]


@transaction.atomic
def bring_in(one: ItemList, file: Path, *, whole: bool, dry_run: bool = False, by: Actor, now: datetime) -> Report:
    """Take a table into a draft; again changes nothing. `whole`: lines that the table lacks leave the draft.

    Bad rows come back with their reasons and hinder none of the others. Raises BadSheet, and CannotChange for a list
    that is no draft.
    """
    _draft(one)
    report, codes = Report(dry_run), Codes()
    wanted = {
        line.category_id: line for _row, line in tables.rows(file, COLUMNS, NEEDED, report, lambda g: _line(g, codes))
    }
    standing = _lines_of(one.pk)
    fresh = [line for pk, line in wanted.items() if pk not in standing]
    changed = [line for pk, line in wanted.items() if pk in standing and standing[pk] != line]
    gone = [pk for pk in standing if whole and pk not in wanted]
    report.added, report.changed, report.ended = len(fresh), len(changed), len(gone)
    report.same = len(wanted) - len(fresh) - len(changed)
    if not dry_run:
        Item.objects.filter(list=one, category_id__in=[*gone, *(line.category_id for line in changed)]).delete()
        bulk.create(Item, [_item(one, line) for line in (*fresh, *changed)])
        audit.record("item_list.import", by=by, object_kind="item_list", object_id=one.pk, now=now)
    return report


def _line(given: dict[str, str], codes: Codes) -> Line:
    category = codes.find(given["scheme"], given["code"], given["parent"])
    asked = tables.choice(given["asked"], Asked.choices, COLUMNS["asked"][0])
    grid = given["grid"].strip().lower() in YES
    if grid and asked == Asked.NEVER:
        raise BadRow(_("不得交给社区的事项，网格员也不能做。"))
    return Line(category.id, asked, grid, given["owner"][:200], given["work"], given["basis"])
