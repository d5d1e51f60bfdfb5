"""投诉办理: above everybody who handled the matter, unread by them, with its own date, answered to the requester."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import AuditEntry
from lastmeter.clocks import book, deadlines
from lastmeter.clocks.models import Limit
from lastmeter.dossiers.models import Event
from lastmeter.grid.models import Post, Role, Tenure
from lastmeter.matters import dispatch, handling, jobs
from lastmeter.matters.models import Grievance, Letter, Matter, Message
from lastmeter.matters.policy import NotAllowed
from lastmeter.matters.steps import Overtaken
from lastmeter.matters.talking import grievances
from lastmeter.matters.talking.tests.test_templates import filed, with_phone
from lastmeter.matters.tracking import tracking_code
from lastmeter.notices.models import Notice
from tests.cast import Cast

ClientAs = Callable[[str], Client]
Actors = Callable[[str], Actor]
NOW = timezone.now()
WORDS = "打了三次电话都说在办，态度很差。"


def handled(cast: Cast, actor: Actors) -> Matter:
    matter = with_phone(cast)
    dispatch.dispatch(matter, unit=cast.units["urban"], by=actor("clerk"), now=NOW)
    dispatch.begin(matter, by=actor("handler"), now=NOW)
    return Matter.objects.select_related("dossier", "requester").get(pk=matter.pk)


def complained(matter: Matter, ref: str = "g") -> Grievance:
    return grievances.complain(matter, words=WORDS, client_ref=ref, by=Actor.visitor("b"), now=NOW)


def test_it_goes_above_the_desk_that_handled_and_only_there(cast: Cast, actor: Actors, client_as: ClientAs) -> None:
    found = complained(handled(cast, actor))
    assert found.node == cast.nodes["town"]
    assert list(Notice.objects.filter(kind="grievance").values_list("user__username", flat=True)) == ["dispatcher"]
    assert WORDS in client_as("dispatcher").get(f"/grievances/{found.pk}/").content.decode()
    for name in ("clerk", "secretary", "other_clerk", "worker", "handler", "unit_head", "resident"):
        assert client_as(name).get(f"/grievances/{found.pk}/").status_code == 404, name
        assert f"/grievances/{found.pk}/" not in client_as(name).get("/grievances/").content.decode(), name


def test_where_the_street_itself_handled_it_the_county_answers(cast: Cast, actor: Actors) -> None:
    matter = with_phone(cast)
    dispatch.dispatch(matter, unit=cast.units["urban"], by=actor("dispatcher"), now=NOW)
    found = complained(matter)
    assert found.node == cast.nodes["county"]
    assert list(Notice.objects.filter(kind="grievance").values_list("user__username", flat=True)) == ["organiser"]


def test_a_matter_nobody_has_touched_goes_to_the_next_desk(cast: Cast) -> None:
    assert complained(filed(cast)).node == cast.nodes["community"]


def test_somebody_who_had_a_hand_in_it_never_reads_it_whatever_post_they_hold(
    cast: Cast, actor: Actors, client_as: ClientAs
) -> None:
    matter = handled(cast, actor)
    higher = Post.objects.create(role=Role.DISPATCHER, node=cast.nodes["town"])
    Tenure.objects.create(post=higher, user=cast.users["handler"], since=date(2025, 1, 1))
    found = complained(matter)
    assert found.node == cast.nodes["county"], "the handler sits at the street's desk too"
    assert client_as("handler").get(f"/grievances/{found.pk}/").status_code == 404
    with pytest.raises(NotAllowed):
        grievances.answer(found, text="没问题", by=actor("handler"), now=NOW)


def test_with_nobody_above_it_waits_at_the_next_place_for_whoever_comes(cast: Cast, actor: Actors) -> None:
    matter = with_phone(cast)
    dispatch.dispatch(matter, unit=cast.units["urban"], by=actor("dispatcher"), now=NOW)
    Tenure.objects.filter(user=cast.users["organiser"]).update(until=date(2025, 6, 1))
    found = complained(matter)
    assert found.node == cast.nodes["county"]
    assert not Notice.objects.filter(kind="grievance").exists()


def test_neither_timeline_nor_messages_tell_the_handler_what_was_said(
    cast: Cast, actor: Actors, client_as: ClientAs
) -> None:
    matter = handled(cast, actor)
    found = complained(matter)
    grievances.answer(found, text="已约谈，向您致歉。", advice="三天内回电。", by=actor("dispatcher"), now=NOW)
    page = client_as("handler").get(f"/matters/{matter.dossier.number}/").content.decode()
    assert WORDS not in page
    assert "向您致歉" not in page
    assert "三天内回电。" in page
    assert Notice.objects.filter(user=cast.users["handler"], kind="matter.grievance_advice").exists()
    assert not Event.objects.filter(dossier=matter.pk, words__text__contains=WORDS).exists()


def test_the_requester_is_answered_and_reads_it_on_the_progress_page(
    cast: Cast, actor: Actors, client_as: ClientAs
) -> None:
    matter = handled(cast, actor)
    browser, there = Client(), f"/m/{matter.dossier.number}/"
    browser.post(there, {"code": tracking_code(matter.dossier.client, matter.dossier.client_ref)})
    assert browser.post(there + "grievance/", {"client_ref": "a", "words": ""}).status_code == 422
    done = browser.post(there + "grievance/", {"client_ref": "a", "words": WORDS}, follow=True).content.decode()
    assert "青螺街道" in done
    assert browser.post(there + "grievance/", {"client_ref": "a", "words": WORDS}).status_code == 302
    second = browser.post(there + "grievance/", {"client_ref": "b", "words": "再来一次"})
    assert second.status_code == 409
    found = Grievance.objects.get()
    client_as("dispatcher").post(f"/grievances/{found.pk}/", {"text": "已约谈，向您致歉。"})
    assert "已约谈，向您致歉。" in browser.get(there).content.decode()
    assert Message.objects.filter(matter=matter, occasion="grievance_answered").exists()
    assert "已答复" in client_as("dispatcher").get(f"/grievances/{found.pk}/").content.decode()
    assert list(AuditEntry.objects.filter(kind__startswith="grievance.").values_list("kind", flat=True)) == [
        "grievance.made",
        "grievance.answered",
    ]


def test_complaining_has_an_end_too(cast: Cast) -> None:
    matter = filed(cast)
    browser, there = Client(), f"/m/{matter.dossier.number}/"
    browser.post(there, {"code": tracking_code(matter.dossier.client, matter.dossier.client_ref)})
    codes = [browser.post(there + "grievance/", {"client_ref": "a", "words": WORDS}).status_code for _ in range(6)]
    assert codes == [302, 302, 302, 302, 302, 409]


def test_nobody_answers_twice(cast: Cast, actor: Actors) -> None:
    found = complained(handled(cast, actor))
    grievances.answer(found, text="好", by=actor("dispatcher"), now=NOW)
    with pytest.raises(Overtaken):
        grievances.answer(found, text="好", by=actor("dispatcher"), now=NOW)


def test_its_date_comes_from_a_rule_and_lateness_is_told_at_the_desk_and_above(cast: Cast, actor: Actors) -> None:
    matter = handled(cast, actor)
    rule = Limit.objects.get(kind=grievances.KIND)
    found = complained(matter)
    planned = deadlines.plan(deadlines.Wanted(grievances.KIND, matter.dossier.path, NOW), book.current_rules(NOW))
    assert planned is not None
    assert (planned.limit_id, planned.due_at) == (rule.pk, found.due_at)
    assert jobs.lapse(found.due_at - timedelta(minutes=1)) == 0
    assert jobs.lapse(found.due_at) == 1
    assert jobs.lapse(found.due_at + timedelta(hours=1)) == 0
    late = Notice.objects.filter(kind="grievance", title__contains="超期")
    assert set(late.values_list("user__username", flat=True)) == {"dispatcher", "organiser"}
    assert not matter.dossier.step.startswith("overdue")


def test_the_letter_with_the_answer_is_posted_by_the_desk_that_gave_it(
    cast: Cast, actor: Actors, client_as: ClientAs, settings: Settings
) -> None:
    matter = filed(cast, name="莫阿婆", on_behalf=True, address="湖畔小区")
    dispatch.dispatch(matter, unit=cast.units["urban"], by=actor("clerk"), now=NOW)
    found = complained(Matter.objects.select_related("dossier", "requester").get(pk=matter.pk))
    grievances.answer(found, text="已约谈。", by=actor("dispatcher"), now=NOW)
    letter = Letter.objects.get()
    assert client_as("clerk").get(f"/letters/{letter.pk}.pdf").status_code == 404
    assert client_as("dispatcher").get(f"/letters/{letter.pk}.pdf").status_code == 200


def test_the_list_asks_the_same_for_ten_as_for_one(
    cast: Cast, actor: Actors, client_as: ClientAs, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    for number in range(6):
        complained(filed(cast, f"m{number}"))
    clerk = client_as("clerk")
    assert clerk.get("/grievances/").content.decode().count("望海社区") >= 6
    with django_assert_max_num_queries(10):  # type: ignore[attr-defined]
        clerk.get("/grievances/")


def test_a_note_written_after_the_complaint_does_not_shut_the_desk_out(cast: Cast, actor: Actors) -> None:
    matter = handled(cast, actor)
    found = complained(matter)
    handling.note(matter, text="在查", by=actor("dispatcher"), now=NOW + timedelta(minutes=1))
    assert grievances.grievances(actor("dispatcher")).filter(pk=found.pk).exists()


def test_the_desks_home_says_what_waits_and_nothing_when_nothing_does(
    cast: Cast, actor: Actors, client_as: ClientAs
) -> None:
    home = client_as("dispatcher").get("/desk/").content.decode()
    assert "办理投诉" not in home[home.index("<main") :]
    complained(handled(cast, actor))
    home = client_as("dispatcher").get("/desk/").content.decode()
    assert "办理投诉" in home[home.index("<main") :]
