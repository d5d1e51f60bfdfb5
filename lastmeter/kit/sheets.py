"""Tables from and for spreadsheets: CSV in the encodings Chinese offices use, and XLSX; streamed, row by row."""

import codecs
import csv
import gzip
import itertools
import os
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from lastmeter.kit.zhtime import china

DETECTION_BYTES = 1024 * 1024
LONGEST_LINE = 4 * 1024 * 1024
LARGEST_UNPACKED = 512 * 1024 * 1024
XLSX_ROWS, XLSX_CELL = 1_048_576, 32_767

Record = tuple[int, list[str]]


class BadSheet(ValueError):
    """The table cannot be read (or written); `str()` is a sentence that names the row where there is one."""


class Row(NamedTuple):
    """One row: its number as a spreadsheet shows it (the header is usually 1) and its cells by header."""

    number: int
    values: dict[str, str]


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a CSV (also gzipped) or of the first sheet of a workbook; the first row with content is the header.

    CSV may be UTF-8 or GB 18030, separated by comma, semicolon or tab. Cells are text: dates and times of a workbook
    in ISO 8601, whole numbers without ".0". Blank rows are left out, short rows filled with "".
    Raises BadSheet while being read, as soon as a row is wrong.
    """
    records = _workbook_records(path) if _is_workbook(path) else _csv_records(path)
    filled = ((number, cells) for number, cells in records if any(cell.strip() for cell in cells))
    first = next(filled, None)
    if first is None:
        raise BadSheet(_("表格是空的，没有表头。"))
    header = _header(first[1])
    for number, cells in filled:
        if any(cells[len(header) :]):
            raise BadSheet(
                _("第 %(row)d 行有 %(cells)d 列，比表头的 %(columns)d 列多。")
                % {"row": number, "cells": len(cells), "columns": len(header)}
            )
        texts = itertools.chain(map(_unguarded, cells), itertools.repeat(""))
        yield Row(number, dict(zip(header, texts, strict=False)))


def check_writable(path: Path) -> None:
    """Before anything long begins: whether a file can be written there. Raises BadSheet."""
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise BadSheet(_("写不进文件夹 %(folder)s：请看它在不在、有没有权限。") % {"folder": path.parent})


def read_columns(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    """The rows of `read_rows`, of a table that has these columns and at least one row; else raises BadSheet."""
    empty = True
    for row in read_rows(path):
        if empty and (missing := [name for name in columns if name not in row.values]):
            words = _("表里没有“%(missing)s”这一列。表头有：%(header)s。")
            raise BadSheet(words % {"missing": "、".join(missing), "header": "、".join(row.values)})
        empty = False
        yield row
    if empty:
        raise BadSheet(_("表格只有表头，没有内容。"))


def count_rows(path: Path) -> int:
    """About how many rows `read_rows` will give, cheaply: line breaks inside cells count as rows. Raises BadSheet."""
    if _is_workbook(path):
        end = _sheet(path).end  # (row, column) of the last cell, from 0
        return end[0] if end else 0
    lines, last = 0, b"\n"
    with _open(path) as file:
        try:
            while block := file.read(DETECTION_BYTES):
                lines, last = lines + block.count(b"\n"), block[-1:]
        except (OSError, EOFError, zlib.error) as error:
            raise _broken() from error
    return max(0, lines + (last != b"\n") - 1)


def write_rows(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Writes an .xlsx, or for any other name a CSV that Excel opens as UTF-8; returns the number of rows.

    The file appears whole or not at all. Moments are written in China time. A text a spreadsheet would take for a
    formula gets a leading apostrophe, which `read_rows` takes off again. Raises BadSheet for more than XLSX can hold.
    """
    draft = path.with_name(f".{path.name}.draft")
    table = itertools.chain([header], rows)
    write = _write_workbook if path.suffix.lower() == ".xlsx" else _write_csv
    try:
        count = write(draft, ([_cell(value) for value in row] for row in table))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return count - 1


def _header(cells: list[str]) -> list[str]:
    header = [cell.strip().strip("\ufeff") for cell in cells]
    while header and not header[-1]:
        header.pop()
    for position, name in enumerate(header, start=1):
        if not name:
            raise BadSheet(_("第 %(column)d 列没有表头。") % {"column": position})
    name, times = Counter(header).most_common(1)[0]
    if times > 1:
        raise BadSheet(_("表头“%(name)s”出现了 %(times)d 次，请改成不同的名称。") % {"name": name, "times": times})
    return header


# -- CSV ---------------------------------------------------------------------------------------------------------------


