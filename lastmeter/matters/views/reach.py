"""The only way from an address to a matter: through what its reader may see."""

from django.db.models import Prefetch
from django.http import Http404

from lastmeter.accounts.actors import Actor
from lastmeter.dossiers import access
from lastmeter.kit.ids import BadNumber, check_number
from lastmeter.matters.models import Matter, Objection, Part, Whistle

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


WITH = (
    Prefetch("parts", Part.objects.select_related("unit", "user", "matter__dossier").order_by("pk")),
    Prefetch("whistles", Whistle.objects.order_by("-pk")),
    Prefetch("objections", Objection.objects.select_related("unit", "to_unit").order_by("pk")),
)


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
    visible = Matter.objects.filter(access.visible(actor, "dossier__"))
    return visible.select_related(*SHOWN).prefetch_related(*WITH).filter(dossier__number=number).first()


def sees(actor: Actor, matter: Matter) -> bool:
    """Whether the actor (still) sees the matter: an act may have sent it out of their sight."""
    return Matter.objects.filter(access.visible(actor, "dossier__"), pk=matter.pk).exists()
