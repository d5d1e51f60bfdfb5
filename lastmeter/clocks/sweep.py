"""The one sweep: every deadline that warns or falls due gets its bell, whatever else happened to its dossier."""

from datetime import datetime
from itertools import groupby

from django.db import transaction

from lastmeter.clocks import bells
from lastmeter.clocks.models import Deadline

CHUNK = 500


def sweep(now: datetime) -> int:
    """Ring for all running deadlines whose moment has come. Idempotent: each rings once. Returns how many rang."""
    return _walk("due_at", "overdue_at", now, fallen=True) + _walk("warn_at", "warned_at", now, fallen=False)


def _walk(moment: str, mark: str, now: datetime, *, fallen: bool) -> int:
    rung = 0
    while count := _chunk(moment, mark, now, fallen=fallen):
        rung += count
    return rung


@transaction.atomic
def _chunk(moment: str, mark: str, now: datetime, *, fallen: bool) -> int:
    due = list(
        Deadline.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(**{f"{moment}__lte": now, "ended_at": None, mark: None})
        .select_related("dossier")
        .order_by(moment, "id")[:CHUNK]
    )
    Deadline.objects.filter(pk__in=[each.pk for each in due]).update(**{mark: now})
    by_kind = sorted(due, key=lambda each: each.dossier.kind)
    for kind, group in groupby(by_kind, key=lambda each: each.dossier.kind):
        bells.ring(kind, list(group), now, fallen=fallen)
    return len(due)
