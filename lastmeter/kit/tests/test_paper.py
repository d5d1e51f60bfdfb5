"""Words on paper: they shrink, part where a reader would part them, and end in an ellipsis when nothing else helps."""

import pypdfium2
import pytest
from django.conf import LazySettings
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as speed
from hypothesis import strategies as st

from lastmeter.kit.fonts import NoFont, faces
from lastmeter.kit.paper import LEADING, POINT, Paper

try:
    faces()
except NoFont:
    pytest.skip("no font with Chinese on this machine (fonts-noto-cjk)", allow_module_level=True)


@pytest.fixture(scope="module")
def paper() -> Paper:
    made = Paper(title="试")
    made.add_page()
    return made


def text_of(paper: Paper) -> str:
    with pypdfium2.PdfDocument(paper.finished(timezone.now())) as document:
        text: str = document[0].get_textpage().get_text_range()
    return text


def test_rare_characters_are_embedded_and_can_be_read_back() -> None:
    paper = Paper(title="试")
    paper.add_page()
    paper.words("𬕂村 㙍塘 龘 12345", (10, 10, 150), size=20)
    assert "𬕂村 㙍塘 龘 12345" in text_of(paper)


def test_a_name_parts_before_its_bracket() -> None:
    paper = Paper(title="试")
    paper.add_page()
    paper.words("第一网格（东风一路）", (10, 10, 70), size=30, lines=2)
    assert text_of(paper).splitlines() == ["第一网格", "（东风一路）"]


def test_what_does_not_fit_ends_in_an_ellipsis() -> None:
    paper = Paper(title="试")
    paper.add_page()
    paper.words("很长的名称" * 20, (10, 10, 60), size=30, smallest=20)
    assert text_of(paper).endswith("…")


@speed(deadline=None, max_examples=60)
@given(text=st.text("网格一、（）() A1", min_size=1, max_size=80), width=st.floats(20, 150), lines=st.integers(1, 3))
def test_no_text_grows_over_its_lines(paper: Paper, text: str, width: float, lines: int) -> None:
    bottom = paper.words(text, (0, 10, width), size=20, smallest=8, lines=lines)
    assert bottom <= 10 + lines * 20 * POINT * LEADING + 0.001


def test_a_font_that_is_not_there_is_said(settings: LazySettings) -> None:
    settings.FONT = "/no/such/font.ttf"
    with pytest.raises(NoFont, match="LASTMETER_FONT"):
        Paper(title="试")
