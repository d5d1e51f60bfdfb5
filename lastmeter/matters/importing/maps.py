"""The MAP of an import: a TOML file that says which column of somebody's table means what. Read strictly."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _

from lastmeter.grid.models import Level, UnitKind
from lastmeter.matters.models import Outcome

T = TypeVar("T")
Point = tuple[float, float]
MOST_SOURCE = 40  # the client of a dossier is "import:" and this
CRS = ("wgs84", "gcj02", "bd09")


class BadMap(ValueError):
    """The MAP cannot be used; `str()` is a sentence that names the place in it."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column holds what; "" or () = the table has none. `title` and `text` join several columns as lines."""

    number: str
    text: tuple[str, ...]
    title: str = ""
    opened: str = ""
    place: str = ""
    promised: str = ""
    closed: str = ""
    closing_words: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """The column that says whether a row is closed, and its values; a row that contradicts its dates is refused."""

    column: str
    open: frozenset[str]
    closed: frozenset[str]


@dataclass(frozen=True, slots=True)
class OutcomeRule:
    """Closing words that this pattern is found in mean this outcome; the first rule that fits wins."""

    pattern: re.Pattern[str]
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Categories:
    """The scheme that names of categories are looked up in, from the top column down; `create` adds missing ones."""

    scheme: str
    columns: tuple[str, ...]
    name: str = ""
    source: str = ""
    create: bool = False


@dataclass(frozen=True, slots=True)
class Units:
    """The column naming the unit that handles a row; `names` turns short forms into names, `create` adds units."""

    column: str
    kind: UnitKind = UnitKind.DEPARTMENT
    names: dict[str, str] = field(default_factory=dict)
    create: bool = False


@dataclass(frozen=True, slots=True)
class Position:
    """Columns of the position; `defaults` are points (lon, lat) that a source writes when it does not know."""

    lon: str
    lat: str
    crs: str = "wgs84"
    defaults: frozenset[Point] = frozenset()


@dataclass(frozen=True, slots=True)
class PlaceWay:
    """One way to find a row's node; ways are tried in order.

    by: "position" (the polygons), "code" or "name" (the cell as it is), "pattern" (what a regular expression finds in
    the columns, as a name), "fixed" (always the node `under`). `strict`: a name found but unknown refuses the row.
    """

    by: str
    columns: tuple[str, ...] = ()
    scheme: str = ""
    pattern: re.Pattern[str] | None = None
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Plant:
    """Places without polygons that the import may plant below `under` when asked to: names at one level."""

    level: Level
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportMap:
    """A whole MAP."""

    source: str
    under: str
    under_level: Level
    zone: ZoneInfo
    time_formats: tuple[str, ...]
    blanks: frozenset[str]
    columns: Columns
    places: tuple[PlaceWay, ...]
    position: Position | None
    status: Status | None
    outcomes: tuple[OutcomeRule, ...]
    categories: Categories | None
    units: Units | None
    plant: Plant | None

    @property
    def client(self) -> str:
        """The client under which intake remembers this source's numbers."""
        return f"import:{self.source}"

    def missing(self, header: set[str]) -> list[str]:
        """The columns this MAP names and the table does not have, in the order of the MAP."""
        columns = self.columns
        named = [columns.number, *columns.text, columns.title, columns.opened, columns.place]
        named += [columns.promised, columns.closed, columns.closing_words]
        named += [name for way in self.places for name in way.columns]
        named += [self.position.lon, self.position.lat] if self.position else []
        named += [self.status.column] if self.status else []
        named += self.categories.columns if self.categories else ()
        named += [self.units.column] if self.units else []
        return [name for name in dict.fromkeys(named) if name and name not in header]


