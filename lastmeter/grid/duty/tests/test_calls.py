"""Calls of residents: who is offered, who did not answer, following up."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import AuditEntry
from lastmeter.grid.duty import arranging, calling
from lastmeter.grid.duty.tests.drawn import GRID, ActorOf, ClientAs, people, plan
from lastmeter.grid.models import Call, CallAttempt, Post, Roster, Tenure
from lastmeter.notices.models import Notice
from tests.cast import Cast


def begin(client: Client, ref: str = "one") -> str:
    address: str = client.post(f"/g/{GRID}/call/", {"ref": ref})["Location"]
    return address


def test_the_public_page_says_who_is_on_duty_and_offers_to_call(client: Client, cast: Cast, roster: Roster) -> None:
    [name] = people(cast.nodes["grid"], timezone.now())
    for path in (f"/g/{GRID}/", f"/g/{GRID}/call/"):
        text = client.get(path).content.decode()
        assert name in text
        assert "现在呼叫" in text
    assert not Call.objects.exists(), "looking is no call"


def test_a_call_goes_from_who_is_on_duty_up_to_the_street(client: Client, cast: Cast, roster: Roster) -> None:
    [on_duty] = people(cast.nodes["grid"], timezone.now())
    there = begin(client)
    assert begin(client) == there, "a double tap is one call"
    text = client.get(there).content.decode()
    assert on_duty in text
    assert 'href="tel:19900000001"' in text
    line = [each.user.name for each in CallAttempt.objects.select_related("user").order_by("position")]
    assert line[0] == on_duty
    assert line[-1] == "程一帆"
    assert len(line) == len(set(line)) == 4


def test_nobody_answers_and_the_next_is_on(client: Client, cast: Cast, roster: Roster) -> None:
    there = begin(client)
    for _twice in range(2):
        client.post(f"{there}unanswered/", {"position": "0"})
    call = Call.objects.get()
    assert (call.position, call.missed) == (1, 1), "the second tap does nothing"
    assert CallAttempt.objects.filter(unanswered_at__isnull=False).count() == 1
    assert Notice.objects.filter(user=cast.users["secretary"], urgent=True).count() == 1
    client.post(f"{there}answered/")
    client.post(f"{there}unanswered/", {"position": "1"})
    call.refresh_from_db()
    assert (call.outcome, call.missed) == (Call.Outcome.ANSWERED, 1)
    assert "接通了" in client.get(there).content.decode()


def test_when_nobody_answers_it_is_followed_up_and_the_number_is_erased(
    client: Client, client_as: ClientAs, cast: Cast, roster: Roster
) -> None:
    there = begin(client)
    for position in range(CallAttempt.objects.count()):
        client.post(f"{there}unanswered/", {"position": str(position)})
    call = Call.objects.get()
    assert call.outcome == Call.Outcome.UNANSWERED
    assert "12345" in client.get(there).content.decode()
    assert client.post(f"{there}callback/", {"phone": "12"}).status_code == 422
    client.post(f"{there}callback/", {"phone": "199 0000 0777"})
    call.refresh_from_db()
    assert call.phone == "19900000777"

    assert client_as("other_clerk").post(f"/calls/{call.pk}/follow-up/", {"words": "抢"}).status_code == 404
    assert client_as("worker").get("/calls/").status_code == 404
    clerk = client_as("clerk")
    text = clerk.get("/calls/").content.decode()
    assert "一个人都没接" in text
    assert "19900000777" not in text
    assert "19900000777" in clerk.post(f"/calls/{call.pk}/number/").content.decode()
    assert AuditEntry.objects.filter(kind="reveal", object_kind="call", object_id=call.pk).exists()
    assert "没有人接的呼叫" in clerk.get("/coverage/").content.decode()
    assert "没有人接的呼叫" not in client_as("other_clerk").get("/coverage/").content.decode()
    assert clerk.post(f"/calls/{call.pk}/follow-up/", {"words": ""}).status_code == 422
    for _twice in range(2):
        clerk.post(f"/calls/{call.pk}/follow-up/", {"words": "已回电，是问停水的"})
    call.refresh_from_db()
    assert call.phone is None
    assert (call.words, call.followed_up_by) == ("已回电，是问停水的", cast.users["clerk"])
    assert "没有人接的呼叫" not in clerk.get("/coverage/").content.decode()
    assert client.post(f"{there}callback/", {"phone": "19900000777"}).status_code == 409


def test_a_place_where_nobody_can_be_called_is_a_fact_to_follow_up(client: Client, cast: Cast) -> None:
    Post.objects.update(public_phone="")
    there = begin(client)
    assert "没有人接" in client.get(there).content.decode()
    assert [each.missed for each in calling.to_follow_up(Actor.of(cast.users["clerk"]))] == [1]


def test_a_call_that_nobody_ends_lapses_and_what_was_missed_stays(cast: Cast, roster: Roster) -> None:
    now = timezone.now()
    call = calling.start(cast.nodes["grid"], ref="r", now=now)
    calling.pass_on(call, position=0, now=now)
    assert calling.lapse(now) == 0
    assert calling.lapse(now + timedelta(hours=1)) == 1
    assert [each.outcome for each in calling.to_follow_up(Actor.of(cast.users["clerk"]))] == ["abandoned"]


def test_a_page_can_be_masked_or_lead_to_a_switchboard(
    client: Client, cast: Cast, roster: Roster, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = begin(client)
    monkeypatch.setattr(settings, "CALLS", "masked")
    text = client.get(there).content.decode()
    assert "199****0001" in text
    monkeypatch.setattr(settings, "CALLS", "relay")
    monkeypatch.setattr(settings, "CALL_RELAY", "06620000000,{person}")
    text = client.get(there).content.decode()
    first = CallAttempt.objects.get(position=0)
    assert f'href="tel:06620000000,{first.user_id}"' in text
    assert "19900000001" not in text
    assert "19900000001" not in client.get(f"/g/{GRID}/").content.decode()


def test_calls_from_one_address_have_a_limit(client: Client, cast: Cast, roster: Roster) -> None:
    answers = [client.post(f"/g/{GRID}/call/", {"ref": f"r{at}"}).status_code for at in range(32)]
    assert answers[0] == 302
    assert answers[-1] == 429


def test_the_number_of_the_roster_comes_before_a_persons_own(cast: Cast, actor: ActorOf) -> None:
    now = timezone.now()
    arranging.draw_up(
        cast.nodes["community"], plan(cast, "worker", "clerk", phone="19900000555"), by=actor("clerk"), now=now
    )
    assert calling.line(cast.nodes["grid"], now)[0].phone == "19900000555"


def test_somebody_who_left_is_in_no_line(cast: Cast, roster: Roster) -> None:
    Tenure.objects.filter(user=cast.users["worker"]).update(until=timezone.localdate())
    names = [each.user.name for each in calling.line(cast.nodes["grid"], timezone.now())]
    assert "周小满" not in names
