"""覆盖缺口: the seam by which packages name what is missing on a ground, and the act that cures it."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, Model, QuerySet
from django.db.models.functions import Substr
from django.utils.functional import Promise

from lastmeter.accounts.actors import Actor
from lastmeter.grid import scope
from lastmeter.grid.ground import Kept
from lastmeter.grid.models import Level, Node, Role, lineage
from lastmeter.kit import plans
from lastmeter.kit.paging import Keyset, page


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that is missing: where, and the address and name of the act that cures it."""

    title: str
    note: str
    cure: str
    cure_label: str | Promise


@dataclass(frozen=True, slots=True)
class Gap:
    """A kind of gap. `find` gives the rows on these paths (outermost nodes) on a day; `show` makes them readable.

    `show` gets one page of rows and must not ask the database once a row. Whoever holds one of `roles`, at a node of
    the level `lowest` or above, can carry out the act that cures: the gap is shown to them and to nobody else. `reads`:
    `find` asks the database itself, so that what it gives must not be kept.
    """

    label: str | Promise
    why: str | Promise
    find: Callable[[list[str], date], QuerySet[Any]]
    show: Callable[[Sequence[Any]], list[Row]]
    order: Keyset
    roles: Sequence[Role]
    lowest: Level = Level.MICRO
    reads: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of gap on a page: its first rows, how many there are (counted to MOST), and the next page."""

    name: str
    gap: Gap
    rows: list[Row]
    count: int
    next: str | None
    prev: str | None


MOST = 1000  # counted no further
MOST_KEPT = 2000  # statements a process keeps
_gaps: dict[str, Gap] = {}


def register(name: str, gap: Gap) -> None:
    """Name a kind of gap; called from the package's `apps.py`."""
    _gaps[name] = gap


def names() -> list[str]:
    """The kinds of gaps, in the order in which they were named."""
    return list(_gaps)


def gap(name: str) -> Gap:
    """The kind of gap of that name. Raises KeyError for one that nobody has named."""
    return _gaps[name]


def part(
    name: str,
    actor: Actor,
    today: date,
    *,
    size: int,
    cursor: str | None = None,
    under: Collection[str] = ("",),
    known: int | None = None,
) -> Part:
    """One page of one kind of gap where the actor can cure it, at or below these paths; `known` is how many there are,
    where that has been counted. Raises KeyError for a kind nobody has named."""
    gap = _gaps[name]
    paths = _curable(gap, actor, under)
    if not paths:
        return Part(name, gap, [], 0, None, None)
    with plans.for_these_values():
        found = gap.find(paths, today)
        shown = page(found, cursor, size, gap.order)
        whole = shown.next is None and shown.prev is None
        count = len(shown.items) if whole else known or found.order_by()[:MOST].count()
    return Part(name, gap, gap.show(shown.items) if shown.items else [], count, shown.next, shown.prev)


def parts(
    actor: Actor, today: date, *, size: int, under: Collection[str] = ("",), known: Mapping[str, int] | None = None
) -> list[Part]:
    """Every kind of gap the actor can cure there, with its first rows: a fixed number of queries a kind.

    `known`: how many there are of each kind, where that has been counted; those of which there are none cost nothing.
    """
    counts = _totals(actor, today, under) if known is None else known
    names = [name for name in _gaps if counts.get(name)]
    every = [part(name, actor, today, size=size, under=under, known=counts[name]) for name in names]
    return [each for each in every if each.count]


def _totals(actor: Actor, today: date, under: Collection[str]) -> dict[str, int]:
    """kind → how many there are, counted to MOST: one query a kind."""
    found: dict[str, int] = {}
    with plans.for_these_values():
        for name, gap in _gaps.items():
            if paths := _curable(gap, actor, under):
                [(found[name],)] = _rows(name, paths, today, None) or [(0,)]
    return found


def _curable(gap: Gap, actor: Actor, under: Collection[str]) -> list[str]:
    """The outermost paths at or below those given where the actor can cure this kind."""
    grounds = scope.grounds(actor, gap.roles, gap.lowest)
    within = [path for path in under if any(path.startswith(ground) for ground in grounds)]
    return scope.outermost([*within, *(ground for ground in grounds if ground.startswith(tuple(under)))])


def counted(actor: Actor, places: Collection[str], today: date) -> Counter[str]:
    """path of a place → how many gaps the actor can cure at it or below it: one query a kind, for the map."""
    return sum(by_kind(actor, places, today).values(), Counter[str]())


def by_kind(actor: Actor, places: Collection[str], today: date) -> dict[str, Counter[str]]:
    """kind → path of a place → how many gaps of it the actor can cure at it or below it: one query a kind."""
    deepest = max(map(len, places), default=0)
    found: dict[str, Counter[str]] = {}
    for name, gap in _gaps.items() if places else ():
        paths = _curable(gap, actor, places)
        if not paths:
            continue
        at = found.setdefault(name, Counter())
        for path, many in _rows(name, paths, today, deepest):
            for place in lineage(path or ""):
                at[place] += many if place in places else 0
    return found


# -- Counting ----------------------------------------------------------------------------------------------------------

_Statement = tuple[str, tuple[Any, ...]] | None
_statements: Kept[dict[tuple[str, tuple[str, ...], date, int | None], _Statement]] = Kept(dict)


def _rows(name: str, paths: list[str], today: date, deepest: int | None) -> list[tuple[Any, ...]]:
    """(beginning of the path, `deepest` characters of it, how many) of every gap of a kind; None: how many, to MOST.

    Writing the statements of a dozen kinds takes several times as long as the database takes for them. They hang on
    nothing but the paths, the day and the rules, so the process keeps them until the ground changes.
    """
    kept, key = _statements.get(), (name, tuple(paths), today, deepest)
    gap = _gaps[name]
    if gap.reads or key not in kept:
        statement = _written(gap.find(paths, today).order_by(), deepest)
        if not gap.reads:
            if len(kept) >= MOST_KEPT:
                kept.clear()
            kept[key] = statement
    else:
        statement = kept[key]
    if statement is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(*statement)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _written(rows: QuerySet[Any], deepest: int | None) -> _Statement:
    try:
        if deepest is None:
            sql, params = rows.values_list("pk")[:MOST].query.sql_with_params()
            return f"SELECT COUNT(*) FROM ({sql}) AS found", params  # noqa: S608 - of our own making
        here = rows.values(here=Substr(_path_column(rows.model), 1, deepest)).annotate(many=Count("pk"))
        sql, params = here.values_list("here", "many").query.sql_with_params()
    except EmptyResultSet:
        return None
    return sql, params


def _path_column(model: type[Model]) -> str:
    """The lookup of the path of the place to which a row of this model belongs."""
    if issubclass(model, Node):
        return "path"
    names = {field.name for field in model._meta.concrete_fields}
    if "path" in names:
        return "path"
    on = next(name for name in ("node", "post", "dossier") if name in names)
    related = model._meta.get_field(on).related_model
    return f"{on}__{_path_column(related)}"  # type: ignore[arg-type]
