"""Import of the 41,827 real Boston rows through the command's own function: rows a second, and memory as it goes."""

import json
import os
import tempfile
import time
from pathlib import Path

from bench import ground

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("LASTMETER_TEST_DATA", ROOT.parent / "shared" / "data")) / "boston311"
ASKED = 1500  # rows a second


def run() -> list[ground.Row]:
    """Plant the twelve districts, import the file, import it again."""
    if not DATA.exists():
        return [{"name": f"import: skipped, there is no {DATA.name} in LASTMETER_TEST_DATA", "ours": "—"}]
    ground.prepare()
    from django.conf import settings
    from django.utils import timezone

    from lastmeter.accounts.actors import system
    from lastmeter.matters.importing import batches as importing
    from lastmeter.matters.importing import names as import_names
    from lastmeter.matters.importing.maps import read_map

    plan = read_map(ROOT / "examples" / "imports" / "boston311.toml")
    import_names.plant(plan, today=timezone.localdate())
    _outline()
    memory: list[int] = []

    def once() -> tuple[importing.Tally, float]:
        start = time.perf_counter()
        tally = importing.import_file(
            DATA / "boston311_2011_jul_oct.csv.gz",
            plan,
            rejected=Path(tempfile.mkdtemp()) / "rejected.csv",
            by=system("bench"),
            now=timezone.now(),
            after_batch=lambda _tally: memory.append(_resident()),
        )
        return tally, tally.read / (time.perf_counter() - start)

    tally, rate = once()
    growth = memory[-1] - memory[1]
    again, rate_again = once()
    kind = settings.DATABASES["default"]["ENGINE"].rsplit(".", 1)[-1]
    return [
        {
            "name": f"import of {tally.taken:,} Boston rows, {kind}",
            "ours": f"{rate:,.0f} rows/s",
            "ratio": f"{rate / ASKED:.2f}",
            "asked": f"≥ {ASKED:,} rows/s",
        },
        {"name": "memory from the second batch to the last", "ours": f"{growth:+} MB", "asked": "flat"},
        {
            "name": "the same file again",
            "ours": f"{rate_again:,.0f} rows/s",
            "theirs": f"{again.taken} doubled",
            "asked": "0 doubled",
        },
    ]


def _outline() -> None:
    """Give the planted districts their polygons."""
    import shapely

    from lastmeter.grid import ground as tree_ground
    from lastmeter.grid.models import Node, Shape

    features = json.loads((DATA / "boston_police_districts.geojson").read_text(encoding="utf-8"))["features"]
    for feature in features:
        shape = shapely.geometry.shape(feature["geometry"])
        node = Node.objects.get(name=feature["properties"]["district"])
        box = dict(zip(("west", "south", "east", "north"), shape.bounds, strict=True))
        Shape.objects.create(node=node, wkb=shapely.to_wkb(shape), valid_from=node.valid_from, **box)
    tree_ground.bump()


def _resident() -> int:
    """Resident memory of this process in MB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20
