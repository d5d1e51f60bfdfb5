"""Loading a layer, keeping it, taking it away: every row of the file becomes a cell, placed or with its reason."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import shapely
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from lastmeter.accounts.actors import Actor
from lastmeter.grid import scope
from lastmeter.grid.keeping import KEEPERS
from lastmeter.grid.layers import crs, ground, mending, places, reading
from lastmeter.grid.models import Cell, CellState, Layer, Level, Node, Unit, Unplaced

PREVIEW_DAYS = 2  # a file that was looked at and left is not kept longer
MOST_NOTE = 480  # characters, within Cell.note


class AlreadyKept(Exception):
    """The same file of that department has been kept for this street before; str() is a sentence."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the uploader says of a file: its name, whose it is, and in which coordinates ("" = guess)."""

    name: str
    department: str
    unit: Unit | None = None
    crs: str = ""
    file_name: str = ""


def may_manage(actor: Actor, street: Node) -> bool:
    """Whether the actor may load and compare the layers of that street."""
    return street.level == Level.TOWN and scope.holds(actor, KEEPERS, street.path)


def streets(actor: Actor) -> list[Node]:
    """The streets whose layers the actor manages, in the order of the tree."""
    ground = scope.inside(scope.grounds(actor, KEEPERS))
    return list(Node.objects.filter(ground, level=Level.TOWN, valid_to=None).order_by("path"))


@transaction.atomic
def load(file: Path, *, street: Node, told: Told, by: Actor, now: datetime) -> Layer:
    """Read a department's file over a street into a layer that is not kept yet.

    Raises reading.BadLayer when the file cannot be read and crs.BadCrs for an unknown coordinate system.
    """
    stated = crs.named(told.crs)
    read = reading.read(file)
    outline = ground.outline(street)
    placed = _placed(read, stated, outline)
    missing: list[Unplaced] = []
    with translation.override(settings.LANGUAGE_CODE):  # what is stored is in the city's language
        cells = list(_cells(read.rows, placed, street, missing))
        warnings = [*read.warnings, *(placed.warnings if placed else ()), *_about(cells)]
    layer = Layer.objects.create(
        street=street,
        name=told.name,
        unit=told.unit,
        department=told.department,
        file_name=(told.file_name or file.name)[-200:],
        sha256=_digest(file),
        crs=placed.crs if placed else "",
        crs_guessed=placed is not None and placed.guessed,
        encoding=read.encoding,
        warnings="\n".join(warnings),
        loaded_by=by.user,
        loaded_at=now,
    )
    for cell in cells:
        cell.layer = layer
    Cell.objects.bulk_create(cells, batch_size=200)
    Unplaced.objects.bulk_create(missing, batch_size=500)
    return layer


def keep(layer: Layer, *, by: Actor, now: datetime) -> Layer:
    """Take a previewed layer into the street's list; twice is once. `by` becomes who loaded it.

    Raises AlreadyKept, and Layer.DoesNotExist when it was taken away meanwhile.
    """
    try:
        with transaction.atomic():
            Layer.objects.filter(pk=layer.pk, kept_at=None).update(kept_at=now, loaded_by=by.user)
    except IntegrityError:
        raise AlreadyKept(_("“%(department)s”的这个文件已经收下过了。") % {"department": layer.department}) from None
    layer.refresh_from_db()
    return layer


def remove(layer: Layer) -> None:
    """Take a layer and its cells away: a preview that is not wanted, or a drawing that a newer one replaces."""
    layer.delete()


def sweep(now: datetime) -> int:
    """Take away the previews that nobody has kept in PREVIEW_DAYS; returns how many."""
    old = Layer.objects.filter(kept_at=None, loaded_at__lt=now - timedelta(days=PREVIEW_DAYS)).order_by("pk")
    return sum(_swept(pk) for pk in old.values_list("pk", flat=True))


@transaction.atomic
def _swept(pk: int) -> int:
    """Whether the layer was still a preview: the row is held, so that nobody keeps it while its cells go."""
    found = Layer.objects.select_for_update().filter(pk=pk, kept_at=None).first()
    if found is None:
        return 0
    found.delete()
    return 1


def _placed(read: reading.Reading, stated: str, outline: shapely.Geometry | None) -> crs.Placed | None:
    """The shapes of the rows in WGS84, in the order of the rows that have one; None for a list of places."""
    shapes = [row.shape for row in read.rows if row.shape is not None and not row.shape.is_empty]
    if not shapes:
        return None
    return crs.place(np.array(shapes, dtype=object), stated=stated, written=read.crs, street=outline)


def _cells(rows: list[reading.Row], placed: crs.Placed | None, street: Node, missing: list[Unplaced]) -> Iterator[Cell]:
    moved = iter(placed.shapes if placed else ())
    gazetteer = places.Gazetteer(street) if any(row.places for row in rows) else None
    for row in rows:
        cell = Cell(number=row.number, name=row.name, in_charge=row.in_charge, households=row.households)
        if row.shape is not None and not row.shape.is_empty:
            _draw(cell, mending.mend(next(moved)))
        elif row.places and gazetteer is not None:
            found = gazetteer.union(row.places)
            _put(cell, found)
            missing += [Unplaced(cell=cell, place=place[:200], why=why[:200]) for place, why in found.missing]
        else:
            nothing = _("没有写范围。") if row.shape is None else _("没有几何数据。")
            cell.state, cell.note = CellState.REFUSED, row.trouble or nothing
        yield cell


def _draw(cell: Cell, mended: mending.Mended) -> None:
    cell.note = mended.note[:500]
    if mended.shape is None:
        cell.state = CellState.REFUSED
        return
    cell.state = CellState.REPAIRED if mended.repaired else CellState.TAKEN
    _shape(cell, mended.shape)


def _put(cell: Cell, found: places.Found) -> None:
    cell.state = CellState.UNPLACED if found.shape is None else CellState.TAKEN
    said = [f"{place}（{why}）" for place, why in found.missing]
    read = [_("%(place)s当作%(meant)s") % {"place": place, "meant": meant} for place, meant in found.guessed]
    notes = [_("没有落图：%(places)s") % {"places": "、".join(said)}] if said else []
    notes += [_("写法不同：%(places)s") % {"places": "、".join(read)}] if read else []
    cell.note = _cut("；".join(notes))
    if found.shape is not None:
        _shape(cell, found.shape)


def _cut(note: str) -> str:
    return note if len(note) <= MOST_NOTE else note[: MOST_NOTE - 1] + "…"


def _shape(cell: Cell, shape: shapely.Geometry) -> None:
    cell.wkb = shapely.to_wkb(shape)
    cell.west, cell.south, cell.east, cell.north = shape.bounds


def _about(cells: list[Cell]) -> list[str]:
    """What the whole list of cells shows: the same name twice, nothing placed."""
    twice = [name for name, times in Counter(cell.name for cell in cells).items() if times > 1]
    said = []
    if twice:
        said.append(_("同名的格子：%(names)s。") % {"names": "、".join(twice[:10])})
    if not any(cell.wkb for cell in cells):
        said.append(_("没有一个格子能落图。"))
    return said


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
