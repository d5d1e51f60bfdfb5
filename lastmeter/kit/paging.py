"""Keyset paging: a page starts after a row, not after a count, so page 900 costs what page 1 costs.

A row is placed by its values in the columns of a `Keyset`; NULL in the leading column always comes last.
"""

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from django.core import signing
from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, Model, Q, QuerySet

Values = tuple[Any, ...]


@dataclass(frozen=True)
class Keyset:
    """The order of a list: columns from the most to the least significant, "-" before one that descends.

    The last column must be unique; only the first may hold NULL. A text column must sort by its bytes
    (fields.BytewiseCharField), because several branches are merged in Python. Columns of related rows are written
    with "__".
    """

    columns: tuple[str, ...] = ("due_at", "id")

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.removeprefix("-") for column in self.columns)

    @property
    def descending(self) -> tuple[bool, ...]:
        return tuple(column.startswith("-") for column in self.columns)


@dataclass(frozen=True)
class Page[T: Model]:
    """The rows of one page and the cursors of its neighbours; None where the list ends."""

    items: list[T]
    next: str | None
    prev: str | None


@dataclass(frozen=True)
class _Place:
    """Just after (or, going backward, just before) the row with these values."""

    values: Values
    backward: bool
