"""Which rule wins and when it falls due."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lastmeter.clocks import rules
from lastmeter.kit.zhtime import CHINA, Calendar

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
