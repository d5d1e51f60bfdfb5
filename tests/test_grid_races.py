"""Posts, plates and duty with real connections at once: one wins, the others are told, nothing is there twice."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import AuditEntry, User
from lastmeter.grid.duty import arranging
from lastmeter.grid.duty.tests.drawn import coming, plan, whole
from lastmeter.grid.models import Application, Plate, Post, Role, Roster, Swap, Tenure
from lastmeter.grid.plates import making
from lastmeter.grid.staff import appointing, openings, terms
from lastmeter.notices.models import Notice
from tests.cast import Cast
from tests.test_races import at_once

pytestmark = pytest.mark.race
TURNS = 5
CLERKS = ("clerk", "secretary")


def by(cast: Cast, username: str) -> Actor:
    return Actor.of(cast.users[username])


def kinds(calls: Sequence[Callable[[], Any]]) -> Counter[str]:
    """Make the calls at once: how often each kind of answer came."""
    return Counter(type(answer).__name__ for answer in at_once(calls))


def a_vacancy(cast: Cast) -> Post:
    return Post.objects.create(role=Role.LANE_HEAD, node=cast.nodes["grid"])


def taking(cast: Cast, post: Post, name: str, phone: str, clerk: str) -> Callable[[], Tenure]:
    """A clerk who saw the post vacant gives it to somebody new."""
    since, now = timezone.localdate(), timezone.now()
    return partial(
        appointing.appoint_person, post, None, name, phone, since=since, seen=[], by=by(cast, clerk), now=now
    )


def test_two_clerks_fill_one_vacancy_with_two_people_and_one_of_them_is_told(own_database: Cast) -> None:
    cast = own_database
    for turn in range(TURNS):
        post = a_vacancy(cast)
        phones = [f"1990000{turn}{number:03}" for number in range(2)]
        people = zip(("新人甲", "新人乙"), phones, CLERKS, strict=True)
        assert kinds([taking(cast, post, *each) for each in people]) == {"Tenure": 1, "Refused": 1}
        assert Tenure.objects.filter(post=post).count() == 1
        assert User.objects.filter(username__in=phones).count() == 1, "no account without a post"


def test_somebody_new_given_two_posts_at_once_gets_one_account(own_database: Cast) -> None:
    cast = own_database
    for turn in range(TURNS):
        phone = f"1990000600{turn}"
        assert kinds([taking(cast, a_vacancy(cast), "新人", phone, each) for each in CLERKS]) == {"Tenure": 2}
        assert User.objects.get(username=phone).tenures.count() == 2


def applications(cast: Cast, turn: int, people: int) -> list[Application]:
    """So many applications for a post that was opened for them."""
    now, today = timezone.now(), timezone.localdate()
    days = {"open_from": today, "open_until": today + timedelta(days=9)}
    opening = openings.call(a_vacancy(cast), text="招", by=by(cast, "clerk"), now=now, **days)
    forms = [
        openings.Filled(name=f"甲{n}", phone=f"1990000{turn}{n}22", words="", client_ref=f"{turn}-{n}")
        for n in range(people)
    ]
    return [openings.apply(opening, each, by=Actor.visitor("b"), client="b", now=now) for each in forms]


def accepting(cast: Cast, sent: Application, clerk: str) -> Callable[[], Tenure]:
    read = Application.objects.select_related("opening__post").get(pk=sent.pk)
    return partial(openings.accept, read, by=by(cast, clerk), now=timezone.now())


def test_of_two_applicants_accepted_at_once_one_has_the_post(own_database: Cast) -> None:
    cast = own_database
    for turn in range(TURNS):
        sent = applications(cast, turn, 2)
        answers = kinds([accepting(cast, each, who) for each, who in zip(sent, CLERKS, strict=True)])
        assert answers == {"Tenure": 1, "Refused": 1}
        assert Tenure.objects.filter(post=sent[0].opening.post).count() == 1
        states = Application.objects.filter(opening=sent[0].opening).values_list("state", flat=True)
        assert sorted(states) == ["accepted", "waiting"]


def test_one_applicant_accepted_twice_takes_the_post_once(own_database: Cast) -> None:
    cast = own_database
    for turn in range(TURNS):
        [sent] = applications(cast, turn, 1)
        assert kinds([accepting(cast, sent, who) for who in (*CLERKS, "clerk")]) == {"Tenure": 1, "Refused": 2}
        assert Tenure.objects.filter(post=sent.opening.post).count() == 1
        assert AuditEntry.objects.filter(kind="application.accepted", object_id=sent.pk).count() == 1


def test_two_clerks_print_one_plate_and_replace_it_once(own_database: Cast) -> None:
    cast, node, now = own_database, own_database.nodes["grid"], timezone.now()
    for turn in range(TURNS):
        spot = f"{turn} 单元门口"
        made = [partial(making.make, [node], spot=spot, by=by(cast, who), now=now) for who in CLERKS]
        assert kinds(made) == {"list": 2}
        plate = Plate.objects.get(node=node, spot=spot)
        replaced = [partial(making.replace, plate, by=by(cast, who), now=now) for who in CLERKS]
        assert kinds(replaced) == {"Plate": 1, "Revoked": 1}
        assert Plate.objects.current().filter(node=node, spot=spot).count() == 1
        assert Plate.objects.filter(node=node, spot=spot).count() == 2
        assert AuditEntry.objects.filter(kind="plate.revoke", object_id=plate.pk).count() == 1


@pytest.fixture
def roster(own_database: Cast) -> Roster:
    cast = own_database
    drawn = plan(cast, "worker", "clerk", "secretary")
    return arranging.draw_up(cast.nodes["community"], drawn, by=by(cast, "clerk"), now=timezone.now())


def asked(cast: Cast, roster: Roster) -> Swap:
    """周小满 asks 林知夏 to take the next shift."""
    giver, taker = cast.users["worker"], cast.users["clerk"]
    starts = coming(roster, giver).starts
    swap = arranging.ask(
        whole(roster), starts=starts, giver=giver, taker=taker, by=by(cast, "worker"), now=timezone.now()
    )
    return Swap.objects.select_related("giver", "taker").get(pk=swap.pk)


def test_a_swap_accepted_thrice_at_once_holds_once(own_database: Cast, roster: Roster) -> None:
    for _turn in range(TURNS):
        swap = asked(own_database, roster)
        tap = partial(arranging.accept, swap, by=by(own_database, "clerk"), now=timezone.now())
        assert kinds([tap] * 3) == {"NoneType": 1, "Impossible": 2}
        assert Notice.objects.filter(key=f"swap:{swap.pk}:done").count() == 1
        assert AuditEntry.objects.filter(kind="swap.accepted", object_id=swap.pk).count() == 1


def test_a_swap_accepted_and_withdrawn_at_once_has_one_end(own_database: Cast, roster: Roster) -> None:
    for _turn in range(TURNS):
        swap = asked(own_database, roster)
        acts = (arranging.accept, arranging.withdraw)
        ends = [partial(act, swap, by=by(own_database, "clerk"), now=timezone.now()) for act in acts]
        assert kinds(ends) == {"NoneType": 1, "Impossible": 1}


@pytest.mark.parametrize("place", ["community", "grid", "second_grid"])
def test_a_roster_drawn_up_twice_at_once_is_there_once_and_redrawn_once(own_database: Cast, place: str) -> None:
    cast, node, now = own_database, own_database.nodes[place], timezone.now()
    wanted = plan(cast, "worker", "clerk")
    drawn = [partial(arranging.draw_up, node, wanted, by=by(cast, who), now=now) for who in CLERKS]
    assert kinds(drawn) == {"Roster": 1, "Impossible": 1}
    first = Roster.objects.get(node=node)
    later = plan(cast, "clerk", "worker", first=timezone.localdate() + timedelta(days=2))
    redrawn = [partial(arranging.redraw, first, later, by=by(cast, who), now=now) for who in CLERKS]
    assert kinds(redrawn) == {"Roster": 1, "Impossible": 1}
    assert Roster.objects.filter(follows=first).count() == 1


def test_two_rules_for_one_place_at_once_are_put_in_force_one_after_the_other(own_database: Cast) -> None:
    cast, town = own_database, own_database.nodes["town"]
    since, now = timezone.localdate(), timezone.now()
    for turn in range(TURNS):
        days = (10 + turn, 40 + turn)
        put = [partial(terms.warn_ahead, town, each, since=since, by=by(cast, "dispatcher"), now=now) for each in days]
        assert kinds(put) == {"TermWarning": 2}
        assert terms.days_at(town.path, since) in days
