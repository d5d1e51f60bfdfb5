"""督办与催办: somebody presses for an answer, which has a deadline of its own."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lastmeter.accounts.actors import Actor
from lastmeter.clocks import book, deadlines
from lastmeter.clocks.deadlines import NotNow, lock_open
from lastmeter.clocks.models import Bound, Demand
from lastmeter.dossiers.models import Dossier
from lastmeter.kit import bulk
from lastmeter.kit.zhtime import long_date


@transaction.atomic
def press(
    dossier_id: int,
    *,
    kind: Demand.Kind,
    words: str,
    by: Actor,
    now: datetime,
    unit_id: int | None = None,
    by_requester: bool = False,
) -> Demand:
    """Press for an answer by the limit of this kind. Raises NotNow when an earlier one waits for its answer still."""
    dossier = lock_open(dossier_id)
    if by_requester:
        _refuse_too_soon(dossier_id, dossier.path, now)
    try:
        with transaction.atomic():
            demand = Demand.objects.create(
                dossier=dossier, kind=kind, words=words, by_id=by.user_id, by_requester=by_requester, at=now
            )
    except IntegrityError:
        raise NotNow(still_waits()) from None
    deadlines.start(dossier_id, [deadlines.Wanted(kind, dossier.path, now, unit_id=unit_id)], now=now)
    return demand


def press_many(
    dossiers: Sequence[Dossier],
    *,
    kind: Demand.Kind,
    words: str,
    units: Mapping[int, int | None],
    by: Actor,
    now: datetime,
) -> None:
    """`press` for open dossiers whose rows the caller holds locked; `units`: dossier id → the unit that answers.

    Where an earlier one waits for its answer still, nothing is added.
    """
    demands = [Demand(dossier=each, kind=kind, words=words, by_id=by.user_id, at=now) for each in dossiers]
    bulk.create(Demand, demands, skip=True)
    wanted = [(each.pk, deadlines.Wanted(kind, each.path, now, unit_id=units[each.pk])) for each in dossiers]
    deadlines.start_many(wanted, now=now)
    deadlines.refresh([each.pk for each in dossiers])


def still_waits() -> str:
    """What is said when an earlier pressing waits for its answer."""
    return _("上一次还在等回复，不用重复。")


def again_at(dossier_id: int, path: str, now: datetime) -> datetime | None:
    """When the requester may urge again, None when they may now."""
    days = book.bound(Bound.What.URGE_DAYS, path=path, now=now)
    last = Demand.objects.filter(dossier=dossier_id, by_requester=True).order_by("-at").first()
    if days is None or last is None or last.at + timedelta(days=days) <= now:
        return None
    return last.at + timedelta(days=days)


def _refuse_too_soon(dossier_id: int, path: str, now: datetime) -> None:
    if again := again_at(dossier_id, path, now):
        raise NotNow(_("您已经催过，%(date)s 以后可以再催。") % {"date": long_date(again, get_language() or "")})


@transaction.atomic
def answer(demand: Demand, *, words: str, by: Actor, now: datetime) -> None:
    """Whoever was pressed says how it stands. Raises NotNow when it was answered already."""
    lock_open(demand.dossier_id)
    answered = Demand.objects.filter(pk=demand.pk, ended_at=None).update(
        answer=words, answered_by=by.user_id, ended_at=now
    )
    if not answered:
        raise NotNow(_("已经回复过了。"))
    deadlines.end(demand.dossier_id, [demand.kind], now=now)


def nothing_pressed() -> NotNow:
    """What is said when there is nothing to answer."""
    return NotNow(_("现在没有等回复的督办或催办。"))
