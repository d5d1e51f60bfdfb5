"""move(): the one compare-and-set by which a matter changes its step. Two clerks cannot both win."""

from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext as _

from lastmeter.accounts.actors import Actor
from lastmeter.dossiers import events
from lastmeter.dossiers.models import Dossier, Event
from lastmeter.matters import lifecycle, policy
from lastmeter.matters.models import Assignment, Matter
from lastmeter.matters.talking import telling


class Overtaken(Exception):
    """Somebody else was faster, or the matter is no longer where this act starts; carries a sentence to show."""


def move(matter: Matter, act: str, *, by: Actor, now: datetime) -> None:
    """Carry a matter along one row of the lifecycle table.

    Raises NotAllowed when the actor may not, Overtaken when the step is not one the act starts from (any more).
    Must run inside the act's transaction, before its other rows.
    """
    transition = lifecycle.BY_ACT[act]
    if transition.who != "requester":
        policy.require(by, transition.who, matter)
    after = lifecycle.BY_NAME[transition.after]
    moved = Dossier.objects.filter(pk=matter.pk, step__in=transition.before).update(
        step=after.name, is_open=after.open, updated_at=now, version=F("version") + 1
    )
    if not moved:
        raise Overtaken(_overtaken(matter, transition))
    matter.dossier.step, matter.dossier.is_open = after.name, after.open


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
