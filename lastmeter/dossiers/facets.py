"""Facets: what a dossier is, as words in arrays of its row, so that any combination is one index (PostgreSQL only).

`facets` holds what the packages above say of it, `takers` who takes part; triggers write both, so no act can forget
them. The column `step` is in the same index. SQLite asks the columns and tables themselves.
"""

from collections.abc import Iterable
from typing import Any, Literal

from django.db import connection
from django.db.models import BooleanField, F, Func

Column = Literal["facets", "takers", "step"]
_SQL: dict[Column, str] = {"facets": "{row}.facets", "takers": "{row}.takers", "step": "(ARRAY[{row}.step::text])"}


def available() -> bool:
    """Whether this database keeps them."""
    return connection.vendor == "postgresql"


class Holds(Func):
    """A condition on dossiers: that an array of theirs has every one of these words, or any of them."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, column: Column, words: Iterable[str], *, every: bool = False) -> None:
        super().__init__(F("pk"))
        self.column: Column = column
        self.words = sorted(set(words))
        self.every = every

    def as_sql(self, compiler: Any, connection: Any, *_given: Any, **_options: Any) -> tuple[str, Any]:
        """These columns have no field of Django's: they stand in the table (or alias) of the primary key."""
        key, _params = compiler.compile(self.source_expressions[0])
        column = _SQL[self.column].format(row=key.rpartition(".")[0])
        return f"{column} {'@>' if self.every else '&&'} %s::text[]", (self.words,)
