"""Paper: PDF pages with an embedded Chinese font, in millimetres; words that shrink and wrap, tables, QR codes.

For plates, letters, receipts, certificates. Fonts are in points, all else in millimetres from the upper left corner.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import segno
from fpdf import FPDF
from fpdf.enums import MethodReturnValue, TableBordersLayout, WrapMode
from fpdf.fonts import FontFace

from lastmeter.kit.fonts import faces

Colour = tuple[int, int, int]
Align = Literal["L", "C", "R"]

INK: Colour = (28, 32, 36)
QUIET: Colour = (86, 94, 103)
LINE: Colour = (207, 212, 218)
BRAND: Colour = (179, 38, 43)
MIST: Colour = (245, 246, 247)

A4, A6 = (210.0, 297.0), (105.0, 148.5)  # A6 is exactly a quarter of an A4 sheet here, so that four tile one
POINT = 25.4 / 72  # millimetres
LEADING = 1.3  # of the font size
FAMILY = "text"
OPENING, CLOSING = "（(《“‘「【[", "）)》”’」】]，。、；：？！,.;:?!"

# fontTools tells every table it leaves out of a subset: of no use to anybody who prints.
logging.getLogger("fontTools").setLevel(logging.ERROR)


class Paper(FPDF):
    """A PDF whose text is embedded as a subset of the font: it looks the same everywhere and can be searched."""

    def __init__(self, size: tuple[float, float] = A4, *, title: str, margin: float = 18, foot: str = "") -> None:
        """An empty document; `foot` stands at the bottom of each page with the page's number. Raises NoFont."""
        super().__init__(unit="mm", format=size)
        self.foot = foot
        regular, bold = faces()
        self.add_font(FAMILY, "", regular.file, collection_font_number=regular.number)
        self.add_font(FAMILY, "B", bold.file, collection_font_number=bold.number)
        self.set_title(title)
        self.set_creator("LastMeter")
        self.set_lang("zh-CN")
        self.set_margin(margin)
        self.set_auto_page_break(bool(foot), margin)
        self.c_margin = 0

    def footer(self) -> None:
        """What fpdf2 calls at the end of each page."""
        if not self.foot:
            return
        self.set_y(-self.b_margin + 5)
        self._pen(8, QUIET, bold=False)
        self.cell(self.epw / 2, 4, self.foot, align="L")
        self.cell(self.epw / 2, 4, f"{self.page_no()} / {self.str_alias_nb_pages}", align="R")

    def words(
        self,
        text: str,
        box: tuple[float, float, float],
        *,
        size: float,
        smallest: float = 0,
        lines: int = 1,
        bold: bool = False,
        colour: Colour = INK,
        align: Align = "L",
    ) -> float:
        """Write into the box (left, top, width) in at most so many lines; returns the bottom.

        The text shrinks from `size` points to `smallest`; what does not fit even then ends in an ellipsis.
        """
        left, top, width = box
        shown, size = self._fit(text, width, size, smallest or size, lines, bold=bold)
        self._pen(size, colour, bold=bold)
        height = size * POINT * LEADING
        for number, line in enumerate(shown):
            self.set_xy(left, top + number * height)
            self.cell(width, height, line, align=align)
        return top + len(shown) * height

    def paragraphs(self, text: str, box: tuple[float, float, float], *, size: float, colour: Colour = INK) -> float:
        """Running text from (left, top) over so much width, a paragraph a line of `text`, onto new pages where needed.

        Returns the bottom on the last page.
        """
        left, top, width = box
        height = size * POINT * 1.6
        for paragraph in text.split("\n"):
            self._pen(size, colour, bold=False)
            for line in self._lines(paragraph, width) if paragraph else [""]:
                if top + height > self.h - self.t_margin:
                    self.add_page()
                    self._pen(size, colour, bold=False)
                    top = self.t_margin
                self.set_xy(left, top)
                self.cell(width, height, line)
                top += height
        return top

    def _fit(
        self, text: str, width: float, size: float, smallest: float, lines: int, *, bold: bool
    ) -> tuple[list[str], float]:
        while True:
            self._pen(size, INK, bold=bold)
            found = self._lines(text, width)
            if len(found) <= lines:
                return self._tidy(text, found, width), size
            if size <= smallest:
                break
            # Straight to about the size at which it would fit, then in small steps.
            size = max(smallest, min(size * 0.96, size * width * lines * 1.1 / self.get_string_width(text)))
        last = found[lines - 1]
        while last and self.get_string_width(last + "…") > width:
            last = last[:-1]
        return [*found[: lines - 1], last + "…"], size

    def _tidy(self, text: str, lines: list[str], width: float) -> list[str]:
        """Two lines part before a bracket, or else about in the middle; no bracket or mark is torn from its words."""
        if len(lines) == 2:
            before = next((at for at, char in enumerate(text) if at and char in OPENING), 0)
            parts = [text[:before], text[before:]]
            if before and all(self.get_string_width(part) <= width for part in parts):
                return parts
            even = self._lines(text, max(width * 0.4, self.get_string_width(text) / 2 + self.font_size))
            lines = even if len(even) == 2 else lines
        moved = lines[:]
        for at in range(1, len(moved)):
            while len(moved[at - 1]) > 1 and (moved[at - 1][-1] in OPENING or moved[at][0] in CLOSING):
                moved[at - 1], moved[at] = moved[at - 1][:-1], moved[at - 1][-1] + moved[at]
        return moved if all(self.get_string_width(line) <= width for line in moved) else lines

    def _lines(self, text: str, width: float) -> list[str]:
        found = self.multi_cell(
            width, 1, text, dry_run=True, output=MethodReturnValue.LINES, wrapmode=WrapMode.CHAR, align="L"
        )
        return [str(line) for line in found] if isinstance(found, list) else [text]

    def _pen(self, size: float, colour: Colour, *, bold: bool) -> None:
        self.set_font(FAMILY, "B" if bold else "", size)
        self.set_text_color(*colour)

    def rule(
        self, left: float, top: float, width: float, *, thick: float = 0.2, high: float = 0, colour: Colour = LINE
    ) -> None:
        """A line to the right, or downwards where `high` is given."""
        self.set_draw_color(*colour)
        self.set_line_width(thick)
        self.line(left, top, left + width, top + high)

    def qr(self, content: str, left: float, top: float, side: float) -> None:
        """A QR code that survives scratches (a quarter of it may be lost), its quiet zone outside the square."""
        # Looking for the best of the eight masks takes most of the time of a page, and any of them scans.
        rows = list(segno.make(content, error="q", boost_error=False, micro=False, mask=2).matrix)
        step = side / len(rows)
        self.set_fill_color(0, 0, 0)
        for y, row in enumerate(rows):
            for start, end in _runs(row):
                # A hair of overlap: viewers draw white seams between squares that merely touch.
                self.rect(left + start * step, top + y * step, (end - start) * step + 0.02, step + 0.02, style="F")

    def rows(
        self, header: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[int], *, size: float = 9
    ) -> None:
        """A table over the whole width; the header comes again on each page. `widths` are shares."""
        self._pen(size, INK, bold=False)
        self.set_draw_color(*LINE)
        self.set_line_width(0.2)
        with self.table(
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            col_widths=tuple(widths),
            headings_style=FontFace(emphasis="BOLD", color=INK, fill_color=MIST),
            line_height=size * POINT * 1.45,
            padding=(1.2, 1.6),
            text_align="LEFT",
            v_align="TOP",
            wrapmode=WrapMode.CHAR,
        ) as table:
            for cells in (header, *rows):
                line = table.row()
                for cell in cells:
                    line.cell(cell)

    def finished(self, at: datetime) -> bytes:
        """The file, dated `at`."""
        self.set_creation_date(at)
        return bytes(self.output())


