"""A worker's day: settled on the spot in one post, sent up in another, and a list of what falls due."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import AuditEntry
from lastmeter.dossiers.models import Dossier
from lastmeter.matters import dispatch, intake, lifecycle
from lastmeter.matters.models import Matter, Source
from lastmeter.notices.models import Notice
from tests.cast import Cast, middle

As = Callable[[str], Client]


def send(client: Client, cast: Cast, do: str, **values: object) -> object:
    data: dict[str, object] = {"client_ref": "f1", "do": do, "node": cast.nodes["grid"].pk, "result": "cleared"}
    return client.post("/found/", data | values)


def test_a_worker_settles_on_the_spot_with_one_tap_on_a_kind(cast: Cast, client_as: As) -> None:
    client = client_as("worker")
    for _ in range(2):
        assert send(client, cast, "settle", kind="env-litter").status_code == 302  # type: ignore[attr-defined]
    matter = Matter.objects.select_related("dossier").get()
    assert matter.dossier.step == lifecycle.CLOSED
    assert matter.text == "垃圾清运"
    assert matter.replies.get().text == "已清理"


def test_what_is_sent_up_lies_at_the_community_and_its_desk_is_told(cast: Cast, client_as: As) -> None:
    client = client_as("worker")
    send(client, cast, "send", kind="safety-fire", text="三楼飞线充电，劝了不听")
    matter = Matter.objects.select_related("dossier").get()
    assert (matter.dossier.step, matter.desk_level) == (lifecycle.REPORTED, 5)
    assert Notice.objects.filter(user=cast.users["clerk"], link__contains=matter.dossier.number).exists()
    assert "三楼飞线充电" in client.get("/today/").content.decode()


@pytest.mark.parametrize(
    ("do", "values", "says"),
    [
        ("send", {"kind": "env-litter"}, "上报请写一句"),
        ("settle", {}, "点一个看到的情况"),
        ("settle", {"kind": "other"}, "请写一句是什么情况"),
        ("settle", {"kind": "\x00"}, "看到什么"),
        ("send", {"text": "长" * 5001}, "说一句"),
        ("settle", {"kind": "env-litter", "lon": "nan", "lat": "1e999"}, ""),
        ("settle", {"kind": "env-litter", "node": "999999"}, "在哪里"),
        ("delete", {"kind": "env-litter"}, ""),
    ],
)
def test_what_is_missing_is_said_beside_the_field(
    cast: Cast, client_as: As, do: str, values: dict[str, object], says: str
) -> None:
    answer = send(client_as("worker"), cast, do, place="3 栋门口", **values)
    page = answer.content.decode()  # type: ignore[attr-defined]
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert says in page
    assert "3 栋门口" in page
    assert not Dossier.objects.exists()


def test_a_building_head_settles_in_the_own_building_only(cast: Cast, client_as: As) -> None:
    client = client_as("building_head")
    outside = send(client, cast, "settle", kind="env-litter")
    assert outside.status_code == 422  # type: ignore[attr-defined]
    send(client, cast, "settle", kind="env-litter", node=cast.nodes["building"].pk)
    assert Dossier.objects.get().node_id == cast.nodes["building"].pk


@pytest.mark.parametrize("path", ["/today/", "/found/"])
def test_it_is_for_people_of_the_field_alone(cast: Cast, client_as: As, path: str) -> None:
    assert client_as("resident").get(path).status_code == 404
    assert Client().get(path).status_code == 302


def test_without_a_result_the_usual_one_of_the_kind_is_noted(cast: Cast, client_as: As) -> None:
    send(client_as("worker"), cast, "settle", kind="road-lamp", result="")
    assert Matter.objects.get().replies.get().text == "已修好"


def test_what_was_settled_is_said_with_its_number_and_clears_the_draft(cast: Cast, client_as: As) -> None:
    for name, lands in (("worker", "/today/"), ("clerk", "/found/")):
        client = client_as(name)
        sent = send(client, cast, "settle", client_ref=name, kind="env-litter")
        there = sent.headers["Location"]  # type: ignore[attr-defined]
        assert there.startswith(lands)
        page = client.get(there).content.decode()
        assert "已就地办结，编号" in page
        assert 'data-done="found"' in page


def test_only_the_own_matter_is_announced(cast: Cast, client_as: As) -> None:
    [matter] = reported(cast, 1)
    for number in (matter.dossier.number, "2222222222", "长" * 500, "%ED%A0%80"):
        page = client_as("worker").get(f"/today/?done={number}")
        assert "编号" not in page.content.decode()


def test_what_a_clerk_finds_goes_up_to_the_street(cast: Cast, client_as: As) -> None:
    client = client_as("clerk")
    sent = send(client, cast, "send", node=cast.nodes["community"].pk, text="河堤有裂缝，要请水利来看")
    assert Matter.objects.get().desk_level == 4
    assert "已报镇街" in client.get(sent.headers["Location"]).content.decode()  # type: ignore[attr-defined]


def test_a_position_makes_the_chosen_place_more_exact_but_never_moves_it(cast: Cast, client_as: As) -> None:
    client, community = client_as("clerk"), cast.nodes["community"].pk
    for ref, cell in (("inside", (0, 1)), ("outside", (1, 0)), ("sea", (90, 40))):
        lon, lat = middle(*cell)
        send(client, cast, "settle", client_ref=ref, kind="env-litter", node=community, lon=lon, lat=lat)
    nodes = dict(Dossier.objects.values_list("client_ref", "node"))
    assert nodes == {"inside": cast.nodes["second_grid"].pk, "outside": community, "sea": community}


def reported(cast: Cast, count: int) -> list[Matter]:
    reports = [
        intake.Report(
            text=f"第 {n} 处路灯不亮",
            source=Source.WEB,
            client_ref=str(n),
            node_id=cast.nodes["grid"].pk,
            phone="19900001234",
        )
        for n in range(count)
    ]
    intake.take_in(reports, by=Actor.visitor("b"), client="b", now=timezone.now(), quiet=True)
    return list(Matter.objects.select_related("dossier").order_by("pk"))


def test_today_parts_the_own_turn_from_what_lies_with_others(
    cast: Cast, client_as: As, actor: Callable[[str], Actor]
) -> None:
    nobody, units, mine, others = reported(cast, 4)
    now, clerk = timezone.now(), actor("clerk")
    dispatch.dispatch(units, unit=cast.units["urban"], by=clerk, now=now)
    dispatch.dispatch(mine, user=cast.users["worker"], by=clerk, now=now)
    dispatch.dispatch(others, user=cast.users["building_head"], by=clerk, now=now)
    shown = client_as("worker").get("/today/").context
    assert {each.dossier.pk for each in (*shown["first"], *shown["rest"])} == {nobody.pk, mine.pk}
    assert {each.pk for each in shown["waiting"]} == {units.pk, others.pk}
    elsewhere = client_as("other_worker").get("/today/").context
    assert not elsewhere["first"]
    assert not elsewhere["waiting"]


def test_the_call_button_leaves_its_trace_before_it_shows_the_phone(cast: Cast, client_as: As) -> None:
    [matter] = reported(cast, 1)
    client = client_as("worker")
    page = client.get("/today/").content.decode()
    assert "打电话" in page
    assert "19900001234" not in page
    answer = client.post(f"/matters/{matter.dossier.number}/reveal/", {"reason": "打电话核实和办理"})
    assert "tel:19900001234" in answer.content.decode()
    assert AuditEntry.objects.filter(kind="reveal", object_id=matter.pk, by_user=cast.users["worker"].pk).exists()


def test_a_long_day_asks_no_more_of_the_database_than_a_short_one(cast: Cast, client_as: As) -> None:
    client = client_as("worker")
    client.get("/today/")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/today/").status_code == 200
        return len(captured)

    reported(cast, 1)
    one = queries()
    reported(cast, 40)
    assert queries() <= one <= 15
