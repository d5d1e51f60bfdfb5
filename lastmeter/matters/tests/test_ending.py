"""How a matter ends and comes back: checked on the spot, closed with its reason, "still not solved", reopened."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.clocks.models import Limit, Measure
from lastmeter.dossiers.models import Dossier
from lastmeter.grid import ground
from lastmeter.grid.models import Level
from lastmeter.matters import closing, dispatch, handling, intake, lifecycle, repeats, screening, settling
from lastmeter.matters.models import Closure, Matter, Outcome, Profile, Screening, Source
from lastmeter.matters.steps import Overtaken
from lastmeter.matters.views import proof
from tests.cast import Cast

from .test_changing_hands import fresh, given_out, kinds, told
from .test_desk import at, photo, step

ClientAs = Callable[[str], Client]
Actors = Callable[[str], Actor]
VISITOR = Actor.visitor("b")
PHONE = "19900001234"


def in_flow(cast: Cast, profile: Profile, ref: str = "f", text: str = "路口堆着建筑垃圾") -> Matter:
    report = intake.Report(
        text=text, source=Source.PHONE, client_ref=ref, node_id=cast.nodes["grid"].pk, phone=PHONE, profile=profile
    )
    [taken] = intake.take_in([report], by=VISITOR, client="b", now=timezone.now())
    assert isinstance(taken, intake.Taken)
    return fresh(Matter(pk=taken.dossier_id))


def answered(cast: Cast, actor: Actors, profile: Profile) -> Matter:
    matter, now = in_flow(cast, profile), timezone.now()
    dispatch.dispatch(matter, unit=cast.units["urban"], by=actor("clerk"), now=now)
    dispatch.sign(fresh(matter), by=actor("handler"), now=now)
    dispatch.begin(fresh(matter), by=actor("handler"), now=now)
    handling.reply(fresh(matter), text="已清运", outcome=Outcome.SOLVED, by=actor("handler"), now=now)
    return fresh(matter)


def closed(cast: Cast, actor: Actors, profile: Profile = Profile.GRID) -> Matter:
    matter = answered(cast, actor, profile)
    closing.close(matter, outcome=Outcome.SOLVED, by=actor("clerk"), now=timezone.now())
    return fresh(matter)


def prove(client: Client, matter: Matter) -> str:
    """The browser of whoever reported."""
    session = client.session
    session[proof.PROVED] = [matter.pk]
    session.save()
    return f"/m/{matter.dossier.number}/"


def test_city_management_closes_only_what_somebody_in_the_grid_has_found_to_match(
    cast: Cast, actor: Actors, client_as: ClientAs
) -> None:
    matter, worker, clerk = answered(cast, actor, Profile.CITY), client_as("worker"), client_as("clerk")
    assert told(cast, "worker", matter)[-1] == "verify_here"
    assert "请到现场核实" in worker.get("/today/").content.decode()
    assert clerk.post(at(matter, "closure"), {"outcome": "solved"}).status_code == 409
    assert worker.post(at(matter, "check"), {"found": "no"}).status_code == 422
    worker.post(at(matter, "check"), {"found": "no", "words": "还剩一半", "photos": [photo()]})
    assert step(matter) == lifecycle.HANDLING
    assert told(cast, "handler", matter)[-1] == "contradicted"
    client_as("handler").post(at(matter, "reply"), {"text": "清完了", "outcome": "solved", "anyway": "1"})
    assert client_as("handler").post(at(matter, "check"), {"found": "yes"}).status_code == 403
    worker.post(at(matter, "check"), {"found": "yes"})
    assert step(matter) == lifecycle.VERIFIED
    assert clerk.post(at(matter, "closure"), {"outcome": "solved"}).status_code == 302
    assert step(matter) == lifecycle.CLOSED


def test_nobody_confirms_on_the_spot_what_they_did_themselves(cast: Cast, actor: Actors, client_as: ClientAs) -> None:
    matter, now = in_flow(cast, Profile.CITY), timezone.now()
    dispatch.dispatch(matter, user=cast.users["worker"], by=actor("clerk"), now=now)
    dispatch.sign(fresh(matter), by=actor("worker"), now=now)
    handling.reply(fresh(matter), text="扫了", outcome=Outcome.SOLVED, by=actor("worker"), now=now)
    assert client_as("worker").post(at(matter, "check"), {"found": "yes"}).status_code == 403
    assert "请到现场核实" not in client_as("worker").get("/today/").content.decode()


def test_closed_is_not_solved_and_says_why_what_lay_behind_and_who_decided(
    cast: Cast, actor: Actors, client_as: ClientAs
) -> None:
    matter, clerk = answered(cast, actor, Profile.GRID), client_as("clerk")
    given = {"outcome": "impossible", "words": "产权不清，暂不能拆", "cause": "duty", "decided_by": "11 月 20 日联席会"}
    assert clerk.post(at(matter, "closure"), given).status_code == 422
    assert clerk.post(at(matter, "closure"), given | {"reason": "要等确权", "anyway": "1"}).status_code == 302
    closure = Closure.objects.get(matter=matter)
    assert (closure.outcome, closure.reason, closure.cause) == ("impossible", "要等确权", "duty")
    page = clerk.get(at(matter)).content.decode()
    for words in ("确不能解决", "要等确权", "职责不清", "11 月 20 日联席会"):
        assert words in page


def test_a_rating_of_not_solved_reaches_handler_and_desk_and_reopening_is_two_taps(
    cast: Cast, actor: Actors, client: Client
) -> None:
    matter = closed(cast, actor)
    there = prove(client, matter)
    client.post(f"{there}rating/", {"score": "1", "solved": "no"})
    for username in ("handler", "clerk"):
        assert told(cast, username, matter)[-1] == "not_solved"
    page = client.get(there).content.decode()
    assert "<details open><summary>还没解决，要求重办</summary>" in page
    assert client.post(f"{there}reopening/").status_code == 302
    assert step(matter) == lifecycle.FILED
    for username in ("handler", "clerk"):
        assert told(cast, username, matter)[-1] == "reopened"


def test_after_the_window_it_can_still_be_said_and_is_heard_once_a_day(
    cast: Cast, actor: Actors, client: Client
) -> None:
    matter = closed(cast, actor)
    assert matter.reopen_until is not None
    Matter.objects.filter(pk=matter.pk).update(reopen_until=timezone.now() - timedelta(minutes=1))
    there = prove(client, matter)
    assert "要求重办" not in client.get(there).content.decode()
    assert client.post(f"{there}complaint/", {"words": "又堆上了"}).status_code == 302
    assert step(matter) == lifecycle.CLOSED
    for username in ("handler", "clerk"):
        assert told(cast, username, matter)[-1] == "still_there"
    assert client.post(f"{there}complaint/").status_code == 409
    assert client.post(f"{there}reopening/").status_code == 409


def test_the_window_counts_from_each_closing(cast: Cast, actor: Actors) -> None:
    matter, later = closed(cast, actor), timezone.now() + timedelta(days=10)
    closing.reopen(matter, by=VISITOR, now=later)
    dispatch.dispatch(fresh(matter), unit=cast.units["urban"], by=actor("clerk"), now=later)
    dispatch.sign(fresh(matter), by=actor("handler"), now=later)
    handling.reply(fresh(matter), text="再清", outcome=Outcome.SOLVED, by=actor("handler"), now=later)
    closing.close(fresh(matter), outcome=Outcome.SOLVED, by=actor("clerk"), now=later)
    assert fresh(matter).reopen_until == later + timedelta(days=15)
    with pytest.raises(Overtaken, match="已过重开期限"):
        closing.reopen(fresh(matter), by=VISITOR, now=later + timedelta(days=16))


def test_who_reopens_again_and_again_is_heard_one_level_up(cast: Cast, actor: Actors) -> None:
    matter, now = closed(cast, actor), timezone.now()
    Matter.objects.filter(pk=matter.pk).update(desk_level=Level.COMMUNITY)
    closing.reopen(fresh(matter), by=VISITOR, now=now)
    assert fresh(matter).desk_level == Level.COMMUNITY
    for act in (
        lambda m: dispatch.take(m, by=actor("worker"), now=now),
        lambda m: settling.settle(m, result="再清", by=actor("worker"), now=now),
        lambda m: closing.reopen(m, by=VISITOR, now=now),
    ):
        act(fresh(matter))
    assert fresh(matter).desk_level == Level.TOWN
    assert "reopened_again" in kinds(matter)
    assert "reopened_again" in told(cast, "dispatcher", matter)


def test_the_desk_reopens_for_somebody_who_says_so_on_the_phone(cast: Cast, actor: Actors, client_as: ClientAs) -> None:
    matter, clerk = closed(cast, actor), client_as("clerk")
    clerk.post(at(matter, "revisit"), {"how": "unsolved", "words": "说还在堆"})
    assert told(cast, "handler", matter)[-1] == "not_solved"
    assert clerk.post(at(matter, "reopening"), {"reason": "电话里说还在堆"}).status_code == 302
    assert step(matter) == lifecycle.FILED


def test_what_was_settled_on_the_spot_takes_the_whole_flow_when_it_is_reopened(cast: Cast, actor: Actors) -> None:
    matter, now = in_flow(cast, Profile.SELF), timezone.now()
    settling.settle(matter, result="清了", by=actor("worker"), now=now)
    assert fresh(matter).profile == Profile.SELF
    closing.reopen(fresh(matter), by=VISITOR, now=now)
    assert fresh(matter).profile == Profile.GRID
    dispatch.dispatch(fresh(matter), unit=cast.units["urban"], by=actor("clerk"), now=now)


def test_the_hotline_archives_after_a_revisit_or_three_calls_that_nobody_took(
    cast: Cast, actor: Actors, client_as: ClientAs
) -> None:
    matter, clerk = closed(cast, actor, Profile.HOTLINE), client_as("clerk")
    refused = clerk.post(at(matter, "archiving"))
    assert refused.status_code == 409
    assert "要先回访" in refused.content.decode()
    for _ in range(3):
        clerk.post(at(matter, "revisit"), {"how": "missed"})
    assert clerk.post(at(matter, "archiving")).status_code == 302


def test_the_first_receiver_of_a_hotline_matter_stands_on_its_page(
    cast: Cast, actor: Actors, client_as: ClientAs
) -> None:
    matter = answered(cast, actor, Profile.HOTLINE)
    assert "首接单位" in client_as("clerk").get(at(matter)).content.decode()


def test_a_repetition_is_told_how_it_goes_and_opens_no_second_case(
    cast: Cast, actor: Actors, client_as: ClientAs, client: Client
) -> None:
    first = given_out(cast, actor)
    again = in_flow(cast, Profile.GRID, text="6 栋楼下夜市凌晨又放音响，孩子睡不着")
    page = client_as("clerk").get(at(again)).content.decode()
    assert "同一个人以前反映过" in page
    assert client_as("clerk").post(at(again, "repetition"), {"into": first.dossier.number}).status_code == 302
    assert step(again) == lifecycle.REPEATED
    assert Screening.objects.get(matter=again).verdict == "repeat"
    there = prove(client, again)
    assert "正在" in client.get(there).content.decode()
    assert told(cast, "handler", first)[-1] == "asked_again"
    assert Dossier.objects.get(pk=again.pk).due_at is None


def test_a_repetition_of_something_closed_is_told_how_it_ended(cast: Cast, actor: Actors, client: Client) -> None:
    first, again = closed(cast, actor), in_flow(cast, Profile.GRID, ref="g")
    repeats.repeat(again, of=first, by=actor("clerk"), now=timezone.now())
    assert "办结（已解决）：已清运" in client.get(prove(client, again)).content.decode()


def test_somebody_elses_matter_in_another_community_is_no_repetition_to_see(cast: Cast, actor: Actors) -> None:
    in_flow(cast, Profile.GRID, ref="one")
    again = in_flow(cast, Profile.GRID, ref="two")
    now = timezone.now()
    assert len(repeats.earlier(again, by=actor("clerk"), now=now)) == 1
    assert repeats.earlier(again, by=actor("other_clerk"), now=now) == []


def test_an_emergency_is_handed_over_at_once_and_stays_ours_with_short_limits(
    cast: Cast, actor: Actors, client_as: ClientAs
) -> None:
    matter = in_flow(cast, Profile.GRID, text="楼下电动车起火冒烟")
    page = client_as("worker").get(at(matter)).content.decode()
    assert "可能是紧急情况" in page
    before = fresh(matter).dossier.due_at
    assert client_as("worker").post(at(matter, "alarm"), {"called": "119"}).status_code == 302
    after = fresh(matter)
    assert (after.urgency, after.dossier.step) == ("emergency", lifecycle.FILED)
    assert after.dossier.due_at is not None
    assert before is not None
    assert after.dossier.due_at < before
    assert told(cast, "clerk", matter)[-1] == "handed_to_emergency"


def test_a_rejection_names_its_ground(cast: Cast, client_as: ClientAs, client: Client) -> None:
    matter = in_flow(cast, Profile.GRID)
    assert client_as("clerk").post(at(matter, "rejection"), {"reason": "x"}).status_code == 422
    client_as("clerk").post(at(matter, "rejection"), {"ground": "unlawful", "reason": "不能帮您拆别人的门"})
    assert "违背公序良俗。不能帮您拆别人的门" in client.get(prove(client, matter)).content.decode()


def test_accepting_and_dispatching_count_the_promises_by_the_right_category(cast: Cast, actor: Actors) -> None:
    noise = cast.category("env-noise")
    Limit.objects.create(
        node=cast.nodes["city"], kind="fix", category=noise.pk, amount=1, measure=Measure.NATURAL_HOURS,
        valid_from="2025-01-01",
    )  # fmt: skip
    ground.bump()
    matter = in_flow(cast, Profile.GRID)
    screening.accept(matter, category=noise, by=actor("clerk"), now=timezone.now())
    assert fresh(matter).dossier.due_at == matter.found_at + timedelta(hours=1)
