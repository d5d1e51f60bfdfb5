"""However large the tree: what a page asks for is read through an index, on both databases."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.grid import naming, tree
from lastmeter.grid.coverage import gaps
from lastmeter.grid.models import Code, Level, Node
from lastmeter.matters.lists import reading
from lastmeter.matters.lists.filters import Filters
from tests.cast import FOUNDED, Cast

LANES = 3000


@pytest.fixture
def lanes(cast: Cast) -> list[Node]:
    """A few thousand more places, so that the planner has a choice."""
    seeds = [tree.Seed(cast.nodes["last_grid"], Level.MICRO, f"石桥里{number}巷") for number in range(LANES)]
    return tree.plant_all(seeds, today=FOUNDED)


def plan(statement: str, params: tuple[Any, ...]) -> str:
    """The database's plan, as far as an index can serve: PostgreSQL is told that a small table is worth an index."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("ANALYZE")
        head = "EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN "
        cursor.execute(head + statement, params)
        return "\n".join(" ".join(map(str, row)) for row in cursor.fetchall())


def is_indexed(said: str, table: str) -> bool:
    """True when nothing in the plan reads the whole of that table."""
    return f"Seq Scan on {table}" not in said and f"SCAN {table}\n" not in f"{said}\n"


def test_a_search_a_code_and_the_next_level_are_index_scans(lanes: list[Node], cast: Cast) -> None:
    found = Node.objects.filter(naming.matching("石桥里7巷")).values("pk")
    below = tree.children(cast.nodes["last_grid"]).values("pk")
    coded = Code.objects.filter(code="999902006").values("pk")
    for rows, table in ((found, "grid_node"), (below, "grid_node"), (coded, "grid_code")):
        assert is_indexed(said := plan(*rows.query.sql_with_params()), table), said


@pytest.mark.parametrize("who", ["clerk", "dispatcher", "worker"])
@pytest.mark.parametrize("step", ["waiting", "open", "archived"])
def test_the_scope_filter_of_every_level_is_an_index_scan_in_the_order_of_the_list(
    lanes: list[Node], cast: Cast, actor: Callable[[str], Actor], who: str, step: str
) -> None:
    branches = reading.branches(actor(who), Filters(step=step), now=timezone.now())
    in_scope = [rows for rows in branches if "dossiers_access" not in str(rows.query)]
    assert in_scope
    for rows in in_scope:
        order = ("due_at", "id") if step != "archived" else ("-id",)
        said = plan(*rows.order_by(*order).values("pk")[:50].query.sql_with_params())
        assert is_indexed(said, "dossiers_dossier"), said
        assert "TEMP B-TREE" not in said, said


@pytest.mark.parametrize(
    "address", ["/coverage/", "/coverage/?gap=people-micro", "/map/?at=999902006&show=posts&show=gaps"]
)
def test_the_map_and_the_coverage_page_ask_as_much_of_three_thousand_places_as_of_ten(
    cast: Cast, client_as: Callable[[str], Client], address: str
) -> None:
    client = client_as("dispatcher")
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        assert client.get(address).status_code == 200
    seeds = [tree.Seed(cast.nodes["last_grid"], Level.MICRO, f"石桥里{number}巷") for number in range(LANES)]
    tree.plant_all(seeds, today=FOUNDED)
    client.get(address)
    with CaptureQueriesContext(connection) as many:
        page = client.get(address).content.decode()
    assert len(many) <= len(few) + 2 * len(gaps.names()), "one more a kind of gap: what is more than a page is counted"
    assert page.count("<a ") < 300, "no page lists them all"


@pytest.mark.parametrize("kind", gaps.names())
def test_the_scope_filter_of_every_kind_of_gap_is_an_index_scan(lanes: list[Node], cast: Cast, kind: str) -> None:
    today = timezone.localdate()
    for place in ("town", "community", "last_grid"):
        found = gaps.gap(kind).find([cast.nodes[place].path], today).order_by()
        try:
            statement = found.values("pk").query.sql_with_params()
        except EmptyResultSet:  # no rule asks for anybody there: the database is not even asked
            continue
        said = plan(*statement)
        for table in ("grid_node", "grid_post", "grid_building", "dossiers_dossier"):
            assert is_indexed(said, table), said
