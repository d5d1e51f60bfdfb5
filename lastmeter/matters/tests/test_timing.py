"""Pauses, extensions, the ledger, supervision and urging: through their pages, with every date worked by hand."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.clocks import sweep
from lastmeter.clocks.deadlines import NotNow
from lastmeter.clocks.models import Bound, Deadline, Demand, Extension, Hold, Pause, Suspension
from lastmeter.clocks.suspending import Explanation
from lastmeter.dossiers.models import Event
from lastmeter.grid import ground
from lastmeter.kit.zhtime import CHINA
from lastmeter.matters import closing, dispatch, handling, intake, policy, screening, tracking
from lastmeter.matters.models import Matter, Outcome, Source, Urgency
from lastmeter.matters.reassigning import corrections
from lastmeter.matters.timing import extending, pausing, pressing, suspending
from lastmeter.notices.models import Notice
from tests.cast import Cast

ClientAs = Callable[[str], Client]
Actors = Callable[[str], Actor]
# Wednesday 25 November 2026, ten in the morning in China: five working days later is Wednesday 2 December.
NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)
DAY = timedelta(days=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def take(cast: Cast, ref: str = "a", now: datetime = NOW) -> Matter:
    given = intake.Report(text="路灯不亮", source=Source.WEB, client_ref=ref, node_id=cast.nodes["grid"].pk)
    [taken] = intake.take_in([given], by=Actor.visitor("b"), client="b", now=now)
    assert isinstance(taken, intake.Taken)
    return fresh(taken.dossier_id)


def fresh(matter: Matter | int) -> Matter:
    key = matter if isinstance(matter, int) else matter.pk
    return Matter.objects.select_related("dossier").get(pk=key)


def given_to_unit(cast: Cast, actor: Actors, ref: str = "a") -> Matter:
    matter = take(cast, ref)
    dispatch.dispatch(matter, unit=cast.units["urban"], by=actor("clerk"), now=NOW)
    return fresh(matter)


def fix(matter: Matter) -> Deadline:
    return Deadline.objects.get(dossier=matter.pk, kind="fix")


def stories(matter: Matter, kind: str) -> list[str]:
    events = Event.objects.filter(dossier=matter.pk, kind=f"matter.{kind}").select_related("words").order_by("pk")
    return [each.words.text if hasattr(each, "words") else "" for each in events]


def told(cast: Cast, username: str, kind: str) -> int:
    return Notice.objects.filter(user=cast.users[username], kind=f"matter.{kind}").count()


def explanation(**values: object) -> Explanation:
    usual: dict[str, object] = {
        "reason": Suspension.Reason.FUNDING,
        "words": "改造资金列入明年预算。",
        "responsible": "城管执法队",
        "next_step": "明年一季度开工。",
        "condition": "资金下达。",
        "review_on": at("2026-12-31 00:00").date(),
    }
    return Explanation(**(usual | values))  # type: ignore[arg-type]


# --- pauses


def test_a_pause_lets_the_fix_clock_wait_and_it_goes_on_by_itself(cast: Cast, actor: Actors) -> None:
    matter = take(cast)
    assert fix(matter).due_at == at("2026-12-02 18:00")
    pausing.pause(matter, reason=Pause.Reason.REQUESTER, until=at("2026-12-03 18:00"), by=actor("clerk"), now=NOW + DAY)
    # Thursday 26 November was used up; of 27, 30 November, 1 and 2 December none was: four days after 3 December.
    assert fix(matter).due_at == at("2026-12-09 18:00")
    assert fresh(matter).dossier.due_at == at("2026-11-26 10:00")  # the answer clock still runs
    sweep.sweep(at("2026-12-03 17:59"))
    assert fix(matter).held_at is not None
    sweep.sweep(at("2026-12-04 09:00"))
    assert fix(matter).held_at is None
    assert fix(matter).due_at == at("2026-12-09 18:00")
    assert Pause.objects.get(dossier=matter.pk).ended_at == at("2026-12-03 18:00")
    assert len(stories(matter, "resumed")) == 1
    assert sweep.sweep(at("2026-12-04 09:00")) == 0


def test_going_on_earlier_brings_the_date_back(cast: Cast, actor: Actors) -> None:
    matter = take(cast)
    paused = pausing.pause(
        matter, reason=Pause.Reason.REQUESTER, until=at("2026-12-03 18:00"), by=actor("clerk"), now=NOW + DAY
    )
    pausing.resume(matter, paused, by=actor("clerk"), now=at("2026-11-30 11:00"))
    # Stopped on Thursday 26, goes on Monday 30: Friday and Monday are not counted.
    assert fix(matter).due_at == at("2026-12-04 18:00")
    with pytest.raises(NotNow):
        pausing.resume(matter, paused, by=actor("clerk"), now=at("2026-11-30 11:00"))


def test_a_paused_clock_neither_warns_nor_falls_nor_climbs(cast: Cast, actor: Actors) -> None:
    matter = take(cast)
    pausing.pause(matter, reason=Pause.Reason.PROCEDURE, until=at("2027-01-20 18:00"), by=actor("clerk"), now=NOW)
    Deadline.objects.filter(dossier=matter.pk, kind="answer").update(ended_at=NOW, state="met")
    assert sweep.sweep(at("2027-01-20 17:00")) == 0
    assert sweep.sweep(at("2027-01-20 18:00")) == 1  # it goes on, and nothing else happens


def test_a_pause_has_its_bounds_as_rows(cast: Cast, actor: Actors) -> None:
    matter = take(cast)
    with pytest.raises(NotNow, match="15"):
        pausing.pause(matter, reason=Pause.Reason.REQUESTER, until=NOW + 16 * DAY, by=actor("clerk"), now=NOW)
    Bound.objects.filter(what="pauses").update(amount=1)
    ground.bump()
    paused = pausing.pause(matter, reason=Pause.Reason.REQUESTER, until=NOW + DAY, by=actor("clerk"), now=NOW)
    pausing.resume(matter, paused, by=actor("clerk"), now=NOW)
    with pytest.raises(NotNow, match="1 次"):
        pausing.pause(matter, reason=Pause.Reason.REQUESTER, until=NOW + DAY, by=actor("clerk"), now=NOW)


def test_only_the_desk_pauses_and_not_what_is_overdue(cast: Cast, actor: Actors) -> None:
    matter = given_to_unit(cast, actor)
    with pytest.raises(policy.NotAllowed):
        pausing.pause(matter, reason=Pause.Reason.REQUESTER, until=NOW + DAY, by=actor("handler"), now=NOW)
    late = at("2026-12-02 18:00")
    with pytest.raises(NotNow):
        pausing.pause(matter, reason=Pause.Reason.REQUESTER, until=late + DAY, by=actor("clerk"), now=late)


def test_the_requester_reads_why_it_waits_and_until_when(cast: Cast, client_as: ClientAs) -> None:
    matter = take(cast, now=timezone.now())
    until = timezone.localdate() + 7 * DAY
    answer = client_as("clerk").post(
        f"/matters/{matter.dossier.number}/pause/",
        {"reason": "requester", "until": until.isoformat(), "words": "等照片"},
    )
    assert answer.status_code == 302
    page = progress_page(cast, matter)
    assert "等诉求人补充材料或配合" in page
    assert "等照片" in page
    assert f"{until.day}日" in page


def progress_page(cast: Cast, matter: Matter) -> str:
    return holder(matter).get(f"/m/{matter.dossier.number}/").content.decode()


def holder(matter: Matter) -> Client:
    """A browser that has proved the matter."""
    client = Client()
    session = client.session
    session["proved"] = [matter.pk]
    session.save()
    client.post(f"/m/{matter.dossier.number}/", {"code": tracking.tracking_code("b", "a")})
    return client


def test_a_corrected_urgency_keeps_what_stood_still(cast: Cast, actor: Actors) -> None:
    matter = given_to_unit(cast, actor)
    pausing.pause(matter, reason=Pause.Reason.REQUESTER, until=at("2026-12-03 18:00"), by=actor("clerk"), now=NOW + DAY)
    corrections.correct(fresh(matter), urgency=Urgency.URGENT, by=actor("clerk"), now=NOW + DAY)
    # Two working days are up on 27 November; of 27, 30 November, 1, 2 and 3 December none was counted.
    assert fix(matter).due_at == at("2026-12-04 18:00")
    assert fix(matter).held_at is not None


# --- extensions


def test_an_extension_is_asked_by_the_handler_and_decided_by_the_desk(cast: Cast, actor: Actors) -> None:
    matter = given_to_unit(cast, actor)
    asked = extending.ask(matter, amount=3, reason="等配件", by=actor("handler"), now=NOW + DAY)
    assert told(cast, "clerk", "extension_asked") == 1
    assert fix(matter).due_at == at("2026-12-02 18:00")
    extending.decide(matter, asked, approve=True, words="抓紧", by=actor("clerk"), now=NOW + 2 * DAY)
    assert fix(matter).due_at == at("2026-12-07 18:00")  # 3, 4 and 7 December
    assert "2026年12月7日" in stories(matter, "extended")[0]
    assert stories(matter, "decided") == ["抓紧"]
    assert not Event.objects.filter(kind="matter.decided", public=True).exists()
    assert told(cast, "handler", "extension_decided") == 1
    with pytest.raises(NotNow):
        extending.decide(matter, asked, approve=False, words="不", by=actor("clerk"), now=NOW + 2 * DAY)


def test_nobody_decides_what_their_own_desk_asked_for(cast: Cast, actor: Actors) -> None:
    matter = take(cast)
    asked = extending.ask(matter, amount=3, reason="等配件", by=actor("clerk"), now=NOW)
    assert told(cast, "dispatcher", "extension_asked") == 1
    for username in ("clerk", "secretary", "handler"):
        with pytest.raises(policy.NotAllowed):
            extending.decide(matter, asked, approve=True, by=actor(username), now=NOW)
    extending.decide(matter, asked, approve=True, by=actor("dispatcher"), now=NOW)
    assert fix(matter).due_at == at("2026-12-07 18:00")


def test_it_is_asked_before_the_deadline_once_at_a_time_and_within_its_cap(cast: Cast, actor: Actors) -> None:
    matter = given_to_unit(cast, actor)
    handler = actor("handler")
    with pytest.raises(NotNow, match="到期之前"):
        extending.ask(matter, amount=1, reason="忙", by=handler, now=at("2026-12-02 18:00"))
    with pytest.raises(NotNow, match="5"):
        extending.ask(matter, amount=6, reason="忙", by=handler, now=NOW)
    asked = extending.ask(matter, amount=5, reason="等配件", by=handler, now=NOW)
    with pytest.raises(NotNow, match="正在等批复"):
        extending.ask(matter, amount=5, reason="等配件", by=handler, now=NOW)
    extending.decide(matter, asked, approve=True, by=actor("clerk"), now=NOW)
    with pytest.raises(NotNow, match="延过 1 次"):
        extending.ask(matter, amount=1, reason="还差一点", by=handler, now=NOW)


def test_one_that_is_approved_after_the_date_was_asked_in_time_and_stands(cast: Cast, actor: Actors) -> None:
    matter = given_to_unit(cast, actor)
    asked = extending.ask(matter, amount=2, reason="等配件", by=actor("handler"), now=at("2026-12-02 17:00"))
    sweep.sweep(at("2026-12-03 09:00"))
    assert fix(matter).overdue_at is not None
    extending.decide(matter, asked, approve=True, by=actor("clerk"), now=at("2026-12-03 09:30"))
    deadline = fix(matter)
    assert (deadline.due_at, deadline.overdue_at, deadline.rung) == (at("2026-12-04 18:00"), None, 0)
    sweep.sweep(at("2026-12-04 18:00"))
    assert fix(matter).overdue_at == at("2026-12-04 18:00")


def test_a_refusal_says_why_and_leaves_the_date(cast: Cast, client_as: ClientAs, actor: Actors) -> None:
    matter = given_to_unit(cast, actor)
    fix_at = timezone.now() + 3 * DAY
    Deadline.objects.filter(dossier=matter.pk, kind="fix").update(due_at=fix_at)
    extending.ask(matter, amount=2, reason="等配件", by=actor("handler"), now=timezone.now())
    there = f"/matters/{matter.dossier.number}/extension/decision/"
    assert client_as("clerk").post(there, {"verdict": "refuse"}).status_code == 422
    assert client_as("worker").post(there, {"verdict": "refuse", "words": "不"}).status_code == 403
    assert client_as("clerk").post(there, {"verdict": "refuse", "words": "人手够"}).status_code == 302
    assert stories(matter, "extension_refused") == ["人手够"]
    assert Extension.objects.get().state == "refused"


# --- the ledger


def test_the_ledger_stops_the_clocks_until_it_is_lifted_and_they_go_on_with_their_remainder(
    cast: Cast, actor: Actors
) -> None:
    matter = given_to_unit(cast, actor)
    asked = suspending.ask(matter, explanation(), by=actor("handler"), now=NOW + DAY)
    assert told(cast, "clerk", "suspend_asked") == 1
    suspending.decide(matter, asked, approve=True, by=actor("clerk"), now=NOW + DAY)
    assert Hold.objects.filter(suspension=asked, ended_at=None).count() == 2  # answer and fix
    assert fresh(matter).dossier.due_at == at("2026-12-31 18:00")  # the day of the review
    assert "明年一季度开工" in stories(matter, "suspended")[0]
    assert sweep.sweep(at("2026-12-23 18:00")) == 1  # the review turns yellow, and nothing else
    assert told(cast, "clerk", "due_soon_review") == 1
    suspending.lift(fresh(matter), asked, words="资金已下达", by=actor("clerk"), now=at("2026-12-28 09:00"))
    # Stopped on Thursday 26 November with 27, 30, 1 and 2 December to go: 29, 30, 31 December and 4 January
    # (1 January is a holiday; 2027 has no notice yet, so the weekend of 2 and 3 January is a weekend).
    assert fix(matter).due_at == at("2027-01-04 18:00")
    assert Deadline.objects.get(dossier=matter.pk, kind="review").state == "met"


def test_a_review_rings_on_its_day_climbs_and_is_set_again(cast: Cast, actor: Actors) -> None:
    matter = given_to_unit(cast, actor)
    asked = suspending.ask(matter, explanation(), by=actor("handler"), now=NOW)
    suspending.decide(matter, asked, approve=True, by=actor("clerk"), now=NOW)
    sweep.sweep(at("2026-12-31 18:00"))
    assert len(stories(matter, "overdue_review")) == 1
    assert told(cast, "clerk", "overdue_review") == 1
    sweep.sweep(at("2027-01-04 18:00"))
    assert stories(matter, "escalated") == ["第 1 级，报到镇（街道）"]
    assert fix(matter).overdue_at is None  # what stands in the problem bank does not fall due
    running = Suspension.objects.get()
    next_on = at("2027-02-26 00:00").date()
    suspending.review(
        fresh(matter), running, next_on=next_on, next_step="三月招标。", by=actor("clerk"), now=at("2027-01-05 09:00")
    )
    assert fresh(matter).dossier.due_at == at("2027-02-26 18:00")
    assert sweep.sweep(at("2027-01-06 09:00")) == 0


def test_what_is_overdue_climbs_no_further_on_the_ledger_and_goes_on_climbing_afterwards(
    cast: Cast, actor: Actors
) -> None:
    matter = given_to_unit(cast, actor)
    sweep.sweep(at("2026-12-03 18:00"))
    assert len(stories(matter, "escalated")) == 1
    asked = suspending.ask(matter, explanation(), by=actor("handler"), now=at("2026-12-04 09:00"))
    suspending.decide(matter, asked, approve=True, by=actor("clerk"), now=at("2026-12-04 09:00"))
    assert fresh(matter).dossier.due_at == at("2026-12-31 18:00")
    sweep.sweep(at("2026-12-10 18:00"))
    assert len(stories(matter, "escalated")) == 1
    suspending.lift(fresh(matter), asked, words="可以办了", by=actor("clerk"), now=at("2026-12-11 09:00"))
    # The second step was to come on Monday 7 December; the clock stood still from Friday 4 to Friday 11: five days.
    assert fix(matter).next_rung_at == at("2026-12-14 18:00")
    assert fix(matter).due_at == at("2026-12-02 18:00")


def test_a_pause_gives_way_to_the_ledger(cast: Cast, actor: Actors) -> None:
    matter = given_to_unit(cast, actor)
    pausing.pause(matter, reason=Pause.Reason.OPINION, until=NOW + 5 * DAY, by=actor("clerk"), now=NOW)
    asked = suspending.ask(matter, explanation(), by=actor("handler"), now=NOW + DAY)
    suspending.decide(matter, asked, approve=True, by=actor("clerk"), now=NOW + 2 * DAY)
    assert not Pause.objects.filter(ended_at=None).exists()
    assert sweep.sweep(NOW + 6 * DAY) == 0
    suspending.lift(fresh(matter), asked, words="可以办了", by=actor("clerk"), now=at("2026-12-04 09:00"))
    # It stood still from Wednesday 25 November (the first day) on: five working days after Friday 4 December.
    assert fix(matter).due_at == at("2026-12-11 18:00")


def test_the_ledger_is_explained_in_writing_through_its_page(cast: Cast, client_as: ClientAs, actor: Actors) -> None:
    matter = given_to_unit(cast, actor)
    there = f"/matters/{matter.dossier.number}/suspension/"
    given = {
        "reason": "season",
        "words": "雨季不能开挖。",
        "responsible": "城管执法队",
        "next_step": "雨季后开工。",
        "condition": "雨季结束。",
        "review_on": (timezone.localdate() + 30 * DAY).isoformat(),
    }
    assert client_as("handler").post(there, given | {"words": ""}).status_code == 422
    assert client_as("handler").post(there, given).status_code == 302
    page = client_as("clerk").get(f"/matters/{matter.dossier.number}/")
    assert page.context["offers"][0].door.act == "decide_suspension"
    client_as("clerk").post(f"{there}decision/", {"verdict": "approve"})
    assert Suspension.objects.get().state == "on_ledger"
    assert Suspension.objects.get().unit == cast.units["urban"]
    shown = progress_page(cast, matter)
    assert "雨季后开工" in shown
    assert "雨季不能开挖" not in shown  # the written explanation is the staff's
    too_far = {"next_on": (timezone.localdate() + 400 * DAY).isoformat(), "next_step": "等"}
    assert client_as("clerk").post(f"{there}review/", too_far).status_code == 409
    assert client_as("clerk").post(f"{there}lifting/", {"words": "雨停了"}).status_code == 302
    assert Suspension.objects.get().state == "lifted"


# --- pressing


def test_a_post_above_supervises_and_the_handler_answers_in_time(cast: Cast, actor: Actors) -> None:
    matter = given_to_unit(cast, actor)
    with pytest.raises(policy.NotAllowed):
        pressing.supervise(matter, words="速办", by=actor("handler"), now=NOW)
    pressing.supervise(matter, words="三天内报进展", by=actor("dispatcher"), now=NOW)
    with pytest.raises(NotNow):
        pressing.supervise(matter, words="再催", by=actor("dispatcher"), now=NOW)
    assert told(cast, "handler", "supervised") == 1
    deadline = Deadline.objects.get(dossier=matter.pk, kind="supervise")
    assert deadline.due_at == at("2026-11-30 18:00")  # three working days: 26, 27, 30
    with pytest.raises(policy.NotAllowed):
        pressing.respond(matter, words="在办", by=actor("other_handler"), now=NOW)
    pressing.respond(matter, words="明天进场", by=actor("handler"), now=NOW + DAY)
    assert Deadline.objects.get(pk=deadline.pk).state == "met"
    assert told(cast, "dispatcher", "pressed_answered") == 1


def test_a_supervision_that_nobody_answers_rings_and_climbs(cast: Cast, actor: Actors) -> None:
    matter = given_to_unit(cast, actor)
    pressing.supervise(matter, words="三天内报进展", by=actor("dispatcher"), now=NOW)
    sweep.sweep(at("2026-12-01 18:00"))
    assert len(stories(matter, "overdue_supervise")) == 1
    assert stories(matter, "escalated") == ["第 1 级，报到镇（街道）"]


def test_the_requester_urges_once_in_so_many_days(cast: Cast, actor: Actors) -> None:
    matter = given_to_unit(cast, actor)
    browser = holder(matter)
    there = f"/m/{matter.dossier.number}/urging/"
    assert browser.post(there, {"words": "三天没人来"}).status_code == 302
    assert told(cast, "handler", "urged") == 1
    assert browser.post(there, {"words": "还没来"}).status_code == 409
    handling_act = Demand.objects.get()
    assert handling_act.by_requester
    dispatch.begin(matter, by=actor("handler"), now=timezone.now())
    handling.reply(fresh(matter), text="已修好", outcome=Outcome.SOLVED, by=actor("handler"), now=timezone.now())
    assert Demand.objects.get().answer == "已修好"
    assert browser.post(there, {"words": "又坏了"}).status_code == 409  # answered, but three days are not over


def test_when_a_matter_ends_everything_on_its_clocks_ends(cast: Cast, actor: Actors) -> None:
    matter = take(cast)
    pausing.pause(matter, reason=Pause.Reason.REQUESTER, until=NOW + 5 * DAY, by=actor("clerk"), now=NOW)
    pressing.supervise(matter, words="报进展", by=actor("dispatcher"), now=NOW)
    extending.ask(matter, amount=1, reason="等材料", by=actor("clerk"), now=NOW)
    suspending.ask(matter, explanation(), by=actor("clerk"), now=NOW)
    screening.reject(matter, reason="不是本地的事", by=actor("clerk"), now=NOW + DAY)
    assert not Hold.objects.filter(ended_at=None).exists()
    assert not Pause.objects.filter(ended_at=None).exists()
    assert not Demand.objects.filter(ended_at=None).exists()
    assert not Deadline.objects.filter(dossier=matter.pk, ended_at=None).exists()
    assert Extension.objects.get().state == Suspension.objects.get().state == "lapsed"
    with pytest.raises(NotNow, match="已经结束"):
        suspending.ask(matter, explanation(), by=actor("clerk"), now=NOW + DAY)
    assert sweep.sweep(NOW + 60 * DAY) == 0


def test_how_a_date_was_moved_is_explained(cast: Cast, actor: Actors, client_as: ClientAs) -> None:
    matter = given_to_unit(cast, actor)
    pausing.pause(matter, reason=Pause.Reason.REQUESTER, until=at("2026-12-03 18:00"), by=actor("clerk"), now=NOW + DAY)
    asked = extending.ask(matter, amount=2, reason="等配件", by=actor("handler"), now=NOW + DAY)
    extending.decide(matter, asked, approve=True, by=actor("clerk"), now=NOW + DAY)
    page = client_as("clerk").get(f"/matters/{matter.dossier.number}/").content.decode()
    assert "起停计（等诉求人补充材料或配合）" in page
    assert "批准延长 2 个工作日" in page
    assert page.count("暂停计时</li>") == 5  # 27, 30 November, 1, 2, 3 December


def test_the_page_of_a_matter_asks_little_however_much_stands_on_its_clocks(
    cast: Cast, actor: Actors, client_as: ClientAs
) -> None:
    matter = given_to_unit(cast, actor)
    clerk = client_as("clerk")

    def queries() -> int:
        ground.look_again()  # else it depends on the second whether the stamp is read
        with CaptureQueriesContext(connection) as captured:
            assert clerk.get(f"/matters/{matter.dossier.number}/", headers={"HX-Request": "true"}).status_code == 200
        return len(captured)

    queries()
    plain = queries()
    pausing.pause(matter, reason=Pause.Reason.REQUESTER, until=NOW + 5 * DAY, by=actor("clerk"), now=NOW)
    pressing.supervise(matter, words="报进展", by=actor("dispatcher"), now=NOW)
    queries()  # learns what the process keeps
    assert queries() <= plain + 3


def test_a_closed_matter_needs_no_clock(cast: Cast, actor: Actors) -> None:
    matter = given_to_unit(cast, actor)
    dispatch.begin(matter, by=actor("handler"), now=NOW)
    handling.reply(matter, text="好了", outcome=Outcome.SOLVED, by=actor("handler"), now=NOW)
    closing.close(matter, outcome=Outcome.SOLVED, by=actor("clerk"), now=NOW)
    assert fresh(matter).dossier.due_at is None
