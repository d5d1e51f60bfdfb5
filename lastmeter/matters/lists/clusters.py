"""A list on the map: how many lie in each place, and in each cell of a grid over a box, counted by the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from lastmeter.accounts.actors import Actor
from lastmeter.dossiers.models import Dossier
from lastmeter.grid import scope
from lastmeter.grid.models import KEY_WIDTH, Level, Node
from lastmeter.matters.lists import reading
from lastmeter.matters.lists.filters import Filters, place

CELLS = 12  # along the longer side of the box
MARGIN = 0.002  # degrees around what lies on one spot

Box = tuple[float, float, float, float]  # west, south, east, north in WGS84 degrees


@dataclass(frozen=True, slots=True)
class Cluster:
    """What lies in one cell: its middle (lon, lat), how many, the cell's box, one matter's number, a place in it."""

    lon: float
    lat: float
    count: int
    box: Box
    number: str
    path: str


@dataclass(frozen=True, slots=True)
class Part:
    """What lies in one place: the path of its node, how many, and how many of them have a position."""

    path: str
    count: int
    placed: int


@dataclass(frozen=True, slots=True)
class Spread:
    """A whole list by places one step further down, and the box around what has a position (None: nothing has)."""

    parts: list[Part]
    box: Box | None

    @property
    def missing(self) -> int:
        """How many have no position."""
        return sum(part.count - part.placed for part in self.parts)


def spread(actor: Actor, filters: Filters, *, now: datetime) -> Spread:
    """Where a list lies: one statement."""
    columns = (
        "SUBSTR(path, 1, %s) AS part, COUNT(*) AS n, COUNT(lon), MIN(lon), MIN(lat), MAX(lon), MAX(lat)",
        "GROUP BY 1 ORDER BY 1",
    )
    rows = _ask(*columns, [_width(actor, filters)], actor, filters, Q(), now)
    placed = [row for row in rows if row[2]]
    if not placed:
        return Spread([Part(*row[:3]) for row in rows], None)
    west, south = (min(row[at] for row in placed) - MARGIN for at in (3, 4))
    east, north = (max(row[at] for row in placed) + MARGIN for at in (5, 6))
    return Spread([Part(*row[:3]) for row in rows], (west, south, east, north))


def _width(actor: Actor, filters: Filters) -> int:
    """How many characters of a path name the places one step below the chosen place, or below the actor's own."""
    node = place(filters.node) if filters.node else None
    own = [len(each.path) for each in scope.reach(actor).nodes]
    above = len(node.path) if node else min(own, default=KEY_WIDTH * (Level.COMMUNITY - 1))
    return above + KEY_WIDTH


def named(paths: Sequence[str]) -> dict[str, Node]:
    """path → the node there: one query."""
    return {node.path: node for node in Node.objects.filter(path__in=paths).only("pk", "path", "name", "level")}


def clusters(actor: Actor, filters: Filters, box: Box, *, now: datetime) -> list[Cluster]:
    """The cells of the box that hold something, the fullest first: one statement."""
    west, south, east, north = box
    side = max(east - west, north - south) / CELLS
    cell = "FLOOR((lon - %s) / %s) AS x, FLOOR((lat - %s) / %s) AS y"
    columns = f"{cell}, AVG(lon), AVG(lat), COUNT(*) AS n, MIN(number), MIN(path)"
    given = [west, side, south, side]
    rows = _ask(columns, "GROUP BY 1, 2 ORDER BY n DESC, 1, 2", given, actor, filters, _within(box), now)
    return [
        Cluster(lon, lat, n, _cell(box, side, int(x), int(y)), number, path) for x, y, lon, lat, n, number, path in rows
    ]


def inside(actor: Actor, filters: Filters, box: Box, most: int, *, now: datetime) -> list[Dossier]:
    """The first matters of the list that lie in the box, as rows of a list; more than `most`: none."""
    rows = _ask("number", f"LIMIT {most + 1:d}", [], actor, filters, _within(box), now)
    if len(rows) > most:
        return []
    shown = reading.shown(
        Dossier.objects.filter(number__in=[number for (number,) in rows]), searched=bool(filters.words)
    )
    return list(shown.order_by("-is_open", "due_at", "-pk"))


def _within(box: Box) -> Q:
    west, south, east, north = box
    return Q(lon__gte=west, lon__lte=east, lat__gte=south, lat__lte=north)


def _cell(box: Box, side: float, x: int, y: int) -> Box:
    west, south = box[0] + x * side, box[1] + y * side
    return west, south, west + side, south + side


def _ask(
    columns: str, after: str, given: Sequence[Any], actor: Actor, filters: Filters, narrowed: Q, now: datetime
) -> list[tuple[Any, ...]]:
    found = reading.selected(actor, filters, ("lon", "lat", "number", "path"), narrowed, now=now)
    if found is None:
        return []
    # Named here: Django calls the columns of its statements as it likes.
    statement = f"WITH found (lon, lat, number, path) AS ({found[0]}) SELECT {columns} FROM found {after}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [*found[1], *given])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
