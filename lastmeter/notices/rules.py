"""When a sending is tried: back-off after failures, quiet hours."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

MOST_TRIES = 8
FIRST_WAIT = 5  # seconds, doubled with every failure
LONGEST_WAIT = 3600
QUIET_FROM, QUIET_TO = 22, 7  # hours of the day in China
_CHINA = ZoneInfo("Asia/Shanghai")


def wait_after(tries: int, chance: float) -> timedelta:
    """How long to wait after `tries` failures: min(2^tries x 5 s, 1 h), spread by a fifth either way.

    `chance` is a random number in [0, 1): sendings that failed together do not all come back together.
    """
    seconds = min(2 ** min(tries, 20) * FIRST_WAIT, LONGEST_WAIT)
    return timedelta(seconds=seconds * (0.8 + 0.4 * chance))


def is_quiet(now: datetime) -> bool:
    """Whether it is 22:00–7:00 in China, when only what is urgent is sent."""
    hour = now.astimezone(_CHINA).hour
    return hour >= QUIET_FROM or hour < QUIET_TO


def clip(text: str, limit: int) -> str:
    """The text, or its first characters and "…" when it is longer than `limit`."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
