"""按职责清单分派: what the duty list proposes, accepted as a whole: one unit leads, the others are asked to assist."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lastmeter.accounts.actors import Actor
from lastmeter.grid.models import Unit
from lastmeter.kit.zhtime import CHINA
from lastmeter.matters import dispatch
from lastmeter.matters.catalogue import duties
from lastmeter.matters.models import Assignment, Matter
from lastmeter.matters.steps import Overtaken
from lastmeter.matters.together import parts


@transaction.atomic
def accept(matter: Matter, *, lead_id: int, by: Actor, now: datetime) -> Assignment:
    """Dispatch to the unit that the duty list names and ask the assisting ones, all or nothing.

    `lead_id`: the unit that was shown. Raises Overtaken when the list names another one by now, and what
    `dispatch.dispatch` and `parts.call_in` raise.
    """
    found = duties.propose(matter.dossier.path, matter.category_id, now.astimezone(CHINA).date())
    if found is None or found.lead.unit_id != lead_id:
        raise Overtaken(_("职责清单刚刚改了，请再看一眼由谁办。"))
    units = Unit.objects.select_related("node").in_bulk([lead_id, *(each.unit_id for each in found.assists)])
    made = dispatch.dispatch(matter, unit=units[lead_id], by=by, now=now)
    for each in found.assists:
        parts.call_in(matter, unit=units[each.unit_id], request=found.reason[:1000], by=by, now=now)
    return made
