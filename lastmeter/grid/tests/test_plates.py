"""Plates: printed and read back as a reader and a phone would, replaced, revoked; and who may."""

from collections.abc import Callable

import pypdfium2
import pytest
import zxingcpp
from django.conf import LazySettings
from django.http.response import HttpResponseBase
from django.test import Client
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import AuditEntry
from lastmeter.grid import tree
from lastmeter.grid.directory import entries as directory
from lastmeter.grid.models import Level, Node, Plate, Post, Role
from lastmeter.grid.plates import making as plates
from lastmeter.grid.plates import paper as plate_paper
from lastmeter.kit.fonts import NoFont, faces
from tests import cast as town
from tests.cast import Cast

ClientAs = Callable[[str], Client]
GRID = "999902006001001"

try:
    faces()
    HAS_FONT = True
except NoFont:
    HAS_FONT = False
needs_font = pytest.mark.skipif(not HAS_FONT, reason="no font with Chinese on this machine (fonts-noto-cjk)")


def body(answer: HttpResponseBase) -> bytes:
    return b"".join(answer)


def scanned(pdf: bytes) -> list[list[str]]:
    """What a phone reads on each page, drawn at 150 dots an inch."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [
            [code.text for code in zxingcpp.read_barcodes(page.render(scale=150 / 72).to_pil())] for page in document
        ]


def words(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


@needs_font
@pytest.mark.parametrize(("layout", "pages"), [("a4", 9), ("a6", 9), ("four", 3), ("eight", 2)])
def test_every_plate_of_every_format_can_be_scanned_and_leads_to_its_place(
    cast: Cast, actor: Callable[[str], Actor], layout: str, pages: int
) -> None:
    names = [f"第{number}格" for number in range(9)]
    nodes = tree.plant_all([tree.Seed(cast.nodes["community"], Level.GRID, name) for name in names], today=town.FOUNDED)
    made = plates.ready(nodes, by=actor("clerk"), now=timezone.now())
    pdf = plate_paper.plates_pdf(made, directory.signs(nodes), layout, now=timezone.now())
    read = scanned(pdf)
    assert len(read) == pages
    assert sorted(text for page in read for text in page) == sorted(map(plates.address, made))
    for text in read[0]:
        assert "第" in str(Client().get(text.removeprefix("http://127.0.0.1:8000"), follow=True).content.decode())


@needs_font
def test_a_plate_says_where_it_is_who_is_in_charge_and_what_to_do(
    cast: Cast, actor: Callable[[str], Actor], settings: LazySettings
) -> None:
    settings.SITE_URL = "https://grid.example.cn"
    node = cast.nodes["grid"]
    Node.objects.filter(pk=cast.nodes["town"].pk).update(supervision_phone="19900000099")
    Node.objects.filter(pk=node.pk).update(name="第一网格（含湖畔小区、𬕂村和东风三路两侧的全部沿街商铺及住宅）")
    node.refresh_from_db()
    [plate] = plates.make([node], spot="3栋1单元门口", by=actor("clerk"), now=timezone.now())
    pdf = plate_paper.plates_pdf([plate], directory.signs([node]), "a4", now=timezone.now())
    said = words(pdf).replace("\r\n", "").replace("\n", "")
    for wanted in ("𬕂村", "3栋1单元门口", "周小满", "专职网格员", "199 0000 0001", "监督电话 19900000099", "找网格员"):
        assert wanted in said, wanted
    assert "何守拙" not in said
    assert scanned(pdf) == [[f"https://grid.example.cn/q/{plate.token}/"]]


def test_a_building_names_its_head_and_the_grid_worker_rather_than_two_of_its_own(cast: Cast) -> None:
    building = cast.nodes["building"]
    post = Post.objects.create(role=Role.HUB_HOUSEHOLD, node=building, public_phone="19900000003")
    post.tenures.create(user=cast.users["resident"], since=town.FOUNDED)
    [sign] = directory.signs([building]).values()
    assert [each.name for each in sign.people] == ["莫阿婆", "周小满"]


@needs_font
def test_a_place_without_anybody_to_call_says_what_to_do_instead(cast: Cast, actor: Callable[[str], Actor]) -> None:
    Post.objects.update(public_phone="")
    node = cast.nodes["last_grid"]
    made = plates.make([node], by=actor("dispatcher"), now=timezone.now())
    for layout in plate_paper.LAYOUTS:
        assert "12345" in words(plate_paper.plates_pdf(made, directory.signs([node]), layout, now=timezone.now()))


def test_making_twice_gives_the_same_plate_and_is_audited_once(cast: Cast, actor: Callable[[str], Actor]) -> None:
    nodes = [cast.nodes["grid"], cast.nodes["second_grid"]]
    first = plates.make(nodes, by=actor("clerk"), now=timezone.now())
    again = plates.make(nodes, by=actor("secretary"), now=timezone.now())
    assert [each.token for each in first] == [each.token for each in again]
    assert AuditEntry.objects.filter(kind="plate.make").count() == 2


def test_a_replaced_plate_says_so_kindly_leads_on_and_is_not_trusted_as_a_place(
    client: Client, cast: Cast, actor: Callable[[str], Actor]
) -> None:
    [old] = plates.make([cast.nodes["grid"]], spot="门口", by=actor("clerk"), now=timezone.now())
    new = plates.replace(old, by=actor("clerk"), now=timezone.now())
    assert (new.spot, new.node_id) == ("门口", old.node_id)
    answer = client.get(f"/q/{old.token}/")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "停用" in text
    assert f'href="/g/{GRID}/"' in text
    assert "place" not in client.session
    assert client.get(f"/q/{new.token}/").status_code == 302
    with pytest.raises(plates.Revoked):
        plates.replace(old, by=actor("clerk"), now=timezone.now())
    assert Plate.objects.current().filter(node=cast.nodes["grid"]).count() == 1


def test_a_clerk_ticks_places_and_gets_the_pdf_and_the_list_remembers_when(client_as: ClientAs, cast: Cast) -> None:
    client = client_as("clerk")
    text = client.get("/plates/?deep=1").content.decode()
    assert "周小满" in text
    assert "湖畔小区 6 栋" in text
    assert "第三网格" not in text, "the other community's"
    if not HAS_FONT:
        pytest.skip("no font with Chinese on this machine (fonts-noto-cjk)")
    where = {"in": cast.nodes["community"].pk, "format": "four"}
    answer = client.post("/plates/print/", where | {"pick": [cast.nodes["grid"].pk, cast.nodes["building"].pk]})
    assert answer["Content-Type"] == "application/pdf"
    assert len(scanned(body(answer))[0]) == 2
    assert Plate.objects.exclude(printed_at=None).count() == 2
    body(client.post("/plates/print/", where | {"all": "1", "deep": "1"}))
    assert Plate.objects.exclude(printed_at=None).count() == 4
    one = Plate.objects.get(node=cast.nodes["grid"])
    assert scanned(body(client.post("/plates/print/", where | {"plate": one.pk}))) == [[plates.address(one)]]


@pytest.mark.parametrize("bad", [{}, {"pick": "x"}, {"format": "a0", "all": "1"}, {"pick": "987654321"}])
def test_a_print_without_places_or_with_nonsense_comes_back_with_a_sentence(
    client_as: ClientAs, cast: Cast, bad: dict[str, str]
) -> None:
    answer = client_as("clerk").post("/plates/print/", {"in": cast.nodes["community"].pk, "format": "a4"} | bad)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


def test_without_a_chinese_font_the_page_says_what_is_missing(
    client_as: ClientAs, cast: Cast, settings: LazySettings
) -> None:
    settings.FONT = "/no/such/font.ttc"
    answer = client_as("clerk").post("/plates/print/", {"in": cast.nodes["grid"].pk, "format": "a4", "all": "1"})
    assert answer.status_code == 503
    assert "/no/such/font.ttc" in answer.content.decode()
    assert not Plate.objects.exclude(printed_at=None).exists()


def test_spots_are_added_replaced_and_revoked_on_the_page_of_a_place(client_as: ClientAs, cast: Cast) -> None:
    client, node = client_as("secretary"), cast.nodes["building"]
    there = f"/plates/{node.pk}/"
    assert client.post(there, {"spot": "3栋1单元门口"}).status_code == 302
    assert client.post(there, {"spot": " "}).status_code == 422
    plate = Plate.objects.get(node=node)
    assert "3栋1单元门口" in client.get(there).content.decode()
    client.post(f"{there}{plate.pk}/replacement/")
    fresh = Plate.objects.current().get(node=node)
    assert fresh.token != plate.token
    assert "已经有人作废" in client.post(f"{there}{plate.pk}/revocation/", follow=True).content.decode()
    client.post(f"{there}{fresh.pk}/revocation/")
    assert not Plate.objects.current().filter(node=node).exists()
    assert "作废了的牌" in client.get(there).content.decode()


@pytest.mark.parametrize("name", ["other_clerk", "worker", "handler", "resident", "building_head"])
def test_nobody_else_makes_prints_or_revokes_plates_of_a_ground(
    client_as: ClientAs, cast: Cast, actor: Callable[[str], Actor], name: str
) -> None:
    node = cast.nodes["grid"]
    [plate] = plates.make([node], by=actor("clerk"), now=timezone.now())
    client, there = client_as(name), f"/plates/{node.pk}/"
    for path in (f"/plates/?in={node.pk}", there):
        assert client.get(path).status_code == 404
    for path in (there, f"{there}{plate.pk}/replacement/", f"{there}{plate.pk}/revocation/"):
        assert client.post(path, {"spot": "x"}).status_code == 404
    assert client.post("/plates/print/", {"in": node.pk, "format": "a4", "all": "1"}).status_code == 404
    assert Plate.objects.get() == plate


def test_a_plate_of_another_place_cannot_be_reached_through_mine(
    client_as: ClientAs, cast: Cast, actor: Callable[[str], Actor]
) -> None:
    [plate] = plates.make([cast.nodes["other_grid"]], by=actor("other_clerk"), now=timezone.now())
    client, mine = client_as("clerk"), cast.nodes["grid"]
    assert client.post(f"/plates/{mine.pk}/{plate.pk}/revocation/").status_code == 404
    answer = client.post("/plates/print/", {"in": mine.pk, "format": "a4", "plate": plate.pk})
    assert answer.status_code == 422


def test_a_head_of_one_grid_keeps_its_plates_and_those_below(client_as: ClientAs, cast: Cast) -> None:
    post = Post.objects.create(role=Role.GRID_HEAD, node=cast.nodes["grid"])
    post.tenures.create(user=cast.users["worker"], since=town.FOUNDED)
    client = client_as("worker")
    assert client.get("/plates/").status_code == 200
    assert client.get(f"/plates/{cast.nodes['building'].pk}/").status_code == 200
    assert client.get(f"/plates/{cast.nodes['second_grid'].pk}/").status_code == 404


def test_a_list_of_many_places_takes_the_same_queries_as_one_of_few(
    client_as: ClientAs, cast: Cast, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    seeds = [tree.Seed(cast.nodes["community"], Level.GRID, f"第{number}格") for number in range(60)]
    tree.plant_all(seeds, today=town.FOUNDED)
    client = client_as("dispatcher")
    with django_assert_max_num_queries(22):  # type: ignore[attr-defined]
        assert client.get("/plates/?deep=1").status_code == 200
