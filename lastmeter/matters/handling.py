"""办理与答复: what the handler did and answers; notes and photos along the way."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import Actor
from lastmeter.dossiers import attachments
from lastmeter.kit.uploads import Photo
from lastmeter.matters import policy
from lastmeter.matters.models import Matter, Outcome, Profile, Reply
from lastmeter.matters.steps import move, tell_story
from lastmeter.matters.talking import tell
from lastmeter.matters.timing import pressing


def reply(
    matter: Matter, *, text: str, outcome: Outcome, photos: Sequence[Photo] = (), by: Actor, now: datetime
) -> Reply:
    """处置反馈: the answer with its outcome; the desk checks it and closes."""
    files = attachments.keep_files(photos)
    with transaction.atomic():
        move(matter, "reply", by=by, now=now)
        written = Reply.objects.create(
            matter=matter, text=text, outcome=outcome, by_id=by.user_id, unit_id=matter.unit_id, at=now
        )
        told = tell_story(matter, "replied", text, by=by, now=now, public=True, unit_id=matter.unit_id)
        attachments.attach(told, photos, files, by=by, now=now)
        pressing.answered_by_reply(matter, words=text, by=by, now=now)
        tell.desk([matter], "replied", _("已有答复，待核查"), by=by, now=now)
        if matter.profile == Profile.CITY:
            tell.nearest([matter], "verify_here", _("请到现场核实"), by=by, now=now)
    return written


def note(matter: Matter, *, text: str, photos: Sequence[Photo] = (), by: Actor, now: datetime) -> None:
    """An internal note; the requester does not see it, the step stays."""
    policy.require(by, "note", matter)
    files = attachments.keep_files(photos)
    with transaction.atomic():
        told = tell_story(matter, "noted", text, by=by, now=now, unit_id=matter.unit_id)
        attachments.attach(told, photos, files, by=by, now=now)
