"""What the timetable calls for the grid."""

from datetime import datetime

from lastmeter.grid import redrawing


def apply_due(now: datetime) -> int:
    """Apply the confirmed changes of the ground whose day has come; every few minutes."""
    return redrawing.apply_due(now)
