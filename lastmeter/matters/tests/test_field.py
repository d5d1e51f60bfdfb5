"""A worker's day: settled on the spot in one post, sent up in another, and a list of what falls due."""

from collections.abc import Callable

import pytest
from django.test import Client

from lastmeter.dossiers.models import Dossier
from lastmeter.matters import lifecycle
from lastmeter.matters.models import Matter
from lastmeter.notices.models import Notice
from tests.cast import Cast

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
