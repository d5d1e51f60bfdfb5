"""便民通讯录: what a public paper says of places — who is in charge, how to reach them, what to complain to."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from lastmeter.grid import posts, tree
from lastmeter.grid.models import KEY_WIDTH, Level, Node, PartyOrganisation, Role, Unit, at_or_below, lineage
from lastmeter.grid.posts import Listed


@dataclass(frozen=True, slots=True)
class Entry:
    """A place of a directory with the posts right there; `depth` counts from the directory's own place."""

    node: Node
    code: str
    depth: int
    people: tuple[Listed, ...]
    party: PartyOrganisation | None


@dataclass(frozen=True, slots=True)
class Directory:
    """A community with everything below it, the units that serve it and the phone for complaints."""

    node: Node
    above: str
    entries: tuple[Entry, ...]
    units: tuple[Unit, ...]
    supervision: str


def community_of(node: Node) -> Node | None:
    """The community the node lies in, or the node itself; None above communities."""
    return Node.objects.chain(node.path).filter(level=Level.COMMUNITY).first()


def of_community(node: Node) -> Directory:
    """The directory of a community: a handful of queries however many grids it has. Public data only (posts.PUBLIC)."""
    nodes = list(Node.objects.current(timezone.localdate()).below(node.path).order_by("path"))
    people = posts.public_by_place(at_or_below(node.path, "node__path"))
    parties = {party.node_id: party for party in PartyOrganisation.objects.filter(node__in=nodes)}
    codes = tree.codes_of(nodes)
    chain = tree.chain_of(node)
    units = Unit.objects.filter(Q(node__in=chain) | Q(node__in=nodes), closed_on=None)
    return Directory(
        node=node,
        above=_above(chain),
        entries=tuple(
            Entry(
                each,
                codes[each.pk],
                (len(each.path) - len(node.path)) // KEY_WIDTH,
                tuple(people.get(each.path, ())),
                parties.get(each.pk),
            )
            for each in nodes
        ),
        units=tuple(units.order_by("-node__level", "name")),
        supervision=_nearest_phone(chain),
    )


def _above(chain: Sequence[Node]) -> str:
    return " · ".join(each.name for each in chain[:-1] if each.level >= Level.COUNTY)


def _nearest_phone(chain: Sequence[Node]) -> str:
    return next((each.supervision_phone for each in reversed(chain) if each.supervision_phone), "")


@dataclass(frozen=True, slots=True)
class Sign:
    """What a plate says of its place: `above` names the places it lies in, `covers` those right below it.

    `people` are one or two with a name and a number: who is nearest, and the grid worker (who must be named in public).
    """

    node: Node
    above: str
    covers: tuple[str, ...]
    people: tuple[Listed, ...]
    supervision: str


def signs(nodes: Iterable[Node]) -> dict[int, Sign]:
    """node id → what its plate says, for hundreds of places at once."""
    listed = list(nodes)
    chains = {node.pk: lineage(node.path)[::-1] for node in listed}
    wanted = {path for chain in chains.values() for path in chain}
    places = {each.path: each for each in Node.objects.filter(path__in=wanted)}
    people = posts.public_by_place(Q(node__path__in=wanted, node__level__gte=Level.COMMUNITY))
    below: defaultdict[int | None, list[str]] = defaultdict(list)
    rows = Node.objects.current(timezone.localdate()).filter(parent__in=listed).order_by("path")
    for parent, name in rows.values_list("parent", "name"):
        below[parent].append(name)
    return {
        node.pk: Sign(
            node=node,
            above=_above(chain := [places[path] for path in chains[node.pk]]),
            covers=tuple(below.get(node.pk, ())),
            people=_in_charge(posts.nearest_first(chains[node.pk], people)),
            supervision=_nearest_phone(chain),
        )
        for node in listed
    }


def _in_charge(people: Iterable[Listed]) -> tuple[Listed, ...]:
    reachable = [each for each in people if each.name and each.phone]
    others = [each for each in reachable if (each.name, each.phone) != (reachable[0].name, reachable[0].phone)]
    workers = [each for each in others if each.role in (Role.GRID_WORKER, Role.PART_TIME_WORKER)]
    return (*reachable[:1], *(workers or others)[:1])
