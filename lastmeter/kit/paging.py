"""Keyset paging: a page starts after a row, not after a count, so page 900 costs what page 1 costs.

A row is placed by its values in the columns of a `Keyset`; NULL in the leading column always comes last.
"""

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cmp_to_key
from typing import Any, Generic, TypeVar

from django.core import signing
from django.core.exceptions import EmptyResultSet, FieldDoesNotExist
from django.db import connection
from django.db.models import Model, Q, QuerySet

from lastmeter.kit import plans

M = TypeVar("M", bound=Model)
Values = list[Any]


@dataclass(frozen=True)
class Keyset:
    """The order of a list: columns from the most to the least significant, "-" before one that descends.

    The last column must be unique; only the first may hold NULL. A text column must sort by its bytes
    (fields.BytewiseCharField), because branches are merged in Python. Columns of related rows are written with "__".
    With `lacking`, no row of the list has a value in the first column: it is there for the index that has it.
    """

    columns: tuple[str, ...] = ("due_at", "id")
    lacking: bool = False

    def names(self) -> list[str]:
        """The columns without their direction."""
        return [column.removeprefix("-") for column in self.columns]

    def values(self, row: Model) -> Values:
        """What places this row in the order."""
        return [_value(row, name) for name in self.names()]


@dataclass(frozen=True)
class Page(Generic[M]):
    """The rows of one page and the cursors of its neighbours; None where the list ends."""

    items: list[M]
    next: str | None
    prev: str | None


@dataclass(frozen=True)
class Place:
    """Just after the row with these values or, going backward, just before it."""

    values: Values
    backward: bool


@dataclass(frozen=True)
class Try(Generic[M]):
    """One way to find the rows of a page when a condition may leave few or many of them.

    `walks` are branches without the condition: of each only the next `window` rows in order are looked at, and those
    that fit the `condition` are kept; None keeps all. `asked` are branches with the condition in them that have no
    order to walk: whichever index has the fewest rows gives them; they may hold only the rows next to the page's place.
    `among`: these branches look at the rows with keys from the one to the other and at no index, because there are few.
    The first try that fills the page is taken, or else the last one, which must leave nothing out. A try whose walk
    stopped at its window before it filled the page by itself does not count as filled: what it has not looked at may
    come before the others' rows.
    """

    walks: Sequence[QuerySet[M]] = ()
    condition: Q | None = None
    asked: Sequence[QuerySet[M]] = ()
    window: int = 2500
    among: tuple[int, int] | None = None


Tries = Callable[[Place | None], Iterable[Try[M]]]


def page(qs: QuerySet[M], cursor: str | None, size: int, order: Keyset) -> Page[M]:
    """One page of `size` rows in `order`, whatever order the QuerySet had; it must not be sliced.

    `cursor` is the `next` or `prev` of another page of the same list. One that is absent, forged, from another list, or
    points past rows since deleted gives the first page.
    """
    return merge_page([qs], cursor, size, order)


def merge_page(
    querysets: Sequence[QuerySet[M]],
    cursor: str | None,
    size: int,
    order: Keyset,
    rows: QuerySet[M] | None = None,
    tries: Tries[M] | None = None,
) -> Page[M]:
    """Like `page`, over several QuerySets of one model at once; a row found by more than one appears once.

    For lists whose condition is an OR over indexes: each branch walks its own index and stops after one page.
    With `rows` (what a row of the list shows: related rows, annotations) two statements do for any number of branches:
    one asks all of them for keys, one reads those rows. Without it each branch is a statement. `tries` take the place
    of the querysets and need `rows`: they are told where the page starts and made one after the other, as needed.
    """
    models = [qs.model for qs in (*querysets, *([rows] if rows is not None and tries else []))]
    if not models:
        return Page([], None, None)
    signer = _signer(models[0], order)
    place = _read(cursor, signer, order)
    found = _page(querysets, place, size, order, signer, rows, tries)
    return found if found.items or place is None else _page(querysets, None, size, order, signer, rows, tries)


