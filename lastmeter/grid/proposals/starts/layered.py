"""Where a proposal made from layers starts: the grids of the base layer in each community, and who had what before."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from lastmeter.grid.models import (
    Cell,
    Node,
    Proposal,
    ProposalCell,
    ProposalFigures,
    ProposalLayer,
    ProposalShare,
)
from lastmeter.grid.proposals.proposing import WEIGHTS, band_of
from lastmeter.grid.proposals.solver import measures, partition
from lastmeter.grid.proposals.solver.measures import Held, Measures
from lastmeter.grid.proposals.solver.partition import Atom, Ground
from lastmeter.grid.proposals.starts import pieces, today
from lastmeter.grid.proposals.starts.pieces import Piece
from lastmeter.grid.proposals.starts.today import Begun, community_of


class LayerGone(ValueError):
    """A layer was taken away before the proposal was solved; str() is a sentence."""


class Key(NamedTuple):
    """A grid that the start has in a community: a cell of the base layer, or (`old`) a grid of today; pk 0 is none."""

    community: int
    old: bool
    pk: int

    def __str__(self) -> str:
        return f"{self.community}:{'n' if self.old else 'c'}{self.pk}"


Band = tuple[int, int]


def begin(proposal: Proposal, now: datetime) -> Begun:
    """The cells and the start of a proposal that was asked for with layers. Raises LayerGone."""
    used = list(proposal.layers.select_related("layer").order_by("pk"))
    layers = [each.layer for each in used if each.layer is not None]
    if len(layers) < len(used):
        raise LayerGone(_("选用的图层已被删除，请重新提出。"))
    old = today.read(proposal.street, now)
    cells, parts = pieces.cut(proposal, old, layers)
    places = Node.objects.in_bulk({community_of(cell) for cell in cells})
    bands = {pk: band_of(proposal, place) for pk, place in places.items()}
    base = next((each for each in used if each.base), None)
    keys = _keys(cells, parts, base)
    starts = _majority(cells, parts, keys)
    named = pieces.compounds(proposal.street, cells, parts)
    today.keep_compounds(proposal, cells, [[cell.start_id for cell in cells], starts], named)
    grids = _settle(cells, parts, keys, starts, bands)
    left_out = sum(not old.drawn(each) for each in old.grids)
    begun = Begun(cells, [str(key) if key.pk else None for key in starts], left_out)
    begun.grids = {str(pk): [str(key) for key in kept] for pk, kept in grids.items()}
    _name(begun, [key for kept in grids.values() for key in kept])
    grounds = {pk: _ground(parts, pk, band) for pk, band in bands.items()}
    if base is not None:
        cut = {key.community for part, key in zip(parts, keys, strict=True) if key != starts[part.cell]}
        begun.drawn = {str(pk): _kinds(grounds[pk], parts, keys, grids[pk]) for pk in cut & grids.keys()}
    for each in used:
        if not each.base:
            begun.figures += _drawn(each, cells, parts, grounds, bands)
        begun.shares += _shares(each, parts)
    return begun


# -- The start ---------------------------------------------------------------------------------------------------------


def _keys(
    cells: Sequence[ProposalCell], parts: Sequence[Piece], base: ProposalLayer | None, *, alone: bool = False
) -> list[Key]:
    """For each piece the grid of the start it lies in.

    Where the base layer has nothing, a grid of today of which it covers less than half (by households, then area) goes
    on as it is; with `alone` such ground is in no grid.
    """
    layer = base.layer_id if base is not None else None
    covered: defaultdict[int | None, list[tuple[int, float]]] = defaultdict(list)
    for part in parts:
        sign = 1 if part.atom.cells.get(layer or 0) else -1
        covered[cells[part.cell].start_id].append((sign * part.households, sign * part.area))
    left = {pk for pk, rows in covered.items() if tuple(map(sum, zip(*rows, strict=True))) < (0, 0.0)}
    keys = []
    for part in parts:
        place, start = community_of(cells[part.cell]), cells[part.cell].start_id
        if cell := part.atom.cells.get(layer or 0):
            keys.append(Key(place, False, cell))
        else:
            keys.append(Key(place, True, start if start in left and start is not None and not alone else 0))
    return keys


def _majority(cells: Sequence[ProposalCell], parts: Sequence[Piece], keys: Sequence[Key]) -> list[Key]:
    """For each cell the grid that has most of its households, then of its area."""
    return _most(((part.cell, key, part) for part, key in zip(parts, keys, strict=True)), len(cells))


def _most(rows: Iterable[tuple[int, Key, Piece]], count: int) -> list[Key]:
    votes: list[dict[Key, tuple[int, float]]] = [{} for _ in range(count)]
    for at, key, part in rows:
        if key.pk:
            homes, area = votes[at].get(key, (0, 0.0))
            votes[at][key] = (homes + part.households, area + part.area)
    return [max(sorted(each), key=lambda key: each[key]) if each else Key(0, True, 0) for each in votes]


def _settle(
    cells: Sequence[ProposalCell],
    parts: Sequence[Piece],
    keys: list[Key],
    starts: list[Key],
    bands: Mapping[int, Band],
) -> dict[int, list[Key]]:
    """community id → the grids it is to have; `keys` and `starts` of those it is not to have become none.

    A grid is kept where a whole compound or cell starts in it, see _main; a community for which none is left keeps
    today's grids.
    """
    main = _main(cells, parts, keys, bands)
    for at, key in enumerate(starts):
        if key.pk and key not in main[key.community]:
            starts[at] = Key(0, True, 0)
    won = set(_blocks(cells, starts))
    kept = {place: [key for key in each if key in won] for place, each in main.items()}
    for place in (place for place, each in kept.items() if not each):
        for number, part in enumerate(parts):
            if community_of(cells[part.cell]) == place:
                keys[number] = starts[part.cell] = Key(place, True, cells[part.cell].start_id or 0)
        kept[place] = sorted({key for key in starts if key.community == place and key.pk})
    return kept


def _main(
    cells: Sequence[ProposalCell], parts: Sequence[Piece], keys: Sequence[Key], bands: Mapping[int, Band]
) -> dict[int, list[Key]]:
    """community id → the grids that count there: a cell of a layer has its place where most of its households are.

    In another community its part is a grid of its own when it has at least half the households a grid there should.
    """
    homes: dict[Key, tuple[int, float]] = {}
    for part, key in zip(parts, keys, strict=True):
        if key.pk:
            households, area = homes.get(key, (0, 0.0))
            homes[key] = (households + part.households, area + part.area)
    most = {(key.old, key.pk): max(each for each in homes if each[1:] == key[1:]) for key in homes}
    for key, size in homes.items():
        if size > homes[most[key.old, key.pk]]:
            most[key.old, key.pk] = key
    found: dict[int, list[Key]] = {place: [] for place in bands}
    for key in sorted(homes):
        if most[key.old, key.pk] == key or 2 * homes[key][0] >= bands[key.community][0]:
            found[key.community].append(key)
    return found


def _blocks(cells: Sequence[ProposalCell], starts: Sequence[Key]) -> list[Key]:
    """The grid each cell, or each compound as a whole, starts in."""
    votes: defaultdict[tuple[int, object], Counter[Key]] = defaultdict(Counter)
    for at, (cell, key) in enumerate(zip(cells, starts, strict=True)):
        block = (community_of(cell), cell.compound or at)
        if key.pk:
            votes[block][key] += cell.households * len(cells) + 1  # households first, then the number of cells
    return [min(each, key=lambda key: (-each[key], str(key))) for each in votes.values()]


def _name(begun: Begun, keys: Sequence[Key]) -> None:
    """The grids are called as in the layer, numbered where a community would have two of one name."""
    drawn = Cell.objects.in_bulk([key.pk for key in keys if not key.old])
    nodes = Node.objects.in_bulk([key.pk for key in keys if key.old])
    taken: defaultdict[int, set[str]] = defaultdict(set)
    staying = Node.objects.filter(parent__in={key.community for key in keys}, valid_to=None)
    for pk, parent, name in staying.values_list("pk", "parent", "name"):
        if pk not in {cell.start_id for cell in begun.cells} or pk in nodes:
            taken[parent or 0].add(name)
    for key in keys:
        if key.old:
            begun.names[str(key)], begun.nodes[str(key)] = nodes[key.pk].name, nodes[key.pk]
        else:
            begun.names[str(key)] = _free(drawn[key.pk].name, taken[key.community])


def _free(name: str, taken: set[str]) -> str:
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name[:90]}（{number}）"
    taken.add(found)
    return found


# -- Figures and who had what ------------------------------------------------------------------------------------------


def _ground(parts: Sequence[Piece], community: int, band: Band) -> Ground:
    """The graph of the pieces of one community, compounds cut wherever a layer cuts them; without grids."""
    atoms = [
        Atom(str(at), part.atom.polygon, str(part.atom.community_id), None, part.households, part.work, None)
        for at, part in enumerate(parts)
    ]
    return partition.survey(atoms, str(community), [], band, WEIGHTS)


def _kinds(ground: Ground, parts: Sequence[Piece], keys: Sequence[Key], kept: Sequence[Key]) -> dict[Held, Measures]:
    """The figures of a layer as the department drew it, and with its gaps closed where that still cuts a cell."""
    _begin_as(ground, keys, kept)
    whole = measures.closed(ground)
    found = {Held.DRAWN: measures.measure(ground, partition.started(ground))}
    goes: defaultdict[int, set[int]] = defaultdict(set)
    for block, grid in zip(ground.blocks, whole, strict=True):
        goes[parts[block.atoms[0]].cell].add(grid)
    if any(len(grids) > 1 for grids in goes.values()):
        found[Held.CLOSED] = measures.measure(ground, whole)
    return found


def _begin_as(ground: Ground, keys: Sequence[Key], kept: Sequence[Key]) -> None:
    ground.grids = [str(key) for key in kept]
    for block in ground.blocks:
        key = keys[block.atoms[0]]
        block.start = str(key) if key in kept else None


def _drawn(
    layer: ProposalLayer,
    cells: Sequence[ProposalCell],
    parts: Sequence[Piece],
    grounds: Mapping[int, Ground],
    bands: Mapping[int, Band],
) -> list[ProposalFigures]:
    """The figures of a layer that is not the base, in each community where it has grids."""
    keys = _keys(cells, parts, layer, alone=True)
    grids = _main(cells, parts, keys, bands)
    found = []
    for pk, kept in grids.items():
        if kept:
            _begin_as(grounds[pk], keys, kept)
            found.append(figures_of(layer, pk, measures.measure(grounds[pk], partition.started(grounds[pk]))))
    return found


def figures_of(layer: ProposalLayer, community: int, measured: Measures) -> ProposalFigures:
    """What a layer measures in a community as a row (unsaved)."""
    return ProposalFigures(layer=layer, community_id=community, **measured.figures)


def _shares(layer: ProposalLayer, parts: Sequence[Piece]) -> list[tuple[int, ProposalShare]]:
    """(number of the cell, what of it lies in which grid of the layer)."""
    names = {cell.pk: cell for cell in Cell.objects.filter(layer=layer.layer_id).defer("wkb")}
    found: dict[tuple[int, int], ProposalShare] = {}
    for part in parts:
        cell = names.get(part.atom.cells.get(layer.layer_id or 0) or 0)
        number = cell.number if cell else 0
        share = found.setdefault(
            (part.cell, number),
            ProposalShare(
                layer=layer,
                number=number,
                name=cell.name if cell else "",
                in_charge=cell.in_charge if cell else "",
                area=0.0,
                households=0,
            ),
        )
        share.area += part.area
        share.households += part.households
    return [(at, share) for (at, _number), share in found.items()]
