"""Walking down a ground that has more grids than a page shows."""

from collections.abc import Sequence

from django.utils import timezone

from lastmeter.grid import scope
from lastmeter.grid.models import KEY_WIDTH, Level, Node
from lastmeter.kit.ids import row_id

MOST_GRIDS = 150  # listed, or offered in a choice, at once


def on_ground(paths: Sequence[str], node_id: object) -> Node | None:
    """The place of that id, if it is one of today and lies on this ground."""
    key = row_id(str(node_id or ""))
    today = Node.objects.current(timezone.localdate()).filter(scope.inside(paths))
    return today.filter(pk=key).first() if key else None


def around(paths: Sequence[str], node: Node | None) -> Node | None:
    """The grid or community whose places are offered with this one, as far as the ground goes."""
    if node is None:
        return None
    above = node.path[:-KEY_WIDTH]
    return Node.objects.filter(scope.inside(paths), path=above).first() or node


def step(paths: Sequence[str]) -> list[Node]:
    """The places to choose from first, when there are too many grids on this ground; empty when there are not."""
    today = Node.objects.current(timezone.localdate())
    grids = today.filter(scope.inside(paths), level=Level.GRID).order_by()
    if len(grids.values_list("pk")[: MOST_GRIDS + 1]) <= MOST_GRIDS:
        return []
    outer = today.filter(path__in=paths) if len(paths) > 1 else today.filter(parent__path=paths[0])
    return list(outer.filter(level__lte=Level.GRID).order_by("path"))
