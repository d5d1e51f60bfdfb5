"""The coverage page: what is missing stands there with the act that cures it, and goes when it is cured."""

from collections.abc import Callable

from django.test import Client
from django.utils import timezone

from lastmeter.accounts.models import User
from lastmeter.grid import tree
from lastmeter.grid.models import Level, Post, Role, Shape, Tenure
from lastmeter.grid.tests.test_posts import post_of
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
