"""The address book through its doors: lists brought in, the desk's pages, picking a building for a report."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from lastmeter.accounts.actors import Actor, system
from lastmeter.grid import cli, picking
from lastmeter.grid.addresses import balance, book, finding, importing, walking
from lastmeter.grid.models import Building, Compound, Node, PlaceName, Road
from lastmeter.kit.sheets import BadSheet, read_rows, write_rows
from tests.cast import Cast, middle

ClientAs = Callable[[str], Client]
HEADER = ("道路", "门牌号", "小区", "楼栋", "单元", "户数", "网格代码")
GRID, SECOND, OTHER = "999902006001001", "999902006001002", "999902006002001"
ROWS = [
    ("东风三路", "12号", "湖畔小区", "3栋", "1单元", "20", GRID),
    ("东风三路", "12号", "湖畔小区", "3栋", "2单元", "22", GRID),
    ("东风三路", "12号", "湖畔小区", "四栋", "", "36", GRID),
    ("东风二路", "7", "", "", "", "5", SECOND),
]


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    def write(*rows: tuple[str, ...], header: tuple[str, ...] = HEADER, name: str = "list.csv") -> Path:
        write_rows(tmp_path / name, header, rows)
        return tmp_path / name

    return write


def bring(file: Path, **options: object) -> importing.AddressReport:
    return importing.import_addresses(file, by=system("test"), now=timezone.now(), **options)  # type: ignore[arg-type]


# -- Import ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["list.csv", "list.xlsx"])
def test_a_list_is_brought_in_and_the_same_file_twice_changes_nothing(
    cast: Cast, table: Callable[..., Path], name: str
) -> None:
    file = table(*ROWS, name=name)
    first = bring(file)
    assert (first.read, first.opened, first.entrances, first.households, first.refused) == (4, 3, 2, 83, [])
    block = Building.objects.get(block="3")
    assert (block.households, block.node, block.entrances.count()) == (42, cast.nodes["grid"], 2)
    again = bring(file)
    assert (again.opened, again.changed, again.unchanged, again.entrances) == (0, 0, 3, 0)
    assert (Road.objects.count(), Compound.objects.count(), PlaceName.objects.count()) == (2, 1, 3)


def test_a_dry_run_says_the_same_and_writes_nothing(cast: Cast, table: Callable[..., Path]) -> None:
    report = bring(table(*ROWS), dry_run=True)
    assert (report.opened, report.entrances) == (3, 2)
    assert report.sentence().startswith("试运行")
    assert not Building.objects.exists()
    assert not Road.objects.exists()


def test_a_list_in_gbk_with_other_headers_and_addresses_in_one_column(cast: Cast, tmp_path: Path) -> None:
    file = tmp_path / "gbk.csv"
    text = "详细地址,住户数,所属网格,所属社区\n东风三路12号湖畔小区3栋2单元,22户,第一网格,望海社区\n"
    file.write_bytes(text.encode("gb18030"))
    assert bring(file).opened == 1
    assert finding.find("湖畔3栋2梯")[0].entrance is not None


def test_a_place_may_be_given_by_its_point(cast: Cast, table: Callable[..., Path]) -> None:
    lon, lat = middle(1, 0)
    file = table(
        ("河堤路8号", "9", str(lon), str(lat)),
        ("河堤路9号", "9", "100", "10"),
        header=("地址", "户数", "经度", "纬度"),
    )
    report = bring(file)
    building = Building.objects.get()
    assert (building.node, building.lon) == (cast.nodes["other_grid"], lon)
    assert [reason for _row, reason in report.refused] == ["没有写网格，经纬度也不在任何网格里。"]


def test_bad_rows_come_back_with_their_reasons_and_hinder_none_of_the_others(
    cast: Cast, table: Callable[..., Path], tmp_path: Path
) -> None:
    bad = [
        ("", "", "", "3栋", "", "1", GRID),
        ("东风三路", "", "", "", "", "1", GRID),
        ("东风三路", "20", "", "", "", "很多", GRID),
        ("东风三路", "21", "", "", "", "1", "none"),
        ("东风三路", "22", "", "", "", "1", "999902"),
        ROWS[0],
    ]
    report = bring(table(*ROWS, *bad))
    assert report.opened == 3
    assert [row.number for row, _reason in report.refused] == [6, 7, 8, 9, 10, 11]
    back = tmp_path / "back.xlsx"
    assert importing.write_refused(report, back) == 6
    rows = list(read_rows(back))
    assert rows[2].values["未收原因"] == "户数“很多”不是 0 到 5000 的整数。"
    assert rows[5].values["未收原因"] == "和第 2 行是同一个地址。"
    mended = bring(back)  # the file that came back can be brought again as it is
    assert len(mended.refused) == 5


def test_a_file_without_the_needed_columns_is_refused_as_a_whole(cast: Cast, table: Callable[..., Path]) -> None:
    with pytest.raises(BadSheet, match="网格代码"):
        bring(table(("东风三路12号",), header=("地址",)))
    with pytest.raises(BadSheet, match="地址"):
        bring(table((GRID,), header=("网格代码",)))


def test_new_counts_are_taken_over_and_summed_to_the_grids(cast: Cast, table: Callable[..., Path]) -> None:
    bring(table(*ROWS))
    changed = ("东风三路", "12号", "湖畔小区", "3栋", "2单元", "30", GRID)
    report = bring(table(changed), sum_households=True)
    assert (report.opened, report.changed, report.summed) == (0, 1, 1)
    assert Building.objects.get(block="3").households == 50
    assert Node.objects.get(pk=cast.nodes["grid"].pk).households == 86


def test_only_rows_on_ones_own_ground_are_taken(
    cast: Cast, table: Callable[..., Path], actor: Callable[[str], Actor]
) -> None:
    file = table(ROWS[0], ("河堤路", "8", "", "", "", "3", OTHER))
    report = importing.import_addresses(file, by=actor("clerk"), now=timezone.now())
    assert report.opened == 1
    assert [reason for _row, reason in report.refused] == ["“第三网格”不在您负责的范围内。"]


def test_importing_takes_the_same_queries_for_many_rows(cast: Cast, table: Callable[..., Path]) -> None:
    def queries(count: int, road: str) -> int:
        file = table(*((road, str(at), "", "", "", "3", GRID) for at in range(1, count)))
        with CaptureQueriesContext(connection) as captured:
            bring(file)
        return len(captured)

    queries(40, "青年路")
    assert abs(queries(400, "工业北路") - queries(40, "河堤路")) <= 2


def test_the_command_reports_and_writes_the_rows_not_taken(
    cast: Cast, table: Callable[..., Path], tmp_path: Path
) -> None:
    file, back = table(*ROWS, ("", "", "", "", "", "1", GRID)), tmp_path / "back.csv"
    said = CliRunner().invoke(cli.addresses, [str(file), "--refused", str(back), "--sum-households"])
    assert said.exit_code == 0, said.output
    assert "新增楼栋 3" in said.output
    assert "2 个网格的户数" in said.output
    assert back.exists()
    assert CliRunner().invoke(cli.addresses, [str(table(("x",), header=("甲",)))]).exit_code == 1


# -- Desk --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def filled(cast: Cast, table: Callable[..., Path]) -> Building:
    bring(table(*ROWS, ("河堤路", "8", "", "", "", "3", OTHER)))
    return Building.objects.get(block="3")


def test_the_clerk_walks_from_grids_to_the_entrances(cast: Cast, client_as: ClientAs, filled: Building) -> None:
    client = client_as("clerk")
    page = client.get("/addresses/").content.decode()
    assert "第一网格" in page
    assert "第三网格" not in page
    grid = client.get(f"/addresses/?in={cast.nodes['grid'].pk}").content.decode()
    assert "湖畔小区" in grid
    compound = client.get(reverse("address-compound", args=[filled.compound_id])).content.decode()
    assert "东风三路12号湖畔小区3栋" in compound
    assert "2 单元 22 户" in compound
    road = Road.objects.get(name="东风二路")
    assert "东风二路7号" in client.get(reverse("address-road", args=[road.pk])).content.decode()
    assert "湖畔小区3栋" in client.get("/addresses/?q=hupan 3dong").content.decode()


def test_the_book_of_others_does_not_exist(cast: Cast, client_as: ClientAs, filled: Building) -> None:
    other = client_as("other_clerk")
    assert other.get(reverse("address-building", args=[filled.pk])).status_code == 404
    assert other.get(reverse("address-compound", args=[filled.compound_id])).status_code == 404
    assert other.post(reverse("address-closure", args=[filled.pk])).status_code == 404
    assert other.post(reverse("address-sums", args=[cast.nodes["grid"].pk])).status_code == 404
    for name in ("building_head", "handler", "resident"):
        assert client_as(name).get("/addresses/").status_code == 404


def test_the_clerk_counts_households_adds_an_entrance_and_closes(client_as: ClientAs, filled: Building) -> None:
    client, block4 = client_as("clerk"), Building.objects.get(block="4")
    assert client.post(reverse("address-households", args=[block4.pk]), {"households": 40}).status_code == 302
    block4.refresh_from_db()
    assert block4.households == 40
    assert client.post(reverse("address-households", args=[filled.pk]), {"households": 9}).status_code == 422
    assert client.post(reverse("address-households", args=[block4.pk]), {"households": -1}).status_code == 422
    there = reverse("address-entrances", args=[filled.pk])
    assert client.post(there, {"name": "3单元", "households": 10}).status_code == 302
    assert client.post(there, {"name": "二单元", "households": 30}).status_code == 302
    filled.refresh_from_db()
    assert filled.households == 60
    assert client.post(there, {"name": "", "households": 1}).status_code == 422
    assert client.post(reverse("address-closure", args=[filled.pk])).status_code == 302
    assert client.get(reverse("address-building", args=[filled.pk])).status_code == 404


def test_the_clerk_enters_a_building_once(cast: Cast, client_as: ClientAs, filled: Building) -> None:
    client, node = client_as("clerk"), cast.nodes["grid"].pk
    assert client.get("/addresses/new/").status_code == 200
    given = {"address": "東風三路12號湖畔小區9棟", "node": node, "households": 30}
    assert client.post("/addresses/new/", given).status_code == 302
    made = Building.objects.get(block="9")
    assert made.compound == filled.compound
    assert "已经登记" in client.post("/addresses/new/", given).content.decode()
    for address in ("不知道", "湖畔小区", "东风三路"):
        assert client.post("/addresses/new/", {**given, "address": address}).status_code == 422
    outside = {**given, "address": "河堤路1号", "node": cast.nodes["other_grid"].pk}
    assert client.post("/addresses/new/", outside).status_code == 422


def test_sums_are_compared_and_taken_over(cast: Cast, client_as: ClientAs, filled: Building) -> None:
    client, grid = client_as("clerk"), cast.nodes["grid"]
    assert "多 78 户" in client.get("/addresses/").content.decode()
    assert client.post(reverse("address-sums", args=[grid.pk])).status_code == 302
    [first, *_rest] = balance.grid_sums([grid.path])
    assert (first.node.households, first.differs) == (78, False)


def test_an_upload_is_looked_at_written_and_the_bad_rows_come_back(
    cast: Cast, client_as: ClientAs, table: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path / "files")
    client = client_as("clerk")
    content = table(*ROWS, ("河堤路", "8", "", "", "", "3", OTHER)).read_bytes()
    sent = client.post("/addresses/import/", {"file": SimpleUploadedFile("list.csv", content)})
    there = sent.headers["Location"]
    page = client.get(there).content.decode()
    assert "还没有写入" in page
    assert "不在您负责的范围内" in page
    assert not Building.objects.exists()
    assert client_as("other_clerk").get(there).status_code == 404
    assert "openxmlformats" in client.get(f"{there}refused/").headers["Content-Type"]
    assert "已写入地址簿" in client.post(there, {"sums": "on"}).content.decode()
    assert Building.objects.count() == 3
    assert Node.objects.get(pk=cast.nodes["grid"].pk).households == 78


def test_an_upload_that_is_no_table_says_so(
    cast: Cast, client_as: ClientAs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path / "files")
    client = client_as("clerk")
    sent = client.post("/addresses/import/", {"file": SimpleUploadedFile("a.xlsx", b"PK\x03\x04broken")})
    answer = client.get(sent.headers["Location"])
    assert answer.status_code == 422
    assert "读不了" in answer.content.decode()


def test_the_overview_takes_the_same_queries_however_many_buildings(
    cast: Cast, client_as: ClientAs, filled: Building
) -> None:
    def queries() -> int:
        client = client_as("clerk")
        with CaptureQueriesContext(connection) as captured:
            client.get("/addresses/")
            client.get(reverse("address-compound", args=[filled.compound_id]))
        return len(captured)

    before = queries()
    for at in range(20, 40):
        book.open_building(
            f"湖畔小区{at}栋", node=cast.nodes["grid"], households=3, by=system("test"), now=timezone.now()
        )
    assert queries() == before


# -- Picking -----------------------------------------------------------------------------------------------------------


def test_the_picker_offers_the_building_and_the_report_keeps_its_words(
    cast: Cast, client: Client, filled: Building
) -> None:
    page = client.get("/places/", {"q": "东三路12-3-2", "next": "/report/"}).content.decode()
    assert "东风三路12号湖畔小区3栋2单元" in page
    found = re.search(r'href="(/places/\?[^"]*building=[^"]*)"', page)
    assert found
    picked = client.get(found[1].replace("&amp;", "&"))
    assert picked.headers["Location"] == f"/report/?place={filled.node_id}"
    report = client.get("/report/").content.decode()
    assert 'value="东风三路12号湖畔小区3栋2单元"' in report
    assert 'value="东风三路12号湖畔小区3栋2单元"' not in client.get("/report/").content.decode()


def test_what_was_typed_as_the_place_stays_behind_the_address(client: Client, filled: Building) -> None:
    session = client.session
    session[picking.WORDS] = "东风三路12号"
    assert picking.picked_words(session, "门口") == "东风三路12号 门口"
    assert picking.picked_words(session, "门口") == "门口"


def test_a_building_that_is_not_at_the_node_gives_no_words(cast: Cast, client: Client, filled: Building) -> None:
    for building, node in ((filled.pk, "other_grid"), ("x", "grid"), (10**18, "grid")):
        client.get("/places/", {"pick": cast.nodes[node].pk, "building": building, "unit": "2"})
        assert not client.session.get(picking.WORDS)


def test_picking_takes_few_queries(cast: Cast, client: Client, filled: Building) -> None:
    client.get("/places/")
    with CaptureQueriesContext(connection) as captured:
        client.get("/places/", {"q": "东风三路12号3栋2单元"})
    assert len(captured) <= 9


def test_a_ground_of_many_grids_is_walked_down_place_by_place(
    cast: Cast, client_as: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    town, community = cast.nodes["town"], cast.nodes["community"]
    monkeypatch.setattr(walking, "MOST_GRIDS", 3)
    client = client_as("dispatcher")
    text = client.get("/addresses/").content.decode()
    assert f'href="?at={community.pk}"' in text
    assert "第一网格" not in text
    assert balance.place_sums([town])[0].buildings == sum(
        each.buildings for each in balance.place_sums([community, cast.nodes["other_community"]])
    )
    assert "第一网格" in client.get(f"/addresses/?at={community.pk}").content.decode()
    where = client.get("/addresses/new/").content.decode()
    assert "先选地方" in where
    form = client.get(f"/addresses/new/?at={community.pk}").content.decode()
    assert "第一网格" in form
    assert "第三网格" not in form, "only the grids of the place that was chosen are offered"
    posted = {"address": "东风三路12号", "node": cast.nodes["grid"].pk, "households": 3}
    assert client.post("/addresses/new/", posted).status_code == 302
