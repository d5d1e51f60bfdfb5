"""Planting nodes, finding them again by code, name or parent, and the chain of places above one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from lastmeter.grid import defaults, naming
from lastmeter.grid.ground import Kept, bump
from lastmeter.grid.models import KEY_WIDTH, Code, Node
from lastmeter.kit.ids import node_key


@dataclass(slots=True)
class Seed:
    """A node to be planted: `parent` is a Node that exists or an earlier Seed of the same call."""

    parent: "Node | Seed | None"
    level: int
    name: str
    code: str = ""
    scheme: str = ""
    values: dict[str, object] = field(default_factory=dict)
    node: Node | None = None


@transaction.atomic
def plant(
    *,
    parent: Node | None,
    level: int,
    name: str,
    today: date,
    code: str = "",
    scheme: str = "local",
    **values: object,
) -> Node:
    """Plant one node below `parent`, valid from `today` (China date), with its first code when given."""
    seed = Seed(parent, level, name, code, scheme, values)
    return plant_all([seed], today=today)[0]


@transaction.atomic
def plant_all(seeds: Sequence[Seed], *, today: date) -> list[Node]:
    """Plant many nodes, parents before children in the list: one INSERT a level and one for the codes.

    A root gets the rules that a new tree starts with.
    Raises ValueError when a node is not deeper than its parent.
    """
    if not seeds:
        return []
    first = bump(len(seeds))
    for number, seed in enumerate(seeds, first):
        seed.node = _node(seed, node_key(number), today)
    nodes = [seed.node for seed in seeds if seed.node is not None]
    for level in sorted({node.level for node in nodes}):
        rows = [node for node in nodes if node.level == level]
        for node in rows:
            node.parent_id = node.parent.pk if node.parent else None
        Node.objects.bulk_create(rows, batch_size=500)
    codes = [
        Code(node=seed.node, scheme=seed.scheme, code=seed.code, valid_from=today)
        for seed in seeds
        if seed.code and seed.node
    ]
    Code.objects.bulk_create(codes, batch_size=500)
    naming.index(nodes)
    defaults.plant(node for node in nodes if node.parent_id is None)
    return nodes


def _node(seed: Seed, key: str, today: date) -> Node:
    parent = seed.parent.node if isinstance(seed.parent, Seed) else seed.parent
    if parent is not None and parent.level >= seed.level:
        raise ValueError(
            _("“%(child)s”不能放在“%(parent)s”之下：层级应更低。") % {"child": seed.name, "parent": parent.name}
        )
    values = {"valid_from": today, **seed.values}
    path = (parent.path if parent else "") + key
    return Node(parent=parent, level=seed.level, name=seed.name, key=key, path=path, **values)


def children(node: Node | None, today: date | None = None) -> QuerySet[Node]:
    """The nodes right below `node` (the roots for None) that are valid today, in planting order."""
    return Node.objects.current(today or timezone.localdate()).filter(parent=node).order_by("path")


def resolve_code(code: str) -> Node | None:
    """The node that has or ever had this code in any scheme: a current one before an ended one, then the newest."""
    wanted = code.strip()
    if not wanted:
        return None
    found = (
        Code.objects.filter(code=wanted)
        .select_related("node")
        .order_by(F("valid_to").desc(nulls_first=True), F("valid_from").desc(nulls_last=True), "-id")
        .first()
    )
    return found.node if found else None


def named(code: str) -> Node | None:
    """The node that an address /g/<code>/ means: by a code it has or ever had, else by its key."""
    return resolve_code(code) or Node.objects.filter(key=code).first()


def code_of(node: Node) -> str:
    """The node's newest current code, or its key when it has none: what its address /g/<code>/ carries.

    Kept in the process as long as the tree has not changed.
    """
    known = _codes.get()
    if node.pk not in known:
        known[node.pk] = codes_of([node])[node.pk]
    return known[node.pk]


_codes: Kept[dict[int, str]] = Kept(dict)


def codes_of(nodes: Iterable[Node]) -> dict[int, str]:
    """node id → newest current code, its key where it has none: one query."""
    return codes_by_id({node.pk: node.key for node in nodes})


def codes_by_id(keys: Mapping[int, str]) -> dict[int, str]:
    """The same for node id → key."""
    found = dict(keys)
    known_since = F("valid_from").asc(nulls_first=True)  # a code of another list, without a date, is no address
    rows = Code.objects.filter(node__in=found, valid_to=None).order_by(known_since, "id")
    found.update(rows.values_list("node_id", "code"))
    return found


def find(text: str, *, under: Node | None = None, today: date | None = None, limit: int = 30) -> list[Node]:
    """Nodes valid today whose name has every word of `text`, larger places first, with their parents.

    A word is a part of the name, or its pinyin initials from the first on. Of very many the ones planted first count.
    """
    nodes = Node.objects.current(today or timezone.localdate()).select_related("parent")
    if under is not None:
        nodes = nodes.below(under.path)
    return list(nodes.filter(naming.matching(text, under.path if under else "")).order_by("level", "path")[:limit])


def chain_of(node: Node) -> list[Node]:
    """The node and its ancestors, top first."""
    return list(Node.objects.chain(node.path))


def full_name(node: Node, *, above: int = 2) -> str:
    """The node's name after those of its ancestors deeper than level `above`: 江城区 › 城东街道 › 鹰山社区."""
    return " › ".join(place.name for place in chain_of(node) if place.level > above or place.pk == node.pk)


def keys_of(path: str) -> list[str]:
    """The node keys of a path, top first."""
    return [path[start : start + KEY_WIDTH] for start in range(0, len(path), KEY_WIDTH)]


_known: Kept[dict[str, tuple[int, int]]] = Kept(dict)


def ancestor_ids(paths: Iterable[str]) -> list[dict[int, int]]:
    """For each path: level → node id of the node and its ancestors.

    Kept in the process as long as the tree has not changed; one query for all keys not seen before.
    """
    known = _known.get()
    split = [keys_of(path) for path in paths]
    if missing := {key for keys in split for key in keys} - known.keys():
        _learn(known, missing)
    return [dict(known[key] for key in keys) for keys in split]


def _learn(known: dict[str, tuple[int, int]], keys: set[str]) -> None:
    wanted = sorted(keys)
    for start in range(0, len(wanted), 500):
        rows = Node.objects.filter(key__in=wanted[start : start + 500]).values_list("key", "level", "pk")
        known.update({key: (level, pk) for key, level, pk in rows})
