"""Which column of a department's table is the name, the person in charge, the households, the places."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lastmeter.kit.text import clean

# As departments' files head them, in the order of preference; the short ones are pinyin initials of Shapefile tables.
NAME = ("网格名称", "网格名", "名称", "片区名称", "片区", "网格", "小区名称", "name", "wgmc", "mc", "title")
IN_CHARGE = (
    "负责人",
    "网格长",
    "网格员",
    "责任人",
    "片长",
    "民警",
    "网格长姓名",
    "网格员姓名",
    "in_charge",
    "fzr",
    "wgz",
    "wgy",
)
HOUSEHOLDS = ("户数", "住户数", "households", "hs", "zhs")
PLACES = ("范围", "管辖范围", "地址", "楼栋", "小区", "包含", "places", "address", "fw", "dz")
LONGEST = 10**6


@dataclass(frozen=True, slots=True)
class Columns:
    """The headings found; "" for one that is not there."""

    name: str
    in_charge: str
    households: str
    places: str

    @classmethod
    def among(cls, headings: Iterable[str]) -> "Columns":
        """Recognise the headings of a table, whatever their case and blanks."""
        known = {"".join(heading.split()).casefold(): heading for heading in headings}

        def first(names: tuple[str, ...]) -> str:
            return next((known[name] for name in names if name in known), "")

        name = first(NAME) or next((known[plain] for plain in known if plain.endswith(("名称", "名", "name"))), "")
        return cls(name, first(IN_CHARGE), first(HOUSEHOLDS), first(PLACES))

    def read(self, values: Mapping[str, Any]) -> tuple[str, str, int | None, str]:
        """Name, person in charge, households and places of one row, cleaned; "" and None where there is nothing."""
        texts = [_text(values, heading) for heading in (self.name, self.in_charge, self.places)]
        return texts[0][:100], texts[1][:100], _count(_text(values, self.households)), texts[2]

    def not_counted(self, values: Mapping[str, Any]) -> str:
        """What stands for the households of a row without being a number; "" where there is one, or nothing."""
        said = _text(values, self.households)
        return said[:20] if said and _count(said) is None else ""


def _text(values: Mapping[str, Any], heading: str) -> str:
    value = values.get(heading) if heading else None
    return "" if value is None else clean(str(value)[:LONGEST], 4 * LONGEST, heading)


def _count(text: str) -> int | None:
    digits = text.removesuffix("户").removesuffix(".0")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 8 else None
