"""Reading LASTMETER_* variables: each one declared once, loud on mistakes."""

import contextlib
import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parents[2]


def text(name: str, default: str = "") -> str:
    """The variable as written, stripped; `default` when absent or empty."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, *, default: bool = False) -> bool:
    """1/0, true/false, yes/no, on/off. Raises ImproperlyConfigured on anything else."""
    raw = text(name).lower()
    if not raw:
        return default
    if raw in {"1", "true", "yes", "on"}:
        return True
    if raw in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name}={raw!r}: write 1 or 0")


def number(name: str, default: int) -> int:
    """A whole number. Raises ImproperlyConfigured on anything else."""
    raw = text(name)
    if not raw:
        return default
    try:
        return int(raw)
    except ValueError:
        raise ImproperlyConfigured(f"{name}={raw!r}: write a whole number") from None


def tiles(name: str) -> str:
    """An https address with {z}, {x} and {y}, or nothing. Raises ImproperlyConfigured on anything else."""
    raw = text(name)
    if raw and not (raw.startswith("https://") and all(part in raw for part in ("{z}", "{x}", "{y}"))):
        raise ImproperlyConfigured(f"{name}={raw!r}: write https://…/{{z}}/{{x}}/{{y}}…")
    return raw


def choice(name: str, known: tuple[str, ...]) -> str:
    """One of the known words, the first when absent. Raises ImproperlyConfigured on anything else."""
    raw = text(name, known[0])
    if raw not in known:
        raise ImproperlyConfigured(f"{name}={raw!r}: write one of {', '.join(known)}")
    return raw


def names(name: str, default: str = "") -> list[str]:
    """A list separated by commas; empty parts are left out."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def secret(name: str, file: Path) -> str:
    """The variable, or the content of `file`, made once with 0600 and random content when neither exists."""
    if value := text(name):
        return value
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f".{file.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48), encoding="ascii")
        with contextlib.suppress(FileExistsError):  # another process was first: then its secret is the one
            os.link(draft, file)
        draft.unlink()
    return file.read_text(encoding="ascii").strip()
