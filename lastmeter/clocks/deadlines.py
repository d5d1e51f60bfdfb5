"""Starting and ending deadlines; `Dossier.due_at` follows in the same transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import F, Min, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact
from django.utils.translation import gettext as _

from lastmeter.clocks import book, rules
from lastmeter.clocks.models import Deadline, Demand, Extension, Hold, Pause, Suspension
from lastmeter.dossiers.models import Dossier
from lastmeter.kit import bulk
from lastmeter.kit.lookups import Among

NEVER = Value(datetime(9999, 1, 1, tzinfo=UTC))


class NotNow(Exception):
    """A date cannot be moved like this (any more); carries a sentence to show."""


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


def plan(wanted: Wanted, known: Sequence[rules.LimitRule]) -> Deadline | None:
    """The unsaved deadline of a clock (without its dossier), or None when no rule speaks of it."""
    if wanted.promised is not None:
        due_at = max(wanted.promised, wanted.start)
        return _deadline(wanted, due_at, None, share=rules.PROMISED_SHARE)
    rule = rule_for(wanted, known)
    if rule is None:
        return None
    due_at = rules.due(wanted.start, rule, book.worked(wanted.path, wanted.unit_id))
    return _deadline(wanted, due_at, rule.id, share=rule.warn_share)


def rule_for(wanted: Wanted, known: Sequence[rules.LimitRule]) -> rules.LimitRule | None:
    """The rule that sets this clock, or None when nobody has promised anything."""
    return rules.choose(
        known,
        path=wanted.path,
        kind=wanted.kind,
        profile=wanted.profile,
        category=wanted.category_id,
        urgency=wanted.urgency,
        unit=wanted.unit_id,
    )


def _deadline(wanted: Wanted, due_at: datetime, limit_id: int | None, *, share: int) -> Deadline:
    return Deadline(
        kind=wanted.kind,
        leg=wanted.leg,
        unit_id=wanted.unit_id,
        limit_id=limit_id,
        started_at=wanted.start,
        warn_at=rules.warn(wanted.start, due_at, share),
        due_at=due_at,
        promised_at=None if limit_id else due_at,
    )


def start(dossier_id: int, wanted: Iterable[Wanted], *, now: datetime) -> list[Deadline]:
    """Start clocks of one dossier; a running one of the same kind and leg is kept as it is."""
    planned = start_many([(dossier_id, each) for each in wanted], now=now)
    refresh([dossier_id])
    return planned


def start_many(wanted: Iterable[tuple[int, Wanted]], *, now: datetime) -> list[Deadline]:
    """`start` for many dossiers, in one statement; `refresh` is left to the caller. Needs an open transaction."""
    known, planned = book.current_rules(now), []
    for dossier_id, each in wanted:
        if deadline := plan(each, known):
            deadline.dossier_id = dossier_id
            planned.append(deadline)
    bulk.create(Deadline, planned, skip=True)
    return planned


def end(
    dossier_id: int,
    kinds: Sequence[str] | None = None,
    *,
    leg: str | None = None,
    now: datetime,
    void: bool = False,
) -> None:
    """Stop running clocks of these kinds or one leg (None: all): met in time, missed, or void if no longer owed.

    When all of them stop, whatever made them stand still or move, or pressed for an answer, is over too.
    """
    end_many([dossier_id], kinds, leg=leg, now=now, void=void)
    refresh([dossier_id])


def end_many(
    dossier_ids: Sequence[int],
    kinds: Sequence[str] | None = None,
    *,
    leg: str | None = None,
    now: datetime,
    void: bool = False,
) -> None:
    """`end` for many dossiers, in a few statements; `refresh` is left to the caller."""
    running = Deadline.objects.filter(dossier__in=dossier_ids, ended_at=None)
    if kinds is not None:
        running = running.filter(kind__in=kinds)
    if leg is not None:
        running = running.filter(leg=leg)
    stopped = list(running.values_list("pk", flat=True))
    Hold.objects.filter(deadline__in=stopped, ended_at=None).update(ended_at=now)
    asked = Extension.objects.filter(deadline__in=stopped, state=Extension.State.ASKED)
    asked.update(state=Extension.State.LAPSED, decided_at=now)
    if void:
        running.update(ended_at=now, state=Deadline.State.VOID, held_at=None)
    else:
        running.filter(due_at__lt=now).update(ended_at=now, state=Deadline.State.MISSED, held_at=None)
        running.update(ended_at=now, state=Deadline.State.MET, held_at=None)
    if kinds is None and leg is None:
        _let_go(dossier_ids, now)


def _let_go(dossier_ids: Sequence[int], now: datetime) -> None:
    Pause.objects.filter(dossier__in=dossier_ids, ended_at=None).update(ended_at=now)
    Demand.objects.filter(dossier__in=dossier_ids, ended_at=None).update(ended_at=now)
    suspended = Suspension.objects.filter(dossier__in=dossier_ids, state__in=OPEN_SUSPENSIONS)
    suspended.update(state=Suspension.State.LAPSED, ended_at=now)


OPEN_SUSPENSIONS = (Suspension.State.ASKED, Suspension.State.ON_LEDGER)


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


def lock_open(dossier_id: int) -> Dossier:
    """The open dossier, locked for the rest of the transaction. Raises NotNow when it has ended."""
    dossier = Dossier.objects.select_for_update(of=("self",)).get(pk=dossier_id)
    if not dossier.is_open:
        raise NotNow(_("这件事已经结束，期限不能再变动。"))
    return dossier


def refresh(dossier_ids: Sequence[int]) -> None:
    """Set `Dossier.due_at` to the nearest running deadline, or to nothing.

    One that was overdue when it was made to stand still does not count meanwhile.
    """
    moves = Q(held_at=None) | Q(due_at__gt=F("held_at"))
    nearest = (
        Deadline.objects.filter(moves, dossier=OuterRef("pk"), ended_at=None)
        .order_by()
        .values("dossier")
        .annotate(nearest=Min("due_at"))
        .values("nearest")
    )
    # Those whose date stays are not written: each of them would touch a dozen indexes of the lists.
    found = Dossier.objects.filter(Among("pk", dossier_ids))
    changed = found.exclude(Exact(Coalesce("due_at", NEVER), Coalesce(Subquery(nearest), NEVER)))
    changed.update(due_at=Subquery(nearest))
