"""A change waits for its day, is held up, withdrawn, rolled back row by row; of two at once one is told."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import shapely

from lastmeter.accounts.actors import system
from lastmeter.clocks.models import Limit
from lastmeter.dossiers.models import Dossier
from lastmeter.grid.history import planning, redrawing, versions
from lastmeter.grid.history.planning import NewGrid, NewPlace, Overtaken
from lastmeter.grid.models import Change, Code, Node, PartyOrganisation, Plate, Unit
from tests import cast as town
from tests.cast import Cast, square
from tests.redrawn import (
    AT_EAST,
    AT_WEST,
    EVE,
    HALF_EAST,
    HALF_WEST,
    NOW,
    TODAY,
    a_matter,
    agreed,
    halves,
    named,
    picture,
    when,
)


def test_a_change_waits_for_its_day_and_the_timetable_applies_it(cast: Cast) -> None:
    day = TODAY + timedelta(days=6)
    change = agreed(halves(cast.nodes["grid"], day))
    assert change.state == Change.State.CONFIRMED
    assert redrawing.apply_due(NOW) == 0
    assert redrawing.apply_due(NOW + timedelta(days=6)) == 1
    assert Node.objects.get(pk=cast.nodes["grid"].pk).valid_to == day
    assert redrawing.apply_due(NOW + timedelta(days=6)) == 0


def test_until_its_day_a_change_is_withdrawn_without_a_trace_on_the_ground(cast: Cast) -> None:
    before = picture()
    change = agreed(halves(cast.nodes["grid"], TODAY + timedelta(days=6)))
    redrawing.undo(change, by=system("test"), now=NOW)
    assert redrawing.apply_due(NOW + timedelta(days=6)) == 0
    assert picture() == before


def test_a_change_that_no_longer_fits_on_its_day_is_held_up_with_the_reason(cast: Cast) -> None:
    day = TODAY + timedelta(days=6)
    change = agreed(halves(cast.nodes["grid"], day))
    Code.objects.create(node=cast.nodes["last_grid"], scheme="test", code="999902006001011", valid_from=TODAY)
    assert redrawing.apply_due(NOW + timedelta(days=6)) == 1
    change.refresh_from_db()
    assert change.state == Change.State.HELD
    assert "999902006001011" in change.trouble
    assert Node.objects.get(pk=cast.nodes["grid"].pk).valid_to is None


def columns(cast: Cast) -> list[NewGrid]:
    west = shapely.box(town.WEST, town.SOUTH, town.WEST + town.SIDE / 2, town.SOUTH + 2 * town.SIDE)
    east = shapely.difference(square(0, 0, 1, 2), west)
    community = cast.nodes["community"]
    return [
        NewGrid(name="第一网格", shape=west, community=community, keeps=cast.nodes["grid"]),
        NewGrid(name="东网格", code="999902006001012", shape=east, community=community),
    ]


def _acts(cast: Cast) -> dict[str, Callable[[], Change]]:
    grid, second = cast.nodes["grid"], cast.nodes["second_grid"]
    return {
        "split": lambda: halves(grid),
        "merge": lambda: planning.merge([grid, second], NewPlace(name="大网格"), when()),
        "reparent": lambda: planning.reparent(grid, cast.nodes["other_community"], when()),
        "redraw": lambda: planning.redraw({grid: HALF_WEST, second: shapely.union(square(0, 1), HALF_EAST)}, when()),
        "rename": lambda: planning.rename(grid, "党旗红网格", when()),
        "retire": lambda: planning.retire(cast.nodes["building"], when()),
        "adopt": lambda: planning.adopt([grid, second], columns(cast), when()),
    }


@pytest.mark.parametrize("kind", ["split", "merge", "reparent", "redraw", "rename", "retire", "adopt"])
def test_an_applied_change_is_rolled_back_row_by_row(cast: Cast, kind: str) -> None:
    for number, (place, at) in enumerate(
        [("grid", AT_WEST), ("grid", AT_EAST), ("grid", None), ("second_grid", None), ("building", None)]
    ):
        a_matter(cast, place, at, f"r{number}")
    Plate.objects.create(token="t1", node=cast.nodes["building"])
    PartyOrganisation.objects.create(node=cast.nodes["grid"], rank=3, name="第一网格党支部")
    PartyOrganisation.objects.create(node=cast.nodes["second_grid"], rank=3, name="第二网格党支部")
    Unit.objects.create(node=cast.nodes["grid"], name="湖畔物业", kind="property")
    Limit.objects.create(node=cast.nodes["grid"], kind="fix", amount=3, measure="working_days", valid_from=EVE)
    before = picture()
    change = agreed(_acts(cast)[kind]())
    assert picture() != before
    redrawing.undo(change, by=system("test"), now=NOW)
    assert picture() == before
    assert not versions.tree_on(TODAY).filter(name__in=["西网格", "大网格", "东网格"]).exists()


def test_what_came_in_between_goes_to_the_old_grid_on_whose_ground_it_lies(cast: Cast) -> None:
    change = agreed(planning.merge([cast.nodes["grid"], cast.nodes["second_grid"]], NewPlace(name="大网格"), when()))
    new = named("大网格")
    dossier = a_matter(cast, "grid", town.middle(0, 1))
    Dossier.objects.filter(pk=dossier.pk).update(node=new, node_then=new, path=new.path)
    redrawing.undo(change, by=system("test"), now=NOW)
    back = Dossier.objects.get(pk=dossier.pk)
    assert (back.node, back.node_then) == (cast.nodes["second_grid"], new)
    new.refresh_from_db()
    assert versions.successors(new, TODAY)[0] in {cast.nodes["grid"], cast.nodes["second_grid"]}


def test_what_came_after_a_redraw_goes_where_it_lies_and_what_lay_askew_before_stays(cast: Cast) -> None:
    askew = a_matter(cast, "second_grid", AT_EAST, "askew")  # somebody knew better than the map
    larger = shapely.union(square(0, 1), HALF_EAST)
    change = agreed(planning.redraw({cast.nodes["grid"]: HALF_WEST, cast.nodes["second_grid"]: larger}, when()))
    new = a_matter(cast, "second_grid", AT_EAST, "new")
    redrawing.undo(change, by=system("test"), now=NOW)
    assert Dossier.objects.get(pk=askew.pk).node == cast.nodes["second_grid"]
    assert Dossier.objects.get(pk=new.pk).node == cast.nodes["grid"]


def test_what_later_changes_build_on_is_undone_after_them(cast: Cast) -> None:
    first = agreed(halves(cast.nodes["grid"]), NOW)
    second = planning.rename(named("西网格"), "向西网格", when(now=NOW + timedelta(hours=1)))
    second = redrawing.confirm(second, by=system("test"), now=NOW + timedelta(hours=1))
    with pytest.raises(Overtaken, match="请先撤回那一项"):
        redrawing.undo(first, by=system("test"), now=NOW)
    redrawing.undo(second, by=system("test"), now=NOW)
    redrawing.undo(first, by=system("test"), now=NOW)
    assert Node.objects.get(pk=cast.nodes["grid"].pk).valid_to is None


def test_of_two_proposals_for_one_street_the_second_is_told_and_may_look_again(cast: Cast) -> None:
    one = halves(cast.nodes["grid"])
    other = planning.rename(cast.nodes["last_grid"], "河东网格", when())
    agreed(one)
    with pytest.raises(Overtaken, match=f"第 {one.pk} 号"):
        agreed(other)
    planning.renew(other, by=system("test"), now=NOW)
    other.refresh_from_db()
    assert agreed(other).state == Change.State.APPLIED
