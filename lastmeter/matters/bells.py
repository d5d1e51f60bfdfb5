"""What rings when a matter's deadline warns or falls due: its timeline says so and the people concerned are told."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import system
from lastmeter.clocks.bells import Climb
from lastmeter.clocks.models import Deadline
from lastmeter.dossiers import events
from lastmeter.grid.models import Level
from lastmeter.kit.text import on_record
from lastmeter.matters import promises, tell
from lastmeter.matters.models import Matter, Part

CLOCK = system("clock")


def warns(due: Sequence[Deadline], now: datetime) -> None:
    """Yellow: whoever holds it is told, with nobody the desk; of a part who does it, of a dispute who decides."""
    matters = _matters(_whole(due))
    tell.assigned([each for each in matters if _held(each)], "due_soon", _("快到期限"), by=CLOCK, now=now)
    tell.desk([each for each in matters if not _held(each)], "due_soon", _("快到期限"), by=CLOCK, now=now)
    tell.deciders(_matters(_of(due, promises.DISPUTE)), "dispute_due_soon", _("争议快到裁定期限"), by=CLOCK, now=now)
    for part in _parts(due):
        tell.partner(part, "part_due_soon", _("协办或小任务快到期限"), by=CLOCK, now=now)


def falls(due: Sequence[Deadline], now: datetime) -> None:
    """Red: an event, and holder and desk are told; of a part also who does it, of a dispute who decides."""
    events.record_many(
        [events.Happened(each.dossier_id, f"matter.overdue_{each.kind}", unit_id=each.unit_id) for each in due],
        by=CLOCK,
        now=now,
    )
    matters = _matters(_whole(due))
    tell.assigned([each for each in matters if _held(each)], "overdue", _("已超期限"), by=CLOCK, now=now)
    tell.desk(matters, "overdue", _("已超期限"), by=CLOCK, now=now)
    tell.deciders(_matters(_of(due, promises.DISPUTE)), "dispute_overdue", _("争议已过裁定期限"), by=CLOCK, now=now)
    for part in _parts(due):
        tell.partner(part, "part_overdue", _("协办或小任务已超期限"), by=CLOCK, now=now)
        tell.leading([part.matter], "part_overdue", _("协办或小任务已超期限"), by=CLOCK, now=now)


def _whole(due: Sequence[Deadline]) -> list[Deadline]:
    return [each for each in due if each.kind not in promises.LEGS]


def _of(due: Sequence[Deadline], *kinds: str) -> list[Deadline]:
    return [each for each in due if each.kind in kinds]


def _parts(due: Sequence[Deadline]) -> list[Part]:
    """The parts of the work whose own deadlines these are: one query, none when there is no such deadline."""
    numbers = [int(each.leg.removeprefix("part:")) for each in _of(due, promises.ASSIST, promises.TASK)]
    if not numbers:
        return []
    return list(Part.objects.filter(pk__in=numbers, ended_at=None).select_related("matter__dossier"))


def _held(matter: Matter) -> bool:
    return bool(matter.unit_id or matter.handler_id)


def climbs(due: Sequence[Climb], now: datetime) -> None:
    """逐级上报: an event in the timeline, and whoever heads the ground at that level is told."""
    events.record_many(
        [
            events.Happened(
                each.deadline.dossier_id,
                "matter.escalated",
                on_record(_("第 %(number)d 级，报到%(level)s"), number=each.number, level=Level(each.level).label),
                unit_id=each.deadline.unit_id,
            )
            for each in due
        ],
        by=CLOCK,
        now=now,
    )
    tell.heads(due, by=CLOCK, now=now)


def _matters(due: Sequence[Deadline]) -> list[Matter]:
    if not due:
        return []
    ids = {each.dossier_id for each in due}
    return list(Matter.objects.select_related("dossier").filter(pk__in=ids))