def read_map(path: Path) -> ImportMap:
    """Read a MAP. Raises BadMap for anything it does not understand."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadMap(_("对照文件读不出来：%(why)s") % {"why": error}) from error
    return _map(_Table(table, ""))


class _Table:
    """A TOML table whose keys are taken one by one, so that what is left over is a mistake."""

    def __init__(self, content: dict[str, Any], name: str) -> None:
        self._content, self._name = dict(content), name

    def take(self, key: str, kind: type[T], default: T | None = None) -> T:
        """The value of a key; without a default it must be there. Raises BadMap when it is of another type."""
        value = self._content.pop(key, default)
        if value is None:
            raise BadMap(_("对照文件缺少 %(key)s。") % {"key": self._full(key)})
        if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
            raise self.wrong(key)
        return value

    def texts(self, key: str, *, needed: bool = False) -> tuple[str, ...]:
        """A list of texts, or one text as a list of one."""
        value = self._content.pop(key, None)
        if value is None and needed:
            raise BadMap(_("对照文件缺少 %(key)s。") % {"key": self._full(key)})
        listed = [value] if isinstance(value, str) else value or []
        if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
            raise self.wrong(key)
        return tuple(listed)

    def choice(self, key: str, choose: Callable[[str], T], default: str | None = None) -> T:
        """A text turned into what it names by `choose`, which raises ValueError, KeyError or re.error for others."""
        text = self.take(key, str, default)
        try:
            return choose(text)
        except (ValueError, KeyError, re.error, ZoneInfoNotFoundError) as error:
            raise self.wrong(key) from error

    def table(self, key: str, read: Callable[["_Table"], T]) -> T | None:
        """A table inside this one, None when absent."""
        if key not in self._content:
            return None
        inner = _Table(self.take(key, dict), self._full(key))
        value = read(inner)
        inner.finish()
        return value

    def tables(self, key: str, read: Callable[["_Table"], T]) -> tuple[T, ...]:
        """A list of tables inside this one."""
        found = []
        for number, content in enumerate(self.take(key, list, []), start=1):
            if not isinstance(content, dict):
                raise self.wrong(key)
            inner = _Table(content, f"{self._full(key)}[{number}]")
            found.append(read(inner))
            inner.finish()
        return tuple(found)

    def finish(self) -> None:
        """Raises BadMap when a key was not taken."""
        if self._content:
            raise BadMap(_("对照文件里有不认识的 %(key)s。") % {"key": self._full(next(iter(self._content)))})

    def wrong(self, key: str) -> BadMap:
        return BadMap(_("对照文件里 %(key)s 的值不能用。") % {"key": self._full(key)})

    def _full(self, key: str) -> str:
        return f"{self._name}.{key}" if self._name else key


def _map(table: _Table) -> ImportMap:
    columns = table.table("columns", _columns)
    if columns is None:
        raise BadMap(_("对照文件缺少 %(key)s。") % {"key": "columns"})
    found = ImportMap(
        source=table.choice("source", _source),
        under=table.take("under", str, ""),
        under_level=table.choice("under_level", _level, "city"),
        zone=table.choice("time_zone", ZoneInfo, "Asia/Shanghai"),
        time_formats=table.texts("time_formats"),
        blanks=frozenset(table.texts("blanks")),
        columns=columns,
        places=table.tables("place", _place_way),
        position=table.table("position", _position),
        status=table.table("status", _status),
        outcomes=table.tables("outcome", _outcome),
        categories=table.table("category", _categories),
        units=table.table("unit", _units),
        plant=table.table("plant", lambda inner: Plant(inner.choice("level", _level), inner.texts("names"))),
    )
    table.finish()
    _check(found)
    return found


def _check(found: ImportMap) -> None:
    ways = {way.by for way in found.places}
    if not ways:
        raise BadMap(_("对照文件缺少 %(key)s。") % {"key": "place"})
    if "position" in ways and found.position is None:
        raise BadMap(_("对照文件缺少 %(key)s。") % {"key": "position"})
    if not found.under and ("fixed" in ways or found.units or found.plant):
        raise BadMap(_("对照文件缺少 %(key)s。") % {"key": "under"})
    if found.status and found.status.closed and not found.columns.closed:
        raise BadMap(_("对照文件缺少 %(key)s。") % {"key": "columns.closed"})


def _source(text: str) -> str:
    if not re.fullmatch(rf"[\w.-]{{1,{MOST_SOURCE}}}", text):
        raise ValueError(text)
    return text


def _level(text: str) -> Level:
    return Level[text.upper()]


def _columns(table: _Table) -> Columns:
    return Columns(
        number=table.take("number", str),
        text=table.texts("text", needed=True),
        **{
            name: table.take(name, str, "")
            for name in ("title", "opened", "place", "promised", "closed", "closing_words")
        },
    )


def _status(table: _Table) -> Status:
    return Status(table.take("column", str), frozenset(table.texts("open")), frozenset(table.texts("closed")))


def _outcome(table: _Table) -> OutcomeRule:
    return OutcomeRule(table.choice("pattern", _pattern), table.choice("is", Outcome))


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


def _categories(table: _Table) -> Categories:
    return Categories(
        scheme=table.take("scheme", str),
        columns=table.texts("columns", needed=True),
        name=table.take("name", str, ""),
        source=table.take("source", str, ""),
        create=table.take("create", bool, False),
    )


def _units(table: _Table) -> Units:
    names = table.take("names", dict, {})
    if not all(isinstance(name, str) for name in names.values()):
        raise table.wrong("names")
    return Units(
        column=table.take("column", str),
        kind=table.choice("kind", UnitKind, UnitKind.DEPARTMENT.value),
        names=names,
        create=table.take("create", bool, False),
    )


def _position(table: _Table) -> Position:
    return Position(
        lon=table.take("lon", str),
        lat=table.take("lat", str),
        crs=table.choice("crs", _crs, "wgs84"),
        defaults=frozenset(_points(table)),
    )


def _crs(text: str) -> str:
    return CRS[CRS.index(text.lower())]


def _points(table: _Table) -> list[Point]:
    points = table.take("defaults", list, [])
    try:
        return [(float(lon), float(lat)) for lon, lat in points]
    except (TypeError, ValueError) as error:
        raise table.wrong("defaults") from error


def _place_way(table: _Table) -> PlaceWay:
    by = table.choice("by", _by)
    return PlaceWay(
        by=by,
        columns=table.texts("columns", needed=by not in ("position", "fixed")),
        scheme=table.take("scheme", str, ""),
        pattern=table.choice("pattern", _pattern) if by == "pattern" else None,
        strict=table.take("strict", bool, False),
    )


_BY = ("position", "code", "name", "pattern", "fixed")


def _by(text: str) -> str:
    return _BY[_BY.index(text)]
