"""Office hours from a day on, and the limit that must stay. Other rules are put in force by `grid.policy`.

A timetable is several rows of one owner, who may be a unit, and running clocks follow it at once (ADR 0006).
"""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor
from lastmeter.clocks import applying
from lastmeter.clocks.deadlines import NotNow
from lastmeter.clocks.models import Limit, OfficeSpan
from lastmeter.grid import ground
from lastmeter.grid.models import Node, Unit, lineage
from lastmeter.kit.zhtime import check_spans


def require_another(limit: Limit) -> None:
    """Raise NotNow for the last limit of its kind that speaks of every matter of the place."""
    if _is_last(limit):
        raise NotNow(_("这是最上面的一般规则，不能停用，只能改成别的数；不然会有事项没有期限。"))


def _is_last(limit: Limit) -> bool:
    general = Limit.objects.filter(kind=limit.kind, profile="", urgency="", category=None, unit=None)
    if not general.filter(pk=limit.pk).exists():
        return False
    return not general.filter(node__path__in=lineage(limit.node.path), valid_to=None).exclude(pk=limit.pk).exists()


def _not_before(day: date, today: date) -> None:
    if day < today:
        raise NotNow(_("生效日期不能在今天之前：已经按老规则办的，不能倒回去改。"))


def _end(rows: Any, on: date) -> None:
    """Rows that hold on that day or later hold until before it; one that has not begun yet never does."""
    rows.filter(Q(valid_to=None) | Q(valid_to__gt=on)).update(valid_to=Greatest(F("valid_from"), on))


@transaction.atomic
def put_hours(
    owner: Node | Unit,
    weekdays: Sequence[int],
    spans: Sequence[tuple[time, time]],
    *,
    since: date,
    basis: str,
    by: Actor,
    today: date,
    now: datetime,
) -> int:
    """Let these office hours hold on these days of the week from `since` on; the owner's other days stay.

    Running clocks that are counted in office hours follow by the worker; returns how many those are. Without spans
    those days are closed, but a timetable without any opening is refused. Raises NotNow, also for spans that overlap.
    """
    _not_before(since, today)
    if spans:
        _check(spans)
    column = {"unit": owner} if isinstance(owner, Unit) else {"node": owner}
    own = OfficeSpan.objects.filter(**column)
    _end(own.filter(weekday__in=weekdays), since)
    made = [
        OfficeSpan.objects.create(weekday=weekday, opens=opens, closes=closes, valid_from=since, basis=basis, **column)
        for weekday in weekdays
        for opens, closes in spans
    ]
    if not own.filter(Q(valid_to=None) | Q(valid_to__gt=since), weekday__lte=7).exists():
        raise NotNow(_("至少要有一天办公，不然按工作小时算的期限永远不会到。"))
    audit.record("rule.set", by=by, object_kind="officespan", object_id=made[0].pk if made else owner.pk, now=now)
    ground.bump()
    return applying.ask(basis, **column, now=now).total


def _check(spans: Sequence[tuple[time, time]]) -> None:
    try:
        check_spans(tuple(spans))
    except ValueError:
        raise NotNow(_("办公时间要从早到晚写，不能重叠，也不能首尾相接。")) from None
