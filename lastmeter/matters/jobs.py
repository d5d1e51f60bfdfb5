"""What the timetable calls for matters."""

from datetime import datetime

from lastmeter.matters import asking, holdings
from lastmeter.matters.lists.bulk import runs


def lapse(now: datetime) -> int:
    """End unanswered questions whose date has passed; every few minutes."""
    return asking.lapse(now)


def bulk(now: datetime) -> int:
    """Go on with a bulk act that waits; every two seconds."""
    return runs.go_on(now)


def purge(now: datetime) -> int:
    """Take names and phones out of matters past their term, forget bulk acts nobody confirmed; hourly."""
    return holdings.erase_old(now) + runs.sweep(now)
