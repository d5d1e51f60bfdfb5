"""The ground of another day: its tree, old codes that lead on, old → new by area, points and households."""

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from lastmeter.accounts.actors import system
from lastmeter.grid.history import crosswalk, planning, versions
from lastmeter.grid.history.planning import NewPlace, When
from lastmeter.grid.models import Level, Node, Plate
from lastmeter.kit.zhtime import CHINA
from tests.cast import Cast
from tests.redrawn import AT_EAST, AT_WEST, EVE, HALF_EAST, HALF_WEST, TODAY, a_matter, agreed, halves, named


def test_the_tree_of_another_day_is_that_days(cast: Cast) -> None:
    agreed(halves(cast.nodes["grid"]))

    def names(day: date) -> set[str]:
        return {node.name for node in versions.tree_on(day).filter(level=Level.GRID)}

    assert "第一网格" in names(EVE)
    assert {"西网格", "东网格"} <= names(TODAY)
    assert "第一网格" not in names(TODAY)
    assert versions.node_on(named("西网格"), EVE) == [cast.nodes["grid"]]
    old = Node.objects.get(pk=cast.nodes["grid"].pk)
    assert {node.name for node in versions.node_on(old, TODAY)} == {"西网格", "东网格"}


def test_an_old_code_leads_on_to_the_one_successor_or_lists_several(cast: Cast, client: Client) -> None:
    Plate.objects.create(token="t2", node=cast.nodes["grid"])
    now = timezone.now()
    today = now.astimezone(CHINA).date()
    pair = [cast.nodes["other_grid"], cast.nodes["last_grid"]]
    for change in (
        planning.split(
            cast.nodes["grid"],
            [NewPlace(name="西网格", shape=HALF_WEST), NewPlace(name="东网格", shape=HALF_EAST)],
            When(effective_on=today, by=system("test"), now=now),
        ),
        planning.merge(
            pair,
            NewPlace(name="大网格", code="999902006002009"),
            When(effective_on=today, by=system("test"), now=now),
        ),
    ):
        planning.renew(change, by=system("test"), now=now)
        change.refresh_from_db()
        agreed(change, now)
    led = client.get("/g/999902006002001/")
    assert led.status_code == 302
    assert led.headers["Location"] == "/g/999902006002009/"
    several = client.get("/q/t2/", follow=True).content.decode()
    assert "西网格" in several
    assert "东网格" in several


def test_the_crosswalk_says_how_old_became_new_by_area_points_and_households(cast: Cast) -> None:
    Node.objects.filter(pk=cast.nodes["grid"].pk).update(households=400)
    for number, at in enumerate([AT_WEST, AT_WEST, AT_WEST, AT_EAST]):
        a_matter(cast, "grid", at, f"c{number}")
    agreed(halves(cast.nodes["grid"]))
    lines = crosswalk.between(cast.nodes["town"], Level.GRID, EVE, TODAY)
    mine = {line.new: line for line in lines if line.old == cast.nodes["grid"]}
    west, east = mine[named("西网格")], mine[named("东网格")]
    assert west.area_share == pytest.approx(0.5, abs=1e-6)
    assert west.area == pytest.approx(1025 / 2 * 1112, rel=0.01)
    assert (west.points, west.point_share, east.points) == (3, 0.75, 1)
    assert west.households == pytest.approx(200)
    same = [line for line in lines if line.old == cast.nodes["last_grid"]]
    assert [(line.new, line.area_share) for line in same] == [(cast.nodes["last_grid"], 1.0)]
