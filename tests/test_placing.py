"""Places without a node: buildings that lie in no grid stand on the coverage page until somebody gives them one."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lastmeter.accounts.actors import Actor, system
from lastmeter.accounts.models import AuditEntry
from lastmeter.dossiers.models import Dossier, Event
from lastmeter.grid.addresses import book, importing, placing
from lastmeter.grid.addresses.book import BadAddress
from lastmeter.grid.history import planning, redrawing
from lastmeter.grid.history.planning import When
from lastmeter.grid.models import Building, Entrance, Node, Shape
from lastmeter.kit.sheets import write_rows
from lastmeter.matters import intake
from lastmeter.matters.models import Source
from tests.cast import Cast, middle

ClientAs = Callable[[str], Client]


def bring(tmp_path: Path, header: tuple[str, ...], *rows: tuple[str, ...], dry_run: bool = False) -> str:
    file = tmp_path / f"{len(rows)}.csv"
    write_rows(file, header, rows)
    report = importing.import_addresses(file, dry_run=dry_run, by=system("test"), now=timezone.now())
    assert not report.refused
    return report.sentence()


@pytest.fixture
def blocks(cast: Cast, tmp_path: Path) -> list[Building]:
    """湖畔小区 of a list that knows the community alone; its third block says where it stands."""
    rows = [("东风三路12号湖畔小区3栋", "1单元", "20", "望海社区"), ("东风三路12号湖畔小区33栋", "", "8", "望海社区")]
    said = bring(tmp_path, ("地址", "单元", "户数", "社区"), *rows)
    assert "2 栋只知道社区" in said
    lon, lat = middle(0, 1)
    Building.objects.filter(block="3").update(lon=lon, lat=lat)
    return list(Building.objects.select_related("node", "road", "compound").order_by("pk"))


def report(cast: Cast, place: str, node: str = "community", ref: str = "a") -> Dossier:
    said = intake.Report(text="路灯不亮", source=Source.WEB, client_ref=ref, node_id=cast.nodes[node].pk, place=place)
    [taken] = intake.take_in([said], by=Actor.visitor("x"), client="x", now=timezone.now())
    assert isinstance(taken, intake.Taken)
    return Dossier.objects.get(number=taken.number)


def page(client: Client, there: str) -> str:
    return client.get(there).content.decode()


def test_a_compound_without_a_grid_is_a_row_until_its_grid_is_given(
    cast: Cast, blocks: list[Building], client_as: ClientAs
) -> None:
    client, there = client_as("clerk"), f"/addresses/buildings/{blocks[0].pk}/place/"
    listed = page(client, "/coverage/?gap=placeless")
    assert there in listed
    assert "湖畔小区（2 栋）" in listed
    assert f"/addresses/buildings/{blocks[1].pk}/place/" not in listed
    shown = page(client, there)
    assert "归到“望海社区 · 第二网格”" in shown
    assert "它的经纬度在这个网格里" in shown
    answer = client.post(there, {"to": cast.nodes["second_grid"].pk, "whole": "on"}, follow=True)
    assert "2 栋楼已归到“第二网格”" in answer.content.decode()
    assert set(Building.objects.values_list("node", flat=True)) == {cast.nodes["second_grid"].pk}
    assert "没有缺口" in page(client, "/coverage/?gap=placeless")
    assert AuditEntry.objects.filter(kind="building.place").count() == 2


def test_what_was_said_about_a_building_goes_along_and_comes_back_with_it(
    cast: Cast, blocks: list[Building], client_as: ClientAs
) -> None:
    mine = [
        report(cast, place, ref=place)
        for place in ("东风三路12号湖畔小区3栋2单元 门口", "湖畔小区3栋", "湖畔小区 3 栋")
    ]
    other = [report(cast, place, ref=place) for place in ("湖畔小区33栋", "东风三路12号", "湖畔小区")]
    client, there = client_as("clerk"), f"/addresses/buildings/{blocks[0].pk}/place/"
    preview = page(client, f"{there}?to={cast.nodes['grid'].pk}&alone=1")
    assert '未结案卷</td><td class="num">3<' in preview
    client.post(there, {"to": cast.nodes["grid"].pk})
    for each in (*mine, *other):
        each.refresh_from_db()
    assert [each.node_id == cast.nodes["grid"].pk for each in mine] == [True, True, True]
    assert {each.grid_id for each in mine} == {cast.nodes["grid"].pk}
    assert {each.node_id for each in other} == {cast.nodes["community"].pk}
    assert {each.node_then_id for each in mine} == {cast.nodes["community"].pk}
    told = [list(each.events.filter(kind="matter.placed").values_list("words__text", flat=True)) for each in mine]
    assert told == [["从“望海社区”改到“第一网格”：它在那里。"]] * 3
    assert not Event.objects.filter(dossier__in=other, kind="matter.placed").exists()
    assert "改了所属网格" in page(client_as("clerk"), f"/matters/{mine[0].number}/")
    client.post(there, {"to": cast.nodes["second_grid"].pk})
    mine[0].refresh_from_db()
    assert mine[0].node_id == cast.nodes["second_grid"].pk


def test_a_grid_that_is_retired_leaves_its_buildings_on_the_coverage_page(
    cast: Cast, client_as: ClientAs, actor: Callable[[str], Actor]
) -> None:
    now, by = timezone.now(), actor("dispatcher")
    Shape.objects.all().delete()  # drawn, it could not go before others take its ground
    lone = book.open_building("东风二路7号", node=cast.nodes["last_grid"], households=3, by=by, now=now)
    when = When(effective_on=timezone.localdate(), by=by, now=now)
    redrawing.confirm(planning.retire(cast.nodes["last_grid"], when), by=by, now=now)
    client = client_as("other_clerk")
    assert "只登记到“石桥社区”" in page(client, "/coverage/?gap=placeless")
    client.post(f"/addresses/buildings/{lone.pk}/place/", {"to": cast.nodes["other_grid"].pk})
    lone.refresh_from_db()
    assert lone.node_id == cast.nodes["other_grid"].pk


def test_nobody_moves_a_building_off_or_onto_ground_that_is_not_theirs(
    cast: Cast, blocks: list[Building], client_as: ClientAs, actor: Callable[[str], Actor]
) -> None:
    there = f"/addresses/buildings/{blocks[0].pk}/place/"
    assert client_as("other_clerk").get(there).status_code == 404
    answer = client_as("clerk").post(there, {"to": cast.nodes["other_grid"].pk})
    assert answer.status_code == 409
    assert "不在您负责的范围内" in answer.content.decode()
    with pytest.raises(BadAddress):
        placing.place(blocks[0], cast.nodes["community"], by=actor("dispatcher"), now=timezone.now())
    assert client_as("dispatcher").post(there, {"to": cast.nodes["other_grid"].pk}).status_code == 302


def test_of_two_who_move_the_same_building_one_is_told(
    cast: Cast, blocks: list[Building], actor: Callable[[str], Actor]
) -> None:
    seen = Building.objects.select_related("node").get(pk=blocks[0].pk)
    placing.place(blocks[0], cast.nodes["grid"], by=actor("clerk"), now=timezone.now())
    with pytest.raises(BadAddress, match="刚被别人改过"):
        placing.place(seen, cast.nodes["second_grid"], by=actor("clerk"), now=timezone.now())


def test_a_list_that_knows_the_community_alone_takes_no_building_out_of_its_grid(
    cast: Cast, tmp_path: Path, blocks: list[Building], actor: Callable[[str], Actor]
) -> None:
    placing.place(blocks[0], cast.nodes["grid"], whole=True, by=actor("clerk"), now=timezone.now())
    said = bring(tmp_path, ("地址", "户数", "社区"), ("东风三路12号湖畔小区33栋", "9", "望海社区"))
    assert "还没有网格" not in said
    block = Building.objects.get(block="33")
    assert (block.node_id, block.households) == (cast.nodes["grid"].pk, 9)


def test_neighbours_on_the_road_and_blocks_of_the_compound_say_which_grid(
    cast: Cast, actor: Callable[[str], Actor]
) -> None:
    by, now = actor("clerk"), timezone.now()
    for number in (3, 5, 11):
        book.open_building(f"东风三路{number}号", node=cast.nodes["grid"], households=1, by=by, now=now)
    book.open_building("东风三路90号", node=cast.nodes["second_grid"], households=1, by=by, now=now)
    lost = book.open_building("东风三路7号", node=cast.nodes["grid"], households=1, by=by, now=now)
    Building.objects.filter(pk=lost.pk).update(node=cast.nodes["community"])
    lost.refresh_from_db()
    assert [hint.node for hint in placing.hints(lost)] == [cast.nodes["grid"]]


def test_the_grids_of_the_community_are_offered_and_found_by_name(
    cast: Cast, blocks: list[Building], client_as: ClientAs
) -> None:
    there, client = f"/addresses/buildings/{blocks[1].pk}/place/", client_as("dispatcher")
    offered = page(client, f"{there}?q=网格")
    assert "第一网格" in offered
    assert "第三网格" not in offered
    assert "第三网格" in page(client, f"{there}?q=第三&town=1")
    assert "没有找到网格" in page(client, f"{there}?q=第三")


def test_three_hundred_compounds_without_a_grid_cost_no_more_questions(
    cast: Cast, blocks: list[Building], client_as: ClientAs, tmp_path: Path
) -> None:
    client, there = client_as("clerk"), "/coverage/?gap=placeless"
    client.get(there)
    with CaptureQueriesContext(connection) as few:
        client.get(there)
    bring(
        tmp_path,
        ("地址", "社区"),
        *((f"新村{number}花园{block}栋", "望海社区") for number in range(150) for block in "12"),
    )
    with CaptureQueriesContext(connection) as many:
        client.get(there)
    assert len(many) <= len(few) + 1  # one counts what is more than a page


def test_units_stay_with_their_building(cast: Cast, blocks: list[Building], actor: Callable[[str], Actor]) -> None:
    placing.place(blocks[0], cast.nodes["grid"], by=actor("clerk"), now=timezone.now())
    assert Entrance.objects.get().building.node == Node.objects.get(pk=cast.nodes["grid"].pk)
