"""Dossiers follow their ground: counted by node, moved with all their place columns. `node_then` never moves."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from lastmeter.dossiers.models import Dossier
from lastmeter.grid import scope
from lastmeter.grid.followers import Follower


def count(node_ids: list[int]) -> dict[int, int]:
    """node id → open dossiers lying at it: one query."""
    rows = Dossier.objects.filter(node__in=node_ids, is_open=True).values("node").annotate(n=Count("pk"))
    return {row["node"]: row["n"] for row in rows}


def move(moves: Mapping[int, int]) -> int:
    """Move all dossiers from old nodes to new ones, one UPDATE a node; returns how many moved."""
    places = scope.places_columns(moves.values())
    moved = 0
    for old, new in moves.items():
        columns = places[new].fields()
        del columns["node_then_id"]
        moved += Dossier.objects.filter(node=old).update(**columns)
    return moved


def work(node_ids: list[int], since: datetime) -> dict[int, int]:
    """node id → dossiers opened there since that moment, closed ones too: one query."""
    rows = Dossier.objects.filter(node__in=node_ids, opened_at__gte=since).values("node").annotate(n=Count("pk"))
    return {row["node"]: row["n"] for row in rows}


FOLLOWER = Follower(label=_("未结案卷"), count=count, move=move, work=work)
