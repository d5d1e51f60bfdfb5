"""Lists of addresses: what they mean in the address book, whose ground that is, and what is given back."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from lastmeter.grid import shapes, tree
from lastmeter.grid.addresses import book, parsing
from lastmeter.grid.layers import places, plots
from lastmeter.grid.layers.places import Gazetteer
from lastmeter.grid.layers.tests.test_loading import cells, load
from lastmeter.grid.models import Building, CellState, Compound, Level, Node, Road, Unplaced
from lastmeter.kit.sheets import write_rows
from tests.cast import FOUNDED, SIDE, SOUTH, WEST, Cast, square

ClientAs = Callable[[str], Client]
BLOCKS = {"1": (0.1, 0.2), "2": (0.5, 0.2), "3": (0.9, 0.2)}  # of 湖畔小区, in sides of the first grid


@pytest.fixture
def town(cast: Cast) -> dict[str, Building]:
    """湖畔小区 with three blocks in a row, above it 东风三路 12, 14 and a house without position, in the first grid."""
    home, grid = cast.nodes["town"].pk, cast.nodes["grid"]
    roads = book.ensure_roads([(home, "东风三路")])
    compounds = book.ensure_compounds([(home, "湖畔小区")])
    book.add_aliases([(compounds[home, parsing.key("湖畔小区")], "湖景新村")])
    [road], [compound] = roads.values(), compounds.values()
    rows: dict[str, tuple[Road | None, Compound | None, str, str, tuple[float, float] | None]] = {
        **{block: (None, compound, "", block, at) for block, at in BLOCKS.items()},
        "12": (road, None, "12", "", (0.3, 0.8)),
        "14": (road, None, "14", "", (0.7, 0.8)),
        "nowhere": (road, None, "99", "", None),
    }
    return {
        key: Building.objects.create(
            node=grid,
            road=street,
            compound=estate,
            number=number,
            block=block,
            households=10,
            lon=WEST + at[0] * SIDE if at else None,
            lat=SOUTH + at[1] * SIDE if at else None,
        )
        for key, (street, estate, number, block, at) in rows.items()
    }


def near(town: dict[str, Building], key: str) -> shapely.Geometry:
    lon, lat = town[key].lon, town[key].lat
    return shapely.Point(lon, lat)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("湖畔小区2栋", {"2"}),
        ("青螺街道湖畔小区 2 号楼 3单元 501", {"2"}),
        ("湖景新村2栋", {"2"}),
        ("湖畔小区1-2栋", {"1", "2"}),
        ("湖畔小区2至3栋", {"2", "3"}),
        ("湖畔小区", {"1", "2", "3"}),
        ("东风三路12号", {"12"}),
        ("望海社区东风三路12号", {"12"}),
        ("东风三路12-14号", {"12", "14"}),
        ("东风叁路14号", {"14"}),
        ("湖伴小区3栋", {"3"}),
        ("hupan xiaoqu 3dong", {"3"}),
    ],
)
def test_an_address_is_the_ground_of_its_buildings(
    cast: Cast, town: dict[str, Building], written: str, found: set[str]
) -> None:
    meant = Gazetteer(cast.nodes["town"]).union([written])
    assert meant.missing == []
    assert meant.shape is not None
    assert {key for key in [*BLOCKS, "12", "14"] if meant.shape.intersects(near(town, key))} == found
    assert shapely.difference(meant.shape, square(0, 0)).area < 1e-12


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("湖畔小区9栋", "地址簿里没有这个门牌或楼栋"),
        ("望海社区月亮湾3栋", "网格和地址簿里都没有这个地点"),
        ("东风三路99号", "1 栋没有坐标，或与别的格子的楼在同一点上"),
    ],
)
def test_what_cannot_be_placed_says_why(cast: Cast, town: dict[str, Building], written: str, why: str) -> None:
    meant = Gazetteer(cast.nodes["town"]).union([written])
    assert (meant.shape, meant.missing) == (None, [(written, why)])


def test_a_micro_grid_whose_buildings_are_all_named_is_taken_as_it_is_drawn(
    cast: Cast, town: dict[str, Building]
) -> None:
    estate = shapely.box(WEST, SOUTH, WEST + SIDE, SOUTH + SIDE / 2)
    micro = tree.plant(parent=cast.nodes["grid"], level=Level.MICRO, name="湖畔", today=FOUNDED)
    shapes.draw({micro: estate}, source="", today=FOUNDED)
    Building.objects.filter(compound__isnull=False).update(node=micro)
    gazetteer = Gazetteer(cast.nodes["town"])
    whole = gazetteer.union(["湖畔小区"]).shape
    assert whole is not None
    assert whole.equals(estate)
    part = gazetteer.union(["湖畔小区1栋", "湖畔小区2栋"]).shape
    assert part is not None
    assert shapely.difference(part, estate).area < 1e-14
    assert part.area == pytest.approx(0.7 * estate.area, rel=1e-3)  # up to halfway between 2 and 3


def test_buildings_at_one_spot_go_to_whoever_has_half_of_them(cast: Cast, town: dict[str, Building]) -> None:
    lon, lat = town["1"].lon, town["1"].lat
    Building.objects.filter(compound__isnull=False).update(lon=lon, lat=lat)
    gazetteer = Gazetteer(cast.nodes["town"])
    assert gazetteer.union(["湖畔小区1栋"]).shape is None
    most = gazetteer.union(["湖畔小区1栋", "湖畔小区2栋"])
    assert most.missing == []
    assert most.shape is not None
    assert most.shape.intersects(shapely.Point(lon, lat))


def test_a_list_of_addresses_becomes_cells_and_the_rest_is_given_back(
    cast: Cast, town: dict[str, Building], tmp_path: Path, client_as: ClientAs
) -> None:
    file = tmp_path / "民政清单.csv"
    rows = [
        ["南片", "莫晓", "湖畔小区1-2栋、湖伴小区3栋，第二网格"],
        ["北片", "温知", "东风三路12号；东风三路77号；月亮湾"],
        ["西片", "", "月亮湾"],
    ]
    write_rows(file, ["网格名称", "负责人", "范围"], rows)
    dispatcher = client_as("dispatcher")
    told = {"street": cast.nodes["town"].pk, "department": "民政办", "name": "民政清单"}
    sent = {**told, "file": SimpleUploadedFile(file.name, file.read_bytes())}
    there = dispatcher.post("/layers/new/", sent)["Location"]
    page = dispatcher.get(there).content.decode()
    assert "湖伴小区3栋当作湖畔小区3栋" in page
    assert "改好再传" in page
    answer = dispatcher.get(f"{there}unplaced.xlsx")
    given_back = list(load_workbook(io.BytesIO(answer.content)).worksheets[0].values)
    assert given_back == [
        ("网格名称", "负责人", "范围", "行", "原因"),
        ("北片", "温知", "东风三路77号", 3, "地址簿里没有这个门牌或楼栋"),
        ("北片", "温知", "月亮湾", 3, "网格和地址簿里都没有这个地点"),
        ("西片", None, "月亮湾", 4, "网格和地址簿里都没有这个地点"),
    ]
    again = tmp_path / "again.xlsx"
    again.write_bytes(answer.content)
    layer = load(cast, again)  # the file that was given back can be sent again as it is
    assert [(cell.name, cell.state) for cell in cells(layer)] == [
        ("北片", CellState.UNPLACED),
        ("西片", CellState.UNPLACED),
    ]
    assert Unplaced.objects.filter(cell__layer=layer).count() == 3


def test_misspelt_addresses_are_looked_up_so_many_times_and_no_more(
    cast: Cast, town: dict[str, Building], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "MOST_GUESSES", 1)
    meant = Gazetteer(cast.nodes["town"]).union(["月亮湾1栋", "月亮湾1栋", "太阳湾2栋"])
    assert [why for _place, why in meant.missing][-1] == "写法对不上的地址超过 1 个，其余没有再找"


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=12))
def test_the_plots_of_a_place_are_its_ground_and_each_holds_its_building(spots: list[tuple[int, int]]) -> None:
    node = Node(pk=1, path="00001", level=Level.MICRO)
    made = [
        Building(pk=at, node=node, lon=WEST + (x + 0.5) * SIDE / 10, lat=SOUTH + (y + 0.5) * SIDE / 10)
        for at, (x, y) in enumerate(spots, 1)
    ]
    whole = square(0, 0)
    ground = plots.Plots(made, {1: whole}, {"00001": (1, Level.MICRO)})
    each = ground._plots(1, Level.MICRO)
    distinct = {spot: each[at] for at, spot in enumerate(spots, 1)}
    assert sum(shape.area for shape in distinct.values()) == pytest.approx(whole.area, rel=1e-4)
    for building in made:
        assert shapely.dwithin(each[building.pk], shapely.Point(building.lon, building.lat), 1e-7)
    shapes_, without = ground.of(made)
    assert without == []
    assert shapes_[0].equals(whole)
