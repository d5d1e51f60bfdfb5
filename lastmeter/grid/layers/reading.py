"""A department's file as rows: GeoJSON, a zipped Shapefile or a table of places; what is no such file is refused."""

import io
import itertools
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import shapely
import shapely.geometry
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.grid.layers import crs
from lastmeter.grid.layers.columns import Columns
from lastmeter.kit.sheets import BadSheet, read_rows
from lastmeter.kit.text import on_record

MOST_BYTES = 50 * 1024 * 1024
MOST_UNPACKED = 200 * 1024 * 1024
MOST_MEMBERS = 200
MOST_ROWS = 20_000
MOST_POINTS = 2_000_000
MOST_TOLD = 10  # rows named one by one
NO_SHAPE = 0  # the type of a Shapefile record without geometry
BROKEN = (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RecursionError, UnicodeDecodeError)
BETWEEN_PLACES = re.compile(r"[、，,；;\n]+")
URN = re.compile(r"(?:EPSG|epsg):+(?:[\d.]*:)?(\d+)|(CRS84)")


class BadLayer(ValueError):
    """The file cannot be read as a layer; str() is a sentence for the person who sent it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One feature or row, numbered from 1 as the file counts: a shape in the file's own coordinates, or places."""

    number: int
    name: str
    in_charge: str
    households: int | None
    shape: shapely.Geometry | None = None
    places: tuple[str, ...] = ()
    trouble: str = ""


@dataclass(slots=True)
class Reading:
    """The rows of a file, what it says of its coordinates and letters, and what the reader noticed."""

    rows: list[Row] = field(default_factory=list)
    crs: str = ""
    encoding: str = ""
    warnings: list[str] = field(default_factory=list)


def read(file: Path) -> Reading:
    """Read a layer, recognised by its content and not by its name. Raises BadLayer."""
    if file.stat().st_size > MOST_BYTES:
        raise BadLayer(_("文件超过 50 MB。请拆成几个图层。"))
    try:
        reading = _read(file)
    except BROKEN as error:
        raise BadLayer(_("文件已损坏，打不开。")) from error
    if not reading.rows:
        raise BadLayer(_("文件里一行也没有。"))
    if sum(shapely.get_num_coordinates(row.shape) for row in reading.rows if row.shape is not None) > MOST_POINTS:
        raise BadLayer(_("边界的点超过二百万个。请先简化边界，或拆成几个图层。"))
    return reading


def _read(file: Path) -> Reading:
    with file.open("rb") as opened:
        head = opened.read(64)
    if not head.startswith(b"PK"):
        return _geojson(file) if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else _table(file)
    with zipfile.ZipFile(file) as packed:
        members = _members(packed)
        if "[Content_Types].xml" in packed.namelist():
            return _table(file)
        return _shapefile(packed, members)


