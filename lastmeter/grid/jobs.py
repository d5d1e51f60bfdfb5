"""What the timetable calls for the grid."""

from datetime import datetime

from lastmeter.grid.duty import calling


def lapse_calls(now: datetime) -> int:
    """End the calls of which nobody said how they went; every few minutes."""
    return calling.lapse(now)
