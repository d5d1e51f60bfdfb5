"""The directory of a community: public data only, on a page, as PDF and as Excel; and the QR code on the screen."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from lastmeter.grid import tree
from lastmeter.grid.directory import entries as directory
from lastmeter.grid.models import Level, Node, PartyOrganisation, Post, Role, Unit, UnitKind
from lastmeter.grid.tests.test_plates import needs_font, words
from lastmeter.kit.sheets import read_rows
from tests import cast as town
from tests.cast import Cast

COMMUNITY, GRID = "999902006001", "999902006001001"


@pytest.fixture
def told(cast: Cast) -> Cast:
    """望海社区 with a Party branch, a supervision phone, a power station, a vacancy and a post that is not public."""
    PartyOrganisation.objects.create(
        node=cast.nodes["grid"], rank=3, name="第一网格党支部", founded_on=date(2020, 7, 1)
    )
    Node.objects.filter(pk=cast.nodes["town"].pk).update(supervision_phone="19900000099")
    Unit.objects.create(node=cast.nodes["town"], name="青螺供电所", kind=UnitKind.UTILITY, phone="19900000088")
    Post.objects.create(role=Role.GRID_HEAD, node=cast.nodes["second_grid"], public_phone="19900000777")
    post = Post.objects.create(role=Role.ORGANISER, node=cast.nodes["community"], public_phone="19900000666")
    post.tenures.create(user=cast.users["organiser"], since=town.FOUNDED)
    return cast


def test_the_page_lists_everybody_of_the_community_and_nobody_else(client: Client, told: Cast) -> None:
    text = client.get(f"/g/{COMMUNITY}/directory/").content.decode()
    for wanted in ("周小满", "莫阿婆", "简思远", "第一网格党支部", "青螺供电所", "19900000099", "暂缺"):
        assert wanted in text, wanted
    for hidden in ("何守拙", "唐若谷", "19900000666", "19900000777", "199000099"):
        assert hidden not in text.replace("19900000099", ""), hidden


def test_any_place_of_a_community_leads_to_its_directory_and_a_street_has_none(client: Client, told: Cast) -> None:
    assert client.get(f"/g/{GRID}/directory/")["Location"] == f"/g/{COMMUNITY}/directory/"
    for code in ("999902006", "nonsense"):
        for end in ("directory/", "directory.pdf", "directory.xlsx"):
            assert client.get(f"/g/{code}/{end}").status_code == 404


@needs_font
def test_the_pdf_holds_the_same_over_several_pages(client: Client, told: Cast) -> None:
    seeds = [tree.Seed(told.nodes["community"], Level.GRID, f"第{number}格") for number in range(90)]
    tree.plant_all(seeds, today=town.FOUNDED)
    answer = client.get(f"/g/{COMMUNITY}/directory.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert "filename*=utf-8''" in answer["Content-Disposition"]
    with pypdfium2.PdfDocument(answer.content) as document:
        assert len(document) > 1
    said = words(answer.content)
    assert said.count("姓名") > 1, "the header comes again"
    for wanted in ("望海社区网格通讯录", "周小满", "第89格", "青螺供电所", "1 / "):
        assert wanted in said, wanted
    assert "何守拙" not in said


def test_the_workbook_has_a_line_a_person_complete_in_itself(client: Client, told: Cast, tmp_path: Path) -> None:
    path = tmp_path / "d.xlsx"
    path.write_bytes(client.get(f"/g/{COMMUNITY}/directory.xlsx").content)
    rows = [row.values for row in read_rows(path)]
    worker = next(row for row in rows if row["姓名"] == "周小满")
    assert (worker["代码"], worker["名称"], worker["电话"]) == (GRID, "第一网格", "19900000001")
    assert (worker["党组织"], worker["监督电话"]) == ("第一网格党支部", "19900000099")
    vacant = next(row for row in rows if row["岗位"] == "网格长")
    assert (vacant["姓名"], vacant["电话"]) == ("", "")


def test_without_a_chinese_font_the_page_stays_and_says_how_to_print(
    client: Client, told: Cast, settings: LazySettings
) -> None:
    settings.FONT = "/no/such/font.ttc"
    answer = client.get(f"/g/{COMMUNITY}/directory.pdf")
    assert answer.status_code == 503
    assert "浏览器打印" in answer.content.decode()
    assert "周小满" in answer.content.decode()


def test_files_are_limited_for_one_network_address(client: Client, told: Cast) -> None:
    answers = {client.get(f"/g/{COMMUNITY}/directory.xlsx").status_code for _try in range(61)}
    assert answers == {200, 429}


def test_a_large_community_takes_the_same_queries(
    told: Cast, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    grids = tree.plant_all(
        [tree.Seed(told.nodes["community"], Level.GRID, f"第{number}格") for number in range(50)], today=town.FOUNDED
    )
    for grid in grids:
        post = Post.objects.create(role=Role.GRID_WORKER, node=grid)
        post.tenures.create(user=told.users["worker"], since=timezone.localdate())
    with django_assert_max_num_queries(8):  # type: ignore[attr-defined]
        assert len(directory.of_community(told.nodes["community"]).entries) == 54


def test_the_place_shows_its_qr_code_on_the_screen(client: Client, told: Cast, settings: LazySettings) -> None:
    settings.SITE_URL = "https://grid.example.cn"
    text = client.get(f"/g/{GRID}/").content.decode()
    assert f'href="/g/{GRID}/qr.svg"' in text
    assert f'href="/g/{GRID}/directory/"' in text
    drawn = client.get(f"/g/{GRID}/qr.svg")
    assert drawn["Content-Type"] == "image/svg+xml"
    assert f"https://grid.example.cn/g/{GRID}/" in drawn.content.decode()
    assert "directory/" not in client.get("/g/999902006/").content.decode()
