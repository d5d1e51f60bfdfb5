"""What can be done with many matters at once: who may, which cannot and why, and the act itself on a locked piece."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.clocks.models import Demand
from lastmeter.clocks.pressing import still_waits
from lastmeter.grid.models import Tenure, lineage
from lastmeter.matters import closing, dispatch, lifecycle, policy
from lastmeter.matters.catalogue import community
from lastmeter.matters.models import BulkRun, Matter, Outcome, Urgency
from lastmeter.matters.reassigning import corrections
from lastmeter.matters.steps import tell_stories
from lastmeter.matters.timing import pressing
from lastmeter.matters.together import parts
from lastmeter.matters.whistles import legs

Refusals = Callable[[Sequence[Matter], BulkRun, Actor], dict[int, str]]
CarryOut = Callable[[Sequence[Matter], BulkRun, Actor, datetime], None]


@dataclass(frozen=True, slots=True)
class BulkAct:
    """One act: its word, the ability it needs, the act of the lifecycle it follows ("" = none), what it asks.

    `refusals` says in a sentence why some matters cannot, by their ids. Only what changes rows can be undone.
    """

    name: str
    word: str | Promise
    ability: str
    follows: str
    asks: tuple[str, ...]
    carry_out: CarryOut
    refusals: Refusals = lambda _matters, _run, _by: {}
    undoable: bool = True


def _dispatch(matters: Sequence[Matter], run: BulkRun, by: Actor, now: datetime) -> None:
    dispatch.dispatch_many(matters, unit=run.unit, user=run.user, request=run.words, by=by, now=now)


def _cannot_be_given(matters: Sequence[Matter], run: BulkRun, by: Actor) -> dict[int, str]:
    """A unit must serve the place, a person must work there, and a community is not asked for what is not its duty."""
    if not run.unit and not run.user:
        return {}
    found = community.refusals(matters, unit=run.unit, user=run.user, by=by, today=timezone.localdate())
    paths = {run.unit.node.path} if run.unit else _paths_of(run.user_id)
    for each in matters:
        if not paths & set(lineage(each.dossier.path)):
            found[each.pk] = _elsewhere(run)
    return found


def _paths_of(user_id: int | None) -> set[str]:
    """Where a person holds a worker's post today."""
    held = Tenure.objects.current(timezone.localdate()).filter(user=user_id, post__role__in=policy.WORKERS)
    return set(held.filter(post__closed_on=None).values_list("post__node__path", flat=True))


def _elsewhere(run: BulkRun) -> str:
    if run.unit:
        return _("“%(unit)s”不管这个网格。") % {"unit": run.unit.name}
    return _("%(name)s在这个网格没有岗位。") % {"name": run.user.name if run.user else ""}


def _correct(matters: Sequence[Matter], run: BulkRun, by: Actor, now: datetime) -> None:
    corrections.correct_many(matters, category=run.category, urgency=_urgency(run), by=by, now=now)


def _urgency(run: BulkRun) -> Urgency | None:
    return Urgency(run.urgency) if run.urgency else None


def _same_already(matters: Sequence[Matter], run: BulkRun, _by: Actor) -> dict[int, str]:
    if not run.category_id and not run.urgency:
        return {}
    same = [each for each in matters if not corrections.differs(each, run.category, _urgency(run))]
    return {each.pk: _("已经是这样了。") for each in same}


def _close(matters: Sequence[Matter], run: BulkRun, by: Actor, now: datetime) -> None:
    ending = closing.Ending(Outcome(run.outcome), run.words, reason=run.reason)
    closing.close_many(matters, ending, by=by, now=now)


def _parts_open(matters: Sequence[Matter], _run: BulkRun, _by: Actor) -> dict[int, str]:
    keys = [each.pk for each in matters]
    blown = dict.fromkeys(legs.blown(keys), legs.still_blown())
    return dict.fromkeys(parts.untied(keys), parts.still_open()) | blown


def _archive(matters: Sequence[Matter], _run: BulkRun, by: Actor, now: datetime) -> None:
    closing.archive_many(matters, by=by, now=now)


def _not_tried(matters: Sequence[Matter], _run: BulkRun, _by: Actor) -> dict[int, str]:
    return dict.fromkeys(closing.untried(matters, now=timezone.now()), closing.not_tried())


def _urge(matters: Sequence[Matter], run: BulkRun, by: Actor, now: datetime) -> None:
    pressing.urge_many(matters, words=run.words, by=by, now=now)


def _cannot_be_urged(matters: Sequence[Matter], _run: BulkRun, _by: Actor) -> dict[int, str]:
    keys = [each.pk for each in matters]
    pressed = Demand.objects.filter(dossier__in=keys, kind=Demand.Kind.URGE, ended_at=None)
    found = dict.fromkeys(pressed.values_list("dossier", flat=True), still_waits())
    for each in matters:
        if not each.dossier.is_open or not (each.unit_id or each.handler_id):
            found[each.pk] = _("现在没有人在办，催不到谁。")
    return found


def _note(matters: Sequence[Matter], run: BulkRun, by: Actor, now: datetime) -> None:
    tell_stories([(each, run.words) for each in matters], "noted", by=by, now=now)


ACTS = (
    BulkAct("dispatch", gettext_lazy("分派"), "dispatch", "dispatch", ("to", "words"), _dispatch, _cannot_be_given),
    BulkAct("category", gettext_lazy("改类别"), "dispatch", "correct", ("category",), _correct, _same_already),
    BulkAct("urgency", gettext_lazy("改紧急程度"), "dispatch", "correct", ("urgency",), _correct, _same_already),
    BulkAct("close", gettext_lazy("办结"), "close", "close", ("outcome", "words", "reason"), _close, _parts_open),
    BulkAct("archive", gettext_lazy("归档"), "archive", "archive", (), _archive, _not_tried),
    BulkAct("urge", gettext_lazy("催办"), "urge", "", ("words",), _urge, _cannot_be_urged, undoable=False),
    BulkAct("note", pgettext_lazy("button", "加备注"), "note", "", ("words",), _note, undoable=False),
)
BY_NAME = {act.name: act for act in ACTS}


def reasons(act: BulkAct, matters: Sequence[Matter], run: BulkRun, by: Actor) -> dict[int, str]:
    """Why some of these matters cannot, as a sentence each, by their ids: a few statements for any number."""
    found = act.refusals(matters, run, by)
    for matter in matters:
        if not policy.may(by, act.ability, matter):
            found[matter.pk] = _("您在这个网格没有能做这一步的岗位。")
        elif act.follows and not lifecycle.allows(matter.profile, act.follows, matter.dossier.step):
            found[matter.pk] = _not_from_here(act, matter)
    return found


def _not_from_here(act: BulkAct, matter: Matter) -> str:
    step = _(lifecycle.BY_NAME[matter.dossier.step].word)
    return _("现在是“%(step)s”，不能“%(act)s”。") % {"step": step, "act": act.word}
