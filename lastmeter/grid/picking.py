"""Picking a place 选地点: walking down the tree or finding it by name or code, and the one somebody picked last."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from lastmeter.grid import tree
from lastmeter.grid.models import Level, Node

REMEMBERED = "place"  # the session's key for the node id that was scanned or picked last
SCANNED = "scanned"  # the session's key for the node id whose plate was scanned last


@dataclass(frozen=True, slots=True)
class Choice:
    """A line of the picker: `opens` what lies below it, or else picks the place."""

    node: Node
    above: str
    href: str
    opens: bool


def goal_of(request: HttpRequest) -> str:
    """Where to go with the picked place: an address of this site, "" for the page of the place itself."""
    goal = request.POST.get("next") or request.GET.get("next") or ""
    return goal if goal.startswith("/") and url_has_allowed_host_and_scheme(goal, allowed_hosts=None) else ""


def remember(session: SessionBase, node: Node) -> None:
    """Keep the place for the next report and the home page."""
    if session.get(REMEMBERED) != node.pk:
        session[REMEMBERED] = node.pk


def remembered(session: SessionBase) -> Node | None:
    """The place picked last on this browser, as long as it is valid."""
    return valid(session.get(REMEMBERED))


def valid(node_id: object) -> Node | None:
    """The node of that id, if it is one and valid today."""
    text = str(node_id)
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        return None
    return Node.objects.current(timezone.localdate()).filter(pk=int(text)).first()


def after(node: Node, goal: str) -> str:
    """The address to go to with the place: the goal with `place=<id>`, or the page of the place."""
    if not goal:
        return reverse("who-is-mine", args=[tree.code_of(node)])
    parts = urlsplit(goal)
    others = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != "place"]
    return parts._replace(query=urlencode([*others, ("place", node.pk)])).geturl()


def choices(node: Node | None, words: str, goal: str) -> list[Choice]:
    """What the picker lists: what these words or this code find, or else what lies right below the node."""
    if words:
        coded = tree.resolve_code(words)
        found = [coded] if coded else tree.find(words)
        return _lines(found, goal, _names_above(found))
    return _lines(list(tree.children(node)) if node else _start(), goal, {})


def _start() -> list[Node]:
    """Where the tree begins to branch: nobody wants to pick their own province first."""
    nodes = list(tree.children(None))
    while len(nodes) == 1 and nodes[0].level < Level.COMMUNITY:
        below = list(tree.children(nodes[0]))
        if not below:
            break
        nodes = below
    return nodes


def _lines(nodes: Sequence[Node], goal: str, above: dict[int, str]) -> list[Choice]:
    larger = [node.pk for node in nodes if node.level < Level.GRID]
    parents = set(Node.objects.current(timezone.localdate()).filter(parent__in=larger).values_list("parent", flat=True))
    return [
        Choice(node, above.get(node.pk, ""), address(goal, **{"in" if opens else "pick": node.pk}), opens)
        for node in nodes
        for opens in [node.pk in parents]
    ]


def address(goal: str, **query: object) -> str:
    """An address of the picker that does not forget where to go afterwards."""
    return "?" + urlencode(query | ({"next": goal} if goal else {}))


def _names_above(nodes: Iterable[Node]) -> dict[int, str]:
    """node id → the names of the places it lies in, from the county down: one query."""
    parts = {node.pk: [node.path[: len("".join(keys))] for keys in _heads(node)] for node in nodes}
    wanted = {path for paths in parts.values() for path in paths}
    rows = Node.objects.filter(path__in=wanted, level__gte=Level.COUNTY).values_list("path", "name")
    names = dict(rows)
    return {pk: " · ".join(names[path] for path in paths if path in names) for pk, paths in parts.items()}


def _heads(node: Node) -> list[list[str]]:
    keys = tree.keys_of(node.path)
    return [keys[:end] for end in range(1, len(keys))]
