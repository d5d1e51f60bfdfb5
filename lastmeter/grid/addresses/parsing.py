"""A written Chinese address → its parts, and parts → the written form. Pure text, no database."""

import re
import unicodedata
from dataclasses import dataclass, replace

from opencc import OpenCC

_SIMPLE = OpenCC("t2s")
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "○": 0}
_SCALES = {"十": 10, "百": 100}
_HAN_NUMBER = "[零〇○一二两三四五六七八九十百]+"
_NAMED = "(?<![a-z])[a-z][0-9]{0,2}|[甲乙丙丁戊己庚辛东西南北中]"  # A座, B2栋, 东座

_TO_HAN = re.compile(r"(\d{1,3})(?=路|街|巷|横|马路|期|村|里)|(?<=[^路街巷弄段\d])([1-9])(?=号院)")
_TO_DIGITS = re.compile(rf"({_HAN_NUMBER})(?=号楼|号(?![路街巷线院])|栋|幢|座|单元|梯|层|楼|室|房|之|-)")
_NUMBER_OF = re.compile(rf"号之({_HAN_NUMBER}|\d+)|之({_HAN_NUMBER})(?=号)")

# What is written in pinyin after a figure or a letter.
_PINYIN_WORDS = (
    (r"hao\s*lou", "号楼"),
    (r"hao", "号"),
    (r"dong|zhuang", "栋"),
    (r"zuo", "座"),
    (r"dan\s*yuan|unit", "单元"),
    (r"ti", "梯"),
    (r"lou|ceng|f", "层"),
    (r"shi|fang|room", "室"),
)
_PINYIN_MARKS = tuple((re.compile(rf"(?<=\d)\s*(?:{words})(?![a-z])"), mark) for words, mark in _PINYIN_WORDS)
_PINYIN_LETTER = re.compile(r"\b([a-z])\s*(?:zuo|dong)\b")

_ABOVE = re.compile(
    r"^(?:[\u4e00-\u9fff]{2,3}省)?(?:[\u4e00-\u9fff]{2,3}市(?!场))?"
    r"(?:(?!小区|社区)[\u4e00-\u9fff]{1,2}(?<!小)(?<!社)[区县](?=[\u4e00-\u9fff]{3}))?"
    r"(?:[\u4e00-\u9fff]{2,3}(?:街道办事处|街道办|街道|镇(?!路|街|东|西|南|北)))?"
    r"(?:[\u4e00-\u9fff]{2,4}?(?:社区|村委会|居委会)(?:居委会)?(?=[\u4e00-\u9fff]))?"
    r"(?:第?[一二三四五六七八九十]+网格)?"
)
_ROAD = re.compile(
    r"^[\u4e00-\u9fff]{1,7}?(?:大道|大街|马路|路|街(?!道)|巷|弄|胡同)"
    r"(?:[一二三四五六七八九十东西南北中上下横]{1,3}(?:段|横巷|横街|路|街|巷|里|弄))?"
)
_FLAT = re.compile(r"(?:\d+|负\d+)(?:层|楼(?!\d*单元)|室|号?房|户).*$|(?<=[元梯])[a-z]?\d{2,4}[a-z]?$")
_PARTS = re.compile(
    rf"(?P<number>\d+[a-z]?(?:-\d+)?)号(?!楼)(?:大?院|内)?"
    rf"|(?P<block>\d+[a-z]?|{_NAMED})(?:栋|幢|座|号楼|楼(?=\d*单元))"
    r"|(?P<unit>\d+|(?<![a-z])[a-z]|[甲乙丙丁东西中])(?:单元|梯|门)"
    r"|(?P<bare>(?:\d+|[a-z])(?:-(?:\d+|[a-z]))*)"
)


@dataclass(frozen=True, slots=True)
class Parts:
    """What an address says. `bare`: figures without a word (12-3-2), whose meaning depends on what `name` is.

    `road` is what ends like a road; `compound` any other name, which may be a road whose 路 was left out.
    """

    road: str = ""
    number: str = ""
    compound: str = ""
    block: str = ""
    unit: str = ""
    bare: tuple[str, ...] = ()

    def on_road(self) -> "Parts":
        """The bare figures read as number, block, unit: what 东三路12-3-2 means."""
        return self._filled("block", "unit") if self.road and self.compound else self._filled("number", "block", "unit")

    def in_compound(self) -> "Parts":
        """The bare figures read as block, unit: what 湖畔小区3-2 means. A 号 without 栋 is a block there, too."""
        filled = self._filled("block", "unit")
        if not filled.block and filled.number and not filled.road:
            return replace(filled, block=filled.number, number="")
        return filled

    def _filled(self, *names: str) -> "Parts":
        free = [name for name in names if not getattr(self, name)]
        taken = [name for name in names if getattr(self, name)]
        if taken:  # what follows 3栋 is a unit: never fill what stands before something named
            free = [name for name in free if names.index(name) > names.index(taken[-1])]
        return replace(self, bare=(), **dict(zip(free, self.bare, strict=False)))


def number_of(text: str) -> int:
    """The value of a Chinese numeral up to 999: 十二 → 12, 二十 → 20, 一百零三 → 103, 三〇一 → 301."""
    if not any(char in _SCALES for char in text):
        return int("".join(str(_DIGITS[char]) for char in text))
    total = digit = 0
    for char in text:
        if char in _SCALES:
            total += max(digit, 1) * _SCALES[char]
            digit = 0
        else:
            digit = _DIGITS[char]
    return total + digit


