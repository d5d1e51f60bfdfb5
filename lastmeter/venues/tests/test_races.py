"""A hundred people for one room and hour, each on a connection of their own: one has it."""

from collections import Counter

import pytest
from django.utils import timezone

from lastmeter.accounts.actors import Actor, system
from lastmeter.grid import policy
from lastmeter.occasions.tests.test_races import crowd
from lastmeter.venues import booking, deciding
from lastmeter.venues.models import Booking, BookingRule, Occupancy
from lastmeter.venues.tests.town import Centre, build, day_at
from tests.cast import Cast
from tests.test_races import at_once

pytestmark = pytest.mark.race
PEOPLE, TURNS = 100, 10


def generous(cast: Cast) -> Centre:
    """The centre, where the same person may win again and again: it is the room that is raced for."""
    rule = BookingRule(node=cast.nodes["city"], valid_from=timezone.localdate(), per_person=99)
    policy.enact(rule, by=system("test"), now=timezone.now())
    return build(cast)


def test_a_hundred_people_for_one_room_and_hour_ten_times_over(own_database: Cast) -> None:
    people, centre, now = crowd(PEOPLE), generous(own_database), timezone.now()
    for turn in range(TURNS):
        wish = centre.wish(centre.room, day_at(now, 1 + turn, 10))
        answers = at_once(
            [
                lambda user=user, wish=wish: booking.book(wish, user=user, by=Actor.of(user), now=timezone.now())  # type: ignore[misc]
                for user in people
            ]
        )
        assert Counter(type(each).__name__ for each in answers) == {"Booking": 1, "Taken": PEOPLE - 1}
        assert Booking.objects.filter(starts_at=wish.starts_at).count() == 1


def test_a_hall_and_its_halves_at_once_never_deadlock_and_never_meet(own_database: Cast) -> None:
    people, centre, now = crowd(30), generous(own_database), timezone.now()
    spaces = (centre.hall, centre.east, centre.west)
    for turn in range(TURNS):
        at = day_at(now, 1 + turn, 10)
        wishes = [centre.wish(spaces[n % 3], at) for n in range(len(people))]
        answers = at_once(
            [
                lambda user=user, wish=wish: booking.book(wish, user=user, by=Actor.of(user), now=timezone.now())  # type: ignore[misc]
                for user, wish in zip(people, wishes, strict=True)
            ]
        )
        got = sorted(each.space.name for each in answers if isinstance(each, Booking))
        assert got in (["多功能厅"], ["东厅", "西厅"], ["西厅", "东厅"]), answers
        assert {type(each).__name__ for each in answers} == {"Booking", "Taken"}


def test_of_many_approvals_of_requests_that_meet_one_holds(own_database: Cast) -> None:
    people, centre, now = crowd(10), generous(own_database), timezone.now()
    clerk = Actor.of(own_database.users["clerk"])
    for turn in range(TURNS):
        at = day_at(now, 1 + turn, 10)
        rows = [
            booking.book(centre.wish(centre.hall, at, people=60), user=user, by=Actor.of(user), now=now)
            for user in people[turn % 5 : turn % 5 + 2]
        ]
        answers = at_once([lambda row=row: deciding.approve(row, by=clerk, now=timezone.now()) for row in rows])  # type: ignore[misc]
        assert Counter(type(each).__name__ for each in answers) == {"NoneType": 1, "Taken": 1}
    assert Occupancy.objects.filter(released=False).count() == 2 * TURNS
