"""What accounts decides by plain arithmetic: session terms, the device word, the bytes an audit entry is hashed as."""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

IDLE = timedelta(hours=8)
LONGEST = timedelta(days=14)
TOUCH_EVERY = timedelta(minutes=5)  # a session's last use is written at most this often
GENESIS = bytes(32)  # the head before the first seal

_BROWSERS = (
    ("MicroMessenger", "微信"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("HuaweiBrowser", "华为浏览器"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)

AuditValue = int | str | bytes | datetime | None


def device_word(user_agent: str) -> str:
    """A short word by which somebody recognises their own device, e.g. "Chrome · Windows"; "" when nothing is known."""
    browser = next((word for mark, word in _BROWSERS if mark in user_agent), "")
    system = next((word for mark, word in _SYSTEMS if mark in user_agent), "")
    return " · ".join(word for word in (browser, system) if word)


def canonical(values: Iterable[AuditValue]) -> bytes:
    """The one byte form of an audit row: a compact JSON list; times as UTC with microseconds, bytes as hex."""
    return json.dumps([_plain(value) for value in values], ensure_ascii=False, separators=(",", ":")).encode()


def chain(head: bytes, rows: Iterable[bytes]) -> bytes:
    """The head after `rows`: each step is SHA-256 over the previous head and one row (canonical bytes)."""
    for row in rows:
        head = hashlib.sha256(head + row).digest()
    return head


def _plain(value: AuditValue) -> int | str | None:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case bytes() | bytearray() | memoryview():
            return bytes(value).hex()
        case _:
            return value
