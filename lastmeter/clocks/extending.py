"""延期: asked for before the deadline with a reason, approved or refused by the desk above, within the bounds."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lastmeter.accounts.actors import Actor
from lastmeter.clocks import book, recount
from lastmeter.clocks.deadlines import NotNow, lock_open
from lastmeter.clocks.models import Bound, Deadline, Extension, Measure, Suspension
from lastmeter.clocks.recount import Moved


@transaction.atomic
def ask(
    dossier_id: int, *, kinds: Sequence[str], amount: int, reason: str, level: int, by: Actor, now: datetime
) -> Extension:
    """Ask for `amount` more, in the measure of the running deadline of one of these kinds. `level`: the desk that asks.

    Raises NotNow when it is due already, on the ledger, asked for already, or a bound is passed.
    """
    dossier = lock_open(dossier_id)
    deadline = (
        Deadline.objects.select_related("limit").filter(dossier=dossier, kind__in=kinds, leg="", ended_at=None).first()
    )
    if deadline is None or deadline.due_at <= now:
        raise NotNow(_("延期要在到期之前申请，现在已经过了。"))
    if Suspension.objects.filter(dossier=dossier, state=Suspension.State.ON_LEDGER).exists():
        raise NotNow(_("已经挂账，期限本来就停着。"))
    _check_bounds(deadline, amount, dossier.path, now)
    try:
        with transaction.atomic():
            return Extension.objects.create(
                deadline=deadline, reason=reason, amount=amount, measure=measure_of(deadline), asked_by_id=by.user_id,
                level=level, at=now,
            )  # fmt: skip
    except IntegrityError:
        raise NotNow(_("已经申请过延期，正在等批复。")) from None


def measure_of(deadline: Deadline) -> str:
    """In what a deadline is counted; a date that was promised elsewhere, in hours of the clock."""
    return deadline.limit.measure if deadline.limit else Measure.NATURAL_HOURS


def most(deadline: Deadline, path: str, now: datetime) -> int | None:
    """How much may be asked for at most, in the deadline's own measure; None: no bound, or no rule to measure it by."""
    share = book.bound(Bound.What.EXTENSION_SHARE, path=path, which=deadline.kind, now=now)
    if share is None or deadline.limit is None:
        return None
    return max(1, deadline.limit.amount * share // 100)


def _check_bounds(deadline: Deadline, amount: int, path: str, now: datetime) -> None:
    times = book.bound(Bound.What.EXTENSIONS, path=path, which=deadline.kind, now=now)
    given = Extension.objects.filter(deadline=deadline, state=Extension.State.APPROVED).count()
    if times is not None and given >= times:
        raise NotNow(_("这个期限已经延过 %(count)d 次，不能再延；确实办不了的可以申请挂账。") % {"count": given})
    cap = most(deadline, path, now)
    if cap is not None and amount > cap:
        raise NotNow(_("一次最多延长 %(most)d。") % {"most": cap})


@transaction.atomic
def decide(extension: Extension, *, approve: bool, words: str = "", by: Actor, now: datetime) -> list[Moved]:
    """Approve or refuse; an approved one moves the date. Raises NotNow when it is decided or no longer needed."""
    lock_open(extension.deadline.dossier_id)
    state = Extension.State.APPROVED if approve else Extension.State.REFUSED
    decided = Extension.objects.filter(pk=extension.pk, state=Extension.State.ASKED).update(
        state=state, decided_by=by.user_id, decided_at=now, words=words
    )
    if not decided:
        raise NotNow(_("这个延期申请已经批过，或者已经不需要了。"))
    return recount.recount([extension.deadline.dossier_id], now=now) if approve else []
