"""The counter takes a written address for the place: the building's grid, its words kept."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from lastmeter.accounts.actors import system
from lastmeter.grid.addresses import book
from lastmeter.matters.models import Matter
from tests.cast import Cast

GIVEN = {"source": "phone", "text": "楼道灯不亮", "place": "门口", "urgency": "normal"}


@pytest.fixture
def blocks(cast: Cast) -> None:
    for address, node in (("东风三路12号湖畔小区3栋", "grid"), ("东风三路12号湖畔小区4栋", "second_grid")):
        book.open_building(address, node=cast.nodes[node], households=8, by=system("test"), now=timezone.now())


def test_an_address_gives_the_grid_and_its_words_come_before_the_place(
    cast: Cast, client_as: Callable[[str], Client], blocks: None
) -> None:
    answer = client_as("clerk").post("/matters/new/", {**GIVEN, "client_ref": "a", "node": "湖畔3栋2梯"})
    assert answer.status_code == 302
    dossier = Matter.objects.select_related("dossier").get().dossier
    assert dossier.node_id == cast.nodes["grid"].pk
    assert dossier.place == "东风三路12号湖畔小区3栋2单元 门口"


def test_an_address_that_leaves_the_building_open_is_asked_again(
    client_as: Callable[[str], Client], blocks: None
) -> None:
    answer = client_as("clerk").post("/matters/new/", {**GIVEN, "client_ref": "b", "node": "东风三路12号"})
    assert answer.status_code == 422
    assert "东风三路12号湖畔小区4栋" in answer.content.decode()


def test_an_address_on_others_ground_is_no_place_here(client_as: Callable[[str], Client], blocks: None) -> None:
    answer = client_as("other_clerk").post("/matters/new/", {**GIVEN, "client_ref": "c", "node": "湖畔3栋2梯"})
    assert answer.status_code == 422
    assert not Matter.objects.exists()