def numeral_of(value: int) -> str:
    """The Chinese numeral of 0–999, as addresses write it: 12 → 十二, 103 → 一百零三."""
    digits = "零一二三四五六七八九"
    hundreds, rest = divmod(value, 100)
    tens, ones = divmod(rest, 10)
    text = f"{digits[hundreds]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else digits[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (digits[ones] if ones or not text else "")


def plain(text: str) -> str:
    """One spelling for all: half-width, lower case, simplified characters, one kind of dash, no decoration."""
    text = _SIMPLE.convert(unicodedata.normalize("NFKC", text)).lower()
    text = re.sub(r"[‐‑‒–—―－_/~～]+", "-", text)
    text = re.sub(r"(?<=[0-9a-z])#(?:楼|栋|幢|座)?", "栋", text)
    return re.sub(r"[（(\[【].*?[)）\]】]|[,，.。、;；:：'\"“”·|]", " ", text)


def key(name: str) -> str:
    """A name as it is compared: 东风3路, 東風三路 and 东风三路 have the same key; no blanks."""
    text = re.sub(r"[^0-9a-z\u3007\u3400-\u9fff\U00020000-\U0003ffff]", "", plain(name))
    return _TO_HAN.sub(lambda found: numeral_of(int(found[1] or found[2])), text)


def label(text: str) -> str:
    """A number, block or unit as it is compared: 三栋, 3 栋, 3号楼 and ３ are "3"; a座 is "A"."""
    text = _to_digits(re.sub(r"[\s第]", "", plain(text)))
    text = re.sub(r"(号楼|号院|号|栋|幢|座|楼|单元|梯|门)$", "", text)
    if re.fullmatch(_HAN_NUMBER, text):
        text = str(number_of(text))
    return re.sub(r"^0+(?=\d)", "", text).upper()


def parse(text: str) -> Parts:
    """The parts of a written address; what it does not say is "". Floor and room are dropped: no households here."""
    text = _compact(plain(text))
    text = _ABOVE.sub("", text)
    text = _FLAT.sub("", text)
    first = _first_figure(text)
    given = _figures(text[first:])
    road, compound = _names(text[:first])
    between = key(given.pop("between", ""))
    compound = compound or between
    bare = tuple(label(each) for each in given.pop("bare", "").split("-") if each)
    return Parts(road, compound=compound, bare=bare[:3], **given)


def written(parts: Parts) -> str:
    """The usual form: 东风三路12号湖畔小区3栋2单元. `parse` reads it back."""
    return "".join(
        (
            parts.road,
            f"{parts.number}号" if parts.number else "",
            parts.compound,
            f"{parts.block}栋" if parts.block else "",
            f"{parts.unit}单元" if parts.unit else "",
        )
    )


def _compact(text: str) -> str:
    """Pinyin words after figures as characters, numerals as figures, blanks gone."""
    text = _PINYIN_LETTER.sub(r"第\1座", text)  # 第 keeps the letter apart from a name in pinyin
    for pattern, mark in _PINYIN_MARKS:
        text = pattern.sub(mark, text)
    text = re.sub(r"(?<=[0-9])\s+(?=[0-9])", "-", text.strip())  # "12 3 2"
    text = re.sub(r"(?<=[\u4e00-\u9fff])第(?=[0-9一二三四五六七八九十]+(?:栋|幢|座|单元|号楼))", "", text)
    text = _to_digits(re.sub(r"\s+", "", text))
    return _TO_HAN.sub(lambda found: numeral_of(int(found[1] or found[2])), text)


def _to_digits(text: str) -> str:
    text = _NUMBER_OF.sub(lambda found: f"-{_value(found[1] or found[2])}{'号' if found[1] else ''}", text)
    return _TO_DIGITS.sub(lambda found: str(number_of(found[1])), text)


def _value(text: str) -> int:
    return int(text) if text.isdigit() and text.isascii() else number_of(text)


def _first_figure(text: str) -> int:
    """Where the names end: the first figure, letter or 东座 that is a part; pinyin before a figure is a name."""
    for found in _PARTS.finditer(text):
        before = text[: found.start()]
        is_letter = found["bare"] is not None and found["bare"][0].isalpha()
        if is_letter and not (before and re.fullmatch(r"[a-z](?:-\w+)*", text[found.start() :])):
            continue
        if is_letter and before[-1:].isascii():
            continue
        return found.start()
    return len(text)


def _figures(text: str) -> dict[str, str]:
    """number, block, unit and bare figures in the order they stand; a name between them as `between`."""
    given: dict[str, str] = {}
    rest = ""
    end = 0
    for found in _PARTS.finditer(text):
        rest += text[end : found.start()]
        end = found.end()
        kind = found.lastgroup or ""
        if kind == "bare" and kind in given:
            given[kind] += "-" + found[kind]
        elif kind:
            given.setdefault(kind, found[kind] if kind == "bare" else label(found[kind]))
    rest += text[end:] if not given.keys() & {"block", "unit"} else ""
    if name := re.sub(r"[^\u3400-\u9fff]", "", rest):
        given["between"] = name
    return given


def _names(text: str) -> tuple[str, str]:
    """The road and the compound of what stands before the figures."""
    text = key(text).removesuffix("第")
    found = _ROAD.match(text)
    if found is None:
        return "", text
    return found.group(), text[found.end() :]