def _members(packed: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files in the archive; one that would unpack to more than fits is refused before it is unpacked.

    The declared sizes can be believed: zipfile stops reading a member at the size it declares.
    """
    members = [each for each in packed.infolist() if not each.is_dir() and "__MACOSX/" not in each.filename]
    if len(members) > MOST_MEMBERS:
        raise BadLayer(_("压缩包里的文件太多（超过 %(most)d 个）。") % {"most": MOST_MEMBERS})
    if sum(each.file_size for each in members) > MOST_UNPACKED:
        raise BadLayer(_("压缩包解开后超过 200 MB，没有打开。"))
    if any(each.flag_bits & 1 for each in members):
        raise BadLayer(_("压缩包加了密码，请去掉密码再传。"))
    return members


def _counted(rows: Iterable[Row]) -> list[Row]:
    taken: list[Row] = []
    for row in rows:
        if len(taken) == MOST_ROWS:
            raise BadLayer(_("超过 %(most)d 行。请拆成几个图层。") % {"most": MOST_ROWS})
        taken.append(row)
    return taken


def _named(columns: Columns) -> list[str]:
    return [] if columns.name else [on_record(gettext_lazy("没有认出名称列，按“第几片”编号。名称列请叫“网格名称”。"))]


def _or_numbered(name: str, number: int) -> str:
    return name or on_record(gettext_lazy("第 %(number)d 片"), number=number)


def _not_counted(said: Iterable[tuple[int, str]]) -> list[str]:
    """A sentence for each row whose households are no number, the first ones by their row; how many more there are."""
    rows = [(number, text) for number, text in said if text]
    words = gettext_lazy("第 %(number)d 行的户数“%(text)s”不是数，按没有填写处理。")
    told = [on_record(words, number=number, text=text) for number, text in rows[:MOST_TOLD]]
    if more := len(rows) - len(told):
        told.append(on_record(gettext_lazy("还有 %(more)d 行的户数不是数，也按没有填写处理。"), more=more))
    return told


# -- GeoJSON -----------------------------------------------------------------------------------------------------------


def _geojson(file: Path) -> Reading:
    try:
        raw = file.read_bytes()
        text, encoding = _decoded(raw)
        content = json.loads(text)
        features = list(content["features"])
    except (UnicodeDecodeError, ValueError, KeyError, TypeError) as error:
        raise BadLayer(_("不是可读的 GeoJSON 要素集合。")) from error
    properties = [_properties(each) for each in features]
    columns = Columns.among(dict.fromkeys(name for each in properties for name in each))
    reading = Reading(crs=_crs_member(content), encoding=encoding, warnings=_named(columns))
    reading.rows = _counted(
        _feature(number, each, columns.read(properties[number - 1])) for number, each in enumerate(features, 1)
    )
    reading.warnings += _not_counted(enumerate(map(columns.not_counted, properties), 1))
    return reading


def _decoded(raw: bytes) -> tuple[str, str]:
    try:
        return raw.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        return raw.decode("gb18030"), "GB18030"


def _properties(feature: Any) -> dict[str, Any]:
    found = feature.get("properties") if isinstance(feature, dict) else None
    return found if isinstance(found, dict) else {}


def _crs_member(content: dict[str, Any]) -> str:
    """The system of the former "crs" member, which many tools still write; "" when it is absent or unknown."""
    found = URN.search(json.dumps(content.get("crs") or ""))
    if found is None:
        return ""
    try:
        return "wgs84" if found[2] else crs.named(f"epsg:{found[1]}")
    except crs.BadCrs:
        return ""


def _feature(number: int, feature: Any, read: tuple[str, str, int | None, str]) -> Row:
    name, in_charge, households, _places = read
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    shape, trouble = None, ""
    if not geometry:
        trouble = on_record(gettext_lazy("没有几何数据。"))
    else:
        try:
            shape = shapely.force_2d(shapely.from_geojson(json.dumps(geometry)))
        except shapely.GEOSException:
            trouble = on_record(gettext_lazy("几何数据无法读取。"))
    return Row(number, _or_numbered(name, number), in_charge, households, shape, trouble=trouble)


# -- Shapefile ---------------------------------------------------------------------------------------------------------


def _shapefile(packed: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> Reading:
    shp = [each for each in members if each.filename.lower().endswith(".shp")]
    if not shp:
        raise BadLayer(_("压缩包里没有 Shapefile（.shp）。"))
    if len(shp) > 1:
        raise BadLayer(_("压缩包里有 %(count)d 个图层，请一次只传一个。") % {"count": len(shp)})
    stem = shp[0].filename[:-4].lower()
    parts = {
        each.filename.lower().removeprefix(stem): packed.read(each)
        for each in members
        if each.filename.lower().startswith(stem)
    }
    if ".dbf" not in parts:
        raise BadLayer(_("压缩包里缺少属性表（.dbf）。"))
    reading = Reading(crs=crs.of_prj(parts[".prj"].decode("gb18030", "replace")) if ".prj" in parts else "")
    if ".prj" not in parts:
        reading.warnings.append(on_record(gettext_lazy("压缩包里没有坐标系文件（.prj）。")))
    elif not reading.crs:
        reading.warnings.append(on_record(gettext_lazy("坐标系文件（.prj）写的坐标系没有认出，改由系统推断。")))
    records = _records(parts, reading)
    columns = Columns.among(records[0]) if records else Columns("", "", "", "")
    reading.warnings += _named(columns)
    reading.warnings += _not_counted(enumerate(map(columns.not_counted, records), 1))
    try:
        reading.rows = _counted(_shp_rows(parts, records, columns))
    except BadLayer:
        raise
    except Exception as error:  # pyshp fed with hostile bytes may raise anything
        raise BadLayer(_("图形文件（.shp）已损坏，打不开。")) from error
    return reading


def _records(parts: dict[str, bytes], reading: Reading) -> list[dict[str, Any]]:
    """The attribute table in the encoding of its .cpg file, of its own mark, or the first that can be right."""
    raw, stated = _raw_records(parts[".dbf"]), _codepage(parts)
    for encoding in dict.fromkeys(filter(None, (stated, "utf-8", "gb18030"))):
        try:
            found = [_in(encoding, record, "strict") for record in raw]
        except UnicodeDecodeError:
            continue
        reading.encoding = encoding.upper()
        if stated and encoding != stated:
            reading.warnings.append(
                on_record(
                    gettext_lazy("属性表注明的编码是 %(stated)s，实际按 %(read)s 读取。"),
                    stated=stated.upper(),
                    read=encoding.upper(),
                )
            )
        return found
    reading.encoding = "GB18030"
    reading.warnings.append(on_record(gettext_lazy("属性表里有读不出的字，已用“�”代替。")))
    return [_in("gb18030", record, "replace") for record in raw]


def _pyshp() -> Any:
    import shapefile  # 15 MB that only who loads a layer needs

    shapefile.VERBOSE = False  # rings the wrong way round are common and read all the same: no line for each in the log
    return shapefile


def _raw_records(dbf: bytes) -> list[dict[str, Any]]:
    """The table with its texts as Latin-1, which takes any bytes and gives them back: what they mean is tried later."""
    shapefile = _pyshp()
    try:
        with shapefile.Reader(dbf=io.BytesIO(dbf), encoding="latin-1") as reader:
            return [record.as_dict() for record in itertools.islice(reader.iterRecords(), MOST_ROWS + 1)]
    except Exception as error:  # pyshp fed with hostile bytes may raise anything
        raise BadLayer(_("属性表（.dbf）已损坏，打不开。")) from error


def _in(encoding: str, record: dict[str, Any], errors: str) -> dict[str, Any]:
    def text(value: Any) -> Any:
        return value.encode("latin-1").decode(encoding, errors) if isinstance(value, str) else value

    return {text(name): text(value) for name, value in record.items()}


def _codepage(parts: dict[str, bytes]) -> str:
    stated = parts.get(".cpg", b"").decode("ascii", "ignore").strip().lower()
    if stated in ("utf-8", "utf8", "65001"):
        return "utf-8"
    mark = parts[".dbf"][29] if len(parts[".dbf"]) > 29 else 0  # the language driver of the dBASE header
    return "gb18030" if stated in ("gbk", "gb18030", "gb2312", "936", "cp936") or mark in (0x4D, 0x7A) else ""


def _shp_rows(parts: dict[str, bytes], records: list[dict[str, Any]], columns: Columns) -> Iterator[Row]:
    """One row a shape or record, whichever there are more of: a file cut short loses shapes, not rows."""
    shapefile = _pyshp()
    with shapefile.Reader(shp=io.BytesIO(parts[".shp"])) as reader:
        for number, (each, values) in enumerate(itertools.zip_longest(reader.iterShapes(), records), 1):
            name, in_charge, households, _places = columns.read(values or {})
            shape, trouble = _of_shp(each)
            yield Row(number, _or_numbered(name, number), in_charge, households, shape, trouble=trouble)


def _of_shp(each: Any) -> tuple[shapely.Geometry | None, str]:
    if each is None or each.shapeType == NO_SHAPE:
        return None, on_record(gettext_lazy("没有几何数据。"))
    try:
        return shapely.force_2d(shapely.geometry.shape(each.__geo_interface__)), ""
    except Exception:  # a ring of two points, a part without points: one bad shape is one bad row
        return None, on_record(gettext_lazy("几何数据无法读取。"))


# -- Tables of places --------------------------------------------------------------------------------------------------


def _table(file: Path) -> Reading:
    """A workbook or CSV. Rows of the same name and person are one cell, numbered as the first of them."""
    reading = Reading()
    cells: dict[tuple[str, str], Row] = {}
    doubts: list[tuple[int, str]] = []
    try:
        for row in read_rows(file):
            columns = Columns.among(row.values)
            if not columns.places:
                raise BadLayer(_("没有“范围”列。请用“网格名称、负责人、户数、范围”作表头，范围里用顿号隔开地点。"))
            name, in_charge, households, places = columns.read(row.values)
            doubts.append((row.number, columns.not_counted(row.values)))
            _add(cells, Row(row.number, _or_numbered(name, row.number), in_charge, households, places=_split(places)))
            if len(cells) > MOST_ROWS:
                raise BadLayer(_("超过 %(most)d 行。请拆成几个图层。") % {"most": MOST_ROWS})
    except BadSheet as error:
        raise BadLayer(str(error)) from error
    reading.rows = list(cells.values())
    reading.warnings += _not_counted(doubts)
    return reading


def _split(places: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (part.strip() for part in BETWEEN_PLACES.split(places)))))


def _add(cells: dict[tuple[str, str], Row], row: Row) -> None:
    key = (row.name, row.in_charge)
    before = cells.get(key)
    if before is None:
        cells[key] = row
        return
    counts = [each.households for each in (before, row) if each.households is not None]
    cells[key] = Row(
        before.number,
        row.name,
        row.in_charge,
        sum(counts) if counts else None,
        places=tuple(dict.fromkeys(before.places + row.places)),
    )
