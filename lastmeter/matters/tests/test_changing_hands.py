"""Returned, disputed, handed on, put right: through the pages of handler, desk and dispatcher."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.clocks import sweep
from lastmeter.clocks.models import Deadline
from lastmeter.dossiers.models import Event
from lastmeter.grid import ground
from lastmeter.matters import dispatch, lifecycle, profiles
from lastmeter.matters.models import Cap, Matter, Objection, ProfileRule, Source, Urgency
from lastmeter.matters.reassigning import corrections, objections
from lastmeter.matters.steps import Overtaken
from lastmeter.notices.models import Notice
from tests.cast import FOUNDED, Cast

from .test_desk import acts, at, step
from .test_desk import report as reported

ClientAs = Callable[[str], Client]
Actors = Callable[[str], Actor]
NOT_DUTY = {"reason": "not_duty", "words": "职责清单里没有"}


def fresh(matter: Matter) -> Matter:
    return Matter.objects.select_related("dossier").get(pk=matter.pk)


def told(cast: Cast, username: str, matter: Matter) -> list[str]:
    rows = Notice.objects.filter(user=cast.users[username], link__contains=matter.dossier.number)
    return [kind.removeprefix("matter.") for kind in rows.order_by("pk").values_list("kind", flat=True)]


def kinds(matter: Matter) -> list[str]:
    rows = Event.objects.filter(dossier=matter.pk).order_by("pk").values_list("kind", flat=True)
    return [kind.removeprefix("matter.") for kind in rows]


def given_out(cast: Cast, actor: Actors, unit: str = "urban", ref: str = "a") -> Matter:
    matter = reported(cast, ref)
    dispatch.dispatch(matter, unit=cast.units[unit], by=actor("clerk"), now=timezone.now())
    return fresh(matter)


@pytest.fixture
def disputed(cast: Cast, actor: Actors) -> Matter:
    """Given to 城管执法队, whose two returns are used up, so that its objection is a dispute."""
    Cap.objects.filter(kind=Cap.Kind.RETURNS).update(most=0)
    ground.bump()
    matter = given_out(cast, actor)
    objections.object_to(
        matter, reason=Objection.Reason.NOT_DUTY, words="不归我们", by=actor("handler"), now=timezone.now()
    )
    return fresh(matter)


def test_a_unit_gives_back_twice_and_then_the_one_above_decides(cast: Cast, actor: Actors, client_as: ClientAs) -> None:
    matter, handler, clerk = given_out(cast, actor), client_as("handler"), client_as("clerk")
    for left in (2, 1):
        assert f"还可退 {left} 次" in handler.get(at(matter) + "?act=return").content.decode()
        assert handler.post(at(matter, "return"), NOT_DUTY).status_code == 302
        assert step(matter) == lifecycle.FILED
        clerk.post(at(matter, "assignment"), {"to": f"unit:{cast.units['urban'].pk}", "urgency": "normal"})
    assert "职责争议" in handler.get(at(matter) + "?act=return").content.decode()
    assert handler.post(at(matter, "return"), NOT_DUTY).status_code == 302
    assert step(matter) == lifecycle.DISPATCHED
    assert fresh(matter).unit == cast.units["urban"]
    assert told(cast, "dispatcher", matter)[-1] == "disputed"
    assert Deadline.objects.filter(dossier=matter.pk, kind="dispute", ended_at=None).exists()


def test_a_return_after_the_window_is_a_dispute_and_within_it_none(cast: Cast, actor: Actors) -> None:
    matter, late = given_out(cast, actor), timezone.now() + timedelta(days=10)
    given = {"reason": Objection.Reason.NOT_PLACE, "words": "在河那边", "by": actor("handler")}
    with pytest.raises(Overtaken, match="直接退回就行"):
        objections.dispute(fresh(matter), **given, now=timezone.now())  # type: ignore[arg-type]
    with pytest.raises(Overtaken, match="已过退回期限"):
        objections.send_back(fresh(matter), **given, now=late)  # type: ignore[arg-type]
    assert objections.object_to(fresh(matter), **given, now=late).kind == Objection.Kind.DISPUTE  # type: ignore[arg-type]


def test_a_return_says_why_and_whose_it_is(cast: Cast, actor: Actors, client_as: ClientAs) -> None:
    matter, handler = given_out(cast, actor), client_as("handler")
    assert handler.post(at(matter, "return"), {"words": "不归我们"}).status_code == 422
    handler.post(at(matter, "return"), NOT_DUTY | {"to_unit": cast.units["market"].pk})
    page = client_as("clerk").get(at(matter)).content.decode()
    assert "不属本单位职责：职责清单里没有（建议交给市场监管所）" in page
    assert client_as("handler").get(at(matter)).status_code == 404, "who gave it back no longer takes part"


def test_until_it_is_decided_the_first_receiver_leads_and_nobody_else_sees_it_pass(
    disputed: Matter, cast: Cast, actor: Actors, client_as: ClientAs
) -> None:
    assert "ruling" in {each.door.noun for each in client_as("dispatcher").get(at(disputed)).context["offers"]}
    assert "uphold" not in acts(client_as("clerk"), disputed)
    assert client_as("clerk").post(at(disputed, "ruling"), {"verdict": "uphold", "words": "x"}).status_code == 403
    assert client_as("handler").post(at(disputed, "signature")).status_code == 302
    again = client_as("handler").post(at(disputed, "return"), NOT_DUTY)
    assert again.status_code == 409
    assert "已经有一个争议在等裁定" in again.content.decode()


def test_a_conference_is_noted_and_then_the_matter_goes_to_another_unit(
    disputed: Matter, cast: Cast, client_as: ClientAs
) -> None:
    dispatcher = client_as("dispatcher")
    dispatcher.post(at(disputed, "ruling"), {"verdict": "confer", "words": "11 月 25 日两家会商：先到场"})
    assert "职责有争议" in dispatcher.get(at(disputed)).content.decode()
    assert dispatcher.post(at(disputed, "ruling"), {"verdict": "award", "words": "归市场监管"}).status_code == 422
    to = f"unit:{cast.units['market'].pk}"
    assert dispatcher.post(at(disputed, "ruling"), {"verdict": "award", "to": to, "words": "清单"}).status_code == 302
    after = fresh(disputed)
    assert (after.unit, after.dossier.step) == (cast.units["market"], lifecycle.DISPATCHED)
    assert Objection.objects.get(matter=disputed).verdict == Objection.Verdict.AWARDED
    assert not Deadline.objects.filter(dossier=disputed.pk, kind="dispute", ended_at=None).exists()
    assert told(cast, "other_handler", disputed) == ["dispatched"]
    assert client_as("handler").get(at(disputed)).status_code == 404


def test_what_waits_for_a_word_stands_on_the_home_of_whoever_has_to_say_it(
    disputed: Matter, client_as: ClientAs
) -> None:
    title = disputed.dossier.title
    for username, waits in (("dispatcher", True), ("clerk", False), ("handler", False)):
        page = client_as(username).get("/desk/").content.decode()
        assert ("等您一句话" in page) is waits, username
        assert title in page or not waits
    client_as("dispatcher").post(at(disputed, "ruling"), {"verdict": "uphold", "words": "清单第 3 条"})
    assert "等您一句话" not in client_as("dispatcher").get("/desk/").content.decode()


def test_a_dispute_that_nobody_decides_rings_at_the_dispatcher(disputed: Matter, cast: Cast) -> None:
    sweep.sweep(timezone.now() + timedelta(days=6))
    assert "dispute_overdue" in told(cast, "dispatcher", disputed)
    assert "overdue_dispute" in kinds(disputed)


def test_a_dispute_ends_by_itself_when_the_matter_is_answered(
    disputed: Matter, actor: Actors, client_as: ClientAs
) -> None:
    handler = client_as("handler")
    handler.post(at(disputed, "signature"))
    handler.post(at(disputed, "reply"), {"text": "办好了", "outcome": "solved", "anyway": "1"})
    assert Objection.objects.get(matter=disputed).verdict == Objection.Verdict.LAPSED
    assert not Deadline.objects.filter(dossier=disputed.pk, kind="dispute", ended_at=None).exists()


def test_a_unit_hands_on_with_the_consent_of_the_desk(cast: Cast, actor: Actors, client_as: ClientAs) -> None:
    matter, handler, clerk = given_out(cast, actor), client_as("handler"), client_as("clerk")
    fix = Deadline.objects.get(dossier=matter.pk, kind="fix").due_at
    wish = {"unit": cast.units["market"].pk, "words": "是他们发的证"}
    assert handler.post(at(matter, "transfer"), wish).status_code == 302
    assert handler.post(at(matter, "transfer"), wish).status_code == 409
    assert fresh(matter).unit == cast.units["urban"]
    assert clerk.post(at(matter, "transfer/answer"), {"verdict": "refuse"}).status_code == 422
    clerk.post(at(matter, "transfer/answer"), {"verdict": "refuse", "words": "请先到场"})
    assert told(cast, "handler", matter)[-1] == "transfer_refused"
    handler.post(at(matter, "transfer"), wish)
    clerk.post(at(matter, "transfer/answer"), {"verdict": "grant"})
    after = fresh(matter)
    assert (after.unit, after.dossier.step) == (cast.units["market"], lifecycle.DISPATCHED)
    assert Deadline.objects.get(dossier=matter.pk, kind="fix").due_at == fix
    assert clerk.post(at(matter, "transfer/answer"), {"verdict": "grant"}).status_code == 409


def test_a_wish_to_hand_on_that_nobody_answers_rings_at_the_desk_and_climbs(
    cast: Cast, actor: Actors, client_as: ClientAs
) -> None:
    matter, handler = given_out(cast, actor), client_as("handler")
    handler.post(at(matter, "transfer"), {"unit": cast.units["market"].pk, "words": "是他们发的证"})
    clock = Deadline.objects.get(dossier=matter.pk, kind="transfer", ended_at=None)
    assert "答复期限" in client_as("clerk").get(at(matter)).content.decode()
    sweep.sweep(clock.due_at)
    assert "transfer_overdue" in told(cast, "clerk", matter)
    assert "overdue_transfer" in kinds(matter)
    clock.refresh_from_db()
    assert clock.next_rung_at is not None
    sweep.sweep(clock.next_rung_at)
    assert "escalated_1_transfer" in told(cast, "dispatcher", matter)
    client_as("clerk").post(at(matter, "transfer/answer"), {"verdict": "refuse", "words": "请先到场"})
    assert not Deadline.objects.filter(dossier=matter.pk, kind="transfer", ended_at=None).exists()


def test_the_clock_of_a_wish_ends_with_the_wish(cast: Cast, actor: Actors, client_as: ClientAs) -> None:
    matter, handler = given_out(cast, actor), client_as("handler")
    handler.post(at(matter, "transfer"), {"unit": cast.units["market"].pk, "words": "是他们发的证"})
    handler.post(at(matter, "signature"))
    handler.post(at(matter, "reply"), {"text": "办好了", "outcome": "solved", "anyway": "1"})
    assert Objection.objects.get(matter=matter).verdict == Objection.Verdict.LAPSED
    assert not Deadline.objects.filter(dossier=matter.pk, kind="transfer", ended_at=None).exists()


def test_the_wrong_unit_and_category_are_put_right_without_filing_anew(
    cast: Cast, actor: Actors, client_as: ClientAs, client: Client
) -> None:
    matter = given_out(cast, actor)
    client_as("handler").post(at(matter, "signature"))
    before = Deadline.objects.get(dossier=matter.pk, kind="fix")
    given = {
        "category": cast.category("env-noise").pk,
        "urgency": "urgent",
        "to": f"unit:{cast.units['market'].pk}",
        "reason": "派错了",
    }
    assert client_as("clerk").post(at(matter, "correction"), given).status_code == 302
    after = fresh(matter)
    assert (after.unit, after.category, after.urgency) == (cast.units["market"], cast.category("env-noise"), "urgent")
    clock = Deadline.objects.get(dossier=matter.pk, kind="fix", ended_at=None)
    assert clock.started_at == before.started_at, "counted from the report, not from the correction"
    assert clock.due_at < before.due_at
    assert (clock.pk, clock.limit_id == before.limit_id) == (before.pk, False), "the same clock by another rule"
    assert not Deadline.objects.filter(dossier=matter.pk, kind="answer", ended_at=None).exists()
    public = Event.objects.filter(dossier=matter.pk, public=True, kind="matter.redirected")
    assert public.count() == 1, "the requester is told once"
    words = public.get().words.text
    assert words.startswith("改由市场监管所办理。类别更正为“")
    assert "办结期限改为" in words


def test_a_correction_that_changes_nothing_says_so(cast: Cast, actor: Actors, client_as: ClientAs) -> None:
    matter = given_out(cast, actor)
    late = client_as("clerk").post(at(matter, "correction"), {"urgency": "normal", "category": ""})
    assert late.status_code == 409
    assert "没有要更正的" in late.content.decode()


def test_a_corrected_category_never_makes_a_kept_promise_late(cast: Cast, actor: Actors) -> None:
    matter = given_out(cast, actor)
    before = Deadline.objects.get(dossier=matter.pk, kind="fix")
    late = before.due_at - timedelta(minutes=1)  # the urgent rule would have been over long ago
    corrections.correct(matter, urgency=Urgency.URGENT, by=actor("clerk"), now=late)
    assert Deadline.objects.get(dossier=matter.pk, kind="fix", ended_at=None).pk == before.pk


def test_the_rows_choose_the_flow_and_the_desk_may_change_it_while_it_waits(
    cast: Cast, actor: Actors, client_as: ClientAs
) -> None:
    noise = cast.category("env-noise")
    ProfileRule.objects.create(node=cast.nodes["city"], source=Source.WEB, profile="hotline", valid_from=FOUNDED)
    ProfileRule.objects.create(node=cast.nodes["city"], category=noise.parent, profile="city", valid_from=FOUNDED)
    ground.bump()
    matter, clerk = reported(cast), client_as("clerk")
    assert matter.profile == "hotline"
    assert "热线" in clerk.get(at(matter)).content.decode()
    clerk.post(at(matter, "acceptance"), {"category": noise.pk, "urgency": "normal"})
    assert fresh(matter).profile == "city", "a row for what lies above the category goes before one for the source"
    clerk.post(at(matter, "profile"), {"profile": "petition", "reason": "要书面答复"})
    after = fresh(matter)
    assert (after.profile, after.profile_by_hand) == ("petition", True)
    running = Deadline.objects.filter(dossier=matter.pk, ended_at=None)
    assert [each.kind for each in running] == ["register"]
    assert running.get().started_at == after.dossier.opened_at
    dispatch.dispatch(after, unit=cast.units["urban"], by=actor("clerk"), now=timezone.now())
    assert clerk.post(at(matter, "profile"), {"profile": "grid", "reason": "x"}).status_code == 409


def test_a_row_further_down_or_later_decides_for_its_place_and_time(cast: Cast) -> None:
    now = timezone.now()
    ProfileRule.objects.create(node=cast.nodes["city"], profile="city", valid_from=FOUNDED)
    ProfileRule.objects.create(
        node=cast.nodes["community"], profile="hotline", valid_from=timezone.localdate() + timedelta(days=5)
    )
    ground.bump()

    def chosen(node: str, days: int) -> str:
        at = now + timedelta(days=days)
        return profiles.choose(cast.nodes[node].path, source="web", category_id=None, now=at)

    assert (chosen("grid", 0), chosen("grid", 6), chosen("other_grid", 6)) == ("city", "hotline", "city")
