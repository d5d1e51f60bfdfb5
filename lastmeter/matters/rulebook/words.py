"""How the rows of each kind of rule read: what they speak of, and what they say."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lastmeter.clocks.models import Bound, Demand, Limit, Pause, Rung
from lastmeter.clocks.suspending import REVIEW
from lastmeter.clocks.wording import said
from lastmeter.matters import lifecycle, promises
from lastmeter.matters.closing import REOPEN_KIND
from lastmeter.matters.intake import ANSWER, FIX
from lastmeter.matters.models import Cap, Category, Colour, LapseRule, Profile, ProfileRule, Urgency, WhistleLevel
from lastmeter.matters.reckoning import NAMES
from lastmeter.matters.talking import grievances
from lastmeter.matters.talking.asking import ASK_KIND
from lastmeter.matters.whistles import lifecycle as whistling

LIMIT_KINDS: dict[str, str | Promise] = {
    ANSWER: NAMES[ANSWER],
    FIX: NAMES[FIX],
    ASK_KIND: gettext_lazy("请补充的期限"),
    REOPEN_KIND: gettext_lazy("可以要求重办多久"),
    Demand.Kind.SUPERVISE: NAMES[Demand.Kind.SUPERVISE],
    Demand.Kind.URGE: NAMES[Demand.Kind.URGE],
    grievances.KIND: gettext_lazy("办理投诉的答复期限"),
    **{each.kind: gettext_lazy(each.word) for each in lifecycle.CLOCKS if each.kind not in (ANSWER, FIX)},
    promises.RETURN: gettext_lazy("多久以内可以退回"),
    promises.DISPUTE: gettext_lazy("异议裁定期限"),
    promises.TRANSFER: gettext_lazy("转办申请的答复期限"),
    promises.ASSIST: gettext_lazy("协办期限"),
    promises.REPEAT: gettext_lazy("多久以内算重复诉求"),
    **{each.kind: gettext_lazy(each.word) for each in whistling.CLOCKS if each.kind != whistling.DECIDE},
}
FLOWS = [*Profile.choices, (whistling.NAME, gettext_lazy(whistling.WORD))]
# How pressing: of a matter its urgency, of a whistle its colour.
PRESSING = [*Urgency.choices, *Colour.choices]
RUNG_KINDS: dict[str, str | Promise] = {
    FIX: NAMES[FIX],
    ANSWER: NAMES[ANSWER],
    REVIEW: NAMES[REVIEW],
    Demand.Kind.SUPERVISE: NAMES[Demand.Kind.SUPERVISE],
    Demand.Kind.URGE: NAMES[Demand.Kind.URGE],
    promises.DISPUTE: LIMIT_KINDS[promises.DISPUTE],
    promises.TRANSFER: LIMIT_KINDS[promises.TRANSFER],
    **{each.kind: gettext_lazy(each.word) for each in whistling.CLOCKS},
}


class Said(NamedTuple):
    """A row in words: what it speaks of, and what it says of it; rows are shown in the order of `place`."""

    place: tuple[int | str, ...]
    what: str
    says: str


def limits(rows: list[Limit]) -> list[Said]:
    """Which term, for which matters, and how long it is."""
    categories = Category.objects.in_bulk([row.category for row in rows if row.category])
    order = {kind: at for at, kind in enumerate(LIMIT_KINDS)}

    def narrowed(row: Limit) -> list[str]:
        category = categories.get(row.category or 0)
        return [
            row.unit.name if row.unit else "",
            category.label if category else "",
            str(dict(FLOWS).get(row.profile, "")),
            str(dict(PRESSING).get(row.urgency, "")),
        ]

    return [
        Said(
            (order.get(row.kind, 99),),
            _joined(LIMIT_KINDS.get(row.kind, row.kind), *narrowed(row)),
            said(row.amount, row.measure),
        )
        for row in rows
    ]


def rungs(rows: list[Rung]) -> list[Said]:
    """Which term, which step, to which desk, and how long after the due moment."""
    return [
        Said(
            (row.kind, row.number),
            _("%(kind)s · 第 %(number)d 级，报到%(level)s")
            % {
                "kind": RUNG_KINDS.get(row.kind, row.kind) if row.kind else _("各种期限"),
                "number": row.number,
                "level": row.get_level_display(),
            },
            _("超期 %(term)s后") % {"term": said(row.amount, row.measure)},
        )
        for row in rows
    ]


def bounds(rows: list[Bound]) -> list[Said]:
    """What is bounded, for which reason, and the number."""
    return [
        Said(
            (row.what, row.which),
            _joined(row.get_what_display(), Pause.Reason(row.which).label if row.which in Pause.Reason else ""),
            str(row.amount),
        )
        for row in rows
    ]


def flows(rows: list[ProfileRule]) -> list[Said]:
    """From where and about what, and the flow it takes."""
    return [
        Said(
            (row.source, row.category.label if row.category else ""),
            _joined(
                row.get_source_display() if row.source else _("各种来源"),
                row.category.label if row.category else _("各种类别"),
            ),
            row.get_profile_display(),
        )
        for row in rows
    ]


def caps(rows: list[Cap]) -> list[Said]:
    """What may happen so often, in which flow."""
    return [
        Said(
            (row.kind, row.profile),
            _joined(row.get_kind_display(), row.get_profile_display() if row.profile else ""),
            ngettext("最多 %(times)d 次", "最多 %(times)d 次", row.most) % {"times": row.most},
        )
        for row in rows
    ]


def lapses(rows: list[LapseRule]) -> list[Said]:
    """Of which category, and what follows an unanswered question."""
    return [
        Said(
            (row.category.label if row.category else "",),
            row.category.label if row.category else _("各种类别"),
            _joined(row.get_then_display(), row.get_outcome_display() if row.then == LapseRule.Then.CLOSE else ""),
        )
        for row in rows
    ]


def levels(rows: list[WhistleLevel]) -> list[Said]:
    """Which colour, what it is called and who must come."""
    return [Said((row.rank,), row.get_colour_display(), _joined(row.word, row.get_rank_display())) for row in rows]


def _joined(*parts: object) -> str:
    return " · ".join(str(part) for part in parts if part)
