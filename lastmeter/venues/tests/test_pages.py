"""订场地 through the front door: four taps, the desk's decisions, keys, absence with due process, draws."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from lastmeter.accounts.actors import Actor, system
from lastmeter.kit import workdays
from lastmeter.kit.zhtime import CHINA, Calendar
from lastmeter.notices.models import Notice
from lastmeter.venues import (
    attending,
    availability,
    booking,
    drawing,
    finding,
    holdings,
    jobs,
    limits,
    opening,
    rulebook,
    rules,
)
from lastmeter.venues.booking import Refused
from lastmeter.venues.models import Absence, Booking, BookingRule, Draw, Equipment, Lot, Opening, Period, Space, Venue
from lastmeter.venues.tests.town import HOUR, Centre, build, day_at
from tests.cast import Cast

ClientAs = Callable[[str], Client]


@pytest.fixture
def centre(cast: Cast) -> Centre:
    return build(cast)


def book(
    cast: Cast, centre: Centre, who: str, space: Space, at: datetime, now: datetime | None = None, **more: float
) -> Booking:
    user = cast.users[who]
    wish = centre.wish(space, at, **more)  # type: ignore[arg-type]
    return booking.book(wish, user=user, by=Actor.of(user), now=now or timezone.now())


def test_a_resident_books_in_four_taps_and_gives_it_back(cast: Cast, centre: Centre, client_as: ClientAs) -> None:
    phone = client_as("resident")
    assert "望海党群服务中心" in phone.get("/venues/").content.decode()
    assert "阅览室" in phone.get(f"/venues/{centre.venue.pk}/").content.decode()
    at = day_at(timezone.now(), 2, 10)
    page = phone.get(f"/venues/rooms/{centre.room.pk}/?day={at:%Y-%m-%d}").content.decode()
    there = f"/venues/rooms/{centre.room.pk}/booking/"
    assert f"{there}?at={quote(at.isoformat())}" in page
    assert phone.get(f"{there}?at={quote(at.isoformat())}").status_code == 200
    given = {"at": at.isoformat(), "purpose": "读书会", "people": "4", "hours": "1", "client_ref": "tap"}
    for _twice in range(2):
        answer = phone.post(there, given)
        assert answer.status_code == 302
    row = Booking.objects.get()
    assert answer.headers["Location"] == f"/venues/bookings/{row.pk}/"
    assert "已订好" in phone.get(answer.headers["Location"]).content.decode()
    assert "读书会" in phone.get("/venues/mine/").content.decode()
    assert "阅览室" in phone.get("/").content.decode()
    assert phone.post(f"/venues/bookings/{row.pk}/cancellation/").status_code == 302
    assert not Booking.objects.filter(state="confirmed").exists()


def test_who_comes_second_is_offered_another_room_and_keeps_what_was_typed(
    cast: Cast, centre: Centre, client_as: ClientAs
) -> None:
    at = day_at(timezone.now(), 2, 10)
    book(cast, centre, "worker", centre.room, at)
    given = {"at": at.isoformat(), "purpose": "下棋", "people": "4", "hours": "1", "client_ref": "x"}
    answer = client_as("resident").post(f"/venues/rooms/{centre.room.pk}/booking/", given)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "东厅" in page
    assert "下棋" in page


def test_nobody_sees_the_bookings_of_others(cast: Cast, centre: Centre, client_as: ClientAs) -> None:
    row = book(cast, centre, "worker", centre.room, day_at(timezone.now(), 2, 10))
    for who in ("resident", "other_clerk", "handler"):
        assert client_as(who).get(f"/venues/bookings/{row.pk}/").status_code == 404
        assert client_as(who).post(f"/venues/bookings/{row.pk}/cancellation/").status_code == 404
    assert client_as("clerk").get(f"/venues/bookings/{row.pk}/").status_code == 200
    words = Client().get(f"/venues/rooms/{centre.room.pk}.ics").content.decode()
    assert "已有预约" in words
    assert "读书会" not in words


def test_the_desk_sees_rivals_side_by_side_and_decides(cast: Cast, centre: Centre, client_as: ClientAs) -> None:
    at = day_at(timezone.now(), 2, 10)
    first = book(cast, centre, "resident", centre.hall, at, people=60)
    second = book(cast, centre, "worker", centre.hall, at, people=70)
    desk = client_as("clerk")
    assert "60 人" in desk.get("/venues/desk/").content.decode()
    assert "70 人" in desk.get(f"/venues/bookings/{first.pk}/").content.decode()
    assert desk.post(f"/venues/bookings/{first.pk}/approval/").status_code == 302
    assert desk.post(f"/venues/bookings/{second.pk}/approval/").status_code == 409
    assert desk.post(f"/venues/bookings/{second.pk}/refusal/", {"words": ""}).status_code == 409
    assert desk.post(f"/venues/bookings/{second.pk}/refusal/", {"words": "已有人"}).status_code == 302
    assert client_as("other_clerk").post(f"/venues/bookings/{first.pk}/approval/").status_code == 404


def test_a_month_of_a_centre_is_one_screen_and_the_same_queries_however_full(
    cast: Cast, centre: Centre, client_as: ClientAs
) -> None:
    now, desk = timezone.now(), client_as("clerk")
    first = day_at(now, 1, 10)
    counts: list[int] = []
    for who in ("resident", "worker", "handler"):
        book(cast, centre, who, centre.east, first + len(counts) * HOUR)
        with CaptureQueriesContext(connection) as asked:
            page = desk.get(f"/venues/{centre.venue.pk}/month/?month={first:%Y-%m}").content.decode()
        counts.append(len(asked))
    assert counts[1] == counts[2]
    assert page.count("</span> 读书会") == 3
    assert client_as("other_clerk").get(f"/venues/{centre.venue.pk}/month/").status_code == 404


def test_an_official_use_is_arranged_from_the_month(cast: Cast, centre: Centre, client_as: ClientAs) -> None:
    at = day_at(timezone.now(), 2, 10)
    row = book(cast, centre, "resident", centre.hall, at, people=50)
    given = {"day": f"{at:%Y-%m-%d}", "opens": "09:00", "closes": "11:00", "people": "80", "purpose": "选举"}
    desk, there = client_as("clerk"), f"/venues/rooms/{centre.hall.pk}/official/"
    assert desk.post(there, given).status_code == 422
    assert desk.post(there, given | {"words": "换届选举"}).status_code == 302
    assert "换届选举" in client_as("resident").get(f"/venues/bookings/{row.pk}/").content.decode()


def test_a_venue_its_rooms_hours_and_rule_are_kept_by_its_desk(cast: Cast, client_as: ClientAs) -> None:
    desk = client_as("clerk")
    node = cast.nodes["community"].pk
    given = {"kind": "station", "name": "湖边驿站", "node": node, "address": "湖边"}
    assert desk.post("/venues/new/", given).status_code == 302
    venue = Venue.objects.get()
    there = f"/venues/{venue.pk}"
    assert desk.post(f"{there}/rooms/", {"name": "茶室", "capacity": "8", "buffer": "10"}).status_code == 302
    hours = {"name": "平时", "since": "2026-01-01", "day1": "08:30-12:00 14:00-24:00", "day8": "09:00-12:00"}
    assert desk.post(f"{there}/hours/", hours | {"day2": "nine"}).status_code == 422
    assert desk.post(f"{there}/hours/", hours).status_code == 302
    assert Opening.objects.count() == 3
    rule = {each.name: each.default for each in BookingRule._meta.fields if each.has_default() and each.name != "basis"}
    today = f"{timezone.localdate()}"
    assert desk.post(f"{there}/rule/", rule | {"valid_from": today, "per_person": "5"}).status_code == 302
    assert rulebook.rule_for(venue.node.path, timezone.now()).per_person == 5
    assert "湖边驿站" in desk.get(f"{there}/keeping/").content.decode()
    assert desk.post(f"{there}/hours/{Period.objects.get().pk}/removal/").status_code == 302
    assert client_as("other_clerk").post(f"{there}/rooms/", {"name": "x", "capacity": "1"}).status_code == 404


# --- keys and absence


def test_a_key_goes_out_and_comes_back(cast: Cast, centre: Centre, client_as: ClientAs) -> None:
    Space.objects.filter(pk=centre.room.pk).update(needs_key=True)
    starts = timezone.now().replace(second=0, microsecond=0) + timedelta(minutes=10)
    row = booking.book_officially(
        centre.wish(centre.room, starts), by=Actor.of(cast.users["clerk"]), now=timezone.now()
    )
    desk, there = client_as("clerk"), f"/venues/bookings/{row.pk}/"
    assert desk.post(f"{there}key/").status_code == 302
    assert desk.post(f"{there}key/").status_code == 302
    assert desk.post(f"{there}key/return/", {"words": "灯已关"}).status_code == 302
    assert desk.post(f"{there}key/return/").status_code == 409
    assert "灯已关" in desk.get(there).content.decode()


def absent(cast: Cast, centre: Centre, at: datetime, who: str = "resident") -> Booking:
    row = book(cast, centre, who, centre.room, at, now=at - timedelta(days=2))
    attending.note_absence(row, by=Actor.of(cast.users["clerk"]), now=at + attending.GRACE)
    row.refresh_from_db()
    return row


def test_absence_frees_the_room_keeps_the_row_and_is_only_noted_once(cast: Cast, centre: Centre) -> None:
    at = day_at(timezone.now(), 2, 10)
    row = book(cast, centre, "resident", centre.room, at)
    by = Actor.of(cast.users["clerk"])
    with pytest.raises(Refused):
        attending.note_absence(row, by=by, now=at + timedelta(minutes=19))
    made = attending.note_absence(row, by=by, now=at + attending.GRACE)
    assert attending.note_absence(row, by=by, now=at + attending.GRACE) == made
    assert not booking.taken_at(centre.room, at, at + HOUR)
    assert Notice.objects.filter(user=cast.users["resident"], kind="venues.absent").count() == 1


def test_two_absences_leave_one_booking_three_a_pause_and_time_ends_both(cast: Cast, centre: Centre) -> None:
    user, base = cast.users["resident"], day_at(timezone.now(), 0, 10) - timedelta(days=60)
    rule = BookingRule()
    for number, grade in ((1, ""), (2, "one"), (3, "stop")):
        at = base + number * timedelta(days=7)
        absent(cast, centre, at)
        assert limits.standing(user, rule, at + HOUR)[0] == grade
    last = base + timedelta(days=21)
    with pytest.raises(Refused, match="暂停预约"):
        book(cast, centre, "resident", centre.room, last + timedelta(days=3), now=last + timedelta(days=1))
    assert limits.standing(user, rule, last + timedelta(days=31))[0] == "one"
    assert limits.standing(user, rule, last + timedelta(days=91))[0] == ""


def test_an_appeal_is_decided_by_somebody_else_and_may_lift_it(cast: Cast, centre: Centre, client_as: ClientAs) -> None:
    row = absent(cast, centre, day_at(timezone.now(), -1, 10))
    there, phone = f"/venues/bookings/{row.pk}/appeal/", client_as("resident")
    assert client_as("secretary").post(f"{there}decision/", {"lifted": "1", "words": "早"}).status_code == 409
    assert phone.post(there, {"excuse": ""}).status_code == 409
    assert phone.post(there, {"excuse": "孩子发烧"}).status_code == 302
    assert "孩子发烧" in client_as("secretary").get("/venues/desk/").content.decode()
    assert client_as("clerk").post(f"{there}decision/", {"lifted": "1", "words": "行"}).status_code == 409
    assert client_as("secretary").post(f"{there}decision/", {"lifted": "1", "words": "情有可原"}).status_code == 302
    assert Absence.objects.get().lifted
    assert "情有可原" in phone.get(f"/venues/bookings/{row.pk}/").content.decode()
    assert phone.get("/venues/mine/").status_code == 200
    with pytest.raises(Refused):
        attending.appeal(Absence.objects.get(), excuse="再来", now=timezone.now())


def test_after_its_days_an_absence_can_no_longer_be_appealed(cast: Cast, centre: Centre) -> None:
    absent(cast, centre, day_at(timezone.now(), -20, 10))
    with pytest.raises(Refused, match="期限"):
        attending.appeal(Absence.objects.get(), excuse="忘了", now=timezone.now())


# --- hours, finding, draws


def test_a_worked_weekend_a_holiday_a_term_and_a_closure_are_days_of_their_own(cast: Cast, centre: Centre) -> None:
    ten = rules.Arrangement(
        date(2026, 1, 1), None, {1: [(time(9), time(17))], 6: [(time(14), time(22))], 9: [(time(10), time(12))]}
    )
    summer = rules.Arrangement(date(2026, 7, 1), date(2026, 9, 1), {1: [(time(8), time(20))]})
    shut = rules.Arrangement(date(2026, 7, 6), date(2026, 7, 7), {})
    worked = rules.Arrangement(date(2026, 10, 10), date(2026, 10, 11), {8: [(time(8), time(9))]})
    calendar = Calendar.national()

    def hours(day: date, *more: rules.Arrangement) -> rules.Spans:
        return rules.hours_on([ten, summer, shut, *more], day, calendar)

    assert hours(date(2026, 10, 1)) == [(time(10), time(12))]  # a Thursday, National Day
    assert hours(date(2026, 10, 10)) == [(time(9), time(17))]  # a Saturday worked in exchange: Monday's hours
    assert hours(date(2026, 10, 10), worked) == [(time(8), time(9))]
    assert hours(date(2026, 10, 17)) == [(time(14), time(22))]
    assert hours(date(2026, 7, 13)) == [(time(8), time(20))]
    assert hours(date(2026, 7, 6)) == ()


def test_what_is_free_by_the_pages_is_what_can_be_booked(cast: Cast, centre: Centre) -> None:
    now = timezone.now()
    at = day_at(now, 2, 10)
    book(cast, centre, "worker", centre.room, at)
    slots = [starts.astimezone(CHINA).hour for starts, _ends in finding.slots_of(centre.room, at.date(), now)]
    assert 10 not in slots
    assert 9 not in slots  # the buffer of this booking would run into the next
    assert 11 not in slots  # and theirs into this
    assert {8, 12, 23} <= set(slots)
    for starts, ends in finding.slots_of(centre.room, at.date(), now):
        assert not booking.taken_at(centre.room, starts, ends)


def test_rooms_are_found_by_time_size_equipment_and_distance(cast: Cast, centre: Centre, client_as: ClientAs) -> None:
    screen = Equipment.objects.create(name="幕布")
    centre.east.equipment.add(screen)
    at = day_at(timezone.now(), 2, 10)

    def names(people: int, equipment: Sequence[Equipment] = ()) -> list[str]:
        found = finding.find(finding.Search(at, at + HOUR, people, equipment))
        return [each.space.name for each in found]

    assert names(people=4) == ["阅览室", "东厅", "西厅", "多功能厅"]
    assert names(people=60) == ["多功能厅"]
    assert names(people=4, equipment=[screen]) == ["东厅"]
    book(cast, centre, "worker", centre.hall, at)
    assert names(people=4) == ["阅览室"]
    given = {
        "day": f"{at:%Y-%m-%d}",
        "opens": "10:00",
        "closes": "11:00",
        "people": "4",
        "lon": "113.966",
        "lat": "22.855",
    }
    page = client_as("resident").get("/venues/", given).content.decode()
    assert "102 米" in page
    assert client_as("resident").get("/venues/", given | {"people": "0"}).status_code == 422


def test_availability_agrees_with_the_plain_arithmetic(cast: Cast, centre: Centre) -> None:
    now = timezone.now()
    for days, hour in ((1, 9), (1, 13), (2, 20)):
        book(cast, centre, list(cast.users)[days], centre.room, day_at(now, days, hour))
    first = timezone.localdate()
    opened = [
        (rules.moment(a), rules.moment(b))
        for a, b in availability._spans(_hours(centre), first, 7, workdays.calendar())
    ]
    taken = [
        (rules.moment(row.begins), rules.moment(row.ends)) for row in centre.room.occupancies.filter(released=False)
    ]
    plain = rules.free_spans(opened, taken, timedelta(minutes=15))
    fast = availability.free([centre.room.pk], first, 7)[centre.room.pk]
    assert [(rules.minutes(a), rules.minutes(b)) for a, b in plain] == fast


def _hours(centre: Centre) -> list[rules.Arrangement]:
    return opening.book([centre.venue.pk])[centre.venue.pk, None]


def test_a_draw_can_be_recomputed_by_anybody(cast: Cast, centre: Centre, client_as: ClientAs) -> None:
    now = timezone.now()
    at, by = day_at(now, 5, 10), Actor.of(cast.users["clerk"])
    draw = drawing.open_draw(centre.hall, starts_at=at, ends_at=at + HOUR, closes_at=now + HOUR, by=by, now=now)
    there = f"/venues/draws/{draw.pk}/"
    assert draw.seal in Client().get(there).content.decode()
    assert draw.seed not in Client().get(there).content.decode()
    for who in ("resident", "worker", "handler"):
        assert client_as(who).post(f"{there}entry/", {"purpose": "唱歌", "people": "9"}).status_code == 302
    assert client_as("resident").post(f"{there}entry/", {"purpose": "唱歌", "people": "9"}).status_code == 302
    assert client_as("clerk").post(f"{there}drawing/").status_code == 409
    won = drawing.draw_lots(draw, by=by, now=now + HOUR)
    draw.refresh_from_db()
    assert rules.seal_of(draw.seed) == draw.seal
    order = rules.drawn(draw.seed, range(1, 4))
    assert won is not None
    assert won.number == order[0]
    assert list(Lot.objects.order_by("rank").values_list("number", flat=True)) == order
    assert Booking.objects.filter(state="confirmed").count() == 1
    assert draw.seed in Client().get(there).content.decode()
    assert Notice.objects.filter(kind="venues.drawn").count() == 3
    with pytest.raises(Refused):
        drawing.draw_lots(draw, by=by, now=now + HOUR)


def test_a_draw_is_opened_at_the_desk(cast: Cast, centre: Centre, client_as: ClientAs) -> None:
    given = {
        "day": "2030-05-01",
        "opens": "10:00",
        "closes": "12:00",
        "closing_day": "2030-04-20",
        "closing_time": "18:00",
    }
    there = f"/venues/rooms/{centre.hall.pk}/draws/"
    assert client_as("clerk").post(there, given | {"closing_day": "2030-05-02"}).status_code == 422
    assert client_as("clerk").post(there, given).status_code == 302
    assert Draw.objects.count() == 1


def test_what_is_held_is_shown_taken_along_and_erased(cast: Cast, centre: Centre) -> None:
    user = cast.users["resident"]
    assert holdings.show(user) == []
    row = book(cast, centre, "resident", centre.room, day_at(timezone.now(), 2, 10))
    assert holdings.show(user)[0].link == "/venues/mine/"
    assert holdings.export(user)[0]["purpose"] == "读书会"
    assert holdings.erase(user, system(), timezone.now()) == 1
    assert not booking.taken_at(centre.room, row.starts_at, row.ends_at)
    assert jobs.lapse(timezone.now()) == 0


SPANS = st.lists(st.tuples(st.integers(0, 200), st.integers(1, 40)), max_size=8)


@given(opened=SPANS, taken=SPANS, buffer=st.integers(0, 20))
def test_one_pass_over_minutes_finds_what_the_plain_arithmetic_finds(
    opened: list[tuple[int, int]], taken: list[tuple[int, int]], buffer: int
) -> None:
    def spans(lengths: list[tuple[int, int]]) -> list[tuple[int, int]]:
        return [(begin, begin + long) for begin, long in sorted(lengths)]

    def moments(minutes: list[tuple[int, int]]) -> list[rules.Span]:
        return [(rules.moment(begin), rules.moment(end)) for begin, end in minutes]

    open_minutes = [(rules.minutes(a), rules.minutes(b)) for a, b in rules.merged(moments(spans(opened)))]
    plain = rules.free_spans(moments(open_minutes), moments(spans(taken)), timedelta(minutes=buffer))
    fast = availability._left(open_minutes, spans(taken), buffer)
    assert fast == [(rules.minutes(a), rules.minutes(b)) for a, b in plain]


def test_a_draw_stands_on_the_page_of_its_room_and_in_the_month_as_one(
    cast: Cast, centre: Centre, client_as: ClientAs
) -> None:
    now = timezone.now()
    at = day_at(now, 1, 10)
    draw = drawing.open_draw(
        centre.room,
        starts_at=at,
        ends_at=at + HOUR,
        closes_at=now + HOUR / 2,
        by=Actor.of(cast.users["clerk"]),
        now=now,
    )
    for who in ("worker", "building_head"):
        drawing.enter(draw, user=cast.users[who], purpose="下棋决赛", people=4, now=now)
    page = Client().get(f"/venues/rooms/{centre.room.pk}/").content.decode()
    assert f"/venues/draws/{draw.pk}/" in page
    assert "2 人报了名" in page
    month = client_as("clerk").get(f"/venues/{centre.venue.pk}/month/?month={at:%Y-%m}").content.decode()
    assert f"/venues/draws/{draw.pk}/" in month
    assert "下棋决赛" not in month


def test_a_room_found_by_its_time_is_booked_at_that_time(cast: Cast, centre: Centre, client_as: ClientAs) -> None:
    at = day_at(timezone.now(), 2, 10)
    phone = client_as("resident")
    asked = {"day": f"{at:%Y-%m-%d}", "opens": "10:00", "closes": "12:00", "people": "4", "all": ""}
    page = phone.get("/venues/", asked).content.decode()
    there = f"/venues/rooms/{centre.room.pk}/booking/"
    assert f"{there}?at={quote(at.isoformat())}&amp;hours=2" in page
    form = phone.get(there, {"at": at.isoformat(), "hours": "2"}).content.decode()
    assert 'value="2" ' in form
    refused = phone.post(there, {"at": at.isoformat(), "purpose": "", "people": "4", "hours": "2"})
    assert refused.status_code == 422
    assert "10:00" in refused.content.decode(), "it still says when"
    assert phone.get(there, {"at": at.isoformat(), "hours": "99"}).status_code == 200
