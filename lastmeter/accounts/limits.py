"""How often something may be done: one row a key and window, counted by a single statement, exact on both databases."""

from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from lastmeter.accounts.models import Count
from lastmeter.kit import zhtime

_COUNT_UP = """
    INSERT INTO accounts_count (key, "window", n) VALUES (%s, %s, 1)
    ON CONFLICT (key, "window") DO UPDATE SET n = accounts_count.n + 1
    RETURNING n
"""


class TooMany(Exception):
    """The limit is used up. `retry_after` is in whole seconds; str() is a sentence for the person."""

    def __init__(self, retry_after: int, again_at: datetime) -> None:
        self.retry_after = retry_after
        self.again_at = again_at
        super().__init__(retry_after)

    def __str__(self) -> str:
        at = self.again_at.astimezone(zhtime.CHINA).strftime("%H:%M:%S" if self.retry_after < 60 else "%H:%M")
        return _("操作太频繁，请在 %(time)s 之后再试。") % {"time": at}


def hit(key: str, limit: int, seconds: int, now: datetime) -> int:
    """Count one use of `key` in the current window of `seconds` and return how many that makes.

    Raises TooMany when it is more than `limit`. `key` (at most 100 characters) must not hold an address or a phone in
    clear. Call it before the act's transaction: inside one, a later roll-back would forget the use, and on PostgreSQL
    the row stays locked until the end.
    """
    stamp = int(now.timestamp())
    ends = stamp - stamp % seconds + seconds
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_UP, [_window_key(key, seconds), ends])
        # fetchall, not fetchone: SQLite commits the statement only when it has been read to its end.
        [(n,)] = cursor.fetchall()
    if n > limit:
        raise TooMany(_left(ends, now), datetime.fromtimestamp(ends, tz=now.tzinfo))
    return int(n)


def forget(key: str, seconds: int) -> None:
    """Start the count of `key` anew: after a right password the wrong ones before it no longer matter."""
    Count.objects.filter(key=_window_key(key, seconds)).delete()


def purge(now: datetime) -> int:
    """Delete the counts of windows that have ended; returns how many."""
    deleted, _by_model = Count.objects.filter(window__lte=int(now.timestamp())).delete()
    return deleted


def _window_key(key: str, seconds: int) -> str:
    return f"{key}:{seconds}"


def _left(ends: int, now: datetime) -> int:
    return max(1, ends - int(now.timestamp()))
