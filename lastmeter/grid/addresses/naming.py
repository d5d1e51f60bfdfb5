"""How a name of a road or compound is made findable, and how well two names fit."""

import re
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pypinyin import lazy_pinyin
from rapidfuzz.distance import DamerauLevenshtein

from lastmeter.grid.addresses.parsing import key

_KIND = re.compile(r"(?:小区|花园|花苑|家园|新村|公寓|宿舍|大厦|社区|大道|马路|路|街|巷)$")
_PINYIN_KIND = re.compile(r"(?:xiaoqu|huayuan|huayuan|jiayuan|xincun|gongyu|sushe|dasha|dadao|lu|jie|xiang)$")
_NUMERALS = re.compile("[一二三四五六七八九十]+")
SMALLEST = 0.55  # less alike than this is another name


class Likeness(StrEnum):
    """Why a name was taken for the one that was written."""

    SAME = "same"
    KIND_LEFT_OUT = "kind"
    SOUNDS_SAME = "sound"
    PINYIN = "pinyin"
    SHORTENED = "short"
    ALIKE = "alike"


WORDS: dict[Likeness, str | Promise] = {
    Likeness.SAME: _("名称相同"),
    Likeness.KIND_LEFT_OUT: _("省了“路”“小区”等字"),
    Likeness.SOUNDS_SAME: _("读音相同"),
    Likeness.PINYIN: _("按拼音"),
    Likeness.SHORTENED: _("简称"),
    Likeness.ALIKE: _("写法相近"),
}


@dataclass(frozen=True, slots=True)
class Spelling:
    """A name in the forms that are compared: its key and its pinyin, syllables parted by blanks."""

    key: str
    pinyin: str

    @classmethod
    def of(cls, name: str) -> "Spelling":
        """Of any name; pinyin typed as such is one long syllable."""
        folded = key(name)
        return cls(folded, folded if folded.isascii() else " ".join(lazy_pinyin(folded)))

    @property
    def sound(self) -> str:
        """The pinyin without blanks; the n/ng, l/n and zh/z of southern speech fall together."""
        return _southern(self.pinyin.replace(" ", ""))


def _southern(pinyin: str) -> str:
    return re.sub(r"(?<=[zcs])h", "", re.sub(r"ng", "n", pinyin))


def grams(spelling: Spelling) -> set[str]:
    """The pieces by which it is found: characters in pairs, next but one too; fours of its pinyin; its initials."""
    han, sound = spelling.key, spelling.sound
    pieces = {sound[at : at + 4] for at in range(max(1, len(sound) - 3))}
    if han.isascii():
        return pieces | {han[:12]}
    initials = "".join(syllable[0] for syllable in spelling.pinyin.split())[:12]
    pairs = {han[at : at + 2] for at in range(max(1, len(han) - 1))}
    return pieces | pairs | {han[at] + han[at + 2] for at in range(len(han) - 2)} | {initials}


def alike(written: Spelling, name: Spelling) -> tuple[float, Likeness]:
    """How well what was written fits a name: 1.0 the same, 0.0 something else; and the reason."""
    if written.key == name.key:
        return 1.0, Likeness.SAME
    if written.key.isascii():
        return _by_letters(written, name)
    if _KIND.sub("", written.key) == _KIND.sub("", name.key):
        return 0.96, Likeness.KIND_LEFT_OUT
    if written.pinyin == name.pinyin:
        return 0.94, Likeness.SOUNDS_SAME
    if (share := _shortened(_KIND.sub("", written.key), name.key)) > 0:
        return 0.75 + 0.15 * share, Likeness.SHORTENED
    return _by_distance(written, name)


def _by_letters(written: Spelling, name: Spelling) -> tuple[float, Likeness]:
    typed, full = written.key, name.pinyin.replace(" ", "")
    if typed == full or _PINYIN_KIND.sub("", typed) == _PINYIN_KIND.sub("", full):
        return 0.95, Likeness.PINYIN
    if typed == "".join(syllable[0] for syllable in name.pinyin.split() if syllable):
        return 0.85, Likeness.PINYIN
    if len(typed) >= 4 and full.startswith(typed):
        return 0.75 + 0.15 * len(typed) / len(full), Likeness.PINYIN
    near = DamerauLevenshtein.normalized_similarity(_southern(typed), name.sound)
    return (0.9 * near, Likeness.PINYIN) if near >= 0.75 else (0.0, Likeness.ALIKE)


def _shortened(short: str, full: str) -> float:
    """The share of `full` that `short` keeps when it leaves characters out, as 东三路 of 东风三路 does; else 0."""
    if len(short) < 2 or len(short) >= len(full) or short[0] not in full[:3]:
        return 0.0
    letters = iter(full)
    return len(short) / len(full) if all(char in letters for char in short) else 0.0


def _by_distance(written: Spelling, name: Spelling) -> tuple[float, Likeness]:
    one, other = _KIND.sub("", written.key), _KIND.sub("", name.key)
    spelt = DamerauLevenshtein.normalized_similarity(one, other)
    sound = 0.96 * DamerauLevenshtein.normalized_similarity(written.sound, name.sound)
    score = 0.9 * max(spelt, sound)
    if _NUMERALS.findall(one) != _NUMERALS.findall(other):
        score *= 0.7  # 东风二路 is not a misspelling of 东风三路
    return (score, Likeness.ALIKE) if score >= SMALLEST else (0.0, Likeness.ALIKE)
