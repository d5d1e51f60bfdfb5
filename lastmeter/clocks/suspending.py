"""挂账: explained in writing, approved, looked at again on its day, lifted; the clocks go on with their remainder."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lastmeter.accounts.actors import Actor
from lastmeter.clocks import book, deadlines, pausing, recount
from lastmeter.clocks.deadlines import NotNow, lock_open
from lastmeter.clocks.models import Bound, Deadline, Extension, Hold, Pause, Suspension
from lastmeter.clocks.recount import Moved
from lastmeter.grid.models import Unit
from lastmeter.kit.zhtime import CHINA, closing

REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Explanation:
    """What has to be written to put something on the ledger. `unit` is None where a desk itself is responsible."""

    reason: Suspension.Reason
    words: str
    responsible: str
    next_step: str
    condition: str
    review_on: date
    unit: Unit | None = None


@transaction.atomic
def ask(dossier_id: int, given: Explanation, *, level: int, by: Actor, now: datetime) -> Suspension:
    """Explain in writing why it cannot be settled now. Raises NotNow when it is asked for or on the ledger already."""
    dossier = lock_open(dossier_id)
    _check_review(given.review_on, dossier.path, now)
    try:
        with transaction.atomic():
            return Suspension.objects.create(
                dossier=dossier, reason=given.reason, explanation=given.words, unit=given.unit,
                responsible=given.responsible, next_step=given.next_step, condition=given.condition,
                review_on=given.review_on, asked_by_id=by.user_id, level=level, at=now,
            )  # fmt: skip
    except IntegrityError:
        raise NotNow(_("已经申请挂账或已在挂账中。")) from None


def _check_review(day: date, path: str, now: datetime) -> None:
    if closing(day) <= now:
        raise NotNow(_("复核日期要在今天之后。"))
    most = book.bound(Bound.What.REVIEW_DAYS, path=path, now=now)
    if most is not None and day > now.astimezone(CHINA).date() + timedelta(days=most):
        raise NotNow(_("最长 %(days)d 天要复核一次，请把复核日期提前。") % {"days": most})


@transaction.atomic
def decide(
    suspension: Suspension, *, approve: bool, kinds: Sequence[str], words: str = "", by: Actor, now: datetime
) -> list[Moved]:
    """Refuse it, or put it on the ledger: the running clocks of these kinds stand still and that of the review starts.

    A pause ends by this, since the suspension takes its place; an extension that was asked for is no longer needed.
    Raises NotNow when it is decided already or its day of review has passed.
    """
    dossier = lock_open(suspension.dossier_id)
    if approve:
        _check_review(suspension.review_on, dossier.path, now)
    state = Suspension.State.ON_LEDGER if approve else Suspension.State.REFUSED
    changed = {"state": state, "decided_by": by.user_id, "decided_at": now, "words": words}
    if not approve:
        changed["ended_at"] = now
    if not Suspension.objects.filter(pk=suspension.pk, state=Suspension.State.ASKED).update(**changed):
        raise NotNow(_("这个挂账申请已经批过，或者已经不需要了。"))
    if not approve:
        return []
    _end_pause(suspension.dossier_id, by, now)
    running = Deadline.objects.filter(dossier=suspension.dossier_id, ended_at=None, kind__in=kinds)
    asked = Extension.objects.filter(deadline__in=running, state=Extension.State.ASKED)
    asked.update(state=Extension.State.LAPSED, decided_at=now)
    pausing.hold(running, since=now, until=closing(suspension.review_on), suspension=suspension)
    _start_review(suspension, dossier.path, now)
    return recount.recount([suspension.dossier_id], now=now)


def _end_pause(dossier_id: int, by: Actor, now: datetime) -> None:
    Hold.objects.filter(pause__dossier=dossier_id, ended_at=None).update(ended_at=now)
    Pause.objects.filter(dossier=dossier_id, ended_at=None).update(ended_at=now, ended_by=by.user_id)


def _start_review(suspension: Suspension, path: str, now: datetime) -> None:
    wanted = deadlines.Wanted(REVIEW, path, now, unit_id=suspension.unit_id, promised=closing(suspension.review_on))
    deadlines.start(suspension.dossier_id, [wanted], now=now)


@transaction.atomic
def review(suspension: Suspension, *, next_on: date, next_step: str, by: Actor, now: datetime) -> list[Moved]:
    """复核: it stays on the ledger, with the next step and the next day on which somebody looks again.

    Raises NotNow when it is no longer on the ledger.
    """
    dossier = lock_open(suspension.dossier_id)
    _check_review(next_on, dossier.path, now)
    on_ledger = Suspension.objects.filter(pk=suspension.pk, state=Suspension.State.ON_LEDGER)
    if not on_ledger.update(review_on=next_on, next_step=next_step):
        raise NotNow(_("已经不在挂账中。"))
    suspension.review_on, suspension.next_step = next_on, next_step
    deadlines.end(suspension.dossier_id, [REVIEW], now=now)
    _start_review(suspension, dossier.path, now)
    Hold.objects.filter(suspension=suspension, ended_at=None).update(until=closing(next_on))
    return recount.recount([suspension.dossier_id], now=now)


@transaction.atomic
def lift(suspension: Suspension, *, by: Actor, now: datetime) -> list[Moved]:
    """解除挂账: the clocks go on with what was left of them. Raises NotNow when it is no longer on the ledger."""
    lock_open(suspension.dossier_id)
    on_ledger = Suspension.objects.filter(pk=suspension.pk, state=Suspension.State.ON_LEDGER)
    if not on_ledger.update(state=Suspension.State.LIFTED, ended_at=now):
        raise NotNow(_("已经不在挂账中。"))
    Hold.objects.filter(suspension=suspension, ended_at=None).update(ended_at=now)
    deadlines.end(suspension.dossier_id, [REVIEW], now=now)
    return recount.recount([suspension.dossier_id], now=now)