def _page(
    querysets: Sequence[QuerySet[M]],
    place: Place | None,
    size: int,
    order: Keyset,
    signer: signing.Signer,
    shown: QuerySet[M] | None,
    tries: Tries[M] | None,
) -> Page[M]:
    backward = place is not None and place.backward
    if shown is None:
        rows = _take(querysets, place, size + 1, order, backward)
    else:
        keys = _keys(querysets, place, size + 1, order, backward, tries)
        rows = sorted(shown.filter(pk__in=keys), key=_sort_key(order, backward))
    more, rows = len(rows) > size, rows[:size]
    if backward:
        rows.reverse()
    has_next, has_prev = (True, more) if backward else (more, place is not None)
    return Page(
        rows,
        _write(signer, Place(order.values(rows[-1]), backward=False)) if rows and has_next else None,
        _write(signer, Place(order.values(rows[0]), backward=True)) if rows and has_prev else None,
    )


def _take(querysets: Sequence[QuerySet[M]], place: Place | None, limit: int, order: Keyset, backward: bool) -> list[M]:
    branches = [list(_branch(qs, place, limit, order, backward)) for qs in querysets]
    rows: dict[Any, M] = {}
    for row in heapq.merge(*branches, key=_sort_key(order, backward)):
        rows.setdefault(row.pk, row)
        if len(rows) == limit:
            break
    return list(rows.values())


def _keys(
    querysets: Sequence[QuerySet[M]],
    place: Place | None,
    limit: int,
    order: Keyset,
    backward: bool,
    tries: Tries[M] | None,
) -> list[Any]:
    """The primary keys of the first `limit` rows of all branches, by one statement for each try."""

    def parts(branches: Sequence[QuerySet[M]]) -> Iterator[tuple[int, QuerySet[M]]]:
        for qs in branches:
            yield from enumerate(_parts(qs, place, order, backward))

    keys: list[Any] = []
    for each in tries(place) if tries else [Try(querysets)]:
        walked = [(at, _walk(part, each, limit, order)) for at, part in parts(each.walks)]
        cut = [_cut(part, each, order) for _at, part in parts(each.walks)] if each.condition is not None else []
        asked = [(at, _apart(_among(part, each, order))) for at, part in parts(each.asked)]
        with plans.for_these_values():  # which index has the fewest rows is a matter of the values
            keys, filled = _first([*walked, *asked], cut, limit, order, backward)
        if filled:
            break
    return keys


_Statement = tuple[str, tuple[Any, ...]] | None


def _sql(part: QuerySet[Any], order: Keyset) -> _Statement:
    """The statement that gives the keys of these rows and what places them; None when nothing can fit."""
    try:
        return part.values_list("pk", *order.names()).query.sql_with_params()
    except EmptyResultSet:
        return None


def _walk(part: QuerySet[M], way: Try[M], limit: int, order: Keyset) -> _Statement:
    """The next rows of a branch in its order, or what fits the condition among them."""
    if way.condition is None:
        return _sql(part[:limit], order)
    found = part.model._default_manager.filter(way.condition).order_by(*part.query.order_by)[:limit]
    outer, inner = _sql(found, order), _sql(part.order_by(), order)
    if outer is None or inner is None:
        return None
    # The rows of the walk stand in the place of the table: the condition is asked of them and of no index. Django
    # cannot select from a sliced QuerySet, and orders by the numbers of columns that the walk selects all of.
    table = connection.ops.quote_name(part.model._meta.db_table)
    ordered = ", ".join(_in_order(part.model, str(column)) for column in part.query.order_by)
    walk = f"SELECT {table}.* FROM {inner[0].partition(' FROM ')[2]} ORDER BY {ordered} LIMIT {way.window:d}"  # noqa: S608
    before, _from, after = outer[0].partition(f" FROM {table}")
    return f"{before} FROM ({walk}) AS {table}{after}", (*inner[1], *outer[1])


