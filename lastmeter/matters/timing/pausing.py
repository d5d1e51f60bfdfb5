"""暂停与恢复: the desk lets the fix clock wait for what nobody here can hasten; the requester reads why."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import Actor
from lastmeter.clocks import pausing
from lastmeter.clocks.models import Pause
from lastmeter.matters import policy
from lastmeter.matters.models import Matter
from lastmeter.matters.promises import WORK
from lastmeter.matters.steps import tell_story
from lastmeter.matters.talking import tell
from lastmeter.matters.timing.sentences import joined, moved_to, on_date


@transaction.atomic
def pause(matter: Matter, *, reason: Pause.Reason, until: datetime, words: str = "", by: Actor, now: datetime) -> Pause:
    """Pause the fix clock. Raises NotNow when it is overdue, stands still already, or a bound is passed."""
    policy.require(by, "pause", matter)
    made, moved = pausing.pause(matter.pk, kinds=WORK, reason=reason, until=until, words=words, by=by, now=now)
    why = on_date(_("原因：%(reason)s。暂停到 %(date)s。"), until, reason=reason.label)
    tell_story(matter, "paused", joined(why, moved_to(moved), words), by=by, now=now, public=True)
    tell.assigned([matter], "paused", _("已暂停计时"), by=by, now=now)
    return made


@transaction.atomic
def resume(matter: Matter, pause: Pause, *, words: str = "", by: Actor, now: datetime) -> None:
    """Let the clock go on before the day. Raises NotNow when it goes on already."""
    policy.require(by, "pause", matter)
    moved = pausing.resume(pause, by=by, now=now)
    tell_story(matter, "resumed", joined(moved_to(moved), words), by=by, now=now, public=True)
    tell.assigned([matter], "resumed", _("已恢复计时"), by=by, now=now)
