"""move(): the one compare-and-set by which a matter changes its step. Two clerks cannot both win."""

from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext as _

from lastmeter.accounts.actors import Actor
from lastmeter.clocks import deadlines
from lastmeter.dossiers import events
from lastmeter.dossiers.models import Dossier, Event
from lastmeter.matters import lifecycle, policy, promises
from lastmeter.matters.models import Assignment, Matter, Objection, Part
from lastmeter.matters.talking import telling


class Overtaken(Exception):
    """Somebody else was faster, or the matter is no longer where this act starts; carries a sentence to show."""


def move(matter: Matter, act: str, *, by: Actor, now: datetime) -> None:
    """Carry a matter along one row of its profile's table, with the promises that begin and end there.

    Raises NotAllowed when the actor may not, Overtaken when the profile has no such act or the step is not one the act
    starts from (any more). Must run inside the act's transaction, before its other rows.
    """
    transition = lifecycle.row(matter.profile, act)
    if transition is None:
        raise Overtaken(_no_such_act(matter, act))
    if transition.who != "requester":
        policy.require(by, transition.who, matter)
    change: dict[str, object] = {"updated_at": now, "version": F("version") + 1}
    if transition.after:
        after = lifecycle.BY_NAME[transition.after]
        change |= {"step": after.name, "is_open": after.open}
    if not Dossier.objects.filter(pk=matter.pk, step__in=transition.before).update(**change):
        raise Overtaken(_overtaken(matter, transition))
    if transition.after:
        matter.dossier.step, matter.dossier.is_open = after.name, after.open
        _leave_behind(matter, transition, now=now)
    promises.follow(matter, transition, now=now)


# Acts that decide an objection themselves; what else waits for a decision is settled by their own hand.
DECIDING = ("award", "grant_transfer")


def _leave_behind(matter: Matter, transition: lifecycle.Transition, *, now: datetime) -> None:
    """What no longer waits for anybody once the matter has moved on: objections, and at the end parts of the work."""
    from_handler = set(transition.before) & set(lifecycle.WITH_HANDLER)
    taken_away = from_handler and transition.after not in (lifecycle.SIGNED, lifecycle.HANDLING)
    if taken_away and transition.act not in DECIDING:
        lapse_objections(matter, now=now)
    if not matter.dossier.is_open and set(transition.before) & set(lifecycle.OPEN):
        Part.objects.filter(matter=matter, ended_at=None).update(ended_at=now, cancelled=True)


def lapse_objections(matter: Matter, *, now: datetime) -> None:
    """End what still waits for a decision: the matter has gone on without one."""
    open_ones = Objection.objects.filter(matter=matter, decided_at=None)
    if open_ones.update(verdict=Objection.Verdict.LAPSED, decided_at=now):
        deadlines.end(matter.pk, [promises.DISPUTE, promises.TRANSFER], now=now, void=True)


def _no_such_act(matter: Matter, act: str) -> str:
    return _("“%(profile)s”流程里没有“%(act)s”这一步。") % {
        "profile": _(lifecycle.PROFILE[matter.profile].word),
        "act": _(lifecycle.word(act)),
    }


def _overtaken(matter: Matter, transition: lifecycle.Transition) -> str:
    step = Dossier.objects.values_list("step", flat=True).get(pk=matter.pk)
    return _("这件事现在是“%(step)s”，不能再“%(act)s”：可能刚有人处理过，请看下面的经过。") % {
        "step": _(lifecycle.BY_NAME[step].word),
        "act": _(transition.word),
    }


def tell_story(
    matter: Matter,
    kind: str,
    words: str = "",
    *,
    by: Actor,
    now: datetime,
    public: bool = False,
    unit_id: int | None = None,
) -> Event:
    """Record what happened in the timeline; the requester is told of what is public, where there are words for it."""
    happened = events.Happened(matter.pk, f"matter.{kind}", words, public=public, unit_id=unit_id)
    event = events.record(happened, by=by, now=now)
    if public:
        telling.tell(matter, kind, words, by=by, now=now)
    return event


def lay_with(matter: Matter, *, unit_id: int | None, user_id: int | None) -> None:
    """Write whose turn it is on the matter itself, for lists."""
    Matter.objects.filter(pk=matter.pk).update(unit=unit_id, handler=user_id)
    matter.unit_id, matter.handler_id = unit_id, user_id


def end_assignment(matter: Matter, *, now: datetime) -> None:
    """End the open assignment, if any."""
    Assignment.objects.filter(matter=matter, ended_at=None).update(ended_at=now)
