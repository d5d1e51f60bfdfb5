"""A matter's dates follow its category, urgency and unit when these are set or corrected."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import Actor
from lastmeter.clocks import deadlines, recount
from lastmeter.kit.text import on_record
from lastmeter.matters import reckoning
from lastmeter.matters.intake import ANSWER, FIX
from lastmeter.matters.models import Matter
from lastmeter.matters.steps import tell_story
from lastmeter.matters.timing import sentences


def rebind(matter: Matter, *, by: Actor, now: datetime) -> None:
    """Let the running clocks follow the rule that speaks of the matter as it is now; what moves stands in the story."""
    wanted = [
        deadlines.Wanted(
            kind,
            matter.dossier.path,
            now,
            profile=matter.profile,
            category_id=matter.category_id,
            urgency=matter.urgency,
            unit_id=matter.unit_id,
        )
        for kind in (ANSWER, FIX)
    ]
    why = on_record(_("按现在的类别、紧急程度和承办单位计算。"))
    for moved in recount.rebind(matter.pk, wanted, now=now):
        public = moved.deadline.kind in reckoning.PUBLIC
        tell_story(matter, "date_moved", sentences.from_to(moved, why), by=by, now=now, public=public)
