"""核查、办结、回访、评价、重开、归档: how a matter ends, and how it comes back."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import Actor
from lastmeter.dossiers.models import Event
from lastmeter.grid.models import Level
from lastmeter.kit import bulk
from lastmeter.kit.text import on_record
from lastmeter.matters import lifecycle, policy, profiles, promises
from lastmeter.matters.models import (
    Cap,
    Cause,
    Closure,
    Matter,
    Outcome,
    Profile,
    Rating,
    Reply,
    Revisit,
)
from lastmeter.matters.steps import Overtaken, end_assignment, lay_with, move, move_many, tell_stories, tell_story
from lastmeter.matters.talking import tell
from lastmeter.matters.together import parts

REOPEN_KIND = "reopen"


@transaction.atomic
def verify(matter: Matter, *, by: Actor, now: datetime) -> None:
    """核查: somebody checks on the spot or with the requester whether the reply is true."""
    move(matter, "verify", by=by, now=now)
    tell_story(matter, "verifying", by=by, now=now, public=True)
    if matter.profile == Profile.CITY:
        tell.nearest([matter], "verify_here", _("请到现场核实"), by=by, now=now)


@transaction.atomic
def rework(matter: Matter, *, reason: str, by: Actor, now: datetime) -> None:
    """返工: the reply does not hold; back to the handler with the reason."""
    move(matter, "rework", by=by, now=now)
    tell_story(matter, "rework", reason, by=by, now=now, unit_id=matter.unit_id)
    tell.assigned([matter], "rework", _("请再办一次"), by=by, now=now)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a matter ends: closed is not the same as solved, so it says why, what lay behind it, and who decided."""

    outcome: Outcome
    words: str = ""
    cause: Cause | None = None
    reason: str = ""  # why it ends so, when it is not solved
    decided_by: str = ""  # in words, when it was not who closes
    despite: str = ""  # why it ends although parts of the work are still open


@transaction.atomic
def close(
    matter: Matter,
    *,
    outcome: Outcome,
    words: str = "",
    cause: Cause | None = None,
    reason: str = "",
    decided_by: str = "",
    despite: str = "",
    by: Actor,
    now: datetime,
) -> Closure:
    """办结 as `Ending` says. The last reply speaks when no words are given.

    Raises Overtaken while parts of the work are open and nobody says why it ends all the same.
    """
    ending = Ending(outcome, words, cause, reason, decided_by, despite)
    parts.tie_up([matter], ending.despite)
    move(matter, "close", by=by, now=now)
    return _end([matter], ending, by=by, now=now)[0]


@transaction.atomic
def close_many(matters: Sequence[Matter], ending: Ending, *, by: Actor, now: datetime) -> None:
    """`close` for matters whose rows the caller holds locked, each allowed: a few statements. Raises Overtaken."""
    parts.tie_up(matters, ending.despite)
    move_many(matters, "close", now=now)
    _end(matters, ending, by=by, now=now)


def _end(matters: Sequence[Matter], ending: Ending, *, by: Actor, now: datetime) -> list[Closure]:
    spoken = {} if ending.words else _last_replies(matters)
    endings = {each.pk: replace(ending, words=ending.words or spoken.get(each.pk, "")) for each in matters}
    end_assignment(matters, now=now)
    tell_stories([(each, endings[each.pk].words) for each in matters], "closed", by=by, now=now, public=True)
    for kind, words in (("closed_because", ending.reason), ("closed_despite", ending.despite)):
        if words:
            tell_stories([(each, words) for each in matters], kind, by=by, now=now)
    return write_closures(matters, endings, by=by, now=now)


def _last_replies(matters: Sequence[Matter]) -> dict[int, str]:
    rows = Reply.objects.filter(matter__in=[each.pk for each in matters]).order_by("pk")
    return dict(rows.values_list("matter", "text"))


def write_closure(matter: Matter, ending: Ending, *, by: Actor, now: datetime) -> Closure:
    """The closure row and the window in which the requester may reopen, counted from this closing."""
    return write_closures([matter], {matter.pk: ending}, by=by, now=now)[0]


