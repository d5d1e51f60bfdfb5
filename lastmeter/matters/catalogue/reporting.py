"""The report of a load as a file: every difference and every anomaly, one line each."""

from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from lastmeter.kit.sheets import write_rows
from lastmeter.matters.catalogue.loading import Plan
from lastmeter.matters.models import Anomaly, Category, Difference, Edition


def write_plan(plan: Plan, path: Path) -> int:
    """Write what a file would change, as .xlsx or .csv; returns the number of lines."""
    return write_rows(path, _header(), _of_plan(plan))


def write_edition(edition: Edition, path: Path) -> int:
    """The same for an edition that was loaded."""
    return write_rows(path, _header(), _of_edition(edition))


def _header() -> list[str]:
    return [_("种类"), _("行"), _("类型"), _("代码"), _("上级代码"), _("原来"), _("现在"), _("说明")]


def _of_plan(plan: Plan) -> Iterator[list[object]]:
    for odd in plan.content.oddities:
        what, kind = Anomaly.What(odd.what).label, Category.Kind(odd.kind).label
        yield [_("异常：%(what)s") % {"what": what}, odd.row, kind, odd.code, "", "", "", odd.words]
    for change in plan.changes:
        one = change.entry or change.known
        if one is not None:
            row = change.entry.row if change.entry else None
            what, kind = Difference.What(change.what).label, Category.Kind(one.kind).label
            yield [what, row, kind, one.code, one.parent_code, change.before, change.after, one.scope]


def _of_edition(edition: Edition) -> Iterator[list[object]]:
    for odd in edition.anomalies.order_by("pk"):
        what = _("异常：%(what)s") % {"what": odd.get_what_display()}
        yield [what, odd.row, Category.Kind(odd.kind).label, odd.code, "", "", "", odd.words]
    for row in edition.differences.order_by("pk"):
        kind = Category.Kind(row.kind).label
        yield [row.get_what_display(), None, kind, row.code, row.parent_code, row.before, row.after, row.scope]
