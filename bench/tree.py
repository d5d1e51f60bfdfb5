"""Every page of the grid on a tree of 700,000 nodes: the country's towns, Guangdong's villages, grids below.

Villages outside Guangdong are not in the data: towns there get invented ones with names from those that are.
"""

import csv
import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bench import cpu, ground
from bench import tree_pages as pages
from bench import tree_people as people

if TYPE_CHECKING:
    from django.test import Client

    from lastmeter.grid.tree import Seed

ROOT = Path(__file__).resolve().parents[1]
NODES, LIMIT = 700_000, 50
TIMES = 21  # each page is asked for
FINE = (200, 204, 302)
TODAY = date(2026, 1, 1)
GRIDS = 7  # below each village of Guangdong
TOWN_DIGITS, SCHEME = 9, "nbs-2023"
AT_ONCE = 60_000  # seeds planted in one transaction


def run() -> list[ground.Row]:
    """Plant, then ask for every page of the grid as each of four people; without the data a row says so."""
    folder = Path(os.environ.get("LASTMETER_TEST_DATA", ROOT / "../shared/data")) / "divisions"
    if not folder.exists():
        return [{"name": f"tree: no data in {folder}"}]
    ground.prepare()
    _plant(folder)
    people.settle_in(TODAY)
    cpu.gather()
    return measured()


def measured() -> list[ground.Row]:
    """Every page on the tree that stands, as each of four people: processor time of a request, ours and the database's.

    The wall clock says little on a shared machine; where the machine is quiet the two are the same.
    """
    from django.test import Client

    from lastmeter.accounts.models import User
    from lastmeter.grid.models import Node

    rows: list[ground.Row] = []
    for who in pages.WHO:
        client = Client()
        if who != pages.VISITOR:
            client.force_login(User.objects.get(username=who))
        rows += [_row(client, who, address) for address in pages.of(who)]
    worst = max(row["p50"] for row in rows)
    over = [row["name"] for row in rows if row["p50"] > LIMIT]
    head = f"{len(rows)} pages, {Node.objects.count():,} nodes, load {os.getloadavg()[0]:.1f}"
    return [{"name": head, "ours": f"p50 at most {worst:.1f} ms, {len(over)} over", "asked": f"≤ {LIMIT} ms"}, *rows]


def _row(client: "Client", who: str, address: str) -> ground.Row:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def page() -> None:
        answer = client.get(address, HTTP_HOST="127.0.0.1")
        assert answer.status_code in FINE, (who, address, answer.status_code)

    first = cpu.spent(page)
    with CaptureQueriesContext(connection) as queries:
        page()
        many = len(queries)
    page()  # PostgreSQL may plan a statement anew for its values until now
    taken = sorted(cpu.spent(page) for _ in range(TIMES))
    p50 = taken[TIMES // 2]
    return {
        "name": f"{who} {address}",
        "ours": f"{p50:.1f} ms, at worst {taken[-1]:.1f}, the first {first:.1f}; {many} queries",
        "asked": f"≤ {LIMIT} ms",
        "p50": p50,
    }


def _plant(folder: Path) -> None:
    from lastmeter.grid import tree

    towns = _towns(_rows(folder / "streets_national_2023.csv"))
    villages: dict[str, list[dict[str, str]]] = {}
    for row in _rows(folder / "guangdong_villages_2023.csv"):
        if row["streetCode"] in towns:
            villages.setdefault(row["streetCode"], []).append(row)
    names = [row["name"] for rows in villages.values() for row in rows]
    bare = sum(len(code) == TOWN_DIGITS for code in towns) - len(villages)
    each = -((len(towns) + (GRIDS + 1) * len(names) - NODES) // bare)
    tree.plant_all(list(towns.values()), today=TODAY)
    below: list[Seed] = []
    for number, (code, seed) in enumerate(towns.items()):
        if code in villages:
            below += _real(seed, villages[code])
        elif len(code) == TOWN_DIGITS:
            below += _invented(seed, names, number * each, each)
        if len(below) > AT_ONCE:
            tree.plant_all(below, today=TODAY)
            below = []
    tree.plant_all(below, today=TODAY)


def _towns(rows: list[dict[str, str]]) -> "dict[str, Seed]":
    """Code → seed of provinces, cities and counties (the list of towns names them by code alone) and towns."""
    from lastmeter.grid.models import Level
    from lastmeter.grid.tree import Seed

    made: dict[str, Seed] = {}
    for row in rows:
        parent = None
        for name, level in (("provinceCode", 1), ("cityCode", 2), ("areaCode", 3)):
            code = row[name]
            parent = made.setdefault(code, Seed(parent, Level(level), f"区划 {code}", code, SCHEME))
    for row in rows:
        made[row["code"]] = Seed(made[row["areaCode"]], Level.TOWN, row["name"], row["code"], SCHEME)
    return made


def _real(town: "Seed", rows: list[dict[str, str]]) -> "list[Seed]":
    from lastmeter.grid.models import Level
    from lastmeter.grid.tree import Seed

    made = []
    for row in rows:
        village = Seed(town, Level.COMMUNITY, row["name"], row["code"], SCHEME)
        grids = [
            Seed(village, Level.GRID, f"第{number}网格", f"{row['code']}{number:03}", SCHEME)
            for number in range(1, GRIDS + 1)
        ]
        made += [village, *grids]
    return made


def _invented(town: "Seed", names: list[str], start: int, count: int) -> "list[Seed]":
    from lastmeter.grid.models import Level
    from lastmeter.grid.tree import Seed

    chosen = [names[(start + at) % len(names)] for at in range(count)]
    return [
        Seed(town, Level.COMMUNITY, name, f"{town.code}{at:03}", SCHEME, {"invented": True})
        for at, name in enumerate(chosen)
    ]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))
