"""挂账: explained in writing, approved by the desk above, reviewed on its day, lifted; the next step is public."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import Actor
from lastmeter.clocks import suspending
from lastmeter.clocks.models import Suspension
from lastmeter.clocks.suspending import Explanation
from lastmeter.kit.text import on_record
from lastmeter.kit.zhtime import closing
from lastmeter.matters import policy
from lastmeter.matters.models import Matter
from lastmeter.matters.reckoning import PUBLIC
from lastmeter.matters.steps import tell_story
from lastmeter.matters.talking import tell
from lastmeter.matters.timing import rights
from lastmeter.matters.timing.sentences import joined, moved_to, on_date


@transaction.atomic
def ask(matter: Matter, given: Explanation, *, by: Actor, now: datetime) -> Suspension:
    """Explain why it cannot be settled now. Raises NotNow when it is asked for or on the ledger already."""
    policy.require(by, "suspend", matter)
    level = rights.asking_level(by, matter)
    asked = suspending.ask(matter.pk, given, level=level, by=by, now=now)
    why = on_record(_("申请挂账：%(reason)s。"), reason=asked.get_reason_display())
    condition = on_record(_("解除条件：%(condition)s"), condition=given.condition)
    tell_story(matter, "suspend_asked", joined(why, given.words, condition), by=by, now=now, unit_id=matter.unit_id)
    tell.desk_above(matter, level, "suspend_asked", _("申请挂账，请批复"), by=by, now=now)
    return asked


@transaction.atomic
def decide(matter: Matter, asked: Suspension, *, approve: bool, words: str = "", by: Actor, now: datetime) -> None:
    """Put it on the ledger or refuse. Raises NotNow when it was decided or is no longer needed."""
    rights.require(rights.may_decide(by, matter, asked_level=asked.level))
    suspending.decide(asked, approve=approve, kinds=PUBLIC, words=words, by=by, now=now)
    if approve:
        why = on_record(_("暂时办不了，先挂账：%(reason)s。"), reason=asked.get_reason_display())
        story = joined(why, _next_step(asked.next_step), _looked_at(asked.review_on))
        tell_story(matter, "suspended", story, by=by, now=now, public=True, unit_id=asked.unit_id)
        if words:  # the desk's words to the handler are not for the requester
            tell_story(matter, "decided", words, by=by, now=now)
    else:
        tell_story(matter, "suspend_refused", words, by=by, now=now)
    title = _("挂账已同意") if approve else _("挂账不同意")
    tell.person(matter, asked.asked_by_id, "suspend_decided", title, by=by, now=now)


@transaction.atomic
def review(matter: Matter, running: Suspension, *, next_on: date, next_step: str, by: Actor, now: datetime) -> None:
    """复核: it stays on the ledger until the next day. Raises NotNow when it is no longer on it."""
    rights.require(rights.may_decide(by, matter, asked_level=running.level))
    suspending.review(running, next_on=next_on, next_step=next_step, by=by, now=now)
    story = joined(_next_step(next_step), _looked_at(next_on))
    tell_story(matter, "suspension_reviewed", story, by=by, now=now, public=True)
    tell.assigned([matter], "suspension_reviewed", _("挂账已复核"), by=by, now=now)


@transaction.atomic
def lift(matter: Matter, running: Suspension, *, words: str, by: Actor, now: datetime) -> None:
    """解除: the clocks go on with their remainder. Raises NotNow when it is no longer on the ledger."""
    rights.require(rights.may_decide(by, matter, asked_level=running.level))
    moved = suspending.lift(running, by=by, now=now)
    tell_story(matter, "suspension_lifted", joined(words, moved_to(moved)), by=by, now=now, public=True)
    tell.assigned([matter], "suspension_lifted", _("已解除挂账，请接着办"), by=by, now=now)


def _next_step(words: str) -> str:
    return on_record(_("下一步：%(step)s"), step=words)


def _looked_at(day: date) -> str:
    return on_date(_("%(date)s 前我们会再看一次。"), closing(day))
