"""城东街道 as a believable, invented street: 48 grids, their buildings and lanes, Party organisations, posts, people.

The communities are real by name; everything below them, and every person and phone, is invented and marked so.
"""

import csv
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import shapely
from django.contrib.auth.hashers import make_password
from django.db import transaction
from pypinyin import lazy_pinyin
from shapely.geometry.base import BaseGeometry

from lastmeter.accounts.models import User
from lastmeter.accounts.people import phone_hash
from lastmeter.grid import shapes, tree
from lastmeter.grid.divisions import text
from lastmeter.grid.models import (
    Level,
    Node,
    NodeKind,
    PartyOrganisation,
    Plate,
    Post,
    Role,
    Tenure,
    Unit,
    UnitKind,
)
from lastmeter.kit.ids import new_token

TOWN = "441702006"
COUNTY = "441702"
SCHEME = "grid-15"
INVENTED = "虚构，见 grid/data/SOURCE.md"
NUMERALS = "一二三四五六七八九"
RURAL = ("201", "202")
Rank = PartyOrganisation.Rank

# (name, kind, at the county?)
UNITS = (
    ("城东街道综合执法队", UnitKind.DEPARTMENT, False),
    ("城东市场监督管理所", UnitKind.DEPARTMENT, False),
    ("城东派出所", UnitKind.DEPARTMENT, False),
    ("城东消防救援站", UnitKind.DEPARTMENT, False),
    ("城东人力资源和社会保障所", UnitKind.DEPARTMENT, False),
    ("城东环卫所", UnitKind.UTILITY, False),
    ("城东供电所", UnitKind.UTILITY, False),
    ("江城供水公司城东营业所", UnitKind.UTILITY, False),
    ("湖畔物业服务中心", UnitKind.PROPERTY, False),
    ("金湾物业服务中心", UnitKind.PROPERTY, False),
    ("江城区住房和城乡建设局", UnitKind.DEPARTMENT, True),
    ("江城区教育局", UnitKind.DEPARTMENT, True),
)
SURNAMES = "陈林黄梁冯关谢曾莫许邓彭苏卢蔡叶程韦覃欧简麦容钟骆阮岑温祝甄卓庄"
GIVEN = """
    晓禾 知遥 一舟 向晚 若桐 子墨 海宁 秋实 春和 建业
    月英 金水 阿娣 伟庭 素心 立夏 晨光 思源 嘉树 远山
    书言 景行 乐天 润之 安澜 清越 木兰 汉生 桂芳 玉珍
    明朗 小鸥 长青 开泰 望舒 如松 可欣 星河 念慈 国梁
""".split()  # noqa: SIM905 - a list of forty quoted words is no easier to read


@dataclass(frozen=True, slots=True)
class Street:
    """The loaded street and the persons a demonstration speaks of."""

    town: Node
    community: Node
    grid: Node
    units: dict[str, Unit]
    people: dict[str, User]
    plate: Plate


@dataclass(slots=True)
class _Loading:
    """What is being put together: nodes by their place, posts with the holder's name, in order."""

    today: date
    founded: date
    rng: random.Random
    nodes: dict[tuple[str, int, int], Node] = field(default_factory=dict)
    seats: list[tuple[Post, str]] = field(default_factory=list)
    names: Iterator[str] = field(default_factory=lambda: iter(()))


@transaction.atomic
def load_street(*, today: date) -> Street:
    """Plant the street below the real 城东街道 and fill its posts. Call after divisions.load_yangjiang, once."""
    town = tree.resolve_code(TOWN)
    if town is None:
        raise LookupError("load_yangjiang comes first")
    loading = _Loading(today, date(today.year - 1, 1, 1), random.Random(441702))  # noqa: S311 - invented data
    loading.names = _names(loading.rng)
    _plant(town, loading)
    _party(town, loading)
    units = _units(town, loading)
    _seats(town, units, loading)
    users = _appoint(loading)
    grid = loading.nodes["008", 3, 0]
    community = loading.nodes["008", 0, 0]
    return Street(town, community, grid, units, _handy(users), Plate.objects.get(node=grid))


