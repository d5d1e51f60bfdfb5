"""Point → polygon on real polygons and points, against a bare STR-tree (single) and GeoPandas' sjoin (batch).

Same points, same answers (checked), one run. 2,898 Chinese districts, 3,230 American counties, and 10,000 grids with
winding borders (drawn here: nobody publishes that many).
"""

import csv
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import shapely

from bench.ground import Row

ROOT = Path(__file__).resolve().parents[1]
T = TypeVar("T")
Points = npt.NDArray[np.float64]
SINGLE, BATCH = 20_000, 1_000_000
_BOX = (111.5, 21.5, 112.5, 22.5)  # degrees, about a city
_WIDER = ([111.49, 21.49], [112.51, 22.51])  # so that some points lie outside


def run() -> list[Row]:
    """All sets of polygons; without the data a row says so."""
    import django

    django.setup()
    grids = _compare("grids", _grids(), np.random.default_rng(2).uniform(*_WIDER, (BATCH, 2)), batch="≥ 3")
    folder = Path(os.environ.get("LASTMETER_TEST_DATA", ROOT / "../shared/data")) / "polygons_bench"
    if not folder.exists():
        return [*grids, {"name": f"locate: no data in {folder}"}]
    with (folder / "us_zipcode_points.csv").open(encoding="utf-8") as file:
        zips = np.array([(float(row["longitude"]), float(row["latitude"])) for row in csv.DictReader(file)])
    rng = np.random.default_rng(1)
    districts = _polygons(folder / "china_districts_2898.geojson")
    west, south, east, north = shapely.total_bounds(districts)
    china = np.column_stack([rng.uniform(west, east, BATCH), rng.uniform(south, north, BATCH)])
    america = zips[rng.integers(0, len(zips), BATCH)] + rng.normal(0, 0.05, (BATCH, 2))
    return [
        *grids,
        *_compare("Chinese districts", districts, china),
        *_compare("American counties", _polygons(folder / "us_counties_10m.geojson"), america),
    ]


def _grids() -> list[shapely.Geometry]:
    """10,000 cells without overlap or gap, about 44 corners each: neighbours share every corner of their border."""
    west, south, east, north = _BOX
    seeds = np.random.default_rng(1).uniform([west, south], [east, north], (10_000, 2))
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(seeds)))
    cells = shapely.segmentize(shapely.intersection(cells, shapely.box(*_BOX)), 0.001)

    def wind(points: Points) -> Points:
        return points + 0.0002 * np.column_stack([np.sin(points[:, 1] * 1500), np.cos(points[:, 0] * 1300)])

    return list(shapely.transform(cells, wind))


def _polygons(path: Path) -> list[shapely.Geometry]:
    """The valid polygons of a file."""
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    shapes = [shapely.from_geojson(json.dumps(each["geometry"])) for each in features]
    return [shape for shape in shapes if shape.is_valid]


def _compare(name: str, shapes: list[shapely.Geometry], points: Points, batch: str = "≥ 1") -> list[Row]:
    import geopandas

    from lastmeter.grid.locate import Area, Locator

    begun = time.perf_counter()
    locator = Locator.build(Area(at, 6, shapely.to_wkb(shape)) for at, shape in enumerate(shapes))
    built = time.perf_counter() - begun
    tree = shapely.STRtree(shapes)
    few = points[:SINGLE].tolist()

    def bare(lon: float, lat: float) -> int | None:
        found = tree.query(shapely.Point(lon, lat), predicate="intersects")
        return int(found.min()) if len(found) else None

    ours, our_answers = _timed(lambda: [locator.locate(lon, lat) for lon, lat in few])
    theirs, their_answers = _timed(lambda: [bare(lon, lat) for lon, lat in few])
    assert our_answers == their_answers, "single points: different answers"

    frame = geopandas.GeoDataFrame({"at": range(len(shapes))}, geometry=shapes, crs=4326)
    dots = geopandas.GeoDataFrame(geometry=shapely.points(points), crs=4326)
    placed_in, found = _timed(lambda: locator.locate_batch(points[:, 0], points[:, 1]))
    joined_in, joined = _timed(lambda: geopandas.sjoin(dots, frame, how="left", predicate="intersects"))
    smallest = joined.groupby(level=0)["at"].min().fillna(-1).to_numpy(np.int64)
    assert (found == smallest).all(), f"batch: {int((found != smallest).sum())} different answers"
    return [
        {
            "name": f"single point, {len(shapes):,} {name}",
            "ours": f"{ours / SINGLE * 1e6:.2f} µs",
            "theirs": f"{theirs / SINGLE * 1e6:.2f} µs bare STR-tree",
            "ratio": f"{ours / theirs:.2f}",
            "asked": "≤ 0.5",
        },
        {
            "name": f"batch of {BATCH:,}, {name}",
            "ours": f"{BATCH / placed_in:,.0f}/s",
            "theirs": f"{BATCH / joined_in:,.0f}/s GeoPandas sjoin",
            "ratio": f"{joined_in / placed_in:.1f}",
            "asked": batch,
        },
        {"name": f"building it, {name}", "ours": f"{built:.1f} s", "asked": "beside"},
    ]


def _timed(call: Callable[[], T]) -> tuple[float, T]:
    begun = time.perf_counter()
    result = call()
    return time.perf_counter() - begun, result
