"""转办: who has a matter hands it to another unit, with the consent of the desk, which answers in time.

The clocks of the matter run on meanwhile; the wish has its own, with bells and ladder.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.clocks import deadlines
from lastmeter.grid.models import Unit
from lastmeter.kit.text import on_record
from lastmeter.matters import promises
from lastmeter.matters.models import Matter, Objection
from lastmeter.matters.reassigning.disputes import hand_to
from lastmeter.matters.reassigning.objections import awaited, decide, raise_open
from lastmeter.matters.steps import Overtaken, move, tell_story
from lastmeter.matters.talking import tell


@transaction.atomic
def propose(matter: Matter, *, unit: Unit, words: str, by: Actor, now: datetime) -> Objection:
    """申请转办 to another unit; the desk says yes or no. Raises Overtaken for the same unit or when one waits."""
    move(matter, "propose_transfer", by=by, now=now)
    if unit.pk == matter.unit_id:
        raise Overtaken(_("这件事已经在这个单位。"))
    made = raise_open(
        Objection(
            matter=matter,
            kind=Objection.Kind.TRANSFER,
            reason=Objection.Reason.NOT_DUTY,
            words=words,
            unit_id=matter.unit_id,
            to_unit=unit,
            by_id=by.user_id,
            at=now,
        ),
        _("已经有一个转办申请在等工作台答复。"),
    )
    deadlines.start(matter.pk, [promises.wanted(matter, promises.TRANSFER, now, leg=promises.TRANSFER)], now=now)
    told = on_record(gettext_lazy("想转给%(unit)s：%(words)s"), unit=unit.name, words=words)
    tell_story(matter, "transfer_proposed", told, by=by, now=now, unit_id=matter.unit_id)
    tell.desk([matter], "transfer_proposed", gettext_lazy("转办申请，请答复"), by=by, now=now)
    return made


def _proposed(matter: Matter) -> Objection:
    return awaited(matter, Objection.Kind.TRANSFER, _("没有转办申请在等：可能刚有人答复过，请看下面的经过。"))


@transaction.atomic
def grant(matter: Matter, *, words: str = "", by: Actor, now: datetime) -> None:
    """同意转办: it lies with the other unit from now on. Raises Overtaken when nobody asks for it any more."""
    move(matter, "grant_transfer", by=by, now=now)
    tell.assigned([matter], "transfer_granted", gettext_lazy("同意转办，不再由你们办理"), by=by, now=now)
    made = _proposed(matter)
    decide(made, Objection.Verdict.GRANTED, words, by=by, now=now)
    deadlines.end(matter.pk, [promises.TRANSFER], now=now)
    tell_story(matter, "transfer_granted", words, by=by, now=now, unit_id=made.unit_id)
    hand_to(matter, unit=made.to_unit, user=None, by=by, now=now)


@transaction.atomic
def refuse(matter: Matter, *, words: str, by: Actor, now: datetime) -> None:
    """不同意转办: whoever has it goes on. Raises Overtaken when nobody asks for it any more."""
    move(matter, "refuse_transfer", by=by, now=now)
    decide(_proposed(matter), Objection.Verdict.REFUSED, words, by=by, now=now)
    deadlines.end(matter.pk, [promises.TRANSFER], now=now)
    tell_story(matter, "transfer_refused", words, by=by, now=now, unit_id=matter.unit_id)
    tell.assigned([matter], "transfer_refused", gettext_lazy("不同意转办，请继续办理"), by=by, now=now)
