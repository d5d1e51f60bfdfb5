"""Due dates worked by hand from the State Council's notices: `worked_by_hand.csv`, a line a case, with its reason.

Never filled from our own arithmetic. Times without a zone are China's; `hours` names a timetable of `office_hours.csv`;
`turns` are "pause FROM UNTIL" and "extend WHEN AMOUNT" (in the case's own measure), separated by ";".
"""

import csv
from datetime import date, datetime, time
from pathlib import Path

import pytest

from lastmeter.clocks import rules
from lastmeter.kit import zhtime
from lastmeter.kit.zhtime import CHINA, Calendar

HERE = Path(__file__).parent


def read(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


CASES = read("worked_by_hand.csv")
YEARS = frozenset({2024, 2025, 2026, 2027})


def moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=CHINA)


def spans(name: str) -> list[rules.SpanRule]:
    return [
        rules.SpanRule(
            name,
            int(row["weekday"]),
            time.fromisoformat(row["opens"]),
            time.fromisoformat(row["closes"]),
            date.fromisoformat(row["valid_from"]),
            date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        )
        for row in read("office_hours.csv")
        if row["name"] == name
    ]


def turn(text: str, measure: str) -> rules.Stood | rules.Extended:
    what, first, second = text.split()
    if what == "pause":
        return rules.Stood(moment(first), moment(second))
    return rules.Extended(moment(first), int(second), measure)


def reckoned(case: dict[str, str]) -> rules.Reckoned:
    hours = rules.hours_of({name: spans(name) for name in [case["hours"]] if name}, [case["hours"]])
    worked = rules.Worked(Calendar.national(), hours)
    term = rules.Extended(moment(case["start"]), int(case["amount"]), case["measure"])
    turns = [turn(each, case["measure"]) for each in case["turns"].split(";") if each]
    first = rules.due(term.at, term, worked)
    return rules.reckon(term.at, first, 75, case["measure"], turns, worked)


def test_there_are_more_than_two_hundred_and_each_says_why() -> None:
    assert len(CASES) >= 200
    assert all(case["why"] for case in CASES)
    assert {moment(case["due"]).year for case in CASES} == YEARS


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['start']} {case['amount']} {case['why']}")
def test_the_due_date_is_the_one_worked_by_hand(case: dict[str, str]) -> None:
    assert reckoned(case).due_at == moment(case["due"])


@pytest.mark.parametrize(
    "case", [case for case in CASES if case["measure"] == "working_days"], ids=lambda case: f"{case['why']}"
)
def test_the_days_that_are_explained_end_on_the_day_worked_by_hand(case: dict[str, str]) -> None:
    still = [
        (each.since, each.until)
        for text in case["turns"].split(";")
        if text and isinstance(each := turn(text, case["measure"]), rules.Stood)
    ]
    due = moment(case["due"])
    days = zhtime.explain_until(moment(case["start"]), due, Calendar.national(), "zh-hans", still)
    assert days[-1].date == due.date()
    assert days[-1].counted
    assert not days[0].counted
