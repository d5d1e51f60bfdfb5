"""Pages of a tree of 700,000 nodes: the country's towns, Guangdong's villages, grids below; server time of each page.

Villages outside Guangdong are not in the data: towns there get invented ones with names from those that are.
"""

import csv
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bench import ground

if TYPE_CHECKING:
    from django.test import Client

    from lastmeter.grid.tree import Seed

ROOT = Path(__file__).resolve().parents[1]
NODES, LIMIT = 700_000, 50
TODAY = date(2026, 1, 1)
GRIDS = 7  # below each village of Guangdong
TOWN_DIGITS, SCHEME = 9, "nbs-2023"
AT_ONCE = 60_000  # seeds planted in one transaction


def run() -> list[ground.Row]:
    """Plant, then ask for each kind of page; without the data a row says so."""
    folder = Path(os.environ.get("LASTMETER_TEST_DATA", ROOT / "../shared/data")) / "divisions"
    if not folder.exists():
        return [{"name": f"tree: no data in {folder}"}]
    ground.prepare()
    from django.db import connection
    from django.test import Client

    from lastmeter.grid.models import Node
    from tests import cast

    town = cast.load()
    _plant(folder)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE grid_node")
        cursor.execute("VACUUM ANALYZE grid_searchname")
        cursor.execute("VACUUM ANALYZE grid_code")
    count = f"{Node.objects.count():,} nodes"
    visitor, dispatcher = Client(), Client()
    dispatcher.force_login(town.users["dispatcher"])
    rows = [_row(f"{name}, {count}", visitor, address) for name, address in _pages()]
    queue = f"/queue/?node={town.nodes['community'].pk}"
    return [*rows, _row(f"queue in a scope, {count}", dispatcher, queue)]


def _row(name: str, client: "Client", address: str) -> ground.Row:
    def page() -> None:
        answer = client.get(address, HTTP_HOST="127.0.0.1")
        assert answer.status_code == 200, (address, answer.status_code)

    page()
    return {"name": name, "ours": f"{ground.p50(page, 20):.1f} ms", "asked": f"≤ {LIMIT} ms"}


def _pages() -> Iterator[tuple[str, str]]:
    from lastmeter.grid import tree

    for what, code in {"province": "44", "county": "441702", "town": "441702006", "village": "441702006008"}.items():
        node = tree.resolve_code(code)
        assert node is not None, code
        yield f"/g/ of a {what}", f"/g/{code}/"
        yield f"picker in a {what}", f"/places/?in={node.pk}"
        yield f"the one map at a {what}", f"/map/?at={code}"
    yield "picker, first page", "/places/"
    for words in ("鸳鸯湖", "社区", "村", "东风 社区", "yyh", "没有这样的地方"):
        yield f"search {words}", f"/places/?q={words}"


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
