"""二维码牌: making one for a place or a spot of it, replacing and revoking it, and who may."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor
from lastmeter.grid import scope
from lastmeter.grid.keeping import KEEPERS
from lastmeter.grid.models import Node, Plate
from lastmeter.kit.ids import new_token


class Format(models.TextChoices):
    A4 = "a4", _("A4，一张一块")
    A6 = "a6", _("A6，一张一块")
    FOUR = "four", _("A4，一张四块，裁成 A6")
    EIGHT = "eight", _("A4，一张八块，裁成小牌")


class Revoked(Exception):
    """The plate had been revoked before, by somebody else."""


def address(plate: Plate) -> str:
    """What the plate's QR code says: an address of this site that never changes its meaning."""
    return settings.SITE_URL + reverse("plate", args=[plate.token])


def keeps(actor: Actor, path: str) -> bool:
    """Whether the actor keeps the plates of the node of that path: a clerk, secretary or head there or above."""
    return scope.holds(actor, KEEPERS, path)


def grounds(actor: Actor) -> list[int]:
    """Ids of the outermost nodes whose plates the actor keeps, by path."""
    held = {post.path: post.node_id for post in scope.reach(actor).nodes if post.role in KEEPERS}
    return [node_id for path in scope.outermost(held) if (node_id := held[path]) is not None]


@transaction.atomic
def make(nodes: Iterable[Node], *, spot: str = "", by: Actor, now: datetime) -> list[Plate]:
    """See to it that each place has a current plate for the spot ("" is the place's own); returns them by path.

    A plate that is there stays: two clerks at once get the same one, for the database keeps one a spot.
    """
    wanted = {node.pk: node for node in nodes}
    existing = Plate.objects.current().filter(spot=spot, node__in=wanted)
    missing = wanted.keys() - set(existing.values_list("node", flat=True))
    fresh = [Plate(token=new_token(), node=wanted[pk], spot=spot) for pk in sorted(missing)]
    Plate.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=500)
    plates = list(existing.select_related("node").order_by("node__path"))
    ours = {plate.token for plate in fresh}
    _record("plate.make", [plate for plate in plates if plate.token in ours], by=by, now=now)
    return plates


@transaction.atomic
def replace(plate: Plate, *, by: Actor, now: datetime) -> Plate:
    """Revoke a plate that was lost, torn or tampered with, and make the one that takes its spot. Raises Revoked."""
    revoke(plate, by=by, now=now)
    [fresh] = make([plate.node], spot=plate.spot, by=by, now=now)
    return fresh


@transaction.atomic
def revoke(plate: Plate, *, by: Actor, now: datetime) -> None:
    """Whoever scans it is told kindly and led on. Raises Revoked when that has been done before."""
    if not Plate.objects.current().filter(pk=plate.pk).update(revoked_at=now):
        raise Revoked
    _record("plate.revoke", [plate], by=by, now=now)


@transaction.atomic
def ready(nodes: Sequence[Node], *, by: Actor, now: datetime) -> list[Plate]:
    """All current plates of these places for printing, by path and spot; a place that had none gets its own."""
    made = set(Plate.objects.current().filter(node__in=nodes).values_list("node", flat=True))
    make([node for node in nodes if node.pk not in made], by=by, now=now)
    plates = Plate.objects.current().filter(node__in=nodes).select_related("node")
    return list(plates.order_by("node__path", "spot"))


def printed(plates: Sequence[Plate], *, now: datetime) -> None:
    """Note when these were printed last."""
    Plate.objects.filter(pk__in=[plate.pk for plate in plates]).update(printed_at=now)


def _record(kind: str, plates: Sequence[Plate], *, by: Actor, now: datetime) -> None:
    rows = [audit.Row(kind=kind, by=by, object_kind="plate", object_id=plate.pk, now=now) for plate in plates]
    audit.record_set(rows)
