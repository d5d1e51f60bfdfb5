"""Two official lists of Yangjiang: paired by parent and name, never by code."""

from datetime import date

import pytest
from click.testing import CliRunner
from django.test import Client

from lastmeter.grid import cli, divisions, reconciling, tree
from lastmeter.grid.models import Code
from lastmeter.grid.reconciling import Difference, Entry, Pair
from tests.cast import Cast


@pytest.fixture
def pairs(cast: Cast) -> list[Pair]:
    divisions.load_yangjiang(today=date(2024, 1, 1))
    return reconciling.compare()


def test_one_code_of_two_streets_is_not_mistaken_for_one_street(pairs: list[Pair]) -> None:
    reconciling.record(pairs)
    gangli = tree.resolve_code("441702008")
    assert gangli is not None
    assert gangli.name == "岗列街道"
    assert Code.objects.get(node=gangli, scheme=reconciling.SCHEME).code == "441702009"
    assert tree.code_of(gangli) == "441702008"


def test_other_spellings_are_found_also_outside_the_basic_plane(pairs: list[Pair]) -> None:
    spelt = {
        (pair.statistics.name, pair.civil.name)
        for pair in pairs
        if pair.statistics and pair.civil and pair.statistics.name != pair.civil.name
    }
    assert spelt == {("织篢镇", "织𬕂镇"), ("河朗镇", "河㙟镇"), ("双窖镇", "双滘镇"), ("新圩镇", "新墟镇")}


def test_every_place_of_both_lists_is_told_once_and_the_farms_are_only_in_one(pairs: list[Pair]) -> None:
    assert len([pair for pair in pairs if pair.civil]) == 53
    assert len([pair for pair in pairs if pair.statistics]) == 1 + 4 + 63
    only = [pair for pair in pairs if pair.difference == Difference.STATISTICS_ONLY]
    assert len(only) == 15
    assert not [pair for pair in pairs if pair.difference == Difference.CIVIL_ONLY]


def test_recording_twice_adds_nothing(pairs: list[Pair]) -> None:
    assert reconciling.record(pairs) == 53
    assert reconciling.record(reconciling.compare()) == 0


def test_a_name_one_character_from_two_others_stays_unpaired() -> None:
    statistics = [Entry("1", "东门镇"), Entry("2", "西门镇")]
    [pair, *rest] = reconciling.lay_side_by_side(statistics, [Entry("9", "南门镇")])
    assert pair.difference == Difference.CIVIL_ONLY
    assert {each.difference for each in rest} == {Difference.STATISTICS_ONLY}


def test_the_command_says_what_differs_and_a_dry_run_writes_nothing(pairs: list[Pair]) -> None:
    said = CliRunner().invoke(cli.commands, ["reconcile", "--dry-run"]).output
    assert "441702008 岗列街道\t441702009 岗列街道\t代码不同" in said
    assert not Code.objects.filter(scheme=reconciling.SCHEME).exists()
    assert "新记代码 53 个" in CliRunner().invoke(cli.commands, ["reconcile"]).output


def test_without_yangjiang_the_page_and_the_command_say_so(cast: Cast) -> None:
    assert "还没有装入阳江的区划" in Client().get("/divisions/").content.decode()
    assert CliRunner().invoke(cli.commands, ["reconcile"]).exit_code == 1


def test_the_page_lists_the_differences(pairs: list[Pair]) -> None:
    page = Client().get("/divisions/").content.decode()
    assert "织𬕂镇" in page
    assert "只在国家统计局名单里" in page
