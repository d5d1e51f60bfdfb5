"""Walking the map: the place in the address, what lies below it, what is found by name, and the way back up."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.contrib.sessions.backends.base import SessionBase

from lastmeter.accounts.actors import Actor
from lastmeter.grid import keeping, picking, scope, tree
from lastmeter.grid.coverage import gaps
from lastmeter.grid.models import Node
from lastmeter.grid.onemap import standing
from lastmeter.grid.onemap.standing import Standing

LAYERS = ("posts", "gaps")
MOST_WORDS = 40


@dataclass(frozen=True, slots=True)
class Look:
    """What somebody looks at: the layers they may see (`offered`) and those that are on."""

    offered: tuple[str, ...]
    shown: tuple[str, ...]

    def href(self, code: str) -> str:
        """The address of a place with these layers; "" is where the tree begins."""
        return "?" + urlencode([*([("at", code)] if code else []), *(("show", name) for name in self.shown)])


@dataclass(frozen=True, slots=True)
class Line:
    """A place of the list: its address; how its posts stand and how many gaps it has where the actor may know."""

    node: Node
    code: str
    href: str
    above: str
    standing: Standing | None
    gaps: int


def look(actor: Actor, wanted: Iterable[str]) -> Look:
    """Posts for whoever holds a post at a place, gaps for whoever keeps a ground."""
    may = {"posts": bool(scope.reach(actor).nodes), "gaps": bool(keeping.ground(actor))}
    offered = tuple(name for name in LAYERS if may[name])
    asked = set(wanted)
    return Look(offered, tuple(name for name in offered if name in asked))


def start(actor: Actor, session: SessionBase) -> Node | None:
    """Where the map opens: at the largest place of the actor's posts, else at the place picked last."""
    paths = scope.outermost(post.path for post in scope.reach(actor).nodes)
    if paths:
        return Node.objects.filter(path=min(paths, key=len)).first()
    return picking.remembered(session)


def below(node: Node | None) -> list[Node]:
    """The places right below one, or where the tree begins to branch."""
    return picking.start() if node is None else list(tree.children(node))


def found(words: str) -> list[Node]:
    """The places of that name, pinyin initials or code."""
    coded = tree.resolve_code(words)
    return [coded] if coded else tree.find(words)


def missing(actor: Actor, nodes: Iterable[Node], today: date) -> dict[str, Counter[str]]:
    """kind → path → gaps at these places and below, where the actor keeps the ground: a query a kind."""
    ground = tuple(keeping.ground(actor))
    kept = [node.path for node in nodes if node.path.startswith(ground)] if ground else []
    return gaps.by_kind(actor, kept, today)


def lines(
    nodes: Sequence[Node],
    shown: Look,
    actor: Actor,
    today: date,
    counts: Mapping[str, Counter[str]],
    above: Mapping[int, str] | None = None,
) -> list[Line]:
    """The list: a query for the codes, one for the posts. `counts` are the gaps there, by kind."""
    codes = tree.codes_of(nodes)
    held = tuple(post.path for post in scope.reach(actor).nodes)
    reached = [node.pk for node in nodes if node.path.startswith(held)] if held else []
    posts = standing.of_nodes(reached, today) if reached else {}
    every = sum(counts.values(), Counter[str]())
    return [
        Line(
            node,
            codes[node.pk],
            shown.href(codes[node.pk]),
            (above or {}).get(node.pk, ""),
            posts.get(node.pk),
            every[node.path],
        )
        for node in nodes
    ]
