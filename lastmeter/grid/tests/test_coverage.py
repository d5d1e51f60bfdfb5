"""The coverage page: what is missing stands there with the act that cures it, and goes when it is cured."""

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.grid import tree
from lastmeter.grid.duty import arranging, rosters, unmanned
from lastmeter.grid.duty.rota import DayKind, read_slots
from lastmeter.grid.models import Call, Level, Post, Role, Roster, Shape, Tenure
from lastmeter.grid.tests.test_posts import post_of
from lastmeter.kit.zhtime import DAY
from tests.cast import FOUNDED, Cast

ClientAs = Callable[[str], Client]


def body(client: Client, there: str = "/coverage/") -> str:
    return client.get(there).content.decode()


def fill(cast: Cast, node: str, role: Role) -> None:
    post = Post.objects.create(role=role, node=cast.nodes[node], public_phone="19900000002")
    Tenure.objects.create(post=post, user=cast.users["resident"], since=timezone.localdate())


def test_a_grid_without_people_is_listed_until_somebody_is_there(cast: Cast, client_as: ClientAs) -> None:
    client = client_as("clerk")
    cure = f"/posts/new/?node={cast.nodes['second_grid'].pk}"
    assert cure in body(client)
    assert str(cast.nodes["last_grid"].pk) not in body(client).replace(str(cast.nodes["second_grid"].pk), "")
    fill(cast, "second_grid", Role.GRID_HEAD)
    assert "没有缺口" in body(client)


def test_the_cure_makes_a_post_or_opens_the_vacant_one(cast: Cast, client_as: ClientAs) -> None:
    client = client_as("clerk")
    there = f"/posts/new/?node={cast.nodes['second_grid'].pk}&role=grid_worker"
    assert client.get(there).status_code == 200
    made = client.post(there, {"role": "grid_worker", "public_phone": ""})
    assert made.status_code == 302
    assert client.get(there)["Location"] == made["Location"]
    outside = f"/posts/new/?node={cast.nodes['last_grid'].pk}&role=grid_worker"
    assert client.get(outside).status_code == 404


def test_a_post_of_a_closed_account_and_a_post_without_phone_are_listed(cast: Cast, client_as: ClientAs) -> None:
    fill(cast, "second_grid", Role.GRID_HEAD)
    client = client_as("clerk")
    User.objects.filter(username="building_head").update(is_active=False)
    assert f"/posts/{post_of(cast, 'building_head').pk}/handover/" in body(client)
    Post.objects.filter(tenures__user=cast.users["worker"]).update(public_phone="")
    assert f"/posts/{post_of(cast, 'worker').pk}/#phone" in body(client)


def test_a_grid_without_a_boundary_among_drawn_ones_is_listed(cast: Cast, client_as: ClientAs) -> None:
    Shape.objects.filter(node=cast.nodes["second_grid"]).delete()
    assert "/g/999902006001002/" in body(client_as("clerk"))


def a_roster(cast: Cast, slots: str, *, people: Sequence[str] = ("worker", "clerk"), **values: Any) -> Roster:
    given: dict[str, Any] = {
        "name": f"值班 {Roster.objects.count()}",
        "round_the_clock": True,
        "phone": "",
        "valid_from": FOUNDED,
        "valid_to": None,
    } | values
    members = [cast.users[each] for each in people]
    plan = arranging.Plan(members=members, slots={DayKind.WORKDAY: read_slots(slots)}, **given)
    return arranging.draw_up(cast.nodes["grid"], plan, by=Actor.of(cast.users["clerk"]), now=timezone.now())


def test_a_roster_with_an_open_hour_is_listed_with_the_page_that_closes_it(cast: Cast, client_as: ClientAs) -> None:
    fill(cast, "second_grid", Role.GRID_HEAD)
    whole, client = a_roster(cast, "08:00-20:00 20:00-08:00"), client_as("clerk")
    assert "没有缺口" in body(client)
    gaping = a_roster(cast, "08:00-20:00 21:00-08:00")
    page = body(client, "/coverage/?gap=rosters")
    assert f"/rosters/{gaping.pk}/pattern/" in page
    assert f"/rosters/{whole.pk}/pattern/" not in page
    assert "13 段" in page
    assert f"/rosters/{gaping.pk}/" not in body(client_as("other_clerk"))


