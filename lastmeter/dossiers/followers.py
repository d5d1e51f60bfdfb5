"""Dossiers follow their ground: counted by node, moved with all their place columns. `node_then` never moves."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import Actor
from lastmeter.dossiers import events
from lastmeter.dossiers.models import Dossier
from lastmeter.grid import scope
from lastmeter.grid.followers import Follower, Keys, Lying, Named
from lastmeter.grid.models import Node
from lastmeter.kit.ids import pretty
from lastmeter.kit.text import on_record


def count(node_ids: list[int]) -> dict[int, int]:
    """node id → open dossiers lying at it: one query."""
    rows = Dossier.objects.filter(node__in=node_ids, is_open=True).values("node").annotate(n=Count("pk"))
    return {row["node"]: row["n"] for row in rows}


def lying(node_ids: list[int]) -> Iterable[Lying]:
    """Every dossier at these nodes, open or not, with its position."""
    rows = Dossier.objects.filter(node__in=node_ids).values_list("pk", "node", "lon", "lat")
    return map(Lying._make, rows.iterator(chunk_size=5000))


def put(keys: Keys, old: int, new: int) -> int:
    """Move those of the dossiers that lie at `old` to `new` with all their columns: one UPDATE; returns how many."""
    columns = scope.places_columns([new])[new].fields()
    del columns["node_then_id"]
    return Dossier.objects.filter(node=old, pk__in=keys).update(**columns)


def work(node_ids: list[int], since: datetime) -> dict[int, int]:
    """node id → dossiers opened there since that moment, closed ones too: one query."""
    rows = Dossier.objects.filter(node__in=node_ids, opened_at__gte=since).values("node").annotate(n=Count("pk"))
    return {row["node"]: row["n"] for row in rows}


def written(node_id: int, beginnings: Sequence[str]) -> Iterable[tuple[int, str]]:
    """(key, place as it is written) of the open dossiers at the node whose place begins so: one query."""
    begins = reduce(or_, (Q(place__startswith=each) for each in beginnings), Q(pk__in=[]))
    return Dossier.objects.filter(begins, node=node_id, is_open=True).values_list("pk", "place")


def tell(keys: Sequence[int], old: Node, new: Node, by: Actor, now: datetime) -> None:
    """Write into the story of each of these dossiers that its place has been put right: a set of statements for all."""
    words = on_record(_("从“%(old)s”改到“%(new)s”：它在那里。"), old=old.name, new=new.name)
    rows = Dossier.objects.filter(pk__in=keys).values_list("pk", "kind")
    events.write_many([events.Happened(pk, f"{kind}.placed", words) for pk, kind in rows], by=by, now=now)


def at_points() -> Iterable[Lying]:
    """The open dossiers with a position; those of a closed circle are nobody else's business."""
    rows = Dossier.objects.filter(is_open=True, closed_circle=False, lon__isnull=False, lat__isnull=False)
    return map(Lying._make, rows.values_list("pk", "node", "lon", "lat").iterator(chunk_size=5000))


def named(keys: Sequence[int]) -> dict[int, Named]:
    """Each with its number and title, and its page."""
    rows = Dossier.objects.filter(pk__in=keys).values_list("pk", "number", "title")
    return {pk: Named(f"{pretty(number)} {title}", f"/matters/{number}/") for pk, number, title in rows}


FOLLOWER = Follower(_("未结案卷"), count, lying, put, work, written, tell, at_points, named)
