"""move(): the one compare-and-set by which a matter changes its step. Two clerks cannot both win."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext as _

from lastmeter.accounts.actors import Actor
from lastmeter.clocks import deadlines
from lastmeter.dossiers import events
from lastmeter.dossiers.models import Dossier, Event
from lastmeter.kit.ids import pretty
from lastmeter.matters import lifecycle, policy, promises
from lastmeter.matters.events import holding
from lastmeter.matters.models import Assignment, Matter, Objection, Part
from lastmeter.matters.talking import telling
from lastmeter.matters.whistles import legs


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
    if not _carry([matter], transition, now=now):
        raise Overtaken(_overtaken(matter, transition))


def move_many(matters: Sequence[Matter], act: str, *, now: datetime) -> None:
    """`move` for many, in a few statements. Who may is checked by the caller, who holds the rows locked.

    Raises Overtaken, with nothing moved that is kept, when one of them is not where the act starts.
    """
    for profile in sorted({each.profile for each in matters}):
        those = [each for each in matters if each.profile == profile]
        transition = lifecycle.row(profile, act)
        if transition is None:
            raise Overtaken(_no_such_act(those[0], act))
        if not _carry(those, transition, now=now):
            raise Overtaken(_("刚有人处理过其中的事项。"))


def _carry(matters: Sequence[Matter], transition: lifecycle.Transition, *, now: datetime) -> bool:
    """Matters of one flow along one row of its table; False when one of them is not where it starts."""
    change: dict[str, object] = {"updated_at": now, "version": F("version") + 1}
    if transition.after:
        after = lifecycle.BY_NAME[transition.after]
        change |= {"step": after.name, "is_open": after.open}
    keys = [each.pk for each in matters]
    standing = Dossier.objects.filter(holding.free(transition), pk__in=keys, step__in=transition.before)
    if standing.update(**change) != len(matters):
        return False
    if transition.after:
        for matter in matters:
            matter.dossier.step, matter.dossier.is_open = after.name, after.open
        _leave_behind(matters, transition, now=now)
    promises.follow(matters, transition, now=now)
    return True


# Acts that decide an objection themselves; what else waits for a decision is settled by their own hand.
DECIDING = ("award", "grant_transfer")


def _leave_behind(matters: Sequence[Matter], transition: lifecycle.Transition, *, now: datetime) -> None:
    """What no longer waits for anybody once matters have moved on: objections, and at the end parts of the work."""
    keys = [each.pk for each in matters]
    from_handler = set(transition.before) & set(lifecycle.WITH_HANDLER)
    taken_away = from_handler and transition.after not in (lifecycle.SIGNED, lifecycle.HANDLING)
    if taken_away and transition.act not in DECIDING:
        lapse_objections(keys, now=now)
    if not lifecycle.BY_NAME[transition.after].open and set(transition.before) & set(lifecycle.OPEN):
        Part.objects.filter(matter__in=keys, ended_at=None).update(ended_at=now, cancelled=True)
        legs.void(keys, now=now)


def lapse_objections(matter_ids: Sequence[int], *, now: datetime) -> None:
    """End what still waits for a decision: the matters have gone on without one."""
    open_ones = Objection.objects.filter(matter__in=matter_ids, decided_at=None)
    if open_ones.update(verdict=Objection.Verdict.LAPSED, decided_at=now):
        deadlines.end_many(matter_ids, [promises.DISPUTE, promises.TRANSFER], now=now, void=True)
        deadlines.refresh(matter_ids)


def _no_such_act(matter: Matter, act: str) -> str:
    return _("“%(profile)s”流程里没有“%(act)s”这一步。") % {
        "profile": _(lifecycle.PROFILE[matter.profile].word),
        "act": _(lifecycle.word(act)),
    }


def _overtaken(matter: Matter, transition: lifecycle.Transition) -> str:
    step = Dossier.objects.values_list("step", flat=True).get(pk=matter.pk)
    event = holding.holder(matter.pk) if step in transition.before else None
    if event and event.lead_id == matter.pk:
        return _("这件事牵头事件 %(number)s：还有人没有得到答复，请在事件页面逐一答复后一起办结。") % {
            "number": pretty(event.number)
        }
    if event:
        return _("这件事在事件 %(number)s 里一起办，跟着牵头事项走；要单独办，先把它移出事件。") % {
            "number": pretty(event.number)
        }
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
    return tell_stories([(matter, words)], kind, by=by, now=now, public=public, unit_id=unit_id)[0]


def tell_stories(
    said: Sequence[tuple[Matter, str]],
    kind: str,
    *,
    by: Actor,
    now: datetime,
    public: bool = False,
    unit_id: int | None = None,
) -> list[Event]:
    """`tell_story` for many matters, each with its words."""
    happened = [
        events.Happened(matter.pk, f"matter.{kind}", words, public=public, unit_id=unit_id) for matter, words in said
    ]
    recorded = events.record_many(happened, by=by, now=now)
    if public:
        telling.tell_many(said, kind, by=by, now=now)
    return recorded


def lay_with(matters: Sequence[Matter], *, unit_id: int | None, user_id: int | None) -> None:
    """Write whose turn it is on the matters themselves, for lists."""
    Matter.objects.filter(pk__in=[each.pk for each in matters]).update(unit=unit_id, handler=user_id)
    for matter in matters:
        matter.unit_id, matter.handler_id = unit_id, user_id


def end_assignment(matters: Sequence[Matter], *, now: datetime) -> None:
    """End the open assignments, if any."""
    Assignment.objects.filter(matter__in=[each.pk for each in matters], ended_at=None).update(ended_at=now)
