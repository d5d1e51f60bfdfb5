"""Where a change starts: a place found by its name, and the places beside it that the change may take in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import shapely
from django.db.models import Q, QuerySet

from lastmeter.grid.history import versions
from lastmeter.grid.models import ChangeKind, Level, Node

MOST_SHOWN = 30  # places listed at once; the others are found by name or code
TOUCH = 1e-7  # degrees, about a centimetre: neighbours drawn apart touch within this


@dataclass(frozen=True, slots=True)
class Starts:
    """A page of places from which a change may start, of one level; `more`: there are others."""

    nodes: list[Node]
    level: int
    levels: list[tuple[int, str]]
    more: bool


def starts(places: QuerySet[Node], words: str, level: str) -> Starts:
    """The places that these words name (by their name, their parent's, or a code), of one level: grids before others.

    Words that find nothing at the level asked for are looked for at all of them.
    """
    there = set(places.order_by().values_list("level", flat=True).distinct())
    levels = [(each.value, str(each.label)) for each in Level if each.value in there]
    asked = next((value for value, _label in levels if str(value) == level), 0)
    chosen = asked or (Level.GRID if Level.GRID in there else min(there, default=0))
    found = places.filter(_named(words)) if words else places
    nodes = list(found.filter(level=chosen)[: MOST_SHOWN + 1])
    if words and not nodes and not asked:
        nodes = list(found[: MOST_SHOWN + 1])
    return Starts(nodes[:MOST_SHOWN], chosen, levels, len(nodes) > MOST_SHOWN)


def _named(words: str) -> Q:
    coded = Q(codes__code__startswith=words) if words.isascii() and words.isdigit() else Q()
    named = Q(name__icontains=words) | Q(parent__name__icontains=words)
    return Q(pk__in=Node.objects.filter(named | coded if coded else named).values("pk"))


def beside(node: Node, places: QuerySet[Node], today: date) -> tuple[list[Node], list[Node]]:
    """Its siblings among these places: those whose borders it touches, and the others, in the order of the tree."""
    siblings = list(places.filter(parent=node.parent_id, level=node.level).exclude(pk=node.pk))
    drawn = versions.shapes_on([node, *siblings], today)
    own = drawn.get(node.pk)
    if own is None:
        return [], siblings
    shapely.prepare(own)
    near = {each.pk for each in siblings if each.pk in drawn and shapely.dwithin(own, drawn[each.pk], TOUCH)}
    return [each for each in siblings if each.pk in near], [each for each in siblings if each.pk not in near]


def successors(kind: str, node: Node, parents: QuerySet[Node]) -> QuerySet[Node]:
    """What may become the parent of the node, or take its ground over: in its own street, at the level that fits."""
    if kind == ChangeKind.REPARENT and node.parent is not None:
        return parents.filter(level=node.parent.level).exclude(pk=node.parent.pk)
    return parents.filter(parent=node.parent_id, level=node.level).exclude(pk=node.pk)


def grouped(node: Node, near: Sequence[Node], far: Sequence[Node], words: Sequence[str]) -> list[tuple[str, object]]:
    """The node, its neighbours and the rest as the groups of a choice; `words` names the three groups."""
    groups = zip(words, ([node], near, far), strict=True)
    return [(str(name), [(each.pk, each.name) for each in nodes]) for name, nodes in groups if nodes]