def _among(part: QuerySet[M], way: Try[M], order: Keyset) -> _Statement:
    """What fits a branch, whichever index gives it, or out of a few rows that are read as they lie."""
    statement = _sql(part.order_by(), order)
    if statement is None or way.among is None:
        return statement
    table = connection.ops.quote_name(part.model._meta.db_table)
    key = connection.ops.quote_name(str(part.model._meta.pk.column))
    rows = f"SELECT * FROM {table} WHERE {key} BETWEEN %s AND %s OFFSET 0"  # noqa: S608 - OFFSET keeps it apart
    before, _from, after = statement[0].partition(f" FROM {table}")
    return f"{before} FROM ({rows}) AS {table}{after}", (*way.among, *statement[1])


def _apart(statement: _Statement) -> _Statement:
    """The statement with its rows found before they are ordered: or else the planner walks an order in hope of few."""
    return statement and (f"WITH asked AS MATERIALIZED ({statement[0]}) SELECT * FROM asked", statement[1])  # noqa: S608


def _cut(part: QuerySet[M], way: Try[M], order: Keyset) -> _Statement:
    """The statement that says whether the walk stops at its window."""
    statement = _sql(part[way.window : way.window + 1], order)
    return statement and (f"SELECT 1 FROM ({statement[0]}) AS further", statement[1])  # noqa: S608


def _in_order(model: type[Model], column: str) -> str:
    field = model._meta.get_field(column.removeprefix("-"))
    name = connection.ops.quote_name(str(getattr(field, "column", "")))
    table = connection.ops.quote_name(model._meta.db_table)
    return f"{table}.{name} {'DESC' if column.startswith('-') else 'ASC'}"


def _first(
    parts: Sequence[tuple[int, _Statement]], cut: Sequence[_Statement], limit: int, order: Keyset, backward: bool
) -> tuple[list[Any], bool]:
    """The keys of the first `limit` rows of these parts, and whether they fill the page.

    Of the walks, which come first, `cut` says which stop at their window.
    """
    selects: list[str] = []
    params: list[Any] = []
    for at, (number, statement) in enumerate(parts):
        if statement is not None:
            # The number of the part comes first: rows without a leading value stand behind (or before) all others.
            way = at if at < len(cut) else -1
            selects.append(f"SELECT {number} AS part, {way} AS way, found.* FROM ({statement[0]}) AS found")  # noqa: S608
            params += statement[1]
    if not selects:
        return [], False
    columns = [_flipped(column) if backward else column for column in order.columns]
    ordered = ", ".join(f"{at} {'DESC' if name.startswith('-') else 'ASC'}" for at, name in enumerate(columns, start=4))
    most = limit * max(len(parts), 1)  # a row may come by more than one way
    with connection.cursor() as cursor:
        cursor.execute(f"{' UNION ALL '.join(selects)} ORDER BY 1, {ordered} LIMIT {most:d}", params)
        rows = cursor.fetchall()
        keys = list(dict.fromkeys(row[2] for row in rows))[:limit]
        if len(keys) < limit:
            return keys, False
        found = Counter(row[1] for row in rows)
        short = [statement for at, statement in enumerate(cut) if statement is not None and found[at] < limit]
        if not short:
            return keys, True
        cursor.execute(
            f"SELECT {' OR '.join(f'EXISTS ({sql})' for sql, _given in short)}",
            [v for _sql, given in short for v in given],
        )
        [(stopped,)] = cursor.fetchall()
        return keys, not stopped


def _branch(qs: QuerySet[M], place: Place | None, limit: int, order: Keyset, backward: bool) -> Iterator[M]:
    for part in _parts(qs, place, order, backward):
        for row in part[:limit]:
            limit -= 1
            yield row
        if limit == 0:
            return


