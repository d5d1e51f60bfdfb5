"""怎么算的: each promised date of a matter with the rule that set it, its basis, and the days that were counted."""

from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lastmeter.clocks.models import Deadline, Limit, Measure
from lastmeter.kit import zhtime
from lastmeter.matters import lifecycle


@dataclass(frozen=True, slots=True)
class Promised:
    """One deadline in words. `days` is the day-by-day count of working days, empty for hours."""

    name: str
    deadline: Deadline
    rule: str
    basis: str
    days: list[zhtime.Step]

    @property
    def running(self) -> bool:
        return self.deadline.ended_at is None


def promised(dossier_id: int) -> list[Promised]:
    """The deadlines of a matter that bind the whole, the nearest first: one query."""
    rows = Deadline.objects.filter(dossier=dossier_id, leg="").select_related("limit").order_by("due_at", "pk")
    return [_promised(each) for each in rows]


def _promised(deadline: Deadline) -> Promised:
    names = {each.kind: each.word for each in lifecycle.CLOCKS}
    limit = deadline.limit
    return Promised(
        name=_(names.get(deadline.kind, deadline.kind)),
        deadline=deadline,
        rule=_rule(limit) if limit else _("来源系统里承诺的日期。"),
        basis=limit.basis if limit else "",
        days=_days(deadline, limit) if limit else [],
    )


def _rule(limit: Limit) -> str:
    amount = {"amount": limit.amount}
    if limit.measure == Measure.WORKING_DAYS:
        return _("%(amount)d 个工作日：登记当天不算，周末和法定节假日不算，调休上班算。") % amount
    if limit.measure == Measure.WORKING_HOURS:
        return _("%(amount)d 个工作小时：只算上班时间。") % amount
    return _("%(amount)d 小时：从登记起连续计算，夜间和节假日也算。") % amount


def _days(deadline: Deadline, limit: Limit) -> list[zhtime.Step]:
    if limit.measure != Measure.WORKING_DAYS:
        return []
    return zhtime.explain(deadline.started_at, limit.amount, zhtime.Calendar.national(), get_language() or "zh-hans")
