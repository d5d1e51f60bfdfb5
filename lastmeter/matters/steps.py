"""move(): the one compare-and-set by which a matter changes its step. Two clerks cannot both win."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext as _

from lastmeter.accounts.actors import Actor
from lastmeter.dossiers import events
from lastmeter.dossiers.models import Dossier, Event
from lastmeter.matters import lifecycle, policy
from lastmeter.matters.models import Assignment, Matter


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


def move_many(matters: Sequence[Matter], act: str, *, now: datetime) -> None:
    """Carry matters along one row of the table, in one statement. Who may is checked by the caller, who holds the rows
    locked; raises Overtaken, with nothing moved that is kept, when one of them is not where the act starts."""
    transition = lifecycle.BY_ACT[act]
    after = lifecycle.BY_NAME[transition.after]
    moved = Dossier.objects.filter(pk__in=[each.pk for each in matters], step__in=transition.before).update(
        step=after.name, is_open=after.open, updated_at=now, version=F("version") + 1
    )
    if moved != len(matters):
        raise Overtaken(_("刚有人处理过其中的事项。"))
    for matter in matters:
        matter.dossier.step, matter.dossier.is_open = after.name, after.open


def tell_stories(
    matters: Sequence[Matter],
    kind: str,
    words: str = "",
    *,
    by: Actor,
    now: datetime,
    public: bool = False,
    unit_id: int | None = None,
) -> None:
    """Record the same in the timeline of each matter."""
    happened = [
        events.Happened(each.pk, f"matter.{kind}", words, public=public, unit_id=unit_id or each.unit_id)
        for each in matters
    ]
    events.record_many(happened, by=by, now=now)


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
    """Record what happened in the matter's timeline."""
    happened = events.Happened(matter.pk, f"matter.{kind}", words, public=public, unit_id=unit_id)
    return events.record(happened, by=by, now=now)


def lay_with(matter: Matter, *, unit_id: int | None, user_id: int | None) -> None:
    """Write whose turn it is on the matter itself, for lists."""
    Matter.objects.filter(pk=matter.pk).update(unit=unit_id, handler=user_id)
    matter.unit_id, matter.handler_id = unit_id, user_id


def end_assignment(matter: Matter, *, now: datetime) -> None:
    """End the open assignment, if any."""
    Assignment.objects.filter(matter=matter, ended_at=None).update(ended_at=now)