def _csv_records(path: Path) -> Iterator[Record]:
    number = 0
    with _open(path) as file:
        try:
            encoding, head = _encoding(file)
            reader = csv.reader(_lines(file, head, encoding), delimiter=_delimiter(head, encoding), strict=True)
            for number, cells in enumerate(reader, start=1):
                yield number, cells
        except UnicodeDecodeError as error:
            raise BadSheet(
                _("第 %(row)d 行有不是 %(encoding)s 编码的内容。请在表格软件里另存为“CSV UTF-8”。")
                % {"row": number + 1, "encoding": error.encoding.upper()}
            ) from error
        except csv.Error as error:
            raise BadSheet(_("第 %(row)d 行的引号不配对，或内容太长。") % {"row": number + 1}) from error
        except (OSError, EOFError, zlib.error) as error:
            raise _broken() from error


def _open(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    # Closed by the `with` of the callers.
    return gzip.open(path, "rb") if packed else path.open("rb")  # type: ignore[return-value]


def _encoding(file: BinaryIO) -> tuple[str, bytes]:
    """What the first megabyte is written in, and that megabyte without its byte order mark."""
    head = file.read(DETECTION_BYTES)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise BadSheet(_("这是 UTF-16 文本。请在表格软件里另存为“CSV UTF-8”。"))
    head = head.removeprefix(codecs.BOM_UTF8)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "gb18030", head
    return "utf-8", head


def _delimiter(head: bytes, encoding: str) -> str:
    first = next((line for line in head.splitlines() if line.strip()), b"").decode(encoding, "replace")
    bare = re.sub(r'"[^"]*"', "", first)
    return max(",;\t", key=bare.count)


def _lines(file: BinaryIO, head: bytes, encoding: str) -> Iterator[str]:
    """Decoded one line at a time, so that a wrong byte is blamed on its own row; 0x0A is never half a character."""
    *whole, rest = head.split(b"\n")
    for line in whole:
        yield (line + b"\n").decode(encoding)
    while line := rest + file.readline(LONGEST_LINE):
        if len(line) > LONGEST_LINE:
            raise csv.Error("line too long")
        rest = b""
        yield line.decode(encoding)


def _write_csv(path: Path, rows: Iterator[list[Any]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        for row in rows:
            writer.writerow(row)
            count += 1
    return count


# -- Workbooks ---------------------------------------------------------------------------------------------------------


def _is_workbook(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(8).startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))  # XLSX and ODS; the old XLS


def _sheet(path: Path) -> CalamineSheet:
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as package:
                if sum(part.file_size for part in package.infolist()) > LARGEST_UNPACKED:
                    raise BadSheet(_("工作簿解压后超过 512 MB。请拆成几个文件，或另存为 CSV。"))
        return CalamineWorkbook.from_path(path).get_sheet_by_index(0)
    except (CalamineError, zipfile.BadZipFile, OSError, IndexError) as error:
        raise _broken() from error


def _workbook_records(path: Path) -> Iterator[Record]:
    sheet = _sheet(path)
    try:
        for number, row in enumerate(sheet.iter_rows(), start=1):
            yield number, [_text(value) for value in row]
    except CalamineError as error:
        raise _broken() from error


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _write_workbook(path: Path, rows: Iterator[list[Any]]) -> int:
    from openpyxl import Workbook  # 14 MB that only who writes a workbook needs

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    count = 0
    try:
        for row in rows:
            count += 1
            longest = max((len(value) for value in row if isinstance(value, str)), default=0)
            if count > XLSX_ROWS or longest > XLSX_CELL:
                raise BadSheet(_("第 %(row)d 行超出 XLSX 的容量。请导出为 CSV。") % {"row": count})
            sheet.append(row)
    finally:
        sheet.close()
    book.save(path)
    return count


# -- Cells -------------------------------------------------------------------------------------------------------------

_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # what XML, and so a workbook, cannot hold
# A spreadsheet takes these for a formula, also after apostrophes of our own; a plain negative number is harmless.
_FORMULA = re.compile(r"'*[=+@\t\r]|'*-(?!\d+(\.\d+)?$)")


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return china(value).replace(tzinfo=None).isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bool) or not isinstance(value, int | float):
        text = _ILLEGAL.sub("", "" if value is None else str(value)).encode("utf-8", "replace").decode()
        return f"'{text}" if _FORMULA.match(text) else text
    return value


def _unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text


def _broken() -> BadSheet:
    return BadSheet(_("文件已损坏、加了密码，或不是表格，打不开。"))
