"""Work lists: what an actor may see, filtered by what the address says, in keyset order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.dossiers import access, search
from lastmeter.dossiers.models import Dossier, DossierKind
from lastmeter.grid.ground import Kept
from lastmeter.grid.models import Node, at_or_below
from lastmeter.grid.scope import LEVEL_FIELDS
from lastmeter.kit.paging import Keyset, Page, merge_page
from lastmeter.matters import lifecycle
from lastmeter.matters.models import Assignment, Source

PAGE_SIZE = 50
COUNT_CAP = 1000
BY_DUE = Keyset(("due_at", "id"))
NEWEST = Keyset(("-id",))
HANDLERS = ("me", "nobody", "returned")  # returned: was with somebody, lies at the desk again
SOON = timedelta(hours=24)
# Named groups of steps, as the desk speaks of them: the address says ?step=waiting.
SHELVES: dict[str, tuple[str, ...]] = {
    "waiting": (lifecycle.REPORTED, lifecycle.FILED),
    "handling": lifecycle.WITH_HANDLER,
    "answered": (lifecycle.REPLIED, lifecycle.VERIFYING, lifecycle.VERIFIED),
    "open": lifecycle.OPEN,
    "revisit": (lifecycle.CLOSED,),
    "done": (lifecycle.CLOSED, lifecycle.REVISITED, lifecycle.RATED),
    "ended": lifecycle.NOT_HANDLED,
    "archived": (lifecycle.ARCHIVED,),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to. Everything is text from the address; what cannot be read is left out."""

    step: str = "waiting"
    node: int | None = None
    desk: int | None = None
    category: int | None = None
    source: str = ""
    unit: int | None = None
    handler: str = ""  # one of HANDLERS
    due: str = ""  # "over" or "soon"
    words: str = ""

    @classmethod
    def read(cls, query: "dict[str, str]") -> "Filters":
        """From the query of an address; unknown or broken values count as absent."""
        return cls(
            step=query.get("step", "") if query.get("step") in SHELVES else "waiting",
            node=_number(query.get("node")),
            desk=_number(query.get("desk")),
            category=_number(query.get("category")),
            source=query.get("source", "") if query.get("source") in Source.values else "",
            unit=_number(query.get("unit")),
            handler=query.get("handler", "") if query.get("handler") in HANDLERS else "",
            due=query.get("due", "") if query.get("due") in ("over", "soon") else "",
            words=query.get("q", "").strip()[:100],
        )

    def query(self, **changes: Any) -> str:
        """The address's query for these filters with some changed; empty ones are left out."""
        changed = replace(self, **changes)
        names = {"words": "q"}
        pairs = {names.get(each.name, each.name): getattr(changed, each.name) for each in fields(changed)}
        return "?" + urlencode({name: value for name, value in pairs.items() if value not in ("", None)})


def _number(text: str | None) -> int | None:
    if text and text.isascii() and text.isdigit() and len(text) < 19:
        return int(text)
    return None


def work_list(
    actor: Actor, filters: Filters, cursor: str | None, *, now: datetime, size: int = PAGE_SIZE
) -> Page[Dossier]:
    """One page of what the actor may see: open work by due date, ended work newest first.

    Each branch (a place of the scope × a step, or participation) walks its own index; the pages are merged.
    """
    steps = SHELVES[filters.step]
    order = BY_DUE if steps[0] in lifecycle.OPEN else NEWEST
    return merge_page(branches(actor, filters, now=now), cursor, size, order, rows=shown(Dossier.objects.all()))


def branches(actor: Actor, filters: Filters, *, now: datetime) -> "list[QuerySet[Dossier]]":
    """The list's indexed branches, unordered."""
    condition = conditions(actor, filters, now=now)
    matters = Dossier.objects.filter(condition, kind=DossierKind.MATTER)
    return [
        matters.filter(branch, by_step)
        for branch in access.branches(actor)
        for by_step in _by_step(SHELVES[filters.step])
    ]


def _by_step(steps: tuple[str, ...]) -> Iterable[Q]:
    if steps == lifecycle.OPEN:
        return [Q(is_open=True)]
    if steps[0] in lifecycle.OPEN:
        return [Q(step=step) for step in steps]
    return [Q(step=step, due_at=None) for step in steps]


def conditions(actor: Actor, filters: Filters, *, now: datetime) -> Q:
    """Everything but scope and step."""
    condition = Q()
    if filters.node is not None:
        condition &= _below(filters.node, timezone.localdate(now))
    exact = {
        "matter__desk_level": filters.desk,
        "matter__category": filters.category,
        "matter__source": filters.source or None,
        "matter__unit": filters.unit,
    }
    condition &= Q(**{name: value for name, value in exact.items() if value is not None})
    if filters.handler == "me":
        condition &= Q(matter__handler=actor.user_id)
    elif filters.handler == "nobody":
        condition &= Q(matter__handler=None, matter__unit=None)
    elif filters.handler == "returned":
        ended = Assignment.objects.filter(matter=OuterRef("pk"), ended_at__isnull=False)
        condition &= Q(Exists(ended), matter__handler=None, matter__unit=None)
    if filters.due == "over":
        condition &= Q(due_at__lt=now)
    elif filters.due == "soon":
        condition &= Q(due_at__gte=now, due_at__lt=now + SOON)
    if filters.words:
        condition &= search.matching(filters.words)
    return condition


