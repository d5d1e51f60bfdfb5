"""The seam by which every package says what it holds about a person (PIPL arts. 44–48)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User


@dataclass(frozen=True, slots=True)
class Held:
    """One thing held: its name and its value as the person may read it, and the page where it can be seen whole."""

    label: str
    value: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Keeper:
    """What one package holds about a user.

    `label` and `retention` may be lazy translations. `correct` takes field names and new values and returns nothing;
    None when nothing can be corrected by hand. `export` returns plain lists, dicts and strings. `erase` returns how
    many rows it emptied and must be repeatable.
    """

    label: str | Promise
    show: Callable[[User], Sequence[Held]]
    export: Callable[[User], Any]
    erase: Callable[[User, Actor, datetime], int]
    retention: str | Promise
    correct: Callable[[User, Mapping[str, str], Actor, datetime], None] | None = None


_KEEPERS: dict[str, Keeper] = {}


def register(name: str, keeper: Keeper) -> None:
    """Called from the AppConfig.ready of the package `name`; a second time replaces the first."""
    _KEEPERS[name] = keeper


def registered() -> Mapping[str, Keeper]:
    """All keepers by package name, in the order of the names."""
    return dict(sorted(_KEEPERS.items()))


def export(user: User) -> dict[str, Any]:
    """Everything held about `user`, by package name, ready for JSON."""
    return {name: keeper.export(user) for name, keeper in registered().items()}


def erase(user: User, *, by: Actor, now: datetime) -> int:
    """Let every package erase what it holds about `user`; returns how many rows were emptied."""
    return sum(keeper.erase(user, by, now) for keeper in registered().values())
