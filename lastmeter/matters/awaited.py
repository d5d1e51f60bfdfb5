"""What waits for this person's word: disputes to decide, wishes to hand on, parts that others asked their unit for."""

from dataclasses import dataclass

from django.db.models import Q

from lastmeter.accounts.actors import Actor
from lastmeter.grid import scope
from lastmeter.matters import policy
from lastmeter.matters.models import Objection, Part

MOST = 8


@dataclass(frozen=True, slots=True)
class Awaited:
    """At most MOST of each, the oldest first."""

    objections: list[Objection]
    parts: list[Part]


def awaited(actor: Actor) -> Awaited:
    """Two queries at most; none for what the actor's posts never decide or do."""
    return Awaited(_objections(actor), _parts(actor))


def _objections(actor: Actor) -> list[Objection]:
    deciding, answering = scope.grounds(actor, policy.DECIDERS), scope.grounds(actor, policy.DESKS)
    if not deciding and not answering:
        return []
    path = "matter__dossier__path"
    mine = Q(scope.inside(deciding, path), kind=Objection.Kind.DISPUTE)
    mine |= Q(scope.inside(answering, path), kind=Objection.Kind.TRANSFER)
    waiting = Objection.objects.filter(mine, decided_at=None, matter__dossier__closed_circle=False)
    return list(waiting.select_related("matter__dossier", "unit").order_by("at", "pk")[:MOST])


def _parts(actor: Actor) -> list[Part]:
    units = [held.unit_id for held in scope.held(actor) if held.unit_id and held.role in policy.HANDLERS]
    if not units:
        return []
    waiting = Part.objects.filter(unit__in=units, ended_at=None, matter__dossier__is_open=True)
    return list(waiting.select_related("matter__dossier").order_by("due_at", "pk")[:MOST])
