"""Whether polygons fit: no overlap, no gap against the parent's boundary; the places that offend, with their shape."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import shapely
from django.utils.translation import gettext as _

from lastmeter.grid import shapes
from lastmeter.grid.layers.mending import what_is_wrong

SLIVER = 1e-9  # square degrees, about 10 m²: neighbours drawn apart overlap this much without meaning it
SPOT = 2e-4  # degrees, about 20 m: how large a point that offends is drawn
METRES_PER_DEGREE = 111_195.0  # of latitude, on a sphere of the Earth's mean radius


@dataclass(frozen=True, slots=True)
class Offence:
    """What does not fit, as a sentence that names the places, and where (WGS84; None when it has no place)."""

    reason: str
    spot: shapely.Geometry | None = None


class DoesNotFit(ValueError):
    """A change that would break the ground; `offences` say where."""

    def __init__(self, offences: Sequence[Offence]) -> None:
        super().__init__("\n".join(each.reason for each in offences))
        self.offences = list(offences)


@dataclass(frozen=True, slots=True)
class Family:
    """A parent and the polygons of its children before and after a change, by name; `None`: it has no polygon."""

    parent: str
    parent_before: shapely.Geometry | None
    parent_after: shapely.Geometry | None
    before: Mapping[object, shapely.Geometry]
    after: Mapping[object, shapely.Geometry]
    names: Mapping[object, str] = field(default_factory=dict)


def square_metres(shape: shapely.Geometry) -> float:
    """The area on the ground of a polygon in degrees, equal-area by the cosine of the latitude: right within 0.5 %."""

    def project(points: np.ndarray) -> np.ndarray:
        lat = np.radians(points[:, 1])
        return np.column_stack([points[:, 0], np.degrees(np.sin(lat))])  # Lambert's cylindrical equal-area projection

    return float(shapely.area(shapely.transform(shape, project))) * METRES_PER_DEGREE**2


def sound(shape: shapely.Geometry, name: str) -> shapely.Geometry:
    """The polygon, with Z dropped and its parts joined. Raises DoesNotFit with the reason when it is none."""
    shape = shapely.force_2d(shape)
    if shape.geom_type not in {"Polygon", "MultiPolygon"} or shape.is_empty:
        raise DoesNotFit([Offence(_("“%(name)s”的边界不是面。") % {"name": name})])
    if not shape.is_valid:
        why, at = what_is_wrong(shape)
        spot = None if at is None else at.buffer(SPOT)
        raise DoesNotFit([Offence(_("“%(name)s”不成一块地：%(why)s。") % {"name": name, "why": why}, spot)])
    west, south, east, north = shape.bounds
    if not (west >= -180 and east <= 180 and south >= -90 and north <= 90):
        raise DoesNotFit([Offence(_("“%(name)s”的坐标不是经纬度（WGS84）。") % {"name": name})])
    return shape


def offences(family: Family) -> list[Offence]:
    """What is wrong among the children of one parent after a change."""
    return [*_overlaps(family), *_outside(family), *_gaps(family)]


def _overlaps(family: Family) -> Iterator[Offence]:
    changed = {key for key, shape in family.after.items() if not _same(shape, family.before.get(key))}
    for (one, first), (other, second) in combinations(family.after.items(), 2):
        if (one in changed or other in changed) and shapely.intersects(first, second):
            spot = shapes.common(first, second)
            if spot.area > SLIVER:
                names = {"one": family.names[one], "other": family.names[other]}
                yield Offence(_("“%(one)s”和“%(other)s”相互重叠。") % names, spot)


def _outside(family: Family) -> Iterator[Offence]:
    if family.parent_after is None:
        return
    for key, shape in family.after.items():
        before = family.before.get(key)
        out = shapes.without(shape, family.parent_after)
        if before is not None and family.parent_before is not None:
            never_in = shapes.without(before, family.parent_before)
            out = shapes.without(out, never_in)
        if out.area > SLIVER:
            names = {"name": family.names[key], "parent": family.parent}
            yield Offence(_("“%(name)s”超出了“%(parent)s”的边界。") % names, shapes.faces(out))


def _gaps(family: Family) -> Iterator[Offence]:
    """Ground of the parent in no child's polygon that was in one before, or that is the parent's only now."""
    if not family.before:
        return
    before = shapes.union(family.before.values())
    after = shapes.union(family.after.values())
    whole = before if family.parent_after is None else family.parent_after
    gap = shapes.without(whole, after)
    if family.parent_before is not None:
        never_covered = shapes.without(family.parent_before, before)
        gap = shapes.without(gap, never_covered)
    if gap.area > SLIVER:
        yield Offence(_("“%(parent)s”里有一块地方不再属于任何网格。") % {"parent": family.parent}, shapes.faces(gap))


def _same(one: shapely.Geometry, other: shapely.Geometry | None) -> bool:
    return other is not None and bool(shapely.equals_exact(one, other))
