"""Months of China time, rates, and what a public table hides."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lastmeter.insight.rules import SMALLEST, BadMonth, Cell, Month, hidden

NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)


def test_a_month_begins_at_midnight_in_china() -> None:
    month = Month(date(2026, 10, 1))
    assert month.begins == datetime(2026, 9, 30, 16, tzinfo=UTC)
    assert month.ends == datetime(2026, 10, 31, 16, tzinfo=UTC)
    assert month.last == date(2026, 10, 31)


@given(
    st.integers(0, 15 * 366 * 86400).map(lambda seconds: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))
)
def test_every_moment_lies_in_one_month_and_the_neighbours_touch(moment: datetime) -> None:
    month = Month.of(moment)
    assert month.begins <= moment < month.ends
    assert month.next.begins == month.ends
    assert month.before.ends == month.begins
    assert month.next.before == month


@pytest.mark.parametrize("text", ["2026-13", "2026-1", "1999-01", "２０２６-10", "2026-12", "2026-10-01", "", "昨天"])
def test_what_is_no_month_or_has_not_begun_is_refused(text: str) -> None:
    with pytest.raises(BadMonth):
        Month.read(text, NOW)


def test_the_running_month_can_be_read_from_its_first_moment_on() -> None:
    begins = Month(date(2026, 12, 1)).begins
    assert Month.read("2026-12", begins).first == date(2026, 12, 1)
    with pytest.raises(BadMonth):
        Month.read("2026-12", begins - timedelta(microseconds=1))


def test_nothing_to_count_is_neither_nought_nor_a_hundred() -> None:
    assert Cell(0, 0).percent is None
    assert Cell(0, 4).percent == 0
    assert Cell(3, 4) + Cell(1, 4, 2) == Cell(4, 8, 2)


@given(st.lists(st.integers(0, 40), max_size=12))
def test_no_small_figure_is_shown_and_none_can_be_had_by_subtraction(counts: list[int]) -> None:
    hide = hidden(counts)
    assert all(place in hide for place, count in enumerate(counts) if 0 < count < SMALLEST)
    shown = [place for place, count in enumerate(counts) if count and place not in hide]
    assert len(hide) != 1 or not shown
    assert all(counts[place] for place in hide)
