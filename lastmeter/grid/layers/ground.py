"""What of the tree a layer is held against: the street's outline, who is in charge of its grids of today."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

import shapely

from lastmeter.grid import shapes
from lastmeter.grid.models import Level, Node, Role, Tenure

HEADS = (Role.GRID_HEAD, Role.GRID_WORKER)
GRID_DEGREES = 1e-8  # a millimetre; see comparing.GRID_M for why unions are done on a grid


def outline(street: Node) -> shapely.Geometry | None:
    """The street's own polygon in WGS84, else that of its communities together; None when neither is drawn."""
    own = shapes.current(street, Level.TOWN)
    parts = list((own or shapes.current(street, Level.COMMUNITY)).values())
    return _joined(parts) if parts else None


def heads(node_ids: Iterable[int], today: date) -> dict[int, str]:
    """node id → names of the grid heads and workers who hold a post there today."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    rows = Tenure.objects.current(today).filter(post__node__in=list(node_ids), post__role__in=HEADS)
    rows = rows.filter(post__closed_on=None, user__is_active=True).order_by("post__role", "pk")
    for node_id, name in rows.values_list("post__node_id", "user__name"):
        if node_id is not None and name not in found[node_id]:
            found[node_id].append(name)
    return {node_id: "、".join(names) for node_id, names in found.items()}


def _joined(parts: list[shapely.Geometry]) -> shapely.Geometry:
    return shapely.union_all(parts, grid_size=GRID_DEGREES)
