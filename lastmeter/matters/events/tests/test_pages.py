"""Hot issues and events through the front door."""

from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.matters import intake, lifecycle, screening, tracking
from lastmeter.matters.events import gathering, holding, jobs
from lastmeter.matters.models import HotIssue, Incident, Membership, Source, Theme, Watch
from lastmeter.notices.models import Notice
from tests.cast import Cast

from .test_gathering import NOW, WORDS, fresh, handled, report

ClientAs = Callable[[str], Client]
Actors = Callable[[str], Actor]


def an_event(cast: Cast, count: int = 4) -> Incident:
    for number in range(count):
        report(cast, number)
    jobs.reckon(NOW)
    return Incident.objects.get()


def test_the_desk_sees_what_is_hot_and_what_waits_for_its_word(cast: Cast, client_as: ClientAs) -> None:
    event = an_event(cast)
    page = client_as("clerk").get("/events/").content.decode()
    assert "像是同一件事" in page
    assert event.number in page
    assert "4 人 4 件" in page
    assert Notice.objects.filter(user=cast.users["clerk"], kind="matter.event_proposed").count() == 1
    assert client_as("other_clerk").get("/events/").context["rows"] == [], "nothing of theirs is in it"
    assert client_as("worker").get("/events/").status_code == 404
    assert client_as("resident").get("/events/").status_code == 404


def test_a_page_of_hot_issues_names_nobody(cast: Cast, client_as: ClientAs) -> None:
    for number in range(3):
        report(
            cast, number, f"我叫王建国，电话19900000777，家住3单元502室。螺湖花园旁的搅拌站昼夜施工粉尘大，第{number}次"
        )
    jobs.reckon(NOW)
    issue = HotIssue.objects.get()
    page = client_as("clerk").get(f"/events/hot/{issue.pk}/").content.decode()
    assert "搅拌站" in page
    assert not any(each in page for each in ("王建国", "19900000777", "502室"))


def test_the_dispatcher_confirms_and_followers_are_closed_with_their_own_answers(
    cast: Cast, actor: Actors, client_as: ClientAs
) -> None:
    event, clerk = an_event(cast), client_as("clerk")
    keys = list(Membership.objects.filter(incident=event).order_by("matter").values_list("matter", flat=True))
    given = {"matters": keys[:3], "lead": keys[1]}
    assert clerk.post(f"/events/{event.number}/confirmation/", given).status_code == 302
    event.refresh_from_db()
    assert (event.state, event.lead_id) == (Incident.State.CONFIRMED, keys[1])
    handled(fresh(keys[1]), cast, actor)
    answer = {"outcome": "solved", "words": "已停工。", f"own-{keys[0]}": "您家的窗下周来修。"}
    assert clerk.post(f"/events/{event.number}/closure/", {"outcome": "solved", "words": ""}).status_code == 422
    assert clerk.post(f"/events/{event.number}/closure/", answer).status_code == 302
    assert {fresh(each).dossier.step for each in keys[:3]} == {lifecycle.CLOSED}
    assert fresh(keys[3]).dossier.step == lifecycle.REPORTED, "left out, and free"


def test_a_thousand_voices_come_page_by_page_and_all_of_them_are_joined(cast: Cast, client_as: ClientAs) -> None:
    said = [
        intake.Report(
            text=f"{WORDS}，第{number}次说了", source=Source.PHONE, client_ref=f"p{number}",
            node_id=cast.nodes["grid"].pk, name="王", phone=f"19900003{number // 2:03}", on_behalf=True,
        )
        for number in range(130)
    ]  # fmt: skip
    assert len(intake.take_in(said, by=Actor.visitor("b"), client="b", now=NOW)) == 130
    jobs.reckon(NOW)
    event, clerk = Incident.objects.get(), client_as("clerk")
    first = clerk.get(f"/events/{event.number}/").context["members"]
    second = clerk.get(f"/events/{event.number}/?cursor={first.next}").context["members"]
    assert (len(first.items), len(second.items), second.next, first.count) == (101, 29, None, 130), (
        "the lead stands first"
    )
    stranger, *others = [each.matter.pk for each in second.items]
    shown = {"shown": [stranger, *others], "matters": others}
    assert clerk.post(f"/events/{event.number}/sorting/", shown).status_code == 302
    gathering.review(now=NOW)
    on_first = [each.matter.pk for each in first.items]
    given = {"shown": on_first, "matters": on_first[:-1], "lead": event.lead_id}
    assert clerk.post(f"/events/{event.number}/confirmation/", given).status_code == 302
    joined = set(holding.members().values_list("matter", flat=True))
    assert joined == {*on_first[:-1], *others}, "of the other pages all but what was taken out"
    page = clerk.get(f"/events/{event.number}/").context
    assert (page["members"].count, page["people"]) == (128, 64), "the two of one person were taken out"


