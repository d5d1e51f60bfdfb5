"""Shelves: named groups of steps, as the desk speaks of them. The address says ?step=waiting."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q

from lastmeter.kit.paging import Keyset
from lastmeter.matters import lifecycle

ALL, OPEN = "all", "open"
BY_DUE = Keyset(("due_at", "id"))
ENDED = Keyset(("-due_at", "-id"), lacking=True)  # nothing ended has a due date
NEWEST = Keyset(("-id",))
FIRST = "waiting"
SHELVES: dict[str, tuple[str, ...]] = {
    "waiting": (lifecycle.REPORTED, lifecycle.FILED),
    "handling": lifecycle.WITH_HANDLER,
    "answered": (lifecycle.REPLIED, lifecycle.VERIFYING, lifecycle.VERIFIED),
    OPEN: lifecycle.OPEN,
    "revisit": (lifecycle.CLOSED,),
    "done": (lifecycle.CLOSED, lifecycle.REVISITED, lifecycle.RATED),
    "ended": lifecycle.NOT_HANDLED,
    "archived": (lifecycle.ARCHIVED,),
    ALL: tuple(lifecycle.BY_NAME),
}
ANY_STEP = "@step"  # stands for the step in a statement that is compiled once and bound for each of them


def is_open(shelf: str) -> bool:
    """Whether what stands on the shelf is still owed: then it is ordered by due date."""
    return SHELVES[shelf][0] in lifecycle.OPEN and shelf != ALL


def order(shelf: str) -> Keyset:
    """Open work by due date, ended work and everything newest first."""
    if shelf == ALL:
        return NEWEST
    return BY_DUE if is_open(shelf) else ENDED


def by_step(shelf: str) -> Iterator[Q]:
    """One condition for each part of the shelf that lies together in the list's indexes."""
    for shape, step in shapes(shelf):
        yield Q(*((name, step if value == ANY_STEP else value) for name, value in shape))


def shapes(shelf: str) -> list[tuple[tuple[Any, ...], str]]:
    """The conditions of `by_step` with the step itself taken out: ((lookup, value)…, step) for each."""
    if shelf == ALL:
        return [((), "")]
    if SHELVES[shelf] == lifecycle.OPEN:
        return [((("is_open", True),), "")]
    shape: tuple[tuple[str, object], ...] = (("step", ANY_STEP),)
    if not is_open(shelf):
        shape = (*shape, ("due_at", None))
    return [(shape, step) for step in SHELVES[shelf]]
