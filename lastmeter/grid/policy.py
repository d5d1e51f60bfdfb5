"""政策行: dated rules at nodes — read once until the ground changes, put in force, given up; where each one holds."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor
from lastmeter.grid import followers, ground
from lastmeter.grid.models import PolicyRow, at_or_below, held_or_coming
from lastmeter.grid.rules import Placed, closer
from lastmeter.kit.zhtime import CHINA

R = TypeVar("R", bound=Placed)
P = TypeVar("P", bound=PolicyRow)
NOTHING = Value(-1)  # what may be empty among the fields of a key are numbers of rows


class TooLate(ValueError):
    """A rule cannot begin or end on a day that has gone by; str() is a sentence for the person."""


class Known(Generic[R]):
    """The rules of one kind that hold on a day: a few dozen rows, kept until `ground.bump` announces a change."""

    def __init__(self, read: Callable[[date], list[R]]) -> None:
        self._read = read
        self._kept: ground.Kept[dict[date, list[R]]] = ground.Kept(dict)

    def on(self, day: date) -> list[R]:
        """The rules valid on that day (China date), of every place."""
        known = self._kept.get()
        if day not in known:
            known[day] = self._read(day)
        return known[day]


def territory(rule: R, rules: Iterable[R], column: str = "path") -> Q:
    """Rows whose path in `column` lies where this one of the `rules` of its kind is the nearest."""
    here = at_or_below(rule.path, column)
    for path in closer(rule, rules):
        here &= ~at_or_below(path, column)
    return here


@transaction.atomic
def enact(row: P, *, by: Actor, now: datetime) -> P:
    """Let a rule hold from its `valid_from` on: the one before it ends that day, one planned for later stays.

    Raises TooLate for a day that has gone by.
    """
    if row.valid_from < now.astimezone(CHINA).date():
        raise TooLate(_("生效日期不能早于今天：以前按什么规定办的，要能查到。"))
    ground.bump()  # holds the one row until commit: of two changes at once the second sees the first
    same = _same(row, row.valid_from)
    later = same.filter(valid_from__gt=row.valid_from).order_by("valid_from").first()
    row.valid_to = later.valid_from if later else None
    same.filter(valid_from__lte=row.valid_from).update(valid_to=row.valid_from)
    row.save(force_insert=True)
    audit.record("policy.enact", by=by, object_kind=row._meta.model_name or "", object_id=row.pk, now=now)
    return row


@transaction.atomic
def give_up(row: PolicyRow, *, by: Actor, now: datetime) -> int:
    """From today on the node of this rule follows the rule above it; how many rows ended, planned ones too."""
    ground.bump()
    today = now.astimezone(CHINA).date()
    same = _same(row, today)
    ended = same.filter(valid_from__lt=today).update(valid_to=today)
    ended += same.filter(valid_from__gte=today).update(valid_to=F("valid_from"))
    if ended:
        kind = f"policy.give_up.{row._meta.model_name}"
        audit.record(kind, by=by, object_kind="node", object_id=row.node_id, now=now)
    return ended


@transaction.atomic
def call_off(row: PolicyRow, *, by: Actor, now: datetime) -> int:
    """A rule planned for a later day never begins: the one before it holds on. How many rows changed; 0: it holds."""
    ground.bump()
    today = now.astimezone(CHINA).date()
    same = _same(row, today)
    planned = same.filter(pk=row.pk, valid_from__gt=today).first()
    if planned is None:
        return 0
    same.filter(valid_to=planned.valid_from, valid_from__lt=planned.valid_from).update(valid_to=planned.valid_to)
    same.filter(pk=planned.pk).update(valid_to=F("valid_from"))
    audit.record("policy.call_off", by=by, object_kind=row._meta.model_name or "", object_id=row.pk, now=now)
    return 1


def _same(row: P, day: date) -> "QuerySet[P]":
    """The rows of the same node and key that hold on that day or later; those that never held are left out."""
    alike = type(row)._default_manager.filter(node=row.node_id, **{name: getattr(row, name) for name in row.KEY})
    found: QuerySet[P] = alike.filter(held_or_coming(day))
    return found


def follower(model: type[PolicyRow], label: str | Promise) -> followers.Follower:
    """The follower of such rules: where the new place has a rule of its own, the old one stays behind as history."""
    plain = followers.of_model(model, label)

    def put(keys: Sequence[int] | QuerySet[Any, Any], old: int, new: int) -> int:
        taken = model._default_manager.filter(*(_alike(model, name) for name in model.KEY), node=new, valid_to=None)
        rows = model._default_manager.filter(node=old, pk__in=keys)
        moved: int = rows.exclude(Q(Exists(taken)), valid_to=None).update(node=new)
        return moved

    return followers.Follower(label, plain.count, plain.lying, put)


def _alike(model: type[PolicyRow], name: str) -> Q:
    """The field says the same as that of the outer row; nothing is the same as nothing, which SQL's = denies."""
    if not model._meta.get_field(name).null:
        return Q(**{name: OuterRef(name)})
    return Q(Exact(Coalesce(F(name), NOTHING), Coalesce(OuterRef(name), NOTHING)))
