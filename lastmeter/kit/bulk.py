"""Many new rows of one table at once: what `bulk_create` does, for a thousand rows in a fifth of its time.

Django compiles an INSERT with a placeholder for every value each time; here the statement of a few rows is built once
and then only bound, and for many rows PostgreSQL gets a COPY and SQLite one prepared statement.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any, TypeAlias, TypeVar

from django.db import connection, connections, models, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

M = TypeVar("M", bound=models.Model)
FEW = 30
Value = Callable[[models.Model], Any]
Field: TypeAlias = "models.Field[Any, Any]"


def create(model: type[M], rows: Iterable[M], *, keys: bool = False, skip: bool = False) -> list[M]:
    """Insert new rows of a model with a table of its own; returns them.

    Only with `keys=True` is it sure that rows have their automatic primary key afterwards. With `skip=True` rows that
    are there already are passed over. Raises IntegrityError like `bulk_create`. Needs a transaction that is open
    already, as every act has.
    """
    made = list(rows)
    if not made:
        return made
    check(model)
    if len(made) <= FEW:
        _few(model, made, keys=keys, skip=skip)
    elif skip:
        _pass_over(model, made)
    else:
        _many(model, made, keys=keys)
    for row in made:
        row._state.adding, row._state.db = False, connection.alias
    return made


def check(model: type[models.Model]) -> None:
    """Raise TransactionManagementError unless a transaction of the model's database, the default one, is open."""
    if router.db_for_write(model) != connection.alias or not connection.in_atomic_block:
        raise transaction.TransactionManagementError("many rows need an open transaction of the default database")


def update(rows: Sequence[models.Model], columns: Sequence[str]) -> None:
    """Write these columns of rows of one model, each row its own values, in one statement.

    `bulk_update` compiles a CASE of every row and column for that; here the values are a table that is joined.
    """
    if not rows:
        return
    model = type(rows[0])
    known = {field.name: field for field in model._meta.concrete_fields}
    taken = _taken(model, [model._meta.pk, *(known[name] for name in columns)])
    key, *others = taken.names
    if connection.vendor == "postgresql":
        sets = ", ".join(f"{name} = v.c{at}" for at, name in enumerate(others, 1))
        where = f"{taken.table}.{key} = v.c0"
        _run(f"UPDATE {taken.table} SET {sets} FROM {taken.arrays} WHERE {where}", taken.turned(rows))  # noqa: S608
    else:
        sets = ", ".join(f"{name} = %s" for name in others)
        values = [[*given, key_value] for key_value, *given in taken.of(rows)]
        _run_each(f"UPDATE {taken.table} SET {sets} WHERE {key} = %s", values)  # noqa: S608 - names of our models


@contextmanager
def together(rows: int) -> Iterator[None]:
    """On PostgreSQL the INSERTs of a few rows inside travel together, in one round trip for those without keys.

    An error comes out at the end at the latest.
    """
    if connection.vendor != "postgresql" or rows > FEW:
        yield
        return
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


@dataclass(frozen=True, slots=True)
class _Taken:
    """Some columns of a model's table: their names for a statement and how a row gives their values."""

    table: str
    fields: tuple[Field, ...]
    names: tuple[str, ...]
    values: tuple[Value, ...]

    @property
    def target(self) -> str:
        """What an INSERT or COPY writes into: table (column, …)."""
        return f"{self.table} ({', '.join(self.names)})"

    @property
    def places(self) -> str:
        """Placeholders of one row."""
        return f"({', '.join(['%s'] * len(self.names))})"

    @property
    def arrays(self) -> str:
        """A table `v` with columns c0, c1, …, an array a column: the statement is the same for any number of rows."""
        arrays = ", ".join(f"%s::{field.db_type(connection)}[]" for field in self.fields)
        return f"unnest({arrays}) AS v({', '.join(f'c{at}' for at in range(len(self.fields)))})"

    def of(self, rows: Iterable[models.Model]) -> Iterator[list[Any]]:
        """The values of each row."""
        return ([value(row) for value in self.values] for row in rows)

    def turned(self, rows: Iterable[models.Model]) -> list[list[Any]]:
        """The values of each column, as `arrays` takes them."""
        return [list(column) for column in zip(*self.of(rows), strict=True)]


def _taken(model: type[models.Model], fields: Sequence[Field]) -> _Taken:
    quoted = connection.ops.quote_name
    return _Taken(
        quoted(model._meta.db_table),
        tuple(fields),
        tuple(quoted(str(field.column)) for field in fields),
        tuple(_value(field, connections[connection.alias]) for field in fields),
    )


