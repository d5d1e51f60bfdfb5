"""Rosters on which somebody is missing in the coming fourteen days, for the coverage page.

A few queries serve any number of rosters. The hours of most are alike and all their people are there: such are looked
at once for each way of dividing the day. Only those with somebody who has left, or with nobody, are worked out singly.
"""

from collections.abc import Iterable, Sequence
from datetime import date, time, timedelta

from django.db.models import Aggregate, CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from lastmeter.grid import scope
from lastmeter.grid.coverage.gaps import MOST, Gap, Row
from lastmeter.grid.duty import rosters, rota
from lastmeter.grid.duty.rota import DayKind, Pattern, Slot
from lastmeter.grid.keeping import KEEPERS
from lastmeter.grid.models import Roster, RosterMember, Swap
from lastmeter.kit import workdays, zhtime
from lastmeter.kit.paging import Keyset
from lastmeter.kit.zhtime import DAY

AHEAD = timedelta(days=14)
Span = tuple[date, date | None]  # of a roster's validity


class _Listed(Aggregate):
    """Texts in one, a semicolon between them; both databases know the function."""

    function = "STRING_AGG"
    output_field = CharField()


# The hours of a roster in one word: "workday 08:00:00 720;workday 20:00:00 720", in no certain order.
HOURS = _Listed(
    Concat(
        "slots__days",
        Value(" "),
        Cast("slots__starts", CharField()),
        Value(" "),
        Cast("slots__minutes", CharField()),
        output_field=CharField(),
    ),
    Value(";"),
)


def find(paths: list[str], today: date) -> QuerySet[Roster]:
    """The rosters on that ground that leave a time unmanned from today on; of more than MOST the first."""
    until = today + AHEAD
    there = rosters.running(Roster.objects.filter(scope.inside(paths, "node__path")), today, until)
    doubtful = there.filter(_doubtful())
    one_by_one = [each.pk for each in rosters.whole(doubtful) if rosters.unmanned(each, today, until)]
    open_hours = _with_open_hours(there.filter(~_doubtful(), round_the_clock=True), today, until)
    found = Roster.objects.filter(pk__in=[*one_by_one, *open_hours][:MOST])
    return found.select_related("node")


def _doubtful() -> Q:
    """Rosters with somebody whose account is closed, in the cycle or by a swap, or with nobody in the cycle."""
    members = RosterMember.objects.filter(roster=OuterRef("pk"))
    left = Swap.objects.filter(roster=OuterRef("pk"), state=Swap.State.ACCEPTED)
    left = left.filter(Q(taker__is_active=False) | Q(giver__is_active=False))
    return Q(Exists(members.filter(user__is_active=False))) | Q(Exists(left)) | ~Q(Exists(members))


def _with_open_hours(checked: QuerySet[Roster], today: date, until: date) -> list[int]:
    """Those whose hours, with everybody there, do not go round the clock."""
    known: dict[tuple[str, Span], bool] = {}
    found = []
    for pk, first, last, hours in checked.annotate(hours=HOURS).values_list("pk", "valid_from", "valid_to", "hours"):
        # When a pattern began long ago, or ends long after, is all the same to these days.
        alike = hours or "", (max(first, today - 2 * DAY), last if last and last < until else None)
        if alike not in known:
            known[alike] = _is_open(*alike, today, until)
        if known[alike]:
            found.append(pk)
    return found


def _is_open(hours: str, span: Span, today: date, until: date) -> bool:
    by_kind: dict[DayKind, tuple[Slot, ...]] = {}
    for days, starts, minutes in (slot.split() for slot in filter(None, hours.split(";"))):
        slot = Slot(time.fromisoformat(starts), int(minutes))
        by_kind[DayKind(days)] = (*by_kind.get(DayKind(days), ()), slot)
    pattern = Pattern((0,), by_kind, *span)
    shifts = list(rota.shifts(pattern, today - DAY, until, rota.kind_in(workdays.calendar())))
    return bool(rosters.open_spans(shifts, shifts, *span, today, until))


def show(found: Sequence[Roster]) -> list[Row]:
    """Each with the first time that nobody is on duty."""
    today, language = timezone.localdate(), get_language() or "zh-hans"
    whole = {each.pk: each for each in rosters.whole(Roster.objects.filter(pk__in=[each.pk for each in found]))}
    return [_row(whole[each.pk], today, language) for each in found]


def _row(roster: Roster, today: date, language: str) -> Row:
    spans = rosters.unmanned(roster, today, today + AHEAD)
    title = _("%(place)s · %(name)s") % {"place": roster.node.name, "name": roster.name}
    return Row(title, _note(spans, language), f"/rosters/{roster.pk}/pattern/", _("改排班"))


def _note(spans: Iterable[rosters.Span], language: str) -> str:
    [(since, until), *more] = spans
    values = {
        "since": zhtime.long_date(since, language),
        "until": zhtime.long_date(until, language),
        "count": len(more),
    }
    if more:
        return _("%(since)s 到 %(until)s 没有人值班，后面还有 %(count)d 段") % values
    return _("%(since)s 到 %(until)s 没有人值班") % values


GAP = Gap(
    gettext_lazy("十四天内有缺口的值班表"),
    gettext_lazy("有的时段没有人当班，或者排到的人已经离开：那时打来的电话没有人接。"),
    find,
    show,
    Keyset(("node__path", "id")),
    KEEPERS,
    reads=True,
)
