"""What rings under a whistle: whoever is owed by is told, and an unanswered one goes to the next rank of the unit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import system
from lastmeter.clocks.bells import Climb
from lastmeter.clocks.due import Due
from lastmeter.kit.text import on_record
from lastmeter.matters.models import Called, Decision, Rank, Whistle
from lastmeter.matters.whistles import lifecycle, owners, steps, tell

CLOCK = system("clock")
R = TypeVar("R", Called, Decision)
SOON: dict[str, str | Promise] = {
    lifecycle.APPROVE: _("吹哨快到审核期限"),
    lifecycle.ROUTE: _("快到分哨期限"),
    lifecycle.SIGN: _("快到应哨期限"),
    lifecycle.ARRIVE: _("快到到场期限"),
    lifecycle.WORK: _("应哨快到办结期限"),
    lifecycle.RATE: _("快到评哨期限"),
    lifecycle.DECIDE: _("议定事项快到期限"),
}
OVER: dict[str, str | Promise] = {
    lifecycle.APPROVE: _("吹哨已过审核期限"),
    lifecycle.ROUTE: _("已过分哨期限"),
    lifecycle.SIGN: _("已过应哨期限"),
    lifecycle.ARRIVE: _("已过到场期限"),
    lifecycle.WORK: _("应哨已过办结期限"),
    lifecycle.RATE: _("已过评哨期限"),
    lifecycle.DECIDE: _("议定事项已过期限"),
}


def warns(due: Sequence[Due], now: datetime) -> None:
    """Yellow: whoever owes it is told."""
    for owed in _owed(due):
        kind = owed.deadline.kind
        _tell(owed, f"soon_{kind}", SOON[kind], now)


def falls(due: Sequence[Due], now: datetime) -> None:
    """Red: whoever owes it, and whoever blew; a unit that has not answered owes it in the next rank from now on."""
    for owed in _owed(due):
        kind = owed.deadline.kind
        raised = _raise(owed.deadline, now) if kind == lifecycle.SIGN else {}
        _tell(replace(owed, ranks=raised or owed.ranks), f"over_{kind}", OVER[kind], now)
        if owed.ranks or owed.people:
            tell.blower(owed.whistle, f"over_{kind}", OVER[kind], by=CLOCK, now=now)


def climbs(due: Sequence[Climb], now: datetime) -> None:
    """逐级上报 of what is still unanswered: besides the head of the ground, the next rank of the unit is called."""
    climbing = [each.deadline for each in due if each.deadline.kind == lifecycle.SIGN]
    for owed in _owed(climbing):
        if raised := _raise(owed.deadline, now):
            _tell(replace(owed, ranks=raised), "raised", OVER[owed.deadline.kind], now)


def _raise(deadline: Due, now: datetime) -> dict[int, int]:
    """One rank higher, up to the head of the unit; {unit: rank} when there was one left."""
    key = int(deadline.leg.removeprefix("called:"))
    rows = Called.objects.filter(pk=key, ended_at=None, signed_at=None, rank__lt=Rank.HEAD)
    if not rows.update(rank=F("rank") + 1):
        return {}
    called = Called.objects.select_related("unit", "whistle__matter__dossier").get(pk=key)
    words = {"unit": called.unit.name, "rank": on_record(Rank(called.rank).label)}
    told = on_record(_("%(unit)s没有应哨，改请%(rank)s到场"), **words)
    steps.story(called.whistle, "raised", told, by=CLOCK, now=now, unit_id=called.unit_id)
    return {called.unit_id: called.rank}


@dataclass(frozen=True, slots=True)
class Owed:
    """A deadline of a whistle and who owes it: units (unit → rank), people by name, or neither: its own people."""

    deadline: Due
    whistle: Whistle
    ranks: dict[int, int] = field(default_factory=dict)
    people: Sequence[int] = ()


def _owed(due: Sequence[Due]) -> Iterator[Owed]:
    """Each deadline of a whistle with it and who owes it."""
    mine = [each for each in due if each.kind in lifecycle.KINDS]
    if not mine:
        return
    called = _by_key(Called.objects.select_related("unit"), mine, "called:")
    decided = _by_key(Decision.objects.select_related("unit"), mine, "decision:")
    named = {_key(each, "whistle:") for each in mine}
    named |= {row.whistle_id for row in called.values()} | {row.whistle_id for row in decided.values()}
    whistles = Whistle.objects.select_related("matter__dossier", "origin").in_bulk(named - {0})
    for each in mine:
        leg, decision = called.get(_key(each, "called:")), decided.get(_key(each, "decision:"))
        if leg:
            yield Owed(each, whistles[leg.whistle_id], {leg.unit_id: leg.rank})
        elif decision:
            yield _decided(each, whistles[decision.whistle_id], decision)
        elif own := whistles.get(_key(each, "whistle:")):
            yield Owed(each, own)


def _decided(deadline: Due, whistle: Whistle, decision: Decision) -> Owed:
    if decision.unit_id:
        return Owed(deadline, whistle, {decision.unit_id: whistle.rank})
    return Owed(deadline, whistle, people=owners.people(decision, timezone.localdate()))


def _key(deadline: Due, prefix: str) -> int:
    return int(deadline.leg.removeprefix(prefix)) if deadline.leg.startswith(prefix) else 0


def _by_key(rows: "QuerySet[R]", due: Sequence[Due], prefix: str) -> dict[int, R]:
    keys = {_key(each, prefix) for each in due} - {0}
    return rows.in_bulk(keys) if keys else {}


def _tell(owed: Owed, kind: str, title: str | Promise, now: datetime) -> None:
    deadline, whistle = owed.deadline, owed.whistle
    if owed.ranks:
        tell.units(whistle, owed.ranks, kind, title, by=CLOCK, now=now)
    elif owed.people:
        tell.people(whistle, owed.people, kind, title, by=CLOCK, now=now)
    elif deadline.kind == lifecycle.APPROVE:
        tell.heads(whistle, kind, title, by=CLOCK, now=now)
    elif deadline.kind == lifecycle.ROUTE:
        tell.routers(whistle, kind, title, by=CLOCK, now=now)
    else:
        tell.blower(whistle, kind, title, by=CLOCK, now=now)
