"""A list as a file: the same filters, columns and order as the page, read page by page, with an audit entry."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor
from lastmeter.dossiers.models import Dossier
from lastmeter.kit.sheets import write_rows
from lastmeter.matters.lists import choosing, columns, reading
from lastmeter.matters.lists.filters import Filters

AT_ONCE = 1000
MOST = 50_000  # of one file


def rows(actor: Actor, filters: Filters, *, now: datetime) -> Iterator[Dossier]:
    """The list from its first row to its last; never more than a page in memory."""
    cursor: str | None = None
    while True:
        page = reading.work_list(actor, filters, cursor, now=now, size=AT_ONCE)
        yield from page.items
        cursor = page.next
        if cursor is None:
            return


def cells(
    actor: Actor, filters: Filters, chosen: Sequence[columns.Column], *, now: datetime
) -> Iterator[Sequence[columns.Cell]]:
    """The rows of the file: at most MOST, and where there are more a last line that says so."""
    listed = rows(actor, filters, now=now)
    yield from columns.cells(islice(listed, MOST), chosen)
    if next(listed, None) is not None:
        yield [_("只导出了前 %(most)d 件，后面还有。请加条件（如登记日期）分几次导出。") % {"most": MOST}]


@transaction.atomic
def write(path: Path, filters: Filters, chosen: Sequence[columns.Column], *, by: Actor, now: datetime) -> int:
    """Write the list into the file and note who took which list away; returns how many lines it has."""
    audit.record(
        "matters.exported", by=by, object_kind="list", reason="；".join(choosing.words(by, filters))[:500], now=now
    )
    head = [str(column.word) for column in chosen]
    return write_rows(path, head, cells(by, filters, chosen, now=now))
