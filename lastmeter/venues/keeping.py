"""场所的家底: venues, rooms and hours as the desk keeps them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor
from lastmeter.grid import scope
from lastmeter.grid.models import Level, Node
from lastmeter.venues.deciding import KEEPERS
from lastmeter.venues.models import Opening, Period, Space, Venue


def kept_by(actor: Actor) -> "QuerySet[Venue]":
    """The venues in use on the actor's ground."""
    inside = scope.inside(scope.grounds(actor, KEEPERS), "node__path")
    return Venue.objects.filter(inside, closed_on=None).select_related("node").order_by("node__path", "pk")


def places_of(actor: Actor, today: date) -> "QuerySet[Node]":
    """Where the actor may open a venue."""
    inside = scope.inside(scope.grounds(actor, KEEPERS))
    return Node.objects.current(today).filter(inside, level__gte=Level.TOWN, level__lte=Level.GRID).order_by("path")


@transaction.atomic
def open_venue(*, by: Actor, now: datetime, **said: Any) -> Venue:
    """Open a venue; it shows as soon as it has a room and hours."""
    made = Venue.objects.create(**said)
    audit.record("venue.open", by=by, object_kind="venue", object_id=made.pk, now=now)
    return made


@transaction.atomic
def add_space(venue: Venue, *, equipment: Sequence[Any] = (), by: Actor, now: datetime, **said: Any) -> Space:
    """Add a room, or a part of a hall that nobody has booked from now on as a whole room."""
    made = Space.objects.create(venue=venue, order=venue.spaces.count(), **said)
    made.equipment.set(equipment)
    audit.record("venue.add_space", by=by, object_kind="space", object_id=made.pk, now=now)
    return made


@transaction.atomic
def arrange_hours(
    venue: Venue,
    *,
    name: str,
    since: date,
    until: date | None,
    hours: Mapping[int, Sequence[tuple[time, time]]],
    space: Space | None = None,
    by: Actor,
    now: datetime,
) -> Period:
    """Write an arrangement of hours; without any it is a closure. Bookings that stand are not touched."""
    period = Period.objects.create(venue=venue, space=space, name=name, since=since, until=until)
    Opening.objects.bulk_create(
        Opening(period=period, day=day, opens=opens, closes=closes)
        for day, spans in hours.items()
        for opens, closes in spans
    )
    audit.record("venue.hours", by=by, object_kind="period", object_id=period.pk, now=now)
    return period


@transaction.atomic
def drop_hours(period: Period, *, by: Actor, now: datetime) -> None:
    """The arrangement holds no more; what it covered follows the others."""
    audit.record("venue.hours_dropped", by=by, object_kind="period", object_id=period.pk, now=now)
    period.delete()
