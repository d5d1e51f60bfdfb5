"""What the timetable calls for clocks."""

from datetime import datetime

from lastmeter.clocks import sweep


def run(now: datetime) -> int:
    """Ring for everything that warns or falls due."""
    return sweep.sweep(now)
