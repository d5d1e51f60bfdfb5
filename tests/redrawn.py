"""Changes of the ground as tests propose them, matters that lie on it, and a picture of all that a change may touch."""

from datetime import date, datetime, timedelta
from typing import Any

import shapely
from django.db.models import Model

from lastmeter.accounts.actors import Actor, system
from lastmeter.dossiers.models import Dossier
from lastmeter.grid import scope
from lastmeter.grid.history import following, planning, redrawing, versions
from lastmeter.grid.history.planning import NewPlace, When
from lastmeter.grid.models import Change, Code, Node, Shape
from lastmeter.kit.zhtime import CHINA
from lastmeter.matters import intake
from lastmeter.matters.models import Source
from tests import cast as town
from tests.cast import Cast

NOW = datetime(2026, 11, 25, 10, tzinfo=CHINA)
TODAY = NOW.date()
EVE = TODAY - timedelta(days=1)
HALF_WEST = shapely.box(town.WEST, town.SOUTH, town.WEST + town.SIDE / 2, town.SOUTH + town.SIDE)
HALF_EAST = shapely.box(town.WEST + town.SIDE / 2, town.SOUTH, town.WEST + town.SIDE, town.SOUTH + town.SIDE)
AT_WEST = (town.WEST + 0.2 * town.SIDE, town.SOUTH + 0.5 * town.SIDE)
AT_EAST = (town.WEST + 0.8 * town.SIDE, town.SOUTH + 0.5 * town.SIDE)


def when(day: date = TODAY, now: datetime = NOW) -> When:
    return When(effective_on=day, reason="街道会议纪要", by=system("test"), now=now)


def agreed(change: Change, now: datetime = NOW) -> Change:
    return redrawing.confirm(change, by=system("test"), now=now)


def halves(grid: Node, day: date = TODAY) -> Change:
    parts = [
        NewPlace(name="西网格", code="999902006001011", shape=HALF_WEST),
        NewPlace(name="东网格", code="999902006001012", shape=HALF_EAST),
    ]
    return planning.split(grid, parts, when(day))


def a_matter(cast: Cast, place: str, at: tuple[float, float] | None = None, ref: str = "r") -> Dossier:
    lon, lat = at or (None, None)
    report = intake.Report(
        text="路灯不亮",
        source=Source.WEB,
        client_ref=ref,
        node_id=cast.nodes[place].pk,
        name="李",
        phone="19900000101",
        lon=lon,
        lat=lat,
    )
    [taken] = intake.take_in([report], by=Actor.visitor("b"), client="b", now=NOW)
    assert isinstance(taken, intake.Taken)
    columns = scope.place_columns(cast.nodes[place])
    assert columns is not None
    Dossier.objects.filter(pk=taken.dossier_id).update(**columns.fields())
    return Dossier.objects.get(pk=taken.dossier_id)


def same_ground(one: shapely.Geometry, other: shapely.Geometry) -> bool:
    return bool(shapely.symmetric_difference(one, other).area < 1e-12)


def named(name: str) -> Node:
    return Node.objects.get(name=name, valid_to=None)


def picture() -> dict[str, list[tuple[Any, ...]]]:
    """Every row that a change may touch, as it stands (nodes that were made and undone are in no tree)."""
    models: list[type[Model]] = [*following.everybody()]
    rows = {model._meta.label: sorted(model._default_manager.values_list(), key=repr) for model in models}
    for still in (Shape, Code):
        rows[still._meta.label] = sorted(still._default_manager.filter(valid_to=None).values_list(), key=repr)
    return rows | {"node": sorted(versions.tree_on(TODAY).values_list(), key=repr)}
