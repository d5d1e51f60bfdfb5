"""位置不在自己网格里: found by the worker set by set, shown on the coverage page, put right by hand.

A redraw, a list with wrong columns or a place picked in haste leave matters and buildings at one grid and their points
in another: whoever works there does not see them on the map.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

import numpy as np
import shapely
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor
from lastmeter.grid import followers, keeping, locate, scope
from lastmeter.grid.coverage.gaps import Gap, Row
from lastmeter.grid.followers import Follower, Lying, Named
from lastmeter.grid.models import Node, Shape, Stray, lineage
from lastmeter.kit.paging import Keyset

TOUCH = 1e-6  # degrees, about 10 cm: a point on the border lies in both
AT_ONCE = 500


class NotYours(Exception):
    """The place where it belongs is not on the actor's ground, or all has changed; str() is a sentence."""


# -- Finding them ------------------------------------------------------------------------------------------------------


@transaction.atomic
def look() -> int:
    """Find all anew, and keep what has changed. Returns how many there are."""
    now = {(model, row): (path, found) for model, row, path, found in _outside()}
    known = {(each.model, each.row): each for each in Stray.objects.all()}
    same = {key for key, each in known.items() if now.get(key) == (each.path, each.found)}
    gone = [each.pk for key, each in known.items() if key not in same]
    fresh = [key for key in now if key not in same]
    for start in range(0, len(gone), AT_ONCE):
        Stray.objects.filter(pk__in=gone[start : start + AT_ONCE]).delete()
    rows = (Stray(model=model, row=row, path=now[model, row][0], found=now[model, row][1]) for model, row in fresh)
    Stray.objects.bulk_create(rows, batch_size=AT_ONCE, ignore_conflicts=True)
    return len(now)


def _outside() -> Iterator[tuple[str, int, str, str]]:
    """(model, key, path of its place, path of the place that has the position or "")."""
    drawn = _drawn()
    for model, follower in followers.registered().items():
        rows = list(follower.at_points()) if follower.at_points else []
        if rows:
            yield from ((label_of(model), row.row, path, found) for row, path, found in _astray(rows, drawn))


def _astray(rows: Sequence[Lying], drawn: dict[str, int]) -> Iterator[tuple[Lying, str, str]]:
    ids = locate.current().locate_batch([row.lon or 0.0 for row in rows], [row.lat or 0.0 for row in rows]).tolist()
    paths = _paths({*ids, *(row.node_id for row in rows)})
    doubtful = [
        (row, path, found)
        for row, found_id in zip(rows, ids, strict=True)
        for path, found in [(paths.get(row.node_id, ""), paths.get(found_id, ""))]
        if path and not (found and (path.startswith(found) or found.startswith(path))) and _own(path, drawn)
    ]
    shapes = _shapes({drawn[_own(path, drawn)] for _row, path, _found in doubtful})
    for row, path, found in doubtful:
        own = shapes[drawn[_own(path, drawn)]]
        if not shapely.dwithin(own, shapely.Point(row.lon, row.lat), TOUCH):
            yield row, path, found


def _own(path: str, drawn: dict[str, int]) -> str:
    """The nearest place of a lineage that has a polygon; "" where none has."""
    return next((each for each in lineage(path) if each in drawn), "")


def _drawn() -> dict[str, int]:
    """path → node id of every place that has a polygon."""
    return dict(Shape.objects.filter(valid_to=None).values_list("node__path", "node_id"))


def _paths(ids: set[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for some in np.array_split(sorted(ids), len(ids) // AT_ONCE + 1):
        found.update(Node.objects.filter(pk__in=some.tolist()).values_list("pk", "path"))
    return found


def _shapes(ids: set[int]) -> dict[int, shapely.Geometry]:
    found: dict[int, shapely.Geometry] = {}
    for some in np.array_split(sorted(ids), len(ids) // AT_ONCE + 1):
        rows = Shape.objects.filter(node__in=some.tolist(), valid_to=None).values_list("node_id", "wkb")
        found.update((pk, shapely.from_wkb(bytes(wkb))) for pk, wkb in rows)
    for shape in found.values():
        shapely.prepare(shape)
    return found


def label_of(model: type[Model]) -> str:
    """How a model is named in the rows."""
    return model._meta.label_lower


def follower_of(stray: Stray) -> Follower:
    """Who knows about the row."""
    return next(each for model, each in followers.registered().items() if label_of(model) == stray.model)


# -- Showing them ------------------------------------------------------------------------------------------------------


def find(paths: list[str], today: date) -> QuerySet[Stray]:
    """Those that hang on that ground."""
    return Stray.objects.filter(scope.inside(paths))


def show(strays: Sequence[Stray]) -> list[Row]:
    """Each with where it hangs and where its position is: a query for the places and one a model."""
    names = dict(Node.objects.filter(path__in=_all_paths(strays)).values_list("path", "name"))
    titles = named(strays)
    return [_row(each, titles.get((each.model, each.row)), names) for each in strays]


def named(strays: Sequence[Stray]) -> dict[tuple[str, int], Named]:
    """(model, key) → what it is called."""
    found: dict[tuple[str, int], Named] = {}
    for model, follower in followers.registered().items():
        label = label_of(model)
        keys = [each.row for each in strays if each.model == label]
        if keys and follower.named:
            found.update({(label, key): name for key, name in follower.named(keys).items()})
    return found


def _all_paths(strays: Sequence[Stray]) -> set[str]:
    return {path for each in strays for path in (each.path, each.found)}


def _row(stray: Stray, title: Named | None, names: dict[str, str]) -> Row:
    here, there = names.get(stray.path, ""), names.get(stray.found, "")
    note = _("登记在“%(here)s”，位置在“%(there)s”") if there else _("登记在“%(here)s”，位置不在任何网格里")
    told = note % {"here": here, "there": there}
    return Row(title.title if title else here, told, f"/coverage/strays/{stray.pk}/", _("核对位置"))


# -- Putting one right -------------------------------------------------------------------------------------------------


@transaction.atomic
def put_right(stray: Stray, *, by: Actor, now: datetime) -> None:
    """Let the row hang where its position is. Raises NotYours; the row is then looked at anew by the worker."""
    nodes = {node.path: node for node in Node.objects.filter(path__in=(stray.path, stray.found), valid_to=None)}
    old, new = nodes.get(stray.path), nodes.get(stray.found)
    if old is None or new is None:
        raise NotYours(_("网格刚刚调整过，请过几分钟再看。"))
    if not scope.holds(by, keeping.DRAWERS, new.path):
        raise NotYours(_("“%(name)s”不在您负责的范围内，请上一级处理。") % {"name": new.name})
    follower = follower_of(stray)
    if not Stray.objects.filter(pk=stray.pk).delete()[0] or not follower.put([stray.row], old.pk, new.pk):
        raise NotYours(_("它刚刚被别人改过，请过几分钟再看。"))
    if follower.tell is not None:
        follower.tell([stray.row], old, new, by, now)
    audit.record("stray.put_right", by=by, object_kind=stray.model, object_id=stray.row, now=now)


GAP = Gap(
    gettext_lazy("位置不在自己网格里的事项和楼栋"),
    gettext_lazy("登记在一个网格，位置却在另一个网格里或者网格外面：那里的网格员在地图上看不到。"),
    find,
    show,
    Keyset(("path", "id")),
    keeping.DRAWERS,
    keeping.LOWEST,
)