def _plant(town: Node, loading: _Loading) -> None:
    leaves = _shapes()
    for code in sorted({community for community, _grid, _micro in leaves}):
        node = tree.resolve_code(TOWN + code)
        if node is None:
            raise LookupError(TOWN + code)
        loading.nodes[code, 0, 0] = node
    seeds: dict[tuple[str, int, int], tree.Seed] = {}
    for row in _grids():
        _seed_grid(row, leaves, seeds, loading)
    tree.plant_all(list(seeds.values()), today=loading.founded)
    loading.nodes |= {place: seed.node for place, seed in seeds.items() if seed.node}
    drawn = {loading.nodes[place]: shape for place, shape in _with_unions(leaves).items()}
    whole = {town: shapely.unary_union(list(leaves.values()))}
    shapes.draw(drawn | whole, source=INVENTED, today=loading.founded)
    Plate.objects.bulk_create(
        Plate(token=new_token(), node=node) for node in loading.nodes.values() if node.level >= Level.GRID
    )
    communities = [node.pk for node in loading.nodes.values() if node.level == Level.COMMUNITY]
    Node.objects.filter(pk__in=communities).update(supervision_phone="19900009008")


def _shapes() -> dict[tuple[str, int, int], BaseGeometry]:
    features = json.loads(text("chengdong.geojson"))["features"]
    return {
        (each["properties"]["community"][9:], each["properties"]["grid"], each["properties"]["micro"]): (
            shapely.from_geojson(json.dumps(each["geometry"]))
        )
        for each in features
    }


def _with_unions(shapes: dict[tuple[str, int, int], BaseGeometry]) -> dict[tuple[str, int, int], BaseGeometry]:
    """The micro-grids with the grids and communities they make up."""
    parts: dict[tuple[str, int, int], list[BaseGeometry]] = {}
    for (community, grid, _micro), shape in shapes.items():
        parts.setdefault((community, grid, 0), []).append(shape)
        parts.setdefault((community, 0, 0), []).append(shape)
    return shapes | {place: shapely.unary_union(members) for place, members in parts.items()}


def _grids() -> list[dict[str, str]]:
    return list(csv.DictReader(text("chengdong_grids.csv").splitlines()))


def _seed_grid(
    row: dict[str, str],
    shapes: dict[tuple[str, int, int], BaseGeometry],
    seeds: dict[tuple[str, int, int], tree.Seed],
    loading: _Loading,
) -> None:
    community, number = row["community"], int(row["grid"])
    micros = sorted(micro for place, grid, micro in shapes if (place, grid) == (community, number))
    before = sum(
        1 for place, grid, _micro in shapes if place == community and grid < number and _same(row, place, grid)
    )
    names = [_micro_name(row, before + at) for at in range(1, len(micros) + 1)]
    kind = NodeKind.RURAL if community in RURAL else NodeKind.URBAN
    households = [loading.rng.randint(45, 95) for _ in micros]
    values: dict[str, object] = {"invented": True, "source": INVENTED, "kind": kind}
    code = f"{TOWN}{community}{number:03}"
    seeds[community, number, 0] = grid_seed = tree.Seed(
        loading.nodes[community, 0, 0],
        Level.GRID,
        f"第{NUMERALS[number - 1]}网格（{_covers(row, before + 1, before + len(micros))}）",
        code,
        SCHEME,
        values | {"households": sum(households), "supervision_phone": "19900009008"},
    )
    for micro, name, homes in zip(micros, names, households, strict=True):
        seeds[community, number, micro] = tree.Seed(
            grid_seed, Level.MICRO, name, "", "", values | {"households": homes}
        )


def _same(row: dict[str, str], community: str, grid: int) -> bool:
    return any(
        other["community"] == community and int(other["grid"]) == grid and other["name"] == row["name"]
        for other in _grids()
    )


def _micro_name(row: dict[str, str], number: int) -> str:
    if row["kind"] == "estate":
        return f"{row['name']} {number} 栋"
    return f"{row['name']}{NUMERALS[number - 1]}{'巷' if row['kind'] == 'lanes' else '组'}"


def _covers(row: dict[str, str], first: int, last: int) -> str:
    if row["kind"] == "estate":
        return f"{row['name']} {first}–{last} 栋"
    return row["name"] if row["kind"] == "lanes" else f"{row['name']}村小组"


def _party(town: Node, loading: _Loading) -> None:
    rows = [_organisation(town, Rank.WORKING_COMMITTEE, "城东街道党工委", 420, loading)]
    for (community, grid, micro), node in loading.nodes.items():
        above = loading.nodes[community, 0, 0].name
        if micro:
            name, rank = f"{node.name}党小组", Rank.GROUP
        elif grid:
            name, rank = f"{above}第{NUMERALS[grid - 1]}网格党支部", Rank.BRANCH
        else:
            name, rank = f"{above}{'党总支' if community in RURAL else '党委'}", Rank.COMMITTEE
        members = {Rank.GROUP: (3, 9), Rank.BRANCH: (18, 45), Rank.COMMITTEE: (110, 260)}[rank]
        rows.append(_organisation(node, rank, name, loading.rng.randint(*members), loading))
    PartyOrganisation.objects.bulk_create(rows, batch_size=500)


