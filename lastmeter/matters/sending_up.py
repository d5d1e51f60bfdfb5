"""报上级: what exceeds one level goes to the desk of the next, with the reason and what was tried."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import Actor
from lastmeter.matters import intake
from lastmeter.matters.models import Matter
from lastmeter.matters.policy import TOP_DESK
from lastmeter.matters.steps import Overtaken, end_assignment, lay_with, move, tell_story
from lastmeter.matters.talking import tell


@transaction.atomic
def send_up(matter: Matter, *, reason: str, by: Actor, now: datetime) -> None:
    """Hand a matter to the next desk: grid → community → street.

    Raises Overtaken when it already lies at the street's desk: above it, a whistle is the way.
    """
    if matter.desk_level <= TOP_DESK:
        raise Overtaken(_("这件事已经在镇街，再往上请吹哨或申请督办。"))
    move(matter, "send_up", by=by, now=now)
    matter.desk_level -= 1
    Matter.objects.filter(pk=matter.pk).update(desk_level=matter.desk_level)
    end_assignment([matter], now=now)
    lay_with([matter], unit_id=None, user_id=None)
    tell_story(matter, "sent_up", reason, by=by, now=now)
    tell.desk([matter], "sent_up", _("下级报上来"), by=by, now=now)


def found_and_sent_up(
    report: intake.Report, *, reason: str, by: Actor, client: str, now: datetime
) -> intake.Taken | intake.Refused:
    """What a worker found and cannot settle: reported and at the next desk in one act, one transaction, one number.

    A replay with the same client_ref is answered with the first result and goes up only once.
    """
    with transaction.atomic():
        [taken] = intake.take_in([report], by=by, client=client, now=now, quiet=True)
        if isinstance(taken, intake.Taken) and not taken.repeat:
            matter = Matter.objects.select_related("dossier").get(pk=taken.dossier_id)
            send_up(matter, reason=reason, by=by, now=now)
    return taken
