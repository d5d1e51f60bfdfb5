"""Vector tiles of the demonstration's street: each tile of every zoom drawn anew, the slowest of them told."""

from datetime import date

import numpy as np

from bench import ground

LIMIT = 50
TODAY = date(2026, 1, 1)


def run() -> list[ground.Row]:
    """Draw the tiles that the street lies in, without what the process keeps."""
    ground.prepare()
    from lastmeter.grid import divisions, street

    divisions.load_yangjiang(today=TODAY)
    street.load_street(today=TODAY)
    return [_row(zoom) for zoom in (8, 11, 13, 14, 15, 16)]


def _row(zoom: int) -> ground.Row:
    from lastmeter.interop.tiles import layers
    from lastmeter.interop.tiles.squares import EXTENT, Square

    corners = np.array([[111.9581, 21.8898], [111.999, 21.8347]])
    first, last = (Square(0, 0, 0).place(corners) / EXTENT * 2**zoom).astype(int).tolist()
    squares = [Square(zoom, x, y) for x in range(first[0], last[0] + 1) for y in range(first[1], last[1] + 1)]
    times, sizes = [], []
    for square in squares:

        def draw(square: Square = square) -> None:
            layers.drawn.get().clear()
            sizes.append(len(layers.boundaries(square, today=TODAY)))

        times.append(ground.p50(draw, 3))
    return {
        "name": f"tile of zoom {zoom}, slowest of {len(squares)}, largest {max(sizes) // 1000} kB",
        "ours": f"{max(times):.1f} ms",
        "asked": f"≤ {LIMIT} ms",
    }