def _organisation(node: Node, rank: int, name: str, members: int, loading: _Loading) -> PartyOrganisation:
    founded = loading.founded - timedelta(days=loading.rng.randint(30, 3000))
    return PartyOrganisation(node=node, rank=rank, name=name, founded_on=founded, members=members)


def _units(town: Node, loading: _Loading) -> dict[str, Unit]:
    county = tree.resolve_code(COUNTY)
    if county is None:
        raise LookupError(COUNTY)
    rows = [
        Unit(node=county if at_county else town, name=name, kind=kind, phone=f"199000080{at:02}")
        for at, (name, kind, at_county) in enumerate(UNITS)
    ]
    return {unit.name: unit for unit in Unit.objects.bulk_create(rows)}


def _seats(town: Node, units: dict[str, Unit], loading: _Loading) -> None:
    """Who sits where, as posts with a name each; the first few names are those of the demonstration."""
    for role, name in (
        (Role.SECRETARY, None),
        (Role.DISPATCHER, "程一帆"),
        (Role.DISPATCHER, None),
        (Role.ORGANISER, "唐若谷"),
    ):
        _seat(loading, Post(role=role, node=town), name)
    for (community, grid, micro), node in loading.nodes.items():
        here = (community, grid) == ("008", 3)
        if micro:
            head = Role.BUILDING_HEAD if "栋" in node.name else Role.LANE_HEAD
            _seat(loading, Post(role=head, node=node), "莫秀兰" if here and micro == 2 else None)
            _seat(loading, Post(role=Role.HUB_HOUSEHOLD, node=node))
        elif grid:
            _seat(loading, Post(role=Role.GRID_HEAD, node=node))
            _seat(loading, Post(role=Role.GRID_WORKER, node=node), "周小满" if here else None)
        else:
            ours = community == "008"
            _seat(loading, Post(role=Role.SECRETARY, node=node), "简思远" if ours else None)
            _seat(loading, Post(role=Role.COMMUNITY_CLERK, node=node), "林知夏" if ours else None)
            _seat(loading, Post(role=Role.COMMUNITY_CLERK, node=node))
            _seat(loading, Post(role=Role.LEGAL_ADVISER, node=node))
    for unit in units.values():
        first = unit.name == UNITS[0][0]
        _seat(loading, Post(role=Role.UNIT_HEAD, unit=unit), "罗青" if first else None)
        _seat(loading, Post(role=Role.UNIT_HANDLER, unit=unit), "钟可" if first else None)


def _seat(loading: _Loading, post: Post, name: str | None = None) -> None:
    post.public_phone = f"1990000{len(loading.seats) + 1:04}"
    loading.seats.append((post, name or next(loading.names)))


def _names(rng: random.Random) -> Iterator[str]:
    """Invented names, each once."""
    every = [surname + given for surname in SURNAMES for given in GIVEN]
    rng.shuffle(every)
    return iter(every)


def _appoint(loading: _Loading) -> list[User]:
    taken: set[str] = set()
    nobody = make_password(None)
    users = [
        User(
            username=_username(name, taken),
            name=name,
            password=nobody,
            phone=post.public_phone,
            phone_hash=phone_hash(post.public_phone),
        )
        for post, name in loading.seats
    ]
    users = User.objects.bulk_create(users, batch_size=500)
    posts = Post.objects.bulk_create([post for post, _name in loading.seats], batch_size=500)
    Tenure.objects.bulk_create(
        [
            Tenure(
                post=post,
                user=user,
                since=loading.founded + timedelta(days=loading.rng.randint(0, 300)),
                source=_source(post),
            )
            for post, user in zip(posts, users, strict=True)
        ],
        batch_size=500,
    )
    return users


def _source(post: Post) -> str:
    if post.role in (Role.BUILDING_HEAD, Role.LANE_HEAD, Role.HUB_HOUSEHOLD):
        return Tenure.Source.RESIDENT
    return Tenure.Source.RECRUIT if post.role == Role.GRID_WORKER else Tenure.Source.CADRE


def _username(name: str, taken: set[str]) -> str:
    base = "".join(lazy_pinyin(name))
    username, number = base, 1
    while username in taken:
        number += 1
        username = f"{base}{number}"
    taken.add(username)
    return username


def _handy(users: list[User]) -> dict[str, User]:
    names = {
        "worker": "周小满",
        "building_head": "莫秀兰",
        "clerk": "林知夏",
        "secretary": "简思远",
        "dispatcher": "程一帆",
        "organiser": "唐若谷",
        "handler": "钟可",
        "unit_head": "罗青",
    }
    by_name = {user.name: user for user in users}
    return {key: by_name[name] for key, name in names.items()}
