"""How service counts: in whole half hours, no moment twice. Plain arithmetic."""

from collections.abc import Iterable
from datetime import datetime, timedelta

Span = tuple[datetime, datetime]
HALF = timedelta(minutes=30)


def uncounted(span: Span, taken: Iterable[Span]) -> timedelta:
    """How much of a span lies in none of the others, which may overlap each other too."""
    start, end = span
    left, at = timedelta(0), start
    for since, until in sorted(taken):
        if until <= at or since >= end:
            continue
        left += max(since - at, timedelta(0))
        at = until
    return left + max(end - at, timedelta(0))


def halves(span: Span, taken: Iterable[Span]) -> int:
    """The whole half hours that a span is credited with, besides what is recorded: never more than was served."""
    return uncounted(span, taken) // HALF
