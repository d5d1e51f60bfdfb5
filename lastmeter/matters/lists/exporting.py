"""A list as a file: the same filters, columns and order as the page, read page by page, with an audit entry."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from django.db import transaction

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor
from lastmeter.dossiers.models import Dossier
from lastmeter.kit.sheets import write_rows
from lastmeter.matters.lists import choosing, columns, reading
from lastmeter.matters.lists.filters import Filters

AT_ONCE = 1000
MOST = 50_000  # of one file


def rows(actor: Actor, filters: Filters, *, now: datetime) -> Iterator[Dossier]:
    """The list from its first row to its last, at most MOST of them; never more than a page in memory."""
    cursor: str | None = None
    for _page in range(MOST // AT_ONCE):
        page = reading.work_list(actor, filters, cursor, now=now, size=AT_ONCE)
        yield from page.items
        cursor = page.next
        if cursor is None:
            return


@transaction.atomic
def write(path: Path, filters: Filters, chosen: Sequence[columns.Column], *, by: Actor, now: datetime) -> int:
    """Write the list into the file and note who took which list away; returns how many matters it holds."""
    audit.record(
        "matters.exported", by=by, object_kind="list", reason="；".join(choosing.words(by, filters))[:500], now=now
    )
    head = [str(column.word) for column in chosen]
    return write_rows(path, head, columns.cells(rows(by, filters, now=now), chosen))
