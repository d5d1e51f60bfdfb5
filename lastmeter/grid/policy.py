"""政策行: dated rules at nodes — read once until the ground changes, put in force, given up; where each one holds."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor
from lastmeter.grid import followers, ground
from lastmeter.grid.models import PolicyRow, at_or_below
from lastmeter.grid.rules import Placed, closer
from lastmeter.kit.zhtime import CHINA

R = TypeVar("R", bound=Placed)
P = TypeVar("P", bound=PolicyRow)


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
def enact(row: P, *, key: Sequence[str] = (), by: Actor, now: datetime) -> P:
    """Let a rule hold from its `valid_from` on: the one before it ends that day, one planned for later stays.

    `key` names the fields that tell the rules of one node apart. Raises TooLate for a day that has gone by.
    """
    if row.valid_from < now.astimezone(CHINA).date():
        raise TooLate(_("生效日期不能早于今天：以前按什么规定办的，要能查到。"))
    ground.bump()  # holds the one row until commit: of two changes at once the second sees the first
    same = _same(row, key, row.valid_from)
    later = same.filter(valid_from__gt=row.valid_from).order_by("valid_from").first()
    row.valid_to = later.valid_from if later else None
    same.filter(valid_from__lte=row.valid_from).update(valid_to=row.valid_from)
    row.save(force_insert=True)
    audit.record("policy.enact", by=by, object_kind=row._meta.model_name or "", object_id=row.pk, now=now)
    return row


@transaction.atomic
def give_up(row: PolicyRow, *, key: Sequence[str] = (), by: Actor, now: datetime) -> int:
    """From today on the node of this rule follows the rule above it; how many rows ended, planned ones too."""
    ground.bump()
    today = now.astimezone(CHINA).date()
    same = _same(row, key, today)
    ended = same.filter(valid_from__lt=today).update(valid_to=today)
    ended += same.filter(valid_from__gte=today).update(valid_to=F("valid_from"))
    if ended:
        kind = f"policy.give_up.{row._meta.model_name}"
        audit.record(kind, by=by, object_kind="node", object_id=row.node_id, now=now)
    return ended


def _same(row: P, key: Sequence[str], day: date) -> "QuerySet[P]":
    """The rows of the same node and key that hold on that day or later; those that never held are left out."""
    alike = type(row)._default_manager.filter(node=row.node_id, **{name: getattr(row, name) for name in key})
    found: QuerySet[P] = alike.filter(Q(valid_to=None) | Q(valid_to__gt=F("valid_from")))
    return found.filter(Q(valid_to=None) | Q(valid_to__gt=day))


def follower(model: type[PolicyRow], label: str | Promise, key: Sequence[str] = ()) -> followers.Follower:
    """The follower of such rules: where the new place has a rule of its own, the old one stays behind as history."""
    plain = followers.of_model(model, label)

    def put(keys: Sequence[int] | QuerySet[Any, Any], old: int, new: int) -> int:
        taken = model._default_manager.filter(node=new, valid_to=None, **{name: OuterRef(name) for name in key})
        rows = model._default_manager.filter(node=old, pk__in=keys)
        moved: int = rows.exclude(Q(Exists(taken)), valid_to=None).update(node=new)
        return moved

    return followers.Follower(label, plain.count, plain.lying, put)
