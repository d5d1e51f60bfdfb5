"""The arithmetic of rosters: every minute once, midnight, holidays, swaps that conserve coverage."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lastmeter.grid.duty import rota
from lastmeter.grid.duty.rota import BadSlots, Change, DayKind, Pattern, Slot
from lastmeter.kit.zhtime import CHINA, DAY, Calendar

FIRST = date(2026, 1, 26)  # the weeks around the Spring Festival: holidays and 调休上班 among them
KIND = rota.kind_in(Calendar.national())
MIDNIGHT = time(0)


def moment(day: date, hour: int = 0, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), CHINA)


@st.composite
def full_cycles(draw: st.DrawFn) -> Pattern:
    """Patterns whose slots tile the day, differently on each kind of day but from the same minute on."""
    begins = draw(st.integers(0, rota.WHOLE_DAY - 1))
    slots = {}
    for kind in [DayKind.WORKDAY, *draw(st.lists(st.sampled_from(list(DayKind)), max_size=3))]:
        cuts = sorted(draw(st.sets(st.integers(1, rota.WHOLE_DAY - 1), max_size=4)))
        edges = [0, *cuts, rota.WHOLE_DAY]
        # A slot that would start past midnight is part of the one before: a day's list begins on that day.
        starts = [begins + edge for edge in edges[:-1] if begins + edge < rota.WHOLE_DAY]
        ends = [*starts[1:], begins + rota.WHOLE_DAY]
        slots[kind] = tuple(Slot(time(*divmod(at, 60)), end - at) for at, end in zip(starts, ends, strict=True))
    members = draw(st.lists(st.integers(1, 9), min_size=1, max_size=6, unique=True))
    return Pattern(tuple(members), slots, FIRST)


@given(full_cycles(), st.integers(0, 40), st.integers(0, rota.WHOLE_DAY - 1))
def test_every_minute_of_a_full_cycle_is_covered_exactly_once(pattern: Pattern, day: int, minute: int) -> None:
    known = list(rota.shifts(pattern, FIRST, FIRST + timedelta(days=42), KIND))
    at = known[0].starts + timedelta(days=day, minutes=minute)
    assert len(rota.covering(known, at)) == 1
    assert rota.gaps(known, known[0].starts, moment(FIRST + timedelta(days=42))) == []
    assert sum((each.ends - each.starts for each in known), timedelta()) == known[-1].ends - known[0].starts


@given(full_cycles(), st.data())
def test_swaps_change_people_and_never_hours(pattern: Pattern, data: st.DataObject) -> None:
    known = list(rota.shifts(pattern, FIRST, FIRST + timedelta(days=14), KIND))
    pick = st.sampled_from(known)
    changes = []
    for _ in range(data.draw(st.integers(0, 6))):
        given_, back = data.draw(pick), data.draw(st.one_of(st.none(), pick))
        taker = back.person if back else data.draw(st.integers(1, 12))
        changes.append(Change(given_.starts, given_.person, taker, back.starts if back else None))
    after = rota.changed(known, changes)
    assert [(each.starts, each.ends) for each in after] == [(each.starts, each.ends) for each in known]


@given(full_cycles(), st.integers(0, 30))
def test_a_window_shows_what_the_whole_shows(pattern: Pattern, day: int) -> None:
    since, until = FIRST + timedelta(days=day), FIRST + timedelta(days=day + 5)
    whole = list(rota.shifts(pattern, FIRST, FIRST + timedelta(days=60), KIND))
    window = list(rota.shifts(pattern, since, until, KIND))
    assert window == [each for each in whole if since <= each.starts.date() < until]


@given(st.lists(st.integers(1, 9), min_size=1, max_size=7, unique=True))
def test_the_turn_goes_round_without_skipping_anybody(members: list[int]) -> None:
    pattern = Pattern(tuple(members), {DayKind.WORKDAY: rota.read_slots("08:00-20:00 20:00-08:00")}, FIRST)
    known = list(rota.shifts(pattern, FIRST, FIRST + timedelta(days=30), KIND))
    assert [each.person for each in known] == [members[at % len(members)] for at in range(len(known))]


def test_a_shift_past_midnight_ends_the_next_morning() -> None:
    pattern = Pattern((1, 2), {DayKind.WORKDAY: rota.read_slots("08:00-20:00 20:00-08:00")}, FIRST)
    known = list(rota.shifts(pattern, FIRST, FIRST + 2 * DAY, KIND))
    assert [each.person for each in rota.covering(known, moment(FIRST + DAY, 7, 59))] == [2]
    assert [each.person for each in rota.covering(known, moment(FIRST + DAY, 8))] == [1]


def test_each_kind_of_day_has_its_hours_and_falls_back_on_its_like() -> None:
    slots = {
        DayKind.WORKDAY: rota.read_slots("08:00-17:00"),
        DayKind.WEEKEND: rota.read_slots("09:00-12:00"),
    }
    pattern = Pattern((1,), slots, date(2026, 2, 9))
    known = rota.shifts(pattern, date(2026, 2, 9), date(2026, 3, 3), KIND)
    hours = {each.starts.date(): each.starts.hour for each in known}
    assert hours[date(2026, 2, 13)] == 8, "a Friday"
    assert hours[date(2026, 2, 14)] == 8, "a Saturday worked in exchange"
    assert hours[date(2026, 2, 17)] == 9, "the first day of the Spring Festival, like a weekend"
    assert hours[date(2026, 3, 1)] == 9, "a Sunday"


def test_a_gap_and_a_double_booking_are_found() -> None:
    short = Pattern((1,), {DayKind.WORKDAY: rota.read_slots("08:00-20:00")}, FIRST)
    known = list(rota.shifts(short, FIRST, FIRST + DAY, KIND))
    assert rota.gaps(known, moment(FIRST), moment(FIRST + DAY)) == [
        (moment(FIRST), moment(FIRST, 8)),
        (moment(FIRST, 20), moment(FIRST + DAY)),
    ]
    twice = Pattern((1,), {DayKind.WORKDAY: rota.read_slots("08:00-20:00 18:00-22:00")}, FIRST)
    assert len(rota.doubles(rota.shifts(twice, FIRST, FIRST + DAY, KIND))) == 1


def test_an_exchange_holds_with_both_halves_or_not_at_all() -> None:
    pattern = Pattern((1, 2), {DayKind.WORKDAY: rota.read_slots("00:00-00:00")}, FIRST)
    known = list(rota.shifts(pattern, FIRST, FIRST + 2 * DAY, KIND))
    swapped = rota.changed(known, [Change(known[0].starts, 1, 2, known[1].starts)])
    assert [each.person for each in swapped] == [2, 1]
    assert rota.changed(known, [Change(known[0].starts, 1, 2, known[0].starts)]) == known


@pytest.mark.parametrize("text", ["08:00", "25:00-26:00", "08:00-24:30", "早班", "08:00-20:00 x", "08:61-09:00"])
def test_hours_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(BadSlots):
        rota.read_slots(text)


SLOTS = st.builds(Slot, st.builds(time, st.integers(0, 23), st.integers(0, 59)), st.integers(1, rota.WHOLE_DAY))


@given(st.lists(SLOTS, max_size=6).map(lambda slots: sorted(slots, key=lambda slot: slot.starts)))
def test_hours_are_read_as_they_are_written(slots: list[Slot]) -> None:
    assert rota.read_slots(rota.write_slots(slots)) == tuple(slots)
    assert rota.read_slots(" 08：00—20:00，20:00至08:00") == rota.read_slots("08:00-20:00 20:00-08:00")
