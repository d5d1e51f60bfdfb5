"""找地址: a written address, however spelt, → the buildings it may mean, best first, each with the reasons."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from math import cos, hypot, radians

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from lastmeter.grid.addresses import book, naming, parsing
from lastmeter.grid.addresses.naming import Likeness, Spelling
from lastmeter.grid.addresses.parsing import Parts
from lastmeter.grid.models import Building, Entrance, Level, NameGram, Node, PlaceName, at_or_below

NAMES, BUILDINGS, SHOWN = 60, 400, 8  # names compared, buildings weighed, matches given
GOOD_NAMES = 12
CLOSE = 0.8  # of the best name: others that fit less well are not meant
WORTH = 0.6  # of the best score: what fits less well only distracts
NEAR = 3000.0  # metres within which a point helps
METRES = 111_320.0  # of a degree of latitude


@dataclass(frozen=True, slots=True)
class Match:
    """A building with a score of 0–1 and the reasons; `unit` as it was written, `entrance` where it is known."""

    building: Building
    unit: str
    score: float
    why: tuple[str, ...]
    entrance: Entrance | None = None

    @property
    def words(self) -> str:
        """The address in the usual form, as it is kept with a report."""
        return text_of(self.building, self.unit)


@dataclass(slots=True)
class _Named:
    """The roads and compounds that what was written may name, with how well they fit."""

    roads: dict[int, tuple[float, Likeness]] = field(default_factory=dict)
    compounds: dict[int, tuple[float, Likeness]] = field(default_factory=dict)


def find(
    text: str, *, near: tuple[float, float] | None = None, under: Node | None = None, limit: int = SHOWN
) -> list[Match]:
    """The open buildings that `text` may mean, best first: at most `limit`, in at most five queries.

    `near`: (lon, lat) in WGS84, buildings close by come first among equals; `under`: only buildings at that node or
    below. Text without a name of a road or compound finds nothing.
    """
    parts = parsing.parse(text[:120])
    named = _names(parts, under)
    if not named.roads and not named.compounds:
        return []
    buildings = list(_buildings(parts, named, under))
    scored = [_score(building, parts, named, near) for building in buildings]
    best = sorted(scored, key=lambda match: (-match.score, match.building.pk))[:limit]
    worth = best[0].score * WORTH if best else 0.0
    return _with_entrances([match for match in best if match.score > 0 and match.score >= worth])


def text_of(building: Building, unit: str = "") -> str:
    """东风三路12号湖畔小区3栋2单元; `building.road` and `building.compound` should be loaded."""
    return parsing.written(
        Parts(
            road=building.road.name if building.road else "",
            number=building.number,
            compound=building.compound.name if building.compound else "",
            block=building.block,
            unit=unit,
        )
    )


# -- Names -------------------------------------------------------------------------------------------------------------


def _names(parts: Parts, under: Node | None) -> _Named:
    """The names that fit: candidates by shared pieces through the index, then weighed one by one."""
    whole = parts.road + parts.compound
    written = {name: Spelling.of(name) for name in (parts.road, parts.compound, whole) if len(name) > 1}
    found = _Named()
    if not written:
        return found
    for row in _candidates(written.values(), under):
        name = Spelling(row.key, row.pinyin)
        score, likeness = max(naming.alike(each, name) for each in written.values())
        side, pk = (found.roads, row.road_id) if row.road_id else (found.compounds, row.compound_id)
        if score >= naming.SMALLEST and pk is not None and score > side.get(pk, (0.0, likeness))[0]:
            side[pk] = (score, likeness)
    return _Named(_best(found.roads), _best(found.compounds))


def _candidates(written: Iterable[Spelling], under: Node | None) -> QuerySet[PlaceName]:
    spellings = list(written)
    pieces = {gram for spelling in spellings for gram in naming.grams(spelling)}
    shared = NameGram.objects.filter(gram__in=pieces)
    if under is not None:
        shared = shared.filter(_towns(under))
    top = shared.values("name").annotate(n=Count("pk")).order_by("-n", "name").values_list("name", flat=True)[:NAMES]
    return PlaceName.objects.filter(pk__in=list(top))


def _best(side: dict[int, tuple[float, Likeness]]) -> dict[int, tuple[float, Likeness]]:
    best = max((score for score, _likeness in side.values()), default=0.0)
    good = [item for item in side.items() if item[1][0] >= best * CLOSE]
    return dict(sorted(good, key=lambda item: -item[1][0])[:GOOD_NAMES])


def _towns(node: Node) -> Q:
    """Where the names known at a node hang: the street or town it lies in; above that, all below it."""
    if node.level >= Level.TOWN:
        return Q(town=book.town_of(node))
    return at_or_below(node.path, "town__path")


# -- Buildings ---------------------------------------------------------------------------------------------------------


def _buildings(parts: Parts, named: _Named, under: Node | None) -> Iterator[Building]:
    """The buildings of the fitting names with the fitting number or block; without any such, what the names have."""
    rows = Building.objects.filter(closed_on=None).select_related("road", "compound", "node")
    if under is not None:
        rows = rows.filter(at_or_below(under.path, "node__path"))
    on_road, inside = parts.on_road(), parts.in_compound()
    exact = Q()
    if numbers := {each for each in (on_road.number, inside.number) if each}:
        exact |= Q(road__in=named.roads, number__in=numbers)
    if blocks := {each for each in (inside.block, inside.number, on_road.block) if each}:
        exact |= Q(compound__in=named.compounds, block__in=blocks)
        exact |= Q(road__in=named.roads, block__in=blocks)
    anything = Q(road__in=named.roads) | Q(compound__in=named.compounds)
    if exact and (found := list(rows.filter(exact)[:BUILDINGS])):
        return iter(found)
    return iter(rows.filter(anything).order_by("road", "compound", "number", "block")[:BUILDINGS])


def _score(building: Building, parts: Parts, named: _Named, near: tuple[float, float] | None) -> Match:
    on_road = named.roads.get(building.road_id or 0)
    inside = named.compounds.get(building.compound_id or 0)
    readings = []
    if on_road:
        readings.append(_read(building, parts.on_road(), on_road, both=bool(inside)))
    if inside:
        readings.append(_read(building, parts.in_compound(), inside, both=bool(on_road)))
    best = max(readings, key=lambda match: match.score)
    return replace(best, score=round(best.score + 0.03 * _nearness(building, near), 4))


def _read(building: Building, read: Parts, name: tuple[float, Likeness], *, both: bool) -> Match:
    """One reading: the name weighs most, then number and block; what is not as written is said."""
    why = [str(naming.WORDS[name[1]])]
    score = 0.6 * name[0] + (0.04 if both else 0.0)
    for written, known, words in (
        (read.number, building.number, _("门牌号不同：%(known)s 号")),
        (read.block, building.block, _("楼栋不同：%(known)s 栋")),
    ):
        if not written:
            score += 0.11 if known else 0.12
        elif written == known:
            score += 0.17
        elif known:
            score -= 0.25
            why.append(words % {"known": known})
        else:
            score -= 0.05
    return Match(building, read.unit, max(0.0, score), tuple(why))


def _nearness(building: Building, near: tuple[float, float] | None) -> float:
    if near is None or building.lon is None or building.lat is None:
        return 0.0
    east = (building.lon - near[0]) * cos(radians(near[1]))
    return max(0.0, 1 - hypot(east, building.lat - near[1]) * METRES / NEAR)


def _with_entrances(matches: list[Match]) -> list[Match]:
    """The entrances that were named, where they are known."""
    named = [match.building.pk for match in matches if match.unit]
    rows = Entrance.objects.filter(building__in=named, name__in={match.unit for match in matches}) if named else []
    known = {(row.building_id, row.name): row for row in rows}
    return [replace(match, entrance=known.get((match.building.pk, match.unit))) for match in matches]
