"""预览: a template filled with a real matter of its place, the person behind it masked."""

from dataclasses import dataclass
from datetime import datetime

from lastmeter.dossiers.models import Dossier, DossierKind
from lastmeter.grid.models import Node, at_or_below
from lastmeter.matters.models import Category, Matter, Reply, Way
from lastmeter.matters.talking import rules, telling

LOOKED_THROUGH = 200
CODE = "********"


@dataclass(frozen=True, slots=True)
class Preview:
    """The words as they would read, from which matter, and what a text message of them costs."""

    text: str
    number: str
    parts: int


def preview(
    words: str, *, node: Node, way: str, category: Category | None, profile: str, now: datetime
) -> Preview | None:
    """The words filled with a matter at the place or below it, if there is one of that category and flow.

    None when no matter lies there yet. The caller has checked that the actor holds that ground.
    """
    matter = _sample(node, category, profile)
    if matter is None:
        return None
    said = Reply.objects.filter(matter=matter).order_by("-pk").values_list("text", flat=True).first() or "……"
    requester = getattr(matter, "requester", None)
    name = (requester.name if requester else "") or ""
    about = telling.Subject(matter, name, telling.cut(said, Way(way or Way.NOTICE)), code=lambda: CODE, masked=True)
    text = rules.fill(words, telling.values(about, now))
    return Preview(text, matter.dossier.number, rules.sms_parts(text) if way in ("", Way.SMS) else 0)


def _sample(node: Node, category: Category | None, profile: str) -> Matter | None:
    here = Dossier.objects.filter(at_or_below(node.path), kind=DossierKind.MATTER, closed_circle=False)
    keys = list(here.order_by("-path", "-pk").values_list("pk", flat=True)[:LOOKED_THROUGH])
    found = Matter.objects.filter(pk__in=keys).select_related("dossier__node", "category", "unit", "requester")
    matters = list(found.order_by("-pk"))
    wanted = [
        each
        for each in matters
        if (category is None or each.category_id == category.pk) and profile in ("", each.profile)
    ]
    return next(iter(wanted or matters), None)
