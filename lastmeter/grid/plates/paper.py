"""Plates on paper: A4 and A6 signs and sheets of them, in Chinese with an English second line."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from lastmeter.grid.directory.entries import Sign
from lastmeter.grid.models import Plate, Role
from lastmeter.grid.plates.making import Format, address
from lastmeter.kit.paper import A4, A6, BRAND, QUIET, Frame, Paper
from lastmeter.kit.zhtime import china

CHINESE, ENGLISH = "zh-hans", "en"

SCAN = _("扫一扫：报事 · 找网格员")
NOBODY = _("请扫码留言，会转给负责的人；也可以打 12345。")
SUPERVISION = _("监督电话 %(phone)s")
DANGER = _("有生命危险请打 110 · 119 · 120")
COVERS = _("范围：%(places)s")
PRINTED = _("%(date)s印制")


@dataclass(frozen=True, slots=True)
class Layout:
    """How plates lie on a page: so many across and down, drawn at that scale by that hand."""

    page: tuple[float, float]
    across: int
    down: int
    scale: float
    draw: Callable[[Frame, Plate, Sign, datetime], None]

    @property
    def corners(self) -> list[tuple[float, float]]:
        wide, high = self.page[0] / self.across, self.page[1] / self.down
        return [(x * wide, y * high) for y, x in product(range(self.down), range(self.across))]


def plates_pdf(plates: Sequence[Plate], signs: dict[int, Sign], layout: str, *, now: datetime) -> bytes:
    """The PDF of these plates in that Format, each for its place's sign. Raises paper.NoFont."""
    chosen = LAYOUTS[Format(layout)]
    corners = chosen.corners
    with override(CHINESE):
        paper = Paper(chosen.page, title=gettext("我的网格二维码牌"), margin=0)
        for number, plate in enumerate(plates):
            if number % len(corners) == 0:
                paper.add_page()
                _cuts(paper, chosen)
            frame = Frame(paper, *corners[number % len(corners)], chosen.scale)
            chosen.draw(frame, plate, signs[plate.node_id], now)
        return paper.finished(now)


def _cuts(paper: Paper, layout: Layout) -> None:
    """Hairlines where the sheet is cut."""
    wide, high = layout.page
    for column in range(1, layout.across):
        paper.rule(wide * column / layout.across, 0, 0, high=high, thick=0.1)
    for row in range(1, layout.down):
        paper.rule(0, high * row / layout.down, wide, thick=0.1)


def in_english(words: str | Promise, **values: str) -> str:
    """The words in English; "" where the catalogue has none."""
    with override(ENGLISH):
        english = str(words)
    with override(CHINESE):
        chinese = str(words)
    return "" if english == chinese else english % values if values else english


def spaced(phone: str) -> str:
    """A mobile number in groups of 3-4-4, as it is read aloud; any other number as it is."""
    mobile = len(phone) == 11 and phone.isascii() and phone.isdigit() and phone.startswith("1")
    return f"{phone[:3]} {phone[3:7]} {phone[7:]}" if mobile else phone


def _sign(frame: Frame, plate: Plate, sign: Sign, now: datetime) -> None:
    """A4 at scale 1, A6 at a half; the name can be read from two metres."""
    frame.words(sign.above, (18, 16, 174), size=17, smallest=11, colour=QUIET)
    bottom = frame.words(sign.node.name, (18, 25, 174), size=54, smallest=28, lines=3, bold=True)
    if plate.spot:
        bottom = frame.words(plate.spot, (18, bottom, 174), size=24, smallest=15, colour=QUIET)
    frame.rule(18, bottom + 2.5, 22, thick=1.4, colour=BRAND)
    side = min(124, 193 - bottom)
    top = bottom + 9
    frame.qr(address(plate), 105 - side / 2, top, side)
    top = frame.words(str(SCAN), (18, top + side + 5, 174), size=29, bold=True, align="C")
    top = frame.words(in_english(SCAN), (18, top - 1, 174), size=13, colour=QUIET, align="C")
    _people(frame, sign, 229)
    _foot(frame, sign, now)


