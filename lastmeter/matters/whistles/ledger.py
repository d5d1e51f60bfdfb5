"""吹哨报到台账 (DOMAIN.md 13.2): one line for each unit that was called, in the usual columns; never typed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from pathlib import Path

from django.db import transaction
from django.db.models import Prefetch
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor
from lastmeter.kit.ids import pretty
from lastmeter.kit.sheets import write_rows
from lastmeter.kit.zhtime import CHINA
from lastmeter.matters.models import Attendance, Called, Whistle
from lastmeter.matters.whistles import levels, reading

MOST = 5000  # lines of one ledger
HEAD: tuple[str | Promise, ...] = (
    gettext_lazy("序号"),
    gettext_lazy("哨号"),
    gettext_lazy("级别"),
    gettext_lazy("吹哨单位"),
    gettext_lazy("时间"),
    gettext_lazy("事由"),
    gettext_lazy("报到单位"),
    gettext_lazy("应到/实到时间"),
    gettext_lazy("参加人"),
    gettext_lazy("处置"),
    gettext_lazy("办结"),
    gettext_lazy("评价"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One unit under one whistle, in words; `number` links to the whistle."""

    number: str
    cells: tuple[str, ...]


def lines(actor: Actor, since: datetime, until: datetime) -> list[Line]:
    """The whistles blown in a span that the actor sees, the oldest first; one that called nobody has a line too."""
    ways = reading.branches(actor)
    if not ways:
        return []
    called = Called.objects.select_related("unit", "rating").order_by("-role", "pk")
    rows = Whistle.objects.filter(reduce(or_, ways), asked_at__gte=since, asked_at__lt=until)
    shown = rows.select_related(*reading.SHOWN).prefetch_related(
        Prefetch("called", called), Prefetch("called__attendances", Attendance.objects.order_by("pk"))
    )
    found = shown.order_by("asked_at", "pk")[:MOST]
    return [
        Line(whistle.number, (str(at), *cells))
        for at, (whistle, cells) in enumerate(((each, cells) for each in found for cells in _of(each)), start=1)
    ]


def _of(whistle: Whistle) -> Iterator[tuple[str, ...]]:
    day = whistle.asked_at.astimezone(CHINA).date()
    level = levels.at(whistle.matter.dossier.path, day)[whistle.colour].word
    head = (pretty(whistle.number), level, whistle.origin.name, _time(whistle.asked_at), whistle.matter.dossier.title)
    units = list(whistle.called.all())
    for each in units:
        yield (*head, each.unit.name, _attended(each), _people(each), each.measures, _ended(each), _rating(each))
    if not units:
        yield (*head, "", "", "", whistle.ended_words, str(whistle.get_step_display()), "")


def _attended(called: Called) -> str:
    words = {"due": _time(called.arrive_by) or _("不限"), "came": _time(called.arrived_at) or _("未到")}
    return _("应 %(due)s / 实 %(came)s") % words


def _people(called: Called) -> str:
    return "、".join(f"{each.name}（{each.get_rank_display()}）" for each in called.attendances.all())


def _ended(called: Called) -> str:
    if called.ended_at is None:
        return _("办理中")
    return f"{_time(called.ended_at)} {called.get_ending_display()}"


def _rating(called: Called) -> str:
    said = getattr(called, "rating", None)
    if said is None:
        return ""
    words = {
        "report_in": said.report_in,
        "handling": said.handling,
        "result": said.result,
        "solved": _("已解决") if said.solved else _("未解决"),
    }
    text = _("报到 %(report_in)d、办理 %(handling)d、结果 %(result)d，%(solved)s") % words
    return _("%(rating)s；单位说明：%(answer)s") % {"rating": text, "answer": said.answer} if said.answer else text


def _time(at: datetime | None) -> str:
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M}" if at else ""


@transaction.atomic
def write(path: Path, since: datetime, until: datetime, *, by: Actor, now: datetime) -> int:
    """The ledger as a file, with an audit entry; returns the number of lines."""
    audit.record("whistles.exported", by=by, object_kind="list", reason=f"{since:%Y-%m}", now=now)
    found = [each.cells for each in lines(by, since, until)]
    period = _("%(month)s，%(name)s制") % {"month": f"{since:%Y-%m}", "name": by.user.name if by.user else ""}
    rows = [[period], [str(each) for each in HEAD], *found, [_("填表人：　　　　审核人：　　　　日期：")]]
    write_rows(path, [_("吹哨报到台账")], rows)
    return len(found)
