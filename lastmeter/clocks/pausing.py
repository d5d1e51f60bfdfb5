"""暂停与恢复计时: a reason, who, until when; it goes on by itself, or earlier by an act."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from lastmeter.accounts.actors import Actor
from lastmeter.clocks import book, recount
from lastmeter.clocks.deadlines import NotNow, lock_open
from lastmeter.clocks.models import Bound, Deadline, Hold, Pause, Suspension
from lastmeter.clocks.recount import Moved
from lastmeter.kit import bulk, columns


@transaction.atomic
def pause(
    dossier_id: int,
    *,
    kinds: Sequence[str],
    reason: Pause.Reason,
    until: datetime,
    words: str = "",
    by: Actor,
    now: datetime,
) -> tuple[Pause, list[Moved]]:
    """Let the running clocks of these kinds stand still until a moment; returns the pause and what moved.

    Raises NotNow when nothing of them runs in time, one is paused or suspended already, or a bound is passed.
    """
    dossier = lock_open(dossier_id)
    running = Deadline.objects.filter(dossier=dossier, ended_at=None, kind__in=kinds).select_related("limit")
    in_time = [each for each in running if each.due_at > now]
    _refuse_second(dossier_id)
    if not in_time:
        raise NotNow(_("期限已经过了，不能再暂停；确实办不了的可以申请挂账。"))
    _check_bounds(dossier_id, dossier.path, reason, until, now)
    made = Pause.objects.create(dossier=dossier, reason=reason, words=words, by_id=by.user_id, at=now, until=until)
    hold(in_time, since=now, until=until, pause=made)
    return made, recount.recount([dossier_id], now=now)


def hold(
    deadlines: Iterable[Deadline],
    *,
    since: datetime,
    until: datetime,
    pause: Pause | None = None,
    suspension: Suspension | None = None,
) -> None:
    """Write that these deadlines stand still; the dates follow by `recount`."""
    Hold.objects.bulk_create(
        Hold(deadline=each, pause=pause, suspension=suspension, since=since, until=until) for each in deadlines
    )


def _refuse_second(dossier_id: int) -> None:
    if Pause.objects.filter(dossier=dossier_id, ended_at=None).exists():
        raise NotNow(_("已经在暂停计时。"))
    if Suspension.objects.filter(dossier=dossier_id, state=Suspension.State.ON_LEDGER).exists():
        raise NotNow(_("已经挂账，期限本来就停着。"))


def _check_bounds(dossier_id: int, path: str, reason: Pause.Reason, until: datetime, now: datetime) -> None:
    if until <= now:
        raise NotNow(_("暂停到的日期要在今天之后。"))
    days = book.bound(Bound.What.PAUSE_DAYS, path=path, which=reason, now=now)
    if days is not None and until > now + timedelta(days=days):
        raise NotNow(_("因为“%(reason)s”，一次最多暂停 %(days)d 天。") % {"reason": reason.label, "days": days})
    most = book.bound(Bound.What.PAUSES, path=path, now=now)
    if most is not None and Pause.objects.filter(dossier=dossier_id).count() >= most:
        raise NotNow(_("这件事已经暂停过 %(count)d 次，不能再暂停。") % {"count": most})


@transaction.atomic
def resume(pause: Pause, *, by: Actor, now: datetime) -> list[Moved]:
    """The clocks go on now, before the day. Raises NotNow when they go on already."""
    lock_open(pause.dossier_id)
    if not Pause.objects.filter(pk=pause.pk, ended_at=None).update(ended_at=now, ended_by=by.user_id):
        raise NotNow(_("已经恢复计时了。"))
    Hold.objects.filter(pause=pause, ended_at=None).update(ended_at=now)
    return recount.recount([pause.dossier_id], now=now)


def end_due(now: datetime, most: int) -> list[Pause]:
    """End the pauses whose day has come, at that day's moment however late this runs. Needs an open transaction."""
    due = Pause.objects.select_for_update(skip_locked=True, no_key=True, of=("self", "dossier"))
    due = due.select_related("dossier")
    over = list(due.filter(ended_at=None, until__lte=now).order_by("until", "pk")[:most])
    for each in over:
        each.ended_at = each.until
    bulk.update(over, ["ended_at"])
    ends = {each.pk: each.until for each in over}
    holds = list(Hold.objects.filter(pause__in=ends, ended_at=None).values_list("pk", "pause"))
    columns.update(Hold, [key for key, _pause in holds], {"ended_at": [ends[pause or 0] for _key, pause in holds]})
    if over:
        recount.recount(sorted({each.dossier_id for each in over}), now=now)
    return over
