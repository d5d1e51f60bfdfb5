"""对照: what each grid of a department becomes in a proposal, by ground and by households."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Sum
from django.utils.translation import gettext as _

from lastmeter.grid.models import Proposal, ProposalGrid, ProposalLayer, ProposalShare

HARDLY = 0.01  # of a grid's ground and households: less is a border drawn twice, and only in the table to take along


@dataclass(frozen=True, slots=True)
class Part:
    """What of a department's grid a merged grid has: m², households, and the share of the whole (0–1) of each."""

    grid: ProposalGrid
    area: float
    households: int
    area_share: float
    household_share: float

    @property
    def hardly(self) -> bool:
        """Not worth a line on the page."""
        return max(self.area_share, self.household_share) < HARDLY

    @property
    def percent(self) -> str:
        """Both shares, of the ground and of the households."""
        return f"{self.area_share:.0%} / {self.household_share:.0%}"


@dataclass(frozen=True, slots=True)
class Old:
    """A department's grid and the merged grids it comes into, the one with most of it first."""

    name: str
    in_charge: str
    area: float
    households: int
    parts: list[Part]

    @property
    def shown(self) -> list[Part]:
        """The parts that a page lists."""
        return [part for part in self.parts if not part.hardly] or self.parts[:1]


@dataclass(frozen=True, slots=True)
class Walk:
    """A layer with its grids in the order of the file, then the ground that none of them has."""

    layer: ProposalLayer
    olds: list[Old]


def walks(proposal: Proposal) -> list[Walk]:
    """The crosswalk of every layer of a proposal as it stands now: three queries."""
    grids = {grid.pk: grid for grid in proposal.grids.select_related("community")}
    rows = (
        ProposalShare.objects.filter(layer__proposal=proposal)
        .values_list("layer", "number", "name", "in_charge", "cell__grid")
        .annotate(ground=Sum("area"), homes=Sum("households"))
        .order_by("layer", "number", "cell__grid")
    )
    found: dict[int, dict[tuple[int, str, str], list[tuple[ProposalGrid, float, int]]]] = {}
    for layer, number, name, in_charge, grid, ground, homes in rows:
        here = found.setdefault(layer, {}).setdefault((number, name, in_charge), [])
        here.append((grids[grid], ground, homes))
    return [Walk(layer, _olds(found.get(layer.pk, {}))) for layer in proposal.layers.order_by("-base", "pk")]


def _olds(rows: dict[tuple[int, str, str], list[tuple[ProposalGrid, float, int]]]) -> list[Old]:
    listed = sorted(rows, key=lambda key: (not key[0], key))
    return [
        _old(name if number else _("（图层没有画到的地方）"), who, rows[number, name, who])
        for number, name, who in listed
    ]


def _old(name: str, in_charge: str, rows: list[tuple[ProposalGrid, float, int]]) -> Old:
    area, homes = sum(row[1] for row in rows), sum(row[2] for row in rows)
    parts = [Part(grid, ground, here, ground / area, here / homes if homes else 0.0) for grid, ground, here in rows]
    return Old(name, in_charge, area, homes, sorted(parts, key=lambda part: (-part.household_share, -part.area_share)))


def sheet_rows(proposal: Proposal) -> Iterator[list[object]]:
    """Every part, also the small ones, as rows under sheet_header()."""
    for walk in walks(proposal):
        for old in walk.olds:
            for part in old.parts:
                names = [walk.layer.name, walk.layer.department, old.name, old.in_charge]
                new = [part.grid.name, part.grid.community.name]
                shares = [round(part.area_share, 4), part.households, round(part.household_share, 4)]
                yield [*names, *new, round(part.area), *shares]


def sheet_header() -> list[str]:
    """The headings of the rows."""
    old = [_("图层"), _("部门"), _("部门的网格"), _("负责人")]
    return [
        *old,
        _("合并后的网格"),
        _("社区"),
        _("面积（平方米）"),
        _("占部门网格面积"),
        _("户数"),
        _("占部门网格户数"),
    ]
