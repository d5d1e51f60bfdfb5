"""The tree: planting keeps keys apart, codes are found for ever, chains and children come in order."""

import threading
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection, transaction

from lastmeter.grid import ground, tree
from lastmeter.grid.models import KEY_WIDTH, Code, GroundVersion, Level, Node
from tests import cast as town
from tests.cast import Cast

TODAY = date(2026, 11, 25)


def test_a_planted_node_hangs_below_its_parent_and_is_found_by_its_code(cast: Cast) -> None:
    node = tree.plant(
        parent=cast.nodes["community"], level=Level.GRID, name="第九网格", today=TODAY, code="999902006001009"
    )
    assert node.path == cast.nodes["community"].path + node.key
    assert len(node.key) == KEY_WIDTH
    assert tree.resolve_code(" 999902006001009 ") == node
    assert tree.code_of(node) == "999902006001009"


def test_a_node_without_code_is_addressed_by_its_key(cast: Cast) -> None:
    assert tree.code_of(cast.nodes["building"]) == cast.nodes["building"].key


def test_planting_many_takes_the_same_number_of_statements(
    cast: Cast, django_assert_max_num_queries: Callable[..., object]
) -> None:
    first = tree.Seed(cast.nodes["community"], Level.GRID, "第五网格")
    below = [tree.Seed(first, Level.MICRO, f"望海里{number}巷") for number in range(200)]
    with django_assert_max_num_queries(14):  # type: ignore[attr-defined]
        nodes = tree.plant_all([first, *below], today=TODAY)
    assert all(node.path.startswith(nodes[0].path) and node.parent_id == nodes[0].pk for node in nodes[1:])
    assert len({node.key for node in nodes}) == 201


def test_a_node_cannot_lie_below_one_of_its_own_level_or_deeper(cast: Cast) -> None:
    with pytest.raises(ValueError, match="层级应更低"):
        tree.plant(parent=cast.nodes["grid"], level=Level.TOWN, name="倒挂街道", today=TODAY)


def test_a_code_that_ended_still_leads_to_its_node_unless_another_has_it_now(cast: Cast) -> None:
    old, new = cast.nodes["grid"], cast.nodes["second_grid"]
    Code.objects.create(node=old, scheme="cjj", code="44170200600101", valid_to=date(2025, 6, 1))
    assert tree.resolve_code("44170200600101") == old
    Code.objects.create(node=new, scheme="cjj", code="44170200600101", valid_from=date(2025, 6, 1))
    assert tree.resolve_code("44170200600101") == new


@pytest.mark.parametrize("code", ["", "   ", "没有这个代码", "9" * 500, "𬕂", "'; --"])
def test_an_unknown_code_leads_nowhere(cast: Cast, code: str) -> None:
    assert tree.resolve_code(code) is None


def test_names_are_found_by_every_word_larger_places_first(cast: Cast) -> None:
    assert [node.name for node in tree.find("网格")][:1] == ["第一网格"]
    assert tree.find("湖畔 6") == [cast.nodes["building"]]
    assert tree.find("第一 望海") == []
    assert tree.find("  ") == []
    assert tree.find("网格", under=cast.nodes["other_community"]) == [
        cast.nodes["other_grid"],
        cast.nodes["last_grid"],
    ]


def test_children_leave_out_what_has_ended(cast: Cast) -> None:
    Node.objects.filter(pk=cast.nodes["grid"].pk).update(valid_to=date(2026, 1, 1))
    assert list(tree.children(cast.nodes["community"], TODAY)) == [cast.nodes["second_grid"]]
    assert cast.nodes["grid"] in tree.children(cast.nodes["community"], date(2025, 12, 31))


def test_the_chain_goes_from_the_top_to_the_node(cast: Cast) -> None:
    chain = [node.name for node in tree.chain_of(cast.nodes["building"])]
    assert chain == ["螺洲市", "海陵区", "青螺街道", "望海社区", "第一网格", "湖畔小区 6 栋"]
    assert tree.full_name(cast.nodes["grid"]) == "海陵区 › 青螺街道 › 望海社区 › 第一网格"


def test_ancestors_cost_nothing_once_seen_and_are_right_after_a_rollback(
    cast: Cast, django_assert_num_queries: Callable[..., object]
) -> None:
    path = cast.nodes["building"].path
    expected = tree.ancestor_ids([path])
    assert expected[0][Level.COMMUNITY] == cast.nodes["community"].pk
    with django_assert_num_queries(0):  # type: ignore[attr-defined]
        assert tree.ancestor_ids([path, path]) == expected * 2
    with transaction.atomic():
        lost = tree.plant(parent=cast.nodes["grid"], level=Level.MICRO, name="没有建成的楼", today=TODAY)
        tree.ancestor_ids([lost.path])
        transaction.set_rollback(True)
    ground.look_again()
    kept = tree.plant(parent=cast.nodes["grid"], level=Level.MICRO, name="建成的楼", today=TODAY)
    assert tree.ancestor_ids([kept.path])[0][Level.MICRO] == kept.pk


def test_the_first_change_of_an_empty_tree_makes_its_row(db: None) -> None:
    GroundVersion.objects.all().delete()
    ground.look_again()
    assert ground.stamp() is None
    first = ground.bump(5)
    assert ground.bump(1) == first + 5
    assert ground.stamp() is not None


def test_every_change_has_another_stamp(cast: Cast) -> None:
    before = ground.stamp()
    ground.bump()
    assert ground.stamp() != before


@pytest.mark.race
def test_two_who_plant_at_once_never_get_the_same_key(own_database: Cast) -> None:
    community, failures = own_database.nodes["community"], list[BaseException]()
    barrier = threading.Barrier(4)

    def plant(name: str) -> None:
        try:
            barrier.wait()
            for number in range(10):
                tree.plant(parent=community, level=Level.MICRO, name=f"{name}{number}", today=town.FOUNDED)
        except BaseException as error:  # told to the test's own thread below
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=plant, args=(name,)) for name in "甲乙丙丁"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    keys = list(Node.objects.filter(parent=community, level=Level.MICRO).values_list("key", flat=True))
    assert len(keys) == len(set(keys)) == 40
