"""How searched words can be read: as words of the text, or one of them as the name of a place and the rest as text."""

from collections.abc import Iterator
from dataclasses import replace

from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.grid import tree
from lastmeter.grid.models import Node
from lastmeter.matters.lists.filters import Filters, place

MOST_WORDS = 3  # that are tried as a name
MOST_PLACES = 6  # a word that more places have in their names ("网格") says nothing of where


def readings(actor: Actor, filters: Filters) -> list[Filters]:
    """All ways to read the list's words; what fits any of them is on the list. The first is the list as it is asked.

    "望海社区 井盖" is also 井盖 at or below 望海社区. One query for each word, kept in the memo of the actor.
    """
    known: dict[Filters, list[Filters]] = actor.memo.setdefault("matters.readings", {})
    if filters not in known:
        known[filters] = [filters, *_by_place(actor, filters)]
    return known[filters]


def _by_place(actor: Actor, filters: Filters) -> Iterator[Filters]:
    words = filters.words.split()
    chosen = place(filters.node) if filters.node else None
    for at, word in enumerate(words[:MOST_WORDS]):
        rest = " ".join(words[:at] + words[at + 1 :])
        for node in _named(actor, word):
            if chosen is None or node.path.startswith(chosen.path):
                yield replace(filters, node=node.pk, words=rest)
            elif chosen.path.startswith(node.path):
                yield replace(filters, words=rest)


def _named(actor: Actor, word: str) -> list[Node]:
    """The places of that name, none of them below another; none for a word that is no name."""
    if len(word) < 2:
        return []
    known: dict[str, list[Node]] = actor.memo.setdefault("matters.named", {})
    if word not in known:
        found = tree.find(word, today=timezone.localdate(), limit=MOST_PLACES + 1)
        outermost: list[Node] = []
        for node in sorted(found, key=lambda each: each.path):
            if not outermost or not node.path.startswith(outermost[-1].path):
                outermost.append(node)
        known[word] = outermost if len(found) <= MOST_PLACES else []
    return known[word]
