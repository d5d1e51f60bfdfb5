"""Which words win, and how they are filled: plain text arithmetic, no Django."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

HOLE = re.compile(r"\{([^{}]*)\}")
OPTIONAL = re.compile(r"〔([^〔〕]*)〕")
SMS_ALONE, SMS_PART = 70, 67  # characters of one text message in UCS-2, and of each part of a longer one


@dataclass(frozen=True, slots=True)
class Wording:
    """A template row as the choice sees it; `id` names the row that is stored with what was sent."""

    id: int | None
    path: str
    occasion: str
    profile: str
    category: int | None
    way: str
    words: str

    def fits(self, *, path: str, occasion: str, profile: str, categories: Sequence[int], way: str) -> bool:
        """Whether the row speaks of this case: its own blanks speak of all. `categories`: the category, then above."""
        return (
            self.occasion == occasion
            and path.startswith(self.path)
            and self.profile in ("", profile)
            and (self.category is None or self.category in categories)
            and self.way in ("", way)
        )

    def rank(self, categories: Sequence[int]) -> tuple[int, int, bool, bool]:
        """Nearest ancestor first; at one node the most particular row: category, then its parent's, profile, way."""
        near = len(categories) - categories.index(self.category) if self.category in categories else 0
        return (len(self.path), near, self.profile != "", self.way != "")


def choose(
    wordings: Iterable[Wording], *, path: str, occasion: str, profile: str, categories: Sequence[int], way: str
) -> Wording | None:
    """The row whose words are used, or None when nobody has written any."""
    fitting = [
        each
        for each in wordings
        if each.fits(path=path, occasion=occasion, profile=profile, categories=categories, way=way)
    ]
    return max(fitting, key=lambda each: each.rank(categories), default=None)


def holes(words: str) -> list[str]:
    """The placeholders in the words, in order, each once."""
    return list(dict.fromkeys(HOLE.findall(words)))


def is_torn(words: str) -> bool:
    """Whether a brace or a bracket 〔〕 stands alone."""
    rest = HOLE.sub("", words)
    return "{" in rest or "}" in rest or "〔" in (left := OPTIONAL.sub("", words)) or "〕" in left


def fill(words: str, values: Mapping[str, Callable[[], str]]) -> str:
    """The words with what stands in braces put in. A part in 〔〕 goes when something in it is not known.

    A value is asked for only when the words use it. Raises KeyError for a placeholder that is not in `values`.
    """

    def put(text: str) -> str:
        return HOLE.sub(lambda found: values[found[1]](), text)

    def part(found: re.Match[str]) -> str:
        inner = found[1]
        return put(inner) if all(values[name]() for name in holes(inner)) else ""

    pieces, start = [], 0
    for found in OPTIONAL.finditer(words):
        pieces += [put(words[start : found.start()]), part(found)]
        start = found.end()
    return "".join([*pieces, put(words[start:])]).strip()


def sms_parts(words: str) -> int:
    """As how many text messages the words are charged."""
    units = len(words.encode("utf-16-be")) // 2
    return 1 if units <= SMS_ALONE else -(-units // SMS_PART)
