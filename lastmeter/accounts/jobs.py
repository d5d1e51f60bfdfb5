"""What the timetable calls: seal the audit, export its head, clear away what has ended."""

from datetime import datetime

from django.conf import settings

from lastmeter.accounts import audit, holdings, limits, links, sessions

HEADS = "audit-heads.txt"


def seal(now: datetime) -> int:
    """Seal what has settled; every minute. Returns the entries sealed."""
    return audit.seal(now)


def export_head(now: datetime) -> int:
    """Append today's head to VAR/audit-heads.txt, to be carried off the machine; daily. Returns 1."""
    with (settings.VAR / HEADS).open("a", encoding="utf-8") as file:
        file.write(audit.head_line(now) + "\n")
    return 1


def purge(now: datetime) -> int:
    """Delete ended sessions, counts and old links, empty accounts long closed; hourly. Returns the rows touched."""
    return sessions.purge(now) + limits.purge(now) + links.purge(now) + holdings.erase_long_closed(now)
