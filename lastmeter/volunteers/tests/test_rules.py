"""How service counts: nothing twice, never more than was served, in whole half hours."""

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lastmeter.volunteers import rules

FIRST = datetime(2026, 11, 25, tzinfo=UTC)
SPANS = st.tuples(st.integers(0, 900), st.integers(1, 300)).map(
    lambda drawn: (FIRST + timedelta(minutes=drawn[0]), FIRST + timedelta(minutes=drawn[0] + drawn[1]))
)

BUSY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine draws slowly


def minutes(spans: list[rules.Span]) -> set[int]:
    """The minutes of all of them, each once: what is meant by not counting twice."""
    return {
        minute
        for start, end in spans
        for minute in range(int((start - FIRST).total_seconds()) // 60, int((end - FIRST).total_seconds()) // 60)
    }


@BUSY
@given(span=SPANS, taken=st.lists(SPANS, max_size=6))
def test_what_others_have_already_is_left_out_to_the_minute(span: rules.Span, taken: list[rules.Span]) -> None:
    assert rules.uncounted(span, taken) == timedelta(minutes=len(minutes([span]) - minutes(taken)))


@BUSY
@given(spans=st.lists(SPANS, max_size=8))
def test_recorded_one_after_the_other_they_never_exceed_what_was_served(spans: list[rules.Span]) -> None:
    credited = sum(rules.halves(span, spans[:at]) for at, span in enumerate(spans))
    assert 0 <= credited * 30 <= len(minutes(spans))


def test_an_hour_and_three_quarters_are_three_half_hours() -> None:
    assert rules.halves((FIRST, FIRST + timedelta(minutes=105)), []) == 3
