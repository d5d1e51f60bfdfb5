"""双报到, the unit's half: its branch fills a slip, the community signs it or sends it back; the unit has a receipt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor
from lastmeter.grid import posts, scope
from lastmeter.grid.models import Level, Node, Role, Unit, at_or_below, lineage
from lastmeter.kit.text import on_record
from lastmeter.notices import outbox
from lastmeter.volunteers.models import Invitation, Member, Slip

SENDERS = (Role.UNIT_HEAD, Role.UNIT_HANDLER)
RECEIVERS = (Role.SECRETARY, Role.COMMUNITY_CLERK)


class TooLate(Exception):
    """The slip is not where the act starts any more; carries a sentence to show."""


def units_of(actor: Actor) -> list[int]:
    """The units for whose branches the actor fills slips."""
    return [post.unit_id for post in scope.held(actor) if post.unit_id and post.role in SENDERS]


def concern(actor: Actor) -> bool:
    """Whether slips are anything to this person at all."""
    return bool(units_of(actor)) or scope.has_post(actor, RECEIVERS)


def receives(actor: Actor, slip: Slip) -> bool:
    """Whether the actor signs for the community, or for what it belongs to."""
    return scope.holds(actor, RECEIVERS, slip.node.path)


def visible(actor: Actor) -> "QuerySet[Slip]":
    """Slips of the actor's units and those at the places where they receive them."""
    mine = Q(unit__in=units_of(actor)) | scope.inside(scope.grounds(actor, RECEIVERS), "node__path")
    return Slip.objects.filter(mine).select_related("unit", "node", "by", "signed_by")


def communities(unit: Unit) -> "QuerySet[Node]":
    """Where a branch of this unit may report in: the communities of the place that the unit serves."""
    here = Node.objects.filter(at_or_below(unit.node.path), level=Level.COMMUNITY, valid_to=None)
    return here.order_by("path")


@transaction.atomic
def fill(
    unit: Unit,
    *,
    node: Node,
    branch: str,
    people: int,
    work: str,
    service_day: str = "",
    client_ref: str,
    by: Actor,
    now: datetime,
) -> Slip:
    """填报到单; the community is told. The same `client_ref` again is the same slip; TooLate while one is running."""
    if by.user is None or unit.pk not in units_of(by):
        raise PermissionDenied
    if known := Slip.objects.filter(by=by.user, client_ref=client_ref).first():
        return known
    made = Slip(
        unit=unit, node=node, branch=branch, people=people, work=work, service_day=service_day, by=by.user, at=now,
        client_ref=client_ref,
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise TooLate(_("本单位在这个社区已经有一张报到单；要改，先收回那一张。")) from None
    told = posts.nearest_from([node.path], node.level, RECEIVERS)[node.path]
    _tell(made, told, "filled", gettext_lazy("有支部来报到，请签收：%(branch)s"), by=by, now=now)
    return made


@transaction.atomic
def sign(slip: Slip, *, by: Actor, now: datetime) -> None:
    """社区签收; the unit has its receipt. Raises TooLate when it was signed or is over."""
    if not receives(by, slip):
        raise PermissionDenied
    waiting = Slip.objects.filter(pk=slip.pk, signed_at=None, ended_at=None)
    if not waiting.update(signed_at=now, signed_by=by.user_id):
        raise TooLate(_("已经签收，或者已经结束了。"))
    audit.record("slip.signed", by=by, object_kind="slip", object_id=slip.pk, now=now)
    _tell(slip, [slip.by_id], "signed", gettext_lazy("社区已签收报到单：%(branch)s"), by=by, now=now)


@transaction.atomic
def end(slip: Slip, *, reason: str, by: Actor, now: datetime) -> None:
    """退回 by the community, or 收回 by the unit, with the reason; members who came with it stay as they are."""
    if not receives(by, slip) and slip.unit_id not in units_of(by):
        raise PermissionDenied
    if not Slip.objects.filter(pk=slip.pk, ended_at=None).update(ended_at=now, ended_words=reason):
        raise TooLate(_("已经结束了。"))
    audit.record("slip.ended", by=by, object_kind="slip", object_id=slip.pk, now=now)
    _tell(slip, [slip.by_id], "ended", gettext_lazy("报到单已结束：%(branch)s"), by=by, now=now)


def _tell(slip: Slip, users: Sequence[int], kind: str, title: str | Promise, *, by: Actor, now: datetime) -> None:
    messages = [
        outbox.Message(
            user_id=user_id,
            kind=f"volunteers.slip_{kind}",
            title=on_record(title, branch=slip.branch),
            link=f"/volunteering/slips/{slip.pk}/",
            key=f"volunteers.slip_{kind}:{slip.pk}",
        )
        for user_id in users
        if user_id != by.user_id
    ]
    if messages:
        outbox.tell_many(messages, now=now)


@dataclass(frozen=True, slots=True)
class Served:
    """What is fed back to the unit: numbers, no names (DOMAIN 10.1: membership is shown only as agreed)."""

    members: int
    accepted: int


def served(slip: Slip) -> Served:
    """How many came with this slip, and how often they agreed to a call: two queries."""
    agreed = Invitation.objects.filter(member__slip=slip, state=Invitation.State.ACCEPTED)
    return Served(Member.objects.filter(slip=slip, until=None).count(), agreed.count())


def offered_at(node: Node) -> "QuerySet[Slip]":
    """The branches with which somebody may report in at a place: signed by its community and not over."""
    signed = Slip.objects.filter(signed_at__isnull=False, ended_at=None)
    return signed.filter(node__path__in=lineage(node.path)).order_by("branch")
