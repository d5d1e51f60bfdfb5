"""The columns of a list: what the table shows, what is handed out as a file, in the order somebody chose."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.dossiers.models import Dossier
from lastmeter.kit.ids import pretty
from lastmeter.kit.masking import mask_words
from lastmeter.matters import lifecycle

Cell = str | datetime | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in the address, its head, and what a row shows in it."""

    name: str
    word: str | Promise
    value: Callable[[Dossier], Cell]


def _place(row: Dossier) -> str:
    return " · ".join(node.name for node in (row.community, row.grid) if node)


def _holder(row: Dossier) -> str:
    held = row.matter.unit or row.matter.handler
    return held.name if held else ""


COLUMNS = (
    Column("number", gettext_lazy("编号"), lambda row: pretty(row.number)),
    Column("title", gettext_lazy("事项"), lambda row: mask_words(row.title)),
    Column("step", gettext_lazy("环节"), lambda row: _(lifecycle.BY_NAME[row.step].word)),
    Column("place", gettext_lazy("网格"), _place),
    Column("spot", gettext_lazy("地点"), lambda row: mask_words(row.place)),
    Column("category", gettext_lazy("类别"), lambda row: row.matter.category.label if row.matter.category else ""),
    Column("source", gettext_lazy("来源"), lambda row: str(row.matter.get_source_display())),
    Column("profile", gettext_lazy("流程"), lambda row: str(row.matter.get_profile_display())),
    Column("urgency", gettext_lazy("紧急程度"), lambda row: str(row.matter.get_urgency_display())),
    Column("holder", gettext_lazy("承办"), _holder),
    Column("due", gettext_lazy("期限"), lambda row: row.due_at),
    Column("reported", gettext_lazy("登记时间"), lambda row: row.opened_at),
    Column("changed", gettext_lazy("更新时间"), lambda row: row.updated_at),
)
BY_NAME = {column.name: column for column in COLUMNS}
FIRST = "number,title,step,place,category,holder,due"


def read(text: str) -> list[Column]:
    """The columns that "number,title" names, in that order; the usual ones when it names none."""
    chosen = [BY_NAME[name] for name in dict.fromkeys(text[:300].split(",")) if name in BY_NAME]
    return chosen or [BY_NAME[name] for name in FIRST.split(",")]


def text(chosen: Sequence[Column]) -> str:
    """How chosen columns stand in an address."""
    return ",".join(column.name for column in chosen)


def cells(rows: Iterator[Dossier], chosen: Sequence[Column]) -> Iterator[list[Cell]]:
    """What each row shows, column by column."""
    return ([column.value(row) for column in chosen] for row in rows)
