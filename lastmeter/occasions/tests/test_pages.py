"""活动 through the front door: signing up in two taps, the line, the door, the desk, calendars."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from lastmeter.accounts import keepers
from lastmeter.accounts.actors import Actor, system
from lastmeter.kit.zhtime import CHINA, Calendar
from lastmeter.notices.models import Notice
from lastmeter.occasions import arranging, attending, holdings, jobs, rules, signing, tickets
from lastmeter.occasions.models import CheckIn, Feed, Feedback, Occasion, Series, SignUp
from tests.cast import Cast

ClientAs = Callable[[str], Client]


def an_occasion(cast: Cast, capacity: int = 2, hours: int = 48, most: int = 1) -> Occasion:
    now = timezone.now()
    begins = now + timedelta(hours=hours)
    return arranging.arrange(
        node=cast.nodes["community"], title="包粽子", place="党群服务中心二楼", starts_at=begins,
        ends_at=begins + timedelta(hours=1), capacity=capacity, most=most, by=Actor.of(cast.users["clerk"]), now=now,
    )  # fmt: skip


def sign(cast: Cast, who: str, occasion: Occasion) -> SignUp:
    user = cast.users[who]
    return signing.sign_up(occasion.pk, user=user, by=Actor.of(user), now=timezone.now())


def test_a_resident_signs_up_cancels_and_sees_it_on_the_home(cast: Cast, client_as: ClientAs) -> None:
    occasion, phone = an_occasion(cast), client_as("resident")
    assert "包粽子" in Client().get("/activities/").content.decode()
    there = f"/activities/{occasion.pk}/"
    assert "我要报名" in phone.get(there).content.decode()
    assert phone.post(f"{there}signup/", {"party": "1"}).status_code == 302
    page = phone.get(there).content.decode()
    assert "已报上" in page
    assert "<svg" in page
    assert "包粽子" in phone.get("/").content.decode()
    assert "包粽子" in phone.get("/activities/mine/").content.decode()
    assert phone.post(f"{there}cancellation/").status_code == 302
    assert "我要报名" in phone.get(there).content.decode()


def test_who_waits_sees_the_place_in_the_line_and_accepts_in_one_tap(cast: Cast, client_as: ClientAs) -> None:
    occasion = an_occasion(cast, capacity=1)
    first = sign(cast, "worker", occasion)
    phone, there = client_as("resident"), f"/activities/{occasion.pk}/"
    phone.post(f"{there}signup/", {"party": "1"})
    assert "前面还有 0 组在排" in phone.get(there).content.decode()
    signing.cancel(first, now=timezone.now())
    assert "有名额了，请确认" in phone.get(there).content.decode()
    assert phone.post(f"{there}acceptance/").status_code == 302
    assert SignUp.objects.get(user=cast.users["resident"]).state == "seated"


def test_more_than_allowed_together_is_refused_with_the_form(cast: Cast, client_as: ClientAs) -> None:
    occasion = an_occasion(cast, most=2)
    assert client_as("resident").post(f"/activities/{occasion.pk}/signup/", {"party": "3"}).status_code == 422
    assert client_as("resident").post(f"/activities/{occasion.pk}/signup/", {"party": "2"}).status_code == 302


def test_the_desk_holds_something_once_and_across_midnight(cast: Cast, client_as: ClientAs) -> None:
    desk = client_as("clerk")
    given = {
        "title": "守岁", "node": cast.nodes["grid"].pk, "place": "广场", "day": "2027-02-05", "opens": "22:00",
        "closes": "01:00", "capacity": "30", "most": "1", "accept_hours": "24",
    }  # fmt: skip
    assert desk.post("/activities/new/", given).status_code == 302
    made = Occasion.objects.get()
    assert made.ends_at - made.starts_at == timedelta(hours=3)
    assert "守岁" in desk.get("/activities/desk/").content.decode()
    assert desk.post("/activities/new/", given | {"node": cast.nodes["other_grid"].pk}).status_code == 422
    assert desk.post("/activities/new/", given | {"repeat": "rule", "rule": "FREQ=NEVER"}).status_code == 422


def test_other_desks_and_residents_see_nobody_of_the_list(cast: Cast, client_as: ClientAs) -> None:
    occasion = an_occasion(cast)
    sign(cast, "resident", occasion)
    assert "苏禾" in client_as("clerk").get(f"/activities/{occasion.pk}/people/").content.decode()
    for who in ("other_clerk", "resident", "handler"):
        assert client_as(who).get(f"/activities/{occasion.pk}/people/").status_code == 404


def test_the_desk_signs_up_guests_adds_places_and_calls_off(cast: Cast, client_as: ClientAs) -> None:
    occasion, desk = an_occasion(cast, capacity=1), client_as("clerk")
    there = f"/activities/{occasion.pk}/"
    for name in ("黄婆婆", "李伯"):
        given = {"name": name, "phone": "19900000301", "party": "1"}
        assert desk.post(f"{there}guests/", given).status_code == 302
    assert "李伯" in desk.get(f"{there}people/").content.decode()
    assert desk.post(f"{there}capacity/", {"capacity": "2"}).status_code == 302
    assert set(occasion.signups.values_list("state", flat=True)) == {"seated", "offered"}
    assert desk.post(f"{there}capacity/", {"capacity": "1"}).status_code == 409
    assert desk.post(f"{there}calling-off/", {"why": ""}).status_code == 409
    assert desk.post(f"{there}calling-off/", {"why": "台风"}).status_code == 302
    assert "台风" in client_as("resident").get(there).content.decode()


def test_the_list_costs_the_same_queries_however_long_it_is(
    cast: Cast, client_as: ClientAs, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    desk = client_as("clerk")
    for hours in range(50, 80):
        an_occasion(cast, hours=hours)
    with django_assert_max_num_queries(14):  # type: ignore[attr-defined]
        assert desk.get("/activities/desk/").status_code == 200
    with django_assert_max_num_queries(12):  # type: ignore[attr-defined]
        assert desk.get("/activities/").status_code == 200


# --- the door


def test_a_door_that_was_offline_sends_again_and_writes_once(cast: Cast, client_as: ClientAs) -> None:
    occasion = an_occasion(cast, hours=1)
    row = sign(cast, "resident", occasion)
    code, door = tickets.write(occasion.pk, row.pk, 1), client_as("clerk")
    seen = [{"ref": "d1", "at": timezone.now().isoformat(), "code": code}, {"ref": "d2", "at": "x", "code": code + "0"}]
    for _again in range(2):
        answer = door.post(f"/activities/{occasion.pk}/checkins/", json.dumps(seen), content_type="application/json")
        assert [each["done"] for each in answer.json()] == [True, False]
    assert CheckIn.objects.count() == 1
    assert client_as("other_clerk").post(f"/activities/{occasion.pk}/checkins/", {"code": code}).status_code == 404


def test_a_code_is_good_for_its_occasion_alone_and_every_change_is_seen(cast: Cast) -> None:
    key = tickets.key_of(7)
    code = tickets.write(7, 3, 2)
    assert tickets.read(code, 7, key) == (3, 2)
    for wrong in (code.replace(".2.", ".9."), code[:-1], "", "LM.7.3.2", code + "零"):
        with pytest.raises(tickets.BadTicket):
            tickets.read(wrong, 7, key)
    with pytest.raises(tickets.BadTicket):
        tickets.read(code, 8, tickets.key_of(8))


def test_absent_is_only_said_where_somebody_kept_the_door(cast: Cast, client_as: ClientAs) -> None:
    kept, unkept = an_occasion(cast, hours=1), an_occasion(cast, hours=4)
    for occasion in (kept, unkept):
        sign(cast, "worker", occasion)
    row = sign(cast, "resident", kept)
    client_as("clerk").post(f"/activities/{kept.pk}/checkins/", {"signup": row.pk})
    jobs.settle(timezone.now() + timedelta(hours=40))
    assert kept.signups.get(user=cast.users["worker"]).state == "absent"
    assert unkept.signups.get(user=cast.users["worker"]).state == "seated"
    assert Notice.objects.filter(user=cast.users["resident"], kind="occasions.asked").count() == 1


def test_an_offline_door_that_comes_late_wins_over_absent(cast: Cast) -> None:
    occasion = an_occasion(cast, hours=1)
    row, other = sign(cast, "resident", occasion), sign(cast, "worker", occasion)
    late = timezone.now() + timedelta(hours=40)
    by = Actor.of(cast.users["clerk"])
    attending.check_in(occasion.pk, attending.Arrival("a", late, signup_id=other.pk), by=by, now=late)
    attending.settle(occasion.pk, now=late)
    attending.check_in(occasion.pk, attending.Arrival("b", occasion.starts_at, signup_id=row.pk), by=by, now=late)
    row.refresh_from_db()
    assert row.state == "came"


def test_only_who_came_says_how_it_was_and_may_say_it_anew(cast: Cast, client_as: ClientAs) -> None:
    occasion, phone = an_occasion(cast, hours=1), client_as("resident")
    row, there = sign(cast, "resident", occasion), f"/activities/{occasion.pk}/feedback/"
    assert phone.post(there, {"stars": "5"}).status_code == 409
    client_as("clerk").post(f"/activities/{occasion.pk}/checkins/", {"signup": row.pk})
    assert phone.post(there, {"stars": "9"}).status_code == 409
    for stars in ("3", "5"):
        assert phone.post(there, {"stars": stars, "words": "好"}).status_code == 302
    assert Feedback.objects.get().stars == 5
    assert "5 颗星" in client_as("clerk").get(f"/activities/{occasion.pk}/people/").content.decode()


# --- series and calendars


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def days(recurrence: rules.Recurrence, until: str) -> list[str]:
    calendar = Calendar.national()
    return [f"{each:%m-%d}" for each in rules.moments(recurrence, at("2026-01-01"), at(until), calendar)]


def test_a_series_follows_the_published_holidays_and_swapped_days() -> None:
    # 2026: National Day holiday 1 to 7 October; Sunday 20 September and Saturday 10 October are worked in exchange.
    weekly = "FREQ=WEEKLY;BYDAY=SA"
    every = days(rules.Recurrence(weekly, at("2026-09-19T15:00")), "2026-10-18")
    assert every == ["09-19", "09-26", "10-03", "10-10", "10-17"]
    free = days(rules.Recurrence(weekly, at("2026-09-19T15:00"), "free_days"), "2026-10-18")
    assert free == ["09-19", "09-26", "10-03", "10-17"]
    no_holidays = days(rules.Recurrence(weekly, at("2026-09-19T15:00"), "no_holidays"), "2026-10-18")
    assert "10-03" not in no_holidays
    assert "10-10" in no_holidays
    worked = days(rules.Recurrence("FREQ=DAILY", at("2026-09-30T15:00"), "workdays"), "2026-10-13")
    assert worked == ["09-30", "10-08", "10-09", "10-10", "10-12"]


def test_a_day_said_otherwise_is_left_out_or_held() -> None:
    rule = rules.Recurrence(
        "FREQ=WEEKLY;BYDAY=SA", at("2026-09-19T15:00"), "free_days",
        skipped=frozenset({date(2026, 9, 26)}), held=frozenset({date(2026, 10, 10), date(2026, 10, 11)}),
    )  # fmt: skip
    assert days(rule, "2026-10-18") == ["09-19", "10-03", "10-10", "10-11", "10-17"]


@pytest.mark.parametrize(
    "wrong", ["", "every day", "FREQ=SECONDLY", "FREQ=DAILY\nDTSTART:20200101", "FREQ=WEEKLY;BYDAY=XX"]
)
def test_what_is_no_rule_is_refused(wrong: str) -> None:
    with pytest.raises(rules.BadRule):
        rules.check_rule(wrong)


def test_a_series_plans_each_moment_once_and_ends_with_notice(cast: Cast, client_as: ClientAs) -> None:
    now = timezone.now()
    series = arranging.begin_series(
        node=cast.nodes["community"], title="八段锦", place="广场", rule="FREQ=WEEKLY", days="any",
        first_at=now + timedelta(days=1), minutes=60, capacity=20, by=Actor.of(cast.users["clerk"]), now=now,
    )  # fmt: skip
    planned = series.occasions.count()
    assert planned == 9
    assert jobs.plan(now) == 0
    first = series.occasions.order_by("starts_at")[0]
    sign(cast, "resident", first)
    day = first.starts_at.astimezone(CHINA).date()
    arranging.except_day(series, day=day, kind="skipped", words="下雨", now=now)
    assert Notice.objects.filter(user=cast.users["resident"], kind="occasions.called_off").count() == 1
    assert jobs.plan(now) == 0
    arranging.end_series(series, why="不办了", now=now)
    assert not Occasion.objects.to_come(now).exists()
    assert Series.objects.get().ended_at == now


def test_a_calendar_reads_its_own_address_and_a_new_one_ends_the_old(cast: Cast, client_as: ClientAs) -> None:
    occasion, phone = an_occasion(cast), client_as("resident")
    sign(cast, "resident", occasion)
    phone.post("/activities/mine/calendar/")
    old = f"/activities/calendar/{Feed.objects.get().token}.ics"
    words = Client().get(old).content.decode().replace("\r\n ", "")
    starts = occasion.starts_at.astimezone(UTC)
    assert "SUMMARY:包粽子" in words
    assert f"DTSTART:{starts:%Y%m%dT%H%M%SZ}" in words
    phone.post("/activities/mine/calendar/")
    assert Client().get(old).status_code == 404
    arranging.call_off(occasion.pk, why="台风", now=timezone.now())
    place = Client().get(f"/activities/places/{cast.nodes['town'].pk}.ics").content.decode()
    assert "STATUS:CANCELLED" in place
    assert Client().get(f"/activities/units/{cast.units['urban'].pk}.ics").status_code == 200


def test_what_is_held_is_shown_taken_along_and_erased(cast: Cast) -> None:
    user, occasion = cast.users["resident"], an_occasion(cast)
    assert holdings.show(user) == []
    sign(cast, "resident", occasion)
    assert holdings.show(user)[0].link == "/activities/mine/"
    assert keepers.export(user)["occasions"][0]["title"] == "包粽子"
    assert holdings.erase(user, system(), timezone.now()) == 1
    occasion.refresh_from_db()
    assert occasion.taken == 0
