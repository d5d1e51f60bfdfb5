"""Scope: what a post reaches, by which columns rows are found, and that leaving closes it at once."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db.models import Q
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from lastmeter.accounts.actors import Actor, system
from lastmeter.grid import ground, scope, tree
from lastmeter.grid.models import Level, Post, Role, Tenure
from tests.cast import Cast

ActorOf = Callable[[str], Actor]


def test_a_person_reaches_their_node_and_all_below_and_nothing_beside_or_above(cast: Cast, actor: ActorOf) -> None:
    clerk = actor("clerk")
    assert scope.reaches(clerk, cast.nodes["community"].path)
    assert scope.reaches(clerk, cast.nodes["building"].path)
    assert not scope.reaches(clerk, cast.nodes["other_grid"].path)
    assert not scope.reaches(clerk, cast.nodes["town"].path)


def test_a_role_counts_only_below_where_it_is_held(cast: Cast, actor: ActorOf) -> None:
    assert scope.holds(actor("worker"), [Role.GRID_WORKER], cast.nodes["building"].path)
    assert not scope.holds(actor("worker"), [Role.GRID_WORKER], cast.nodes["second_grid"].path)
    assert not scope.holds(actor("worker"), [Role.DISPATCHER], cast.nodes["building"].path)
    assert not scope.holds(actor("worker"), [], cast.nodes["building"].path)


def test_a_post_in_a_unit_carries_the_unit_and_no_scope_of_nodes(cast: Cast, actor: ActorOf) -> None:
    handler = actor("handler")
    urban = cast.units["urban"].pk
    assert scope.in_unit(handler, urban)
    assert scope.in_unit(handler, urban, [Role.UNIT_HANDLER])
    assert not scope.in_unit(handler, urban, [Role.UNIT_HEAD])
    assert not scope.in_unit(handler, cast.units["market"].pk)
    assert scope.scope_filters(handler) == []
    assert not scope.reaches(handler, cast.nodes["town"].path)
    assert scope.reach(handler).units == {urban}


def test_visitors_the_system_and_residents_hold_nothing(cast: Cast, actor: ActorOf) -> None:
    for nobody in (Actor.visitor("device"), system(), actor("resident")):
        assert scope.held(nobody) == ()
        assert scope.scope_filters(nobody) == []
        assert not scope.reaches(nobody, cast.nodes["grid"].path)


def test_the_posts_of_one_request_are_read_once(
    cast: Cast, actor: ActorOf, django_assert_num_queries: Callable[..., object]
) -> None:
    clerk = actor("clerk")
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        scope.held(clerk)
        scope.scope_filters(clerk)
        scope.holds(clerk, [Role.SECRETARY], cast.nodes["grid"].path)


@pytest.mark.parametrize(
    ("username", "expected"),
    [
        ("worker", lambda cast: Q(dossier__grid_id=cast.nodes["grid"].pk)),
        ("clerk", lambda cast: Q(dossier__community_id=cast.nodes["community"].pk)),
        ("dispatcher", lambda cast: Q(dossier__town_id=cast.nodes["town"].pk)),
        ("organiser", lambda cast: Q(dossier__county_id=cast.nodes["county"].pk)),
        (
            "building_head",
            lambda cast: Q(
                dossier__path__gte=cast.nodes["building"].path, dossier__path__lt=cast.nodes["building"].path + "~"
            ),
        ),
    ],
)
def test_a_fixed_level_is_equality_on_its_column_and_a_building_a_range(
    cast: Cast, actor: ActorOf, username: str, expected: Callable[[Cast], Q]
) -> None:
    assert scope.scope_filters(actor(username), "dossier__") == [expected(cast)]


def test_a_post_below_another_of_the_same_person_adds_no_branch(cast: Cast, actor: ActorOf) -> None:
    for node in ("grid", "other_grid"):
        post = Post.objects.create(role=Role.GRID_HEAD, node=cast.nodes[node])
        Tenure.objects.create(post=post, user=cast.users["clerk"], since=date(2025, 1, 1))
    branches = scope.scope_filters(actor("clerk"))
    assert branches == [Q(community_id=cast.nodes["community"].pk), Q(grid_id=cast.nodes["other_grid"].pk)]


@pytest.mark.parametrize("change", ["ended", "not yet begun", "post closed", "account closed"])
def test_rights_end_with_the_tenure_the_post_or_the_account(cast: Cast, actor: ActorOf, change: str) -> None:
    tenures, today = Tenure.objects.filter(user=cast.users["clerk"]), timezone.localdate()
    if change == "ended":
        tenures.update(until=today)
    elif change == "not yet begun":
        tenures.update(since=date(2999, 1, 1))
    elif change == "post closed":
        Post.objects.filter(tenures__in=tenures).update(closed_on=today)
    else:
        cast.users["clerk"].is_active = False
        cast.users["clerk"].save()
    ground.look_again()
    assert not scope.reaches(actor("clerk"), cast.nodes["community"].path)


def test_the_place_of_a_row_names_every_level_above_it_and_none_below(cast: Cast) -> None:
    columns = scope.place_columns(cast.nodes["building"])
    assert columns is not None
    above = [cast.nodes[name].pk for name in ("city", "county", "town", "community", "grid")]
    assert [columns.city_id, columns.county_id, columns.town_id, columns.community_id, columns.grid_id] == above
    assert columns.path == cast.nodes["building"].path
    assert columns.fields()["node_then_id"] == columns.fields()["node_id"] == cast.nodes["building"].pk
    at_town = scope.place_columns(cast.nodes["town"].pk)
    assert at_town is not None
    assert (at_town.town_id, at_town.community_id, at_town.grid_id) == (cast.nodes["town"].pk, None, None)


def test_a_place_seen_before_costs_no_query_and_an_unknown_one_is_none(
    cast: Cast, django_assert_num_queries: Callable[..., object]
) -> None:
    known = scope.place_columns(cast.nodes["grid"])
    with django_assert_num_queries(0):  # type: ignore[attr-defined]
        assert scope.place_columns(cast.nodes["grid"]) == known
    assert scope.place_columns(987_654_321) is None


def test_a_place_planted_now_is_known_at_once(cast: Cast) -> None:
    scope.place_columns(cast.nodes["grid"])
    node = tree.plant(parent=cast.nodes["grid"], level=Level.MICRO, name="新楼", today=date(2026, 1, 1))
    columns = scope.place_columns(node.pk)
    assert columns is not None
    assert columns.grid_id == cast.nodes["grid"].pk


@given(st.lists(st.lists(st.sampled_from(["00001", "00002", "0000A"]), min_size=1, max_size=4).map("".join)))
def test_the_outermost_paths_cover_all_and_never_nest(paths: list[str]) -> None:
    kept = scope.outermost(paths)
    assert all(any(path.startswith(top) for top in kept) for path in paths)
    assert not any(one != other and one.startswith(other) for one in kept for other in kept)
