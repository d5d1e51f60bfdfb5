"""现场核实: somebody in the grid goes and looks; only what matches the reply may be closed."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import Actor
from lastmeter.dossiers import attachments
from lastmeter.kit.uploads import Photo
from lastmeter.matters.models import Matter, SiteCheck
from lastmeter.matters.steps import move, tell_story
from lastmeter.matters.talking import tell


def check(
    matter: Matter, *, matches: bool, words: str = "", photos: Sequence[Photo] = (), by: Actor, now: datetime
) -> SiteCheck:
    """What was found on the spot: a match goes to the desk to be closed, a mismatch back to whoever handled it."""
    files = attachments.keep_files(photos)
    with transaction.atomic():
        move(matter, "confirm" if matches else "contradict", by=by, now=now)
        made = SiteCheck.objects.create(matter=matter, matches=matches, words=words, by_id=by.user_id, at=now)
        told = tell_story(matter, "confirmed" if matches else "contradicted", words, by=by, now=now, public=True)
        attachments.attach(told, photos, files, by=by, now=now)
        if matches:
            tell.desk([matter], "confirmed", _("现场核实相符，可以结案"), by=by, now=now)
        else:
            tell.assigned([matter], "contradicted", _("现场核实不符，请再办一次"), by=by, now=now)
            tell.desk([matter], "contradicted", _("现场核实不符"), by=by, now=now)
    return made
