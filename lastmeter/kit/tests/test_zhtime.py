"""Working days against the published calendars, terms, and how moments read."""

import csv
import os
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lastmeter.kit import zhtime
from lastmeter.kit.zhtime import CHINA, Calendar, Timetable

ROOT = Path(__file__).resolve().parents[3]
DATA = Path(os.environ.get("LASTMETER_TEST_DATA", ROOT.parent / "shared" / "data"))
NATIONAL = Calendar.national()
MOMENTS = st.integers(0, 24 * 365 * 24 * 60).map(
    lambda minutes: datetime(2005, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def test_every_published_day_since_2004_is_known() -> None:
    file = DATA / "holidays" / "china_holidays_2004_2026.csv"
    if not file.exists():
        pytest.skip("the holiday table is not here; LASTMETER_TEST_DATA names its folder")
    with file.open(encoding="utf-8") as lines:
        listed = {date.fromisoformat(row["date"]): row["kind"] for row in csv.DictReader(lines)}
    day = date(2004, 1, 1)
    while day < date(2027, 1, 1):
        assert NATIONAL.kind(day) == listed.get(day), day
        day += timedelta(days=1)


def test_a_sunday_worked_in_exchange_is_a_working_day() -> None:
    assert NATIONAL.is_workday(date(2026, 10, 10))
    assert date(2026, 10, 10).weekday() == 5


def test_a_year_without_a_notice_has_its_statutory_holidays_and_says_so() -> None:
    assert not NATIONAL.is_published(2027)
    assert not NATIONAL.is_workday(date(2027, 10, 1))
    assert NATIONAL.is_workday(date(2027, 10, 8))


def test_the_notice_of_a_new_year_can_be_entered() -> None:
    calendar = NATIONAL.with_rows({date(2027, 1, 2): "workday_swap"})
    assert calendar.is_published(2027)
    assert calendar.is_workday(date(2027, 1, 2))
    assert not NATIONAL.is_workday(date(2027, 1, 2))


def test_an_unknown_kind_of_day_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown kinds"):
        Calendar({date(2027, 1, 1): "festival"})


def test_five_working_days_over_the_national_day_week() -> None:
    due = zhtime.add_working_days(at("2026-09-29 10:00"), 5, NATIONAL)
    assert due == at("2026-10-12 18:00")  # 9月30日、10月8日、9日、10日（调休）、12日


def test_the_first_day_begins_in_china_not_in_greenwich() -> None:
    late = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)  # 24 November, half past midnight in China
    assert zhtime.add_working_days(late, 1, NATIONAL).date() == date(2026, 11, 25)


@given(MOMENTS, st.integers(1, 60))
def test_the_explanation_counts_exactly_the_days_of_the_term(start: datetime, days: int) -> None:
    steps = zhtime.explain(start, days, NATIONAL)
    assert sum(step.counted for step in steps) == days
    assert not steps[0].counted
    assert steps[-1].counted
    assert steps[-1].date == zhtime.add_working_days(start, days, NATIONAL).date()


def test_the_explanation_gives_the_reason_of_each_day() -> None:
    steps = zhtime.explain(at("2026-10-07 09:00"), 3, NATIONAL)
    assert [(step.date.day, step.counted, step.reason) for step in steps] == [
        (7, False, "开始当天不算"),
        (8, True, "工作日"),
        (9, True, "工作日"),
        (10, True, "调休上班"),
    ]
    assert zhtime.explain(at("2027-09-30 09:00"), 1, NATIONAL, "en")[1].reason.startswith("statutory holiday")


@given(MOMENTS, st.floats(0, 500))
def test_natural_hours_are_hours_of_the_clock(start: datetime, hours: float) -> None:
    assert zhtime.add_natural_hours(start, hours) - start == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-24 09:00", 2, "2026-11-24 11:00"),
        ("2026-11-24 11:00", 1, "2026-11-24 12:00"),
        ("2026-11-24 11:00", 2, "2026-11-24 15:30"),
        ("2026-11-24 13:00", 1, "2026-11-24 15:30"),
        ("2026-11-24 16:30", 2, "2026-11-25 09:30"),
        ("2026-11-27 17:30", 1, "2026-11-30 09:30"),
        ("2026-11-28 10:00", 7.5, "2026-12-01 09:30"),
    ],
)
def test_working_hours_skip_noon_nights_and_weekends(start: str, hours: float, end: str) -> None:
    assert zhtime.add_working_hours(at(start), hours, NATIONAL, Timetable()) == at(end)