def test_a_roster_with_somebody_who_has_left_is_listed_though_its_hours_go_round(
    cast: Cast, client_as: ClientAs
) -> None:
    roster = a_roster(cast, "00:00-24:00", people=("worker", "building_head"))
    daytime = a_roster(cast, "09:00-17:00", people=("building_head",), round_the_clock=False)
    User.objects.filter(username="building_head").update(is_active=False)
    page = body(client_as("clerk"), "/coverage/?gap=rosters")
    assert f"/rosters/{roster.pk}/pattern/" in page
    assert f"/rosters/{daytime.pk}/pattern/" in page


HOURS = ("00:00-24:00", "08:00-20:00 20:00-08:00", "08:00-20:00 21:00-08:00", "08:00-18:00", "12:00-12:00")


@pytest.mark.parametrize("closed", ["building_head", "none of them"])
def test_the_rosters_listed_are_those_of_which_each_alone_says_that_somebody_is_missing(
    cast: Cast, closed: str
) -> None:
    today = timezone.localdate()
    for hours, start, end in product(HOURS, (-400, -1, 0, 3), (None, 1, 9, 300)):
        span: dict[str, Any] = {
            "valid_from": today + start * DAY,
            "valid_to": today + max(start, end) * DAY if end else None,
        }
        people = ("worker", "building_head") if end else ("clerk",)
        a_roster(cast, hours, people=people, round_the_clock=hours != HOURS[-1], **span)
    User.objects.filter(username=closed).update(is_active=False)
    running = rosters.running(Roster.objects.all(), today, today + unmanned.AHEAD)
    each_alone = {
        roster.pk for roster in rosters.whole(running) if rosters.unmanned(roster, today, today + unmanned.AHEAD)
    }
    found = {roster.pk for roster in unmanned.find([cast.nodes["town"].path], today)}
    assert found == each_alone
    assert found
    assert found != {roster.pk for roster in running}


def test_a_hundred_rosters_cost_no_more_questions_than_one(
    cast: Cast, client_as: ClientAs, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    client, there = client_as("clerk"), "/coverage/?gap=rosters"
    for hours in ("08:00-18:00", "00:00-24:00"):
        a_roster(cast, hours, people=("building_head", "clerk"))
    User.objects.filter(username="building_head").update(is_active=False)
    client.get(there)
    with CaptureQueriesContext(connection) as few:
        client.get(there)
    for hours in ("08:00-18:00", "00:00-24:00") * 30:
        a_roster(cast, hours, people=("building_head", "clerk"))
    with django_assert_max_num_queries(len(few) + 1):  # one counts what is more than a page
        client.get(there)


def test_a_gap_is_shown_to_whoever_can_cure_it(cast: Cast, client_as: ClientAs) -> None:
    Call.objects.create(node=cast.nodes["grid"], ref="x", started_at=timezone.now(), missed=1)
    assert "没有人接的呼叫" in body(client_as("clerk"))
    organiser = client_as("organiser")
    assert "没有人接的呼叫" not in body(organiser)
    assert "没有缺口" in body(organiser, "/coverage/?gap=unheard")
    assert "第二网格" in body(organiser)


def test_three_hundred_gaps_cost_no_more_questions_and_are_turned_page_by_page(
    cast: Cast, client_as: ClientAs, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    tree.plant_all(
        [tree.Seed(cast.nodes["community"], Level.GRID, f"网格 {number}") for number in range(300)], today=FOUNDED
    )
    client = client_as("clerk")
    with django_assert_max_num_queries(40):  # type: ignore[attr-defined]
        page = body(client)
    assert "?gap=" in page
    kind = next(part.split('"')[0] for part in page.split("?gap=")[1:])
    assert "cursor=" in body(client, f"/coverage/?gap={kind}")
    assert client.get("/coverage/?gap=none").status_code == 404