def test_somebody_elses_desk_neither_sees_nor_decides(cast: Cast, client_as: ClientAs) -> None:
    event = an_event(cast)
    keys = list(Membership.objects.filter(incident=event).values_list("matter", flat=True))
    other = client_as("other_clerk")
    assert other.get(f"/events/{event.number}/").status_code == 404
    given = {"matters": keys, "lead": keys[0]}
    assert other.post(f"/events/{event.number}/confirmation/", given).status_code == 404
    assert client_as("worker").post(f"/events/{event.number}/confirmation/", given).status_code == 403


def test_a_stale_page_is_told_that_somebody_decided(cast: Cast, client_as: ClientAs) -> None:
    event, clerk = an_event(cast), client_as("clerk")
    assert clerk.post(f"/events/{event.number}/dismissal/", {"reason": "两处"}).status_code == 302
    keys = list(Membership.objects.filter(incident=event).values_list("matter", flat=True))
    late = clerk.post(f"/events/{event.number}/confirmation/", {"matters": keys, "lead": keys[0]})
    assert late.status_code == 409
    assert "刚有人决定过" in late.content.decode()


def test_a_watcher_is_told_once_when_it_grows(cast: Cast, client_as: ClientAs) -> None:
    an_event(cast, 3)
    issue = HotIssue.objects.get()
    assert client_as("clerk").post(f"/events/hot/{issue.pk}/watch/", {"above": "5"}).status_code == 302
    report(cast, 7)
    jobs.arrive(NOW)
    assert Notice.objects.filter(user=cast.users["clerk"], kind="hot.grown").count() == 1
    report(cast, 8)
    jobs.arrive(NOW)
    assert Notice.objects.filter(user=cast.users["clerk"], kind="hot.grown").count() == 1
    client_as("clerk").post(f"/events/hot/{issue.pk}/watch/", {"stop": "1"})
    assert not Watch.objects.exists()


def test_a_theme_is_words_at_a_place_in_a_period(cast: Cast, client_as: ClientAs) -> None:
    an_event(cast, 3)
    report(cast, 9, "申请办理老年人优待证需要带什么材料，几点上班？")
    clerk = client_as("clerk")
    given = {"name": "施工扰民", "words": "粉尘 渣土", "node": cast.nodes["community"].pk}
    assert clerk.post("/events/themes/", given).status_code == 302
    page = clerk.get("/events/themes/施工扰民/")
    assert page.context["count"] == 3
    assert len(page.context["rows"]) == 1
    assert client_as("other_clerk").get("/events/themes/施工扰民/").status_code == 404
    assert clerk.post("/events/themes/", given).status_code == 422, "a name once"
    assert clerk.post("/events/themes/施工扰民/ending/").status_code == 302
    assert not Theme.objects.exists()


def test_the_requester_of_a_follower_reads_how_the_lead_goes(cast: Cast, actor: Actors, client_as: ClientAs) -> None:
    event, clerk = an_event(cast), client_as("clerk")
    keys = list(Membership.objects.filter(incident=event).order_by("matter").values_list("matter", flat=True))
    clerk.post(f"/events/{event.number}/confirmation/", {"matters": keys, "lead": keys[0]})
    page = clerk.get(f"/matters/{fresh(keys[1]).dossier.number}/").content.decode()
    assert f"/events/{event.number}/" in page
    screening.accept(fresh(keys[0]), by=actor("clerk"), now=NOW)
    assert holding.lead_of(keys[1]) == keys[0]
    code = tracking.tracking_code("b", fresh(keys[1]).dossier.client_ref)
    requester = Client()
    number = fresh(keys[1]).dossier.number
    requester.post(f"/m/{number}/", {"code": code})
    shown = requester.get(f"/m/{number}/")
    assert [line.title for line in shown.context["into_lines"]] == ["登记上报", "受理"]


def test_the_pages_ask_the_same_few_questions_however_much_is_hot(cast: Cast, client_as: ClientAs) -> None:
    event, clerk = an_event(cast, 3), client_as("clerk")
    issue = HotIssue.objects.get()
    pages = ("/events/", f"/events/hot/{issue.pk}/", f"/events/{event.number}/")
    few = [_asked(clerk, each) for each in pages]
    for number in range(10, 16):
        report(cast, number)
    for number in range(16, 20):
        report(cast, number, "海湾路公园的路灯全都不亮，晚上散步看不见")
    jobs.reckon(timezone.now())
    assert [_asked(clerk, each) for each in pages] == few
    assert max(few) <= 15 + 6, "six belong to the frame"


def _asked(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(path).status_code == 200
    return len(asked)
