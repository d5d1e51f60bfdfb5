"""Positions outside their own grid stand on the coverage page until somebody puts them right."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.dossiers.models import Dossier, Event
from lastmeter.grid.addresses import book, placing
from lastmeter.grid.coverage import strays
from lastmeter.grid.models import Building, Stray
from lastmeter.matters import intake
from lastmeter.matters.models import Source
from tests.cast import Cast, middle

ClientAs = Callable[[str], Client]


def report(cast: Cast, node: str, at: tuple[int, int], ref: str = "a") -> Dossier:
    """A matter at a node; its point is set by hand, as an old list may have left it."""
    said = intake.Report(text="路灯不亮", source=Source.WEB, client_ref=ref, node_id=cast.nodes[node].pk)
    [taken] = intake.take_in([said], by=Actor.visitor("x"), client="x", now=timezone.now())
    assert isinstance(taken, intake.Taken)
    lon, lat = middle(*at)
    Dossier.objects.filter(number=taken.number).update(lon=lon, lat=lat)
    return Dossier.objects.get(number=taken.number)


def building(cast: Cast, node: str, at: tuple[float, float], address: str) -> Building:
    by = Actor.of(cast.users["dispatcher"])
    made = book.open_building(address, node=cast.nodes[node], households=3, by=by, now=timezone.now())
    Building.objects.filter(pk=made.pk).update(lon=at[0], lat=at[1])
    return made


def body(client: Client, there: str) -> str:
    return client.get(there).content.decode()


def test_a_matter_whose_point_lies_in_another_grid_is_a_row_until_it_is_put_there(
    cast: Cast, client_as: ClientAs
) -> None:
    mine = report(cast, "grid", (0, 1))
    report(cast, "grid", (0, 0), ref="b")
    report(cast, "community", (0, 1), ref="c")  # known to its community alone: its grid is no contradiction
    assert strays.look() == 1
    client, there = client_as("clerk"), f"/coverage/strays/{Stray.objects.get().pk}/"
    listed = body(client, "/coverage/?gap=strays")
    assert there in listed
    assert "登记在“第一网格”，位置在“第二网格”" in listed
    assert "归到“第二网格”" in body(client, there)
    assert client_as("other_clerk").get(there).status_code == 404
    assert client_as("worker").get(there).status_code == 404
    assert client.post(there).status_code == 302
    mine.refresh_from_db()
    assert (mine.node_id, mine.grid_id) == (cast.nodes["second_grid"].pk, cast.nodes["second_grid"].pk)
    told = Event.objects.get(dossier=mine, kind="matter.placed")
    assert told.words.text == "从“第一网格”改到“第二网格”：它在那里。"
    assert "没有缺口" in body(client, "/coverage/?gap=strays")
    assert strays.look() == 0


def test_a_point_on_another_community_is_shown_and_put_right_by_whoever_looks_after_both(
    cast: Cast, client_as: ClientAs
) -> None:
    report(cast, "grid", (1, 0))
    strays.look()
    there = f"/coverage/strays/{Stray.objects.get().pk}/"
    refused = client_as("clerk").post(there)
    assert refused.status_code == 409
    assert "“第三网格”不在您负责的范围内" in refused.content.decode()
    assert client_as("dispatcher").post(there).status_code == 302
    assert not Stray.objects.exists()


def test_a_building_outside_its_grid_goes_when_it_is_placed_and_on_a_border_it_is_in_both(
    cast: Cast, client_as: ClientAs, actor: Callable[[str], Actor]
) -> None:
    lon, lat = middle(0, 0)
    stray = building(cast, "grid", middle(0, 1), "东风一路1号")
    building(cast, "second_grid", (lon, lat + 0.005), "东风一路2号")  # the border between the two
    building(cast, "last_grid", (100.0, 10.0), "东风一路3号")
    assert strays.look() == 2
    text = body(client_as("dispatcher"), "/coverage/?gap=strays")
    assert "东风一路1号" in text
    assert "东风一路2号" not in text
    assert "登记在“第四网格”，位置不在任何网格里" in text
    placing.place(
        Building.objects.select_related("node").get(pk=stray.pk),
        cast.nodes["second_grid"],
        by=actor("clerk"),
        now=timezone.now(),
    )
    assert "东风一路1号" not in body(client_as("dispatcher"), "/coverage/?gap=strays")


def test_looking_twice_writes_nothing_and_many_ask_no_more_than_few(cast: Cast) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            strays.look()
        return len(queries)

    for number in range(3):
        report(cast, "grid", (0, 1), ref=f"a{number}")
    strays.look()
    before: Any = set(Stray.objects.values_list("pk", flat=True))
    few = asked()
    assert set(Stray.objects.values_list("pk", flat=True)) == before
    for number in range(40):
        report(cast, "grid", (1, 1), ref=f"b{number}")
    strays.look()
    assert asked() <= few
    with CaptureQueriesContext(connection) as queries:
        rows = strays.show(list(Stray.objects.all()))
    assert len(rows) == 43
    assert len(queries) == 3, "the rows, their places, their titles"


def test_a_closed_circle_is_never_named(cast: Cast) -> None:
    mine = report(cast, "grid", (0, 1))
    Dossier.objects.filter(pk=mine.pk).update(closed_circle=True)
    assert strays.look() == 0
