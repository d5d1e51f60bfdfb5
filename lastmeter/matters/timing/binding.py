"""A matter's dates follow its category, urgency and unit: what moved by that stands in its story."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import Actor
from lastmeter.kit.text import on_record
from lastmeter.matters.models import Matter
from lastmeter.matters.promises import Changed
from lastmeter.matters.steps import tell_stories
from lastmeter.matters.timing.sentences import from_to


def tell_changed(matter: Matter, changed: Iterable[Changed], *, by: Actor, now: datetime) -> None:
    """Say in the story, to the requester too, which promise has another date now and why."""
    tell_changed_many([matter], {matter.pk: list(changed)}, by=by, now=now)


def tell_changed_many(
    matters: Sequence[Matter], changed: Mapping[int, Sequence[Changed]], *, by: Actor, now: datetime
) -> None:
    """`tell_changed` for many matters; `changed` by their ids."""
    why = on_record(_("按现在的类别、紧急程度和承办单位计算。"))
    said = [
        (matter, from_to(on_record(_(each.word)), each.before, each.after, why))
        for matter in matters
        for each in changed.get(matter.pk, ())
    ]
    tell_stories(said, "date_moved", by=by, now=now, public=True)
