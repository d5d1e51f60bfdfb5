"""Gathers what packages put on the homes: each names its cards in its own `cards.py` (see README.md)."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from django.apps import apps
from django.http import HttpRequest
from django.utils.safestring import SafeString

Card = Callable[[HttpRequest], str]
Gate = Callable[[HttpRequest], bool]
Badge = Callable[[HttpRequest], int | None]


@cache
def _modules() -> tuple[ModuleType, ...]:
    names = [f"{config.name}.cards" for config in apps.get_app_configs() if config.name != "lastmeter.web"]
    return tuple(import_module(name) for name in names if name.startswith("lastmeter.") and find_spec(name))


@cache
def of(shell: str) -> tuple[Card, ...]:
    """The cards of one home, in their order."""
    rows = [row for module in _modules() for row in getattr(module, "CARDS", ())]
    return tuple(card for name, _order, card in sorted(rows, key=lambda row: row[1]) if name == shell)


@cache
def badges() -> dict[str, Badge]:
    """Address → function that counts what waits there."""
    return {path: badge for module in _modules() for path, badge in getattr(module, "BADGES", {}).items()}


@cache
def gates() -> dict[str, Gate]:
    """Address → may this person open it? An entry that would answer 404 is not shown."""
    return {path: gate for module in _modules() for path, gate in getattr(module, "GATES", {}).items()}


def hero(request: HttpRequest) -> dict[str, object] | None:
    """Place and people of the resident's home, from the first package that declares `HERO`; None when unknown."""
    found = next((module.HERO for module in _modules() if hasattr(module, "HERO")), None)
    return found(request) if found else None


def render(request: HttpRequest, shell: str) -> list[SafeString]:
    """The cards with something to show."""
    return [SafeString(html) for html in (card(request) for card in of(shell)) if html]
