"""Plain arithmetic of matters."""

from collections.abc import Set


def likeness(one: Set[str], other: Set[str], *, near: bool) -> float:
    """How much two texts share of their character pairs: overlap of the shorter one, a little more when near.

    0 when either is empty. The shorter text is the measure, because a title says the same as a page.
    """
    if not one or not other:
        return 0.0
    share = len(one & other) / min(len(one), len(other))
    balance = len(one & other) / len(one | other)
    return min(1.0, (share + balance) / 2 * (1.1 if near else 1.0))
