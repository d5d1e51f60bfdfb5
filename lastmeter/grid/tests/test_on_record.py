"""What acts of the grid store is in the city's language, though somebody who reads English carries them out."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone, translation

from lastmeter.accounts.actors import Actor
from lastmeter.grid.duty import arranging, calling
from lastmeter.grid.duty.tests.drawn import coming, plan
from lastmeter.grid.models import Post, Role, Tenure
from lastmeter.grid.staff import appointing, expiring, handovers, openings
from lastmeter.kit.zhtime import DAY
from lastmeter.notices.models import Delivery, Notice
from tests.cast import Cast

ActorOf = Callable[[str], Actor]
ENGLISH = re.compile(r"[a-z]{2,}")


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Whoever acts reads English."""
    with translation.override("en"):
        yield


def stored(kind: str) -> list[str]:
    """Every title and text told of that kind; all in Chinese."""
    found = [text for row in Notice.objects.filter(kind=kind) for text in (row.title, row.words) if text]
    found += [text for row in Delivery.objects.all() for text in (row.subject, row.words) if text]
    assert found
    assert not [text for text in found if ENGLISH.search(text)]
    return found


def test_a_handover(cast: Cast, actor: ActorOf) -> None:
    tenure = Tenure.objects.get(user=cast.users["worker"])
    handovers.hand_over(tenure, cast.users["resident"], by=actor("clerk"), now=timezone.now())
    assert any("专职网格员已交接给您" in text for text in stored("post.handed_over"))


def test_a_term_that_ends(cast: Cast) -> None:
    until = timezone.localdate() + timedelta(days=20)
    Tenure.objects.filter(user=cast.users["worker"]).update(until=until)
    expiring.warn(timezone.now())
    assert any("周小满的专职网格员任期到" in text for text in stored("post.expiring"))


@pytest.mark.parametrize("accepted", [True, False])
def test_an_answer_to_an_application(cast: Cast, actor: ActorOf, accepted: bool) -> None:
    now, today = timezone.now(), timezone.localdate()
    post = Post.objects.create(role=Role.LANE_HEAD, node=cast.nodes["second_grid"])
    opening = openings.call(post, text="招", open_from=today, open_until=today + 9 * DAY, by=actor("clerk"), now=now)
    resident = cast.users["resident"]
    given = openings.Filled(name=resident.name, phone=resident.phone or "", words="我来", client_ref="a")
    sent = openings.apply(opening, given, by=actor("resident"), client="b", now=now)
    if accepted:
        openings.accept(sent, by=actor("clerk"), now=now)
    else:
        openings.refuse(sent, reason="名额已满", by=actor("clerk"), now=now)
    assert any("您报名的巷长有了答复" in text for text in stored("application.decided"))


@pytest.mark.parametrize("answer", [arranging.accept, arranging.decline, arranging.withdraw, None])
def test_a_swap_and_its_answers(cast: Cast, actor: ActorOf, answer: Callable[..., None] | None) -> None:
    now = timezone.now()
    names = ("worker", "clerk", "secretary")
    roster = arranging.draw_up(cast.nodes["community"], plan(cast, *names), by=actor("clerk"), now=now)
    giver, taker, starts = cast.users["worker"], cast.users["clerk"], coming(roster, cast.users["worker"]).starts
    if answer is None:
        arranging.replace(roster, starts=starts, giver=giver, taker=taker, by=actor("secretary"), now=now)
    else:
        swap = arranging.ask(roster, starts=starts, giver=giver, taker=taker, by=actor("worker"), now=now)
        answer(swap, by=actor("clerk"), now=now)
    stored("duty")


def test_a_call_that_nobody_answered_and_the_number_that_was_looked_at(cast: Cast) -> None:
    call = calling.start(cast.nodes["grid"], ref="r", now=timezone.now())
    calling.pass_on(call, position=0, now=timezone.now())
    assert any("有电话没人接" in text for text in stored("duty"))


def test_through_the_front_door_in_english(cast: Cast, client_as: Callable[[str], Client]) -> None:
    tenure, resident = Tenure.objects.get(user=cast.users["worker"]), cast.users["resident"]
    there = f"/posts/{tenure.post_id}/handover/?tenure={tenure.pk}"
    given = {"name": resident.name, "phone": resident.phone}
    answer = client_as("clerk").post(there, given, headers={"accept-language": "en"}, follow=True)
    assert answer.headers["Content-Language"] == "en"
    stored("post.handed_over")


def test_the_rule_whose_phone_it_is_is_the_same_for_an_appointment_and_an_applicant(cast: Cast, actor: ActorOf) -> None:
    resident, clerk = cast.users["resident"], cast.users["clerk"]
    by = actor("clerk")
    assert appointing.account_of(resident.phone or "", resident.name, by=by) == resident
    assert appointing.account_of("19900007777", "新人", by=by) is None
    for phone, name in ((resident.phone, "别人"), (clerk.phone, clerk.name)):
        with pytest.raises(appointing.Refused):
            appointing.account_of(phone or "", name, by=by)
