"""A shift changes hands: asked, accepted, exchanged, declined, put on somebody else by the desk."""

import pytest
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.grid.duty import arranging
from lastmeter.grid.duty.arranging import Impossible
from lastmeter.grid.duty.tests.drawn import ActorOf, ClientAs, coming, people, plan
from lastmeter.grid.models import Roster, Swap
from lastmeter.notices.models import Notice
from tests.cast import Cast


def test_a_swap_is_asked_accepted_and_then_holds(client_as: ClientAs, cast: Cast, roster: Roster) -> None:
    shift = coming(roster, cast.users["worker"])
    value = f"{roster.pk}.{shift.person}.{int(shift.starts.timestamp())}"
    page, data = f"/rosters/{roster.pk}/swaps/", {"shift": value, "taker": str(cast.users["clerk"].pk), "words": "看病"}
    assert value in client_as("worker").get(page).content.decode()
    for _twice in range(2):
        assert client_as("worker").post(page, data).status_code == 302
    swap = Swap.objects.get()
    assert Notice.objects.filter(user=cast.users["clerk"], kind="duty").count() == 1
    assert people(cast.nodes["community"], shift.starts) == ["周小满"], "until the other one agrees it stays"
    text = client_as("clerk").get("/shifts/").content.decode()
    assert "看病" in text
    asked = text.split("有人请您替班")[1].split("</section>")[0]
    until = f"{shift.ends:%H:%M}"
    assert (f"次日 {until}" if shift.overnight else until) in asked, "until when it goes is what one needs to know"
    assert client_as("secretary").post(f"/swaps/{swap.pk}/acceptance/").status_code == 404
    for _twice in range(2):
        assert client_as("clerk").post(f"/swaps/{swap.pk}/acceptance/").status_code == 302
    assert people(cast.nodes["community"], shift.starts) == ["林知夏"]
    assert Notice.objects.filter(user=cast.users["worker"], kind="duty").count() == 1


def test_an_exchange_gives_a_shift_back(cast: Cast, roster: Roster, actor: ActorOf) -> None:
    mine, theirs = coming(roster, cast.users["worker"]), coming(roster, cast.users["clerk"])
    now = timezone.now()
    swap = arranging.ask(
        roster, starts=mine.starts, giver=cast.users["worker"], taker=cast.users["clerk"], back=theirs.starts,
        by=actor("worker"), now=now,
    )  # fmt: skip
    arranging.accept(swap, by=actor("clerk"), now=now)
    assert people(cast.nodes["grid"], mine.starts) == ["林知夏"]
    assert people(cast.nodes["grid"], theirs.starts) == ["周小满"]


def test_a_declined_or_withdrawn_swap_changes_nothing(client_as: ClientAs, cast: Cast, roster: Roster) -> None:
    shift, by = coming(roster, cast.users["worker"]), Actor.of(cast.users["worker"])
    for end, name in (("refusal", "clerk"), ("withdrawal", "worker")):
        swap = arranging.ask(
            roster, starts=shift.starts, giver=cast.users["worker"], taker=cast.users["clerk"], by=by,
            now=timezone.now(),
        )  # fmt: skip
        assert client_as(name).post(f"/swaps/{swap.pk}/{end}/").status_code == 302
        assert people(cast.nodes["grid"], shift.starts) == ["周小满"]


def test_who_is_on_duty_elsewhere_cannot_take_a_shift(cast: Cast, roster: Roster, actor: ActorOf) -> None:
    shift = coming(roster, cast.users["worker"])
    arranging.draw_up(
        cast.nodes["grid"], plan(cast, "secretary", hours="00:00-00:00"), by=actor("clerk"), now=timezone.now()
    )
    with pytest.raises(Impossible, match="自己有班"):
        arranging.ask(
            roster, starts=shift.starts, giver=cast.users["worker"], taker=cast.users["secretary"],
            by=actor("worker"), now=timezone.now(),
        )  # fmt: skip


def test_a_shift_that_is_not_mine_or_over_cannot_be_given(cast: Cast, roster: Roster, actor: ActorOf) -> None:
    shift = coming(roster, cast.users["worker"])
    for giver, now in (("secretary", timezone.now()), ("worker", shift.ends)):
        with pytest.raises(Impossible):
            arranging.ask(
                roster, starts=shift.starts, giver=cast.users[giver], taker=cast.users["clerk"],
                by=actor(giver), now=now,
            )  # fmt: skip


def test_the_desk_puts_somebody_else_on_a_shift(client_as: ClientAs, cast: Cast, roster: Roster) -> None:
    shift = coming(roster, cast.users["worker"])
    value = f"{roster.pk}.{shift.person}.{int(shift.starts.timestamp())}"
    page = f"/rosters/{roster.pk}/replacement/"
    wrong = client_as("clerk").post(page, {"shift": value, "taker": str(cast.users["handler"].pk)})
    assert wrong.status_code == 422
    done = client_as("clerk").post(page, {"shift": value, "taker": str(cast.users["building_head"].pk)})
    assert done.status_code == 422, "a building head stands on the roster of the building only"
    done = client_as("clerk").post(page, {"shift": value, "taker": str(cast.users["secretary"].pk)})
    assert done.status_code == 302
    assert people(cast.nodes["grid"], shift.starts) == ["简思远"]
    assert Notice.objects.filter(kind="duty").count() == 2
