"""From a row of somebody's table to a Report, by the MAP: moments, place, category, unit, how it ended."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.kit.sheets import Row
from lastmeter.kit.text import TooLong, clean
from lastmeter.matters import intake
from lastmeter.matters.importing.maps import ImportMap
from lastmeter.matters.importing.names import BadRow, CategoryNames, Places, UnitNames, root_node
from lastmeter.matters.models import Outcome, Source

MOST_NAME = 100
NUMBER, WORDS = gettext_lazy("来源编号"), gettext_lazy("结案说明")
CATEGORY, UNIT = gettext_lazy("类别"), gettext_lazy("单位")


class RowReader:
    """Turns rows into reports; remembers names it has looked up. `notes` counts what was noticed on the way."""

    def __init__(self, plan: ImportMap, *, now: datetime) -> None:
        self._plan, self._now = plan, now
        self.notes: Counter[str] = Counter()
        root = root_node(plan)
        self._places = Places(plan, root, self.notes)
        self._categories = CategoryNames(plan.categories) if plan.categories else None
        self._units = UnitNames(plan.units, root) if plan.units and root else None

    def number(self, row: Row) -> str:
        """The source's number of a row. Raises BadRow when it has none or one too long to keep."""
        number = self._cell(row, self._plan.columns.number)
        if not number:
            raise BadRow(_("没有来源编号。"))
        return self._short(number, 64, NUMBER)

    def report(self, row: Row) -> intake.Report:
        """The report a row stands for. Raises BadRow."""
        columns = self._plan.columns
        opened = self._moment(row, columns.opened) if columns.opened else None
        if columns.opened and opened is None:
            raise BadRow(_("没有登记时间。"))
        if opened and opened > self._now:
            raise BadRow(_("登记时间在将来。"))
        past = self._past(row, opened)
        number = self.number(row)
        spot = self._places.spot(lambda column: self._cell(row, column))
        return intake.Report(
            text="\n".join(self._lines(row, columns.text)),
            title=self._cell(row, columns.title),
            source=Source.IMPORT,
            client_ref=number,
            source_number=number,
            node_id=spot.node_id,
            lon=spot.lon,
            lat=spot.lat,
            place=self._cell(row, columns.place),
            category_id=self._category(row),
            found_at=opened,
            past=past,
        )

    def _cell(self, row: Row, column: str) -> str:
        """A cell without the blanks around it; "" for no column and for a word that stands for nothing."""
        value = row.values[column].strip() if column else ""
        return "" if value in self._plan.blanks else value

    def _lines(self, row: Row, columns: Iterable[str]) -> list[str]:
        return list(dict.fromkeys(filter(None, (self._cell(row, column) for column in columns))))

    @staticmethod
    def _short(text: str, limit: int, label: str | Promise) -> str:
        try:
            return clean(text, limit, label)
        except TooLong as error:
            raise BadRow(str(error)) from error

    def _moment(self, row: Row, column: str) -> datetime | None:
        """The moment in a cell, read on the file's clock; None when the cell is empty."""
        text = self._cell(row, column)
        if not text:
            return None
        for form in self._plan.time_formats or ("",):
            try:
                moment = datetime.strptime(text, form) if form else datetime.fromisoformat(text)  # noqa: DTZ007
            except ValueError:
                continue
            return moment if moment.tzinfo else moment.replace(tzinfo=self._plan.zone)
        raise BadRow(_("“%(column)s”里的时间看不懂。") % {"column": column})

    def _past(self, row: Row, opened: datetime | None) -> intake.Past:
        columns = self._plan.columns
        promised = self._moment(row, columns.promised) if columns.promised else None
        closed = self._closed(row, opened)
        words = self._cell(row, columns.closing_words) if closed else ""
        if promised and opened and promised < opened:
            self.notes[_("承诺期限早于登记时间，按登记时间计")] += 1
        return intake.Past(
            promised=promised,
            unit_id=self._unit(row),
            closed_at=closed,
            closing_words=self._short(words, intake.MOST_PAST_TEXT, WORDS),
            outcome=self._outcome(words),
        )

    def _closed(self, row: Row, opened: datetime | None) -> datetime | None:
        """The closing moment; the status column, where there is one, must say the same."""
        closed = self._moment(row, self._plan.columns.closed) if self._plan.columns.closed else None
        if closed and closed > self._now:
            raise BadRow(_("办结时间在将来。"))
        if closed and opened and closed < opened:
            raise BadRow(_("办结时间早于登记时间。"))
        status = self._plan.status
        if status is None:
            return closed
        word = self._cell(row, status.column)
        if word not in status.open | status.closed:
            raise BadRow(_("“%(column)s”里是对照文件没有写的状态。") % {"column": status.column})
        if (word in status.closed) != (closed is not None):
            raise BadRow(_("状态和办结时间不一致。"))
        return closed

    def _outcome(self, words: str) -> Outcome:
        return next((rule.outcome for rule in self._plan.outcomes if rule.pattern.search(words)), Outcome.SOLVED)

    def _category(self, row: Row) -> int | None:
        if self._categories is None or self._plan.categories is None:
            return None
        names = tuple(self._lines(row, self._plan.categories.columns))
        found = self._categories.find(tuple(self._short(name, MOST_NAME, CATEGORY) for name in names))
        if names and found is None:
            self.notes[_("没有找到的类别，留空")] += 1
        return found

    def _unit(self, row: Row) -> int | None:
        if self._units is None or self._plan.units is None:
            return None
        name = self._short(self._cell(row, self._plan.units.column), MOST_NAME, UNIT)
        found = self._units.find(name) if name else None
        if name and found is None:
            self.notes[_("没有找到的单位，留空")] += 1
        return found
