"""The rules on time that hold at a place: its own rows, those it inherits, and those that are to come."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.clocks.models import Bound, Demand, Limit, OfficeSpan, Pause, Rung
from lastmeter.clocks.suspending import REVIEW
from lastmeter.clocks.wording import said
from lastmeter.grid import scope
from lastmeter.grid.models import Level, Node, Role, Unit, lineage
from lastmeter.matters import lifecycle, promises
from lastmeter.matters.asking import ASK_KIND
from lastmeter.matters.closing import REOPEN_KIND
from lastmeter.matters.intake import ANSWER, FIX
from lastmeter.matters.models import Category, Colour, Profile, Urgency
from lastmeter.matters.reckoning import NAMES
from lastmeter.matters.whistles import lifecycle as whistling

RULERS = (Role.SECRETARY, Role.DISPATCHER, Role.ORGANISER)
LOWEST = Level.COMMUNITY
MOST_PLACES = 200
LIMIT_KINDS: dict[str, str | Promise] = {
    ANSWER: NAMES[ANSWER],
    FIX: NAMES[FIX],
    ASK_KIND: gettext_lazy("请补充的期限"),
    REOPEN_KIND: gettext_lazy("可以要求重办多久"),
    Demand.Kind.SUPERVISE: NAMES[Demand.Kind.SUPERVISE],
    Demand.Kind.URGE: NAMES[Demand.Kind.URGE],
    **{each.kind: gettext_lazy(each.word) for each in lifecycle.CLOCKS if each.kind not in (ANSWER, FIX)},
    promises.RETURN: gettext_lazy("多久以内可以退回"),
    promises.DISPUTE: gettext_lazy("异议裁定期限"),
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
    **{each.kind: gettext_lazy(each.word) for each in whistling.CLOCKS},
}


@dataclass(frozen=True, slots=True)
class Line:
    """A rule in words. `own`: written at this place, so that it can be ended here; `later`: not in force yet."""

    pk: int
    what: str
    amount: str
    place: str
    basis: str
    valid_from: date
    valid_to: date | None
    own: bool
    later: bool


def places(actor: Actor, today: date) -> list[Node]:
    """The places whose rules the actor sets, from the top down to communities."""
    inside = scope.inside(scope.grounds(actor, RULERS, LOWEST))
    return list(Node.objects.current(today).filter(inside, level__lte=LOWEST).order_by("path")[:MOST_PLACES])


def limits(node: Node, today: date) -> list[Line]:
    """Limits at and above a place, the nearest first."""
    rows = _standing(Limit.objects.select_related("node", "unit"), node, today)
    categories = Category.objects.in_bulk([row.category for row in rows if row.category])
    order = {kind: at for at, kind in enumerate(LIMIT_KINDS)}
    rows.sort(key=lambda row: (order.get(row.kind, 99), -row.node.level, row.pk))
    return [_line(row, node, today, _limit_words(row, categories), said(row.amount, row.measure)) for row in rows]


def _limit_words(row: Limit, categories: dict[int, Category]) -> str:
    category = categories.get(row.category or 0)
    narrowed = [
        row.unit.name if row.unit else "",
        category.label if category else "",
        str(dict(FLOWS).get(row.profile, "")),
        str(dict(PRESSING).get(row.urgency, "")),
    ]
    return " · ".join([str(LIMIT_KINDS.get(row.kind, row.kind)), *filter(None, narrowed)])


def rungs(node: Node, today: date) -> list[Line]:
    """Steps of ladders at and above a place."""
    rows = _standing(Rung.objects.select_related("node"), node, today)
    rows.sort(key=lambda row: (row.kind, row.number, -row.node.level, row.pk))
    return [_line(row, node, today, _rung_words(row), _after(row)) for row in rows]


def _rung_words(row: Rung) -> str:
    kind = RUNG_KINDS.get(row.kind, row.kind) if row.kind else _("各种期限")
    return _("%(kind)s · 第 %(number)d 级，报到%(level)s") % {
        "kind": kind,
        "number": row.number,
        "level": row.get_level_display(),
    }


def _after(row: Rung) -> str:
    return _("超期 %(term)s后") % {"term": said(row.amount, row.measure)}


def bounds(node: Node, today: date) -> list[Line]:
    """Bounds at and above a place."""
    rows = _standing(Bound.objects.select_related("node"), node, today)
    rows.sort(key=lambda row: (row.what, row.which, -row.node.level, row.pk))
    return [_line(row, node, today, _bound_words(row), str(row.amount)) for row in rows]


def _bound_words(row: Bound) -> str:
    which = Pause.Reason(row.which).label if row.which in Pause.Reason else ""
    return " · ".join(filter(None, [row.get_what_display(), str(which)]))


def _standing(rows: "QuerySet[Any]", node: Node, today: date) -> list[Any]:
    still = Q(valid_to=None) | Q(valid_to__gt=today)
    return [
        row
        for row in rows.filter(still, node__path__in=lineage(node.path)).order_by("pk")
        if row.valid_to is None or row.valid_to > row.valid_from
    ]


def _line(row: Any, node: Node, today: date, what: str, amount: str) -> Line:
    own, later = row.node_id == node.pk, row.valid_from > today
    return Line(row.pk, what, amount, row.node.name, row.basis, row.valid_from, row.valid_to, own, later)


@dataclass(frozen=True, slots=True)
class Timetable:
    """The office hours of one owner from a day on: a weekday in words and its spans."""

    owner: str
    days: list[tuple[str, str]]
    valid_from: date


def timetables(node: Node, today: date) -> list[Timetable]:
    """The office hours of a place (the nearest above it that has any) and of its units."""
    still = Q(valid_to=None) | Q(valid_to__gt=today)
    rows = list(
        OfficeSpan.objects.filter(still)
        .filter(Q(node__path__in=lineage(node.path)) | Q(unit__node=node))
        .select_related("node", "unit")
        .order_by("weekday", "opens")
    )
    nearest = max((row.node.path for row in rows if row.node), key=len, default="")
    owners: dict[tuple[str, date], list[OfficeSpan]] = {}
    for row in rows:
        if row.valid_to == row.valid_from or (row.node and row.node.path != nearest):
            continue
        owner = row.unit.name if row.unit else row.node.name if row.node else ""
        owners.setdefault((owner, row.valid_from), []).append(row)
    return [Timetable(owner, _week(spans), since) for (owner, since), spans in sorted(owners.items())]


def _week(rows: Iterable[OfficeSpan]) -> list[tuple[str, str]]:
    days: dict[int, list[str]] = {}
    for row in rows:
        days.setdefault(row.weekday, []).append(f"{row.opens:%H:%M}-{row.closes:%H:%M}")
    return [(str(OfficeSpan.Weekday(day).label), " ".join(spans)) for day, spans in days.items()]


def units(node: Node) -> list[Unit]:
    """The units that serve this place."""
    return list(Unit.objects.filter(node=node, closed_on=None).order_by("name"))