@dataclass(frozen=True, slots=True)
class Frame:
    """A part of a page with its own corner and scale, so that one drawing serves for A4, A6 and a sheet of four."""

    paper: Paper
    left: float
    top: float
    scale: float = 1

    def words(
        self,
        text: str,
        box: tuple[float, float, float],
        *,
        size: float,
        smallest: float = 0,
        lines: int = 1,
        bold: bool = False,
        colour: Colour = INK,
        align: Align = "L",
    ) -> float:
        """As `Paper.words`, in the frame's own millimetres and points; returns the bottom. Nothing for no text."""
        x, y, width = box
        if not text:
            return y
        bottom = self.paper.words(
            text,
            (self.left + x * self.scale, self.top + y * self.scale, width * self.scale),
            size=size * self.scale,
            smallest=(smallest or size) * self.scale,
            lines=lines,
            bold=bold,
            colour=colour,
            align=align,
        )
        return (bottom - self.top) / self.scale

    def rule(self, x: float, y: float, width: float, *, thick: float = 0.3, colour: Colour = LINE) -> None:
        """A line to the right."""
        thick, width = thick * self.scale, width * self.scale
        self.paper.rule(self.left + x * self.scale, self.top + y * self.scale, width, thick=thick, colour=colour)

    def qr(self, content: str, x: float, y: float, side: float) -> None:
        """As `Paper.qr`."""
        self.paper.qr(content, self.left + x * self.scale, self.top + y * self.scale, side * self.scale)


def _runs(row: Iterable[int]) -> Iterable[tuple[int, int]]:
    """The stretches of dark modules: (first, one past the last)."""
    start = None
    for at, dark in enumerate([*row, 0]):
        if dark and start is None:
            start = at
        elif not dark and start is not None:
            yield start, at
            start = None