def _few(model: type[M], rows: Sequence[M], *, keys: bool, skip: bool) -> None:
    returns_key = keys and isinstance(model._meta.pk, models.AutoField | models.BigAutoField)
    statement, values = _statement(model, len(rows), connection.vendor, returns_key, skip)
    with connection.cursor() as cursor:
        cursor.execute(statement, [value(row) for row in rows for value in values])
        if returns_key:
            for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
                row.pk = key


@lru_cache(maxsize=200)
def _statement(
    model: type[models.Model], count: int, vendor: str, returns_key: bool, skip: bool
) -> tuple[str, tuple[Value, ...]]:
    """INSERT of so many rows, and how a row gives its values."""
    taken = _taken(model, fields(model, with_key=False))
    ending = " ON CONFLICT DO NOTHING" if skip else ""
    if returns_key:
        ending += f" RETURNING {connection.ops.quote_name(str(model._meta.pk.column))}"
    places = ", ".join([taken.places] * count)
    return f"INSERT INTO {taken.target} VALUES {places}{ending}", taken.values  # noqa: S608 - names of our models


def _many(model: type[M], made: Sequence[M], *, keys: bool) -> None:
    if keys:
        for row, number in zip(made, next_keys(model, len(made)), strict=True):
            row.pk = number
    taken = _taken(model, fields(model, with_key=keys))
    if connection.vendor != "postgresql":
        _run_each(f"INSERT INTO {taken.target} VALUES {taken.places}", taken.of(made))  # noqa: S608
    elif connection.connection.pgconn.pipeline_status:  # few of one table, many of another: a COPY cannot travel along
        _run(f"INSERT INTO {taken.target} SELECT * FROM {taken.arrays}", taken.turned(made))  # noqa: S608
    else:
        _copy(taken.target, taken.of(made))


def _pass_over(model: type[M], made: Sequence[M]) -> None:
    """Many rows, those that are there already passed over: a COPY cannot do that, a table of arrays can."""
    taken = _taken(model, fields(model, with_key=False))
    if connection.vendor == "postgresql":
        chosen = f"SELECT * FROM {taken.arrays}"  # noqa: S608 - names of our models
        _run(f"INSERT INTO {taken.target} {chosen} ON CONFLICT DO NOTHING", taken.turned(made))
    else:
        statement = f"INSERT INTO {taken.target} VALUES {taken.places} ON CONFLICT DO NOTHING"  # noqa: S608
        _run_each(statement, taken.of(made))


def _run(statement: str, values: Sequence[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _run_each(statement: str, table: Iterable[Sequence[Any]]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(statement, list(table))


def _copy(target: str, table: Iterable[Sequence[Any]]) -> None:
    # Django does not translate the driver's errors for this method of the cursor.
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(f"COPY {target} FROM STDIN") as copy,
    ):
        for values in table:
            copy.write_row(values)


def next_keys(model: type[models.Model], count: int) -> list[int]:
    """So many new automatic keys. On SQLite the open transaction is immediate and so the only writer."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sequence = "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)"
            cursor.execute(sequence, [connection.ops.quote_name(model._meta.db_table), model._meta.pk.column, count])
            return [int(number) for (number,) in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [model._meta.db_table])
        last = cursor.fetchone()
        first = (last[0] if last else 0) + 1
        return list(range(first, first + count))


def fields(model: type[models.Model], *, with_key: bool) -> list[Field]:
    """The columns of an INSERT: an automatic key only when it is given."""
    return [
        field
        for field in model._meta.concrete_fields
        if with_key or not (field.primary_key and isinstance(field, models.AutoField | models.BigAutoField))
    ]


# What Python holds of these is what the driver takes: asking the field again costs more than the COPY.
_PLAIN = (
    models.ForeignKey,
    models.BooleanField,
    models.CharField,
    models.TextField,
    models.IntegerField,
    models.FloatField,
)


def plain(field: Field, vendor: str) -> bool:
    """Whether the driver takes what Python holds of this field as it is."""
    if vendor == "postgresql" and isinstance(field, models.DateTimeField):
        return not (field.auto_now or field.auto_now_add)
    return isinstance(field, _PLAIN)


def _value(field: Field, database: BaseDatabaseWrapper) -> Value:
    if plain(field, database.vendor):
        return attrgetter(field.attname)
    return lambda row: field.get_db_prep_save(field.pre_save(row, True), database)
