"""Open posts: found and applied for without sign-in, answered by the desk, forgotten in time."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from lastmeter.accounts.actors import system
from lastmeter.accounts.models import AuditEntry
from lastmeter.grid import holdings
from lastmeter.grid.models import Application, Post, PostOpening, Role, Tenure
from lastmeter.notices.models import Delivery, Notice
from tests.cast import Cast

ClientAs = Callable[[str], Client]
FORM = {
    "client_ref": "r1",
    "name": "陶安",
    "phone": "19900007002",
    "words": "退休教师，住这条巷子三十年。",
    "consent": "on",
}


@pytest.fixture
def opening(cast: Cast, client_as: ClientAs) -> PostOpening:
    post = Post.objects.create(role=Role.LANE_HEAD, node=cast.nodes["second_grid"])
    today = timezone.localdate()
    given = {"text": "每周半天", "open_from": today, "open_until": today + timedelta(days=7)}
    assert client_as("clerk").post(f"/posts/{post.pk}/opening/", given).status_code == 302
    assert client_as("clerk").post(f"/posts/{post.pk}/opening/", given).status_code == 409
    return PostOpening.objects.get()


def send(opening: PostOpening, client: Client | None = None, **changes: str) -> Application:
    answer = (client or Client()).post(f"/openings/{opening.pk}/", {**FORM, **changes})
    assert answer.status_code == 302, answer.content.decode()
    return Application.objects.get(number=answer["Location"].split("/")[-2])


def test_anybody_finds_an_open_post_and_gets_one_receipt_for_a_double_tap(opening: PostOpening) -> None:
    client = Client()
    assert "巷长" in client.get("/openings/").content.decode()
    assert f"/openings/{opening.pk}/" in client.get("/").content.decode()
    assert "每周半天" in client.get(f"/openings/{opening.pk}/").content.decode()
    assert send(opening, client) == send(opening, client)
    assert Application.objects.count() == 1


def test_a_receipt_is_shown_to_the_browser_that_sent_it_or_by_the_phone(opening: PostOpening) -> None:
    client = Client()
    application = send(opening, client)
    there = f"/openings/applications/{application.number}/"
    assert "待答复" in client.get(there).content.decode()
    stranger = Client()
    assert "待答复" not in stranger.get(there).content.decode()
    assert stranger.post(there, {"phone": "19900007009"}).status_code == 422
    assert "待答复" in stranger.post(there, {"phone": "19900007002"}).content.decode()
    assert stranger.get("/openings/applications/2222222222/").status_code in (200, 404)


def test_an_opening_that_is_over_or_not_yet_begun_takes_nobody(opening: PostOpening) -> None:
    today = timezone.localdate()
    PostOpening.objects.update(open_from=today + timedelta(days=1))
    assert Client().get(f"/openings/{opening.pk}/").status_code == 404
    PostOpening.objects.update(open_from=today - timedelta(days=9), open_until=today - timedelta(days=1))
    assert Client().post(f"/openings/{opening.pk}/", FORM).status_code == 404


def test_one_address_cannot_flood_the_desk(opening: PostOpening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "REPORTS_PER_HOUR", 1)
    send(opening)
    assert Client().post(f"/openings/{opening.pk}/", {**FORM, "client_ref": "r2"}).status_code == 429


def test_accepting_appoints_and_fills_the_opening(
    opening: PostOpening, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "SMS_GATEWAY", "https://sms.example.org/", raising=False)
    monkeypatch.setattr(settings, "SMS_KEY", "k", raising=False)
    application, client = send(opening), client_as("clerk")
    assert client.post(f"/posts/applications/{application.pk}/acceptance/", {"until": ""}).status_code == 302
    assert Tenure.objects.get(post=opening.post).user.name == "陶安"
    opening.refresh_from_db()
    assert opening.state == "filled"
    assert Delivery.objects.filter(channel="sms", key=f"application.decided:{application.pk}").count() == 1
    assert client.post(f"/posts/applications/{application.pk}/refusal/", {"reason": "重复"}).status_code == 409


def test_a_refusal_has_a_reason_that_the_applicant_reads(opening: PostOpening, client_as: ClientAs, cast: Cast) -> None:
    applicant, client = client_as("resident"), client_as("clerk")
    application = send(opening, applicant)
    there = f"/posts/applications/{application.pk}/refusal/"
    assert client.post(there, {"reason": ""}).status_code == 422
    assert client.post(there, {"reason": "这次先请住在巷里的人"}).status_code == 302
    assert Notice.objects.filter(user=cast.users["resident"], kind="application.decided").count() == 1
    seen = applicant.get(f"/openings/applications/{application.number}/").content.decode()
    assert "这次先请住在巷里的人" in seen


def test_without_a_phone_nobody_can_be_given_an_account(opening: PostOpening, client_as: ClientAs) -> None:
    application = send(opening, phone="")
    answer = client_as("clerk").post(f"/posts/applications/{application.pk}/acceptance/", {"until": ""})
    assert answer.status_code == 409
    application.refresh_from_db()
    assert application.state == "waiting"


def test_the_desk_sees_the_phone_only_after_a_reason(opening: PostOpening, client_as: ClientAs) -> None:
    application, client = send(opening), client_as("clerk")
    there = f"/posts/openings/{opening.pk}/"
    assert FORM["phone"] not in client.get(there).content.decode()
    assert client.post(f"/posts/applications/{application.pk}/reveal/", {"reason": ""}).status_code == 422
    shown = client.post(f"/posts/applications/{application.pk}/reveal/", {"reason": "约见面谈"}).content.decode()
    assert FORM["phone"] in shown
    assert AuditEntry.objects.filter(kind="reveal", object_kind="application").count() == 1


def test_applications_are_closed_to_other_communities(opening: PostOpening, client_as: ClientAs) -> None:
    application, other = send(opening), client_as("other_clerk")
    assert other.get(f"/posts/openings/{opening.pk}/").status_code == 404
    assert "巷长" not in other.get("/posts/openings/").content.decode()
    for act in ("acceptance", "refusal", "reveal"):
        assert other.post(f"/posts/applications/{application.pk}/{act}/", {"reason": "约见面谈"}).status_code == 404


def test_what_was_written_goes_half_a_year_after_the_answer(opening: PostOpening, client_as: ClientAs) -> None:
    application = send(opening)
    client_as("clerk").post(f"/posts/applications/{application.pk}/refusal/", {"reason": "人已满"})
    now = timezone.now()
    assert holdings.erase_old(now) == 0
    assert holdings.erase_old(now + timedelta(days=200)) == 1
    application.refresh_from_db()
    assert (application.name, application.phone, application.words, application.phone_hash) == (None, None, None, None)


def test_an_account_sees_takes_along_and_has_erased_its_applications(
    opening: PostOpening, client_as: ClientAs, cast: Cast
) -> None:
    resident = cast.users["resident"]
    application = send(opening, client_as("resident"))
    assert [each.value for each in holdings.show(resident)] == ["巷长"]
    assert holdings.export(resident)["applications"][0]["words"] == FORM["words"]
    assert holdings.erase(resident, system(), timezone.now()) == 0
    client_as("clerk").post(f"/posts/applications/{application.pk}/refusal/", {"reason": "人已满"})
    assert holdings.erase(resident, system(), timezone.now()) == 1
