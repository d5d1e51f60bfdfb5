"""常用清单: lists under a name, a person's own or those of a desk or a unit; saved, renamed, set as first, removed."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from lastmeter.accounts.actors import Actor
from lastmeter.grid import scope
from lastmeter.matters.lists import reading
from lastmeter.matters.lists.filters import Filters
from lastmeter.matters.models import SavedList
from lastmeter.matters.policy import DESKS
from lastmeter.matters.steps import Overtaken

MINE = "me"
MOST = 30  # lists of one owner


@dataclass(frozen=True, slots=True)
class Counted:
    """A saved list and how many it holds, counted up to reading.COUNT_CAP; None where words are searched."""

    saved: SavedList
    count: int | None


class Taken(ValueError):
    """The owner has a list of that name already, or too many; `str()` is a sentence."""


def owners(actor: Actor) -> list[tuple[str, str]]:
    """Whose list it can be: the actor's own, or of each desk and unit where they hold a post: (value, word)."""
    held = scope.held(actor)
    desks = {f"node:{each.node_id}": each.place for each in held if each.node_id and each.role in DESKS}
    units = {f"unit:{each.unit_id}": each.place for each in held if each.unit_id}
    return [(MINE, _("只有我")), *((desks | units).items())]


def visible(actor: Actor) -> "QuerySet[SavedList]":
    """The actor's own lists and those of their desks and units, own ones first."""
    held = scope.held(actor)
    nodes = [each.node_id for each in held if each.node_id and each.role in DESKS]
    units = [each.unit_id for each in held if each.unit_id]
    mine = Q(user=actor.user_id) | Q(node__in=nodes) | Q(unit__in=units)
    return SavedList.objects.filter(mine).select_related("node", "unit").order_by(F("user").asc(nulls_last=True), "pk")


def counted(actor: Actor, *, now: datetime) -> list[Counted]:
    """The actor's lists with what they hold: one statement for all counts."""
    lists = list(visible(actor)[: 2 * MOST])
    wanted = {each.pk: filters_of(each) for each in lists}
    cheap = [filters for filters in wanted.values() if not filters.words]
    figures = dict(zip(cheap, reading.counts(actor, cheap, now=now), strict=True)) if cheap else {}
    return [Counted(each, figures.get(wanted[each.pk])) for each in lists]


def filters_of(saved: SavedList) -> Filters:
    """What the list is narrowed to."""
    return Filters.read({name: str(value) for name, value in QueryDict(saved.query).items()})


def address(saved: SavedList) -> str:
    """The query that opens the list: what it is narrowed to, and its columns."""
    return f"?{saved.query}" + (f"&{urlencode({'cols': saved.columns})}" if saved.columns else "")


def first(actor: Actor) -> SavedList | None:
    """The list that the actor wants to see first."""
    return SavedList.objects.filter(user=actor.user_id, is_default=True).first()


@transaction.atomic
def save(name: str, filters: Filters, columns: str, *, owner: str, by: Actor, now: datetime) -> SavedList:
    """Keep a list under a name. `owner` is one of `owners(by)`. Raises Taken."""
    kind, _colon, key = owner.partition(":")
    of = {"user_id": by.user_id} if owner == MINE else {f"{kind}_id": int(key)}
    if SavedList.objects.filter(**of).count() >= MOST:
        raise Taken(_("最多存 %(most)d 个清单，请先删掉不用的。") % {"most": MOST})
    made = SavedList(name=name, query=filters.query()[1:], columns=columns, by_id=by.user_id, at=now, **of)
    _once(made)
    return made


@transaction.atomic
def change(saved: SavedList, *, name: str, is_default: bool, version: int) -> None:
    """Rename a list, and let an own one be the first that is seen. Raises Taken, and Overtaken when it has changed."""
    if is_default and saved.user_id:
        SavedList.objects.filter(user=saved.user_id).exclude(pk=saved.pk).update(is_default=False)
    rows = SavedList.objects.filter(pk=saved.pk, version=version)
    try:
        with transaction.atomic():
            changed = rows.update(name=name, is_default=is_default and bool(saved.user_id), version=F("version") + 1)
    except IntegrityError:
        raise Taken(_("已有同名的清单，请换个名称。")) from None
    if not changed:
        raise Overtaken(
            _("这个清单刚被别人改过，现在叫“%(name)s”；您写的是“%(typed)s”。") % {"name": saved.name, "typed": name}
        )


def remove(saved: SavedList) -> None:
    """Remove a list; matters are not touched."""
    saved.delete()


def _once(made: SavedList) -> None:
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        raise Taken(_("已有同名的清单，请换个名称。")) from None
