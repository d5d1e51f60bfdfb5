"""What the timetable calls for the grid."""

from datetime import datetime

from lastmeter.grid import expiring, redrawing


def warn_terms(now: datetime) -> int:
    """Tell of terms that end soon; daily. Returns the terms looked at."""
    return expiring.warn(now)


def apply_due(now: datetime) -> int:
    """Apply the confirmed changes of the ground whose day has come; every few minutes."""
    return redrawing.apply_due(now)
