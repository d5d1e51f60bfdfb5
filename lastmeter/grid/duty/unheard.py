"""Calls that nobody answered and nobody has followed up, for the coverage page."""

from collections.abc import Sequence
from datetime import date

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from lastmeter.grid import scope
from lastmeter.grid.coverage.gaps import Gap, Row
from lastmeter.grid.keeping import DRAWERS
from lastmeter.grid.models import Call
from lastmeter.kit import zhtime
from lastmeter.kit.paging import Keyset


def find(paths: list[str], today: date) -> QuerySet[Call]:
    """The calls on that ground which somebody on the line did not answer, until it is written down what was done."""
    missed = Call.objects.filter(missed__gt=0, followed_up_at=None)
    return missed.filter(scope.inside(paths, "node__path")).select_related("node")


def show(calls: Sequence[Call]) -> list[Row]:
    """Each with the place and the moment; the act that cures is the same page for all."""
    now, language = timezone.now(), get_language() or "zh-hans"
    return [Row(each.node.name, zhtime.short(each.started_at, now, language), "/calls/", _("跟进")) for each in calls]


GAP = Gap(
    gettext_lazy("没有人接的呼叫"),
    gettext_lazy("居民打了值班电话，有人没接，还没有写明后来怎么处理。"),
    find,
    show,
    Keyset(("id",)),
    DRAWERS,
)
