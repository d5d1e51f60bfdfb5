"""How the database plans statements whose cost hangs on how much ground somebody looks after."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def for_these_values() -> Iterator[None]:
    """Statements inside are planned for their very values, also the sixth time.

    PostgreSQL plans a prepared statement once for any values; for counts over a ground of ten thousand grids as for
    one of four, that took three times as long. Elsewhere nothing changes.
    """
    if connection.vendor != "postgresql":
        yield
        return
    connection.ensure_connection()
    before = connection.connection.prepare_threshold
    connection.connection.prepare_threshold = None
    try:
        yield
    finally:
        connection.connection.prepare_threshold = before