def _below(node_id: int, today: date) -> Q:
    """At or below a place: today's by what lies there now, one that has ended by what was filed there in its day."""
    node = place(node_id)
    if node is None:
        return Q(pk__in=[])
    if node.has_ended(today):
        # Nested, so that the index of node_then alone gives the ids and the scope's index need not read rows.
        filed = Dossier.objects.filter(node_then__in=Node.objects.below(node.path).values("pk"))
        return Q(pk__in=filed.values("pk"))
    if column := LEVEL_FIELDS.get(node.level):
        return Q(**{f"{column}_id": node_id})
    return at_or_below(node.path)


def place(node_id: int) -> Node | None:
    """The place of a filter, kept in the process as long as the tree has not changed: a page asks for it four times."""
    known = _places.get()
    if node_id not in known:
        known[node_id] = Node.objects.filter(pk=node_id).first()
    return known[node_id]


_places: Kept[dict[int, Node | None]] = Kept(dict)


# What a row of a list shows: values of these and nothing else leave the database.
ROW = (
    *("number", "title", "step", "is_open", "due_at", "opened_at", "updated_at", "place", "path", "node"),
    *("community__name", "grid__name"),
    *("matter__source", "matter__urgency", "matter__profile", "matter__desk_level"),
    *("matter__category__name", "matter__category__name_en", "matter__unit__name", "matter__handler__name"),
)


def shown(matters: "QuerySet[Dossier]") -> "QuerySet[Dossier]":
    """With everything that a row of a list shows, in the same statement."""
    related = ("matter__category", "matter__unit", "matter__handler", "community", "grid")
    return matters.select_related(*related).only(*ROW)


def counts(actor: Actor, wanted: Sequence[Filters], *, now: datetime) -> list[int]:
    """How many each list holds, counted up to COUNT_CAP (1000 means "999+"): one statement for all lists.

    Kept in the actor's memo: the menu's badge and a tab of the page are often the same figure.
    """
    known: dict[Filters, int] = actor.memo.setdefault("matters.counts", {})
    if missing := [filters for filters in wanted if filters not in known]:
        known.update(zip(missing, _count(actor, missing, now=now), strict=True))
    return [known[filters] for filters in wanted]


def _count(actor: Actor, wanted: Sequence[Filters], *, now: datetime) -> list[int]:
    sums: list[str] = []
    params: list[Any] = []
    compiled: dict[tuple[Filters, Q], list[tuple[str, tuple[Any, ...]]]] = {}
    for filters in wanted:
        parts = []
        for shape, step in _shapes(SHELVES[filters.step]):
            key = (replace(filters, step="open"), shape)
            if key not in compiled:
                compiled[key] = _compile(actor, filters, shape, now=now)
            for statement, given in compiled[key]:
                parts.append(f"(SELECT COUNT(*) FROM ({statement}) AS counted)")  # noqa: S608 - Django's own SQL
                params += [step if value == ANY_STEP else value for value in given]
        sums.append(" + ".join(parts) or "0")
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(sums), params)
        [row] = cursor.fetchall()
    return [min(number, COUNT_CAP) for number in row]


ANY_STEP = "@step"  # stands for the step in a statement that is compiled once and bound for each of them


def _shapes(steps: tuple[str, ...]) -> list[tuple[Q, str]]:
    """The conditions of `_by_step` with the step itself taken out: (condition, step) for each."""
    if steps == lifecycle.OPEN:
        return [(Q(is_open=True), "")]
    shape = Q(step=ANY_STEP) if steps[0] in lifecycle.OPEN else Q(step=ANY_STEP, due_at=None)
    return [(shape, step) for step in steps]


def _compile(actor: Actor, filters: Filters, shape: Q, *, now: datetime) -> list[tuple[str, tuple[Any, ...]]]:
    """One statement for each branch without what an earlier one already gave: somebody may reach a matter and also
    take part in it."""
    matters = Dossier.objects.filter(conditions(actor, filters, now=now), shape, kind=DossierKind.MATTER)
    found, before = [], Q(pk__in=[])
    for branch in access.branches(actor):
        try:
            rows = matters.filter(branch & ~before).order_by().values("pk")[:COUNT_CAP]
            found.append(rows.query.sql_with_params())
        except EmptyResultSet:
            pass
        before |= branch
    return found


def count(actor: Actor, filters: Filters, *, now: datetime) -> int:
    """How many one list holds, counted up to COUNT_CAP."""
    return counts(actor, [filters], now=now)[0]
