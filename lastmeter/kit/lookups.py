"""Rows by very many keys in one parameter, in their order; and what is known of a row without asking."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func, Model, QuerySet
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row", bound=Model)


class Among(Func):
    """A condition for `filter`: `Among("pk", [1, 2, …])` is `pk__in`, for any number of whole numbers."""

    conditional = True
    output_field = BooleanField()

    def __init__(self, column: str, keys: Iterable[int]) -> None:
        super().__init__(F(column))
        self.keys = list(keys)

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any
    ) -> tuple[str, tuple[Any, ...]]:
        column, given = compiler.compile(self.source_expressions[0])
        return f"{column} IN (SELECT value FROM json_each(%s))", (*given, json.dumps(self.keys))  # noqa: S608

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any
    ) -> tuple[str, tuple[Any, ...]]:
        """One array: the statement is the same for any number of keys and is prepared once."""
        column, given = compiler.compile(self.source_expressions[0])
        return f"{column} = ANY(%s::bigint[])", (*given, self.keys)


def known_empty(row: Model, names: Iterable[str]) -> None:
    """Let `row.<name>.all()` answer "none" without asking, where another query has said so already.

    The same as prefetching an empty queryset, which Django compiles and splits up as if it were to be asked.
    """
    cache: dict[str, QuerySet[Any]] = row.__dict__.setdefault("_prefetched_objects_cache", {})
    cache |= {name: getattr(row, name).none() for name in names}


def in_order(rows: QuerySet[Row], keys: Sequence[int]) -> list[Row]:
    """The rows of these primary keys in their order; nothing is asked for none of them."""
    found = rows.in_bulk(keys) if keys else {}
    return [found[key] for key in keys if key in found]
