"""Who comes when an event is handled together already: proposed to it, joined by one tap, and out again."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.matters import dispatch, lifecycle, repeats, screening
from lastmeter.matters.closing import Ending
from lastmeter.matters.events import answering, gathering, holding, jobs, newcomers
from lastmeter.matters.models import HotIssue, Incident, Matter, Membership, Message, Outcome
from lastmeter.matters.steps import Overtaken
from lastmeter.notices.models import Notice
from tests.cast import Cast

from .test_gathering import NOW, fresh, handled, report, standing

ClientAs = Callable[[str], Client]
Actors = Callable[[str], Actor]


@pytest.fixture
def event(cast: Cast, actor: Actors) -> Incident:
    """Three people about one thing, confirmed."""
    matters = [report(cast, number) for number in range(3)]
    jobs.reckon(NOW)
    made = Incident.objects.get()
    gathering.confirm(made, matters=matters, lead=matters[0], by=actor("clerk"), now=NOW)
    return made


def comes(cast: Cast, number: int = 4) -> Matter:
    made = report(cast, number)
    jobs.arrive(NOW)
    return made


def waiting() -> set[int]:
    return set(holding.waiting().values_list("matter", flat=True))


def test_a_newcomer_is_proposed_to_the_event_that_stands_and_makes_no_second_one(cast: Cast, event: Incident) -> None:
    new = [comes(cast, number) for number in (4, 5, 6, 7)]
    other = report(cast, 8, "申请办理老年人优待证需要带什么材料，几点上班？")
    jobs.reckon(NOW)
    assert Incident.objects.get() == event
    assert waiting() == {each.pk for each in new}
    assert not other.memberships.exists()
    assert len(gathering.members(event)) == 3, "nobody is joined without a person's word"
    told = Notice.objects.filter(user=cast.users["clerk"], kind="matter.event_newcomer")
    assert told.exists()


def test_one_tap_on_either_page_joins_it_and_its_requester_is_told_by_text_message(
    cast: Cast, actor: Actors, client_as: ClientAs, event: Incident
) -> None:
    screening.accept(event.lead, category=cast.category("env-noise"), by=actor("clerk"), now=NOW)
    dispatch.dispatch(fresh(event.lead_id), unit=cast.units["urban"], by=actor("clerk"), now=NOW)
    first, second = comes(cast, 4), comes(cast, 5)
    clerk = client_as("clerk")
    page = clerk.get(f"/matters/{first.dossier.number}/").content.decode()
    assert "这件事可能属于一个正在一起办的事件" in page
    assert f"/events/{event.number}/newcomers/" in page
    assert "新来 2 件" in clerk.get("/events/").content.decode()
    shown = clerk.get(f"/events/{event.number}/")
    assert "可能也是这件事" in shown.content.decode()
    assert (shown.context["people"], shown.context["members"].count) == (3, 3), "who waits is not counted"
    assert clerk.post(f"/events/{event.number}/newcomers/", {"matter": first.pk}).status_code == 302
    shown = clerk.get(f"/events/{event.number}/")
    assert (shown.context["people"], shown.context["members"].count) == (4, 4)
    assert [each.matter.pk for each in shown.context["newcomers"]] == [second.pk]
    told = Message.objects.get(matter=first.pk, occasion="gathered")
    assert cast.units["urban"].name in (told.words or "")
    assert not Message.objects.filter(matter=second.pk, occasion="gathered").exists()
    assert clerk.post(f"/events/{event.number}/newcomers/", {"matter": first.pk}).status_code == 409, "a stale page"


def test_a_person_who_speaks_again_is_counted_once_and_their_messages_all(
    cast: Cast, actor: Actors, client_as: ClientAs, event: Incident
) -> None:
    again = report(cast, 10, "搅拌站昼夜施工，粉尘和噪音让人睡不着，螺湖花园旁，还是没人管")
    again.requester.phone_hash = gathering.members(event)[1].requester.phone_hash
    again.requester.save()
    jobs.arrive(NOW)
    newcomers.accept(event, [again], by=actor("clerk"), now=NOW)
    shown = client_as("clerk").get(f"/events/{event.number}/").context
    assert (shown["people"], shown["members"].count) == (3, 4)


def test_the_same_person_with_the_same_thing_still_joins_the_open_matter(
    cast: Cast, actor: Actors, event: Incident
) -> None:
    new = comes(cast)
    [first, *_others] = gathering.members(event)
    repeats.repeat(fresh(new.pk), of=fresh(first.pk), words="您已经反映过，正在办理。", by=actor("clerk"), now=NOW)
    assert not waiting()
    jobs.reckon(NOW)
    assert not new.memberships.filter(left_at=None).exists()
    assert len(gathering.members(event)) == 3


def test_who_was_joined_leaves_again_as_it_stood_and_is_not_proposed_again(
    cast: Cast, actor: Actors, event: Incident
) -> None:
    new = comes(cast)
    before = standing([new])
    newcomers.accept(event, [new], by=actor("clerk"), now=NOW)
    gathering.leave(event, new, by=actor("clerk"), now=NOW)
    after = standing([new])
    for rows in (before, after):
        for key in [key for key in rows[new.pk] if key[0] == "matters.Message"]:
            del rows[new.pk][key]  # what was said stays said
    assert after == before
    jobs.reckon(NOW)
    assert not waiting()


def test_what_is_another_thing_is_not_proposed_again(cast: Cast, client_as: ClientAs, event: Incident) -> None:
    new, clerk = comes(cast), client_as("clerk")
    assert clerk.post(f"/events/{event.number}/newcomers/declining/", {"matter": new.pk}).status_code == 302
    jobs.reckon(NOW)
    assert not waiting()
    assert "这件事可能属于" not in clerk.get(f"/matters/{new.dossier.number}/").content.decode()


def test_only_the_desk_of_the_event_joins(cast: Cast, client_as: ClientAs, event: Incident) -> None:
    new = comes(cast)
    for verb in ("newcomers", "newcomers/declining"):
        path = f"/events/{event.number}/{verb}/"
        assert client_as("other_clerk").post(path, {"matter": new.pk}).status_code == 404
        assert client_as("worker").post(path, {"matter": new.pk}).status_code == 403
    assert "这件事可能属于" not in client_as("worker").get(f"/matters/{new.dossier.number}/").content.decode()
    assert waiting() == {new.pk}


def test_an_event_that_ends_lets_go_of_who_waits(cast: Cast, actor: Actors, event: Incident) -> None:
    new = comes(cast)
    handled(event.lead, cast, actor)
    answering.close(event, Ending(Outcome.SOLVED, "搅拌站已停工。"), by=actor("clerk"), now=timezone.now())
    assert not new.memberships.filter(left_at=None).exists()
    assert fresh(new.pk).dossier.step == lifecycle.REPORTED
    with pytest.raises(Overtaken):
        newcomers.accept(event, [new], by=actor("clerk"), now=NOW)
    jobs.reckon(NOW)
    assert not waiting(), "a closed event takes nobody"


def test_who_no_longer_speaks_of_it_waits_no_longer(cast: Cast, event: Incident) -> None:
    new = comes(cast)
    new.voice.issue = None
    new.voice.save()
    newcomers.review(now=NOW)
    left = Membership.objects.get(matter=new)
    assert left.left_at is not None
    assert left.left_by is None, "no person said so"


def test_asking_by_hand_leads_to_the_event_that_stands(cast: Cast, client_as: ClientAs, event: Incident) -> None:
    new = comes(cast)
    Membership.objects.filter(matter=new).delete()
    issue = HotIssue.objects.get()
    asked = client_as("clerk").post(f"/events/hot/{issue.pk}/proposal/")
    assert asked["Location"] == f"/events/{event.number}/"
    assert waiting() == {new.pk}
