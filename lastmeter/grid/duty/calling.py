"""现在呼叫: who is offered to somebody who needs a person now, what nobody answered, and following that up."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.grid import posts, scope
from lastmeter.grid.duty import rosters
from lastmeter.grid.keeping import DRAWERS
from lastmeter.grid.models import Call, CallAttempt, Level, Node, Role, Tenure, lineage
from lastmeter.kit.text import on_record
from lastmeter.kit.zhtime import CHINA
from lastmeter.notices import outbox

TOLD = (Role.GRID_HEAD, Role.SECRETARY)
LONGEST = timedelta(minutes=30)  # of a call whose end nobody tells us
MOST_PEOPLE = 12


@dataclass(frozen=True, slots=True)
class Callee:
    """Somebody in the line of a call."""

    user: User
    place: str
    on_duty: bool
    phone: str


def line(node: Node, at: datetime) -> list[Callee]:
    """Whom to call, in order: on duty here, on duty above, then the posts with a public number, nearest first."""
    found: dict[int, Callee] = {}
    for callee in [*_on_duty(node, at), *_by_post(node, at)]:
        found.setdefault(callee.user.pk, callee)
    return list(found.values())[:MOST_PEOPLE]


def _on_duty(node: Node, at: datetime) -> Iterator[Callee]:
    for people in rosters.duty_up(node, at):
        for each in people:
            if each.phone:
                yield Callee(each.user, each.roster.node.name, True, each.phone)


def _by_post(node: Node, at: datetime) -> Iterator[Callee]:
    chain = lineage(node.path)
    tenures = (
        Tenure.objects.current(at.astimezone(CHINA).date())
        .filter(post__node__path__in=chain, post__node__level__gte=Level.TOWN, post__closed_on=None)
        .filter(post__role__in=rosters.CALLABLE, user__is_active=True)
        .exclude(post__public_phone="")
        .select_related("user", "post__node")
    )

    def rank(tenure: Tenure) -> tuple[int, int, int]:
        return chain.index(_path(tenure)), rosters.CALLABLE.index(Role(tenure.post.role)), tenure.pk

    for each in sorted(tenures, key=rank):
        yield Callee(each.user, each.post.node.name if each.post.node else "", False, each.post.public_phone)


def _path(tenure: Tenure) -> str:
    return tenure.post.node.path if tenure.post.node else ""


@transaction.atomic
def start(node: Node, *, ref: str, now: datetime) -> Call:
    """Begin a call for a place; the same `ref` (random, made with the page) gives the same call."""
    Call.objects.bulk_create([Call(node=node, ref=ref, started_at=now)], ignore_conflicts=True)
    call = Call.objects.select_for_update().get(ref=ref)
    if call.node_id == node.pk and not call.attempts.exists():
        made = CallAttempt.objects.bulk_create(
            CallAttempt(
                call=call, position=at, user=each.user, place=each.place[:100], on_duty=each.on_duty, phone=each.phone
            )
            for at, each in enumerate(line(node, now))
        )
        if not made:  # nobody has a number: the place itself did not answer
            _over(Call.objects.filter(pk=call.pk), Call.Outcome.UNANSWERED, now)
            Call.objects.filter(pk=call.pk).update(missed=1)
            _tell(call, now)
    return call


@transaction.atomic
def pass_on(call: Call, *, position: int, now: datetime) -> None:
    """Whoever stands at `position` did not answer: a fact of its own; the next is on. A second tap does nothing."""
    running = Call.objects.filter(pk=call.pk, outcome=Call.Outcome.RUNNING, position=position)
    if not running.update(position=F("position") + 1, missed=F("missed") + 1):
        return
    CallAttempt.objects.filter(call=call, position=position).update(unanswered_at=now)
    if not CallAttempt.objects.filter(call=call, position=position + 1).exists():
        Call.objects.filter(pk=call.pk).update(outcome=Call.Outcome.UNANSWERED, ended_at=now)
    _tell(call, now)


def answer(call: Call, *, now: datetime) -> None:
    """Somebody answered: the call is over."""
    _over(Call.objects.filter(pk=call.pk), Call.Outcome.ANSWERED, now)


def lapse(now: datetime) -> int:
    """End the calls of which nobody said how they went; returns how many."""
    return _over(Call.objects.filter(started_at__lt=now - LONGEST), Call.Outcome.ABANDONED, now)


def _over(calls: "QuerySet[Call]", outcome: Call.Outcome, now: datetime) -> int:
    return calls.filter(outcome=Call.Outcome.RUNNING).update(outcome=outcome, ended_at=now)


def leave_phone(call: Call, phone: str) -> bool:
    """Keep the number at which the caller wants to be rung back; it is gone when the call is followed up."""
    kept = Call.objects.filter(pk=call.pk, missed__gt=0, followed_up_at=None)
    return bool(kept.update(phone=phone))


def _tell(call: Call, now: datetime) -> None:
    """The heads of the place learn of it, once for a call, at night too: somebody may need help."""
    holders = posts.holders_of([call.node.path], TOLD, now.astimezone(CHINA).date())[call.node.path]
    outbox.tell(
        holders[:3],
        kind="duty",
        title=on_record(_("%(place)s有电话没人接"), place=call.node.name),
        words=on_record(_("有人从公开页呼叫值班，没有接通。请看是谁的班，并回访。")),
        link="/calls/",
        key=f"call:{call.pk}",
        urgent=True,
        now=now,
    )


def to_follow_up(actor: Actor) -> "QuerySet[Call]":
    """The calls on the actor's ground that somebody did not answer and nobody has followed up, oldest first."""
    missed = Call.objects.filter(missed__gt=0, followed_up_at=None)
    return missed.filter(_ground(actor)).select_related("node").order_by("pk")


def followed_up(actor: Actor) -> "QuerySet[Call]":
    """The calls on the actor's ground that were followed up, newest first."""
    done = Call.objects.filter(missed__gt=0, followed_up_at__isnull=False)
    return done.filter(_ground(actor)).select_related("node", "followed_up_by").order_by("-pk")


def _ground(actor: Actor) -> Q:
    return scope.inside(scope.grounds(actor, DRAWERS), "node__path")


@transaction.atomic
def follow_up(call: Call, *, words: str, by: Actor, now: datetime) -> bool:
    """Write down what came of it; the number left by the caller is erased. False when somebody was quicker."""
    done = Call.objects.filter(pk=call.pk, followed_up_at=None).update(
        followed_up_at=now, followed_up_by=by.user, words=words[:300], phone=None
    )
    if done:
        audit.record("call.follow_up", by=by, object_kind="call", object_id=call.pk, now=now)
    return bool(done)
