"""订场地: one at a time in each room, halls and halves together, midnight and back to back exact."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lastmeter.accounts.actors import Actor
from lastmeter.kit.zhtime import CHINA
from lastmeter.notices.models import Notice
from lastmeter.venues import booking, deciding, rules
from lastmeter.venues.booking import Refused, Taken
from lastmeter.venues.models import Booking, Occupancy, Space
from lastmeter.venues.tests.town import HOUR, Centre, build, day_at
from tests.cast import Cast

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=CHINA)  # a Monday without a holiday near


@pytest.fixture
def centre(cast: Cast) -> Centre:
    return build(cast)


def book(cast: Cast, centre: Centre, who: str, space: Space, at: datetime, **more: float) -> Booking:
    user = cast.users[who]
    return booking.book(centre.wish(space, at, **more), user=user, by=Actor.of(user), now=NOW)  # type: ignore[arg-type]


def test_the_second_tap_is_the_same_booking_and_the_second_person_is_refused(cast: Cast, centre: Centre) -> None:
    at = day_at(NOW, 1, 10)
    assert book(cast, centre, "resident", centre.room, at) == book(cast, centre, "resident", centre.room, at)
    with pytest.raises(Taken):
        book(cast, centre, "worker", centre.room, at)
    assert Occupancy.objects.count() == 1


def test_a_hall_blocks_its_halves_and_a_half_its_hall(cast: Cast, centre: Centre) -> None:
    book(cast, centre, "resident", centre.hall, day_at(NOW, 1, 10))
    for half in (centre.east, centre.west):
        with pytest.raises(Taken):
            book(cast, centre, "worker", half, day_at(NOW, 1, 10))
    book(cast, centre, "worker", centre.east, day_at(NOW, 2, 10))
    with pytest.raises(Taken):
        book(cast, centre, "clerk", centre.hall, day_at(NOW, 2, 10))
    assert book(cast, centre, "clerk", centre.west, day_at(NOW, 2, 10)).state == Booking.State.CONFIRMED


def test_back_to_back_is_free_and_a_buffer_is_kept_on_both_sides(cast: Cast, centre: Centre) -> None:
    book(cast, centre, "resident", centre.east, day_at(NOW, 1, 10))
    book(cast, centre, "worker", centre.east, day_at(NOW, 1, 11))
    book(cast, centre, "resident", centre.room, day_at(NOW, 1, 12))
    for hour, minute, hours in ((13, 0, 1), (13, 14, 1), (11, 0, 1), (10, 46, 1)):
        with pytest.raises(Taken):
            book(cast, centre, "clerk", centre.room, day_at(NOW, 1, hour, minute), hours=hours)
    book(cast, centre, "clerk", centre.room, day_at(NOW, 1, 13, 15))
    book(cast, centre, "handler", centre.room, day_at(NOW, 1, 10, 45))


def test_a_booking_across_midnight_blocks_both_days(cast: Cast, centre: Centre) -> None:
    late = day_at(NOW, 5, 23)  # Saturday, open until two
    made = book(cast, centre, "resident", centre.east, late, hours=2)
    assert made.state == Booking.State.CONFIRMED
    with pytest.raises(Taken):
        book(cast, centre, "worker", centre.east, day_at(NOW, 6, 0, 59))
    assert book(cast, centre, "worker", centre.east, day_at(NOW, 6, 1)).state == Booking.State.CONFIRMED
    assert (
        book(cast, centre, "clerk", centre.west, day_at(NOW, 6, 1, 30)).state == Booking.State.REQUESTED
    )  # until 2:30


def test_large_groups_and_unusual_hours_are_asked_for_and_occupy_nothing(cast: Cast, centre: Centre) -> None:
    at = day_at(NOW, 1, 10)
    large = book(cast, centre, "resident", centre.hall, at, people=60)
    early = book(cast, centre, "worker", centre.room, day_at(NOW, 1, 6))
    assert {large.state, early.state} == {Booking.State.REQUESTED}
    assert not Occupancy.objects.exists()


def test_of_two_requests_for_the_same_hour_one_is_approved(cast: Cast, centre: Centre) -> None:
    at, clerk = day_at(NOW, 1, 10), Actor.of(cast.users["clerk"])
    first = book(cast, centre, "resident", centre.hall, at, people=60)
    second = book(cast, centre, "worker", centre.hall, at, people=70)
    assert list(deciding.rivals(first)) == [second]
    deciding.approve(first, by=clerk, now=NOW)
    deciding.approve(first, by=clerk, now=NOW)
    with pytest.raises(Taken):
        deciding.approve(second, by=clerk, now=NOW)
    deciding.refuse(second, words="这个时间有人了", by=clerk, now=NOW)
    with pytest.raises(Refused):
        deciding.approve(second, by=clerk, now=NOW)
    kinds = set(Notice.objects.filter(kind__startswith="venues.").values_list("user__username", "kind"))
    assert kinds == {("resident", "venues.approved"), ("worker", "venues.refused")}


def test_what_is_cancelled_is_free_at_once_and_kept_on_record(cast: Cast, centre: Centre) -> None:
    at = day_at(NOW, 2, 10)
    made = book(cast, centre, "resident", centre.room, at)
    booking.cancel(made, now=NOW)
    booking.cancel(made, now=NOW)
    assert book(cast, centre, "worker", centre.room, at).state == Booking.State.CONFIRMED
    assert Occupancy.objects.filter(booking=made, released=True).count() == 1


def test_too_late_to_cancel_says_whom_to_call_but_a_slip_is_taken_back(cast: Cast, centre: Centre) -> None:
    soon = book(cast, centre, "resident", centre.room, day_at(NOW, 0, 11))
    with pytest.raises(Refused, match="打电话"):
        booking.cancel(soon, now=NOW + timedelta(minutes=16))
    booking.cancel(soon, now=NOW + timedelta(minutes=14))
    soon.refresh_from_db()
    assert soon.state == Booking.State.CANCELLED


def test_how_far_ahead_how_long_how_many_and_how_often(cast: Cast, centre: Centre) -> None:
    for at, more, words in (
        (day_at(NOW, 15, 10), {}, "最多提前 14 天"),
        (day_at(NOW, 1, 10), {"hours": 4}, "最长 180 分钟"),
        (day_at(NOW, 1, 10), {"people": 13}, "最多容纳 12 人"),
        (NOW - HOUR, {}, "已经过了"),
    ):
        with pytest.raises(Refused, match=words):
            book(cast, centre, "resident", centre.room, at, **more)
    assert book(cast, centre, "resident", centre.room, day_at(NOW, 14, 10)).state == Booking.State.CONFIRMED
    for hour in (10, 12):
        book(cast, centre, "resident", centre.room, day_at(NOW, 1, hour))
    with pytest.raises(Refused, match="每人每周"):
        book(cast, centre, "resident", centre.room, day_at(NOW, 6, 14))
    assert book(cast, centre, "resident", centre.room, day_at(NOW, 7, 14)).state == Booking.State.CONFIRMED


def test_the_database_itself_refuses_a_second_occupancy(cast: Cast, centre: Centre) -> None:
    made = book(cast, centre, "resident", centre.room, day_at(NOW, 1, 10))
    row = Occupancy.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Occupancy.objects.create(booking=made, leaf=row.leaf, begins=row.ends - 1, ends=row.ends + 5)
    Occupancy.objects.create(booking=made, leaf=row.leaf, begins=row.ends, ends=row.ends + 5)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'venues_occupancy'"
            )
            assert cursor.fetchone() == (2,)


def test_an_official_use_moves_people_to_another_room_or_tells_them_why(cast: Cast, centre: Centre) -> None:
    at, clerk = day_at(NOW, 1, 10), Actor.of(cast.users["clerk"])
    moved = book(cast, centre, "resident", centre.east, at, people=10)
    displaced = book(cast, centre, "worker", centre.west, at, people=40)
    deciding.displace(centre.wish(centre.hall, at, people=90, ref="o"), words="选举", by=clerk, now=NOW)
    moved.refresh_from_db()
    displaced.refresh_from_db()
    assert (moved.state, moved.space, moved.instead) == (Booking.State.CONFIRMED, centre.room, centre.east)
    assert (displaced.state, displaced.words) == (Booking.State.DISPLACED, "选举")
    kinds = set(Notice.objects.filter(kind__startswith="venues.").values_list("user__username", "kind"))
    assert kinds == {("resident", "venues.moved"), ("worker", "venues.displaced")}
    with pytest.raises(Taken):
        deciding.displace(centre.wish(centre.east, at, ref="p"), words="开会", by=clerk, now=NOW)


def test_a_request_nobody_decided_is_over_when_its_time_comes(cast: Cast, centre: Centre) -> None:
    made = book(cast, centre, "resident", centre.hall, day_at(NOW, 1, 10), people=60)
    assert deciding.lapse(NOW) == 0
    assert deciding.lapse(made.starts_at) == 1
    assert deciding.lapse(made.starts_at) == 0


SPACES = ("hall", "east", "west", "room")
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["book", "book", "book", "cancel", "approve", "displace"]),
        st.sampled_from(SPACES),
        st.integers(0, 40),  # quarters of an hour after eight
        st.integers(1, 12),
        st.sampled_from([4, 12, 60]),
    ),
    max_size=20,
)


@given(acts=ACTS)
@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_no_sequence_of_acts_lets_two_meet(
    cast: Cast, centre: Centre, acts: list[tuple[str, str, int, int, int]]
) -> None:
    with transaction.atomic():
        for number, act in enumerate(acts):
            try:
                with transaction.atomic():
                    _do(cast, centre, number, *act)
            except Refused:
                pass
            _nobody_meets()
        transaction.set_rollback(True)


def _do(cast: Cast, centre: Centre, number: int, act: str, name: str, quarter: int, long: int, people: int) -> None:
    space: Space = getattr(centre, name)
    at = day_at(NOW, 1, 8) + quarter * timedelta(minutes=15)
    wish = centre.wish(space, at, hours=long / 4, people=people, ref=f"act-{number}")
    by = Actor.of(cast.users["clerk"])
    if act == "book":
        who = list(cast.users.values())[number % len(cast.users)]
        booking.book(wish, user=who, by=Actor.of(who), now=NOW)
    elif act == "displace":
        deciding.displace(wish, words="演练", by=by, now=NOW)
    elif row := Booking.objects.order_by("-pk").first():
        if act == "cancel":
            booking.cancel(row, now=NOW)
        else:
            deciding.approve(row, by=by, now=NOW)


def _nobody_meets() -> None:
    """By the bookings' own spans, not by the rows that are to hold it."""
    standing = list(Booking.objects.filter(state__in=booking.STANDING).select_related("space"))
    leaves = booking.leaves_of([each.space for each in standing])
    taken: dict[int, list[tuple[int, int]]] = {}
    for each in standing:
        for leaf, buffer in leaves[each.space_id]:
            taken.setdefault(leaf, []).append((rules.minutes(each.starts_at), rules.minutes(each.ends_at) + buffer))
    for spans in taken.values():
        spans.sort()
        assert all(earlier[1] <= later[0] for earlier, later in pairwise(spans))
    rows = Occupancy.objects.filter(released=False).count()
    assert rows == sum(map(len, taken.values())), "what stands occupies its rooms, what does not occupies none"
