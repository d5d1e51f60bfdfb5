"""The ground changed under 100,000 open matters: redraw, split, merge; the preview, the act, and the way back."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import shapely

from bench import ground

if TYPE_CHECKING:
    from lastmeter.grid.history.planning import When
    from lastmeter.grid.models import Change, Node
    from tests.cast import Cast

T = TypeVar("T")
MATTERS = 100_000
# Nine of ten have a position somewhere in the grid.
FILL = """
WITH made AS (
  INSERT INTO dossiers_dossier
    (kind, number, title, step, is_open, due_at, opened_at, updated_at, version, closed_circle, node_then_id, node_id,
     path, city_id, county_id, town_id, community_id, grid_id, place, client, client_ref, lon, lat)
  SELECT 'matter', 'R' || lpad(n::text, 9, '0'), '第 ' || n || ' 件：路灯不亮', 'handling', true,
         now() + (n %% 20000) * interval '1 minute', now() - (n %% 90000) * interval '1 minute', now(), 1, false,
         %(node)s, %(node)s, %(path)s, %(city)s, %(county)s, %(town)s, %(community)s, %(grid)s, '3 栋门口', 'bench',
         n::text, CASE WHEN n %% 10 > 0 THEN %(west)s + random() * %(side)s END,
         CASE WHEN n %% 10 > 0 THEN %(south)s + random() * %(side)s END
  FROM generate_series(1, %(count)s) AS n
  RETURNING id, title)
INSERT INTO matters_matter
  (dossier_id, text, source, source_number, profile, profile_by_hand, urgency, desk_level, found_at)
SELECT id, title, 'web', '', 'grid', false, 'normal', 6, now() FROM made
"""


def run() -> list[ground.Row]:
    """Fill one grid; then each change is looked at, confirmed, checked and undone, and checked again."""
    ground.prepare()
    from django.utils import timezone

    from lastmeter.accounts.actors import system
    from lastmeter.grid.history import planning
    from tests import cast

    town = cast.load()
    _fill(town)
    now = timezone.now()
    when = planning.When(effective_on=timezone.localdate(now), by=system("bench"), now=now)
    return [_row(name, _proposed(name, town, when), town) for name in ("redraw", "split", "merge")]


def _proposed(name: str, town: "Cast", when: "When") -> "Change":
    from lastmeter.grid.history import planning
    from tests.cast import SIDE, SOUTH, WEST, square

    first, second = town.nodes["grid"], town.nodes["second_grid"]
    if name == "redraw":  # three tenths of the first grid go to the second
        border = SOUTH + 0.7 * SIDE
        lower = shapely.box(WEST, SOUTH, WEST + SIDE, border)
        upper = shapely.box(WEST, border, WEST + SIDE, SOUTH + 2 * SIDE)
        return planning.redraw({first: lower, second: upper}, when)
    if name == "split":
        middle = WEST + SIDE / 2
        west = shapely.box(WEST, SOUTH, middle, SOUTH + SIDE)
        east = shapely.difference(square(0, 0), west)
        parts = [planning.NewPlace(name="西", shape=west), planning.NewPlace(name="东", shape=east)]
        return planning.split(first, parts, when)
    return planning.merge([first, second], planning.NewPlace(name="合"), when)


def _row(name: str, change: "Change", town: "Cast") -> ground.Row:
    from django.utils import timezone

    from lastmeter.accounts.actors import system
    from lastmeter.grid.history import following, planning, redrawing

    by, before = system("bench"), _everything()
    tolls, looked = _timed(lambda: following.tolls(planning.plan_of(change)))
    assert max(toll.there for toll in tolls) >= MATTERS, "the preview does not count them"
    _done, acted = _timed(lambda: redrawing.confirm(change, by=by, now=timezone.now()))
    moved = _check(town)
    _undone, back = _timed(lambda: redrawing.undo(change, by=by, now=timezone.now()))
    assert _everything() == before, "not where they were"
    return {
        "name": f"{name} with {MATTERS:,} open matters",
        "ours": f"{acted:.1f} s",
        "asked": "seconds, every matter kept, rolled back",
        "theirs": f"{moved:,} moved; preview {looked:.1f} s; undone in {back:.1f} s, every row as before",
    }


def _timed(call: Callable[[], T]) -> tuple[T, float]:
    start = time.perf_counter()
    done = call()
    return done, time.perf_counter() - start


def _check(town: "Cast") -> int:
    """Every matter is there and lies at a node of today whose polygon has its position; how many are elsewhere now."""
    from lastmeter.dossiers.models import Dossier
    from lastmeter.grid import shapes
    from lastmeter.grid.models import Level, Node

    rows = list(Dossier.objects.filter(client="bench", is_open=True).values_list("node", "lon", "lat"))
    assert len(rows) == MATTERS, "some are lost"
    assert not Node.objects.filter(pk__in={row[0] for row in rows}).exclude(valid_to=None).exists()
    drawn = shapes.current(town.nodes["town"], Level.GRID)
    placed = [row for row in rows if row[1] is not None]
    points = shapely.points([(lon, lat) for _node, lon, lat in placed])
    there = np.array([node for node, _lon, _lat in placed])
    for node in np.unique(there):
        assert shapely.dwithin(drawn[int(node)], points[there == node], 1e-9).all(), "some lie elsewhere"
    return sum(row[0] != town.nodes["grid"].pk for row in rows)


def _everything() -> list[tuple[object, ...]]:
    from lastmeter.dossiers.models import Dossier

    columns = ("pk", "node", "node_then", "path", "city", "county", "town", "community", "grid", "is_open", "step")
    return list(Dossier.objects.order_by("pk").values_list(*columns))


def _fill(town: "Cast") -> None:
    from django.db import connection

    from lastmeter.grid.scope import place_columns
    from tests.cast import SIDE, SOUTH, WEST

    grid: Node = town.nodes["grid"]
    columns = place_columns(grid)
    assert columns is not None
    with connection.cursor() as cursor:
        cursor.execute(
            FILL,
            {
                "node": grid.pk,
                "path": columns.path,
                "city": columns.city_id,
                "county": columns.county_id,
                "town": columns.town_id,
                "community": columns.community_id,
                "grid": columns.grid_id,
                "west": WEST,
                "south": SOUTH,
                "side": SIDE,
                "count": MATTERS,
            },
        )
        cursor.execute("VACUUM ANALYZE dossiers_dossier")
        cursor.execute("ANALYZE matters_matter")