def _people(frame: Frame, sign: Sign, top: float) -> None:
    """The one or two persons in charge with the number to call: each in a column of its own."""
    frame.rule(18, top, 174)
    people = sign.people
    if not people:
        frame.words(str(NOBODY), (18, top + 9, 174), size=20, smallest=14, lines=2)
        return
    width = 174 / len(people) - (4 if len(people) > 1 else 0)
    for number, each in enumerate(people):
        left = 18 + number * (width + 8)
        bottom = frame.words(f"{each.name}　{each.label}", (left, top + 4, width), size=22, smallest=12, bold=True)
        frame.words(spaced(each.phone), (left, bottom - 1, width), size=33, smallest=16, bold=True, colour=BRAND)
        frame.words(in_english(Role(each.role).label), (left, bottom + 13.5, width), size=11, colour=QUIET)


def _foot(frame: Frame, sign: Sign, now: datetime) -> None:
    frame.rule(18, 264, 174)
    if sign.covers:
        covers = str(COVERS) % {"places": "、".join(sign.covers)}
        frame.words(covers, (18, 267, 174), size=11, smallest=9, colour=QUIET)
    phone = str(SUPERVISION) % {"phone": sign.supervision} if sign.supervision else ""
    frame.words(phone, (18, 273, 87), size=15, smallest=10, bold=True)
    frame.words(str(DANGER), (105, 273, 87), size=15, smallest=10, bold=True, align="R")
    english = in_english(SUPERVISION, phone=sign.supervision) if sign.supervision else ""
    frame.words(english, (18, 280.5, 87), size=10, colour=QUIET)
    frame.words(in_english(DANGER), (105, 280.5, 87), size=10, colour=QUIET, align="R")
    day = str(PRINTED) % {"date": f"{china(now):%Y-%m-%d}"}
    frame.words(day, (105, 287, 87), size=8, colour=QUIET, align="R")
    frame.words(settings.OWNER, (18, 287, 87), size=8, smallest=6, colour=QUIET)


def _label(frame: Frame, plate: Plate, sign: Sign, now: datetime) -> None:
    """105 × 74 mm, lying: the code to the left, the words to the right."""
    frame.qr(address(plate), 8, 10, 42)
    frame.words(str(SCAN), (5, 54.5, 48), size=10.5, smallest=8, bold=True, align="C")
    frame.words(in_english(SCAN), (5, 59.5, 48), size=6.5, smallest=5, colour=QUIET, align="C")
    frame.words(sign.above, (57, 8, 42), size=7.5, smallest=6, lines=2, colour=QUIET)
    bottom = frame.words(sign.node.name, (57, 15, 42), size=19, smallest=10, lines=3, bold=True)
    bottom = frame.words(plate.spot, (57, bottom, 42), size=10, smallest=7, colour=QUIET)
    frame.rule(57, bottom + 1.5, 9, thick=0.7, colour=BRAND)
    top = bottom + 4
    for each in sign.people[: 2 if top < 38 else 1]:  # a long name leaves room for one only
        top = frame.words(f"{each.name}　{each.label}", (57, top, 42), size=9.5, smallest=7)
        top = frame.words(spaced(each.phone), (57, top - 0.5, 42), size=15, smallest=9, bold=True, colour=BRAND) + 0.5
    if not sign.people:
        frame.words(str(NOBODY), (57, top, 42), size=9, smallest=7, lines=3)
    phone = str(SUPERVISION) % {"phone": sign.supervision} if sign.supervision else ""
    frame.words(phone, (57, 62, 42), size=8, smallest=6)
    frame.words(str(DANGER), (57, 66, 42), size=7, smallest=5.5, colour=QUIET)
    frame.words(str(PRINTED) % {"date": f"{china(now):%Y-%m-%d}"}, (5, 66, 48), size=5.5, colour=QUIET, align="C")


LAYOUTS = {
    Format.A4: Layout(A4, 1, 1, 1, _sign),
    Format.A6: Layout(A6, 1, 1, 0.5, _sign),
    Format.FOUR: Layout(A4, 2, 2, 0.5, _sign),
    Format.EIGHT: Layout(A4, 2, 4, 1, _label),
}
