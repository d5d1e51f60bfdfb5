"""What the timetable calls for venues."""

from datetime import datetime

from lastmeter.venues import deciding


def lapse(now: datetime) -> int:
    """Requests nobody decided before their time are over; every five minutes."""
    return deciding.lapse(now)
