"""The only way from an address to a matter: through what its reader may see."""

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, prefetch_related_objects
from django.http import Http404

from lastmeter.accounts.actors import Actor
from lastmeter.dossiers import access
from lastmeter.dossiers.models import Attachment
from lastmeter.kit import lookups
from lastmeter.kit.ids import BadNumber, check_number
from lastmeter.matters.models import Enquiry, Matter, Membership, Message, Objection, OutsideLink, Part, Whistle

SHOWN = (
    "dossier__community",
    "dossier__grid",
    "dossier__node",
    "category",
    "unit",
    "handler",
    "requester",
    "filed_by",
    "merged_into__dossier",
)


MINE, OURS = OuterRef("pk"), OuterRef("dossier_id")
# What most matters have none of: one query says which of it is there, and only that is asked for.
BESIDE: dict[str, QuerySet[Any]] = {
    "parts": Part.objects.filter(matter=MINE),
    "objections": Objection.objects.filter(matter=MINE),
    "question": Enquiry.objects.filter(matter=MINE, ended_at=None),
    "links": OutsideLink.objects.filter(matter=MINE),
    "messages": Message.objects.filter(matter=MINE),
    "photos": Attachment.objects.filter(dossier=OURS),
    "whistles": Whistle.objects.filter(matter=MINE),
    "memberships": Membership.objects.filter(matter=MINE, left_at=None),
}
WITH_ROWS: dict[str, QuerySet[Any]] = {
    "parts": Part.objects.select_related("unit", "user", "matter__dossier").order_by("pk"),
    "objections": Objection.objects.select_related("unit", "to_unit").order_by("pk"),
    "whistles": Whistle.objects.order_by("-pk"),
}


def number_of(typed: str) -> str:
    """The ten characters of a number as typed; Http404 for what cannot be one."""
    try:
        return check_number(typed)
    except BadNumber:
        raise Http404 from None


def matter_for(actor: Actor, typed: str) -> Matter:
    """The matter of that number. One that does not exist and one outside the actor's scope look the same: Http404."""
    found = find(actor, number_of(typed))
    if found is None:
        raise Http404
    return found


def find(actor: Actor, number: str) -> Matter | None:
    """The matter of that number when the actor may see it."""
    visible = Matter.objects.filter(access.visible(actor, "dossier__"), dossier__number=number)
    there = {f"has_{name}": Exists(rows) for name, rows in BESIDE.items()}
    rows = visible.select_related(*SHOWN).annotate(**there).order_by()
    matter = next(iter(rows), None)  # not first(): its ORDER BY makes Django compare every column with every Exists
    if matter is not None:
        there_are = [name for name in WITH_ROWS if has(matter, name)]
        prefetch_related_objects([matter], *(Prefetch(name, WITH_ROWS[name]) for name in there_are))
        lookups.known_empty(matter, [name for name in WITH_ROWS if name not in there_are])
    return matter


def has(matter: Matter, what: str) -> bool:
    """Whether there is any of what a matter can have beside it (a name of BESIDE), as `find` has seen it."""
    return bool(getattr(matter, f"has_{what}", True))


def sees(actor: Actor, matter: Matter) -> bool:
    """Whether the actor (still) sees the matter: an act may have sent it out of their sight."""
    return Matter.objects.filter(access.visible(actor, "dossier__"), pk=matter.pk).exists()
