"""Plain arithmetic of matters, and the choice among the owner's rows."""

from collections.abc import Collection, Iterable, Set
from dataclasses import dataclass

from lastmeter.grid.rules import nearest


def likeness(one: Set[str], other: Set[str], *, near: bool) -> float:
    """How much two texts share of their character pairs: overlap of the shorter one, a little more when near.

    0 when either is empty. The shorter text is the measure, because a title says the same as a page.
    """
    if not one or not other:
        return 0.0
    share = len(one & other) / min(len(one), len(other))
    balance = len(one & other) / len(one | other)
    return min(1.0, (share + balance) / 2 * (1.1 if near else 1.0))


@dataclass(frozen=True, slots=True)
class FlowRule:
    """A row that says which profile a new matter takes; blanks speak of all."""

    path: str
    source: str
    category: int | None
    profile: str


def choose_profile(rules: Iterable[FlowRule], *, path: str, source: str, categories: Collection[int]) -> str | None:
    """The profile of a matter: the nearest ancestor's row, at one node the most particular; None when none speaks.

    `categories` are the matter's category and those above it, the nearest first: a row for a nearer one goes first.
    """
    depth = {category: -place for place, category in enumerate(categories)}

    def particular(rule: FlowRule) -> tuple[bool, int, bool]:
        named = rule.category is not None
        return named, depth[rule.category] if rule.category is not None else 0, rule.source != ""

    fitting = (
        rule for rule in rules if rule.source in ("", source) and (rule.category is None or rule.category in depth)
    )
    best = nearest(fitting, path, particular)
    return best.profile if best else None


@dataclass(frozen=True, slots=True)
class CapRule:
    """A row that says how often something may happen; a blank profile speaks of all."""

    path: str
    kind: str
    profile: str
    most: int


def choose_cap(rules: Iterable[CapRule], *, path: str, kind: str, profile: str) -> int | None:
    """How often it may happen here: the nearest ancestor's row, one for the profile first; None when none speaks."""
    fitting = (each for each in rules if each.kind == kind and each.profile in ("", profile))
    best = nearest(fitting, path, lambda each: each.profile != "")
    return best.most if best else None
