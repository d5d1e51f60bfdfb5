"""导入: somebody's table becomes matters through the same intake as every page, in batches, again and again if need be.

Nothing is doubled, because intake knows the source's numbers; nothing is lost, because every row read is counted as
taken in, already there, or given back with its reason.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from lastmeter.accounts.actors import Actor
from lastmeter.dossiers.models import Dossier
from lastmeter.kit import sheets
from lastmeter.kit.sheets import Row
from lastmeter.matters import intake
from lastmeter.matters.importing.maps import BadMap, ImportMap
from lastmeter.matters.importing.names import BadRow
from lastmeter.matters.importing.rows import RowReader

BATCH = 1000  # rows of one transaction


@dataclass(slots=True)
class Tally:
    """What became of the rows so far: read = taken + known + the sum of rejected."""

    read: int = 0
    taken: int = 0
    known: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)


def import_file(
    path: Path,
    plan: ImportMap,
    *,
    rejected: Path,
    by: Actor,
    now: datetime,
    after_batch: Callable[[Tally], None] = lambda tally: None,
) -> Tally:
    """Take in every row of a table; rows that are refused are written to `rejected` with row number and reason.

    Started again after a stop it goes on where it was: what is there already is skipped by one query a batch. Raises
    BadMap before anything is written when map and table do not fit, sheets.BadSheet when the file breaks off: what
    was read until then stays taken in.
    """
    rows = sheets.read_rows(path)
    first = next(rows, None)
    if first is None:
        raise BadMap(_("表格里没有数据。"))
    header = list(first.values)
    if missing := plan.missing(set(header)):
        raise BadMap(_("表格里没有对照文件说的列：%(columns)s。") % {"columns": "、".join(missing)})
    reader = RowReader(plan, now=now)
    tally = Tally(notes=reader.notes)
    refused = _take_all(itertools.chain([first], rows), reader, plan, tally, by=by, now=now, after_batch=after_batch)
    sheets.write_rows(rejected, [*header, _("行号"), _("退回原因")], refused)
    if not tally.rejected:
        rejected.unlink()
    return tally


def _take_all(
    rows: Iterable[Row],
    reader: RowReader,
    plan: ImportMap,
    tally: Tally,
    *,
    by: Actor,
    now: datetime,
    after_batch: Callable[[Tally], None],
) -> Iterator[list[str | int]]:
    """Take in batch after batch; yields the refused rows with number and reason."""
    source = iter(rows)
    while batch := list(itertools.islice(source, BATCH)):
        tally.read += len(batch)
        refused = _Batch(batch, reader, plan.client, tally).take(by=by, now=now)
        for row, reason in refused:
            tally.rejected[reason] += 1
            yield [*row.values.values(), row.number, reason]
        after_batch(tally)


class _Batch:
    """Some rows on their way in."""

    def __init__(self, rows: list[Row], reader: RowReader, client: str, tally: Tally) -> None:
        self._rows, self._reader, self._client, self._tally = rows, reader, client, tally
        self._refused: list[tuple[Row, str]] = []

    def take(self, *, by: Actor, now: datetime) -> list[tuple[Row, str]]:
        """Take in what is new; returns the refused rows in the order of the file."""
        numbered = self._numbered()
        known = self._known(number for number, _row in numbered)
        waiting = [(number, row) for number, row in numbered if number not in known]
        while waiting:
            # A number that comes twice waits for the next round: only when the first row is refused is it needed.
            once = dict(reversed(waiting))
            with transaction.atomic():  # one commit for the categories and units that these rows bring along
                reports = {number: report for number, row in once.items() if (report := self._report(row))}
            known |= self._take_in(reports, once, by=by, now=now)
            done = {row.number for row in once.values()}
            waiting = [(n, row) for n, row in waiting if row.number not in done and n not in known]
        taken = self._tally.taken
        self._tally.known = self._tally.read - taken - self._tally.rejected.total() - len(self._refused)
        return sorted(self._refused, key=lambda each: each[0].number)

    def _numbered(self) -> list[tuple[str, Row]]:
        found = []
        for row in self._rows:
            try:
                found.append((self._reader.number(row), row))
            except BadRow as bad:
                self._refused.append((row, str(bad)))
        return found

    def _known(self, numbers: Iterable[str]) -> set[str]:
        refs = list(dict.fromkeys(numbers))
        rows = Dossier.objects.filter(client=self._client, client_ref__in=refs)
        return set(rows.values_list("client_ref", flat=True))

    def _report(self, row: Row) -> intake.Report | None:
        try:
            return self._reader.report(row)
        except BadRow as bad:
            self._refused.append((row, str(bad)))
            return None

    def _take_in(
        self, reports: dict[str, intake.Report], rows: dict[str, Row], *, by: Actor, now: datetime
    ) -> set[str]:
        answers = intake.take_in(list(reports.values()), by=by, client=self._client, now=now, quiet=True)
        taken = set()
        for number, answer in zip(reports, answers, strict=True):
            if isinstance(answer, intake.Refused):
                self._refused.append((rows[number], answer.reason))
            else:
                taken.add(number)
                self._tally.taken += not answer.repeat
        return taken
