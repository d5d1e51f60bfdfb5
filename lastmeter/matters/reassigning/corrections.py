"""更正: the wrong category or unit is put right and sent on without filing anew.

The clock runs on from the report: the right category's limit counts from the same start, and only when that date has
passed already does the earlier promise hold. A first answer that was given stays given. The requester is told once.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.grid.models import Unit
from lastmeter.kit import bulk, zhtime
from lastmeter.kit.text import on_record
from lastmeter.matters import promises
from lastmeter.matters.dispatch import give, take_off
from lastmeter.matters.models import Category, Matter, Urgency
from lastmeter.matters.screening import classify, name_as
from lastmeter.matters.steps import Overtaken, move, move_many, tell_stories, tell_story
from lastmeter.matters.talking import tell


@transaction.atomic
def correct(
    matter: Matter,
    *,
    category: Category | None = None,
    urgency: Urgency | None = None,
    reason: str = "",
    by: Actor,
    now: datetime,
) -> None:
    """更正类别 or urgency; whoever has it keeps it. Raises Overtaken when nothing would change."""
    before = {matter.pk: matter.category}
    if not differs(matter, category, urgency):
        raise Overtaken(_("类别和紧急程度跟现在一样，没有要更正的。"))
    name_as(matter, category=category, urgency=urgency)
    move(matter, "correct", by=by, now=now)
    _put_right([matter], before, category, by=by, now=now)
    if reason:
        tell_story(matter, "noted", reason, by=by, now=now)
    tell.assigned([matter], "corrected", gettext_lazy("类别或期限有更正"), by=by, now=now)


@transaction.atomic
def correct_many(
    matters: Sequence[Matter],
    *,
    category: Category | None = None,
    urgency: Urgency | None = None,
    by: Actor,
    now: datetime,
) -> None:
    """`correct` for matters whose rows the caller holds locked, each allowed and different now: a few statements.

    The staff is not told of each: the caller tells once of all. Raises Overtaken.
    """
    before = {each.pk: each.category for each in matters}
    for matter in matters:
        name_as(matter, category=category, urgency=urgency)
    move_many(matters, "correct", now=now)
    _put_right(matters, before, category, by=by, now=now)


def _put_right(
    matters: Sequence[Matter],
    before: Mapping[int, Category | None],
    category: Category | None,
    *,
    by: Actor,
    now: datetime,
) -> None:
    bulk.update(matters, ["category", "urgency"])
    changed = promises.recount_many(matters, now=now)
    said = [(each, _told(before[each.pk], category, "", changed.get(each.pk, []))) for each in matters]
    tell_stories(said, "corrected", by=by, now=now, public=True)


@transaction.atomic
def redirect(
    matter: Matter,
    *,
    unit: Unit | None = None,
    user: User | None = None,
    category: Category | None = None,
    urgency: Urgency | None = None,
    reason: str,
    by: Actor,
    now: datetime,
) -> None:
    """改派 to another unit or person, with the right category where that was wrong too.

    Raises Overtaken when it lies there already.
    """
    if (unit is None) == (user is None):
        raise ValueError("a matter is given to one unit or to one person")
    before = matter.category
    if (unit is not None and unit.pk == matter.unit_id) or (user is not None and user.pk == matter.handler_id):
        raise Overtaken(_("这件事已经在那里办。"))
    name_as(matter, category=category, urgency=urgency)
    move(matter, "redirect", by=by, now=now)
    tell.assigned([matter], "recalled", gettext_lazy("已改派，不再由你们办理"), by=by, now=now)
    take_off(matter, now=now)
    give(matter, unit=unit, user=user, by=by, now=now)
    changed = classify(matter, now=now)
    who = on_record(gettext_lazy("改由%(who)s办理。"), who=unit.name if unit else gettext_lazy("网格员"))
    told = _told(before, category, who, changed)
    tell_story(matter, "redirected", told, by=by, now=now, public=True, unit_id=unit.pk if unit else None)
    tell_story(matter, "noted", reason, by=by, now=now)
    tell.assigned([matter], "dispatched", gettext_lazy("分派给您"), by=by, now=now)


def differs(matter: Matter, category: Category | None, urgency: Urgency | None) -> bool:
    """Whether it has another category or urgency than these."""
    return (category is not None and category.pk != matter.category_id) or (
        urgency is not None and urgency != matter.urgency
    )


def _told(before: Category | None, category: Category | None, who: str, changed: list[promises.Changed]) -> str:
    """What the requester reads, once: the right category, who handles it now, the date if it is another one."""
    parts = [who] if who else []
    if category is not None and category != before:
        parts.append(on_record(gettext_lazy("类别更正为“%(name)s”。"), name=category.name))
    parts += [
        on_record(
            gettext_lazy("%(what)s改为 %(day)s。"),
            what=gettext_lazy(each.word),
            day=zhtime.long_date(each.after, settings.LANGUAGE_CODE),
        )
        for each in changed
    ]
    return "".join(parts) or on_record(gettext_lazy("紧急程度有更正。"))
