"""活动列表: what is held near a place, and what somebody may arrange; each page is a query or two."""

from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from lastmeter.accounts.actors import Actor
from lastmeter.grid import scope
from lastmeter.grid.models import Level, Node
from lastmeter.occasions.arranging import ARRANGERS
from lastmeter.occasions.models import Occasion, SignUp


def near(place: Node | None, now: datetime) -> "QuerySet[Occasion]":
    """What is to come in the street of the place, and what is held for a larger place it lies in; all for None."""
    rows = Occasion.objects.to_come(now).select_related("node")
    return rows if place is None else rows.filter(scope.around(place, "node__path"))


def arranged_by(actor: Actor) -> "QuerySet[Occasion]":
    """What is held on the ground of the actor's posts, with how many wait and came."""
    inside = scope.inside(scope.grounds(actor, ARRANGERS), "node__path")
    return Occasion.objects.filter(inside).select_related("node").annotate(
        waiting=Count("signups", filter=Q(signups__state=SignUp.State.WAITING)),
        came=Count("signups", filter=Q(signups__state=SignUp.State.CAME)),
    )  # fmt: skip


def places_of(actor: Actor, today: date) -> "QuerySet[Node]":
    """The places for which the actor may hold something, grids and larger."""
    inside = scope.inside(scope.grounds(actor, ARRANGERS))
    return Node.objects.current(today).filter(inside, level__gte=Level.TOWN, level__lte=Level.GRID).order_by("path")
