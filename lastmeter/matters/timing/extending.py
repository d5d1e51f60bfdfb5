"""延期: whoever handles asks before the deadline, the desk above decides; the requester reads the new date."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import Actor
from lastmeter.clocks import extending
from lastmeter.clocks.models import Extension
from lastmeter.clocks.wording import said
from lastmeter.kit.text import on_record
from lastmeter.matters import policy
from lastmeter.matters.models import Matter
from lastmeter.matters.promises import WORK
from lastmeter.matters.steps import tell_story
from lastmeter.matters.talking import tell
from lastmeter.matters.timing import rights
from lastmeter.matters.timing.sentences import joined, moved_to


@transaction.atomic
def ask(matter: Matter, *, amount: int, reason: str, by: Actor, now: datetime) -> Extension:
    """Ask for more time for the fix. Raises NotNow when it is too late, asked for already, or a bound is passed."""
    policy.require(by, "extend", matter)
    level = rights.asking_level(by, matter)
    asked = extending.ask(matter.pk, kinds=WORK, amount=amount, reason=reason, level=level, by=by, now=now)
    what = on_record(_("申请延长 %(term)s。"), term=_term(asked))
    tell_story(matter, "extension_asked", joined(what, reason), by=by, now=now, unit_id=matter.unit_id)
    tell.desk_above(matter, level, "extension_asked", _("申请延期，请批复"), by=by, now=now)
    return asked


@transaction.atomic
def decide(matter: Matter, asked: Extension, *, approve: bool, words: str = "", by: Actor, now: datetime) -> None:
    """Approve or refuse it. Raises NotNow when it was decided or is no longer needed."""
    rights.require(rights.may_decide(by, matter, asked_level=asked.level))
    moved = extending.decide(asked, approve=approve, words=words, by=by, now=now)
    if approve:
        what = on_record(_("同意延长 %(term)s。"), term=_term(asked))
        tell_story(matter, "extended", joined(what, moved_to(moved)), by=by, now=now, public=True)
        if words:  # the desk's words to the handler are not for the requester
            tell_story(matter, "decided", words, by=by, now=now)
    else:
        tell_story(matter, "extension_refused", words, by=by, now=now)
    title = _("延期已同意") if approve else _("延期不同意")
    tell.person(matter, asked.asked_by_id, "extension_decided", title, by=by, now=now)


def _term(asked: Extension) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return said(asked.amount, asked.measure)
