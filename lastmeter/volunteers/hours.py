"""服务时长: whoever organises records it, the volunteer may doubt it, and a correction is a new record."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Sum
from django.utils.translation import gettext as _

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.grid import scope
from lastmeter.grid.models import Level, Node, lineage
from lastmeter.kit import ids
from lastmeter.volunteers import rules
from lastmeter.volunteers.models import Certificate, Invitation, Member, Stint
from lastmeter.volunteers.slips import RECEIVERS, TooLate


def records(actor: Actor, member: Member) -> bool:
    """Whether the actor records for the place where this person reported in."""
    return scope.holds(actor, RECEIVERS, member.node.path)


def to_record(actor: Actor, now: datetime) -> "QuerySet[Invitation]":
    """Who agreed to a call that has begun and has no record yet, at the actor's places."""
    here = scope.inside(scope.grounds(actor, RECEIVERS), "member__node__path")
    rows = Invitation.objects.filter(here, state=Invitation.State.ACCEPTED, call__starts_at__lte=now)
    recorded = Stint.objects.filter(member=OuterRef("member"), call=OuterRef("call"), void_at=None)
    return rows.exclude(Exists(recorded)).select_related("member__user", "call").order_by("call__starts_at", "pk")


def doubted(actor: Actor) -> "QuerySet[Stint]":
    """Records at the actor's places that the person they are about finds wrong."""
    here = scope.inside(scope.grounds(actor, RECEIVERS), "member__node__path")
    rows = Stint.objects.filter(here, void_at=None).exclude(doubt="")
    return rows.select_related("member__user", "member__node", "call").order_by("pk")


@transaction.atomic
def record(invitation: Invitation, *, starts_at: datetime, ends_at: datetime, by: Actor, now: datetime) -> Stint:
    """记时长, once for a call. Half hours that another record has already are not counted again.

    Raises TooLate when it is recorded, ValueError for a span that has not passed or does not last.
    """
    held = _held(invitation.member_id, by)
    if Stint.objects.filter(member=held, call=invitation.call_id, void_at=None).exists():
        raise TooLate(_("这一次已经记过了。"))
    return _write(held, invitation.call_id, (starts_at, ends_at), by=by, now=now)


@transaction.atomic
def correct(stint: Stint, *, starts_at: datetime, ends_at: datetime, by: Actor, now: datetime) -> Stint:
    """更正: the old record is void and names the new one. Raises TooLate when it is void already."""
    held = _held(stint.member_id, by)
    if not Stint.objects.filter(pk=stint.pk, void_at=None).update(void_at=now):
        raise TooLate(_("这一条已经更正过了。"))
    made = _write(held, stint.call_id, (starts_at, ends_at), by=by, now=now)
    Stint.objects.filter(pk=stint.pk).update(corrected_by=made)
    audit.record("stint.corrected", by=by, object_kind="stint", object_id=stint.pk, now=now)
    return made


def doubt(stint: Stint, *, words: str) -> None:
    """The volunteer says what is wrong. Raises TooLate for a record that was corrected meanwhile."""
    if not Stint.objects.filter(pk=stint.pk, void_at=None).update(doubt=words):
        raise TooLate(_("这一条已经更正过了。"))


def _held(member_id: int, by: Actor) -> Member:
    """The member's row, held: two records of one person come one after the other."""
    held = Member.objects.select_for_update(of=("self",)).select_related("node").get(pk=member_id)
    if by.user is None or not records(by, held):
        raise PermissionDenied
    if held.user_id == by.user_id:
        raise PermissionDenied  # nobody certifies themselves
    return held


def _write(member: Member, call_id: int, span: rules.Span, *, by: Actor, now: datetime) -> Stint:
    if by.user is None or span[1] <= span[0] or span[1] > now:
        raise ValueError("service is recorded when it is over")
    live = Stint.objects.filter(member=member, void_at=None)
    halves = rules.halves(span, live.values_list("starts_at", "ends_at"))
    return Stint.objects.create(
        member=member, call_id=call_id, starts_at=span[0], ends_at=span[1], halves=halves, by=by.user, at=now
    )


def of_user(user: User) -> "QuerySet[Stint]":
    """What stands of this person, the newest first."""
    rows = Stint.objects.filter(member__user=user, void_at=None)
    return rows.select_related("call", "by").order_by("-starts_at", "-pk")


def total(user: User) -> int:
    """Half hours in all."""
    return of_user(user).aggregate(n=Sum("halves"))["n"] or 0


@transaction.atomic
def certify(member: Member, *, now: datetime) -> Certificate:
    """出证明, free and at once: what is recorded by now, from the community where the person reported in.

    Raises TooLate when nothing is recorded; the same figures give the certificate that exists.
    """
    rows = list(Stint.objects.select_related("by").filter(member=member, void_at=None).order_by("starts_at"))
    halves = sum(each.halves for each in rows)
    if not halves:
        raise TooLate(_("还没有记录的服务时长。"))
    until = max(each.ends_at for each in rows)
    known = Certificate.objects.filter(member=member, halves=halves, until=until).order_by("-pk").first()
    community = Node.objects.filter(path__in=lineage(member.node.path), level__lte=Level.COMMUNITY).order_by("-level")
    return known or Certificate.objects.create(
        number=ids.new_matter_number(), member=member, name=member.user.name, node=community.first() or member.node,
        halves=halves, since=rows[0].starts_at, until=until, handler=rows[-1].by.name, at=now,
    )  # fmt: skip


def holds(certificate: Certificate) -> bool:
    """Whether the records still say as much as the certificate: a correction downwards takes its word back."""
    if certificate.member_id is None:
        return False
    rows = Stint.objects.filter(member=certificate.member_id, void_at=None, ends_at__lte=certificate.until)
    return (rows.aggregate(n=Sum("halves"))["n"] or 0) >= certificate.halves
