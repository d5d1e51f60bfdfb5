"""A matter is found under the grid of its day: the list of a place that was merged away, and the ways to it."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lastmeter.accounts.actors import Actor, system
from lastmeter.grid.history import planning, redrawing
from lastmeter.grid.history.planning import NewPlace, When
from lastmeter.grid.models import Change
from lastmeter.matters.lists import reading
from lastmeter.matters.lists.filters import Filters
from lastmeter.matters.tests.test_queue import MOST_QUERIES, report
from tests.cast import Cast
from tests.redrawn import halves

ClientAs = Callable[[str], Client]


@pytest.fixture
def merged(cast: Cast) -> Change:
    """望海社区's two grids become 大网格; each had matters of its own."""
    report(cast, 20, "grid")
    report(cast, 1, "building", "楼道堆物")
    report(cast, 1, "second_grid", "夜市噪音")
    now: datetime = timezone.now()
    grids = [cast.nodes["grid"], cast.nodes["second_grid"]]
    when = When(effective_on=timezone.localdate(now), reason="会议纪要", by=system("test"), now=now)
    change = planning.merge(grids, NewPlace(name="大网格"), when)
    return redrawing.confirm(change, by=system("test"), now=now)


def listed(client: Client, query: str) -> int:
    return len(client.get(f"/queue/{query}").context["page"].items)


def test_a_merged_grid_lists_the_matters_of_its_day_and_says_whose_they_are_now(
    cast: Cast, client_as: ClientAs, merged: Change
) -> None:
    client, old = client_as("clerk"), cast.nodes["grid"]
    page = client.get(f"/queue/?node={old.pk}")
    assert len(page.context["page"].items) == 21  # its building's too
    assert f"这是旧网格“{old.name}”当时的事项；现在归大网格。" in page.content.decode()
    assert page.context["tabs"][0].count == "21"
    assert listed(client, f"?node={cast.nodes['second_grid'].pk}") == 1
    today = client.get(f"/queue/?node={merged.moves.filter(old=old).get().new_id}")
    assert len(today.context["page"].items) == 22
    assert "旧网格" not in today.content.decode()


def test_the_place_of_the_address_may_be_an_ended_code_or_id(cast: Cast, client_as: ClientAs, merged: Change) -> None:
    client, old = client_as("clerk"), cast.nodes["second_grid"]
    code = old.codes.values_list("code", flat=True).first()
    assert listed(client, f"?place={old.pk}") == listed(client, f"?place={code}") == 1
    assert listed(client, "?place=nowhere") == 22


def test_whoever_does_not_reach_the_ground_sees_none_of_its_old_matters(
    cast: Cast, client_as: ClientAs, merged: Change
) -> None:
    assert listed(client_as("other_clerk"), f"?node={cast.nodes['grid'].pk}") == 0


def test_more_old_matters_ask_no_more_of_the_database(cast: Cast, client_as: ClientAs, merged: Change) -> None:
    client = client_as("clerk")

    def asked(place: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get(f"/queue/?node={cast.nodes[place].pk}")
        return len(captured)

    for place in ("grid", "second_grid"):
        asked(place)  # the first time the process learns where they lie
    assert asked("grid") == asked("second_grid") <= MOST_QUERIES + 1


def test_the_change_and_the_page_of_the_old_place_lead_there(
    cast: Cast, client_as: ClientAs, client: Client, merged: Change
) -> None:
    gone = cast.nodes["grid"]
    link = f"/queue/?step=open&amp;node={gone.pk}"
    assert link in client_as("clerk").get(f"/grid/changes/{merged.pk}/").content.decode()
    redrawing.undo(merged, by=system("test"), now=timezone.now())
    redrawing.confirm(halves(gone, timezone.localdate()), by=system("test"), now=timezone.now())
    assert link in client_as("clerk").get("/g/999902006001001/").content.decode()
    assert "/queue/" not in client.get("/g/999902006001001/").content.decode()


def test_the_list_of_an_old_grid_is_served_by_the_index_of_its_day(
    cast: Cast, actor: Callable[[str], Actor], merged: Change
) -> None:
    filters = Filters(step="open", node=cast.nodes["grid"].pk)
    branch = reading.branches(actor("clerk"), filters, now=timezone.now())[0].order_by("due_at", "pk")
    if connection.vendor == "postgresql":  # so few rows are read whole otherwise
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    plan = branch[:51].explain()
    if connection.vendor == "postgresql":  # which of the indexes it takes depends on how many rows there are
        assert "Seq Scan" not in plan
    else:
        assert "dossiers_dossier_node_then_id" in plan
