"""What the timetable calls for matters."""

from datetime import datetime

from lastmeter.matters import asking


def run(now: datetime) -> int:
    """End unanswered questions whose date has passed."""
    return asking.lapse(now)
