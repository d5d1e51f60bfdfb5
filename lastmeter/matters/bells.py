"""What rings when a matter's deadline warns or falls due: its timeline says so and the people concerned are told."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import system
from lastmeter.clocks import suspending
from lastmeter.clocks.bells import Bells, Climb
from lastmeter.clocks.due import Due
from lastmeter.clocks.models import Demand, Pause
from lastmeter.clocks.recount import Moved
from lastmeter.dossiers import events
from lastmeter.dossiers.brief import Brief
from lastmeter.grid.models import Level
from lastmeter.kit.lookups import Among
from lastmeter.kit.text import on_record
from lastmeter.matters import promises, reckoning
from lastmeter.matters.models import Matter, Part
from lastmeter.matters.talking import tell
from lastmeter.matters.talking.tell import Lying
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


def warns(due: Sequence[Due], now: datetime) -> None:
    """Yellow: whoever holds it is told, with nobody the desk; of a part who does it, of an objection who decides.

    A review of the ledger is the desk's own.
    """
    for kind, matters in _by_kind(due):
        title, _red = CALLED.get(kind, USUAL)
        held = [each for each in matters if _held(each) and kind != suspending.REVIEW]
        desk = [each for each in matters if not _held(each) or kind == suspending.REVIEW]
        tell.assigned(held, f"due_soon{_tail(kind)}", title, by=CLOCK, now=now)
        tell.desk(desk, f"due_soon{_tail(kind)}", title, by=CLOCK, now=now)
    tell.deciders(_waiting(due, promises.DISPUTE), "dispute_due_soon", _("争议快到裁定期限"), by=CLOCK, now=now)
    tell.desk(_waiting(due, promises.TRANSFER), "transfer_due_soon", _("转办申请快到答复期限"), by=CLOCK, now=now)
    tell.partners(_parts(due), "part_due_soon", _("协办或小任务快到期限"), by=CLOCK, now=now)
    whistling.warns(due, now)


def falls(due: Sequence[Due], now: datetime) -> None:
    """Red: an event, and holder and desk are told; of a part also who does it, of an objection who decides."""
    events.write_many(
        [events.Happened(each.dossier_id, f"matter.overdue_{each.kind}", unit_id=each.unit_id) for each in due],
        by=CLOCK,
        now=now,
    )
    for kind, matters in _by_kind(due):
        _yellow, title = CALLED.get(kind, USUAL)
        tell.assigned([each for each in matters if _held(each)], f"overdue{_tail(kind)}", title, by=CLOCK, now=now)
        tell.desk(matters, f"overdue{_tail(kind)}", title, by=CLOCK, now=now)
    tell.deciders(_waiting(due, promises.DISPUTE), "dispute_overdue", _("争议已过裁定期限"), by=CLOCK, now=now)
    tell.desk(_waiting(due, promises.TRANSFER), "transfer_overdue", _("转办申请已过答复期限"), by=CLOCK, now=now)
    parts, title = _parts(due), _("协办或小任务已超期限")
    tell.partners(parts, "part_overdue", title, by=CLOCK, now=now)
    tell.leading([part.matter for part in parts], "part_overdue", title, by=CLOCK, now=now)
    whistling.falls(due, now)


def _tail(kind: str) -> str:
    return f"_{kind}" if kind in CALLED else ""


def _waiting(due: Sequence[Due], kind: str) -> list[Lying]:
    return [Lying(each.dossier, None, None) for each in due if each.kind == kind]


def _parts(due: Sequence[Due]) -> list[Part]:
    """The parts of the work whose own deadlines these are: one query, none when there is no such deadline."""
    numbers = [int(each.leg.removeprefix("part:")) for each in due if each.kind in (promises.ASSIST, promises.TASK)]
    if not numbers:
        return []
    return list(Part.objects.filter(pk__in=numbers, ended_at=None).select_related("matter__dossier"))


def _held(matter: Lying) -> bool:
    return bool(matter.unit_id or matter.handler_id)


def climbs(due: Sequence[Climb], now: datetime) -> None:
    """逐级上报: an event in the timeline, and whoever heads the ground at that level is told."""
    words = {step: _step(*step) for step in {(each.number, each.level) for each in due}}
    happened = [
        events.Happened(
            each.deadline.dossier_id,
            "matter.escalated",
            words[each.number, each.level],
            unit_id=each.deadline.unit_id,
        )
        for each in due
    ]
    events.write_many(happened, by=CLOCK, now=now)
    tell.heads(due, by=CLOCK, now=now)
    whistling.climbs(due, now)


def _step(number: int, level: int) -> str:
    return on_record(_("第 %(number)d 级，报到%(level)s"), number=number, level=Level(level).label)


def resumes(pauses: Sequence[Pause], now: datetime) -> None:
    """A pause is over on its day: an event that the requester reads, and whoever holds the matter is told."""
    happened = [events.Happened(each.dossier_id, "matter.resumed", public=True, at=each.until) for each in pauses]
    events.write_many(happened, by=CLOCK, now=now)
    matters = _lying(_brief(each) for each in pauses)
    tell.assigned([each for each in matters if _held(each)], "resumed", _("已恢复计时"), by=CLOCK, now=now)
    tell.desk([each for each in matters if not _held(each)], "resumed", _("已恢复计时"), by=CLOCK, now=now)


def _brief(pause: Pause) -> Brief:
    dossier = pause.dossier
    return Brief(dossier.pk, dossier.kind, dossier.number, dossier.title, dossier.path, dossier.version)


def moves(moved: Sequence[Moved], why: str, now: datetime) -> None:
    """Other days or hours are worked now: each date that moved says so in its story, with the old one and the new."""
    names = {kind: on_record(reckoning.name_of(kind)) for kind in {each.kind for each in moved}}
    dates = {(each.kind, each.before, each.after) for each in moved}
    words = {key: sentences.from_to(names[key[0]], key[1], key[2], why) for key in dates}
    happened = [
        events.Happened(
            each.dossier_id,
            "matter.date_moved",
            words[each.kind, each.before, each.after],
            public=each.kind in reckoning.PUBLIC,
            unit_id=each.unit_id,
        )
        for each in moved
    ]
    events.write_many(happened, by=CLOCK, now=now)


def _by_kind(due: Sequence[Due]) -> Iterator[tuple[str, list[Lying]]]:
    """The matters of each kind of deadline that binds the whole; those of the work itself are told of once."""
    whole = [each for each in due if each.kind not in promises.LEGS]
    matters = {each.dossier.pk: each for each in _lying(each.dossier for each in whole)}
    groups: defaultdict[str, dict[int, Lying]] = defaultdict(dict)
    for each in whole:
        if found := matters.get(each.dossier_id):
            groups[each.kind if each.kind in CALLED else ""][each.dossier_id] = found
    return ((kind, list(group.values())) for kind, group in groups.items())


def _lying(dossiers: Iterable[Brief]) -> list[Lying]:
    """With whom each matter lies: one query, none without any."""
    known = {each.pk: each for each in dossiers}
    if not known:
        return []
    rows = Matter.objects.filter(Among("pk", known)).order_by("pk").values_list("pk", "unit_id", "handler_id")
    return [Lying(known[pk], unit_id, handler_id) for pk, unit_id, handler_id in rows]


BELLS = Bells(warns=warns, falls=falls, climbs=climbs, resumes=resumes, moves=moves)
