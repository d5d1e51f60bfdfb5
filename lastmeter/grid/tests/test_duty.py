"""Rosters and calls through the front door: who is on duty, swaps, and what happens when nobody answers."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from lastmeter.accounts import keepers
from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import AuditEntry, User
from lastmeter.grid.duty import arranging, calling, month, rosters, rota
from lastmeter.grid.duty.arranging import Impossible, Plan
from lastmeter.grid.duty.rota import DayKind, Shift
from lastmeter.grid.models import Call, CallAttempt, Node, Post, Roster, Swap, Tenure
from lastmeter.kit.zhtime import DAY
from lastmeter.notices.models import Notice
from tests.cast import Cast

ClientAs = Callable[[str], Client]
ActorOf = Callable[[str], Actor]
GRID = "999902006001001"
ROUND = "08:00-20:00 20:00-08:00"


def plan(cast: Cast, *names: str, first: date | None = None, hours: str = ROUND, phone: str = "") -> Plan:
    return Plan(
        name="24 小时值守",
        members=[cast.users[name] for name in names],
        slots={DayKind.WORKDAY: rota.read_slots(hours)},
        round_the_clock=True,
        phone=phone,
        valid_from=first or timezone.localdate() - 3 * DAY,
    )


def whole(roster: Roster) -> Roster:
    return rosters.whole(Roster.objects.filter(pk=roster.pk)).get()


@pytest.fixture
def roster(cast: Cast, actor: ActorOf) -> Roster:
    """周小满, 林知夏 and 简思远 take turns round the clock for 望海社区."""
    made = arranging.draw_up(
        cast.nodes["community"], plan(cast, "worker", "clerk", "secretary"), by=actor("clerk"), now=timezone.now()
    )
    return whole(made)


def coming(roster: Roster, user: User) -> Shift:
    today, now = timezone.localdate(), timezone.now()
    shifts = rosters.shifts_of(whole(roster), today, today + timedelta(days=20))
    return next(each for each in shifts if each.person == user.pk and each.starts > now + DAY)


def people(node: Node, at: datetime) -> list[str]:
    return [each.user.name for each in rosters.on_duty(node, at)]


# --- who is on duty


def test_a_grid_without_a_roster_is_served_by_its_community(cast: Cast, roster: Roster) -> None:
    now = timezone.now()
    assert len(people(cast.nodes["community"], now)) == 1
    assert people(cast.nodes["building"], now) == people(cast.nodes["community"], now)
    assert people(cast.nodes["other_grid"], now) == []


def test_the_nearest_roster_with_somebody_on_duty_answers(cast: Cast, roster: Roster, actor: ActorOf) -> None:
    arranging.draw_up(
        cast.nodes["grid"], plan(cast, "building_head", hours="00:00-00:00"), by=actor("clerk"), now=timezone.now()
    )
    assert people(cast.nodes["building"], timezone.now()) == ["莫阿婆"]


def test_who_has_left_is_not_on_duty_and_their_shifts_are_shown(cast: Cast, roster: Roster) -> None:
    today = timezone.localdate()
    assert rosters.troubles(roster, today, today + timedelta(days=14)).gaps == []
    User.objects.filter(username="worker").update(is_active=False)
    wrong = rosters.troubles(whole(roster), today, today + timedelta(days=14))
    assert wrong.left
    assert wrong.gaps


def test_a_person_on_two_rosters_at_once_is_shown(cast: Cast, roster: Roster, actor: ActorOf) -> None:
    arranging.draw_up(
        cast.nodes["grid"], plan(cast, "worker", hours="00:00-00:00"), by=actor("clerk"), now=timezone.now()
    )
    today = timezone.localdate()
    assert {user.name for _a, _b, user in rosters.troubles(roster, today, today + DAY * 14).doubles} == {"周小满"}


def test_a_number_that_no_resident_may_call_is_shown(cast: Cast, roster: Roster) -> None:
    Post.objects.filter(tenures__user=cast.users["clerk"]).update(public_phone="")
    today = timezone.localdate()
    assert [user.name for user in rosters.troubles(roster, today, today + DAY * 14).silent] == ["林知夏"]


# --- drawing up


def form_of(cast: Cast, *names: str, **more: str) -> dict[str, str]:
    orders = {f"order_{cast.users[name].pk}": str(at) for at, name in enumerate(names, 1)}
    first = f"{timezone.localdate() + DAY:%Y-%m-%d}"
    base = {"name": "夜间值守", "valid_from": first, "round_the_clock": "on", "workday": ROUND}
    return base | orders | more


def test_a_clerk_looks_at_a_plan_and_then_saves_it(client_as: ClientAs, cast: Cast) -> None:
    page, client = f"/rosters/at/{cast.nodes['grid'].pk}/", client_as("clerk")
    assert "周小满" in client.get(page).content.decode()
    seen = client.post(page, form_of(cast, "worker", "clerk", look="1"))
    assert "没有缺口" in seen.content.decode()
    assert not Roster.objects.exists(), "a look leaves nothing behind"
    saved = client.post(page, form_of(cast, "clerk", "worker"))
    roster = Roster.objects.get()
    assert saved["Location"] == f"/rosters/{roster.pk}/"
    assert [each.user.username for each in roster.members.order_by("position")] == ["clerk", "worker"]
    assert "夜间值守" in client.get("/rosters/").content.decode()


def test_a_gap_is_shown_before_it_is_saved(client_as: ClientAs, cast: Cast) -> None:
    page = f"/rosters/at/{cast.nodes['grid'].pk}/"
    seen = client_as("clerk").post(page, form_of(cast, "worker", workday="08:00-20:00", look="1"))
    assert "没人" in seen.content.decode()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"workday": "早班"}, "没看懂"), ({"valid_from": "2020-01-01"}, "已经过去"), ({"phone": "abc"}, "电话只能有")],
)
def test_what_makes_no_sense_comes_back_with_the_reason(
    client_as: ClientAs, cast: Cast, wrong: dict[str, str], said: str
) -> None:
    answer = client_as("clerk").post(f"/rosters/at/{cast.nodes['grid'].pk}/", form_of(cast, "worker", **wrong))
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_a_changed_pattern_leaves_the_days_before_it_as_they_were(
    client_as: ClientAs, cast: Cast, roster: Roster
) -> None:
    today = timezone.localdate()
    before = rosters.shifts_of(roster, today - 3 * DAY, today + DAY)
    answer = client_as("clerk").post(f"/rosters/{roster.pk}/pattern/", form_of(cast, "clerk"))
    assert answer.status_code == 302
    old, new = Roster.objects.order_by("pk")
    assert rosters.shifts_of(whole(old), today - 3 * DAY, today + 9 * DAY) == before
    assert new.follows == old
    assert {each.person for each in rosters.shifts_of(whole(new), today, today + 9 * DAY)} == {cast.users["clerk"].pk}
    with pytest.raises(Impossible):
        arranging.redraw(
            old, plan(cast, "worker", first=today + DAY), by=Actor.of(cast.users["clerk"]), now=timezone.now()
        )


def test_the_roster_and_its_print_are_for_those_on_it_and_those_who_arrange_it(
    client_as: ClientAs, roster: Roster
) -> None:
    for name, status in (("clerk", 200), ("worker", 200), ("dispatcher", 200), ("other_clerk", 404), ("handler", 404)):
        client = client_as(name)
        for path in (f"/rosters/{roster.pk}/", f"/rosters/{roster.pk}/print/", f"/rosters/{roster.pk}/?month=2026-02"):
            assert client.get(path).status_code == status, f"{name} {path}"
    for path in ("pattern", "replacement", "ending"):
        assert client_as("worker").post(f"/rosters/{roster.pk}/{path}/").status_code == 404


def test_a_roster_can_end_and_todays_shifts_are_finished(client_as: ClientAs, roster: Roster) -> None:
    client_as("clerk").post(f"/rosters/{roster.pk}/ending/")
    assert Roster.objects.get().valid_to == timezone.localdate() + DAY


@pytest.mark.parametrize("text", ["", "2026-13", "x", "9999-12", "0001-01"])
def test_nonsense_for_a_month_shows_this_one(text: str) -> None:
    assert month.first_of(text, date(2026, 11, 25)) == date(2026, 11, 1)


# --- swaps


def test_a_swap_is_asked_accepted_and_then_holds(client_as: ClientAs, cast: Cast, roster: Roster) -> None:
    shift = coming(roster, cast.users["worker"])
    value = f"{roster.pk}.{shift.person}.{int(shift.starts.timestamp())}"
    page, data = f"/rosters/{roster.pk}/swaps/", {"shift": value, "taker": str(cast.users["clerk"].pk), "words": "看病"}
    assert value in client_as("worker").get(page).content.decode()
    for _twice in range(2):
        assert client_as("worker").post(page, data).status_code == 302
    swap = Swap.objects.get()
    assert Notice.objects.filter(user=cast.users["clerk"], kind="duty").count() == 1
    assert people(cast.nodes["community"], shift.starts) == ["周小满"], "until the other one agrees it stays"
    assert "看病" in client_as("clerk").get("/shifts/").content.decode()
    assert client_as("secretary").post(f"/swaps/{swap.pk}/acceptance/").status_code == 404
    for _twice in range(2):
        assert client_as("clerk").post(f"/swaps/{swap.pk}/acceptance/").status_code == 302
    assert people(cast.nodes["community"], shift.starts) == ["林知夏"]
    assert Notice.objects.filter(user=cast.users["worker"], kind="duty").count() == 1


def test_an_exchange_gives_a_shift_back(cast: Cast, roster: Roster, actor: ActorOf) -> None:
    mine, theirs = coming(roster, cast.users["worker"]), coming(roster, cast.users["clerk"])
    now = timezone.now()
    swap = arranging.ask(
        roster, starts=mine.starts, giver=cast.users["worker"], taker=cast.users["clerk"], back=theirs.starts,
        by=actor("worker"), now=now,
    )  # fmt: skip
    arranging.accept(swap, by=actor("clerk"), now=now)
    assert people(cast.nodes["grid"], mine.starts) == ["林知夏"]
    assert people(cast.nodes["grid"], theirs.starts) == ["周小满"]


def test_a_declined_or_withdrawn_swap_changes_nothing(client_as: ClientAs, cast: Cast, roster: Roster) -> None:
    shift, by = coming(roster, cast.users["worker"]), Actor.of(cast.users["worker"])
    for end, name in (("refusal", "clerk"), ("withdrawal", "worker")):
        swap = arranging.ask(
            roster, starts=shift.starts, giver=cast.users["worker"], taker=cast.users["clerk"], by=by,
            now=timezone.now(),
        )  # fmt: skip
        assert client_as(name).post(f"/swaps/{swap.pk}/{end}/").status_code == 302
        assert people(cast.nodes["grid"], shift.starts) == ["周小满"]


def test_who_is_on_duty_elsewhere_cannot_take_a_shift(cast: Cast, roster: Roster, actor: ActorOf) -> None:
    shift = coming(roster, cast.users["worker"])
    arranging.draw_up(
        cast.nodes["grid"], plan(cast, "secretary", hours="00:00-00:00"), by=actor("clerk"), now=timezone.now()
    )
    with pytest.raises(Impossible, match="自己有班"):
        arranging.ask(
            roster, starts=shift.starts, giver=cast.users["worker"], taker=cast.users["secretary"],
            by=actor("worker"), now=timezone.now(),
        )  # fmt: skip


def test_a_shift_that_is_not_mine_or_over_cannot_be_given(cast: Cast, roster: Roster, actor: ActorOf) -> None:
    shift = coming(roster, cast.users["worker"])
    for giver, now in (("secretary", timezone.now()), ("worker", shift.ends)):
        with pytest.raises(Impossible):
            arranging.ask(
                roster, starts=shift.starts, giver=cast.users[giver], taker=cast.users["clerk"],
                by=actor(giver), now=now,
            )  # fmt: skip


def test_the_desk_puts_somebody_else_on_a_shift(client_as: ClientAs, cast: Cast, roster: Roster) -> None:
    shift = coming(roster, cast.users["worker"])
    value = f"{roster.pk}.{shift.person}.{int(shift.starts.timestamp())}"
    page = f"/rosters/{roster.pk}/replacement/"
    wrong = client_as("clerk").post(page, {"shift": value, "taker": str(cast.users["handler"].pk)})
    assert wrong.status_code == 422
    done = client_as("clerk").post(page, {"shift": value, "taker": str(cast.users["building_head"].pk)})
    assert done.status_code == 422, "a building head stands on the roster of the building only"
    done = client_as("clerk").post(page, {"shift": value, "taker": str(cast.users["secretary"].pk)})
    assert done.status_code == 302
    assert people(cast.nodes["grid"], shift.starts) == ["简思远"]
    assert Notice.objects.filter(kind="duty").count() == 2


# --- calls


def begin(client: Client, ref: str = "one") -> str:
    address: str = client.post(f"/g/{GRID}/call/", {"ref": ref})["Location"]
    return address


def test_the_public_page_says_who_is_on_duty_and_offers_to_call(client: Client, cast: Cast, roster: Roster) -> None:
    [name] = people(cast.nodes["grid"], timezone.now())
    for path in (f"/g/{GRID}/", f"/g/{GRID}/call/"):
        text = client.get(path).content.decode()
        assert name in text
        assert "现在呼叫" in text
    assert not Call.objects.exists(), "looking is no call"


def test_a_call_goes_from_who_is_on_duty_up_to_the_street(client: Client, cast: Cast, roster: Roster) -> None:
    [on_duty] = people(cast.nodes["grid"], timezone.now())
    there = begin(client)
    assert begin(client) == there, "a double tap is one call"
    text = client.get(there).content.decode()
    assert on_duty in text
    assert 'href="tel:19900000001"' in text
    line = [each.user.name for each in CallAttempt.objects.select_related("user").order_by("position")]
    assert line[0] == on_duty
    assert line[-1] == "程一帆"
    assert len(line) == len(set(line)) == 4


def test_nobody_answers_and_the_next_is_on(client: Client, cast: Cast, roster: Roster) -> None:
    there = begin(client)
    for _twice in range(2):
        client.post(f"{there}unanswered/", {"position": "0"})
    call = Call.objects.get()
    assert (call.position, call.missed) == (1, 1), "the second tap does nothing"
    assert CallAttempt.objects.filter(unanswered_at__isnull=False).count() == 1
    assert Notice.objects.filter(user=cast.users["secretary"], urgent=True).count() == 1
    client.post(f"{there}answered/")
    client.post(f"{there}unanswered/", {"position": "1"})
    call.refresh_from_db()
    assert (call.outcome, call.missed) == (Call.Outcome.ANSWERED, 1)
    assert "接通了" in client.get(there).content.decode()


def test_when_nobody_answers_it_is_followed_up_and_the_number_is_erased(
    client: Client, client_as: ClientAs, cast: Cast, roster: Roster
) -> None:
    there = begin(client)
    for position in range(CallAttempt.objects.count()):
        client.post(f"{there}unanswered/", {"position": str(position)})
    call = Call.objects.get()
    assert call.outcome == Call.Outcome.UNANSWERED
    assert "12345" in client.get(there).content.decode()
    assert client.post(f"{there}callback/", {"phone": "12"}).status_code == 422
    client.post(f"{there}callback/", {"phone": "199 0000 0777"})
    call.refresh_from_db()
    assert call.phone == "19900000777"

    assert client_as("other_clerk").post(f"/calls/{call.pk}/follow-up/", {"words": "抢"}).status_code == 404
    assert client_as("worker").get("/calls/").status_code == 404
    clerk = client_as("clerk")
    text = clerk.get("/calls/").content.decode()
    assert "一个人都没接" in text
    assert "19900000777" not in text
    assert "19900000777" in clerk.post(f"/calls/{call.pk}/number/").content.decode()
    assert AuditEntry.objects.filter(kind="reveal", object_kind="call", object_id=call.pk).exists()
    assert "没有人接的呼叫" in clerk.get("/coverage/").content.decode()
    assert "没有人接的呼叫" not in client_as("other_clerk").get("/coverage/").content.decode()
    assert clerk.post(f"/calls/{call.pk}/follow-up/", {"words": ""}).status_code == 422
    for _twice in range(2):
        clerk.post(f"/calls/{call.pk}/follow-up/", {"words": "已回电，是问停水的"})
    call.refresh_from_db()
    assert call.phone is None
    assert (call.words, call.followed_up_by) == ("已回电，是问停水的", cast.users["clerk"])
    assert "没有人接的呼叫" not in clerk.get("/coverage/").content.decode()
    assert client.post(f"{there}callback/", {"phone": "19900000777"}).status_code == 409


def test_a_place_where_nobody_can_be_called_is_a_fact_to_follow_up(client: Client, cast: Cast) -> None:
    Post.objects.update(public_phone="")
    there = begin(client)
    assert "没有人接" in client.get(there).content.decode()
    assert [each.missed for each in calling.to_follow_up(Actor.of(cast.users["clerk"]))] == [1]


def test_a_call_that_nobody_ends_lapses_and_what_was_missed_stays(cast: Cast, roster: Roster) -> None:
    now = timezone.now()
    call = calling.start(cast.nodes["grid"], ref="r", now=now)
    calling.pass_on(call, position=0, now=now)
    assert calling.lapse(now) == 0
    assert calling.lapse(now + timedelta(hours=1)) == 1
    assert [each.outcome for each in calling.to_follow_up(Actor.of(cast.users["clerk"]))] == ["abandoned"]


def test_a_page_can_be_masked_or_lead_to_a_switchboard(
    client: Client, cast: Cast, roster: Roster, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = begin(client)
    monkeypatch.setattr(settings, "CALLS", "masked")
    text = client.get(there).content.decode()
    assert "199****0001" in text
    monkeypatch.setattr(settings, "CALLS", "relay")
    monkeypatch.setattr(settings, "CALL_RELAY", "06620000000,{person}")
    text = client.get(there).content.decode()
    first = CallAttempt.objects.get(position=0)
    assert f'href="tel:06620000000,{first.user_id}"' in text
    assert "19900000001" not in text
    assert "19900000001" not in client.get(f"/g/{GRID}/").content.decode()


def test_calls_from_one_address_have_a_limit(client: Client, cast: Cast, roster: Roster) -> None:
    answers = [client.post(f"/g/{GRID}/call/", {"ref": f"r{at}"}).status_code for at in range(32)]
    assert answers[0] == 302
    assert answers[-1] == 429


def test_the_number_of_the_roster_comes_before_a_persons_own(cast: Cast, actor: ActorOf) -> None:
    now = timezone.now()
    arranging.draw_up(
        cast.nodes["community"], plan(cast, "worker", "clerk", phone="19900000555"), by=actor("clerk"), now=now
    )
    assert calling.line(cast.nodes["grid"], now)[0].phone == "19900000555"


def test_somebody_who_left_is_in_no_line(cast: Cast, roster: Roster) -> None:
    Tenure.objects.filter(user=cast.users["worker"]).update(until=timezone.localdate())
    names = [each.user.name for each in calling.line(cast.nodes["grid"], timezone.now())]
    assert "周小满" not in names


def test_the_homes_show_duty(client: Client, client_as: ClientAs, cast: Cast, roster: Roster) -> None:
    session = client.session
    session["place"] = cast.nodes["grid"].pk
    session.save()
    assert "现在谁值班" in client.get("/").content.decode()
    assert client.get("/duty/")["Location"] == f"/g/{GRID}/call/"
    assert "我的班" in client_as("worker").get("/field/").content.decode()
    calling.pass_on(calling.start(cast.nodes["grid"], ref="r", now=timezone.now()), position=0, now=timezone.now())
    assert "没接的呼叫" in client_as("clerk").get("/desk/").content.decode()


def test_what_duty_holds_about_a_person_is_theirs_to_see(cast: Cast, roster: Roster) -> None:
    keeper = keepers.registered()["grid.duty"]
    assert [each.value for each in keeper.show(cast.users["worker"])] == ["24 小时值守"]
    assert keeper.export(cast.users["worker"])["rosters"][0]["place"] == "望海社区"
