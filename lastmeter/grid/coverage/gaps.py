"""覆盖缺口: the seam by which packages name what is missing on a ground, and the act that cures it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise

from lastmeter.accounts.actors import Actor
from lastmeter.grid import scope
from lastmeter.grid.models import Level, Role
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
    the level `lowest` or above, can carry out the act that cures: the gap is shown to them and to nobody else.
    """

    label: str | Promise
    why: str | Promise
    find: Callable[[list[str], date], QuerySet[Any]]
    show: Callable[[Sequence[Any]], list[Row]]
    order: Keyset
    roles: Sequence[Role]
    lowest: Level = Level.MICRO


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
_gaps: dict[str, Gap] = {}


def register(name: str, gap: Gap) -> None:
    """Name a kind of gap; called from the package's `apps.py`."""
    _gaps[name] = gap


def names() -> list[str]:
    """The kinds of gaps, in the order in which they were named."""
    return list(_gaps)


def part(name: str, actor: Actor, today: date, *, size: int, cursor: str | None = None) -> Part:
    """One page of one kind of gap where the actor can cure it. Raises KeyError for a kind nobody has named."""
    gap = _gaps[name]
    paths = scope.grounds(actor, gap.roles, gap.lowest)
    if not paths:
        return Part(name, gap, [], 0, None, None)
    with plans.for_these_values():
        found = gap.find(paths, today)
        shown = page(found, cursor, size, gap.order)
        whole = shown.next is None and shown.prev is None
        count = len(shown.items) if whole else found.order_by()[:MOST].count()
    return Part(name, gap, gap.show(shown.items) if shown.items else [], count, shown.next, shown.prev)


def parts(actor: Actor, today: date, *, size: int) -> list[Part]:
    """Every kind of gap the actor can cure, with its first rows: a fixed number of queries a kind."""
    every = [part(name, actor, today, size=size) for name in _gaps]
    return [each for each in every if each.count]
