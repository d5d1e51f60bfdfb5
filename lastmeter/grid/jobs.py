"""What the timetable calls for the grid."""

from datetime import datetime

from lastmeter.grid import expiring


def warn_terms(now: datetime) -> int:
    """Tell of terms that end soon; daily. Returns the terms looked at."""
    return expiring.warn(now)
