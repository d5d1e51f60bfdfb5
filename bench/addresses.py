"""Finding a written address among 200,000 buildings, and bringing them in; PostgreSQL, one process."""

import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.ground import Row, prepare

BUILDINGS, TOWNS, ASKED = 200_000, 40, 400
NUMERALS = "一二三四五六七八九十"
FIRST, SECOND = "东西南北中江湖海河山金银青龙凤鹰朝阳安富学共春和明华新", "风平城滨畔堤园湾桥门景泰康乐祥瑞岭林泉岸"
KINDS = ("小区", "花园", "新村", "家园", "公寓", "名庭", "雅居", "苑")


def run() -> list[Row]:
    """Import, then find: as written, shortened, misspelt and in pinyin; p50 and p95."""
    prepare()
    from django.utils import timezone
    from pypinyin import lazy_pinyin

    from lastmeter.accounts.actors import system
    from lastmeter.grid import tree
    from lastmeter.grid.addresses import finding, importing
    from lastmeter.grid.models import Building, Level, Node
    from lastmeter.kit.sheets import write_rows

    dice = random.Random(1)  # noqa: S311 - the same town each time
    county = Node.objects.get(level=Level.COUNTY)
    today = timezone.localdate()
    codes = []
    for at in range(TOWNS):
        town = tree.plant(parent=county, level=Level.TOWN, name=f"第{at}街道", today=today, code=f"t{at}")
        community = tree.plant(parent=town, level=Level.COMMUNITY, name=f"第{at}社区", today=today, code=f"c{at}")
        codes += [f"g{at}-{grid}" for grid in range(12)]
        for grid in range(12):
            tree.plant(parent=community, level=Level.GRID, name=f"{grid}网格", today=today, code=f"g{at}-{grid}")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "addresses.csv"
        rows = [row for at in range(TOWNS) for row in _town(at, dice)]
        write_rows(file, ("道路", "门牌号", "小区", "楼栋", "户数", "网格代码"), rows)
        begun = time.perf_counter()
        report = importing.import_addresses(file, by=system("bench"), now=timezone.now())
        brought = time.perf_counter() - begun
    assert not report.refused, report.refused[:3]
    ids = list(Building.objects.values_list("pk", flat=True))
    chosen = Building.objects.select_related("road", "compound", "node").in_bulk(dice.sample(ids, ASKED))
    results: list[Row] = [
        {
            "name": f"import of {len(rows):,} buildings",
            "ours": f"{brought:.0f} s, {len(rows) / brought:,.0f}/s",
            "asked": "beside",
        }
    ]
    kinds: dict[str, Callable[[str], str]] = {
        "as written": lambda text: text,
        "shortened": lambda text: text.replace("小区", "").replace("栋", "座").replace("号", "號"),
        "misspelt": lambda text: text[0] + "锋" + text[2:],
        "in pinyin": lambda text: "".join(lazy_pinyin(text)),
    }
    town_of = {path: node for node in Node.objects.filter(level=Level.TOWN) for path in [node.path]}
    for name, spell in kinds.items():
        taken, right = [], 0
        for building in chosen.values():
            words = spell(finding.text_of(building))
            under = next(node for path, node in town_of.items() if building.node.path.startswith(path))
            begun = time.perf_counter()
            found = finding.find(words, under=under)
            taken.append((time.perf_counter() - begun) * 1000)
            right += any(match.building == building for match in found[:3])
        results.append(_row(name, taken, right))
    taken = []
    for building in chosen.values():
        begun = time.perf_counter()
        finding.find(finding.text_of(building))
        taken.append((time.perf_counter() - begun) * 1000)
    results.append(_row("as written, in the whole county", taken, None))
    return results


def _row(name: str, taken: list[float], right: int | None) -> Row:
    p95 = statistics.quantiles(taken, n=20)[-1]
    among = "" if right is None else f", {right / len(taken):.0%} among the first three"
    return {
        "name": f"finding among {BUILDINGS:,} buildings, {name}",
        "ours": f"p50 {statistics.median(taken):.1f} ms, p95 {p95:.1f} ms{among}",
        "asked": "p95 ≤ 50 ms",
    }


def _town(at: int, dice: random.Random) -> list[tuple[str, ...]]:
    """The buildings of a street: half in compounds with a gate on a road, half along the roads."""
    size = BUILDINGS // TOWNS
    roads = sorted({f"{dice.choice(FIRST)}{dice.choice(SECOND)}{dice.choice(NUMERALS)}路" for _ in range(60)})
    names = sorted({dice.choice(FIRST) + dice.choice(SECOND) + dice.choice(KINDS) for _ in range(140)})
    rows: list[tuple[str, ...]] = []
    for number, name in enumerate(names):
        gate = dice.choice(roads)
        rows += [
            (gate, str(900 + number), name, f"{block}栋", "40", f"g{at}-{dice.randrange(12)}")
            for block in range(1, size // 2 // len(names) + 1)
        ]
    each = (size - len(rows)) // len(roads) + 1
    houses = [(road, str(house)) for road in roads for house in range(1, each + 1)]
    rows += [(road, f"{house}号", "", "", "4", f"g{at}-{dice.randrange(12)}") for road, house in houses]
    return rows[:size]
