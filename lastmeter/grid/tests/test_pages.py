"""Who is mine, plates and picking a place, as somebody without an account meets them."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from lastmeter.grid import shapes, tree
from lastmeter.grid.models import Code, Level, Node, PartyOrganisation, Plate, Post, Role, Unit, UnitKind
from tests import cast as town
from tests.cast import Cast

GRID = "999902006001001"
MOST_PATHS = 6 * 1024


def page(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, path
    return response.content.decode()


def test_a_grid_names_its_people_with_numbers_that_can_be_called(client: Client, cast: Cast) -> None:
    text = page(client, f"/g/{GRID}/")
    assert "第一网格" in text
    assert "周小满" in text
    assert 'href="tel:19900000001"' in text
    assert "简思远" in text, "the secretary of its community"
    assert f'href="/report/?g={GRID}"' in text
    assert "何守拙" not in text, "the clerk of another community"


def test_a_building_shows_its_own_head_first_and_its_grids_outline(client: Client, cast: Cast) -> None:
    text = page(client, f"/g/{cast.nodes['building'].key}/")
    assert text.index("莫阿婆") < text.index("周小满")
    assert "<svg" in text


def test_a_vacant_post_is_said_to_be_vacant(client: Client, cast: Cast) -> None:
    Post.objects.create(role=Role.GRID_HEAD, node=cast.nodes["grid"])
    assert "暂缺" in page(client, f"/g/{GRID}/")


def test_party_organisation_units_supervision_and_neighbours_are_shown(client: Client, cast: Cast) -> None:
    PartyOrganisation.objects.create(
        node=cast.nodes["grid"], rank=3, name="望海社区第一网格党支部", founded_on=date(2020, 7, 1), members=23
    )
    Unit.objects.create(node=cast.nodes["town"], name="青螺供电所", kind=UnitKind.UTILITY, phone="19900000088")
    Node.objects.filter(pk=cast.nodes["community"].pk).update(supervision_phone="19900000099")
    text = page(client, f"/g/{GRID}/")
    for words in ("望海社区第一网格党支部", "青螺供电所", "tel:19900000088", "tel:19900000099", "第二网格", "6 栋"):
        assert words in text, words


def test_any_code_the_place_ever_had_leads_to_it(client: Client, cast: Cast) -> None:
    Code.objects.create(node=cast.nodes["grid"], scheme="cjj", code="99990200600101", valid_to=date(2025, 6, 1))
    assert "周小满" in page(client, "/g/99990200600101/")


@pytest.mark.parametrize("code", ["0", "没有的代码", "9" * 300, "𬕂", "%ED%A0%80", "<b>x", "' OR 1=1"])
def test_an_unknown_code_gets_a_helpful_page(client: Client, cast: Cast, code: str) -> None:
    text = page(client, f"/g/{code}/", status=404)
    assert 'href="/places/"' in text
    assert "<b>x" not in text


def test_the_page_of_a_place_has_its_map_with_coverage_for_staff_alone(
    cast: Cast, client: Client, client_as: Callable[[str], Client]
) -> None:
    seen = page(client, f"/g/{GRID}/")
    assert f'data-code="{GRID}"' in seen
    assert "data-coverage" not in seen
    assert "data-coverage" not in page(client_as("resident"), f"/g/{GRID}/")
    assert "data-coverage" in page(client_as("worker"), f"/g/{GRID}/")


@pytest.mark.parametrize("path", ["/g/a%00b/", "/q/%00/", "/places/?q=%00", "/places/?pick=%00", "/m/%00/"])
def test_a_nul_in_an_address_is_a_bad_request_on_every_database(client: Client, cast: Cast, path: str) -> None:
    assert "没看懂这次请求" in page(client, path, status=400)


def test_an_ended_grid_says_so(client: Client, cast: Cast) -> None:
    Node.objects.filter(pk=cast.nodes["grid"].pk).update(valid_to=timezone.localdate())
    assert "已经调整" in page(client, f"/g/{GRID}/")


def test_the_outline_stays_small_however_many_corners_and_siblings(client: Client, cast: Cast) -> None:
    seeds = [tree.Seed(cast.nodes["community"], Level.GRID, f"第{number}格") for number in range(60)]
    nodes = tree.plant_all(seeds, today=town.FOUNDED)
    drawn = {node: town.square(at, 3).buffer(0.004, quad_segs=64) for at, node in enumerate(nodes)}
    shapes.draw(drawn, source="试", today=town.FOUNDED)
    text = page(client, f"/g/{GRID}/")
    svg = text[text.index('<svg class="outline"') :]
    assert len(svg[: svg.index("</svg>")]) <= MOST_PATHS + 60 * 40


def test_a_plate_leads_to_its_grid_and_is_remembered_for_the_report(client: Client, cast: Cast) -> None:
    Plate.objects.create(token="3k9w", node=cast.nodes["grid"])
    response = client.get("/q/3k9w/")
    assert response.status_code == 302
    assert response["Location"] == f"/g/{GRID}/"
    assert client.session["place"] == cast.nodes["grid"].pk
    assert client.get("/q/unknown/").status_code == 404


def test_a_place_is_picked_by_walking_down_with_plain_links(client: Client, cast: Cast) -> None:
    text = page(client, "/places/?next=/report/")
    for name in ("community", "grid"):
        node = cast.nodes[name]
        text = page(client, f"/places/?in={node.pk}&next=/report/")
    assert "湖畔小区 6 栋" in text
    response = client.get(f"/places/?pick={cast.nodes['building'].pk}&next=/report/")
    assert response["Location"] == f"/report/?place={cast.nodes['building'].pk}"
    assert client.session["place"] == cast.nodes["building"].pk


def test_a_place_is_found_by_name_and_what_is_not_found_is_said(client: Client, cast: Cast) -> None:
    assert "湖畔小区 6 栋" in page(client, "/places/?q=湖畔")
    assert "湖畔小区" not in page(client, "/places/?q=不存在的地方")


@pytest.mark.parametrize("query", ["in=abc", "in=9999999999999999999999", "q=%ED%A0%80", f"q={'长' * 500}"])
def test_nonsense_in_the_address_of_the_picker_is_harmless(client: Client, cast: Cast, query: str) -> None:
    page(client, f"/places/?{query}")


@pytest.mark.parametrize("pick", ["", "abc", "-1", "987654321", "9999999999999999999999"])
def test_a_place_that_does_not_exist_cannot_be_picked(client: Client, cast: Cast, pick: str) -> None:
    assert client.get(f"/places/?pick={pick}").status_code == 404


@pytest.mark.parametrize("goal", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_the_picker_leads_nowhere_but_to_this_site(client: Client, cast: Cast, goal: str) -> None:
    response = client.get(f"/places/?pick={cast.nodes['grid'].pk}&next={goal}")
    assert response["Location"] == f"/g/{GRID}/"


def test_my_position_leads_to_my_grid_and_the_sea_to_a_sentence(client: Client, cast: Cast) -> None:
    lon, lat = town.middle(0, 0)
    response = client.post("/places/here/", {"lon": lon, "lat": lat, "next": "/report/"})
    assert response["Location"] == f"/report/?place={cast.nodes['grid'].pk}"
    nowhere: list[dict[str, str | int]] = [
        {"lon": 0, "lat": 0},
        {"lon": "nan", "lat": 1},
        {"lon": "", "lat": ""},
        {"lon": 500, "lat": 1},
    ]
    for far in nowhere:
        response = client.post("/places/here/", far)
        assert response.status_code == 422
        assert 'role="alert"' in response.content.decode()
