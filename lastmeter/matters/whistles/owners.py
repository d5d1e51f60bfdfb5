"""Who does what a conference decided: a unit, whoever holds a post, or one person; and who may say it is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.grid import posts, scope
from lastmeter.grid.models import Post, Tenure, Unit, lineage
from lastmeter.matters import policy
from lastmeter.matters.models import Decision, Whistle
from lastmeter.matters.whistles import rights

SHOWN = ("unit", "post__node", "post__unit", "user")


@dataclass(frozen=True, slots=True)
class Owner:
    """Exactly one of the three is set."""

    unit: Unit | None = None
    post: Post | None = None
    user: User | None = None
    note: str = ""

    @property
    def value(self) -> str:
        """What a form sends for this choice."""
        if self.unit:
            return f"unit:{self.unit.pk}"
        return f"post:{self.post.pk}" if self.post else f"user:{self.user.pk if self.user else 0}"

    @property
    def label(self) -> str:
        """Its name, with the place or the holder that tells it from others."""
        name = self.unit.name if self.unit else self.post.placed if self.post else self.user.name if self.user else ""
        return f"{name} · {self.note}" if self.note else name


def units(found: Sequence[Unit]) -> list[Owner]:
    """These units."""
    return [Owner(unit=each, note=each.node.name) for each in found]


def posts_and_people(whistle: Whistle, called: Sequence[int], today: date) -> tuple[list[Owner], list[Owner]]:
    """The posts that are held at the place or in these units, the nearest first, and who holds them: one query."""
    here = Q(post__node__path__in=lineage(whistle.matter.dossier.path)) | Q(post__unit__in=called)
    held = (
        Tenure.objects.current(today)
        .filter(here, post__closed_on=None, user__is_active=True)
        .select_related("post__node", "post__unit", "user")
        .order_by("-post__node__level", "pk")
    )
    offices: dict[int, Owner] = {}
    people: dict[int, Owner] = {}
    for each in held:
        offices.setdefault(each.post_id, Owner(post=each.post, note=each.user.name))
        people.setdefault(each.user_id, Owner(user=each.user, note=each.post.placed))
    return list(offices.values()), list(people.values())


def owes(actor: Actor, decision: Decision) -> bool:
    """Whether the actor is who does it: acts for the unit, holds the post, or is the person."""
    if decision.unit_id:
        return rights.works_for(actor, decision.unit_id)
    if decision.post_id:
        return any(each.post_id == decision.post_id for each in scope.held(actor))
    return decision.user_id == actor.user_id


def require(actor: Actor, decision: Decision) -> None:
    """Raise NotAllowed unless the actor is who does it."""
    if actor.kind != "system" and not owes(actor, decision):
        raise policy.not_allowed()


def owed_by(actor: Actor) -> Q:
    """The decisions that this actor does."""
    found = Q(user=actor.user_id)
    if mine := rights.units_of(actor):
        found |= Q(unit__in=mine)
    if held := [each.post_id for each in scope.held(actor)]:
        found |= Q(post__in=held)
    return found


def people(decision: Decision, today: date) -> list[int]:
    """Who is told about it."""
    if decision.unit_id:
        return posts.unit_people(decision.unit_id, policy.HANDLERS, today)
    if decision.post_id:
        held = Tenure.objects.current(today).filter(post=decision.post_id, user__is_active=True)
        return list(held.order_by("pk").values_list("user", flat=True))
    return [decision.user_id] if decision.user_id else []
