"""The one row that says whether the tree has changed, and what a process keeps as long as it has not."""

import time
import uuid
from collections.abc import Callable
from typing import Generic, TypeVar

from django.db import transaction
from django.db.models import F

from lastmeter.grid.models import GroundVersion

T = TypeVar("T")
LOOK_AGAIN = 1.0  # seconds a process may rely on the last look at the row


class Seen:
    """The stamp this process saw last, and when (monotonic seconds)."""

    stamp: uuid.UUID | None = None
    at: float = float("-inf")


def bump(numbers: int = 0) -> int:
    """Announce a change of the tree inside the caller's transaction and reserve `numbers` key numbers.

    Returns the first reserved number. One UPDATE does both and holds the row until commit, so two transactions that
    plant nodes at once get different numbers; numbers are never given out twice, even after a node was removed.
    """
    with transaction.atomic():
        change = {"version": F("version") + max(numbers, 1), "stamp": uuid.uuid4()}
        if not GroundVersion.objects.filter(id=1).update(**change):
            GroundVersion.objects.bulk_create([GroundVersion(id=1)], ignore_conflicts=True)
            GroundVersion.objects.filter(id=1).update(**change)
        last: int = GroundVersion.objects.values_list("version", flat=True).get(id=1)
    look_again()
    return last - max(numbers, 1) + 1


def look_again() -> None:
    """Make the next `stamp()` read the row (after a change here; between tests, which roll back)."""
    Seen.at = float("-inf")


def stamp() -> uuid.UUID | None:
    """What identifies today's tree: one row by primary key, read at most once a second. None: an empty tree."""
    now = time.monotonic()
    if now - Seen.at > LOOK_AGAIN:
        Seen.stamp = GroundVersion.objects.filter(id=1).values_list("stamp", flat=True).first()
        Seen.at = now
    return Seen.stamp


class Kept(Generic[T]):
    """Something built from the tree, kept by the process until the tree changes."""

    def __init__(self, build: Callable[[], T]) -> None:
        self._build = build
        self._held: tuple[uuid.UUID | None, T] | None = None

    def get(self) -> T:
        """The kept thing, built again when the stamp has changed."""
        today = stamp()
        if self._held is None or self._held[0] != today:
            self._held = (today, self._build())
        return self._held[1]
