"""The facets of a matter (dossiers/facets.py): a letter, ":" and a value, as migrations/0003_facets writes them."""

from collections.abc import Iterator
from datetime import date, timedelta

NOBODY = "h:-"
LETTERS = {
    "category": "c",
    "unit": "n",
    "handler": "h",
    "source": "s",
    "profile": "p",
    "urgency": "u",
    "desk": "d",
    "outcome": "o",
    "rating": "r",
    "closed": "e",
}
EARLIEST = date(2010, 1, 1)  # nothing was closed before there were grids


def word(name: str, value: object) -> str:
    """The facet of one value of a filter: word("source", "phone") → "s:phone"."""
    return f"{LETTERS[name]}:{value}"


def spans(first: date, last: date) -> Iterator[str]:
    """Years, months and days that together are exactly the days from first to last: 2026, 2026-11, 2026-11-24."""
    day = max(first, EARLIEST)
    while day <= last:
        month = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        if day == date(day.year, 1, 1) and date(day.year, 12, 31) <= last:
            yield f"{day:%Y}"
            day = date(day.year + 1, 1, 1)
        elif day.day == 1 and month - timedelta(days=1) <= last:
            yield f"{day:%Y-%m}"
            day = month
        else:
            yield day.isoformat()
            day += timedelta(days=1)
