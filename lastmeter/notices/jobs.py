"""What the timetable calls: empty the outbox, clear away what is past its term."""

from datetime import datetime

from lastmeter.notices import codes, delivering, inbox


def deliver(now: datetime) -> int:
    """Send what is due; every few seconds. Returns how many were sent."""
    return delivering.deliver(now)


def purge(now: datetime) -> int:
    """Delete old notices, deliveries and codes; daily. Returns the rows deleted."""
    return inbox.purge(now) + delivering.purge(now) + codes.purge(now)
