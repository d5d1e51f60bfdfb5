"""就地办结 (自办自结): report, result and photo on one screen — a first-class outcome."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import Actor
from lastmeter.dossiers import attachments
from lastmeter.kit.text import on_record
from lastmeter.kit.uploads import Photo
from lastmeter.matters import intake
from lastmeter.matters.closing import Ending, write_closure
from lastmeter.matters.models import Assignment, Matter, Outcome, Profile, Reply
from lastmeter.matters.steps import move, tell_story
from lastmeter.matters.together import parts


def settle(
    matter: Matter, *, result: str, photos: Sequence[Photo] = (), despite: str = "", by: Actor, now: datetime
) -> None:
    """Close a matter on the spot with what was done.

    Raises Overtaken while parts of the work are open and nobody says why (`despite`) it ends all the same.
    """
    files = attachments.keep_files(photos)
    with transaction.atomic():
        parts.tie_up([matter], despite)
        move(matter, "settle", by=by, now=now)
        Matter.objects.filter(pk=matter.pk).update(profile=Profile.SELF, handler=by.user_id)
        Assignment.objects.filter(matter=matter, ended_at=None).update(ended_at=now)
        Reply.objects.create(matter=matter, text=result, outcome=Outcome.SOLVED, by_id=by.user_id, at=now)
        ending = Ending(Outcome.SOLVED, result, despite=despite)
        write_closure(matter, ending, by=by, now=now)
        told = tell_story(matter, "settled", result, by=by, now=now, public=True)
        attachments.attach(told, photos, files, by=by, now=now)


def found_and_settled(
    report: intake.Report, *, result: str, by: Actor, client: str, now: datetime
) -> intake.Taken | intake.Refused:
    """What a worker found and settled at once: one act, one transaction, one number.

    A replay with the same client_ref is answered with the first result and settles nothing twice.
    """
    own = replace(report, profile=Profile.SELF)
    with transaction.atomic():
        [taken] = intake.take_in([own], by=by, client=client, now=now, quiet=True)
        if isinstance(taken, intake.Taken) and not taken.repeat:
            matter = Matter.objects.select_related("dossier").get(pk=taken.dossier_id)
            settle(matter, result=result or on_record(_("已当场处理。")), by=by, now=now)
    return taken