def _parts(qs: QuerySet[M], place: Place | None, order: Keyset, backward: bool) -> Iterator[QuerySet[M]]:
    """The branch in order, as one or two queries to be read one after the other."""
    # Rows without a leading value are asked for apart: NULLS LAST keeps SQLite from using an index, and an
    # "OR … IS NULL" keeps PostgreSQL from starting inside one.
    leading = order.names()[0]
    parts: list[bool | None] = [False, True] if _nullable(qs.model, leading) else [None]
    if order.lacking:
        parts = [True]
    if backward:
        parts.reverse()
    if place is not None and len(parts) > 1:
        parts = parts[parts.index(place.values[0] is None) :]
    for number, is_null in enumerate(parts):
        part = qs if is_null is None else qs.filter(**{f"{leading}__isnull": is_null})
        columns = order.columns[1:] if is_null else order.columns
        if place is not None and number == 0:
            part = part.filter(_beyond(columns, place.values[-len(columns) :], backward))
        # The leading column orders nothing among rows that lack it, but with it the order is that of the list's index;
        # without it PostgreSQL walks a million rows by primary key in the hope of a match.
        yield part.order_by(*(_flipped(column) if backward else column for column in order.columns))


def _flipped(column: str) -> str:
    return column[1:] if column.startswith("-") else f"-{column}"


def _beyond(columns: tuple[str, ...], values: Values, backward: bool) -> Q:
    """Rows past these values: (a > x) or (a = x and b > y) …, with a ≥ x repeated so that an index can start there."""
    beyond, equal = Q(), Q()
    for column, value in zip(columns, values, strict=True):
        name = column.removeprefix("-")
        way = "lt" if column.startswith("-") != backward else "gt"
        if not beyond:
            bound = Q(**{f"{name}__{way}e": value})
        beyond |= equal & Q(**{f"{name}__{way}": value})
        equal &= Q(**{name: value})
    return bound & beyond


def _nullable(model: type[Model], name: str) -> bool:
    """Whether the column can be NULL; an annotation is taken to be, which costs one query on the last page."""
    meta = model._meta
    for part in name.split("__"):
        try:
            field = meta.get_field(part)
        except FieldDoesNotExist:
            return part != "pk"
        if getattr(field, "null", False):
            return True
        if field.related_model and not isinstance(field.related_model, str):
            meta = field.related_model._meta
    return False


def _value(row: Any, name: str) -> Any:
    for part in name.split("__"):
        row = getattr(row, part, None)
    return row


def _sort_key(order: Keyset, backward: bool) -> Callable[[Model], Any]:
    def compare(one: Values, other: Values) -> int:
        for column, a, b in zip(order.columns, one, other, strict=True):
            if a != b:
                later = a is None or (b is not None and (a > b) != column.startswith("-"))
                return 1 if later != backward else -1
        return 0

    key = cmp_to_key(compare)
    return lambda row: key(order.values(row))


def _signer(model: type[Model], order: Keyset) -> signing.Signer:
    # Signed, so that no forged value ever reaches a query; salted, so that no cursor works in another list.
    return signing.Signer(salt=f"lastmeter.paging {model._meta.label} {' '.join(order.columns)}", sep=".")


def _write(signer: signing.Signer, place: Place) -> str:
    return signer.sign_object([place.backward, [_pack(value) for value in place.values]])


def _read(cursor: str | None, signer: signing.Signer, order: Keyset) -> Place | None:
    if not cursor:
        return None
    try:
        backward, values = signer.unsign_object(cursor)
    except (signing.BadSignature, ValueError):
        return None
    return Place([_unpack(*value) for value in values], backward)


_TYPES: dict[str, tuple[type, Callable[[Any], str], Callable[[str], Any]]] = {
    "time": (datetime, datetime.isoformat, datetime.fromisoformat),  # before date: a datetime is one
    "date": (date, date.isoformat, date.fromisoformat),
    "decimal": (Decimal, str, Decimal),
}


def _pack(value: Any) -> tuple[str, Any]:
    for tag, (kind, write, _read_back) in _TYPES.items():
        if isinstance(value, kind):
            return tag, write(value)
    return "", value


def _unpack(tag: str, value: Any) -> Any:
    return _TYPES[tag][2](value) if tag else value
