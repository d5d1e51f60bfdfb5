"""A list on the map: how many lie in each cell of a grid laid over a box, counted by the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from lastmeter.accounts.actors import Actor
from lastmeter.matters.lists import reading
from lastmeter.matters.lists.filters import Filters

CELLS = 12  # along the longer side of the box
MARGIN = 0.002  # degrees around what lies on one spot

Box = tuple[float, float, float, float]  # west, south, east, north in WGS84 degrees


@dataclass(frozen=True, slots=True)
class Cluster:
    """What lies in one cell: its middle (lon, lat), how many, the cell's box, and one matter's number."""

    lon: float
    lat: float
    count: int
    box: Box
    number: str


def box_of(actor: Actor, filters: Filters, *, now: datetime) -> Box | None:
    """The box around all matters of the list that have a position; None when none has."""
    [row] = _ask("min(lon), min(lat), max(lon), max(lat)", "", [], actor, filters, Q(lon__isnull=False), now)
    if row[0] is None:
        return None
    west, south, east, north = row
    return west - MARGIN, south - MARGIN, east + MARGIN, north + MARGIN


def clusters(actor: Actor, filters: Filters, box: Box, *, now: datetime) -> list[Cluster]:
    """The cells of the box that hold something, the fullest first: one statement."""
    west, south, east, north = box
    side = max(east - west, north - south) / CELLS
    inside = Q(lon__gte=west, lon__lte=east, lat__gte=south, lat__lte=north)
    cell = "FLOOR((lon - %s) / %s) AS x, FLOOR((lat - %s) / %s) AS y"
    columns = f"{cell}, avg(lon), avg(lat), count(*) AS n, min(number)"
    given = [west, side, south, side]
    rows = _ask(columns, "GROUP BY 1, 2 ORDER BY n DESC, 1, 2", given, actor, filters, inside, now)
    return [Cluster(lon, lat, n, _cell(box, side, int(x), int(y)), number) for x, y, lon, lat, n, number in rows]


def without_position(actor: Actor, filters: Filters, *, now: datetime) -> int:
    """How many of the list have no position."""
    [row] = _ask("count(*)", "", [], actor, filters, Q(lon=None), now)
    return int(row[0])


def _cell(box: Box, side: float, x: int, y: int) -> Box:
    west, south = box[0] + x * side, box[1] + y * side
    return west, south, west + side, south + side


def _ask(
    columns: str, grouped: str, given: Sequence[Any], actor: Actor, filters: Filters, narrowed: Q, now: datetime
) -> list[tuple[Any, ...]]:
    found = reading.apart(actor, filters, ("lon", "lat", "number"), narrowed, now=now)
    if not found:
        return [] if grouped else [(None,) * 4] if "min(lon)" in columns else [(0,)]
    # Named here: Django calls the columns of its statements as it likes.
    whole = " UNION ALL ".join(f"SELECT * FROM ({sql}) AS found" for sql, _given in found)  # noqa: S608 - Django's SQL
    statement = f"WITH found (lon, lat, number) AS ({whole}) SELECT {columns} FROM found {grouped}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [*(value for _sql, values in found for value in values), *given])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
