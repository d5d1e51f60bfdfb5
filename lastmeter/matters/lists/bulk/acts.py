"""What can be done with many matters at once: who may, which cannot and why, and the act itself on a locked piece."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.grid.models import Tenure, lineage
from lastmeter.matters import closing, dispatch, lifecycle, policy, screening
from lastmeter.matters.models import BulkRun, Matter, Outcome, Urgency
from lastmeter.matters.steps import tell_stories

Refuse = Callable[[Matter, BulkRun], str]
CarryOut = Callable[[Sequence[Matter], BulkRun, Actor, datetime], None]


@dataclass(frozen=True, slots=True)
class BulkAct:
    """One act: its word, the ability it needs, the row of the lifecycle it follows ("" = none), what it asks.

    `refuse` says in a sentence why one matter cannot ("" = it can). Only what changes rows can be undone.
    """

    name: str
    word: str | Promise
    ability: str
    follows: str
    asks: tuple[str, ...]
    carry_out: CarryOut
    refuse: Refuse = lambda _matter, _run: ""
    undoable: bool = True


def _dispatch(matters: Sequence[Matter], run: BulkRun, by: Actor, now: datetime) -> None:
    dispatch.dispatch_many(matters, unit=run.unit, user=run.user, request=run.words, by=by, now=now)


def _out_of_reach(matter: Matter, run: BulkRun) -> str:
    """A unit must serve the place, a person must work there."""
    chain = lineage(matter.dossier.path)
    if run.unit and run.unit.node.path not in chain:
        return _("“%(unit)s”不管这个网格。") % {"unit": run.unit.name}
    if run.user and not _works_at(run, chain):
        return _("%(name)s在这个网格没有岗位。") % {"name": run.user.name}
    return ""


def _works_at(run: BulkRun, chain: Sequence[str]) -> bool:
    paths: set[str] | None = run.__dict__.get("paths_of_user")  # asked once for all matters of a run
    if paths is None:
        held = Tenure.objects.current(timezone.localdate()).filter(user=run.user, post__role__in=policy.WORKERS)
        paths = set(held.filter(post__closed_on=None).values_list("post__node__path", flat=True))
        run.__dict__["paths_of_user"] = paths
    return bool(paths & set(chain))


def _classify(matters: Sequence[Matter], run: BulkRun, by: Actor, now: datetime) -> None:
    urgency = Urgency(run.urgency) if run.urgency else None
    screening.classify_many(matters, category=run.category, urgency=urgency, by=by, now=now)


def _already(matter: Matter, run: BulkRun) -> str:
    if not matter.dossier.is_open:
        return _("已经结束，不用再改。")
    same = matter.category_id == run.category_id if run.category_id else matter.urgency == run.urgency
    return _("已经是这样了。") if same and (run.category_id or run.urgency) else ""


def _close(matters: Sequence[Matter], run: BulkRun, by: Actor, now: datetime) -> None:
    for matter in matters:  # each by the act of its own page: what a closing must hold is said there and nowhere else
        closing.close(matter, outcome=Outcome(run.outcome), words=run.words, by=by, now=now)


def _archive(matters: Sequence[Matter], _run: BulkRun, by: Actor, now: datetime) -> None:
    closing.archive_many(matters, by=by, now=now)


def _urge(matters: Sequence[Matter], run: BulkRun, by: Actor, now: datetime) -> None:
    tell_stories(matters, "urged", run.words, by=by, now=now)


def _nobody(matter: Matter, _run: BulkRun) -> str:
    held = matter.dossier.is_open and (matter.unit_id or matter.handler_id)
    return "" if held else _("现在没有人在办，催不到谁。")


def _note(matters: Sequence[Matter], run: BulkRun, by: Actor, now: datetime) -> None:
    tell_stories(matters, "noted", run.words, by=by, now=now)


ACTS = (
    BulkAct("dispatch", gettext_lazy("分派"), "dispatch", "dispatch", ("to", "words"), _dispatch, _out_of_reach),
    BulkAct("category", gettext_lazy("改类别"), "dispatch", "", ("category",), _classify, _already),
    BulkAct("urgency", gettext_lazy("改紧急程度"), "dispatch", "", ("urgency",), _classify, _already),
    BulkAct("close", gettext_lazy("办结"), "close", "close", ("outcome", "words"), _close),
    BulkAct("archive", gettext_lazy("归档"), "archive", "archive", (), _archive),
    BulkAct("urge", gettext_lazy("催办"), "dispatch", "", ("words",), _urge, _nobody, undoable=False),
    BulkAct("note", pgettext_lazy("button", "加备注"), "note", "", ("words",), _note, undoable=False),
)
BY_NAME = {act.name: act for act in ACTS}


def reason(act: BulkAct, matter: Matter, run: BulkRun, by: Actor) -> str:
    """Why this matter cannot, as a sentence; "" when it can."""
    if not policy.may(by, act.ability, matter):
        return _("您在这个网格没有能做这一步的岗位。")
    if act.follows and matter.dossier.step not in lifecycle.BY_ACT[act.follows].before:
        step = _(lifecycle.BY_NAME[matter.dossier.step].word)
        return _("现在是“%(step)s”，不能“%(act)s”。") % {"step": step, "act": act.word}
    return act.refuse(matter, run)
