"""The ground of a month: where matters count when the grid has changed since they were filed.

A matter counts where it was filed, or, if that node did not stand on the month's last day, at the node that then had
most of its ground. What changes later moves no figure of a past month.
"""

from dataclasses import dataclass
from typing import Self

from django.db.models import Q

from lastmeter.grid.history import versions
from lastmeter.grid.models import KEY_WIDTH, Change, Move, Node, at_or_below
from lastmeter.insight.rules import Month

ITSELF = "-"  # the part of a place that lies in none of its parts


@dataclass(frozen=True, slots=True)
class Ground:
    """A place on the last day of a month. `moved`: path of filing → path on that day, for nodes that did not stand."""

    place: Node
    moved: dict[str, str]

    @classmethod
    def of(cls, place: Node, month: Month) -> Self:
        """Ask the tree's history: only nodes that ended or came within reach of the place are looked up."""
        day = month.last
        gone = Node.objects.below(place.path).filter(Q(valid_to__lte=day) | Q(valid_from__gt=day))
        into = Move.objects.filter(at_or_below(place.path, "new__path"), stands_in=True)
        into = into.filter(change__state=Change.State.APPLIED)
        paths = dict(gone.values_list("pk", "path")) | dict(into.values_list("old", "old__path"))
        stood = versions.stood_on(paths, day)
        return cls(place, {path: stood[pk].path for pk, path in paths.items() if stood[pk].path != path})

    def part_of(self, path: str) -> str:
        """The path of the place's part in which something counts that was filed at `path`, or ITSELF."""
        there = self.moved.get(path, path)
        return there[: len(self.place.path) + KEY_WIDTH] if len(there) > len(self.place.path) else ITSELF

    def inside(self, column: str, part: str = "") -> Q:
        """Rows filed (path in `column`) on this ground, or in one part of it."""
        own = Q(**{column: self.place.path}) if part == ITSELF else at_or_below(part or self.place.path, column)
        came = [old for old, new in self.moved.items() if self._holds(new) and part in ("", self.part_of(old))]
        own &= ~Q(**{f"{column}__in": list(self.moved)}) if self.moved else Q()
        return own | Q(**{f"{column}__in": came}) if came else own

    def _holds(self, path: str) -> bool:
        return path.startswith(self.place.path)
