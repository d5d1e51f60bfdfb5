"""Places are found by any part of their name, by its pinyin initials, and no longer by a name it had."""

import pytest

from lastmeter.grid import naming, tree
from lastmeter.grid.models import Level
from tests.cast import FOUNDED, Cast


@pytest.mark.parametrize("words", ["望海社区", "望海", "海社", "海", "whsq", "wh", "WHS", "望海 社区", "　望海"])
def test_a_place_is_found_by_any_part_of_its_name_and_by_its_initials(cast: Cast, words: str) -> None:
    assert cast.nodes["community"] in tree.find(words)


@pytest.mark.parametrize("words", ["望桥", "海望", "社区望", "whx", "hsq"])
def test_what_is_not_in_the_name_is_not_found(cast: Cast, words: str) -> None:
    assert cast.nodes["community"] not in tree.find(words)


def test_a_rare_character_outside_the_basic_plane_is_found(cast: Cast) -> None:
    town = tree.plant(parent=cast.nodes["county"], level=Level.TOWN, name="织𬕂镇", today=FOUNDED)
    for words in ("织𬕂", "𬕂", "𬕂镇", "zlz"):
        assert town in tree.find(words)


def test_after_a_change_of_name_the_new_one_is_found_and_the_old_one_is_not(cast: Cast) -> None:
    node = cast.nodes["community"]
    node.name = "观澜社区"
    node.save(update_fields=["name"])
    naming.index([node])
    assert node in tree.find("观澜")
    assert node not in tree.find("望海")


@pytest.mark.parametrize(
    "words", ["'", '"', "a' | 'b", 'a" OR "b', "\\", "*", "a:* & !b", "NEAR(a b)", "()", "%_", "😀"]
)
def test_the_words_of_a_query_are_never_syntax(cast: Cast, words: str) -> None:
    assert tree.find(words) == []
