"""吹哨报到 from the doorstep to the rating: several units, one matter, each with its own deadline and sign-off."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.clocks import sweep
from lastmeter.clocks.models import Deadline
from lastmeter.dossiers.models import Attachment, Event
from lastmeter.grid.models import Post, Role, Tenure
from lastmeter.grid.staff import handovers
from lastmeter.matters import closing, dispatch, handling
from lastmeter.matters.models import (
    Attendance,
    Called,
    Decision,
    Matter,
    Outcome,
    Rank,
    UnitRating,
    Whistle,
    WhistleStep,
)
from lastmeter.matters.steps import Overtaken
from lastmeter.matters.tests.test_desk import at, photo, step
from lastmeter.matters.whistles import blowing, reading
from lastmeter.notices.models import Notice
from tests.cast import Cast
from tests.test_seams import a_matter

ClientAs = Callable[[str], Client]
Actors = Callable[[str], Actor]
OF_UNIT = ("report_in", "arrive", "whistle")


def there(whistle: Whistle, noun: str = "", pk: int | None = None) -> str:
    """The address of a whistle, of one of its acts, or of an act of one of its units."""
    part = "" if not noun else f"{noun}/" if pk is None else f"units/{pk}/{noun}/"
    return f"/whistles/{whistle.number}/{part}"


def blown(cast: Cast, client_as: ClientAs, who: str = "clerk", **more: object) -> Whistle:
    """A whistle that somebody has blown from the page of a matter, to both units."""
    matter = a_matter(cast)
    given = {
        "colour": "blue",
        "request": "三家一起去看油烟",
        "tried": ["persuaded"],
        "units": [cast.units["urban"].pk, cast.units["market"].pk],
        "client_ref": "w1",
        **more,
    }
    answer = client_as(who).post(at(matter, "whistle"), given)
    assert answer.status_code == 302, answer.content.decode()[:400]
    return Whistle.objects.get(matter=matter)


def routed(cast: Cast, client_as: ClientAs) -> Whistle:
    """A whistle that the community blew, its secretary approved, and the street routed."""
    whistle = blown(cast, client_as)
    assert client_as("secretary").post(there(whistle, "approval")).status_code == 302
    given = {"lead": cast.units["urban"].pk, "assists": [cast.units["market"].pk]}
    assert client_as("dispatcher").post(there(whistle, "routing"), given).status_code == 302
    whistle.refresh_from_db()
    return whistle


def leg(whistle: Whistle, cast: Cast, unit: str) -> Called:
    return Called.objects.get(whistle=whistle, unit=cast.units[unit])


def told(cast: Cast, username: str) -> list[str]:
    rows = Notice.objects.filter(user=cast.users[username], kind__startswith="matter.whistle_").order_by("pk")
    return [each.removeprefix("matter.whistle_") for each in rows.values_list("kind", flat=True)]


def clocks(whistle: Whistle, unit: str = "") -> dict[str, str]:
    rows = Deadline.objects.filter(dossier=whistle.matter_id).exclude(leg="")
    return {f"{each.kind} {each.unit.name if each.unit else ''}".strip(): each.state for each in rows.order_by("pk")}


def test_a_whistle_goes_from_the_community_to_two_units_and_back(cast: Cast, client_as: ClientAs) -> None:
    clerk, handler, market = client_as("clerk"), client_as("handler"), client_as("other_handler")
    whistle = blown(cast, client_as)
    assert (whistle.step, whistle.tier, whistle.rank) == (WhistleStep.ASKED, "community", Rank.SECTION)
    assert whistle.attempts == "上门劝说过"
    assert told(cast, "secretary") == ["asked"]
    assert handler.get(there(whistle)).status_code == 404, "nobody is called yet"
    assert client_as("secretary").post(there(whistle, "approval")).status_code == 302
    assert told(cast, "dispatcher") == ["to_route"]
    given = {"lead": cast.units["urban"].pk, "assists": [cast.units["market"].pk]}
    assert client_as("dispatcher").post(there(whistle, "routing"), given).status_code == 302
    assert told(cast, "handler") == ["called"]
    assert handler.get(at(whistle.matter)).status_code == 200, "who is called sees the matter"
    assert clocks(whistle) == {
        "approve": "met",
        "route": "met",
        **{f"{kind} {unit}": "running" for unit in ("城管执法队", "市场监管所") for kind in OF_UNIT},
    }
    urban, other = leg(whistle, cast, "urban"), leg(whistle, cast, "market")
    assert handler.post(there(whistle, "arrival", urban.pk), {"client_ref": "a"}).status_code == 302
    assert market.post(there(whistle, "signature", other.pk)).status_code == 302
    assert market.post(there(whistle, "result", other.pk), {"measures": "责令整改"}).status_code == 409, "never there"
    assert market.post(there(whistle, "arrival", other.pk), {"client_ref": "b"}).status_code == 302
    assert handler.post(there(whistle, "result", urban.pk), {"measures": "立案查处"}).status_code == 302
    assert handler.post(there(whistle, "completion"), {"result": "办好了"}).status_code == 409, "one is still at work"
    assert market.post(there(whistle, "result", other.pk), {"measures": "责令整改"}).status_code == 302
    assert told(cast, "clerk")[-1] == "all_done"
    assert handler.post(there(whistle, "completion"), {"result": "油烟净化器已装"}).status_code == 302
    marks = {f"{name}{each.pk}": 5 for each in (urban, other) for name in ("report_in", "handling", "result")} | {
        f"solved{urban.pk}": "on",
        f"solved{other.pk}": "on",
        f"words{other.pk}": "来得快",
    }
    assert clerk.post(there(whistle, "rating"), marks).status_code == 302
    whistle.refresh_from_db()
    assert (whistle.step, whistle.open_legs) == (WhistleStep.CLOSED, 0)
    assert set(clocks(whistle).values()) == {"met"}
    assert handler.get(at(whistle.matter)).status_code == 404, "taking part in the matter ends with the whistle"
    assert handler.get(there(whistle)).status_code == 200, "what was said of them stays readable"
    assert market.post(there(whistle, "answer", other.pk), {"words": "谢谢"}).status_code == 302
    assert market.post(there(whistle, "answer", other.pk), {"words": "再说"}).status_code == 409
    assert UnitRating.objects.get(called=other).answer == "谢谢"


def test_a_cadre_signs_in_and_out_with_two_taps_on_the_phone(cast: Cast, client_as: ClientAs) -> None:
    whistle, phone = routed(cast, client_as), client_as("handler")
    urban = leg(whistle, cast, "urban")
    home = phone.get("/field/").content.decode()
    assert f'action="{there(whistle, "arrival", urban.pk)}"' in home, "the first tap is on the home itself"
    first = phone.post(there(whistle, "arrival", urban.pk), {"client_ref": "tap", "next": "/field/"})
    assert first.headers["Location"] == "/field/"
    home = phone.get("/field/").content.decode()
    assert f'action="{there(whistle, "departure", urban.pk)}"' in home, "and so is the second"
    phone.post(there(whistle, "departure", urban.pk), {"next": "/field/"})
    there_was = Attendance.objects.get(called=urban)
    assert (there_was.name, there_was.rank) == ("钟可", Rank.SECTION)
    assert there_was.out_at is not None


def test_what_was_written_comes_back_when_the_act_came_too_late(cast: Cast, client_as: ClientAs) -> None:
    whistle, handler = routed(cast, client_as), client_as("handler")
    urban = leg(whistle, cast, "urban")
    handler.post(there(whistle, "arrival", urban.pk), {"client_ref": "a"})
    given = {"measures": "拆了两处违法烟道，罚款已开单"}
    assert handler.post(there(whistle, "result", urban.pk), given).status_code == 302
    given = {"measures": "又去看过，油烟净化器装好了"}
    answer = handler.post(there(whistle, "result", urban.pk), given)
    assert answer.status_code == 409
    assert "又去看过，油烟净化器装好了" in answer.content.decode()


def test_a_form_stands_open_by_its_address_and_the_others_are_not_made(cast: Cast, client_as: ClientAs) -> None:
    whistle, street = routed(cast, client_as), client_as("dispatcher")
    urban = leg(whistle, cast, "urban")
    page = street.get(there(whistle))
    assert page.context["dialogs"] == []
    opening = f"?act=unit-release-{urban.pk}"
    assert opening in page.content.decode()
    [dialog] = street.get(there(whistle) + opening).context["dialogs"]
    assert dialog.stands_open
    part = street.get(there(whistle) + opening, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "为什么" in part


def test_done_together_is_shown_with_photos(cast: Cast, client_as: ClientAs) -> None:
    whistle, handler, market = routed(cast, client_as), client_as("handler"), client_as("other_handler")
    for client, unit in ((handler, "urban"), (market, "market")):
        key = leg(whistle, cast, unit).pk
        client.post(there(whistle, "arrival", key), {"client_ref": "a"})
        client.post(there(whistle, "result", key), {"measures": "办了"})
    given = {"result": "油烟净化器已装", "photos": photo()}
    assert handler.post(there(whistle, "completion"), given).status_code == 302
    [kept] = Attachment.objects.filter(dossier=whistle.matter_id)
    assert kept.event is not None
    assert kept.event.kind == "matter.whistle_done"
    assert kept.sha256 in client_as("clerk").get(there(whistle)).content.decode()


def test_a_tap_that_is_sent_twice_is_one_arrival(cast: Cast, client_as: ClientAs) -> None:
    whistle, phone = routed(cast, client_as), client_as("handler")
    urban = leg(whistle, cast, "urban")
    for _again in range(2):
        assert phone.post(there(whistle, "arrival", urban.pk), {"client_ref": "offline"}).status_code == 302
    for _again in range(2):
        assert phone.post(there(whistle, "departure", urban.pk)).status_code == 302
    assert phone.post(there(whistle, "arrival", urban.pk), {"client_ref": "offline"}).status_code == 302
    assert Attendance.objects.filter(called=urban).count() == 1, "a week later the outbox sends it once more"
    assert Event.objects.filter(dossier=whistle.matter_id, kind="matter.whistle_arrived").count() == 1


def test_one_blow_sent_twice_is_one_whistle_and_a_second_one_waits(cast: Cast, actor: Actors) -> None:
    matter, now = a_matter(cast), timezone.now()

    def blow(ref: str) -> Whistle:
        return blowing.blow(
            matter, colour="blue", request="看", attempts="劝过", client_ref=ref, by=actor("clerk"), now=now
        )

    first = blow("x")
    assert blow("x").pk == first.pk
    with pytest.raises(Overtaken):
        blow("y")


def test_nobody_whistles_without_having_tried(cast: Cast, client_as: ClientAs) -> None:
    matter = a_matter(cast)
    given = {"colour": "blue", "request": "来看", "client_ref": "w"}
    answer = client_as("clerk").post(at(matter, "whistle"), given)
    assert answer.status_code == 422
    assert "本级办得了的不吹哨" in answer.content.decode()


def test_a_head_whistles_without_asking_anybody(cast: Cast, client_as: ClientAs) -> None:
    whistle = blown(cast, client_as, "secretary")
    assert (whistle.step, whistle.approved_by) == (WhistleStep.APPROVED, cast.users["secretary"])


def test_a_grid_worker_whistles_to_the_community(cast: Cast, client_as: ClientAs) -> None:
    whistle = blown(cast, client_as, "worker")
    assert (whistle.tier, whistle.origin.name) == ("grid", "第一网格")
    assert client_as("worker").post(there(whistle, "approval")).status_code == 403, "not by whoever blew it"
    client_as("secretary").post(there(whistle, "approval"))
    given = {"lead": cast.units["urban"].pk}
    assert client_as("clerk").post(there(whistle, "routing"), given).status_code == 302


def test_misuse_is_returned_with_the_reason_and_can_be_blown_again_better(cast: Cast, client_as: ClientAs) -> None:
    whistle = blown(cast, client_as)
    secretary, clerk = client_as("secretary"), client_as("clerk")
    assert secretary.post(there(whistle, "turning"), {"ground": "misuse"}).status_code == 422
    given = {"ground": "misuse", "reason": "先自己上门一次"}
    assert secretary.post(there(whistle, "turning"), given).status_code == 302
    assert told(cast, "clerk")[-1] == "turned_away"
    page = clerk.get(there(whistle)).content.decode()
    assert "随意吹哨" in page
    assert "先自己上门一次" in page
    assert "三家一起去看油烟" in clerk.get(f"{at(whistle.matter)}?act=whistle").content.decode(), (
        "what was written is offered again"
    )
    again = {"colour": "blue", "request": "再看", "tried": ["visited"], "client_ref": "w2"}
    assert clerk.post(at(whistle.matter, "whistle"), again).status_code == 302


def test_the_street_too_may_turn_it_away(cast: Cast, client_as: ClientAs) -> None:
    whistle = blown(cast, client_as, "secretary")
    given = {"ground": "own_power", "reason": "社区能办"}
    assert client_as("dispatcher").post(there(whistle, "refusal"), given).status_code == 302
    whistle.refresh_from_db()
    assert whistle.step == WhistleStep.RETURNED


def test_a_whistle_is_taken_back_until_somebody_has_answered(cast: Cast, client_as: ClientAs) -> None:
    whistle, clerk = routed(cast, client_as), client_as("clerk")
    client_as("handler").post(there(whistle, "signature", leg(whistle, cast, "urban").pk))
    assert clerk.post(there(whistle, "withdrawal"), {"reason": "好了"}).status_code == 409
    other = blown_on_another(cast, client_as)
    assert clerk.post(there(other, "withdrawal"), {"reason": "已经好了"}).status_code == 302
    other.refresh_from_db()
    assert other.step == WhistleStep.WITHDRAWN


def blown_on_another(cast: Cast, client_as: ClientAs) -> Whistle:
    matter = a_matter(cast, "another")
    given = {"colour": "red", "request": "快来", "tried": ["no_power"], "client_ref": "another"}
    assert client_as("clerk").post(at(matter, "whistle"), given).status_code == 302
    return Whistle.objects.get(matter=matter)


def test_a_unit_that_is_the_wrong_one_says_so_and_is_let_go(cast: Cast, client_as: ClientAs) -> None:
    whistle, market = routed(cast, client_as), client_as("other_handler")
    other = leg(whistle, cast, "market")
    assert market.post(there(whistle, "objection", other.pk), {"reason": "油烟归环保"}).status_code == 302
    assert told(cast, "dispatcher")[-1] == "objected"
    assert market.post(there(whistle, "release", other.pk), {"reason": "我不来"}).status_code == 403
    assert client_as("dispatcher").post(there(whistle, "release", other.pk), {"reason": "说得对"}).status_code == 302
    assert market.get(at(whistle.matter)).status_code == 404
    whistle.refresh_from_db()
    assert whistle.open_legs == 1
    gone = {name: state for name, state in clocks(whistle).items() if "市场" in name}
    assert set(gone.values()) == {"void"}


def test_no_unit_signs_for_another(cast: Cast, client_as: ClientAs) -> None:
    whistle = routed(cast, client_as)
    other = leg(whistle, cast, "market")
    for noun, given in (("signature", {}), ("arrival", {"client_ref": "z"}), ("result", {"measures": "代办"})):
        assert client_as("handler").post(there(whistle, noun, other.pk), given).status_code == 403
    assert client_as("handler").post(there(whistle, "routing"), {"lead": cast.units["market"].pk}).status_code == 403


def test_only_the_head_ends_it_with_somebody_at_work_and_says_why(cast: Cast, client_as: ClientAs) -> None:
    whistle, secretary = routed(cast, client_as), client_as("secretary")
    given = {"result": "其余另办", "despite": "市场监管所另案处理"}
    assert client_as("clerk").post(there(whistle, "completion/despite"), given).status_code == 403
    assert secretary.post(there(whistle, "completion/despite"), {"result": "好"}).status_code == 422
    assert secretary.post(there(whistle, "completion/despite"), given).status_code == 302
    whistle.refresh_from_db()
    assert (whistle.step, whistle.open_legs, whistle.despite) == (WhistleStep.DONE, 0, "市场监管所另案处理")
    assert set(whistle.called.values_list("ending", flat=True)) == {"despite"}


def test_a_matter_is_not_closed_under_its_whistle(cast: Cast, client_as: ClientAs, actor: Actors) -> None:
    whistle, now = routed(cast, client_as), timezone.now()
    matter = Matter.objects.select_related("dossier").get(pk=whistle.matter_id)
    dispatch.dispatch(matter, unit=cast.units["urban"], by=actor("clerk"), now=now)
    dispatch.sign(matter, by=actor("handler"), now=now)
    handling.reply(matter, text="好了", outcome=Outcome.SOLVED, by=actor("handler"), now=now)
    given = {"outcome": "solved", "despite": "不等了"}
    answer = client_as("clerk").post(at(matter, "closure"), given)
    assert answer.status_code in (409, 422)
    assert "还有没办结的哨" in answer.content.decode()
    with pytest.raises(Overtaken):
        closing.close(matter, outcome=Outcome.SOLVED, despite="不等了", by=actor("clerk"), now=now)
    client_as("secretary").post(there(whistle, "completion/despite"), {"result": "好", "despite": "城管已办"})
    assert client_as("clerk").post(at(matter, "closure"), {"outcome": "solved"}).status_code == 302
    assert step(matter) == "closed"


def test_a_report_that_is_taken_back_takes_its_whistle_along(cast: Cast, client_as: ClientAs, actor: Actors) -> None:
    whistle = routed(cast, client_as)
    matter = Matter.objects.select_related("dossier").get(pk=whistle.matter_id)
    closing.withdraw(matter, reason="好了", by=actor("resident"), now=timezone.now())
    whistle.refresh_from_db()
    assert (whistle.step, whistle.open_legs) == (WhistleStep.VOID, 0)
    assert client_as("handler").get(at(matter)).status_code == 404


def test_an_unanswered_whistle_goes_to_the_next_rank_by_the_clock(cast: Cast, client_as: ClientAs) -> None:
    whistle = routed(cast, client_as)
    urban, other = leg(whistle, cast, "urban"), leg(whistle, cast, "market")
    client_as("other_handler").post(there(whistle, "signature", other.pk))
    assert urban.sign_by is not None
    sweep.sweep(urban.sign_by + timedelta(seconds=1))
    urban.refresh_from_db()
    other.refresh_from_db()
    assert (urban.rank, other.rank) == (Rank.DEPUTY, Rank.SECTION), "whoever answered stays where they are"
    assert "over_report_in" in told(cast, "unit_head")
    sweep.sweep(urban.sign_by + timedelta(days=30))
    urban.refresh_from_db()
    assert urban.rank == Rank.HEAD
    assert Event.objects.filter(dossier=whistle.matter_id, kind="matter.escalated").exists(), "and up the ladder"


def test_an_upgrade_is_a_new_whistle_with_the_units_that_are_not_done(cast: Cast, client_as: ClientAs) -> None:
    whistle, handler = routed(cast, client_as), client_as("handler")
    urban = leg(whistle, cast, "urban")
    handler.post(there(whistle, "arrival", urban.pk), {"client_ref": "a"})
    handler.post(there(whistle, "result", urban.pk), {"measures": "办了自己的"})
    given = {"colour": "blue", "tier": "community", "reason": "没有变"}
    assert client_as("secretary").post(there(whistle, "upgrade"), given).status_code == 409
    given = {"colour": "red", "tier": "street", "reason": "店家抗拒"}
    assert client_as("secretary").post(there(whistle, "upgrade"), given).status_code == 302
    higher = Whistle.objects.get(upgrade_of=whistle)
    assert (higher.step, higher.colour, higher.tier, higher.rank) == ("approved", "red", "street", Rank.HEAD)
    assert list(higher.requested.all()) == [cast.units["market"]]
    assert client_as("dispatcher").post(there(higher, "routing"), {"lead": cast.units["market"].pk}).status_code == 403
    answer = client_as("organiser").post(there(higher, "routing"), {"lead": cast.units["market"].pk})
    assert answer.status_code == 302
    whistle.refresh_from_db()
    assert (whistle.step, whistle.open_legs) == (WhistleStep.UPGRADED, 0)


def test_a_conference_decides_what_was_unclear_each_with_an_owner_and_a_date(cast: Cast, client_as: ClientAs) -> None:
    whistle, street = blown(cast, client_as, "secretary"), client_as("dispatcher")
    given = {"at_time": "2026-12-01T09:00", "place": "三楼会议室", "chair": "程一帆", "agenda": "油烟归谁管"}
    assert street.post(there(whistle, "conferences"), given).status_code == 302
    assert told(cast, "handler") == ["convened"]
    [meeting] = whistle.conferences.all()
    page = f"/whistles/{whistle.number}/conferences/{meeting.pk}/"
    day = timezone.localdate() + timedelta(days=3)
    half = {"minutes": "归城管", "owner1": f"unit:{cast.units['urban'].pk}", "words1": "立案"}
    assert street.post(page, half).status_code == 422, "no decision without its date"
    assert street.post(page, half | {"due1": f"{day}"}).status_code == 302
    assert street.post(page, half | {"due1": f"{day}"}).status_code in (409, 422), "once"
    decision = Decision.objects.get(whistle=whistle)
    clock = Deadline.objects.get(dossier=whistle.matter_id, kind="decision")
    assert (clock.leg, clock.due_at, clock.unit) == (decision.leg, decision.due_at, cast.units["urban"])
    done = f"/whistles/{whistle.number}/decisions/{decision.pk}/result/"
    assert client_as("other_handler").get(there(whistle)).status_code == 404
    assert client_as("handler").get(page).status_code == 200
    assert street.post(done, {"result": "代办"}).status_code == 403
    assert client_as("handler").post(done, {"result": "已立案"}).status_code == 302
    whistle.refresh_from_db()
    assert whistle.open_legs == 0


def test_another_in_the_post_carries_the_whistle_on(cast: Cast, client_as: ClientAs) -> None:
    whistle = routed(cast, client_as)
    Tenure.objects.create(
        post=Post.objects.get(role=Role.COMMUNITY_CLERK, node=cast.nodes["community"]),
        user=cast.users["resident"],
        since=timezone.localdate(),
    )
    assert client_as("resident").post(there(whistle, "withdrawal"), {"reason": "接手后撤回"}).status_code == 302


def concluded(cast: Cast, client_as: ClientAs, owner: str) -> Decision:
    """What a conference gave to this owner (as the form sends it), due in three days."""
    whistle, street = routed(cast, client_as), client_as("dispatcher")
    given = {"at_time": "2026-12-01T09:00", "place": "三楼会议室", "chair": "程一帆", "agenda": "油烟归谁管"}
    street.post(there(whistle, "conferences"), given)
    [meeting] = whistle.conferences.all()
    given = {"minutes": "说定了", "owner1": owner, "words1": "改排烟口", "due1": f"{a_day_in(3)}"}
    answer = street.post(f"/whistles/{whistle.number}/conferences/{meeting.pk}/", given)
    assert answer.status_code == 302, answer.content.decode()[:400]
    return Decision.objects.get(whistle=whistle)


def a_day_in(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def finish(client: Client, decision: Decision) -> int:
    address = f"/whistles/{decision.whistle.number}/decisions/{decision.pk}/result/"
    return client.post(address, {"result": "改好了"}).status_code


def test_a_decision_can_be_a_posts_and_goes_with_it(cast: Cast, client_as: ClientAs) -> None:
    post = Post.objects.get(role=Role.SECRETARY, node=cast.nodes["community"])
    decision = concluded(cast, client_as, f"post:{post.pk}")
    assert told(cast, "secretary")[-1] == "decided"
    assert "改排烟口" in client_as("secretary").get("/whistles/").content.decode(), (
        "it waits for whoever holds the post"
    )
    sweep.sweep(decision.due_at + timedelta(seconds=1))
    assert "over_decision" in told(cast, "secretary")
    assert finish(client_as("handler"), decision) == 403
    Tenure.objects.filter(post=post).update(until=timezone.localdate())
    Tenure.objects.create(post=post, user=cast.users["resident"], since=timezone.localdate())
    assert finish(client_as("secretary"), decision) in (403, 404)
    assert finish(client_as("resident"), decision) == 302
    assert Whistle.objects.get().open_legs == 2


def test_a_decision_can_be_a_persons_and_goes_to_their_successor(
    cast: Cast, client_as: ClientAs, actor: Actors
) -> None:
    worker = cast.users["worker"]
    decision = concluded(cast, client_as, f"user:{worker.pk}")
    assert told(cast, "worker") == ["decided"]
    assert finish(client_as("clerk"), decision) == 403
    tenure = Tenure.objects.get(user=worker, post__role=Role.GRID_WORKER)
    made = handovers.hand_over(tenure, cast.users["resident"], by=actor("secretary"), now=timezone.now())
    assert "改排烟口" in " ".join(made.items.values_list("title", flat=True))
    assert told(cast, "resident") == ["handed_over"]
    assert reading.find(actor("worker"), decision.whistle.number) is None, "nothing is left with whoever has gone"
    assert finish(client_as("resident"), decision) == 302
    assert finish(client_as("resident"), decision) == 409


def test_whoever_leaves_is_signed_out_and_the_successor_knows_where_the_unit_is_at_work(
    cast: Cast, client_as: ClientAs, actor: Actors
) -> None:
    whistle = routed(cast, client_as)
    urban = leg(whistle, cast, "urban")
    client_as("handler").post(there(whistle, "arrival", urban.pk), {"client_ref": "a"})
    tenure = Tenure.objects.get(user=cast.users["handler"])
    handovers.hand_over(tenure, cast.users["resident"], by=actor("unit_head"), now=timezone.now())
    was_there = Attendance.objects.get(called=urban)
    assert was_there.out_at is not None
    assert told(cast, "resident")[-1] == "handed_over"
    page = client_as("resident").get(there(whistle)).content.decode()
    assert f'action="{there(whistle, "arrival", urban.pk)}"' in page, "they sign in under their own name"


def test_when_the_blower_has_left_the_successor_is_told(cast: Cast, client_as: ClientAs, actor: Actors) -> None:
    whistle = routed(cast, client_as)
    tenure = Tenure.objects.get(post__role=Role.COMMUNITY_CLERK, post__node=cast.nodes["community"])
    handovers.hand_over(tenure, cast.users["resident"], by=actor("secretary"), now=timezone.now())
    client_as("handler").post(there(whistle, "arrival", leg(whistle, cast, "urban").pk), {"client_ref": "a"})
    assert "arrived" in told(cast, "resident")
