"""Rosters through the front door: who is on duty, drawing up, changing, ending."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from lastmeter.accounts import keepers
from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.grid.duty import arranging, calling, month, rosters
from lastmeter.grid.duty.arranging import Impossible
from lastmeter.grid.duty.tests.drawn import GRID, ActorOf, ClientAs, form_of, people, plan, whole
from lastmeter.grid.models import Post, Roster
from lastmeter.kit.zhtime import DAY
from tests.cast import Cast


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
