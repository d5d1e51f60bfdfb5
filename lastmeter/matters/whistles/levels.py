"""哨级: what a colour is called at a place and which rank must come, as dated rows; the nearest one wins."""

from dataclasses import dataclass
from datetime import date

from lastmeter.grid import policy
from lastmeter.grid.models import lineage, valid_on
from lastmeter.matters.models import Colour, Rank, WhistleLevel


@dataclass(frozen=True, slots=True)
class LevelRule:
    """A row as it holds on a day."""

    path: str
    colour: str
    word: str
    rank: int

    @property
    def rank_word(self) -> str:
        """Who must come."""
        return str(Rank(self.rank).label)


def _read(day: date) -> list[LevelRule]:
    rows = WhistleLevel.objects.filter(valid_on(day)).order_by("pk")
    return [LevelRule(*row) for row in rows.values_list("node__path", "colour", "word", "rank")]


_known = policy.Known(_read)


def at(path: str, day: date) -> dict[str, LevelRule]:
    """Colour → its rule at the place of that path; a colour without a row is called by itself and asks for its rank."""
    found = {each.value: LevelRule("", each.value, str(each.label), rank) for rank, each in enumerate(Colour, start=1)}
    nearest_last = {place: depth for depth, place in enumerate(reversed(lineage(path)))}
    here = [each for each in _known.on(day) if each.path in nearest_last]
    for each in sorted(here, key=lambda rule: nearest_last[rule.path]):
        found[each.colour] = each
    return found
