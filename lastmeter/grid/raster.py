"""Cells lying wholly inside one polygon, so that most points are placed without touching geometry.

Two levels: a coarse raster over the whole box, and a block of fine cells for each coarse cell that a boundary touches.
A cell holds the rank of its polygon, OUTSIDE, BORDER (ask the geometry) or, coarse only, -(3 + number of its block).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Cells = npt.NDArray[np.int32]
Classify = Callable[[Floats, Floats], Cells]

OUTSIDE, BORDER, FIRST_BLOCK = -1, -2, -3
MOST_CELLS = 8_000_000  # 32 MB of int32, coarse and fine together
MARGIN = 1e-6  # of a cell: far more than rounding can move a point, so that no boundary is missed
PIECES_AT_ONCE = 400_000


@dataclass(frozen=True, slots=True)
class Raster:
    """The two levels and how a point (WGS84, degrees) finds its cell."""

    west: float
    south: float
    east: float
    north: float
    per_lon: float  # coarse cells a degree
    per_lat: float
    cols: int
    fold: int  # fine cells along one side of a coarse cell
    coarse: Cells
    fine: Cells


def build(segments: Floats, box: tuple[float, float, float, float], classify: Classify) -> Raster:
    """Raster the polygons whose boundary segments are given (n × 4: lon, lat, lon, lat).

    `classify(lons, lats)` says for points on no boundary the rank of their polygon, or OUTSIDE.
    """
    west, south, east, north = box
    side = max((east - west) * (north - south), 1e-12)
    coarse_cells = min(MOST_CELLS // 8, max(64, 24 * len(segments)))
    size = (side / coarse_cells) ** 0.5
    cols = max(1, min(coarse_cells, round((east - west) / size)))
    rows = max(1, min(coarse_cells // cols, round((north - south) / size)))
    per_lon, per_lat = cols / max(east - west, 1e-9), rows / max(north - south, 1e-9)
    scaled = (segments - np.array([west, south, west, south])) * np.array([per_lon, per_lat, per_lon, per_lat])
    touched = _touched(scaled, cols, rows)
    blocks = np.flatnonzero(touched)
    fold = _fold(len(blocks), MOST_CELLS - touched.size)
    coarse = np.zeros((1, rows, cols), np.int32)
    coarse[0].reshape(-1)[blocks] = BORDER
    _fill(coarse, lambda block, row, col: classify(west + (col + 0.5) / per_lon, south + (row + 0.5) / per_lat))
    coarse = coarse.reshape(-1)
    coarse[blocks] = FIRST_BLOCK - np.arange(len(blocks), dtype=np.int32)
    fine = _fine(scaled, coarse, blocks, cols, rows, fold)

    def place(block: Cells, row: Cells, col: Cells) -> Cells:
        lon = blocks[block] % cols + (col + 0.5) / fold
        lat = blocks[block] // cols + (row + 0.5) / fold
        return classify(west + lon / per_lon, south + lat / per_lat)

    _fill(fine, place)
    return Raster(west, south, east, north, per_lon, per_lat, cols, fold, coarse, fine.reshape(-1))


def _fold(blocks: int, budget: int) -> int:
    return int(max(1, min(32, (budget / max(blocks, 1)) ** 0.5)))


def _pieces(segments: Floats) -> Iterator[Floats]:
    """The segments (in cells) cut into pieces shorter than 0.8 of a cell along both axes, some at a time."""
    span = np.maximum(np.abs(segments[:, 2] - segments[:, 0]), np.abs(segments[:, 3] - segments[:, 1]))
    counts = np.ceil(span * 1.25).astype(np.int64) + 1
    chunk = np.cumsum(counts) // PIECES_AT_ONCE
    for start, end in zip(*_runs(chunk), strict=True):
        parts, few = segments[start:end], counts[start:end]
        which = np.repeat(np.arange(len(parts)), few)
        step = np.arange(len(which)) - np.repeat(np.cumsum(few) - few, few)
        origin, delta = parts[which, :2], (parts[which, 2:] - parts[which, :2]) / few[which, None]
        yield np.hstack([origin + delta * step[:, None], origin + delta * (step[:, None] + 1)])


def _runs(values: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Where runs of equal values start and end (exclusive)."""
    cuts = np.flatnonzero(np.diff(values)) + 1
    return np.concatenate([[0], cuts]), np.concatenate([cuts, [len(values)]])


def _corners(piece: Floats) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """The cells of a piece's bounding box, at most two by two."""
    low = np.floor(np.minimum(piece[:, :2], piece[:, 2:]) - MARGIN).astype(np.int64)
    high = np.floor(np.maximum(piece[:, :2], piece[:, 2:]) + MARGIN).astype(np.int64)
    for col in (low[:, 0], high[:, 0]):
        for row in (low[:, 1], high[:, 1]):
            yield col, row


def _touched(segments: Floats, cols: int, rows: int) -> npt.NDArray[np.bool_]:
    """Which coarse cells a boundary touches, row by row."""
    touched = np.zeros(cols * rows, np.bool_)
    for piece in _pieces(segments):
        for col, row in _corners(piece):
            touched[np.clip(row, 0, rows - 1) * cols + np.clip(col, 0, cols - 1)] = True
    return touched


def _fine(segments: Floats, coarse: Cells, blocks: npt.NDArray[np.int64], cols: int, rows: int, fold: int) -> Cells:
    """The fine cells of all blocks, BORDER where a boundary touches them, else 0."""
    fine = np.zeros((len(blocks), fold, fold), np.int32)
    for piece in _pieces(segments * fold):
        for col, row in _corners(piece):
            col, row = np.clip(col, 0, cols * fold - 1), np.clip(row, 0, rows * fold - 1)
            block = FIRST_BLOCK - coarse[row // fold * cols + col // fold]
            # A corner of the box around a fine piece may lie in a coarse cell the boundary itself does not touch.
            has = block >= 0
            fine[block[has], row[has] % fold, col[has] % fold] = BORDER
    return fine


def _fill(cells: Cells, place: Callable[[Cells, Cells, Cells], Cells]) -> None:
    """Give every cell that is not BORDER the rank of its polygon, asking once for each connected patch."""
    if not cells.size:
        return
    label = np.where(cells == BORDER, -1, np.arange(cells.size).reshape(cells.shape))
    for _ in range(2):
        for flat in (label, label[:, ::-1], label.swapaxes(1, 2), label.swapaxes(1, 2)[:, ::-1]):
            _sweep(flat)
    free = label.reshape(-1) >= 0
    patches, which = np.unique(label.reshape(-1)[free], return_inverse=True)
    block, rest = np.divmod(patches, cells.shape[1] * cells.shape[2])
    row, col = np.divmod(rest, cells.shape[2])
    cells.reshape(-1)[free] = place(block, row, col)[which]


def _sweep(label: npt.NDArray[np.int64]) -> None:
    """Carry the smaller label from each line of cells to the next one, stopping at borders.

    Patches that wind so much that two rounds do not join them stay apart: they are only asked for more than once.
    """
    for line in range(1, label.shape[1]):
        before, here = label[:, line - 1], label[:, line]
        joined = (before >= 0) & (here >= 0)
        np.minimum(here, before, out=here, where=joined)
