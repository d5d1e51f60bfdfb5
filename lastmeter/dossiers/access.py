"""Who sees which dossier: scope or participation, and nothing else. `visible_to(actor)` is the only way in."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from lastmeter.accounts.actors import Actor
from lastmeter.dossiers import facets
from lastmeter.dossiers.models import Access
from lastmeter.grid import scope
from lastmeter.kit import bulk


def branches(actor: Actor, prefix: str = "") -> list[Q]:
    """One condition per indexed branch; lists read each branch by itself and merge, instead of one OR.

    `prefix` is the lookup from the listed model to its dossier ("dossier__" or "").
    """
    return [*in_scope(actor, prefix), *taking_part(actor, prefix)]


def in_scope(actor: Actor, prefix: str = "") -> list[Q]:
    """The branches of the places where the actor holds posts; closed circles are in none of them."""
    return [condition & Q(**{f"{prefix}closed_circle": False}) for condition in scope.scope_filters(actor, prefix)]


def taking_part(actor: Actor, prefix: str = "") -> list[Q]:
    """The branch of what the actor, a unit or a post of theirs takes part in; none for a visitor."""
    if actor.user is None:
        return []
    held = scope.held(actor)
    if facets.available() and not prefix:
        return [Q(facets.Holds("takers", _words(actor)))]
    mine = Q(user=actor.user_id)
    if units := [each.unit_id for each in held if each.unit_id]:
        mine |= Q(unit__in=units)
    if posts := [each.post_id for each in held]:
        mine |= Q(post__in=posts)
    return [Q(**{f"{prefix}pk__in": Access.objects.filter(mine, until=None).values("dossier")})]


def visible(actor: Actor, prefix: str = "") -> Q:
    """All branches as one condition: for looking up single dossiers by key, never for lists."""
    condition = Q(pk__in=[])
    for branch in branches(actor, prefix):
        condition |= branch
    return condition


def _words(actor: Actor) -> list[str]:
    """How migrations/0003_facets writes this person, their units and their posts among the takers of a dossier."""
    held = scope.held(actor)
    units = [f"n:{each.unit_id}" for each in held if each.unit_id]
    return [f"h:{actor.user_id}", *units, *(f"p:{each.post_id}" for each in held)]


def grant_units(dossier_id: int, unit_ids: Sequence[int], *, role: str, now: datetime) -> None:
    """Let units take part; a unit that already does stays as it is."""
    Access.objects.bulk_create(
        [Access(dossier_id=dossier_id, unit_id=unit_id, role=role, since=now) for unit_id in unit_ids],
        ignore_conflicts=True,
    )


def grant_user(dossier_id: int, user_id: int, *, role: str, now: datetime) -> None:
    """Let a person take part; somebody who already does stays as they are."""
    Access.objects.bulk_create(
        [Access(dossier_id=dossier_id, user_id=user_id, role=role, since=now)], ignore_conflicts=True
    )


def grant_many(
    dossier_ids: Sequence[int], *, unit_id: int | None = None, user_id: int | None = None, role: str, now: datetime
) -> None:
    """Let a unit or a person take part in many dossiers; where they do already it stays as it is."""
    rows = [Access(dossier_id=pk, unit_id=unit_id, user_id=user_id, role=role, since=now) for pk in dossier_ids]
    bulk.create(Access, rows, skip=True)


def withdraw(dossier_id: int, *, now: datetime, unit_id: int | None = None, user_id: int | None = None) -> None:
    """End the participation of a unit or a person that a dossier was sent back by or taken from."""
    who = Q(unit=unit_id) if unit_id else Q(user=user_id)
    Access.objects.filter(who, dossier=dossier_id, until=None).update(until=now)
