"""The closed matters here as examples: category, handling unit, urgency; some are set aside for the exam."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lastmeter.matters.catalogue import finding
from lastmeter.matters.learning.training import MOST_ROWS, Examples
from lastmeter.matters.models import Closure, LearnedModel

What = LearnedModel.What
FEWEST_OF_CATEGORY = 8  # matters of a category (with what lies below it): with fewer they count for the one above
ONE_IN = 5  # closed matters that are never learned from, only examined


class Closed(NamedTuple):
    """A closed matter as it is learned from."""

    pk: int
    title: str
    text: str
    category_id: int | None
    unit_id: int | None
    urgency: str
    phone: bytes | None
    user_id: int | None

    @property
    def words(self) -> str:
        """Title and text, the title first; a title that only opens the text is not said twice."""
        return self.text if self.text.startswith(self.title[:20]) else f"{self.title}\n{self.text}"

    @property
    def person(self) -> str:
        """Who asked, as something that can be counted; "" when unknown."""
        if self.phone:
            return bytes(self.phone).hex()
        return f"user {self.user_id}" if self.user_id else ""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What can be learned and what is examined, with the number of each label."""

    lessons: Examples
    exam: Examples


def closed(*, most: int = MOST_ROWS) -> list[Closed]:
    """The newest closed matters that are no closed circle's."""
    rows = Closure.objects.filter(reopened_at=None, matter__dossier__closed_circle=False).order_by("-at", "-pk")
    columns = (
        *("matter_id", "matter__dossier__title", "matter__text", "matter__category_id", "matter__unit_id"),
        *("matter__urgency", "matter__requester__phone_hash", "matter__requester__user_id"),
    )
    return [Closed(*row) for row in rows.values_list(*columns)[:most]]


def gather(what: str, rows: Sequence[Closed], *, scheme_id: int | None = None) -> Gathered:
    """Examples of one kind out of these matters; labels are the keys of rows, as text."""
    labels = _labels(what, rows, scheme_id)
    kept = [(row, label) for row, label in zip(rows, labels, strict=True) if label]
    exam = [pair for pair in kept if set_aside(pair[0].pk)]
    return Gathered(_examples(pair for pair in kept if not set_aside(pair[0].pk)), _examples(exam))


def set_aside(pk: int) -> bool:
    """Whether a matter is for the exam: by its number, so that every model, old or new, has never seen it."""
    return int.from_bytes(hashlib.sha256(str(pk).encode()).digest()[:4], "big") % ONE_IN == 0


def _examples(pairs: Iterable[tuple[Closed, str]]) -> Examples:
    kept = list(pairs)
    return Examples(
        [row.words for row, _label in kept],
        [label for _row, label in kept],
        [row.person or f"matter {row.pk}" for row, _label in kept],
    )


def _labels(what: str, rows: Sequence[Closed], scheme_id: int | None) -> list[str]:
    if what == What.UNIT:
        return [str(row.unit_id or "") for row in rows]
    if what == What.URGENCY:
        return [row.urgency for row in rows]
    return _categories(rows, scheme_id)


def _categories(rows: Sequence[Closed], scheme_id: int | None) -> list[str]:
    """The lowest category of each matter's chain that has enough matters at or below it; "" for other schemes."""
    known = finding.everything()
    chains = [
        [pk for pk in finding.chain(row.category_id) if known[pk].scheme_id == scheme_id and known[pk].live]
        for row in rows
    ]
    often = Counter(pk for chain in chains for pk in chain)
    return [str(next((pk for pk in chain if often[pk] >= FEWEST_OF_CATEGORY), "")) for chain in chains]


def schemes(rows: Sequence[Closed]) -> list[int]:
    """The schemes that these matters are filed under."""
    known = finding.everything()
    return sorted({known[row.category_id].scheme_id for row in rows if row.category_id in known})
