"""The running deadlines whose moment has come, a chunk at a time, locked together with their dossiers."""

from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Q

from lastmeter.clocks.models import Deadline
from lastmeter.dossiers import brief
from lastmeter.dossiers.brief import Brief

CHUNK = 1000


class Due(NamedTuple):
    """A deadline whose moment has come: no more of it than ringing needs. Its ladder is counted from `start`."""

    pk: int
    kind: str
    leg: str
    unit_id: int | None
    rung: int
    start: datetime
    warned_at: datetime | None
    at: datetime
    dossier: Brief

    @property
    def dossier_id(self) -> int:
        return self.dossier.pk


def chunk(moment: str, after: Due | None, now: datetime, *, unmarked: str | None) -> list[Due]:
    """The next deadlines after `after` whose `moment` (a column) has come and whose mark is not set.

    Needs an open transaction. The dossier is locked with its deadline, as every act locks it, and what somebody else
    holds is passed over: neither waits for the other, and a deadline that is met meanwhile is not among these.
    """
    wanted = Q(**{f"{moment}__lte": now}, ended_at=None, held_at=None)
    if unmarked:
        wanted &= Q(**{unmarked: None})
    if after:
        later = Q(**{f"{moment}__gt": after.at}) | Q(**{moment: after.at}, pk__gt=after.pk)
        wanted &= Q(later, **{f"{moment}__gte": after.at})
    rows = Deadline.objects.select_for_update(skip_locked=True, no_key=True).filter(wanted).order_by(moment, "pk")
    return [_due(*row) for row in rows.values_list(*COLUMNS, moment, *BRIEF)[:CHUNK]]


COLUMNS = ("pk", "kind", "leg", "unit_id", "rung", "climbs_from", "due_at", "warned_at")
BRIEF = tuple(f"dossier__{column}" for column in brief.COLUMNS)


def _due(
    pk: int,
    kind: str,
    leg: str,
    unit_id: int | None,
    rung: int,
    climbs_from: datetime | None,
    due_at: datetime,
    warned_at: datetime | None,
    at: datetime,
    *dossier: Any,
) -> Due:
    return Due(pk, kind, leg, unit_id, rung, climbs_from or due_at, warned_at, at, Brief(*dossier))
