"""However large the tree: what a page asks for is read through an index, on both databases."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.grid import naming, tree
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
