"""Finding one category of hundreds by two characters or two letters of pinyin, and what stands above each."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import get_language

from lastmeter.grid.ground import Kept
from lastmeter.kit.text import initials
from lastmeter.matters.models import Category

MOST_FOUND = 30


@dataclass(frozen=True, slots=True)
class Found:
    """A category as pickers and rules need it. `terms`: initials of its name, then all it can be found by."""

    id: int
    scheme_id: int
    scheme: str
    kind: str
    code: str
    parent_id: int | None
    parent_code: str
    name: str
    name_en: str
    above: str
    scope: str
    letters: str
    more: str
    offered: bool
    live: bool

    @property
    def label(self) -> str:
        """The name as this reader sees it."""
        return self.name_en if self.name_en and get_language() == "en" else self.name

    @property
    def path(self) -> str:
        """人居环境 › 噪声扰民."""
        return f"{self.above} › {self.name}" if self.above else self.name


def _build() -> dict[int, Found]:
    rows = Category.objects.select_related("scheme", "parent").order_by("scheme", "pk")
    return {row.pk: _found(row) for row in rows}


def _found(row: Category) -> Found:
    parent = row.parent
    above = parent.name if parent else ""
    more = " ".join([row.words, row.scope, row.code, row.name_en.lower(), above])
    return Found(
        row.pk,
        row.scheme_id,
        row.scheme.code,
        row.kind,
        row.code,
        row.parent_id,
        parent.code if parent else "",
        row.name,
        row.name_en,
        above,
        row.scope,
        initials(row.name),
        more,
        row.scheme.offered and row.kind == Category.Kind.MATTER,
        row.valid_to is None,
    )


_all: Kept[dict[int, Found]] = Kept(_build)


def everything() -> dict[int, Found]:
    """Id → category, the ended ones too: one query, kept until `ground.bump` announces a change."""
    return _all.get()


def offered() -> list[Found]:
    """The categories that can be chosen for a matter now, in the order of their schemes."""
    return [each for each in everything().values() if each.offered and each.live]


def chain(category_id: int | None) -> Iterator[int]:
    """The category and those above it, nearest first; nothing for none."""
    known = everything()
    while category_id is not None and category_id in known:
        yield category_id
        category_id = known[category_id].parent_id


def rank(each: Found, term: str) -> int | None:
    """How well a term fits: 0 the name begins with it … 4 said elsewhere; None: not at all."""
    for number, fits in enumerate(
        (
            each.name.startswith(term) or each.code == term,
            each.letters.startswith(term),
            term in each.name,
            len(term) > 1 and term in each.letters,
            term in each.more,
        )
    ):
        if fits:
            return number
    return None


def find(text: str, rows: list[Found], limit: int = MOST_FOUND) -> list[Found]:
    """Those of `rows` that every word of `text` fits, best first. `category.js` ranks in the same way."""
    terms = text.lower().split()
    ranked = []
    for at, each in enumerate(rows):
        ranks = [rank(each, term) for term in terms]
        if terms and None not in ranks:
            ranked.append((max(number for number in ranks if number is not None), at, each))
    ranked.sort(key=lambda triple: triple[:2])
    return [each for _rank, _at, each in ranked[:limit]]
