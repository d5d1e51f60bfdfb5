"""Written addresses → parts → buildings, however they are spelt."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from lastmeter.accounts.actors import system
from lastmeter.grid.addresses import book, finding, following, parsing
from lastmeter.grid.addresses.parsing import Parts
from lastmeter.grid.models import Building, Entrance, Road
from lastmeter.grid.tests.addresses_written import ALIASES, BUILDINGS, WRITTEN
from tests.cast import Cast


@pytest.fixture
def town(cast: Cast) -> dict[str, Building]:
    """The address book of the invented town, by the keys of the data."""
    home = cast.nodes["town"].pk
    roads = book.ensure_roads((home, row[0]) for row in BUILDINGS.values() if row[0])
    compounds = book.ensure_compounds((home, row[2]) for row in BUILDINGS.values() if row[2])
    book.add_aliases((compounds[home, parsing.key(name)], alias) for name, alias in ALIASES.items())
    made = {}
    for key, (road, number, compound, block, units, node) in BUILDINGS.items():
        made[key] = Building.objects.create(
            node=cast.nodes[node],
            road=roads.get((home, road)),
            compound=compounds.get((home, compound)),
            number=number,
            block=block,
            households=20 * len(units) or 12,
        )
        Entrance.objects.bulk_create([Entrance(building=made[key], name=unit, households=20) for unit in units])
    return made


@pytest.mark.parametrize(("text", "building", "unit"), WRITTEN)
def test_a_written_address_finds_its_building(town: dict[str, Building], text: str, building: str, unit: str) -> None:
    found = finding.find(text)
    assert found, f"nothing for {parsing.parse(text)}"
    assert found[0].building == town[building], [(match.words, match.score, match.why) for match in found[:3]]
    assert (found[0].entrance.name if found[0].entrance else "") == unit


def test_every_match_says_why_and_the_words_that_are_kept(town: dict[str, Building]) -> None:
    best = finding.find("东三路12-3-2")[0]
    assert best.words == "东风三路12号湖畔小区3栋2单元"
    assert best.why == ("简称",)


def test_a_block_that_is_not_known_offers_its_neighbours_and_says_so(town: dict[str, Building]) -> None:
    best = finding.find("湖畔小区99栋")[0]
    assert best.building.compound == town["lake3"].compound
    assert any("楼栋不同" in reason for reason in best.why)


def test_two_roads_that_differ_in_their_numeral_are_not_mistaken(town: dict[str, Building]) -> None:
    assert finding.find("东风二路12号")[0].building == town["two12"]
    assert finding.find("东风三路15号")[0].building == town["three15"]


@pytest.mark.parametrize("text", ["", "  ", "12号", "3栋2单元", "路灯坏了没人修", "；；；", "%_%", "\x00"])
def test_what_names_no_place_finds_nothing(town: dict[str, Building], text: str) -> None:
    assert finding.find(text) == []


def test_only_buildings_below_the_given_node_are_found(town: dict[str, Building], cast: Cast) -> None:
    assert finding.find("东风三路15号", under=cast.nodes["community"])[0].building == town["three15"]
    there = cast.nodes["other_grid"]
    assert all(match.building.node == there for match in finding.find("湖畔小区3栋", under=there))
    assert finding.find("湖畔小区6栋", under=cast.nodes["grid"])[0].building == town["lake6"]


def test_of_two_alike_the_one_close_by_comes_first(town: dict[str, Building], cast: Cast) -> None:
    far, close = town["lake3"], town["heart3"]
    Building.objects.filter(pk=far.pk).update(lon=113.90, lat=22.80)
    Building.objects.filter(pk=close.pk).update(lon=113.97, lat=22.86)
    compound = far.compound
    assert compound is not None
    compound.names.all().delete()
    book.add_names([book.name_row("湖心花苑", compound=compound)])
    assert finding.find("湖心花苑3栋", near=(113.97, 22.86))[0].building == close
    assert finding.find("湖心花苑3栋", near=(113.90, 22.80))[0].building == far


def test_a_closed_building_is_not_found(town: dict[str, Building], cast: Cast) -> None:
    assert book.close_building(town["lake3"], by=system(), now=timezone.now())
    assert not book.close_building(town["lake3"], by=system(), now=timezone.now())
    assert all(match.building != town["lake3"] for match in finding.find("湖畔小区3栋"))


def test_finding_takes_five_queries_at_most(town: dict[str, Building], cast: Cast) -> None:
    for text in ("东三路12-3-2", "湖畔小区99栋9单元", "dongfengsanlu 12 hao 3 dong 2 danyuan"):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            finding.find(text, under=cast.nodes["town"])
        assert len(queries) <= 5


def test_buildings_roads_and_compounds_follow_a_redrawing(town: dict[str, Building], cast: Cast) -> None:
    old, new = cast.nodes["grid"].pk, cast.nodes["second_grid"].pk
    assert following.BUILDINGS.count([old]) == {old: 4}
    assert following.BUILDINGS.put(Building.objects.values("pk"), old, new) == 4
    assert following.BUILDINGS.count([old]) == {}
    roads = following.named(Road, "道路")
    home, elsewhere = cast.nodes["town"].pk, cast.nodes["county"].pk
    twin = Road.objects.create(node_id=elsewhere, name="东风三路", key=parsing.key("东风三路"))
    assert roads.count([elsewhere]) == {elsewhere: 1}
    assert roads.put(Road.objects.values("pk"), elsewhere, home) == 1
    twin.refresh_from_db()
    assert (twin.node_id, twin.name) == (home, "东风三路（海陵区）")


# -- Rules -------------------------------------------------------------------------------------------------------------

figures = st.integers(1, 300).map(str)
blocks = st.one_of(figures, st.sampled_from(["A", "B2", "C11", "东"]))
roads = st.sampled_from(["东风三路", "二环路东段", "狮子街二巷", "工业大道", "河堤路"])
compounds = st.sampled_from(["湖畔小区", "金湾一号院", "鸳湖名庭", "老糖厂宿舍", "朝阳新村二期"])


@st.composite
def parts(draw: st.DrawFn) -> Parts:
    road, compound = draw(roads), draw(st.one_of(st.just(""), compounds))
    given_road = draw(st.booleans()) or not compound
    number = draw(figures) if given_road else ""
    block = draw(blocks) if compound else draw(st.one_of(st.just(""), blocks))
    unit = draw(st.one_of(st.just(""), st.integers(1, 20).map(str))) if block else ""
    return Parts(road if given_road else "", number, compound, block, unit)


@given(parts())
def test_what_is_written_is_read_back(some: Parts) -> None:
    assert parsing.parse(parsing.written(some)) == some


@given(parts())
def test_full_width_traditional_and_spaced_writing_reads_the_same(some: Parts) -> None:
    text = parsing.written(some)
    wide = text.translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})
    assert parsing.parse(wide) == some
    assert parsing.parse(text.replace("号", "號").replace("栋", "棟").replace("单", "單")) == some
    assert parsing.parse(text.replace("号", " 号 ").replace("栋", " 栋 ")) == some


@given(st.integers(0, 999))
def test_numerals_are_read_as_they_are_written(value: int) -> None:
    assert parsing.number_of(parsing.numeral_of(value)) == value
    assert parsing.label(f"{parsing.numeral_of(value)}栋") == str(value)


@given(st.text(max_size=40))
def test_any_text_can_be_parsed_and_found(text: str) -> None:
    read = parsing.parse(text)
    assert len(read.bare) <= 3
    for each in (read.on_road(), read.in_compound()):
        assert each.bare == ()
    assert parsing.key(parsing.key(text)) == parsing.key(text)
