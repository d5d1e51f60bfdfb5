"""相似提示: open matters nearby that may be about the same thing, shown before sending. A person decides."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from lastmeter.dossiers.models import Dossier, DossierKind
from lastmeter.grid.scope import PlaceColumns
from lastmeter.kit import lookups
from lastmeter.kit.masking import mask_words
from lastmeter.kit.text import bigrams
from lastmeter.matters import rules

WINDOW = timedelta(days=30)
CANDIDATES = 200
ALIKE = 0.25


@dataclass(frozen=True, slots=True)
class Similar:
    """An open matter that may be the same: what a stranger may read of it, and how alike it is (0…1)."""

    dossier_id: int
    number: str
    title: str
    place: str
    opened_at: datetime
    likeness: float


def similar(
    text: str, place: PlaceColumns, *, now: datetime, leave_out: int | None = None, most: int = 3
) -> list[Similar]:
    """The likeliest open matters of the same community in the last 30 days, most alike first.

    Likeness is the share of common character pairs; only the newest 200 are compared. Two queries.
    """
    wanted = set(bigrams(text))
    column = "community_id" if place.community_id else "town_id"
    rows = (
        Dossier.objects.filter(
            **{column: getattr(place, column)},
            kind=DossierKind.MATTER,
            is_open=True,
            closed_circle=False,
            opened_at__gte=now - WINDOW,
        )
        .exclude(pk=leave_out or 0)
        .order_by("-opened_at")
        .values_list("pk", "title", "matter__text", "grid_id")[:CANDIDATES]
    )
    alike = {
        pk: rules.likeness(wanted, set(bigrams(f"{title}\n{words}")), near=grid_id == place.grid_id)
        for pk, title, words, grid_id in rows
    }
    likeliest = sorted((pk for pk, likeness in alike.items() if likeness >= ALIKE), key=lambda pk: -alike[pk])[:most]
    return [
        Similar(each.pk, each.number, mask_words(each.title), each.place, each.opened_at, alike[each.pk])
        for each in lookups.in_order(Dossier.objects.only("number", "title", "place", "opened_at"), likeliest)
    ]
