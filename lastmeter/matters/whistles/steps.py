"""begin(), go(), story(): every act on a whistle holds its row, is checked against the table, and moves it once."""

from datetime import datetime

from django.utils.translation import gettext as _

from lastmeter.accounts.actors import Actor
from lastmeter.dossiers.models import Dossier, Event
from lastmeter.matters import policy
from lastmeter.matters.models import Whistle
from lastmeter.matters.steps import Overtaken, tell_story
from lastmeter.matters.whistles import lifecycle, rights

PREFIX = "whistle_"


def begin(whistle: Whistle, act: str, *, by: Actor) -> Whistle:
    """The whistle as it stands now, held until the act is through: two who act at once come one after the other.

    The matter's dossier is locked before the whistle, as every act and the sweep lock it. Raises NotAllowed for whoever
    the table does not name, Overtaken when the whistle is not where the act starts (any more).
    """
    transition = lifecycle.BY_ACT[act]
    Dossier.objects.select_for_update(of=("self",), no_key=True).values_list("pk").get(pk=whistle.matter_id)
    held = (
        Whistle.objects.select_for_update(of=("self",))
        .select_related("matter__dossier", "matter__requester", "matter__category", "origin")
        .get(pk=whistle.pk)
    )
    if not rights.may(by, transition.who, held):
        raise policy.not_allowed()
    if held.step not in transition.before:
        words = {"step": held.get_step_display(), "act": _(transition.word)}
        raise Overtaken(_("这一哨现在是“%(step)s”，不能再“%(act)s”：可能刚有人处理过。") % words)
    return held


def go(whistle: Whistle, act: str, **fields: object) -> None:
    """Write where the act leads, with what it says. The row is held by `begin`."""
    after = lifecycle.BY_ACT[act].after
    values = {**fields, **({"step": after} if after else {})}
    if values:
        Whistle.objects.filter(pk=whistle.pk).update(**values)
        for name, value in values.items():
            setattr(whistle, name, value)


def story(
    whistle: Whistle,
    kind: str,
    words: str = "",
    *,
    by: Actor,
    now: datetime,
    public: bool = False,
    unit_id: int | None = None,
) -> Event:
    """Record it in the timeline of the matter: a whistle has no other."""
    return tell_story(whistle.matter, f"{PREFIX}{kind}", words, by=by, now=now, public=public, unit_id=unit_id)
