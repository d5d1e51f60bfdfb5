"""Picking a place 选地点: walking down the tree or finding it by name or code, and the one somebody picked last."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.contrib.sessions.backends.base import SessionBase
from django.urls import reverse
from django.utils import timezone

from lastmeter.grid import tree
from lastmeter.grid.addresses import finding, parsing
from lastmeter.grid.models import Building, Level, Node
from lastmeter.kit.ids import row_id

REMEMBERED = "place"  # the session's key for the node id that was scanned or picked last
WORDS = "place_words"  # the session's key for the address of the building that was picked, until it is used
SCANNED = "scanned"  # the session's key for the node id whose plate was scanned last


MOST_BUILDINGS = 6  # offered beside the places of a name
SURE = 0.85  # a match of name and number, as finding.py scores it


@dataclass(frozen=True, slots=True)
class Choice:
    """A line of the picker: `opens` what lies below it, or else picks the place; `address` of a building at it."""

    node: Node
    above: str
    href: str
    opens: bool
    address: str = ""

    @property
    def title(self) -> str:
        """What the line is called."""
        return self.address or self.node.name


def remember(session: SessionBase, node: Node, words: str | None = None) -> None:
    """Keep the place for the next report and the home page.

    `words`: the address of a building there, for the next report alone; None leaves what the same place has.
    """
    if session.get(REMEMBERED) != node.pk:
        session[REMEMBERED] = node.pk
        session.pop(WORDS, None)
    if words is not None:
        session[WORDS] = words


def picked_words(session: SessionBase, typed: str = "") -> str:
    """The address of the building picked last, before what was typed already; once, for one report."""
    words = str(session.pop(WORDS, ""))
    return typed if not words or words in typed else f"{words} {typed}".strip()


def words_of(building_id: str, unit: str, node: Node) -> str:
    """The address of the building of that id at the node, with the unit as it was written; "" when there is none."""
    rows = Building.objects.filter(pk=row_id(building_id) or 0, node=node, closed_on=None)
    rows = rows.select_related("road", "compound")
    return finding.text_of(building, parsing.label(unit)[:10]) if (building := rows.first()) else ""


def remembered(session: SessionBase) -> Node | None:
    """The place picked last on this browser, as long as it is valid."""
    return valid(session.get(REMEMBERED))


def valid(node_id: object) -> Node | None:
    """The node of that id, if it is one and valid today."""
    key = row_id(str(node_id))
    return Node.objects.current(timezone.localdate()).filter(pk=key).first() if key else None


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
        matches = [] if coded else finding.find(words, limit=MOST_BUILDINGS)
        above = names_above([*found, *(match.building.node for match in matches)])
        return _with_buildings(_lines(found, goal, above), matches, goal, above)
    return _lines(list(tree.children(node)) if node else start(), goal, {})


def _with_buildings(
    places: list[Choice], matches: Sequence[finding.Match], goal: str, above: dict[int, str]
) -> list[Choice]:
    """The buildings an address may mean with the places of that name; the buildings first when it says which one."""
    buildings = [
        Choice(
            node,
            " · ".join(name for name in (above.get(node.pk, ""), node.name) if name),
            address(goal, pick=node.pk, building=match.building.pk, **({"unit": match.unit} if match.unit else {})),
            opens=False,
            address=match.words,
        )
        for match in matches
        for node in [match.building.node]
    ]
    sure = any(match.score >= SURE for match in matches) or not places
    return [*buildings, *places] if sure else [*places, *buildings]


def start() -> list[Node]:
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


def names_above(nodes: Iterable[Node]) -> dict[int, str]:
    """node id → the names of the places it lies in, from the county down: one query."""
    parts = {node.pk: [node.path[: len("".join(keys))] for keys in _heads(node)] for node in nodes}
    wanted = {path for paths in parts.values() for path in paths}
    rows = Node.objects.filter(path__in=wanted, level__gte=Level.COUNTY).values_list("path", "name")
    names = dict(rows)
    return {pk: " · ".join(names[path] for path in paths if path in names) for pk, paths in parts.items()}


def _heads(node: Node) -> list[list[str]]:
    keys = tree.keys_of(node.path)
    return [keys[:end] for end in range(1, len(keys))]
