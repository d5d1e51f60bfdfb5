"""Households of the address book by grid, beside those the grid itself says."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import Substr
from django.utils import timezone

from lastmeter.grid import ground, scope
from lastmeter.grid.models import Building, Level, Node, lineage
from lastmeter.grid.tree import ancestor_ids


@dataclass(frozen=True, slots=True)
class GridSum:
    """A grid with the buildings and households of its address book; `node.households` is what it says itself."""

    node: Node
    buildings: int
    households: int

    @property
    def differs(self) -> bool:
        """Whether the grid says something else than its address book."""
        return self.node.households != self.households

    @property
    def more(self) -> int:
        """How many households more the address book has than the grid says; negative: fewer."""
        return self.households - (self.node.households or 0)

    @property
    def fewer(self) -> int:
        """`more` the other way round."""
        return -self.more


def within(paths: Iterable[str]) -> QuerySet[Building]:
    """The open buildings at the nodes of these paths and below."""
    return Building.objects.filter(scope.inside(paths, "node__path"), closed_on=None)


def grid_sums(paths: Iterable[str]) -> list[GridSum]:
    """Every current grid at or below these paths with its sums, in the order of the tree: two queries."""
    outer = list(paths)
    counted: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    rows = within(outer).values_list("node__path").annotate(Count("pk"), Sum("households"))
    listed = list(rows)
    for (path, count, homes), chain in zip(listed, ancestor_ids([row[0] for row in listed]), strict=True):
        steps = sum(1 for level in chain if level <= Level.GRID)
        sums = counted[path[: steps * (len(path) // len(chain))]]
        sums[0] += count
        sums[1] += homes or 0
    grids: list[Node] = []
    for path in outer:
        nodes = Node.objects.current(timezone.localdate()).below(path).filter(level=Level.GRID)
        grids += nodes.select_related("parent").order_by("path")
    return [GridSum(node, *counted[node.path]) for node in grids]


@dataclass(frozen=True, slots=True)
class PlaceSum:
    """A place above the grids: what its address book has, and what its grids say together."""

    node: Node
    buildings: int
    households: int
    said: int


def place_sums(places: Sequence[Node]) -> list[PlaceSum]:
    """The sums of places of which none lies below another: two queries for any number."""
    paths = [place.path for place in places]
    width = max(map(len, paths), default=0)
    rows = within(paths).values(here=Substr("node__path", 1, width)).annotate(many=Count("pk"), homes=Sum("households"))
    grids = Node.objects.current(timezone.localdate()).filter(scope.inside(paths), level=Level.GRID)
    told = grids.values(here=Substr("path", 1, width)).annotate(homes=Sum("households"))
    buildings, homes, said = Counter[str](), Counter[str](), Counter[str]()
    for path, many, count in rows.values_list("here", "many", "homes"):
        for place in lineage(path or ""):
            buildings[place] += many
            homes[place] += count or 0
    for path, count in told.values_list("here", "homes"):
        for place in lineage(path):
            said[place] += count or 0
    return [PlaceSum(each, buildings[each.path], homes[each.path], said[each.path]) for each in places]


def adopt_sums(paths: Iterable[str]) -> int:
    """Write the sums of the address book as the households of the grids these paths lie in, inside the caller's
    transaction; grids without a building stay. Returns how many changed."""
    listed = list(paths)
    grids = {
        path[: sum(1 for level in chain if level <= Level.GRID) * (len(path) // len(chain))]
        for path, chain in zip(listed, ancestor_ids(listed), strict=True)
        if Level.GRID in chain  # what has no grid yet counts for none
    }
    changed = [each for each in grid_sums(sorted(grids)) if each.buildings and each.differs]
    for each in changed:
        Node.objects.filter(pk=each.node.pk).update(households=each.households)
    if changed:
        ground.bump()
    return len(changed)
