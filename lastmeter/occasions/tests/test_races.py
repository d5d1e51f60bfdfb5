"""A hundred people at once, each on a connection of their own: fifty places, fifty seated, the rest in line."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lastmeter.accounts.actors import Actor, system
from lastmeter.accounts.models import User
from lastmeter.accounts.people import phone_hash
from lastmeter.occasions import arranging, attending, signing
from lastmeter.occasions.models import CheckIn, Occasion, SignUp
from lastmeter.occasions.seats import State
from tests.cast import Cast
from tests.test_races import at_once

pytestmark = pytest.mark.race
PEOPLE, PLACES, TURNS = 100, 50, 10


def crowd(count: int) -> list[User]:
    """So many residents, invented."""
    phones = [f"1990000{number:04}" for number in range(7000, 7000 + count)]
    return User.objects.bulk_create(
        User(username=f"crowd-{phone}", name="居民", phone=phone, phone_hash=phone_hash(phone)) for phone in phones
    )


def an_occasion(cast: Cast, capacity: int, hours: int = 48) -> Occasion:
    now = timezone.now()
    begins = now + timedelta(hours=hours)
    return arranging.arrange(
        node=cast.nodes["community"], title="中秋灯会", place="广场", starts_at=begins,
        ends_at=begins + timedelta(hours=1), capacity=capacity, by=Actor.of(cast.users["clerk"]), now=now,
    )  # fmt: skip


def test_a_hundred_people_for_fifty_places_ten_times_over(own_database: Cast) -> None:
    people = crowd(PEOPLE)
    for turn in range(TURNS):
        occasion = an_occasion(own_database, PLACES, hours=48 + turn)
        answers = at_once(
            [
                lambda user=user, pk=occasion.pk: signing.sign_up(pk, user=user, by=Actor.of(user), now=timezone.now())  # type: ignore[misc]
                for user in people
            ]
        )
        assert all(isinstance(each, SignUp) for each in answers), [
            each for each in answers if isinstance(each, Exception)
        ]
        rows = list(occasion.signups.order_by("number"))
        assert [each.number for each in rows] == list(range(1, PEOPLE + 1))
        assert [each.state for each in rows] == [State.SEATED] * PLACES + [State.WAITING] * (PEOPLE - PLACES)
        occasion.refresh_from_db()
        assert occasion.taken == PLACES


def test_what_is_given_back_at_once_goes_to_the_first_of_the_line(own_database: Cast) -> None:
    people = crowd(30)
    occasion = an_occasion(own_database, 10)
    rows = [signing.sign_up(occasion.pk, user=user, by=Actor.of(user), now=timezone.now()) for user in people]
    at_once([lambda row=row: signing.cancel(row, now=timezone.now()) for row in rows[:10]])  # type: ignore[misc]
    states = list(occasion.signups.order_by("number").values_list("state", flat=True))
    assert states == [State.CANCELLED] * 10 + [State.OFFERED] * 10 + [State.WAITING] * 10


def test_one_person_for_two_things_at_the_same_time_gets_one(own_database: Cast) -> None:
    user = own_database.users["resident"]
    for turn in range(TURNS):
        at_that_time = [an_occasion(own_database, 5, hours=100 + 3 * turn).pk for _ in range(4)]
        answers = at_once(
            [
                lambda pk=pk: signing.sign_up(pk, user=user, by=Actor.of(user), now=timezone.now())  # type: ignore[misc]
                for pk in at_that_time
            ]
        )
        assert sorted(type(each).__name__ for each in answers) == ["Refused", "Refused", "Refused", "SignUp"]


def test_two_doors_that_see_the_same_person_write_one_check_in(own_database: Cast) -> None:
    occasion = an_occasion(own_database, 5, hours=1)
    user, now = own_database.users["resident"], timezone.now()
    row = signing.sign_up(occasion.pk, user=user, by=Actor.of(user), now=now)
    arrivals = [attending.Arrival(ref=f"door-{door % 2}", at=now, signup_id=row.pk) for door in range(8)]
    answers = at_once(
        [
            lambda one=one: attending.check_in(occasion.pk, one, by=system(), now=timezone.now())  # type: ignore[misc]
            for one in arrivals
        ]
    )
    assert {type(each).__name__ for each in answers} == {"CheckIn"}
    assert CheckIn.objects.count() == 1
