"""Starting and ending deadlines; `Dossier.due_at` follows in the same transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Min, OuterRef, Subquery

from lastmeter.clocks import rules
from lastmeter.clocks.models import Deadline, Limit, Rung
from lastmeter.dossiers.models import Dossier
from lastmeter.grid.models import valid_on
from lastmeter.grid.policy import Known
from lastmeter.kit.zhtime import CHINA, Calendar


@dataclass(frozen=True, slots=True)
class Wanted:
    """A clock to start: of which kind, for a case at which place, from when. `promised` overrides the rules."""

    kind: str
    path: str
    start: datetime
    profile: str = ""
    category_id: int | None = None
    urgency: str = ""
    leg: str = ""
    unit_id: int | None = None
    promised: datetime | None = None


def current_rules(now: datetime) -> list[rules.LimitRule]:
    """All limit rules valid today (China date): a few dozen rows, kept until `ground.bump` announces a change."""
    return _limits.on(now.astimezone(CHINA).date())


def current_ladder(now: datetime) -> list[rules.RungRule]:
    """All steps of ladders valid today (China date), kept like the limits."""
    return _rungs.on(now.astimezone(CHINA).date())


def _read_limits(today: date) -> list[rules.LimitRule]:
    rows = Limit.objects.filter(valid_on(today))
    columns = ("pk", "node__path", "kind", "profile", "category", "urgency", "amount", "measure", "warn_share")
    return [rules.LimitRule(*row) for row in rows.values_list(*columns)]


def _read_rungs(today: date) -> list[rules.RungRule]:
    rows = Rung.objects.filter(valid_on(today))
    return [
        rules.RungRule(*row) for row in rows.values_list("node__path", "kind", "number", "amount", "measure", "level")
    ]


_limits, _rungs = Known(_read_limits), Known(_read_rungs)


def plan(wanted: Wanted, known: Sequence[rules.LimitRule]) -> Deadline | None:
    """The unsaved deadline of a clock (without its dossier), or None when no rule speaks of it."""
    if wanted.promised is not None:
        due_at = max(wanted.promised, wanted.start)
        return _deadline(wanted, due_at, None, share=75)
    rule = rules.choose(
        known,
        path=wanted.path,
        kind=wanted.kind,
        profile=wanted.profile,
        category=wanted.category_id,
        urgency=wanted.urgency,
    )
    if rule is None:
        return None
    return _deadline(wanted, rules.due(wanted.start, rule, Calendar.national()), rule.id, share=rule.warn_share)


def _deadline(wanted: Wanted, due_at: datetime, limit_id: int | None, *, share: int) -> Deadline:
    return Deadline(
        kind=wanted.kind,
        leg=wanted.leg,
        unit_id=wanted.unit_id,
        limit_id=limit_id,
        started_at=wanted.start,
        warn_at=rules.warn(wanted.start, due_at, share),
        due_at=due_at,
    )


def start(dossier_id: int, wanted: Iterable[Wanted], *, now: datetime) -> list[Deadline]:
    """Start clocks of one dossier; a running one of the same kind and leg is kept as it is."""
    known = current_rules(now)
    planned = [deadline for each in wanted if (deadline := plan(each, known))]
    for deadline in planned:
        deadline.dossier_id = dossier_id
    Deadline.objects.bulk_create(planned, ignore_conflicts=True)
    refresh([dossier_id])
    return planned


def end(
    dossier_id: int,
    kinds: Sequence[str] | None = None,
    *,
    leg: str | None = None,
    now: datetime,
    void: bool = False,
) -> None:
    """Stop running clocks of these kinds or one leg (None: all): met in time, missed, or void if no longer owed."""
    running = Deadline.objects.filter(dossier=dossier_id, ended_at=None)
    if kinds is not None:
        running = running.filter(kind__in=kinds)
    if leg is not None:
        running = running.filter(leg=leg)
    if void:
        running.update(ended_at=now, state=Deadline.State.VOID)
    else:
        running.filter(due_at__lt=now).update(ended_at=now, state=Deadline.State.MISSED)
        running.update(ended_at=now, state=Deadline.State.MET)
    refresh([dossier_id])


def end_past(deadline: Deadline, ended_at: datetime) -> None:
    """Mark the unsaved clock of an imported dossier as ended at the moment it was closed elsewhere."""
    deadline.ended_at = ended_at
    deadline.state = Deadline.State.MISSED if ended_at > deadline.due_at else Deadline.State.MET


def silence(deadline: Deadline, now: datetime) -> None:
    """Keep the unsaved clock of an imported dossier from ringing for what fell due before it came here."""
    if deadline.warn_at and deadline.warn_at <= now:
        deadline.warned_at = now
    if deadline.due_at <= now:
        deadline.overdue_at = now


def refresh(dossier_ids: Sequence[int]) -> None:
    """Set `Dossier.due_at` to the nearest running deadline, or to nothing."""
    nearest = (
        Deadline.objects.filter(dossier=OuterRef("pk"), ended_at=None)
        .order_by()
        .values("dossier")
        .annotate(nearest=Min("due_at"))
        .values("nearest")
    )
    Dossier.objects.filter(pk__in=dossier_ids).update(due_at=Subquery(nearest))
