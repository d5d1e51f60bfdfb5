"""What rings when a matter's deadline warns or falls due: its timeline says so and the people concerned are told."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby

from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import system
from lastmeter.clocks import suspending
from lastmeter.clocks.bells import Bells, Climb
from lastmeter.clocks.models import Deadline, Demand, Pause
from lastmeter.clocks.recount import Moved
from lastmeter.dossiers import events
from lastmeter.grid.models import Level
from lastmeter.kit.text import on_record
from lastmeter.matters import promises, reckoning, tell
from lastmeter.matters.models import Matter, Part
from lastmeter.matters.timing import sentences
from lastmeter.matters.whistles import bells as whistling

CLOCK = system("clock")
USUAL = (_("快到期限"), _("已超期限"))
# What the yellow and the red of a clock are called where they are not those of the work itself.
CALLED = {
    suspending.REVIEW: (_("挂账快到复核日期"), _("挂账到了复核日期")),
    Demand.Kind.SUPERVISE: (_("快到督办回复期限"), _("超过督办回复期限")),
    Demand.Kind.URGE: (_("快到催办回复期限"), _("超过催办回复期限")),
}


def warns(due: Sequence[Deadline], now: datetime) -> None:
    """Yellow: whoever holds it is told, with nobody the desk; of a part who does it, of a dispute who decides.

    A review of the ledger is the desk's own.
    """
    for kind, matters in _by_kind(_whole(due)):
        title, _red = CALLED.get(kind, USUAL)
        told = [each for each in matters if _held(each) and kind != suspending.REVIEW]
        tell.assigned(told, f"due_soon{_tail(kind)}", title, by=CLOCK, now=now)
        tell.desk([each for each in matters if each not in told], f"due_soon{_tail(kind)}", title, by=CLOCK, now=now)
    disputed = _matters([each.dossier_id for each in _of(due, promises.DISPUTE)])
    tell.deciders(disputed, "dispute_due_soon", _("争议快到裁定期限"), by=CLOCK, now=now)
    for part in _parts(due):
        tell.partner(part, "part_due_soon", _("协办或小任务快到期限"), by=CLOCK, now=now)
    whistling.warns(due, now)


def falls(due: Sequence[Deadline], now: datetime) -> None:
    """Red: an event, and holder and desk are told; of a part also who does it, of a dispute who decides."""
    events.record_many(
        [events.Happened(each.dossier_id, f"matter.overdue_{each.kind}", unit_id=each.unit_id) for each in due],
        by=CLOCK,
        now=now,
    )
    for kind, matters in _by_kind(_whole(due)):
        _yellow, title = CALLED.get(kind, USUAL)
        tell.assigned([each for each in matters if _held(each)], f"overdue{_tail(kind)}", title, by=CLOCK, now=now)
        tell.desk(matters, f"overdue{_tail(kind)}", title, by=CLOCK, now=now)
    disputed = _matters([each.dossier_id for each in _of(due, promises.DISPUTE)])
    tell.deciders(disputed, "dispute_overdue", _("争议已过裁定期限"), by=CLOCK, now=now)
    for part in _parts(due):
        tell.partner(part, "part_overdue", _("协办或小任务已超期限"), by=CLOCK, now=now)
        tell.leading([part.matter], "part_overdue", _("协办或小任务已超期限"), by=CLOCK, now=now)
    whistling.falls(due, now)


def _tail(kind: str) -> str:
    return f"_{kind}" if kind in CALLED else ""


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
    whistling.climbs(due, now)


def _name(moved: Moved) -> str:
    return on_record(reckoning.name_of(moved.deadline.kind))


def resumes(pauses: Sequence[Pause], now: datetime) -> None:
    """A pause is over on its day: an event that the requester reads, and whoever holds the matter is told."""
    happened = [events.Happened(each.dossier_id, "matter.resumed", public=True, at=each.until) for each in pauses]
    events.record_many(happened, by=CLOCK, now=now)
    matters = _matters([each.dossier_id for each in pauses])
    tell.assigned([each for each in matters if _held(each)], "resumed", _("已恢复计时"), by=CLOCK, now=now)
    tell.desk([each for each in matters if not _held(each)], "resumed", _("已恢复计时"), by=CLOCK, now=now)


def moves(moved: Sequence[Moved], why: str, now: datetime) -> None:
    """Other days or hours are worked now: each date that moved says so in its story, with the old one and the new."""
    events.record_many(
        [
            events.Happened(
                each.deadline.dossier_id,
                "matter.date_moved",
                sentences.from_to(_name(each), each.before, each.deadline.due_at, why),
                public=each.deadline.kind in reckoning.PUBLIC,
                unit_id=each.deadline.unit_id,
            )
            for each in moved
        ],
        by=CLOCK,
        now=now,
    )


def _by_kind(due: Sequence[Deadline]) -> Iterator[tuple[str, list[Matter]]]:
    """The matters of each kind of deadline; those of the work itself (answer, fix) go together and are told once."""
    ordered = sorted(due, key=_called)
    for kind, group in groupby(ordered, key=_called):
        yield kind, _matters([each.dossier_id for each in group])


def _called(deadline: Deadline) -> str:
    return deadline.kind if deadline.kind in CALLED else ""


def _matters(dossier_ids: Sequence[int]) -> list[Matter]:
    if not dossier_ids:
        return []
    return list(Matter.objects.select_related("dossier").filter(pk__in=set(dossier_ids)))


BELLS = Bells(warns=warns, falls=falls, climbs=climbs, resumes=resumes, moves=moves)
