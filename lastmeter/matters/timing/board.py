"""期限与挂账: what waits for a decision, stands on the ledger, is paused or pressed for, in an actor's reach."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.clocks.models import Demand, Extension, Pause, Suspension
from lastmeter.clocks.wording import said
from lastmeter.dossiers import access
from lastmeter.dossiers.models import Dossier, DossierKind
from lastmeter.kit.paging import Keyset, Page, merge_page
from lastmeter.kit.zhtime import closing

PAGE_SIZE = 50
COUNT_CAP = 1000


@dataclass(frozen=True, slots=True)
class Row:
    """One matter on a shelf: what was said, and the moment by which somebody has to do something (or None)."""

    dossier: Dossier
    what: str
    words: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Shelf:
    """A list by its name in the address: its rows, where their dossier is, in which order, and how one reads."""

    name: str
    word: str | Promise
    empty: str | Promise
    rows: Callable[[], "QuerySet[Any]"]
    dossier: str
    order: Keyset
    read: Callable[[Any], Row]


def _extension(row: Extension) -> Row:
    term = _("申请延长 %(term)s") % {"term": said(row.amount, row.measure)}
    return Row(row.deadline.dossier, term, row.reason, row.deadline.due_at)


def _asked(row: Suspension) -> Row:
    return Row(row.dossier, row.get_reason_display(), row.explanation, row.dossier.due_at)


def _on_ledger(row: Suspension) -> Row:
    what = _("%(reason)s，%(unit)s负责") % {"reason": row.get_reason_display(), "unit": row.responsible}
    return Row(row.dossier, what, row.next_step, closing(row.review_on))


def _paused(row: Pause) -> Row:
    return Row(row.dossier, row.get_reason_display(), row.words, row.until)


def _pressed(row: Demand) -> Row:
    what = _("诉求人催办") if row.by_requester else row.get_kind_display()
    return Row(row.dossier, str(what), row.words, row.dossier.due_at)


SHELVES = (
    Shelf(
        "ledger",
        gettext_lazy("挂账"),
        gettext_lazy("没有挂账的事项。暂时办不了、经书面说明并批准的，会按复核日期排在这里。"),
        lambda: Suspension.objects.filter(state=Suspension.State.ON_LEDGER),
        "dossier__",
        Keyset(("review_on", "id")),
        _on_ledger,
    ),
    Shelf(
        "asked",
        gettext_lazy("申请挂账"),
        gettext_lazy("没有等批复的挂账申请。"),
        lambda: Suspension.objects.filter(state=Suspension.State.ASKED),
        "dossier__",
        Keyset(("at", "id")),
        _asked,
    ),
    Shelf(
        "extensions",
        gettext_lazy("申请延期"),
        gettext_lazy("没有等批复的延期申请。"),
        lambda: Extension.objects.filter(state=Extension.State.ASKED),
        "deadline__dossier__",
        Keyset(("at", "id")),
        _extension,
    ),
    Shelf(
        "paused",
        gettext_lazy("暂停计时"),
        gettext_lazy("没有暂停计时的事项。"),
        lambda: Pause.objects.filter(ended_at=None),
        "dossier__",
        Keyset(("until", "id")),
        _paused,
    ),
    Shelf(
        "pressed",
        gettext_lazy("督办催办"),
        gettext_lazy("没有等回复的督办、催办。"),
        lambda: Demand.objects.filter(ended_at=None),
        "dossier__",
        Keyset(("at", "id")),
        _pressed,
    ),
)
BY_NAME = {shelf.name: shelf for shelf in SHELVES}


def page(actor: Actor, shelf: Shelf, cursor: str | None) -> Page[Model]:
    """One page of a shelf, as far as the actor sees its matters; rows come with dossier and place."""
    related = [f"{shelf.dossier}community", f"{shelf.dossier}grid"]
    found = [_matters(shelf).filter(branch) for branch in access.branches(actor, shelf.dossier)]
    return merge_page(found, cursor, PAGE_SIZE, shelf.order, rows=shelf.rows().select_related(*related))


def counts(actor: Actor) -> dict[str, int]:
    """How many stand on each shelf, counted up to COUNT_CAP."""
    return {shelf.name: _seen(actor, shelf)[:COUNT_CAP].count() for shelf in SHELVES}


def _matters(shelf: Shelf) -> "QuerySet[Any]":
    return shelf.rows().filter(**{f"{shelf.dossier}kind": DossierKind.MATTER})


def _seen(actor: Actor, shelf: Shelf) -> "QuerySet[Any]":
    """The open rows of a shelf are few, and each leads to its dossier by key: here one condition does for all."""
    return _matters(shelf).filter(reduce(or_, access.branches(actor, shelf.dossier), Q(pk__in=[])))
