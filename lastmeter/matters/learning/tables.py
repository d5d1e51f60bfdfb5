"""Labelled texts from anybody's table: which columns, what is missing, what comes out."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from lastmeter.kit.sheets import Row, read_columns, write_rows
from lastmeter.matters.learning.model import TextModel
from lastmeter.matters.learning.training import Examples

MOST_GUESSES = 3


def read_examples(file: Path, *, text: Sequence[str], label: str, person: str | None = None) -> Examples:
    """The labelled texts of a CSV or XLSX; the columns of the text are joined, the title first. Raises BadSheet."""
    texts, labels, persons = [], [], []
    for row in read_columns(file, [*text, label, *([person] if person else [])]):
        texts.append(joined_text(row, text))
        labels.append(row.values[label].strip())
        persons.append(row.values[person].strip() if person else "")
    return Examples(texts, labels, persons if person else None)


def joined_text(row: Row, columns: Sequence[str]) -> str:
    """The text of a row, one line for each column."""
    return "\n".join(row.values[name] for name in columns)


def write_guesses(file: Path, out: Path, model: TextModel, *, text: Sequence[str]) -> int:
    """Row by row what the model says: the row as a spreadsheet numbers it, label, confidence, the three likeliest.

    Every row gets a label; `sure` says whether the model would have spoken on a page. Returns the number of rows.
    """
    header = ["row", "label", "confidence", "sure"]
    header += [f"{what}{n}" for n in range(1, MOST_GUESSES + 1) for what in ("top", "confidence")]
    return write_rows(out, header, _guessed(read_columns(file, text), model, text))


def _guessed(rows: Iterable[Row], model: TextModel, columns: Sequence[str]) -> Iterator[list[object]]:
    for row in rows:
        found = model.guesses(joined_text(row, columns), most=MOST_GUESSES, words=False)
        cells: list[object] = [row.number, found[0].label, f"{found[0].confidence:.4f}", int(model.is_sure(found))]
        for each in found:
            cells += [each.label, f"{each.confidence:.4f}"]
        yield cells
