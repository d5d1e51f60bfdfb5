"""Plain arithmetic of figures: months of China time, rates, and which cells of a public table are hidden."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from lastmeter.kit.zhtime import CHINA

SMALLEST = 5  # a public figure about fewer than this is not shown: somebody could be recognised (DOMAIN.md 13.1)


class BadMonth(ValueError):
    """The text does not mean a month, or one that has not begun."""


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month of China time."""

    first: date

    @classmethod
    def read(cls, text: str, now: datetime) -> "Month":
        """From 2026-10. Raises BadMonth for anything else and for months that have not begun at `now`."""
        found = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", text)
        if not found:
            raise BadMonth(text)
        month = cls(date(int(found[1]), int(found[2]), 1))
        if month.begins > now:
            raise BadMonth(text)
        return month

    @classmethod
    def of(cls, moment: datetime) -> "Month":
        """The month in which a moment lies in China."""
        return cls(moment.astimezone(CHINA).date().replace(day=1))

    @property
    def next(self) -> "Month":
        return Month((self.first + timedelta(days=31)).replace(day=1))

    @property
    def before(self) -> "Month":
        return Month((self.first - timedelta(days=1)).replace(day=1))

    @property
    def last(self) -> date:
        """Its last day."""
        return self.next.first - timedelta(days=1)

    @property
    def begins(self) -> datetime:
        return _midnight(self.first)

    @property
    def ends(self) -> datetime:
        """The first moment after it."""
        return _midnight(self.next.first)

    def is_over(self, now: datetime) -> bool:
        """Whether all of it has passed."""
        return self.ends <= now

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=CHINA)


@dataclass(frozen=True, slots=True)
class Cell:
    """One rate: what was counted above and below the line, and how many below were left out with approval."""

    numerator: int = 0
    denominator: int = 0
    excluded: int = 0

    @property
    def percent(self) -> float | None:
        """In percent; None when there is nothing below the line: no figure is not 0 and not 100."""
        return 100 * self.numerator / self.denominator if self.denominator else None

    def __add__(self, other: "Cell") -> "Cell":
        return Cell(
            self.numerator + other.numerator, self.denominator + other.denominator, self.excluded + other.excluded
        )


def hidden(denominators: Sequence[int]) -> frozenset[int]:
    """Which places of a column with a known total must not be shown: those under SMALLEST that are not 0.

    Were only one hidden it could be had by subtraction, so the next smallest goes with it.
    """
    small = {place for place, count in enumerate(denominators) if 0 < count < SMALLEST}
    if len(small) == 1 and (rest := [place for place, n in enumerate(denominators) if place not in small and n]):
        small.add(min(rest, key=lambda place: denominators[place]))
    return frozenset(small)
