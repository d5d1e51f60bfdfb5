"""名额: exactly as many as there are places, the line in the order of arrival, a party together or not at all."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lastmeter.accounts.actors import Actor, system
from lastmeter.accounts.models import User
from lastmeter.notices.models import Notice
from lastmeter.occasions import arranging, jobs, seats, signing
from lastmeter.occasions.models import Occasion, SignUp
from lastmeter.occasions.seats import HOLDING, State
from lastmeter.occasions.signing import Refused
from tests.cast import Cast

HOUR = timedelta(hours=1)
NOW = timezone.now()
PEOPLE = ("resident", "worker", "other_worker", "clerk", "other_clerk", "handler")


def an_occasion(cast: Cast, capacity: int = 2, starts_at: datetime | None = None, most: int = 3) -> Occasion:
    begins = starts_at or NOW + 48 * HOUR
    return arranging.arrange(
        node=cast.nodes["community"], title="包粽子", place="党群服务中心二楼", starts_at=begins, ends_at=begins + HOUR,
        capacity=capacity, most=most, by=Actor.of(cast.users["clerk"]), now=NOW,
    )  # fmt: skip


def sign(cast: Cast, who: str, occasion: Occasion, party: int = 1, now: datetime = NOW) -> SignUp:
    user = cast.users[who]
    return signing.sign_up(occasion.pk, user=user, party=party, by=Actor.of(user), now=now)


def states(occasion: Occasion) -> list[str]:
    return list(occasion.signups.order_by("number").values_list("state", flat=True))


def test_a_second_tap_is_the_same_sign_up(cast: Cast) -> None:
    occasion = an_occasion(cast)
    assert sign(cast, "resident", occasion) == sign(cast, "resident", occasion)
    occasion.refresh_from_db()
    assert occasion.taken == 1


def test_parent_and_child_get_both_seats_or_wait_together(cast: Cast) -> None:
    occasion = an_occasion(cast, capacity=3)
    first, pair = sign(cast, "worker", occasion, 2), sign(cast, "resident", occasion, 2)
    assert (first.state, pair.state) == (State.SEATED, State.WAITING)
    assert sign(cast, "clerk", occasion).state == State.SEATED  # one seat no waiting party fits into
    signing.cancel(first, now=NOW)
    pair.refresh_from_db()
    assert pair.state == State.OFFERED
    assert Notice.objects.filter(user=cast.users["resident"], kind="occasions.offered").count() == 1


def test_an_offer_not_accepted_in_time_goes_to_the_next_even_before_the_sweep(cast: Cast) -> None:
    occasion = an_occasion(cast, capacity=1)
    first, second, third = (sign(cast, who, occasion) for who in ("worker", "resident", "clerk"))
    signing.cancel(first, now=NOW)
    late = NOW + 25 * HOUR
    with pytest.raises(Refused):
        signing.accept(second, now=late)
    assert jobs.lapse(late) == 1
    third.refresh_from_db()
    assert (third.state, third.expires_at) == (State.OFFERED, occasion.starts_at)  # never later than the beginning
    signing.accept(third, now=late)
    signing.accept(third, now=late)
    assert states(occasion) == ["cancelled", "lapsed", "seated"]


def test_nobody_is_at_two_places_at_once_but_back_to_back_they_are(cast: Cast) -> None:
    midnight = (NOW + timedelta(days=3)).replace(hour=15, minute=30, second=0, microsecond=0)  # 23:30 in China
    late = an_occasion(cast, starts_at=midnight)
    sign(cast, "resident", late)
    with pytest.raises(Refused, match="包粽子"):
        sign(cast, "resident", an_occasion(cast, starts_at=midnight + 59 * timedelta(minutes=1)))
    assert sign(cast, "resident", an_occasion(cast, starts_at=midnight + HOUR)).state == State.SEATED
    assert sign(cast, "resident", an_occasion(cast, starts_at=midnight - HOUR)).state == State.SEATED


def test_the_database_itself_refuses_two_at_once_and_more_than_there_is(cast: Cast) -> None:
    one, other = an_occasion(cast), an_occasion(cast)
    seat = sign(cast, "resident", one)
    with pytest.raises(IntegrityError), transaction.atomic():
        SignUp.objects.create(
            occasion=other, user=seat.user, number=9, state=State.SEATED, starts_at=other.starts_at,
            ends_at=other.ends_at, at=NOW, changed_at=NOW,
        )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Occasion.objects.filter(pk=one.pk).update(taken=3)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'occasions_signup'"
            )
            assert cursor.fetchone() == (2,)


def test_whoever_accepts_while_seated_elsewhere_is_told_what_is_in_the_way(cast: Cast) -> None:
    one, other = an_occasion(cast, capacity=1), an_occasion(cast)
    first, second = sign(cast, "worker", one), sign(cast, "resident", one)
    sign(cast, "resident", other)
    signing.cancel(first, now=NOW)
    with pytest.raises(Refused, match="先取消"):
        signing.accept(second, now=NOW)


def test_more_places_go_to_the_line_and_nobody_loses_one(cast: Cast) -> None:
    occasion = an_occasion(cast, capacity=1)
    for who in PEOPLE[:3]:
        sign(cast, who, occasion)
    arranging.resize(occasion.pk, capacity=2, now=NOW)
    assert states(occasion) == ["seated", "offered", "waiting"]
    with pytest.raises(Refused):
        arranging.resize(occasion.pk, capacity=1, now=NOW)


def test_when_it_is_called_off_everybody_is_told_and_free_again(cast: Cast) -> None:
    occasion = an_occasion(cast, capacity=1)
    sign(cast, "resident", occasion)
    sign(cast, "worker", occasion)
    arranging.call_off(occasion.pk, why="台风", now=NOW)
    arranging.call_off(occasion.pk, why="台风", now=NOW)
    assert states(occasion) == ["called_off", "called_off"]
    assert Notice.objects.filter(kind="occasions.called_off").count() == 2
    assert sign(cast, "resident", an_occasion(cast)).state == State.SEATED


def test_somebody_at_the_counter_needs_no_account(cast: Cast) -> None:
    occasion = an_occasion(cast, capacity=1)
    by = Actor.of(cast.users["clerk"])
    guest = signing.sign_up_guest(occasion.pk, name="黄婆婆", phone="19900000301", by=by, now=NOW)
    assert (guest.state, SignUp.objects.get(pk=guest.pk).phone) == (State.SEATED, "19900000301")
    later = occasion.ends_at + timedelta(days=31)
    jobs.settle(later)
    assert SignUp.objects.get(pk=guest.pk).name is None


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("sign"), st.sampled_from(PEOPLE), st.integers(1, 3)),
        st.tuples(st.sampled_from(["cancel", "accept"]), st.sampled_from(PEOPLE), st.just(0)),
        st.tuples(st.just("resize"), st.just(""), st.integers(1, 6)),
        st.tuples(st.just("wait"), st.just(""), st.integers(1, 30)),
    ),
    max_size=25,
)


@given(capacity=st.integers(1, 4), acts=ACTS)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_no_sequence_of_acts_overbooks_or_loses_a_seat(
    cast: Cast, capacity: int, acts: list[tuple[str, str, int]]
) -> None:
    with transaction.atomic():
        occasion, now = an_occasion(cast, capacity, starts_at=NOW + 20 * 24 * HOUR), NOW
        for act, who, many in acts:
            now = now + many * HOUR if act == "wait" else now
            _do(act, cast.users.get(who), many, occasion, now)
            _holds(occasion)
        transaction.set_rollback(True)


def _do(act: str, user: User | None, many: int, occasion: Occasion, now: datetime) -> None:
    mine = occasion.signups.filter(user=user).order_by("-number").first()
    try:
        if act == "sign" and user is not None:
            signing.sign_up(occasion.pk, user=user, party=many, by=system(), now=now)
        elif act == "resize":
            arranging.resize(occasion.pk, capacity=many, now=now)
        elif act == "wait":
            jobs.lapse(now)
        elif mine is not None:
            (signing.cancel if act == "cancel" else signing.accept)(mine, now=now)
    except Refused:
        pass


def _holds(occasion: Occasion) -> None:
    occasion.refresh_from_db()
    held = occasion.signups.filter(state__in=HOLDING).aggregate(seats=Sum("seats"))["seats"] or 0
    assert occasion.taken == held <= occasion.capacity
    assert all(each.seats > occasion.free for each in seats.line(occasion)), "a seat is free that somebody waits for"
