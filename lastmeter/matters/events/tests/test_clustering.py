"""The clustering itself: rules for any texts, and its quality on a real message board read by hand."""

import os
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import hot as measured
from lastmeter.matters.events import clustering, hot, packing, words
from lastmeter.matters.events.clustering import Group
from lastmeter.matters.events.vocabulary import Vocabulary

DATA = Path(os.environ.get("LASTMETER_TEST_DATA", "../shared/data")) / "appeals2020/messages_hot.csv"
PLANT = (
    "螺湖花园旁边的搅拌站昼夜施工粉尘大",
    "螺湖花园旁建搅拌站，噪音和灰尘让人睡不着",
    "搅拌站离螺湖花园不到百米，孩子天天咳嗽",
)
LAMP = ("海湾路公园的路灯全都不亮", "海湾路公园路灯坏了没人修")
SAME_WORDS = ("青石小区的麻将馆深夜扰民严重", "东岭小区的麻将馆深夜扰民严重", "梧桐小区的麻将馆深夜扰民严重")


def groups(texts: tuple[str, ...]) -> list[list[int]]:
    told = [("", words.plain(each)) for each in texts]
    return clustering.cluster(Vocabulary.empty().learn(told).signatures(told))


def test_one_plant_in_different_words_is_one_thing_and_a_lamp_another() -> None:
    assert groups((*PLANT, *LAMP)) == [[0, 1, 2], [3, 4]]


def test_the_same_words_about_different_places_stay_apart() -> None:
    assert groups(SAME_WORDS) == [[0], [1], [2]]


def test_two_lines_of_the_bus_are_two_things() -> None:
    told = [(words.plain(each), "") for each in ("204路公交车等四十分钟不来", "312路公交车等四十分钟不来")]
    assert clustering.cluster(Vocabulary.empty().learn(told).signatures(told)) == [[0], [1]]


LIFE = (
    "邻居在天台养鸡，早上四点叫，味道顺着天井下来",
    "水压很小，七楼的热水器根本打不着火",
    "地下车库在进水，保安一个人在扛沙包",
    "路边那棵大榕树断了一根枝，还挂在上面没掉下来",
    "楼上卫生间漏水两个月，我家天花发霉",
    "公交站的凳子断了一条腿，坐下去会翻",
    "小孩出生要办户口、医保、疫苗本，顺序是什么",
    "楼上扔烟头，把遮阳棚烧了三个洞",
    "井盖响，每过一辆车响一次",
    "想成立业委会，八百多户，第一步要找谁",
    "楼道里堆满纸皮和旧沙发，灭火器挂在最里面",
    "化粪池满了，请安排抽",
    "门禁卡补一张要五十，合理吗",
)
COMPOUNDS = ("海韵华庭 2 栋", "海韵华庭 6 栋", "安居苑 9 栋", "金平路三巷")


def told(rows: list[tuple[str, str]]) -> list[list[int]]:
    """Groups of (place, text) as the product tells them: a title, which is the text's beginning, a place, the text."""
    texts = [(words.plain(text[:40]), words.place(place) + words.plain(text)) for place, text in rows]
    signed = Vocabulary.empty().learn(texts).signatures(texts)
    return clustering.cluster([each.at(0, spot="place:1") for each in signed])


def test_in_a_new_installation_of_fifty_matters_neighbours_are_no_event() -> None:
    """What one community writes in a week: the same compounds again and again, each time about another thing."""
    rows = [(COMPOUNDS[number % 4], f"{COMPOUNDS[number % 4]}，{text}") for number, text in enumerate(LIFE)]
    rows += [(COMPOUNDS[number % 3], text) for number, text in enumerate(LIFE[::-1])]
    same = [{at for at, (_place, text) in enumerate(rows) if each in text} for each in LIFE]
    assert all(any(set(group) <= each for each in same) for group in told(rows)), "nobody beside a stranger"


def test_in_a_new_installation_three_voices_about_one_thing_find_each_other() -> None:
    plant = [("螺湖花园 3 栋", each) for each in PLANT]
    rows = [(COMPOUNDS[number % 4], text) for number, text in enumerate(LIFE)] + plant
    assert [len(LIFE) + each for each in range(3)] in told(rows)


def test_who_would_not_be_let_in_by_the_others_is_not_of_the_core() -> None:
    texts = [(words.plain(each), "") for each in (*PLANT, LAMP[0], "螺湖花园门口摆摊的太多")]
    signed = [Group.of(each) for each in Vocabulary.empty().learn(texts).signatures(texts)]
    assert set(clustering.core(signed)) == {0, 1, 2}
    assert clustering.core([]) == clustering.core(signed[3:]) == []


TEXTS = st.lists(st.sampled_from((*PLANT, *LAMP, *SAME_WORDS, "", "？！", "abc 123", "𬕂镇的路")), max_size=14)


@given(TEXTS)
@settings(max_examples=40, deadline=None)
def test_every_message_is_in_exactly_one_group_and_again_in_the_same(texts: list[str]) -> None:
    made = groups(tuple(texts))
    assert sorted(each for group in made for each in group) == list(range(len(texts)))
    assert made == groups(tuple(texts))


@given(TEXTS)
@settings(max_examples=30, deadline=None)
def test_groups_and_word_tables_survive_the_database(texts: list[str]) -> None:
    told = [("", words.plain(each)) for each in texts]
    table = Vocabulary.empty().learn(told)
    again = packing.read_vocabulary(packing.pack_vocabulary(table), table.messages)
    assert np.array_equal(table.having, again.having)
    whole = None
    for each in table.signatures(told):
        whole = whole.plus(Group.of(each)) if whole else Group.of(each)
    if whole:
        assert packing.pack_group(packing.read_group(packing.pack_group(whole))) == packing.pack_group(whole)


@given(TEXTS)
@settings(max_examples=30, deadline=None)
def test_likeness_is_the_same_both_ways_and_never_negative(texts: list[str]) -> None:
    told = [("", words.plain(each)) for each in texts]
    signed = [Group.of(each) for each in Vocabulary.empty().learn(told).signatures(told)]
    for one, other in combinations(signed, 2):
        there, back = clustering.likeness(one, other), clustering.likeness(other, one)
        assert there == pytest.approx(back)
        assert there >= 0


needs_data = pytest.mark.skipif(not DATA.exists(), reason="the real data is not beside the repository")


@needs_data
def test_the_hot_issues_of_a_real_board_are_those_that_a_person_finds() -> None:
    found = hot.hot(measured.read(DATA))
    result = measured.quality([each.members for each in found], measured.labels("1"))
    assert result["precision"] >= 0.95
    assert result["recall"] >= 0.75
    assert max(each.heat.messages for each in found) < 80, "no pot for everything"