@given(MOMENTS, st.integers(1, 600), st.integers(1, 600))
def test_working_minutes_add_up(start: datetime, first: int, second: int) -> None:
    def after(moment: datetime, minutes: int) -> datetime:
        return zhtime.add_working_hours(moment, minutes / 60, NATIONAL, Timetable())

    gap = after(after(start, first), second) - after(start, first + second)
    assert abs(gap) < timedelta(milliseconds=1)


def test_office_hours_must_be_in_order() -> None:
    with pytest.raises(ValueError, match="ascending"):
        Timetable(((time(14), time(17)), (time(8), time(12))))


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        zhtime.add_natural_hours(datetime.fromisoformat("2026-11-24 16:30"), 1)


def test_a_term_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        zhtime.add_working_days(at("2026-11-24 09:00"), 0, NATIONAL)
    with pytest.raises(ValueError, match="positive"):
        zhtime.add_working_hours(at("2026-11-24 09:00"), 0, NATIONAL, Timetable())


NOW = at("2026-11-24 16:30")


def test_a_long_date_names_the_weekday() -> None:
    moment = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
    assert zhtime.long_date(moment, "zh-hans") == "2026年11月24日 周二 16:30"
    assert zhtime.long_date(moment, "en") == "Tue 24 Nov 2026 16:30"


@pytest.mark.parametrize(
    ("moment", "chinese", "english"),
    [
        ("2026-11-24 08:12", "今天 08:12", "today 08:12"),
        ("2026-11-23 23:59", "昨天 23:59", "yesterday 23:59"),
        ("2026-11-25 00:00", "明天 00:00", "tomorrow 00:00"),
        ("2026-01-05 07:05", "1月5日 07:05", "5 Jan 07:05"),
        ("2025-12-31 07:05", "2025年12月31日", "31 Dec 2025"),
    ],
)
def test_a_short_date_leaves_out_what_is_obvious(moment: str, chinese: str, english: str) -> None:
    assert zhtime.short(at(moment), NOW, "zh-hans") == chinese
    assert zhtime.short(at(moment), NOW, "en") == english


@pytest.mark.parametrize(
    ("minutes", "chinese", "english"),
    [
        (120, "剩 2 小时", "2 h left"),
        (119, "剩 1 小时", "1 h left"),
        (12, "剩 12 分", "12 min left"),
        (0, "剩 不到 1 分", "under 1 min left"),
        (9 * 1440, "剩 9 天", "9 d left"),
        (-35, "超 35 分", "35 min over"),
        (-60, "超 1 小时", "1 h over"),
    ],
)
def test_what_is_left_is_never_rounded_up(minutes: int, chinese: str, english: str) -> None:
    due = NOW + timedelta(minutes=minutes)
    assert zhtime.left(due, NOW, "zh-hans") == chinese
    assert zhtime.left(due, NOW, "en") == english


@pytest.mark.parametrize(
    ("minutes", "chinese", "english"),
    [
        (0, "刚刚", "just now"),
        (5, "5 分钟前", "5 min ago"),
        (125, "2 小时前", "2 h ago"),
        (3 * 1440, "3 天前", "3 d ago"),
        (8 * 1440, "11月16日 16:30", "16 Nov 16:30"),
    ],
)
def test_how_long_ago(minutes: int, chinese: str, english: str) -> None:
    moment = NOW - timedelta(minutes=minutes)
    assert zhtime.ago(moment, NOW, "zh-hans") == chinese
    assert zhtime.ago(moment, NOW, "en") == english