def write_closures(
    matters: Sequence[Matter], endings: Mapping[int, Ending], *, by: Actor, now: datetime
) -> list[Closure]:
    """`write_closure` for many matters; `endings` by their ids."""
    for matter in matters:
        matter.reopen_until = promises.until(matter, REOPEN_KIND, now, now=now) or now
    bulk.update(matters, ["reopen_until"])
    return bulk.create(Closure, [_closure(matter, endings[matter.pk], by=by, now=now) for matter in matters], keys=True)


def _closure(matter: Matter, ending: Ending, *, by: Actor, now: datetime) -> Closure:
    return Closure(
        matter=matter,
        outcome=ending.outcome,
        words=ending.words,
        cause=ending.cause or "",
        reason=ending.reason,
        decided_by=ending.decided_by,
        despite=ending.despite,
        by_id=by.user_id,
        at=now,
    )


@transaction.atomic
def revisit(matter: Matter, *, reached: bool, solved: bool | None, words: str, by: Actor, now: datetime) -> Revisit:
    """回访 by phone or at the door. Not reached is a fact too; the matter then stays to be revisited.

    "Not solved" reaches handler and desk at once.
    """
    move(matter, "revisit" if reached else "miss", by=by, now=now)
    kind = "revisited" if reached else "not_reached"
    tell_story(matter, kind, words, by=by, now=now)
    if reached and solved is False:
        _not_solved(matter, by=by, now=now)
    return Revisit.objects.create(
        matter=matter, reached=reached, solved=solved if reached else None, words=words, by_id=by.user_id, at=now
    )


@transaction.atomic
def rate(matter: Matter, *, score: Rating.Score, solved: bool, words: str, by: Actor, now: datetime) -> Rating:
    """评价 by the requester, once; "not solved" reaches handler and desk at once, and it can then be reopened."""
    move(matter, "rate", by=by, now=now)
    tell_story(matter, "rated", words, by=by, now=now, public=True)
    if not solved:
        _not_solved(matter, by=by, now=now)
    rating, _made = Rating.objects.update_or_create(
        matter=matter, defaults={"score": score, "solved": solved, "words": words, "at": now}
    )
    return rating


def _not_solved(matter: Matter, *, by: Actor, now: datetime) -> None:
    tell_story(matter, "not_solved", by=by, now=now)
    tell.assigned([matter], "not_solved", _("诉求人说没有解决"), by=by, now=now)
    tell.desk([matter], "not_solved", _("诉求人说没有解决"), by=by, now=now)


@transaction.atomic
def complain(matter: Matter, *, words: str = "", by: Actor, now: datetime) -> None:
    """还没解决, said after the closing, also when the window is over: an event, and handler and desk are told.

    Raises Overtaken when it was said within a day.
    """
    move(matter, "complain", by=by, now=now)
    lately = Event.objects.filter(dossier=matter.pk, kind="matter.still_there", at__gt=now - timedelta(days=1))
    if lately.exists():
        raise Overtaken(_("已经转告承办的人和工作台了；一天说一次就行。"))
    tell_story(matter, "still_there", words, by=by, now=now, public=True)
    tell.assigned([matter], "still_there", _("诉求人说没有解决"), by=by, now=now)
    tell.desk([matter], "still_there", _("诉求人说没有解决"), by=by, now=now)


@transaction.atomic
def reopen(matter: Matter, *, reason: str = "", by: Actor, now: datetime) -> None:
    """重开 by the requester inside the window; desk and last handler are told, a new fix clock starts.

    Raises Overtaken when the window is over.
    """
    _reopen(matter, "reopen", reason, by=by, now=now)


@transaction.atomic
def reopen_for(matter: Matter, *, reason: str, by: Actor, now: datetime) -> None:
    """代为重开: the requester said on the phone or at the counter that it is not solved. As `reopen`."""
    _reopen(matter, "reopen_for", reason, by=by, now=now)


