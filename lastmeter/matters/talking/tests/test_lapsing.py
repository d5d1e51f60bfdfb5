"""请补充 to its end: the reminder, the lapse that everybody hears of, and what the rule says then."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from lastmeter.accounts.actors import Actor
from lastmeter.clocks.models import Deadline
from lastmeter.kit.alone import each_alone
from lastmeter.matters import closing, dispatch, handling, jobs
from lastmeter.matters.models import Category, Closure, Enquiry, LapseRule, Matter, Message, Outcome
from lastmeter.matters.policy import NotAllowed
from lastmeter.matters.rulebook import setting
from lastmeter.matters.talking import asking, lapsing
from lastmeter.matters.talking.tests.test_templates import filed, with_phone
from lastmeter.matters.tracking import tracking_code
from lastmeter.notices.models import Notice
from tests.cast import Cast

ClientAs = Callable[[str], Client]
Actors = Callable[[str], Actor]
NOW = timezone.now()


@pytest.fixture(autouse=True)
def sms(settings: Settings) -> None:
    settings.SMS_GATEWAY, settings.SMS_KEY = "https://sms.example/send", "k"


def asked(matter: Matter, by: Actor) -> Enquiry:
    return asking.ask(matter, question="是哪个单元？", by=by, now=NOW)


def written(cast: Cast, node: str, by: Actor, **given: object) -> None:
    said: dict[str, Any] = {"then": "close", "outcome": "explained", "basis": "x"} | given
    setting.put(LapseRule(node=cast.nodes[node], valid_from=timezone.localdate(NOW), **said), by=by, now=NOW)


def occasions(matter: Matter) -> list[str]:
    return list(Message.objects.filter(matter=matter).order_by("pk").values_list("occasion", flat=True))


def step(matter: Matter) -> str:
    return Matter.objects.select_related("dossier").get(pk=matter.pk).dossier.step


def moment(enquiry: Enquiry) -> datetime:
    assert enquiry.remind_at is not None
    return enquiry.remind_at


def test_an_open_question_is_called_to_mind_once_before_its_date(cast: Cast, actor: Actors) -> None:
    matter = with_phone(cast)
    question = asked(matter, actor("clerk"))
    assert NOW < moment(question) < question.lapses_at
    assert jobs.lapse(moment(question) - timedelta(minutes=1)) == 0
    assert jobs.lapse(moment(question)) == 1
    assert jobs.lapse(moment(question) + timedelta(minutes=5)) == 0
    assert occasions(matter) == ["reported", "asked", "ask_reminded"]
    assert "是哪个单元？" in (Message.objects.get(matter=matter, occasion="asked").words or "")


def test_an_answered_question_is_neither_called_to_mind_nor_lapses(cast: Cast, actor: Actors) -> None:
    matter = with_phone(cast)
    question = asked(matter, actor("clerk"))
    asking.answer(matter, text="2 单元", by=Actor.visitor("b"), now=NOW)
    assert jobs.lapse(question.lapses_at + timedelta(days=1)) == 0


def test_without_a_rule_the_matter_goes_on_and_everybody_hears_of_it(cast: Cast, actor: Actors) -> None:
    matter = with_phone(cast)
    dispatch.dispatch(matter, unit=cast.units["urban"], by=actor("clerk"), now=NOW)
    question = asked(matter, actor("handler"))
    assert asking.lapse(question.lapses_at) == 1
    assert step(matter) == "dispatched"
    assert occasions(matter)[-1] == "ask_lapsed"
    assert Notice.objects.filter(user=cast.users["handler"], kind="matter.ask_lapsed").exists()
    assert asking.lapse(question.lapses_at) == 0


def test_by_rule_the_matter_is_closed_and_may_be_reopened(cast: Cast, actor: Actors) -> None:
    written(cast, "town", actor("dispatcher"), then="close", outcome=Outcome.IMPOSSIBLE, basis="街道办法第 8 条")
    matter = with_phone(cast)
    dispatch.dispatch(matter, unit=cast.units["urban"], by=actor("clerk"), now=NOW)
    question = asked(matter, actor("handler"))
    asking.lapse(question.lapses_at)
    closure = Closure.objects.get(matter=matter)
    assert closure.outcome == Outcome.IMPOSSIBLE
    assert "街道办法第 8 条" in closure.words
    assert occasions(matter)[-1] == "closed"
    assert not Deadline.objects.filter(dossier=matter.pk, ended_at=None).exists()
    again = Matter.objects.select_related("dossier").get(pk=matter.pk)
    closing.reopen(again, reason="是 2 单元", by=Actor.visitor("b"), now=question.lapses_at)
    assert step(matter) == "filed"


def test_a_nearer_rule_and_one_for_the_category_go_before(cast: Cast, actor: Actors) -> None:
    light = cast.category("env-noise")

    def write(node: str, then: str, category: Category | None, who: str) -> None:
        written(cast, node, actor(who), then=then, category=category)

    write("town", "close", None, "dispatcher")
    matter, noise = filed(cast), filed(cast, "b", category_id=light.pk)
    assert lapsing.closes(matter, NOW)
    write("community", "go_on", None, "secretary")
    assert not lapsing.closes(matter, NOW)
    write("community", "close", light, "secretary")
    assert lapsing.closes(noise, NOW)
    write("community", "go_on", light, "secretary")
    assert not lapsing.closes(noise, NOW)
    assert LapseRule.objects.count() == 4


def test_a_matter_that_was_answered_meanwhile_is_not_closed_by_rule(cast: Cast, actor: Actors) -> None:
    written(cast, "town", actor("dispatcher"), then="close", outcome="explained", basis="x")
    matter = with_phone(cast)
    dispatch.dispatch(matter, unit=cast.units["urban"], by=actor("clerk"), now=NOW)
    question = asked(matter, actor("handler"))
    dispatch.begin(matter, by=actor("handler"), now=NOW)
    handling.reply(matter, text="修好了", outcome=Outcome.SOLVED, by=actor("handler"), now=NOW)
    asking.lapse(question.lapses_at)
    assert step(matter) == "replied"
    assert not Closure.objects.exists()


def test_no_rule_is_written_for_a_place_that_is_not_theirs(cast: Cast, actor: Actors) -> None:
    with pytest.raises(NotAllowed):
        written(cast, "town", actor("secretary"), then="close", outcome="explained", basis="x")


def test_the_rule_is_written_on_its_page(cast: Cast, client_as: ClientAs) -> None:
    given = {"then": "close", "outcome": "explained", "valid_from": timezone.localdate()}
    secretary, there = client_as("secretary"), f"/rules/{cast.nodes['community'].pk}/lapses/"
    assert secretary.post(there, given).status_code == 422, "no rule without its basis"
    done = secretary.post(there, given | {"basis": "社区公约第 3 条"}, follow=True)
    assert "社区公约第 3 条" in done.content.decode()


def test_the_progress_page_shows_the_question_first_and_says_what_follows(cast: Cast, actor: Actors) -> None:
    matter = filed(cast)
    asked(matter, actor("clerk"))
    browser, number = Client(), matter.dossier.number
    browser.post(f"/m/{number}/", {"code": tracking_code(matter.dossier.client, matter.dossier.client_ref)})
    page = browser.get(f"/m/{number}/").content.decode()
    assert page.index("是哪个单元？") < page.index(matter.text)
    assert "过期就按现有情况办理" in page
    written(cast, "town", actor("dispatcher"), then="close", outcome="explained", basis="x")
    assert "会按规定办结" in browser.get(f"/m/{number}/").content.decode()
    browser.post(f"/m/{number}/answer/", {"text": "2 单元"})
    assert Enquiry.objects.get().answer == "2 单元"


def test_a_row_whose_act_fails_is_left_as_it_was_and_holds_up_no_other(
    cast: Cast, actor: Actors, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = (asked(with_phone(cast, ref), actor("clerk")) for ref in "ab")

    def end(pk: int) -> bool:
        Enquiry.objects.filter(pk=pk).update(ended_at=NOW)
        if pk == first.pk:
            raise ValueError("broken")
        return True

    assert each_alone([first.pk, second.pk], end) == 1
    assert list(Enquiry.objects.filter(ended_at=None)) == [first]
    assert "broken" in caplog.text
