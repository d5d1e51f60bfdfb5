"""What a layer's report says: lines in words, the same for page, command line and Excel."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import shapely
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.grid.layers import comparing, measuring, picture
from lastmeter.grid.layers.comparing import Finding, Kind, Match
from lastmeter.grid.layers.measuring import Street
from lastmeter.grid.models import Cell, CellState, Layer, Unplaced
from lastmeter.kit import sheets

WORDS: dict[Kind, str | Promise] = {
    Kind.TWICE: gettext_lazy("两人同管"),
    Kind.OVERLAP: gettext_lazy("重叠"),
    Kind.GAP: gettext_lazy("没人管"),
    Kind.NOBODY: gettext_lazy("没写负责人"),
    Kind.OUTSIDE: gettext_lazy("画出街道"),
    Kind.ONLY: gettext_lazy("只有一边有"),
}
TONES = {
    Kind.TWICE: "bad",
    Kind.OVERLAP: "warn",
    Kind.GAP: "bad",
    Kind.NOBODY: "warn",
    Kind.OUTSIDE: "info",
    Kind.ONLY: "bad",
}
WITHIN = (Kind.TWICE, Kind.OVERLAP, Kind.GAP, Kind.NOBODY, Kind.OUTSIDE)  # what one layer alone can have
HARDLY = gettext_lazy("细碎")
SHOWN = 200  # lines of a page; Excel has them all


@dataclass(frozen=True, slots=True)
class Line:
    """A finding as it is read: `number` is its number on the map too; lon and lat lie inside the place (WGS84)."""

    number: int
    finding: Finding
    words: str
    tone: str
    cells: str
    people: str
    lon: float
    lat: float

    @property
    def area(self) -> str:
        """m², whole, with thousands."""
        return f"{self.finding.area:,.0f}"

    @property
    def width(self) -> str:
        """m, one decimal."""
        return f"{self.finding.width:,.1f}"


@dataclass(frozen=True, slots=True)
class Total:
    """How many places of one kind, and their area in m²."""

    words: str
    tone: str
    count: int
    area: str


@dataclass(frozen=True, slots=True)
class Report:
    """One layer measured by itself: what counts, the slivers apart, what could not be placed, and the drawing."""

    layer: Layer
    street: Street
    totals: tuple[Total, ...]
    lines: tuple[Line, ...]
    slivers: tuple[Line, ...]
    unplaced: tuple[Cell, ...]
    drawing: picture.Picture | None


@dataclass(frozen=True, slots=True)
class Cut:
    """Two cells of different layers that share ground without being the same."""

    match: Match
    area: str
    shares: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """A layer against another one, or against the grids of today (`other` says which)."""

    other: str
    same: int
    cuts: tuple[Cut, ...]
    only_here: tuple[Line, ...]
    only_there: tuple[Line, ...]
    drawing: picture.Picture | None


def report(layer: Layer) -> Report:
    """Measure a layer by itself."""
    street, pieces, found = measuring.within(layer)
    lines = _lines([each for each in found if not each.sliver], street)
    slivers = _lines([each for each in found if each.sliver], street, after=len(lines))
    unplaced = Cell.objects.filter(layer=layer).exclude(state=CellState.TAKEN, note="").order_by("number")
    return Report(layer, street, _totals(found), lines, slivers, tuple(unplaced), _drawing(street, pieces, lines))


def sketch(layer: Layer) -> picture.Picture | None:
    """The cells of a layer over its street, to see whether they lie where they should."""
    street = measuring.street_of(layer.street, layer)
    return _drawing(street, measuring.pieces(layer, street), ())


def compare(layer: Layer, other: Layer | None, today: date) -> Comparison:
    """Measure a layer against another one of the street, or (None) against the grids of today."""
    street = measuring.street_of(layer.street, layer, *([other] if other else []))
    here = measuring.pieces(layer, street)
    there = measuring.pieces(other, street) if other else measuring.grids(street, today)
    found = comparing.between(here, there)
    only_here = _lines(_meant(found.only_here), street)
    only_there = _lines(_meant(found.only_there), street, after=len(only_here))
    wanted = _ground(street)
    wanted += [picture.Wanted(piece.shape, "cell", piece.name) for piece in here]
    wanted += [picture.Wanted(piece.shape, "other", piece.name) for piece in there]
    wanted += [_mark(line) for line in (*only_here, *only_there)]
    return Comparison(
        other.name if other else _("现行网格"),
        len(found.matches) - len(found.cut),
        tuple(_cut(match) for match in found.cut),
        only_here,
        only_there,
        picture.draw(wanted),
    )


def _meant(found: Iterable[Finding]) -> list[Finding]:
    return [each for each in found if not each.sliver]


def _cut(match: Match) -> Cut:
    return Cut(match, f"{match.area:,.0f}", f"{match.share_here:.0%} / {match.share_there:.0%}")


def _lines(found: Sequence[Finding], street: Street, after: int = 0) -> tuple[Line, ...]:
    spots = street.plane.degrees([shapely.point_on_surface(each.shape) for each in found])
    return tuple(
        Line(
            number,
            each,
            str(WORDS[each.kind]),
            TONES[each.kind],
            _cells(each),
            "" if each.kind == Kind.GAP else "、".join(dict.fromkeys(filter(None, (c.in_charge for c in each.cells)))),
            round(spot.x, 6),
            round(spot.y, 6),
        )
        for number, (each, spot) in enumerate(zip(found, spots, strict=True), after + 1)
    )


def _cells(finding: Finding) -> str:
    """The cells of a place by name; of a gap the first three beside it."""
    names = list(dict.fromkeys(cell.name for cell in finding.cells))
    if finding.kind != Kind.GAP or not names:
        return "、".join(names)
    listed = {"names": "、".join(names[:3]), "count": len(names)}
    return _("旁边：%(names)s") % listed if len(names) <= 3 else _("旁边：%(names)s等 %(count)d 格") % listed


def _totals(found: Sequence[Finding]) -> tuple[Total, ...]:
    """Every kind, also those of which there is none, and the slivers of all kinds."""
    totals = []
    for kind in WITHIN:
        meant = [each for each in found if each.kind == kind and not each.sliver]
        totals.append(_total(str(WORDS[kind]), TONES[kind] if meant else "", meant))
    thin = [each for each in found if each.sliver]
    return (*totals, _total(str(HARDLY), "", thin))


def _total(words: str, tone: str, found: Sequence[Finding]) -> Total:
    return Total(words, tone, len(found), f"{sum(each.area for each in found):,.0f}")


def _ground(street: Street) -> list[picture.Wanted]:
    return [picture.Wanted(street.outline, "street", street.node.name)] if street.outline is not None else []


def _mark(line: Line) -> picture.Wanted:
    return picture.Wanted(line.finding.shape, line.finding.kind.value, f"{line.number} {line.words}", line.number)


def _drawing(street: Street, pieces: Sequence[comparing.Piece], lines: Sequence[Line]) -> picture.Picture | None:
    cells = [picture.Wanted(piece.shape, "cell", piece.name) for piece in pieces]
    return picture.draw([*_ground(street), *cells, *map(_mark, lines)])


# -- Excel -------------------------------------------------------------------------------------------------------------


def write_report(path: Path, found: Report) -> None:
    """The findings of a layer, slivers and unplaced rows included, as a spreadsheet."""
    header = [
        _("序号"),
        _("问题"),
        _("格子"),
        _("负责人"),
        _("面积（平方米）"),
        _("宽度（米）"),
        _("细碎"),
        _("经度"),
        _("纬度"),
        _("说明"),
    ]
    sheets.write_rows(path, header, _report_rows(found))


def _report_rows(found: Report) -> Iterator[list[object]]:
    for line in (*found.lines, *found.slivers):
        yield [*_row(line), ""]
    for number, cell in enumerate(found.unplaced, len(found.lines) + len(found.slivers) + 1):
        yield [number, cell.get_state_display(), cell.name, cell.in_charge, "", "", "", "", "", cell.note]


def _row(line: Line) -> list[object]:
    finding = line.finding
    thin = _("是") if finding.sliver else ""
    return [
        line.number,
        line.words,
        line.cells,
        line.people,
        round(finding.area),
        round(finding.width, 1),
        thin,
        line.lon,
        line.lat,
    ]


def write_unplaced(path: Path, layer: Layer) -> None:
    """The places of a list that were not drawn, a row each under the headings of such a list, with the reason."""
    rows = Unplaced.objects.filter(cell__layer=layer).order_by("cell__number", "pk")
    header = ["网格名称", "负责人", "范围", _("行"), _("原因")]  # the first three as columns.py reads them back
    written = rows.values_list("cell__name", "cell__in_charge", "place", "cell__number", "why")
    sheets.write_rows(path, header, (list(row) for row in written.iterator()))


def write_comparison(path: Path, found: Comparison) -> None:
    """The cells that two layers cut differently, then what only one of them covers, as a spreadsheet."""
    header = [
        _("问题"),
        _("本图层的格子"),
        _("本图层负责人"),
        _("另一图层的格子"),
        _("另一图层负责人"),
        _("面积（平方米）"),
        _("占本格"),
        _("占另格"),
    ]
    sheets.write_rows(path, header, _comparison_rows(found))


def _comparison_rows(found: Comparison) -> Iterator[list[object]]:
    for cut in found.cuts:
        here, there = cut.match.here, cut.match.there
        shares = [round(cut.match.share_here, 4), round(cut.match.share_there, 4)]
        names = [here.name, here.in_charge, there.name, there.in_charge]
        yield [_("分属两格"), *names, round(cut.match.area), *shares]
    for line in found.only_here:
        yield [_("只有本图层"), line.cells, line.people, "", "", round(line.finding.area), "", ""]
    for line in found.only_there:
        yield [_("只有另一图层"), "", "", line.cells, line.people, round(line.finding.area), "", ""]
