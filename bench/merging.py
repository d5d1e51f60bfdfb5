"""The merged grid of the shipped street: 48 grids from micro-grids, then from finer pieces, on two cores."""

import json
import random
from pathlib import Path

import numpy as np
import shapely

from bench.ground import Row
from lastmeter.grid.proposals.merging import Merged, propose
from lastmeter.grid.proposals.partition import Atom

STREET = Path(__file__).resolve().parents[1] / "lastmeter/grid/data/chengdong.geojson"
RURAL = ("441702006201", "441702006202")
FINER = 4  # pieces of each micro-grid in the second measurement


def run() -> list[Row]:
    """Seconds and figures, before and after; the seconds are the whole call."""
    return [*_row("220 micro-grids", _atoms(1)), *_row(f"{220 * FINER} pieces", _atoms(FINER))]


def _atoms(pieces: int) -> list[Atom]:
    rng = random.Random(7)  # noqa: S311 - invented figures
    atoms = []
    for feature in json.loads(STREET.read_text(encoding="utf-8"))["features"]:
        place, grid, micro = (feature["properties"][name] for name in ("community", "grid", "micro"))
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        homes, work = rng.randint(45, 95), rng.randint(2, 60)
        for number, piece in enumerate(_cut(shape, pieces, rng)):
            key = f"{place}-{grid}-{micro}-{number}"
            atoms.append(Atom(key, piece, place, None, homes // pieces, work // pieces, f"{place}-{grid}"))
    return atoms


def _cut(shape: shapely.Geometry, pieces: int, rng: random.Random) -> list[shapely.Geometry]:
    """The Voronoi cells of random points inside, parts of one cell apart."""
    if pieces == 1:
        return [shape]
    west, south, east, north = shape.bounds
    points: list[tuple[float, float]] = []
    while len(points) < pieces:
        at = (rng.uniform(west, east), rng.uniform(south, north))
        if shape.contains(shapely.Point(at)):
            points.append(at)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=shape))
    parts = shapely.get_parts(shapely.intersection(cells, shape))
    return [part for part in np.atleast_1d(parts).tolist() if part.geom_type == "Polygon"]


def _row(name: str, atoms: list[Atom]) -> list[Row]:
    bands = {atom.community: (250, 350) if atom.community in RURAL else (300, 500) for atom in atoms}
    found = propose(atoms, bands=bands, seconds=45, workers=2, seed=1)
    assert all(part.after.no_worse(part.before) for part in found.parts), "worse than the start"
    return [
        {"name": f"merge 48 grids, {name}", "ours": f"{found.seconds:.1f} s", "asked": "≤ 60 s", "theirs": _said(found)}
    ]


def _said(found: Merged) -> str:
    one, two = found.before, found.after
    proved = sum(part.proved for part in found.parts)
    return (
        f"cut {one.cut / 1000:.1f} → {two.cut / 1000:.1f} km, roundness {one.roundness:.3f} → {two.roundness:.3f}, "
        f"homes off {one.households_off:.0f} → {two.households_off:.0f}, work off {one.work_off:.0f} → "
        f"{two.work_off:.0f}, outside {one.outside} → {two.outside}; {proved} of {len(found.parts)} proved"
    )
