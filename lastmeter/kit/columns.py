"""Many rows of one table written column by column: what `bulk` does, without making a model instance of each.

A list has a value for each row; anything else is the same for all of them and travels once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

from django.db import connection, models

from lastmeter.kit import bulk


def insert(model: type[models.Model], given: Mapping[str, Any], *, keys: bool = False, skip: bool = False) -> list[int]:
    """Insert as many rows as the lists in `given` (attribute → values) are long; the rest takes its default.

    With `keys=True` returns their automatic primary keys, else nothing; with `skip=True` rows that are there already
    are passed over. Raises IntegrityError like `bulk_create`. Needs a transaction that is open already.
    """
    count = _count(given)
    if not count:
        return []
    bulk.check(model)
    numbers = bulk.next_keys(model, count) if keys else []
    known = {**given, str(model._meta.pk.attname): numbers} if keys else given
    columns = _columns(bulk.fields(model, with_key=keys), known)
    table, names = _quoted(model._meta.db_table), ", ".join(column.name for column in columns)
    ending = " ON CONFLICT DO NOTHING" if skip else ""
    if connection.vendor == "postgresql":
        chosen = ", ".join(column.source for column in columns)
        _run(f"INSERT INTO {table} ({names}) SELECT {chosen} FROM {_arrays(columns)}{ending}", columns)  # noqa: S608
    else:
        places = ", ".join(["%s"] * len(columns))
        _run_each(f"INSERT INTO {table} ({names}) VALUES ({places}){ending}", columns, count)  # noqa: S608
    return numbers


def update(model: type[models.Model], keys: Sequence[int], given: Mapping[str, Any]) -> None:
    """Write these attributes of the rows with these primary keys, in one statement."""
    if not keys:
        return
    key = str(model._meta.pk.attname)
    wanted = [field for field in model._meta.concrete_fields if field.attname in given or field.attname == key]
    columns = _columns(wanted, {**given, key: list(keys)})
    [number] = [column for column in columns if column.attname == key]
    others = [column for column in columns if column is not number]
    table = _quoted(model._meta.db_table)
    if connection.vendor == "postgresql":
        sets = ", ".join(f"{column.name} = {column.source}" for column in others)
        where = f"{table}.{number.name} = {number.source}"
        _run(f"UPDATE {table} SET {sets} FROM {_arrays(columns)} WHERE {where}", columns)  # noqa: S608
    else:
        sets = ", ".join(f"{column.name} = %s" for column in others)
        _run_each(f"UPDATE {table} SET {sets} WHERE {number.name} = %s", [*others, number], len(keys))  # noqa: S608


def shared(values: Iterable[object]) -> object:
    """The value that all of them have, else the list of them: for columns that seldom vary."""
    found = list(values)
    return found[0] if len(set(found)) == 1 else found


@dataclass(frozen=True, slots=True)
class _Column:
    """One column of a statement: its name, its type, where PostgreSQL finds it, and its values."""

    attname: str
    name: str
    type: str
    source: str
    values: Any


def _count(given: Mapping[str, Any]) -> int:
    [count] = {len(values) for values in given.values() if isinstance(values, list)}
    return count


def _columns(fields: Iterable[bulk.Field], given: Mapping[str, Any]) -> list[_Column]:
    found = []
    for at, field in enumerate(fields):
        values = _prepared(field, given[field.attname] if field.attname in given else field.get_default())
        kind = str(field.db_type(connection))
        source = f"v.c{at}" if isinstance(values, list) else f"%s::{kind}"
        found.append(_Column(str(field.attname), _quoted(str(field.column)), kind, source, values))
    return found


def _prepared(field: bulk.Field, values: Any) -> Any:
    if bulk.plain(field, connection.vendor):
        return values
    if isinstance(values, list):
        return [field.get_db_prep_save(value, connection) for value in values]
    return field.get_db_prep_save(values, connection)


def _arrays(columns: Iterable[_Column]) -> str:
    """The table `v`, an array a column: the statement is the same for any number of rows."""
    varying = [column for column in columns if isinstance(column.values, list)]
    arrays = ", ".join(f"%s::{column.type}[]" for column in varying)
    return f"unnest({arrays}) AS v({', '.join(column.source.removeprefix('v.') for column in varying)})"


def _run(statement: str, columns: Iterable[_Column]) -> None:
    """What is the same for all stands before the arrays in both statements."""
    ordered = sorted(columns, key=lambda column: isinstance(column.values, list))
    with connection.cursor() as cursor:
        cursor.execute(statement, [column.values for column in ordered])


def _run_each(statement: str, columns: Iterable[_Column], count: int) -> None:
    ready = (column.values if isinstance(column.values, list) else repeat(column.values, count) for column in columns)
    with connection.cursor() as cursor:
        cursor.executemany(statement, list(zip(*ready, strict=True)))


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
