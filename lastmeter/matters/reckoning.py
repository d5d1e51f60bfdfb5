"""怎么算的: each promised date of a matter with the rule that set it, its basis, what moved it, the days counted."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Prefetch, prefetch_related_objects
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from lastmeter.clocks import book, suspending
from lastmeter.clocks.models import Deadline, Demand, Extension, Hold, Limit, Measure, Suspension
from lastmeter.clocks.wording import said
from lastmeter.kit import zhtime
from lastmeter.kit.zhtime import CHINA, DAY, long_date
from lastmeter.matters import lifecycle
from lastmeter.matters.whistles import lifecycle as whistling

NAMES: dict[str, str | Promise] = {
    **{each.kind: gettext_lazy(each.word) for each in lifecycle.CLOCKS},
    **{each.kind: gettext_lazy(each.word) for each in whistling.CLOCKS},
    suspending.REVIEW: gettext_lazy("挂账复核日期"),
    Demand.Kind.SUPERVISE: gettext_lazy("督办回复期限"),
    Demand.Kind.URGE: gettext_lazy("催办回复期限"),
}
PUBLIC = tuple({each.kind: None for each in lifecycle.CLOCKS})  # promised to the requester; others bind staff alone
MOST_HOURS_DAYS = 14  # days of office hours that are listed one by one


@dataclass(frozen=True, slots=True)
class Promised:
    """One deadline in words. `days` is the day-by-day count of working days or hours, empty for hours of the clock;
    `turns` says what made it stand still or extended it, in order. `waiting`: a suspension is asked for."""

    name: str
    deadline: Deadline
    rule: str
    basis: str
    days: list[zhtime.Step]
    turns: list[str]
    note: str
    holds: list[Hold]
    extensions: list[Extension]
    waiting: bool

    @property
    def running(self) -> bool:
        return self.deadline.ended_at is None

    @property
    def suspended(self) -> bool:
        """On the ledger: the date it will have depends on when it is lifted."""
        return any(each.suspension_id for each in self.holds if each.ended_at is None)


def name_of(kind: str) -> str | Promise:
    """What a kind of deadline is called; one of another package by its own kind."""
    return NAMES.get(kind, kind)


def promised(dossier_id: int, *, public: bool = False) -> list[Promised]:
    """The deadlines of a matter that bind the whole, the nearest first; `public`: those that the requester was told.

    One query, and two more for what made them stand still or extended them, where there is any of it.
    """
    rows = Deadline.objects.filter(dossier=dossier_id, leg="").select_related("limit", "dossier")
    rows = rows.annotate(
        held=Exists(Hold.objects.filter(deadline=OuterRef("pk"))),
        longer=Exists(Extension.objects.filter(deadline=OuterRef("pk"))),
        waiting=Exists(Suspension.objects.filter(dossier=dossier_id, state=Suspension.State.ASKED)),
    )
    reasons = Hold.objects.select_related("pause", "suspension").order_by("pk")
    found = sorted(rows.filter(kind__in=PUBLIC) if public else rows, key=lambda each: (each.due_at, each.pk))
    prefetch_related_objects([each for each in found if each.held], Prefetch("holds", reasons))
    prefetch_related_objects([each for each in found if each.longer], "extensions")
    return [_promised(each, held=each.held, longer=each.longer, waiting=each.waiting) for each in found]


def _promised(deadline: Deadline, *, held: bool, longer: bool, waiting: bool) -> Promised:
    limit = deadline.limit
    holds = list(deadline.holds.all()) if held else []
    extensions = list(deadline.extensions.all()) if longer else []
    return Promised(
        name=str(name_of(deadline.kind)),
        deadline=deadline,
        rule=_rule(limit) if limit else _set_elsewhere(deadline),
        basis=limit.basis if limit else "",
        days=_days(deadline, limit, holds) if limit else [],
        turns=_turns(holds, extensions),
        note=_unpublished(deadline) if limit and limit.measure != Measure.NATURAL_HOURS else "",
        holds=holds,
        extensions=extensions,
        waiting=waiting,
    )


def _set_elsewhere(deadline: Deadline) -> str:
    if deadline.kind == suspending.REVIEW:
        return _("批准挂账或上次复核时定的日期。")
    return _("来源系统里承诺的日期。")


def _rule(limit: Limit) -> str:
    amount = {"amount": limit.amount}
    if limit.measure == Measure.WORKING_DAYS:
        return _("%(amount)d 个工作日：开始当天不算，周末和法定节假日不算，调休上班算。") % amount
    if limit.measure == Measure.WORKING_HOURS:
        return _("%(amount)d 个工作小时：只算上班时间。") % amount
    return _("%(amount)d 小时：从开始起连续计算，夜间和节假日也算。") % amount


def _turns(holds: list[Hold], extensions: list[Extension]) -> list[str]:
    """What happened to the date, in the order in which it happened."""
    held = [(each.since, _held(each)) for each in holds]
    longer = [
        (each.decided_at, _extended(each.decided_at, each))
        for each in extensions
        if each.state == Extension.State.APPROVED and each.decided_at
    ]
    return [words for _at, words in sorted([*held, *longer], key=lambda turn: turn[0])]


def _extended(at: datetime, extension: Extension) -> str:
    term = said(extension.amount, extension.measure)
    return _("%(at)s 批准延长 %(term)s。") % {"at": _long(at), "term": term}


def _held(hold: Hold) -> str:
    why = hold.pause.get_reason_display() if hold.pause else _("挂账")
    values = {"why": why, "since": _long(hold.since), "until": _long(hold.ended_at or hold.until)}
    if hold.ended_at:
        return _("%(since)s 至 %(until)s 停计（%(why)s）。") % values
    if hold.suspension_id:
        return _("%(since)s 起停计（%(why)s），解除后接着算；上面的日期按复核那天解除估算。") % values
    return _("%(since)s 起停计（%(why)s），预计 %(until)s 恢复。") % values


def _long(moment: datetime) -> str:
    return long_date(moment, get_language() or "zh-hans")


def _days(deadline: Deadline, limit: Limit, holds: list[Hold]) -> list[zhtime.Step]:
    language = get_language() or "zh-hans"
    if limit.measure == Measure.WORKING_DAYS:
        still = [(each.since, each.ended_at or each.until) for each in holds]
        return zhtime.explain_until(deadline.started_at, deadline.due_at, book.calendar(), language, still)
    if limit.measure == Measure.WORKING_HOURS:
        return _office_days(deadline)
    return []


def _office_days(deadline: Deadline) -> list[zhtime.Step]:
    """Each day with the office hours that counted on it."""
    worked = book.worked(deadline.dossier.path, deadline.unit_id)
    first, last = (moment.astimezone(CHINA).date() for moment in (deadline.started_at, deadline.due_at))
    days = [first + DAY * step for step in range(min((last - first).days + 1, MOST_HOURS_DAYS))]
    return [_office_day(day, list(worked.hours.open_on(day, worked.calendar))) for day in days]


def _office_day(day: date, spans: list[tuple[datetime, datetime]]) -> zhtime.Step:
    said_spans = " ".join(f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in spans)
    return zhtime.Step(day, bool(spans), said_spans or _("不办公"))


def _unpublished(deadline: Deadline) -> str:
    years = range(deadline.started_at.astimezone(CHINA).year, deadline.due_at.astimezone(CHINA).year + 1)
    unknown = [str(year) for year in years if not book.calendar().is_published(year)]
    if not unknown:
        return ""
    said_years = {"years": "、".join(unknown)}
    return _("%(years)s 年放假安排还没有公布，先按法定节假日算，不算调休；公布后会重新计算并告诉您。") % said_years
