"""Somebody with several posts chooses the one they act for; what they reach and what is written follows."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.grid import scope
from lastmeter.grid.models import Post, Role, Tenure
from lastmeter.grid.tests.test_posts import post_of
from tests.cast import Cast

ClientAs = Callable[[str], Client]


@pytest.fixture
def second(cast: Cast) -> Post:
    """The clerk of 望海 is also the clerk of 石桥."""
    post = Post.objects.create(role=Role.COMMUNITY_CLERK, node=cast.nodes["other_community"])
    Tenure.objects.create(post=post, user=cast.users["clerk"], since=timezone.localdate())
    return post


def test_the_switch_stands_in_the_header_of_whoever_has_several_posts(second: Post, client_as: ClientAs) -> None:
    assert "/acting/" in client_as("clerk").get("/desk/").content.decode()
    assert "/acting/" not in client_as("dispatcher").get("/desk/").content.decode()


def test_the_chosen_post_limits_what_is_reached_and_all_of_them_open_it_again(
    second: Post, client_as: ClientAs
) -> None:
    client = client_as("clerk")
    assert "周小满" in client.get("/posts/").content.decode()
    assert client.post("/acting/", {"post": second.pk, "next": "/posts/"})["Location"] == "/posts/"
    page = client.get("/posts/").content.decode()
    assert "韦晓舟" in page
    assert "周小满" not in page
    assert "石桥社区 · 社区工作人员" in page
    client.post("/acting/", {"post": "0"})
    assert "周小满" in client.get("/posts/").content.decode()


def test_a_post_that_is_not_ones_own_cannot_be_chosen(cast: Cast, second: Post, client_as: ClientAs) -> None:
    client = client_as("clerk")
    client.post("/acting/", {"post": post_of(cast, "dispatcher").pk, "next": "https://example.org/"})
    assert "as_post" not in client.session


def test_a_choice_ends_with_the_post(cast: Cast, second: Post) -> None:
    chosen = Actor.of(cast.users["clerk"], as_post=second.pk)
    assert [post.post_id for post in scope.held(chosen)] == [second.pk]
    Tenure.objects.filter(post=second).update(until=timezone.localdate())
    late = Actor.of(cast.users["clerk"], as_post=second.pk)
    assert scope.acting_post(late) is None
    assert [post.path for post in scope.held(late)] == [cast.nodes["community"].path]
