"""载入分类体系: a file is held against the scheme, shown, then becomes an edition that applies on its day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor
from lastmeter.grid import ground
from lastmeter.kit import bulk
from lastmeter.kit.sheets import BadSheet
from lastmeter.kit.zhtime import CHINA
from lastmeter.matters.catalogue.comparing import TEXTS, Change, Known, What, compare
from lastmeter.matters.catalogue.reading import Content, read
from lastmeter.matters.models import Anomaly, Category, Difference, Edition, Scheme


class CannotLoad(ValueError):
    """The file may not be loaded now; `str()` is a sentence that says why."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be loaded: the scheme (made when it does not exist), the edition and the day from which it holds."""

    scheme: str
    edition: str
    valid_from: date
    name: str = ""
    source: str = ""
    offered: bool = True
    unchecked: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What loading would do: nothing has been written."""

    order: Order
    content: Content
    changes: list[Change]

    def of(self, what: str) -> list[Change]:
        """The changes of one sort."""
        return [each for each in self.changes if each.what == what]

    def counts(self) -> list[tuple[str, int]]:
        """Sort in words → how many, in the order of `Difference.What`."""
        return [(str(what.label), len(self.of(what))) for what in What]

    def sentence(self) -> str:
        """The figures in one sentence."""
        if not self.changes:
            return _("文件里的 %(count)d 个类别和现有的一样，没有变化。") % {"count": len(self.content.entries)}
        said = {what.value: len(self.of(what)) for what in What} | {"odd": len(self.content.oddities)}
        return (
            _(
                "新增 %(added)d，改名 %(renamed)d，移动 %(moved)d，终止 %(ended)d，改说明 %(reworded)d；"
                "异常 %(odd)d 处，照原样保留。"
            )
            % said
        )


def plan(file: Path, order: Order) -> Plan:
    """Hold a file against the scheme as it stands. Raises BadSheet when it cannot be read."""
    content = read(file)
    if not content.entries:
        raise BadSheet(_("表格里只有表头，没有内容。"))
    return Plan(order, content, compare(standing(order.scheme), content.entries))


def standing(scheme: str) -> list[Known]:
    """The categories of a scheme that hold, as they can be compared: one query."""
    rows = Category.objects.filter(scheme__code=scheme, valid_to=None).order_by("pk")
    columns = ("pk", "kind", "code", "parent__code", "name", "borrowed", *TEXTS)
    return [Known(pk, kind, code, parent or "", *rest) for pk, kind, code, parent, *rest in rows.values_list(*columns)]


@transaction.atomic
def load(file: Path, order: Order, *, by: Actor, now: datetime) -> Edition | None:
    """Make the edition with its differences and anomalies, and apply it when its day has come; None for no change.

    The same file again changes nothing. Raises BadSheet, and CannotLoad while another edition waits for its day.
    """
    scheme = _scheme(order)
    if scheme.editions.filter(applied_at=None).exists():
        raise CannotLoad(_("“%(name)s”还有一版没有生效，请先等它生效或撤回。") % {"name": scheme.name})
    planned = plan(file, order)
    if not planned.changes:
        return None
    edition = Edition.objects.create(
        scheme=scheme,
        name=order.edition,
        source=order.source,
        valid_from=order.valid_from,
        digest=planned.content.digest,
        by_id=by.user_id,
        loaded_at=now,
    )
    bulk.create(Difference, [_difference(edition, each) for each in planned.changes])
    bulk.create(
        Anomaly,
        [
            Anomaly(edition=edition, row=each.row, what=each.what, kind=each.kind, code=each.code, words=each.words)
            for each in planned.content.oddities
        ],
    )
    audit.record("scheme.load", by=by, object_kind="edition", object_id=edition.pk, now=now)
    if order.valid_from <= now.astimezone(CHINA).date():
        apply(edition, now=now)
    return edition


def _scheme(order: Order) -> Scheme:
    """The scheme, locked: two loads of it wait for each other."""
    values = {
        "name": order.name or order.scheme,
        "source": order.source,
        "offered": order.offered,
        "unchecked": order.unchecked,
    }
    Scheme.objects.get_or_create(code=order.scheme, defaults=values)
    return Scheme.objects.select_for_update().get(code=order.scheme)


def _difference(edition: Edition, change: Change) -> Difference:
    row = Difference(edition=edition, what=change.what, before=change.before, after=change.after)
    if change.known:
        row.category_id = change.known.id
        row.kind, row.code, row.parent_code = change.known.kind, change.known.code, change.known.parent_code
    if change.entry:
        entry = change.entry
        row.kind, row.code, row.parent_code = entry.kind, entry.code, entry.parent_code
        row.borrowed, row.scope, row.words = entry.borrowed, entry.scope, entry.words
        row.advice, row.name_en = entry.advice, entry.name_en
    return row


@transaction.atomic
def apply(edition: Edition, *, now: datetime) -> None:
    """Carry the differences of an edition out, once. Ended categories stay for the matters that have them."""
    if not Edition.objects.filter(pk=edition.pk, applied_at=None).update(applied_at=now):
        return
    edition.applied_at = now
    rows = list(edition.differences.order_by("pk"))
    ended = [row.category_id for row in rows if row.what == What.ENDED and row.category_id]
    Category.objects.filter(pk__in=ended, valid_to=None).update(valid_to=edition.valid_from)
    _add(edition, [row for row in rows if row.what == What.ADDED])
    _change(edition, [row for row in rows if row.what in (What.RENAMED, What.MOVED, What.REWORDED)])
    ground.bump()  # catalogues are kept by every process like the tree


def _add(edition: Edition, rows: Sequence[Difference]) -> None:
    """New categories, one INSERT for each depth: a parent has its key before its children are written."""
    waiting = list(rows)
    while waiting:
        known = _by_code(edition.scheme_id)
        own = {(row.kind, row.code) for row in waiting}
        ready = [row for row in waiting if not row.parent_code or (row.kind, row.parent_code) not in own]
        if not ready:  # a code that is its own parent's code: the tie goes to what is known already
            ready = waiting
        made = [_category(edition, row, known) for row in ready]
        Category.objects.bulk_create(made)
        for row, category in zip(ready, made, strict=True):
            row.category = category
        Difference.objects.bulk_update(ready, ["category"], batch_size=200)
        done = {id(row) for row in ready}
        waiting = [row for row in waiting if id(row) not in done]


def _by_code(scheme_id: int) -> dict[tuple[str, str], int]:
    rows = Category.objects.filter(scheme=scheme_id, valid_to=None).order_by("-pk").values_list("kind", "code", "pk")
    return {(kind, code): pk for kind, code, pk in rows}


def _category(edition: Edition, row: Difference, known: dict[tuple[str, str], int]) -> Category:
    return Category(
        scheme_id=edition.scheme_id,
        parent_id=known[row.kind, row.parent_code] if row.parent_code else None,
        kind=row.kind,
        code=row.code,
        name=row.after,
        name_en=row.name_en,
        borrowed=row.borrowed,
        scope=row.scope,
        words=row.words,
        advice=row.advice,
        valid_from=edition.valid_from,
    )


def _change(edition: Edition, rows: Iterable[Difference]) -> None:
    known = _by_code(edition.scheme_id)
    for row in rows:
        one = Category.objects.filter(differences=row)
        if row.what == What.RENAMED:
            one.update(name=row.after, borrowed=row.borrowed, name_en=row.name_en)
        elif row.what == What.MOVED:
            one.update(parent_id=known[row.kind, row.parent_code] if row.parent_code else None)
        else:
            one.update(**{name: text for name in TEXTS if (text := getattr(row, name))})


def apply_due(now: datetime) -> int:
    """Apply the editions whose day has come (China date); how many."""
    due = Edition.objects.filter(applied_at=None, valid_from__lte=now.astimezone(CHINA).date())
    waiting = list(due.select_related("scheme"))
    for edition in waiting:
        apply(edition, now=now)
    return len(waiting)


@transaction.atomic
def withdraw(edition: Edition, *, by: Actor, now: datetime) -> None:
    """Take back an edition that has not been applied. Raises CannotLoad for one that has."""
    audit.record("scheme.withdraw", by=by, object_kind="edition", object_id=edition.pk, now=now)
    if not Edition.objects.filter(pk=edition.pk, applied_at=None).delete()[0]:
        raise CannotLoad(_("这一版已经生效，不能撤回；请载入更正后的一版。"))


@transaction.atomic
def mark(scheme: Scheme, *, offered: bool, unchecked: bool, by: Actor, now: datetime) -> None:
    """Offer a scheme for matters or not; say whether somebody has held it against the official text."""
    Scheme.objects.filter(pk=scheme.pk).update(offered=offered, unchecked=unchecked)
    audit.record("scheme.mark", by=by, object_kind="scheme", object_id=scheme.pk, now=now)
    ground.bump()


@transaction.atomic
def describe(category: Category, *, words: str, advice: str, public: bool, by: Actor, now: datetime) -> None:
    """What the owner says of a category: words to find it by, advice before filing, whether it may be public."""
    Category.objects.filter(pk=category.pk).update(words=words, advice=advice, public=public)
    audit.record("category.describe", by=by, object_kind="category", object_id=category.pk, now=now)
    ground.bump()
