"""What is open under a whistle: legs of units and of decisions, their clocks, and who sees the matter for it."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.clocks import deadlines
from lastmeter.dossiers import access
from lastmeter.kit.text import on_record
from lastmeter.matters.models import Called, Decision, Part, Whistle, WhistleStep
from lastmeter.matters.whistles import lifecycle
from lastmeter.volunteers import inviting


def count(whistle: Whistle, more: int) -> None:
    """So many legs more (or fewer) are open."""
    Whistle.objects.filter(pk=whistle.pk).update(open_legs=F("open_legs") + more)
    whistle.open_legs += more


def wanted(
    whistle: Whistle,
    kind: str,
    start: datetime,
    *,
    leg: str,
    unit_id: int | None = None,
    promised: datetime | None = None,
) -> deadlines.Wanted:
    """A clock of this whistle: its rule is chosen by the flow "whistle", the colour, and the matter's place."""
    return deadlines.Wanted(
        kind,
        whistle.matter.dossier.path,
        start,
        profile=lifecycle.NAME,
        category_id=whistle.matter.category_id,
        urgency=whistle.colour,
        leg=leg,
        unit_id=unit_id,
        promised=promised,
    )


def leg_of(whistle: Whistle) -> str:
    """The leg of the clocks that bind the whistle's own people."""
    return f"whistle:{whistle.pk}"


def end_clock(whistle: Whistle, kinds: Sequence[str] | None, leg: str, *, now: datetime, void: bool = False) -> None:
    """End clocks of one leg."""
    deadlines.end(whistle.matter_id, kinds, leg=leg, now=now, void=void)


def end_legs(whistle: Whistle, ending: Called.Ending, *, by_id: int | None, now: datetime) -> list[Called]:
    """End what is still open, units and decisions, all in one way; their clocks are no longer owed."""
    still = list(whistle.called.filter(ended_at=None).select_related("unit").order_by("pk"))
    for each in still:
        each.ending, each.ended_at, each.ended_by_id = ending, now, by_id
        end_clock(whistle, None, each.leg, now=now, void=True)
    Called.objects.bulk_update(still, ["ending", "ended_at", "ended_by"])
    decisions = list(whistle.decisions.filter(done_at=None))
    for decision in decisions:
        end_clock(whistle, None, decision.leg, now=now, void=True)
    Decision.objects.filter(pk__in=[each.pk for each in decisions]).update(done_at=now, dropped=True)
    count(whistle, -len(still) - len(decisions))
    return still


def let_go(whistle: Whistle, *, now: datetime) -> None:
    """The whistle is over, and nobody is wanted any more: see `step_aside`; volunteers who would come are told."""
    step_aside(whistle, now=now)
    inviting.end(whistle.matter_id, now=now)


def step_aside(whistle: Whistle, *, now: datetime) -> None:
    """Its own people's clocks end, and its units no longer see the matter."""
    end_clock(whistle, None, leg_of(whistle), now=now)
    leave(whistle, [each.unit_id for each in whistle.called.all()], now=now)
    decisions = list(whistle.decisions.all())
    leave(whistle, [each.unit_id for each in decisions if each.unit_id], now=now)
    leave_people(whistle, [each.user_id for each in decisions if each.user_id], now=now)


def leave(whistle: Whistle, unit_ids: Sequence[int], *, now: datetime) -> None:
    """Units take no further part in the matter, but where it lies with them or they assist."""
    matter = whistle.matter
    staying = set(Part.objects.filter(matter=matter, ended_at=None, unit__isnull=False).values_list("unit", flat=True))
    for unit_id in set(unit_ids) - staying - {matter.unit_id}:
        access.withdraw(matter.pk, now=now, unit_id=unit_id)


def leave_people(whistle: Whistle, user_ids: Sequence[int], *, now: datetime) -> None:
    """The same of persons: one to whom the matter or a task of it belongs stays."""
    matter = whistle.matter
    tasks = Part.objects.filter(matter=matter, ended_at=None, user__isnull=False).values_list("user", flat=True)
    for user_id in set(user_ids) - set(tasks) - {matter.handler_id}:
        access.withdraw(matter.pk, now=now, user_id=user_id)


def void(matter_ids: Sequence[int], *, now: datetime) -> None:
    """Matters have ended without being handled (taken back, joined to another): so have their whistles."""
    rows = Whistle.objects.select_for_update(of=("self",)).select_related("matter__dossier", "origin")
    for whistle in rows.filter(matter__in=matter_ids, step__in=lifecycle.OPEN).order_by("pk"):
        end_legs(whistle, Called.Ending.VOID, by_id=None, now=now)
        let_go(whistle, now=now)
        words = on_record(gettext_lazy("事项已经结束"))
        Whistle.objects.filter(pk=whistle.pk).update(step=WhistleStep.VOID, ended_at=now, ended_words=words)


def blown(matter_ids: Sequence[int]) -> set[int]:
    """Which of these matters have a whistle whose units are not done."""
    rows = Whistle.objects.filter(matter__in=matter_ids, step__in=lifecycle.OPEN)
    return set(rows.values_list("matter", flat=True))


def still_blown() -> str:
    """What is said when somebody would close a matter under a whistle."""
    return _("这件事还有没办结的哨：等应哨单位办完，或由吹哨一级的负责人写明原因办结。")
