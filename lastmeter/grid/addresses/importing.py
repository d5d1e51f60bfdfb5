"""地址簿导入: roads, compounds, buildings, entrances, households from Excel or CSV — looked at, then written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor
from lastmeter.grid import ground
from lastmeter.grid.addresses import balance, book, columns
from lastmeter.grid.addresses.book import BadAddress
from lastmeter.grid.addresses.columns import Line
from lastmeter.grid.addresses.parsing import Parts, key
from lastmeter.grid.models import Building, Compound, Entrance, Level, Node, Road
from lastmeter.kit import bulk
from lastmeter.kit.sheets import BadSheet, Row, read_rows, write_rows
from lastmeter.kit.text import TooLong

Identity = tuple[int, int, str, str]  # compound, road, number, block: see _identity


@dataclass(slots=True)
class AddressReport:
    """What the file changes, or would change. `refused`: the row and why it was not taken."""

    dry_run: bool
    header: tuple[str, ...] = ()
    read: int = 0
    opened: int = 0
    changed: int = 0
    unchanged: int = 0
    entrances: int = 0
    households: int = 0
    summed: int = 0
    placeless: int = 0  # buildings whose grid the file does not say and nobody knows yet
    refused: list[tuple[Row, str]] = field(default_factory=list)

    def sentence(self) -> str:
        """The figures in one sentence."""
        said = _(
            "读 %(read)d 行，新增楼栋 %(opened)d，更新 %(changed)d，未变 %(same)d，新增单元 %(entrances)d，"
            "共 %(households)d 户，未收 %(refused)d 行。"
        ) % {
            "read": self.read,
            "opened": self.opened,
            "changed": self.changed,
            "same": self.unchanged,
            "entrances": self.entrances,
            "households": self.households,
            "refused": len(self.refused),
        }
        if self.placeless:
            said += _("其中 %(count)d 栋只知道社区，还没有网格。") % {"count": self.placeless}
        return _("试运行，没有写入：%(said)s") % {"said": said} if self.dry_run else said

    def lines(self) -> Iterator[str]:
        """The report as it is printed."""
        for row, reason in self.refused:
            yield _("第 %(number)d 行未收：%(reason)s") % {"number": row.number, "reason": reason}
        yield self.sentence()


@dataclass(slots=True)
class _Wanted:
    """A building as the file has it: its node and parts, its own households, those of its entrances, its point."""

    node: Node
    parts: Parts
    point: tuple[float, float] | None
    households: int | None = None  # None: the file says nothing of them
    entrances: dict[str, int | None] = field(default_factory=dict)
    aliases: set[str] = field(default_factory=set)

    def total(self, known: dict[str, int]) -> int | None:
        """Its households, given those of the entrances it has already: the sum of all its entrances, if any."""
        units = known | {name: homes for name, homes in self.entrances.items() if homes is not None}
        return sum(units.values()) if units or self.entrances else self.households


class _DryRunEnd(Exception):
    """Rolls a dry run back."""


def import_addresses(
    file: Path, *, dry_run: bool = False, sum_households: bool = False, by: Actor, now: datetime
) -> AddressReport:
    """Bring an address list in; the same file twice changes nothing.

    Columns by their headers (columns.HEADERS). Each row is a building, or an entrance where 单元 is filled. A bad row
    is given back with its reason and hinders none of the others; only rows on the ground that `by` keeps are taken.
    `sum_households` writes the sums to the grids. One transaction. Raises BadSheet when the file cannot be read.
    """
    report = AddressReport(dry_run)
    try:
        with transaction.atomic():
            wanted = _gather(_lines(file, report), report, by)
            _write(wanted, report)
            if sum_households:
                report.summed = balance.adopt_sums({each.node.path for each in wanted})
            audit.record("addresses.import", by=by, now=now)
            if dry_run:
                raise _DryRunEnd
    except _DryRunEnd:
        ground.look_again()
    return report


def write_refused(report: AddressReport, path: Path) -> int:
    """The rows that were not taken, as they were, with the reason in a last column; returns how many."""
    header = [*report.header, _("未收原因")]
    return write_rows(path, header, ([*row.values.values(), reason] for row, reason in report.refused))


def _lines(file: Path, report: AddressReport) -> list[Line]:
    lines: list[Line] = []
    named: dict[str, str] = {}
    for row in read_rows(file):
        report.read += 1
        if not named:
            report.header = tuple(name for name in row.values if name != _("未收原因"))
            named = columns.columns_of(report.header)
        row = Row(row.number, {name: row.values[name] for name in report.header})
        try:
            lines.append(columns.read(row, named))
        except (BadAddress, TooLong) as error:
            report.refused.append((row, str(error)))
    if not report.read:
        raise BadSheet(_("表格里只有表头，没有内容。"))
    return lines


def _gather(lines: Sequence[Line], report: AddressReport, by: Actor) -> list[_Wanted]:
    """The lines of one building together; lines without a place, out of reach or said twice are refused."""
    places = columns.Places(lines)
    found: dict[tuple[int, Parts], _Wanted] = {}
    said: dict[tuple[int, Parts], int] = {}
    for line in lines:
        try:
            node = places.node(line)
            if not book.may_keep(by, node.path):
                raise BadAddress(_("“%(name)s”不在您负责的范围内。") % {"name": node.name})
            _add(line, node, found, said)
        except BadAddress as error:
            report.refused.append((line.row, str(error)))
    report.refused.sort(key=lambda pair: pair[0].number)
    return list(found.values())


def _add(line: Line, node: Node, found: dict[tuple[int, Parts], _Wanted], said: dict[tuple[int, Parts], int]) -> None:
    town = book.town_of(node)
    whole, parts = _same(line.parts), _same(replace(line.parts, unit=""))
    before = said.setdefault((town, whole), line.row.number)
    if before != line.row.number:
        raise BadAddress(_("和第 %(number)d 行是同一个地址。") % {"number": before})
    each = found.setdefault((town, parts), _Wanted(node, replace(line.parts, unit=""), line.point))
    each.aliases |= set(line.aliases)
    if line.parts.unit:
        each.entrances[line.parts.unit] = line.households
    else:
        each.households = line.households


def _same(parts: Parts) -> Parts:
    """What makes two lines the same building: its block in the compound, else its number on the road."""
    return replace(parts, road="", number="") if parts.compound and parts.block else parts


def _write(wanted: Sequence[_Wanted], report: AddressReport) -> None:
    towns = {id(each): book.town_of(each.node) for each in wanted}
    roads = book.ensure_roads((towns[id(each)], each.parts.road) for each in wanted if each.parts.road)
    compounds = book.ensure_compounds((towns[id(each)], each.parts.compound) for each in wanted if each.parts.compound)
    rows: list[tuple[_Wanted, Building]] = []
    aliases: list[tuple[Road | Compound, str]] = []
    for each in wanted:
        town = towns[id(each)]
        road, compound = roads.get((town, each.parts.road)), compounds.get((town, each.parts.compound))
        aliases += [(place, name) for name in each.aliases if (place := compound or road) and key(name)]
        rows.append((each, _building(each, road, compound)))
    book.add_aliases(aliases)
    standing = _standing(set(towns.values()))
    _write_buildings(rows, standing, report)


def _building(each: _Wanted, road: Road | None, compound: Compound | None) -> Building:
    lon, lat = each.point or (None, None)
    return Building(
        node=each.node,
        road=road,
        compound=compound,
        number=each.parts.number,
        block=each.parts.block,
        households=each.total({}) or 0,
        lon=lon,
        lat=lat,
    )


def _identity(building: Building) -> Identity:
    compound, road = building.compound_id or 0, building.road_id or 0
    return (compound, 0, "", building.block) if compound and building.block else (
        compound, road, building.number, building.block
    )  # fmt: skip


def _standing(towns: set[int]) -> dict[Identity, Building]:
    """The open buildings of these streets and towns by what makes them the same."""
    rows = Building.objects.filter(closed_on=None).select_related("node")
    by_road, by_compound = rows.filter(road__node__in=towns), rows.filter(compound__node__in=towns)
    return {_identity(each): each for each in (*by_road, *by_compound)}


def _write_buildings(
    rows: Sequence[tuple[_Wanted, Building]], standing: dict[Identity, Building], report: AddressReport
) -> None:
    fresh = [building for _each, building in rows if _identity(building) not in standing]
    kept = [(each, new, standing[_identity(new)]) for each, new in rows if _identity(new) in standing]
    units = _units([old for _each, _new, old in kept])
    changed = [old for each, new, old in kept if _take_over(each, old, new, units.get(old.pk, {}))]
    bulk.create(Building, fresh, keys=True)
    Building.objects.bulk_update(changed, ["node", "road", "number", "households", "lon", "lat"], batch_size=200)
    touched = {old.pk for old in changed}
    made: list[Entrance] = []
    for each, building in rows:
        row = standing.get(_identity(building), building)
        if _entrances(each, row, units.get(row.pk, {}), made):
            touched.add(row.pk)
    bulk.create(Entrance, made)
    report.opened, report.entrances, report.changed = len(fresh), len(made), len(touched)
    report.unchanged = len(kept) - len(touched)
    report.placeless = sum(row.node.level < Level.GRID for row in (*fresh, *(old for _each, _new, old in kept)))
    report.households = sum(standing.get(_identity(building), building).households for _each, building in rows)


def _take_over(each: _Wanted, old: Building, new: Building, units: dict[str, Entrance]) -> bool:
    """Put onto the standing row what the file says of it; what the file leaves out stays. True when it changed."""
    before = (old.node_id, old.road_id, old.number, old.households, old.lon, old.lat)
    total = each.total({name: row.households for name, row in units.items()})
    if not old.node.path.startswith(new.node.path):  # a list that knows the community alone takes away no grid
        old.node = new.node
    old.households = old.households if total is None else total
    old.road_id, old.number = new.road_id or old.road_id, new.number or old.number
    if new.lon is not None:
        old.lon, old.lat = new.lon, new.lat
    return before != (old.node_id, old.road_id, old.number, old.households, old.lon, old.lat)


def _units(buildings: Sequence[Building]) -> dict[int, dict[str, Entrance]]:
    """Building id → its entrances by name."""
    found: dict[int, dict[str, Entrance]] = {}
    ids = [building.pk for building in buildings]
    for start in range(0, len(ids), 500):
        for row in Entrance.objects.filter(building__in=ids[start : start + 500]):
            found.setdefault(row.building_id, {})[row.name] = row
    return found


def _entrances(each: _Wanted, building: Building, known: dict[str, Entrance], made: list[Entrance]) -> bool:
    """Collect the new entrances of a building, write the changed counts; True when a standing building differs."""
    differs = False
    for name, households in each.entrances.items():
        row = known.get(name)
        if row is None:
            made.append(Entrance(building=building, name=name, households=households or 0))
        elif households is not None and row.households != households:
            Entrance.objects.filter(pk=row.pk).update(households=households)
            differs = True
    return differs
