"""What the timetable calls for clocks."""

from datetime import datetime

from lastmeter.clocks import applying, calendars, sweep


def run(now: datetime) -> int:
    """Ring for everything that warns or falls due."""
    return sweep.sweep(now)


def apply(now: datetime) -> int:
    """Count running clocks anew where other days or hours are worked now; every two seconds, a piece at a time."""
    calendars.notice_new(now)
    return applying.go_on(now, most=applying.AT_ONCE)
