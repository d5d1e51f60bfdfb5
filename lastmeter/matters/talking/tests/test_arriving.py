"""Whether it arrived: the state of each message, sending again, and letters for whoever has no phone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pypdfium2 import PdfDocument
from pytest_django.fixtures import Settings

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import AuditEntry
from lastmeter.matters import holdings, screening, settling
from lastmeter.matters.models import Letter, Matter, Message, Requester, Way
from lastmeter.matters.talking import arriving
from lastmeter.matters.talking.tests.test_templates import PHONE, filed, with_phone
from lastmeter.notices import delivering, states
from lastmeter.notices.models import Delivery
from tests.cast import Cast

ClientAs = Callable[[str], Client]
Actors = Callable[[str], Actor]
NOW = timezone.now()
NOON = NOW.replace(hour=4, minute=0) + timedelta(days=1)  # in China


@pytest.fixture
def nobody_answers(settings: Settings) -> None:
    """A gateway address at which nothing listens."""
    settings.SMS_GATEWAY, settings.SMS_KEY = "http://127.0.0.1:1/send", "k"


def given_up(matter: Matter) -> None:
    """Eight tries, hours apart."""
    for number in range(8):
        delivering.deliver(NOON + timedelta(days=number))


def the_state(matter: Matter) -> states.State:
    return arriving.told(Matter.objects.select_related("requester").get(pk=matter.pk), NOON)[0].state


def test_each_message_says_how_it_stands_from_waiting_to_given_up(
    cast: Cast, client_as: ClientAs, nobody_answers: None
) -> None:
    matter = with_phone(cast)
    assert the_state(matter).word == "待发送"
    delivering.deliver(NOON)
    failed = the_state(matter)
    assert (failed.word, failed.why) == ("没发出去，会再试", "没有连上对方系统。")
    given_up(matter)
    assert the_state(matter).dead
    page = client_as("clerk").get(f"/matters/{matter.dossier.number}/").content.decode()
    assert "发送失败" in page
    assert "再发一次" in page
    assert PHONE not in page
    assert "王小明" not in page


def test_what_was_given_up_is_sent_again_by_a_clerk_once(cast: Cast, client_as: ClientAs, nobody_answers: None) -> None:
    matter = with_phone(cast)
    given_up(matter)
    message = Message.objects.get(matter=matter)
    there = f"/matters/{matter.dossier.number}/resending/"
    assert client_as("organiser").post(there, {"message": message.pk}).status_code == 403
    again = client_as("clerk").post(there, {"message": message.pk}, follow=True)
    assert "已重新发送" in again.content.decode()
    assert Delivery.objects.get().state == Delivery.State.WAITING
    twice = client_as("clerk").post(there, {"message": message.pk}, follow=True)
    assert "已经发出，或者正在发送" in twice.content.decode()
    stranger = client_as("clerk").post(there, {"message": "x"}, follow=True)
    assert "没有找到这条消息" in stranger.content.decode()


def test_a_message_of_another_matter_is_not_sent_again_through_this_one(
    cast: Cast, client_as: ClientAs, nobody_answers: None
) -> None:
    mine, other = with_phone(cast), with_phone(cast, "b", node_id=cast.nodes["other_grid"].pk)
    given_up(mine)
    message = Message.objects.get(matter=other)
    client_as("clerk").post(f"/matters/{mine.dossier.number}/resending/", {"message": message.pk})
    assert Delivery.objects.get(key=message.key).state == Delivery.State.DEAD


def test_when_a_gateway_is_there_at_last_the_message_goes_after_all(
    cast: Cast, client_as: ClientAs, settings: Settings
) -> None:
    matter = with_phone(cast)
    assert "请打电话告知" in the_state(matter).why
    settings.SMS_GATEWAY, settings.SMS_KEY = "https://sms.example/send", "k"
    message = Message.objects.get(matter=matter)
    client_as("clerk").post(f"/matters/{matter.dossier.number}/resending/", {"message": message.pk})
    assert Delivery.objects.get().address == PHONE


def test_what_cannot_be_sent_becomes_a_letter_once(cast: Cast, client_as: ClientAs) -> None:
    matter, clerk = with_phone(cast), client_as("clerk")
    message = Message.objects.get(matter=matter)
    for _ in range(2):
        clerk.post(f"/matters/{matter.dossier.number}/on-paper/", {"message": message.pk})
    assert Letter.objects.count() == 1
    assert the_state(matter).word == "待寄"


def on_paper(cast: Cast, actor: Actors, ref: str = "p", **more: Any) -> Letter:
    matter = filed(cast, ref, name="莫阿婆", on_behalf=True, **more)
    settling.settle(matter, result="灯已换好，" * 120 + "请放心。", by=actor("worker"), now=NOW)
    return Letter.objects.get(message__matter=matter)


def text_of(pdf: bytes) -> str:
    pages = [page.get_textpage().get_text_bounded() for page in PdfDocument(pdf)]
    return "".join(pages).replace("\r\n", "")


def test_whoever_has_neither_phone_nor_account_gets_a_letter_with_number_and_code(
    cast: Cast, actor: Actors, client_as: ClientAs
) -> None:
    letter = on_paper(cast, actor, address="529500 阳江市湖畔小区 6 栋 101")
    clerk = client_as("clerk")
    assert "莫**" in clerk.get("/letters/").content.decode()
    printed = clerk.get(f"/letters/{letter.pk}.pdf")
    assert printed.headers["Content-Type"] == "application/pdf"
    shown = text_of(printed.content)
    assert "529500" in shown
    assert "莫阿婆（收）" in shown
    assert "请放心。" in shown
    assert "查询码" in shown
    number = letter.message.matter.dossier.number
    assert f"{number[:3]}-{number[3:6]}-{number[6:]}" in shown
    assert AuditEntry.objects.filter(kind="letter.printed", object_id=letter.message.matter_id).count() == 1


def test_a_refusal_and_a_question_go_by_letter_and_small_steps_do_not(cast: Cast, actor: Actors) -> None:
    matter = filed(cast, name="莫阿婆", on_behalf=True)
    screening.accept(matter, by=actor("clerk"), now=NOW)
    assert not Letter.objects.exists()
    screening.reject(matter, reason="不属受理范围", by=actor("clerk"), now=NOW)
    assert "不属受理范围" in (Message.objects.get(way=Way.LETTER).words or "")


def test_a_landline_cannot_read_text_messages(cast: Cast, actor: Actors) -> None:
    matter = filed(cast, name="王", phone="06623421234", on_behalf=True)
    settling.settle(matter, result="好", by=actor("worker"), now=NOW)
    assert [each.way for each in Message.objects.filter(matter=matter)] == [Way.LETTER]


def test_a_letter_without_address_waits_for_one_and_the_address_serves_the_next(
    cast: Cast, actor: Actors, client_as: ClientAs
) -> None:
    letter, clerk = on_paper(cast, actor), client_as("clerk")
    assert "缺地址" in clerk.get("/letters/").content.decode()
    assert clerk.get("/letters/letters.pdf").status_code == 302
    clerk.post(f"/letters/{letter.pk}/address/", {"where": "湖畔小区 6 栋 101"})
    assert Requester.objects.get(matter=letter.message.matter_id).address == "湖畔小区 6 栋 101"
    assert "湖畔小区" in text_of(clerk.get("/letters/letters.pdf").content)


def test_a_letter_is_marked_sent_with_its_day_and_only_once(cast: Cast, actor: Actors, client_as: ClientAs) -> None:
    letter, clerk = on_paper(cast, actor), client_as("clerk")
    there = f"/letters/{letter.pk}/sending/"
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert clerk.post(there, {"how": "posted", "on": tomorrow}).status_code == 422
    clerk.post(there, {"how": "handed", "on": timezone.localdate()})
    assert "没有待寄的信件" in clerk.get("/letters/").content.decode()
    assert "当面交给" in clerk.get("/letters/?sent=1").content.decode()
    assert (
        "已经有人标过" in clerk.post(there, {"how": "posted", "on": timezone.localdate()}, follow=True).content.decode()
    )
    assert Letter.objects.get(pk=letter.pk).how == Letter.How.HANDED


def test_letters_of_another_community_are_not_there(cast: Cast, actor: Actors, client_as: ClientAs) -> None:
    letter = on_paper(cast, actor)
    other = client_as("other_clerk")
    assert "莫**" not in other.get("/letters/").content.decode()
    assert other.get(f"/letters/{letter.pk}.pdf").status_code == 404
    assert other.post(f"/letters/{letter.pk}/sending/", {"how": "posted"}).status_code == 404


def test_words_and_address_go_with_the_requesters_name(cast: Cast, actor: Actors) -> None:
    letter = on_paper(cast, actor, address="湖畔小区")
    assert holdings.erase_old(NOW + timedelta(days=800)) == 1
    letter = Letter.objects.select_related("message").get(pk=letter.pk)
    assert (letter.address, letter.message.words) == (None, None)


def test_the_list_asks_the_same_for_ten_letters_as_for_one(
    cast: Cast, actor: Actors, client_as: ClientAs, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    for number in range(5):
        on_paper(cast, actor, f"l{number}")
    clerk = client_as("clerk")
    clerk.get("/letters/")
    with django_assert_max_num_queries(10):  # type: ignore[attr-defined]
        clerk.get("/letters/")
