"""What the timetable calls for matters."""

from datetime import datetime

from lastmeter.matters import asking, holdings
from lastmeter.matters.catalogue import loading


def lapse(now: datetime) -> int:
    """End unanswered questions whose date has passed; every few minutes."""
    return asking.lapse(now)


def purge(now: datetime) -> int:
    """Take names and phones out of matters past their term; hourly."""
    return holdings.erase_old(now)


def apply_editions(now: datetime) -> int:
    """Apply the editions of category schemes whose day has come; every few minutes."""
    return loading.apply_due(now)
