"""Which rule wins and when it falls due."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lastmeter.clocks import rules
from lastmeter.kit.zhtime import CHINA, Calendar, Timetable, Week, explain_until

WORKED = rules.Worked(Calendar.national())


def rule(path: str = "", amount: int = 24, measure: str = "natural_hours", **values: object) -> rules.LimitRule:
    defaults: dict[str, object] = {
        "kind": "fix",
        "profile": "",
        "category": None,
        "urgency": "",
        "warn_share": 75,
        "id": 1,
    }
    return rules.LimitRule(path=path, amount=amount, measure=measure, **(defaults | values))  # type: ignore[arg-type]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def test_the_nearest_ancestor_wins_over_a_more_particular_rule_above() -> None:
    city, town = rule("00001", category=7), rule("0000100002")
    chosen = rules.choose([city, town], path="000010000200003", kind="fix", profile="grid", category=7, urgency="")
    assert chosen is town


def test_at_one_place_category_goes_before_urgency_and_urgency_before_the_rule_for_all() -> None:
    plain, urgent, noise = rule(), rule(urgency="urgent"), rule(category=7)
    known = [plain, urgent, noise]

    def pick(category: int, urgency: str) -> rules.LimitRule | None:
        return rules.choose(known, path="00001", kind="fix", profile="grid", category=category, urgency=urgency)

    assert pick(7, "urgent") is noise
    assert pick(8, "urgent") is urgent
    assert pick(8, "") is plain


def test_a_rule_for_a_unit_goes_before_one_for_a_category_and_binds_nobody_else() -> None:
    noise, theirs = rule(category=7), rule(unit=3)
    known = [noise, theirs]

    def pick(unit: int | None) -> rules.LimitRule | None:
        return rules.choose(known, path="00001", kind="fix", profile="", category=7, urgency="", unit=unit)

    assert pick(3) is theirs
    assert pick(4) is noise
    assert pick(None) is noise


def test_no_rule_means_no_promise() -> None:
    assert rules.choose([rule(kind="answer")], path="1", kind="fix", profile="", category=None, urgency="") is None


@pytest.mark.parametrize(
    ("start", "amount", "measure", "due"),
    [
        ("2026-11-25 09:00", 24, "natural_hours", "2026-11-26 09:00"),
        ("2026-11-25 09:00", 5, "working_days", "2026-12-02 18:00"),
        ("2026-09-30 17:59", 1, "working_days", "2026-10-08 18:00"),  # National Day holiday 1–7 October
        ("2026-02-14 10:00", 1, "working_days", "2026-02-24 18:00"),  # Saturday worked before Spring Festival
        ("2026-12-31 23:00", 1, "working_days", "2027-01-04 18:00"),  # 2027 is not published: statutory days only
        ("2026-11-25 16:30", 2, "working_hours", "2026-11-26 09:30"),
    ],
)
def test_hand_worked_due_dates(start: str, amount: int, measure: str, due: str) -> None:
    assert rules.due(at(start), rule(amount=amount, measure=measure), WORKED) == at(due)


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 - zone below
    st.integers(1, 60),
    st.sampled_from(["natural_hours", "working_hours", "working_days"]),
    st.integers(1, 100),
)
def test_a_warning_lies_between_start_and_due_and_more_is_never_sooner(
    start: datetime, amount: int, measure: str, share: int
) -> None:
    due = rules.due(start, rule(amount=amount, measure=measure), WORKED)
    assert start < due
    assert start <= rules.warn(start, due, share) <= due
    assert due <= rules.due(start, rule(amount=amount + 1, measure=measure), WORKED)


MEASURES = st.sampled_from(["natural_hours", "working_hours", "working_days"])
QUARTER = timedelta(minutes=15)
STARTS = st.integers(0, 3 * 365 * 24 * 4).map(lambda quarters: at("2024-01-01 00:00") + QUARTER * quarters)
AHEAD = st.integers(0, 60 * 24 * 4).map(lambda quarters: QUARTER * quarters)


@given(STARTS, st.integers(1, 30), MEASURES, AHEAD, AHEAD, AHEAD)
def test_to_stand_still_never_shortens_and_for_longer_never_ends_sooner(
    start: datetime, amount: int, measure: str, begins: timedelta, lasts: timedelta, more: timedelta
) -> None:
    first = rules.due(start, rule(amount=amount, measure=measure), WORKED)
    since = start + begins

    def due(until: datetime) -> datetime:
        return rules.reckon(start, first, 75, measure, [rules.Stood(since, until)], WORKED).due_at

    assert first <= due(since + lasts) <= due(since + lasts + more)
    if since < first and lasts:
        assert due(since + lasts) > since + lasts
    else:
        assert due(since + lasts) == first


@given(STARTS, st.integers(1, 30), AHEAD, AHEAD, st.integers(1, 9))
def test_the_explanation_of_a_moved_date_counts_the_days_that_were_given(
    start: datetime, amount: int, begins: timedelta, lasts: timedelta, more: int
) -> None:
    first = rules.due(start, rule(amount=amount, measure="working_days"), WORKED)
    since, until = start + begins, start + begins + lasts
    turns: list[rules.Stood | rules.Extended] = [rules.Stood(since, until), rules.Extended(until, more, "working_days")]
    due = rules.reckon(start, first, 75, "working_days", turns, WORKED).due_at
    still = [(since, until)] if since < first else []
    counted = sum(step.counted for step in explain_until(start, due, WORKED.calendar, "zh-hans", still))
    last_day = since.astimezone(CHINA).date() == first.date()
    assert counted == amount + more or (last_day and counted in (amount + more, amount + more + 1))


def test_a_units_own_hours_go_before_those_of_the_places_above_it() -> None:
    def span(owner: str, opens: int, closes: int, since: str = "2020-01-01") -> rules.SpanRule:
        return rules.SpanRule(owner, 3, time(opens), time(closes), date.fromisoformat(since), None)

    known = {
        "unit:7": [span("unit:7", 10, 11, "2026-12-01")],
        "town": [span("town", 9, 12)],
        "city": [span("city", 8, 18)],
    }
    before, after = date(2026, 11, 25), date(2026, 12, 2)  # Wednesdays
    calendar = Calendar.national()
    both = rules.hours_of(known, ["unit:7", "town", "city"])
    assert [opens.hour for opens, _closes in both.open_on(before, calendar)] == [9]  # the unit's begin in December
    assert [opens.hour for opens, _closes in both.open_on(after, calendar)] == [10]
    assert [opens.hour for opens, _closes in rules.hours_of(known, ["city"]).open_on(after, calendar)] == [8]
    assert rules.hours_of(known, ["elsewhere"]) == Timetable()


def test_hours_that_never_open_are_refused_instead_of_counted_for_ever() -> None:
    never = rules.Worked(Calendar.national(), rules.DatedHours([[]]).week_on(date(2026, 1, 1)))
    assert rules.due(at("2026-11-25 09:00"), rule(amount=1, measure="working_hours"), never) == at("2026-11-25 10:00")
    with pytest.raises(ValueError, match="never open"):
        rules.due(
            at("2026-11-25 09:00"), rule(amount=1, measure="working_hours"), rules.Worked(WORKED.calendar, Week({}))
        )
