"""Posts at the desk: the list, appointing, extending, leaving, handing over, and warnings before a term ends."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from lastmeter.grid import jobs
from lastmeter.grid.models import Handover, Post, Role, Tenure
from lastmeter.grid.staff import expiring, vacancies
from lastmeter.notices.models import Notice
from tests.cast import Cast

ClientAs = Callable[[str], Client]


def post_of(cast: Cast, username: str) -> Post:
    return Post.objects.get(tenures__user=cast.users[username])


def tenure_of(cast: Cast, username: str) -> Tenure:
    return Tenure.objects.get(user=cast.users[username])


def test_a_clerk_sees_the_posts_of_the_own_community_and_no_others(client_as: ClientAs) -> None:
    page = client_as("clerk").get("/posts/").content.decode()
    assert "周小满" in page
    assert "莫阿婆" in page
    assert "韦晓舟" not in page
    assert "韦晓舟" in client_as("dispatcher").get("/posts/").content.decode()


def test_the_posts_of_units_have_their_own_list(client_as: ClientAs) -> None:
    page = client_as("dispatcher").get("/posts/?at=unit").content.decode()
    assert "钟可" in page
    assert "周小满" not in page


@pytest.mark.parametrize("username", ["worker", "building_head", "handler", "resident", "system_admin"])
def test_whoever_keeps_no_ground_finds_no_list(client_as: ClientAs, username: str) -> None:
    assert client_as(username).get("/posts/").status_code == 404
    assert client_as(username).get("/coverage/").status_code == 404


def test_a_post_outside_the_ground_does_not_exist(cast: Cast, client_as: ClientAs) -> None:
    pk = post_of(cast, "other_worker").pk
    client = client_as("clerk")
    assert client.get(f"/posts/{pk}/").status_code == 404
    for act in ("appointment", "term", "leaving", "handover", "phone"):
        assert client.post(f"/posts/{pk}/{act}/", {"tenure": tenure_of(cast, "other_worker").pk}).status_code == 404
    assert tenure_of(cast, "other_worker").until is None


def test_filters_stand_in_the_address(cast: Cast, client_as: ClientAs) -> None:
    Post.objects.create(role=Role.LANE_HEAD, node=cast.nodes["second_grid"])
    Tenure.objects.filter(user=cast.users["building_head"]).update(until=timezone.localdate() + timedelta(days=5))
    client = client_as("clerk")
    vacant = client.get("/posts/?state=vacant").content.decode()
    assert "第二网格" in vacant
    assert "周小满" not in vacant
    soon = client.get("/posts/?state=expiring").content.decode()
    assert "莫阿婆" in soon
    assert "周小满" not in soon
    assert "周小满" not in client.get("/posts/?role=building_head").content.decode()
    assert "莫阿婆" not in client.get("/posts/?q=周小满").content.decode()
    assert "周小满" not in client.get(f"/posts/?under={cast.nodes['second_grid'].pk}").content.decode()


def test_the_list_asks_as_often_for_many_posts_as_for_few(
    cast: Cast, client_as: ClientAs, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    Post.objects.bulk_create(Post(role=Role.LANE_HEAD, node=cast.nodes["grid"]) for _ in range(300))
    client = client_as("clerk")
    with django_assert_max_num_queries(25):  # type: ignore[attr-defined]
        page = client.get("/posts/").content.decode()
    assert "cursor=" in page


def test_somebody_without_account_takes_a_vacant_post(cast: Cast, client_as: ClientAs) -> None:
    post = Post.objects.create(role=Role.LANE_HEAD, node=cast.nodes["second_grid"])
    today = timezone.localdate()
    given = {"name": "陶安", "phone": "199 0000 7001", "since": today, "until": today + timedelta(days=365)}
    answer = client_as("clerk").post(f"/posts/{post.pk}/appointment/", given, follow=True)
    assert "安全管理员" in answer.content.decode()
    tenure = Tenure.objects.get(post=post)
    assert (tenure.user.name, tenure.until) == ("陶安", today + timedelta(days=365))


def test_a_page_from_before_somebody_took_the_post_is_refused_and_shows_who_has_it(
    cast: Cast, client_as: ClientAs
) -> None:
    post = Post.objects.create(role=Role.LANE_HEAD, node=cast.nodes["second_grid"])
    there, today = f"/posts/{post.pk}/", timezone.localdate()
    assert 'name="seen"' in client_as("clerk").get(there).content.decode()
    for name, phone, status in (("陶安", "19900007001", 302), ("温良", "19900007002", 409)):
        given = {"name": name, "phone": phone, "since": today, "seen": ""}
        answer = client_as("clerk").post(f"{there}appointment/", given)
        assert answer.status_code == status
    assert "陶安" in answer.content.decode()
    seen = Tenure.objects.get(post=post).pk
    beside = {"name": "温良", "phone": "19900007002", "since": today, "seen": seen}
    assert client_as("secretary").post(f"{there}appointment/", beside).status_code == 302


def test_a_phone_of_somebody_else_and_oneself_are_refused(cast: Cast, client_as: ClientAs) -> None:
    post = Post.objects.create(role=Role.SECRETARY, node=cast.nodes["grid"])
    client, today = client_as("clerk"), timezone.localdate()
    phone = cast.users["resident"].phone
    answer = client.post(f"/posts/{post.pk}/appointment/", {"name": "陶安", "phone": phone, "since": today})
    assert answer.status_code == 422
    me = cast.users["clerk"]
    answer = client.post(f"/posts/{post.pk}/appointment/", {"name": me.name, "phone": me.phone, "since": today})
    assert answer.status_code == 422
    assert not Tenure.objects.filter(post=post).exists()


def test_a_term_is_extended_but_not_into_the_past(cast: Cast, client_as: ClientAs) -> None:
    tenure, today = tenure_of(cast, "worker"), timezone.localdate()
    there = f"/posts/{tenure.post_id}/term/"
    client = client_as("clerk")
    client.post(there, {"tenure": tenure.pk, "until": today + timedelta(days=90)})
    tenure.refresh_from_db()
    assert tenure.until == today + timedelta(days=90)
    assert client.post(there, {"tenure": tenure.pk, "until": today}).status_code == 409
    own = tenure_of(cast, "clerk")
    assert client.post(f"/posts/{own.post_id}/term/", {"tenure": own.pk, "until": ""}).status_code == 422


def test_who_leaves_is_out_with_the_next_request(cast: Cast, client_as: ClientAs) -> None:
    worker, tenure = client_as("worker"), tenure_of(cast, "worker")
    assert worker.get("/today/").status_code == 200
    client_as("clerk").post(f"/posts/{tenure.post_id}/leaving/", {"tenure": tenure.pk})
    assert worker.get("/today/").status_code in (302, 404)


def test_a_second_handover_of_the_same_tenure_finds_nobody(cast: Cast, client_as: ClientAs) -> None:
    tenure = tenure_of(cast, "worker")
    there = f"/posts/{tenure.post_id}/handover/?tenure={tenure.pk}"
    client, successor = client_as("clerk"), cast.users["resident"]
    assert client.post(there, {"name": successor.name, "phone": successor.phone}).status_code == 302
    assert client.post(there, {"name": successor.name, "phone": successor.phone}).status_code == 404
    assert Handover.objects.count() == 1


def test_a_term_that_ends_soon_is_told_once(cast: Cast) -> None:
    now: datetime = timezone.now()
    until = timezone.localdate() + timedelta(days=30)
    Tenure.objects.filter(user=cast.users["worker"]).update(until=until)
    assert expiring.warn(now) == 1
    told = set(Notice.objects.filter(kind="post.expiring").values_list("user__username", flat=True))
    assert {"worker", "clerk", "secretary", "dispatcher"} == told
    expiring.warn(now)
    assert Notice.objects.filter(kind="post.expiring").count() == len(told)


def test_a_post_that_falls_vacant_is_told_once_to_those_who_keep_the_ground(cast: Cast, client_as: ClientAs) -> None:
    tenure, now = tenure_of(cast, "worker"), timezone.now()
    client_as("clerk").post(f"/posts/{tenure.post_id}/leaving/", {"tenure": tenure.pk})
    for later in range(3):
        jobs.warn_terms(now + timedelta(days=later))
    told = Notice.objects.filter(kind="post.vacant")
    assert {notice.user.username for notice in told} == {"clerk", "secretary", "dispatcher"}
    assert told.count() == 3
    assert told[0].title == "第一网格的专职网格员空缺了"
    assert "周小满" in told[0].words


def test_a_post_handed_over_or_filled_from_a_later_day_on_is_not_vacant(cast: Cast, client_as: ClientAs) -> None:
    today, successor = timezone.localdate(), cast.users["resident"]
    Tenure.objects.filter(user=cast.users["worker"]).update(until=today)
    Tenure.objects.create(post=post_of(cast, "worker"), user=successor, since=today + timedelta(days=9))
    assert vacancies.warn(timezone.now()) == 0
    Tenure.objects.filter(user=successor).delete()
    assert vacancies.warn(timezone.now()) == 1


def test_the_public_number_is_written_by_the_desk(cast: Cast, client_as: ClientAs) -> None:
    post, client = post_of(cast, "worker"), client_as("clerk")
    assert client.post(f"/posts/{post.pk}/phone/", {"public_phone": "<b>"}).status_code == 422
    client.post(f"/posts/{post.pk}/phone/", {"public_phone": "19900000009"})
    assert "19900000009" in Client().get("/g/999902006001001/").content.decode()
