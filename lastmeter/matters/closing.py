"""核查、办结、回访、评价、重开、归档: how a matter ends, and how it comes back."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import Actor
from lastmeter.clocks import deadlines
from lastmeter.matters import tell
from lastmeter.matters.intake import FIX
from lastmeter.matters.models import Closure, Matter, Outcome, Rating, Reply, Revisit
from lastmeter.matters.steps import Overtaken, end_assignment, lay_with, move, move_many, tell_stories, tell_story

REOPEN_KIND = "reopen"


@transaction.atomic
def verify(matter: Matter, *, by: Actor, now: datetime) -> None:
    """核查: somebody checks on the spot or with the requester whether the reply is true."""
    move(matter, "verify", by=by, now=now)
    tell_story(matter, "verifying", by=by, now=now, public=True)


@transaction.atomic
def rework(matter: Matter, *, reason: str, by: Actor, now: datetime) -> None:
    """返工: the reply does not hold; back to the handler with the reason."""
    move(matter, "rework", by=by, now=now)
    tell_story(matter, "rework", reason, by=by, now=now, unit_id=matter.unit_id)
    tell.assigned([matter], "rework", _("请再办一次"), by=by, now=now)


@transaction.atomic
def close(matter: Matter, *, outcome: Outcome, words: str = "", by: Actor, now: datetime) -> Closure:
    """办结 with an outcome: closed is not the same as solved. The last reply speaks when no words are given."""
    move(matter, "close", by=by, now=now)
    if not words:
        words = Reply.objects.filter(matter=matter).order_by("-pk").values_list("text", flat=True).first() or ""
    end_assignment(matter, now=now)
    deadlines.end(matter.pk, now=now)
    tell_story(matter, "closed", words, by=by, now=now, public=True)
    return write_closure(matter, outcome=outcome, words=words, by=by, now=now)


def write_closure(matter: Matter, *, outcome: Outcome, words: str, by: Actor, now: datetime) -> Closure:
    """The closure row and the window in which the requester may reopen, counted from this closing."""
    until = now + reopen_window(matter, now)
    Matter.objects.filter(pk=matter.pk).update(reopen_until=until)
    matter.reopen_until = until
    return Closure.objects.create(matter=matter, outcome=outcome, words=words, by_id=by.user_id, at=now)


def reopen_window(matter: Matter, now: datetime) -> timedelta:
    """How long a closed matter can be reopened: the limit row of kind "reopen" that is nearest to its place."""
    start = deadlines.Wanted(REOPEN_KIND, matter.dossier.path, now, category_id=matter.category_id)
    planned = deadlines.plan(start, deadlines.current_rules(now))
    return planned.due_at - now if planned else timedelta(0)


@transaction.atomic
def revisit(matter: Matter, *, reached: bool, solved: bool | None, words: str, by: Actor, now: datetime) -> Revisit:
    """回访 by phone or at the door. Not reached is a fact too; the matter then stays to be revisited."""
    if reached:
        move(matter, "revisit", by=by, now=now)
    kind = "revisited" if reached else "not_reached"
    tell_story(matter, kind, words, by=by, now=now)
    return Revisit.objects.create(
        matter=matter, reached=reached, solved=solved if reached else None, words=words, by_id=by.user_id, at=now
    )


@transaction.atomic
def rate(matter: Matter, *, score: Rating.Score, solved: bool, words: str, by: Actor, now: datetime) -> Rating:
    """评价 by the requester, once; what is not solved can then be reopened."""
    move(matter, "rate", by=by, now=now)
    tell_story(matter, "rated", words, by=by, now=now, public=True)
    rating, _made = Rating.objects.update_or_create(
        matter=matter, defaults={"score": score, "solved": solved, "words": words, "at": now}
    )
    return rating


@transaction.atomic
def reopen(matter: Matter, *, reason: str, by: Actor, now: datetime) -> None:
    """重开 by the requester inside the window; the desk and the last handler are told, a new fix clock starts.

    Raises Overtaken when the window is over.
    """
    if matter.reopen_until is None or now > matter.reopen_until:
        raise Overtaken(_("已过重开期限。问题还在的话，请重新上报一件，我们会看到前一件。"))
    move(matter, "reopen", by=by, now=now)
    Closure.objects.filter(matter=matter, reopened_at=None).update(reopened_at=now)
    deadlines.start(
        matter.pk,
        [
            deadlines.Wanted(
                FIX,
                matter.dossier.path,
                now,
                profile=matter.profile,
                category_id=matter.category_id,
                urgency=matter.urgency,
            )
        ],
        now=now,
    )
    tell_story(matter, "reopened", reason, by=by, now=now, public=True)
    tell.assigned([matter], "reopened", _("诉求人说没有解决"), by=by, now=now)
    tell.desk([matter], "reopened", _("诉求人说没有解决"), by=by, now=now)
    lay_with(matter, unit_id=None, user_id=None)


@transaction.atomic
def withdraw(matter: Matter, *, reason: str, by: Actor, now: datetime) -> None:
    """撤回 by the requester before anybody handles it."""
    move(matter, "withdraw", by=by, now=now)
    deadlines.end(matter.pk, now=now, void=True)
    tell_story(matter, "withdrawn", reason, by=by, now=now, public=True)


@transaction.atomic
def archive(matter: Matter, *, by: Actor, now: datetime) -> None:
    """归档: nothing more is expected of anybody."""
    move(matter, "archive", by=by, now=now)
    tell_story(matter, "archived", by=by, now=now)


@transaction.atomic
def archive_many(matters: Sequence[Matter], *, by: Actor, now: datetime) -> None:
    """`archive` for matters whose rows the caller holds locked, each allowed and ended. Raises Overtaken."""
    move_many(matters, "archive", now=now)
    tell_stories(matters, "archived", by=by, now=now)