def _reopen(matter: Matter, act: str, reason: str, *, by: Actor, now: datetime) -> None:
    if matter.dossier.step in lifecycle.ENDED and (matter.reopen_until is None or now > matter.reopen_until):
        raise Overtaken(_("已过重开期限。问题还在的话，请重新上报一件，我们会看到前一件。"))
    move(matter, act, by=by, now=now)
    Closure.objects.filter(matter=matter, reopened_at=None).update(reopened_at=now)
    if matter.profile == Profile.SELF:  # from here on somebody else may have to handle it
        profiles.leave_self(matter, now=now)
    tell_story(matter, "reopened", reason, by=by, now=now, public=True)
    tell.assigned([matter], "reopened", _("诉求人说没有解决"), by=by, now=now)
    tell.desk([matter], "reopened", _("诉求人说没有解决"), by=by, now=now)
    lay_with([matter], unit_id=None, user_id=None)
    _go_up(matter, by=by, now=now)


def _go_up(matter: Matter, *, by: Actor, now: datetime) -> None:
    """Reopened more often than the owner's row allows: it lies at the desk above, whose head is told."""
    most = profiles.most(matter, Cap.Kind.REOPENINGS, now=now)
    times = Closure.objects.filter(matter=matter, reopened_at__isnull=False).count()
    if most is None or times <= most:
        return
    matter.desk_level = max(policy.TOP_DESK, matter.desk_level - 1)
    Matter.objects.filter(pk=matter.pk).update(desk_level=matter.desk_level)
    level = Level(matter.desk_level).label
    told = on_record(_("第 %(times)d 次重开，转到%(level)s。"), times=times, level=level)
    tell_story(matter, "reopened_again", told, by=by, now=now, public=True)
    tell.head_of(matter, matter.desk_level, "reopened_again", _("同一件事多次重开"), by=by, now=now)


@transaction.atomic
def withdraw(matter: Matter, *, reason: str, by: Actor, now: datetime) -> None:
    """撤回 by the requester before anybody handles it."""
    move(matter, "withdraw", by=by, now=now)
    tell_story(matter, "withdrawn", reason, by=by, now=now, public=True)


@transaction.atomic
def archive(matter: Matter, *, by: Actor, now: datetime) -> None:
    """归档: nothing more is expected of anybody.

    Raises Overtaken for a matter of the hotline that was neither revisited nor tried often enough (cap "misses").
    """
    never_reached = untried([matter], now=now)
    move(matter, "archive", by=by, now=now)
    if never_reached:
        raise Overtaken(not_tried())
    tell_story(matter, "archived", by=by, now=now)


@transaction.atomic
def archive_many(matters: Sequence[Matter], *, by: Actor, now: datetime) -> None:
    """`archive` for matters whose rows the caller holds locked, each allowed: a few statements. Raises Overtaken."""
    if untried(matters, now=now):
        raise Overtaken(not_tried())
    move_many(matters, "archive", now=now)
    tell_stories([(each, "") for each in matters], "archived", by=by, now=now)


def untried(matters: Sequence[Matter], *, now: datetime) -> set[int]:
    """Those closed matters of the hotline that were neither revisited nor tried often enough: ids."""
    asked = [each for each in matters if each.dossier.step == lifecycle.CLOSED and each.profile == Profile.HOTLINE]
    keys = [each.pk for each in asked]
    if not keys:
        return set()
    since = dict(Closure.objects.filter(matter__in=keys, reopened_at=None).values_list("matter", "at"))
    missed = Revisit.objects.filter(matter__in=keys, reached=False).values_list("matter", "at")
    times = Counter(key for key, at in missed if at >= since.get(key, at))
    most = {each.pk: profiles.most(each, Cap.Kind.MISSES, now=now) for each in asked}
    return {key for key, enough in most.items() if enough is None or times[key] < enough}


def not_tried() -> str:
    """What is said when a matter of the hotline is to be archived without a revisit."""
    return str(_("热线的事要先回访；几次都联系不上，才能不回访就归档。"))
