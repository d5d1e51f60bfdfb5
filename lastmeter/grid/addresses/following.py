"""What the address book does when the ground is redrawn: buildings, compounds and roads go to the new nodes."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lastmeter.grid import followers
from lastmeter.grid.addresses import finding, parsing
from lastmeter.grid.followers import Follower, Keys, Lying, Named
from lastmeter.grid.models import Building, Compound, NameGram, Road


def _count(node_ids: list[int]) -> dict[int, int]:
    rows = Building.objects.filter(node__in=node_ids, closed_on=None).values("node").annotate(n=Count("pk"))
    return {row["node"]: row["n"] for row in rows}


def _lying(node_ids: list[int]) -> Iterable[Lying]:
    rows = Building.objects.filter(node__in=node_ids).values_list("pk", "node", "lon", "lat")
    return map(Lying._make, rows.iterator(chunk_size=5000))


def _put(keys: Keys, old: int, new: int) -> int:
    return Building.objects.filter(node=old, pk__in=keys).update(node=new)


def _at_points() -> Iterable[Lying]:
    rows = Building.objects.filter(closed_on=None, lon__isnull=False, lat__isnull=False)
    return map(Lying._make, rows.values_list("pk", "node", "lon", "lat").iterator(chunk_size=5000))


def _named(keys: Sequence[int]) -> dict[int, Named]:
    rows = Building.objects.filter(pk__in=keys).select_related("road", "compound")
    return {each.pk: Named(finding.text_of(each), f"/addresses/buildings/{each.pk}/place/") for each in rows}


BUILDINGS = Follower(_("楼栋"), _count, _lying, _put, at_points=_at_points, named=_named)


def named(model: type[Road] | type[Compound], label: str | Promise) -> Follower:
    """The follower of roads or compounds: two towns made one may both have a 人民路."""

    def put(keys: Keys, old: int, new: int) -> int:
        rows = model._default_manager.filter(node=old, pk__in=keys).select_related("node").order_by("pk")
        return sum(_move_one(row, new) for row in rows)

    return replace(followers.of_model(model, label), put=put)


def _move_one(row: Road | Compound, node_id: int) -> int:
    """Move a road or compound; where its name is taken already it stays apart, named after where it comes from."""
    rows = type(row)._default_manager.filter(pk=row.pk)
    names = row.names.values("pk")
    NameGram.objects.filter(name__in=names).update(town=node_id)
    if not type(row)._default_manager.filter(node=node_id, key=row.key).exists():
        return rows.update(node=node_id)
    name = f"{row.name}（{row.node.name}）"[:60]
    return rows.update(node=node_id, name=name, key=(row.key + parsing.key(row.node.name))[:60])
