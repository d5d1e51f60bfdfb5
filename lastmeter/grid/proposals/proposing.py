"""Asking for a merged layer, changing it by hand, and what it measures. Solving is in jobs.py, not in a web worker."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import shapely
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor
from lastmeter.grid import scope, shapes
from lastmeter.grid.keeping import DRAWERS
from lastmeter.grid.layers import loading
from lastmeter.grid.models import (
    Layer,
    Level,
    Node,
    NodeKind,
    Proposal,
    ProposalCell,
    ProposalFigures,
    ProposalGrid,
    ProposalHeld,
    ProposalLayer,
)
from lastmeter.grid.proposals.solver.measures import Measures, divided_as, measure
from lastmeter.grid.proposals.solver.partition import Atom, Division, Ground, Weights, survey, torn, whole

URBAN, RURAL = (300, 500), (250, 350)  # what the form offers first; the rule of the place decides
WEIGHTS = Weights()


class Refused(ValueError):
    """A cell cannot go there; `str()` is a sentence that says why."""


class Overtaken(Refused):
    """Somebody else changed the proposal meanwhile."""


def may_propose(actor: Actor, node: Node) -> bool:
    """Whether the actor manages the ground of this street or community."""
    return scope.holds(actor, DRAWERS, node.path)


def places(actor: Actor) -> list[Node]:
    """The streets and communities for which the actor may ask, largest first."""
    mine = [post.node_id for post in scope.held(actor) if post.role in DRAWERS and post.node_id is not None]
    return list(Node.objects.filter(pk__in=mine, level__in=(Level.TOWN, Level.COMMUNITY)).order_by("level", "path"))


def visible_to(actor: Actor) -> QuerySet[Proposal]:
    """The proposals on ground that the actor manages, newest first."""
    found = Proposal.objects.filter(scope.inside(scope.grounds(actor, DRAWERS), "street__path"))
    return found.select_related("street", "asked_by").order_by("-pk")


def layers_for(actor: Actor) -> QuerySet[Layer]:
    """The kept layers of the streets that the actor manages: what a proposal may be made from."""
    kept = Layer.objects.filter(street__in=loading.streets(actor)).exclude(kept_at=None)
    return kept.select_related("street").order_by("street__path", "name", "pk")


@transaction.atomic
def ask(
    *,
    street: Node,
    urban: tuple[int, int],
    rural: tuple[int, int],
    rejoin: bool = False,
    base: Layer | None = None,
    layers: Iterable[Layer] = (),
    by: Actor,
    now: datetime,
) -> Proposal:
    """Ask for a proposal; one that is still waiting for the same ground is given back instead.

    `urban`, `rural`: households of a grid, from and to. `rejoin`: compounds that today's grids divide become whole.
    `base`: the layer whose grids it starts with (None: today's grids); `layers`: others whose borders may be followed
    where no micro-grid is drawn, and whose grids the page accounts for.
    """
    try:
        with transaction.atomic():
            found = Proposal.objects.create(
                street=street,
                asked_by=by.user,
                asked_at=now,
                urban_from=urban[0],
                urban_to=urban[1],
                rural_from=rural[0],
                rural_to=rural[1],
                rejoin=rejoin,
            )
            chosen = dict.fromkeys([*([base] if base else []), *layers])
            ProposalLayer.objects.bulk_create(_used(found, each, base) for each in chosen)
    except IntegrityError:
        found = Proposal.objects.filter(street=street).order_by("-pk")[0]
    audit.record("proposal.ask", by=by, object_kind="proposal", object_id=found.pk, now=now)
    return found


def _used(proposal: Proposal, layer: Layer, base: Layer | None) -> ProposalLayer:
    return ProposalLayer(
        proposal=proposal, layer=layer, name=layer.name, department=layer.department, base=layer == base
    )


def band_of(proposal: Proposal, community: Node) -> tuple[int, int]:
    """How many households a grid of this community should have, from and to."""
    if community.kind == NodeKind.RURAL:
        return proposal.rural_from, proposal.rural_to
    return proposal.urban_from, proposal.urban_to


@dataclass(slots=True)
class Sheet:
    """One community of a proposal as a graph: the figures of today's grids, of the layers, and of what is proposed.

    `drawn`: ProposalLayer id → the figures of that layer; `before`: those than which the proposal is to be no worse,
    and `held` what kind they are (None: solved before that was kept, compared with today).
    """

    community: Node
    grids: list[ProposalGrid]
    cells: list[ProposalCell]
    ground: Ground
    today: Measures
    before: Measures
    held: ProposalHeld | None
    drawn: Mapping[int, Measures]
    proposed: Division

    @property
    def after(self) -> Measures:
        """The figures of the proposed grids."""
        return measure(self.ground, self.proposed)

    @property
    def no_worse(self) -> bool:
        """Whether the proposal is in no figure worse than what it started from, or that as far as it can be kept."""
        return self.after.no_worse(self.before)

    def beside(self, cell: ProposalCell) -> list[ProposalGrid]:
        """The other grids that this cell, or its compound, borders on: where it can go."""
        block = self.block_of(cell)
        found = {self.proposed[to] for to in self.ground.beside[block]} - {self.proposed[block]}
        return [self.grids[grid] for grid in sorted(found)]

    def block_of(self, cell: ProposalCell) -> int:
        """The number of the block this cell belongs to."""
        at = next(at for at, each in enumerate(self.cells) if each.pk == cell.pk)
        return next(number for number, block in enumerate(self.ground.blocks) if at in block.atoms)


def sheets(proposal: Proposal) -> list[Sheet]:
    """The communities of a proposal, each as a graph: four queries and its geometry."""
    grids: dict[int, list[ProposalGrid]] = {}
    for grid in proposal.grids.select_related("community").order_by("number"):
        grids.setdefault(grid.community_id, []).append(grid)
    cells: dict[int, list[ProposalCell]] = {}
    for cell in proposal.cells.select_related("place", "start", "grid").order_by("place__path", "piece"):
        cells.setdefault(cell.grid.community_id, []).append(cell)
    figures: dict[int, list[ProposalFigures]] = {}
    for row in ProposalFigures.objects.filter(layer__proposal=proposal).order_by("layer"):
        figures.setdefault(row.community_id, []).append(row)
    held = {row.community_id: row for row in proposal.held.all()}
    return [
        _sheet(proposal, grids[place], cells[place], figures.get(place, []), held.get(place))
        for place in grids
        if place in cells
    ]


def _sheet(
    proposal: Proposal,
    grids: list[ProposalGrid],
    cells: list[ProposalCell],
    figures: list[ProposalFigures],
    held: ProposalHeld | None,
) -> Sheet:
    community = grids[0].community
    start_of = {grid.start_id: str(grid.pk) for grid in grids if grid.start_id is not None}
    atoms = [_atom(cell, str(community.pk), start_of.get(cell.start_id or 0)) for cell in cells]
    names = [str(grid.pk) for grid in grids]
    ground = survey(atoms, str(community.pk), names, band_of(proposal, community), WEIGHTS)
    proposed = [names.index(str(cells[block.atoms[0]].grid_id)) for block in ground.blocks]
    today = divided_as(atoms, ground, [None if cell.start_id is None else str(cell.start_id) for cell in cells])
    drawn = {row.layer_id: _measures(row) for row in figures}
    before = _measures(held) if held else today
    return Sheet(community, grids, cells, ground, today, before, held, drawn, proposed)


def _measures(row: ProposalFigures | ProposalHeld) -> Measures:
    return Measures(row.cut, row.roundness, row.households_off, row.work_off, row.outside, 0, row.grids)


def _atom(cell: ProposalCell, community: str, start: str | None) -> Atom:
    polygon = shapely.from_wkb(bytes(cell.wkb))
    return Atom(str(cell.pk), polygon, community, cell.compound or None, cell.households, cell.work, start)


@transaction.atomic
def give(proposal: Proposal, cell: ProposalCell, to: ProposalGrid, *, version: int, by: Actor, now: datetime) -> None:
    """Give a cell, with its whole compound, to another grid of its community.

    Raises Overtaken when the proposal is no longer at `version` or no draft, Refused when a grid would be torn.
    """
    draft = Proposal.objects.filter(pk=proposal.pk, version=version, state=Proposal.State.DRAFT)
    if not draft.update(version=F("version") + 1, proved=False):
        raise Overtaken(_("方案刚被别人改过，或已不是草案。请看一眼最新的再改。"))
    sheet = next((each for each in sheets(proposal) if each.community.pk == cell.grid.community_id), None)
    if sheet is None or to.pk not in {grid.pk for grid in sheet.grids}:
        raise Refused(_("网格不能跨社区：请在本社区的网格里选。"))
    if to.pk == cell.grid_id:
        return
    moved = _moved(sheet, cell, to)
    ProposalCell.objects.filter(pk__in=moved).update(grid=to)
    audit.record("proposal.give", by=by, object_kind="proposal", object_id=proposal.pk, now=now)


def _moved(sheet: Sheet, cell: ProposalCell, to: ProposalGrid) -> list[int]:
    """The ids of the cells that go along. Raises Refused when a grid would then be empty or in pieces."""
    block = sheet.block_of(cell)
    goal, former = sheet.grids.index(to), sheet.proposed[block]
    tried = list(sheet.proposed)
    tried[block] = goal
    if former not in tried:
        raise Refused(_("这是“%(grid)s”最后一块，给出去它就空了。") % {"grid": sheet.grids[former].name})
    for grid in (goal, former):
        if not whole(sheet.ground, tried, grid):
            raise Refused(_("这样“%(grid)s”会断成几块，网格必须连成一片。") % {"grid": sheet.grids[grid].name})
    return [sheet.cells[at].pk for at in sheet.ground.blocks[block].atoms]


class Adopted(NamedTuple):
    """One grid of a proposal as an act of history takes it: polygon in WGS84; `start`: today's grid of that name."""

    name: str
    community: Node
    polygon: shapely.Geometry
    households: int
    start: Node | None


def adopted_shapes(proposal: Proposal) -> list[Adopted]:
    """The proposed grids in order, the cells of each in one polygon. Raises Refused when one is not whole."""
    found = []
    for sheet in sheets(proposal):
        if torn(sheet.ground, sheet.proposed):
            raise Refused(_("“%(place)s”的网格没有连成一片，不能采用。") % {"place": sheet.community.name})
        for grid in sheet.grids:
            cells = [cell for cell in sheet.cells if cell.grid_id == grid.pk]
            polygon = shapes.union(shapely.from_wkb(bytes(cell.wkb)) for cell in cells)
            homes = sum(cell.households for cell in cells)
            found.append((grid.number, Adopted(grid.name, sheet.community, polygon, homes, grid.start)))
    return [adopted for _number, adopted in sorted(found, key=lambda pair: pair[0])]
