"""Questions of a category: some only after an answer, some stop first; asked of the requester and by staff."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.utils import timezone

from lastmeter.accounts.actors import Actor, system
from lastmeter.grid import ground
from lastmeter.matters import intake, settling
from lastmeter.matters.catalogue import questions
from lastmeter.matters.models import Answer, Matter, Question, Source
from lastmeter.matters.steps import Overtaken
from lastmeter.notices.models import Notice
from tests.cast import Cast

ClientAs = Callable[[str], Client]
TODAY = timezone.localdate


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    yield
    ground.look_again()


def ask(cast: Cast, text: str, code: str = "env-noise", **more: object) -> Question:
    question = Question(category=cast.category(code), text=text, **more)
    return questions.add(question, by=system("test"), now=timezone.now())


@pytest.fixture
def asked(cast: Cast) -> list[Question]:
    """What makes the noise; if a site, whether it works at night; whether anybody is hurt: then call first."""
    what = ask(cast, "声音从哪里来？", choices="工地\n店铺\n邻居")
    night = ask(cast, "晚上十点以后还在施工吗？", choices="是\n否", only_if=what, only_answer="工地")
    hurt = ask(
        cast, "有人动手吗？", code="env", choices="有\n没有", stop_answer="有", stop_words="有人受到伤害，请先打 110。"
    )
    return [what, night, hurt]


def a_matter(cast: Cast, code: str = "env-noise") -> Matter:
    report = intake.Report(text="半夜太吵", source=Source.WEB, client_ref="q", node_id=cast.nodes["grid"].pk, name="苏")
    [taken] = intake.take_in([report], by=Actor.of(cast.users["resident"]), client="user:1", now=timezone.now())
    assert isinstance(taken, intake.Taken)
    Matter.objects.filter(pk=taken.dossier_id).update(category=cast.category(code))
    return Matter.objects.select_related("dossier", "category").get(pk=taken.dossier_id)


def texts(matter: Matter) -> list[str]:
    return [each.text for each in questions.to_ask(matter, TODAY())]


def test_a_question_comes_up_only_after_its_answer(cast: Cast, asked: list[Question]) -> None:
    matter, now = a_matter(cast), timezone.now()
    assert texts(matter) == ["有人动手吗？", "声音从哪里来？"]
    questions.answer(matter, [(asked[0], "工地")], by=Actor.of(cast.users["resident"]), now=now)
    assert texts(matter) == ["有人动手吗？", "晚上十点以后还在施工吗？"]


def test_another_answer_does_not_bring_it_up(cast: Cast, asked: list[Question]) -> None:
    matter = a_matter(cast)
    questions.answer(matter, [(asked[0], "店铺")], by=system("test"), now=timezone.now())
    assert texts(matter) == ["有人动手吗？"]


def test_an_answer_can_say_what_to_do_first(cast: Cast, asked: list[Question]) -> None:
    said = questions.answer(a_matter(cast), [(asked[2], "有")], by=system("test"), now=timezone.now())
    assert said == ["有人受到伤害，请先打 110。"]


def test_a_question_is_answered_once(cast: Cast, asked: list[Question]) -> None:
    matter, now = a_matter(cast), timezone.now()
    questions.answer(matter, [(asked[0], "店铺")], by=system("test"), now=now)
    with pytest.raises(Overtaken):
        questions.answer(matter, [(asked[0], "工地")], by=system("test"), now=now)
    assert Answer.objects.get().text == "店铺"


def test_an_ended_question_is_asked_no_more_and_its_answers_stay(cast: Cast, asked: list[Question]) -> None:
    matter = a_matter(cast)
    questions.answer(matter, [(asked[0], "工地")], by=system("test"), now=timezone.now())
    for each in asked:
        questions.end(each, today=TODAY(), by=system("test"), now=timezone.now())
    assert texts(matter) == []
    assert [each.text for each in questions.answers(matter)] == ["工地"]


def test_nothing_is_asked_of_a_matter_that_has_ended(cast: Cast, asked: list[Question]) -> None:
    matter = a_matter(cast)
    settling.settle(matter, result="已劝导", by=Actor.of(cast.users["worker"]), now=timezone.now())
    assert texts(matter) == []
    with pytest.raises(Overtaken):
        questions.answer(matter, [(asked[0], "工地")], by=system("test"), now=timezone.now())


def test_the_requester_answers_what_they_know_and_the_handler_reads_all_of_it(
    cast: Cast, asked: list[Question], client_as: ClientAs
) -> None:
    client = Client()
    values = {"text": "半夜太吵", "category": cast.category("env-noise").pk, "place": cast.nodes["grid"].pk}
    sent = client.post("/report/", values | {"node": cast.nodes["grid"].pk, "client_ref": "abc", "consent": "on"})
    number = Matter.objects.latest("pk").dossier.number
    assert sent.status_code == 302
    page = client.get(f"/report/{number}/").content.decode()
    assert f"/m/{number}/questions/" in page
    Notice.objects.all().delete()
    first = client.post(f"/m/{number}/questions/", {f"q{asked[0].pk}": "工地", f"q{asked[2].pk}": ""})
    assert first.headers["Location"] == f"/m/{number}/questions/"
    assert "晚上十点" in client.get(f"/m/{number}/questions/").content.decode()
    last = client.post(f"/m/{number}/questions/", {f"q{asked[1].pk}": "是", f"q{asked[2].pk}": "有"}, follow=True)
    assert "请先打 110" in last.content.decode()
    assert client.post(f"/m/{number}/questions/", {}).headers["Location"] == f"/m/{number}/"
    read = client_as("clerk").get(f"/matters/{number}/").content.decode()
    assert "声音从哪里来？" in read
    assert "晚上十点以后还在施工吗？" in read


def test_an_answer_that_was_not_offered_is_refused(cast: Cast, asked: list[Question], client_as: ClientAs) -> None:
    matter = a_matter(cast)
    answer = client_as("clerk").post(f"/matters/{matter.dossier.number}/questions/", {f"q{asked[0].pk}": "月球"})
    assert answer.status_code == 422
    done = client_as("clerk").post(f"/matters/{matter.dossier.number}/questions/", {f"q{asked[0].pk}": "邻居"})
    assert done.status_code == 302
    assert Answer.objects.get().by == cast.users["clerk"]


def test_who_keeps_the_schemes_adds_and_ends_questions(cast: Cast, client_as: ClientAs) -> None:
    client, noise = client_as("organiser"), cast.category("env-noise")
    there = f"/catalogue/categories/{noise.pk}/questions/"
    assert client.post(there, {"text": "从哪里来？", "choices": "工地\n店铺"}).status_code == 302
    first = Question.objects.get()
    half = {"text": "夜里吗？", "only_if": first.pk}
    for wrong in ("", "月球"):
        came_back = client.post(there, half | {"only_answer": wrong})
        assert came_back.status_code == 422
        assert "夜里吗？" in came_back.content.decode()
    assert client.post(there, half | {"only_answer": "工地"}).status_code == 302
    assert client.post(there, {"text": "x", "stop_answer": "有"}).status_code == 422
    assert client_as("dispatcher").post(there, {"text": "x"}).status_code == 404
    assert client.post(f"/catalogue/questions/{first.pk}/ending/").status_code == 302
    assert client.post(f"/catalogue/questions/{first.pk}/ending/").status_code == 404


def test_the_advice_of_a_category_stands_before_everything_else(cast: Cast, client_as: ClientAs) -> None:
    matter = a_matter(cast, "safety-gas")
    page = client_as("resident").get(f"/m/{matter.dossier.number}/").content.decode()
    assert "离开后打 119" in page
    assert "离开后打 119" in client_as("clerk").get(f"/matters/{matter.dossier.number}/").content.decode()
