"""裁定: the dispatcher above decides whose duty it is — as it was, somebody else, or first a conference."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.clocks import deadlines
from lastmeter.grid.models import Unit
from lastmeter.kit.text import on_record
from lastmeter.matters import promises
from lastmeter.matters.dispatch import give, take_off
from lastmeter.matters.models import Matter, Objection
from lastmeter.matters.reassigning.objections import awaited, decide
from lastmeter.matters.steps import lapse_objections, move, tell_story
from lastmeter.matters.talking import tell

Verdict = Objection.Verdict


def _disputed(matter: Matter) -> Objection:
    return awaited(matter, Objection.Kind.DISPUTE, _("没有争议在等裁定：可能刚有人裁定过，请看下面的经过。"))


@transaction.atomic
def uphold(matter: Matter, *, words: str, by: Actor, now: datetime) -> None:
    """维持原派: whoever has the matter goes on with it. Raises Overtaken when no dispute waits."""
    move(matter, "uphold", by=by, now=now)
    decide(_disputed(matter), Verdict.UPHELD, words, by=by, now=now)
    deadlines.end(matter.pk, [promises.DISPUTE], now=now)
    told = on_record(gettext_lazy("维持原派：%(words)s"), words=words)
    tell_story(matter, "dispute_decided", told, by=by, now=now, unit_id=matter.unit_id)
    tell.assigned([matter], "dispute_decided", gettext_lazy("争议裁定：由你们继续办理"), by=by, now=now)
    tell.desk([matter], "dispute_decided", gettext_lazy("争议已裁定：维持原派"), by=by, now=now)


@transaction.atomic
def award(
    matter: Matter, *, unit: Unit | None = None, user: User | None = None, words: str, by: Actor, now: datetime
) -> None:
    """裁定改派 to another unit or person. Raises Overtaken when no dispute waits."""
    move(matter, "award", by=by, now=now)
    tell.assigned([matter], "dispute_decided", gettext_lazy("争议裁定：已改派，不再由你们办理"), by=by, now=now)
    decide(_disputed(matter), Verdict.AWARDED, words, by=by, now=now)
    deadlines.end(matter.pk, [promises.DISPUTE], now=now)
    hand_to(matter, unit=unit, user=user, by=by, now=now)
    tell_story(matter, "dispute_decided", words, by=by, now=now)
    tell.desk([matter], "dispute_decided", gettext_lazy("争议已裁定：改派"), by=by, now=now)


@transaction.atomic
def confer(matter: Matter, *, words: str, by: Actor, now: datetime) -> None:
    """记会商意见: who met and what they said; the dispute still waits, and its clock runs on."""
    move(matter, "confer", by=by, now=now)
    _disputed(matter)
    tell_story(matter, "conferred", words, by=by, now=now)
    tell.assigned([matter], "conferred", gettext_lazy("职责争议有了会商意见"), by=by, now=now)


def hand_to(matter: Matter, *, unit: Unit | None, user: User | None, by: Actor, now: datetime) -> None:
    """Lay a matter that has just moved to "dispatched" with somebody else; inside the act's transaction."""
    take_off(matter, now=now)
    lapse_objections([matter.pk], now=now)
    give(matter, unit=unit, user=user, by=by, now=now)
    words = on_record(gettext_lazy("改由%(who)s办理。"), who=unit.name if unit else gettext_lazy("网格员"))
    tell_story(matter, "redirected", words, by=by, now=now, public=True, unit_id=unit.pk if unit else None)
    tell.assigned([matter], "dispatched", gettext_lazy("分派给您"), by=by, now=now)
