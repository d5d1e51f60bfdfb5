"""Which of the dated rules at places holds at one: the nearest ancestor's. Plain arithmetic for every kind of rule."""

from collections.abc import Callable, Hashable, Iterable
from typing import Protocol, TypeVar


class Placed(Protocol):
    """A rule as arithmetic sees it: the path of the node it hangs on."""

    @property
    def path(self) -> str: ...


R = TypeVar("R", bound=Placed)
K = TypeVar("K", bound=Hashable)


def nearest(rules: Iterable[R], path: str, particular: Callable[[R], object] = lambda _rule: 0) -> R | None:
    """The rule of the nearest place at or above `path`; at one place the most `particular` one. None: nobody rules."""
    here = (rule for rule in rules if path.startswith(rule.path))
    return max(here, key=lambda rule: (len(rule.path), particular(rule)), default=None)


def nearest_of_each(
    rules: Iterable[R], path: str, kind: Callable[[R], K], particular: Callable[[R], object] = lambda _rule: 0
) -> dict[K, R]:
    """kind → the nearest rule of that kind, as `nearest` finds it."""
    by_kind: dict[K, list[R]] = {}
    for rule in rules:
        by_kind.setdefault(kind(rule), []).append(rule)
    found = {each: nearest(those, path, particular) for each, those in by_kind.items()}
    return {each: rule for each, rule in found.items() if rule is not None}


def closer(rule: R, rules: Iterable[R]) -> list[str]:
    """The paths below a rule's place at which another rule takes over; `rules` are those of the same kind."""
    return sorted({each.path for each in rules if each.path != rule.path and each.path.startswith(rule.path)})
