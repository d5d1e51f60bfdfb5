"""到期提醒: terms that end soon, by the warning days of their place."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import Q

from lastmeter.accounts.actors import Actor
from lastmeter.grid import policy
from lastmeter.grid.models import Node, Tenure, TermWarning, valid_on
from lastmeter.grid.rules import nearest


@dataclass(frozen=True, slots=True)
class WarningRule:
    """A row as arithmetic sees it."""

    id: int
    path: str
    days: int


def _read(day: date) -> list[WarningRule]:
    rows = TermWarning.objects.filter(valid_on(day)).values_list("pk", "node__path", "days")
    return [WarningRule(*row) for row in rows]


_known = policy.Known(_read)


def days_at(path: str, day: date) -> int | None:
    """How many days before its end a term is announced at that place; None where nothing is announced."""
    rule = nearest(_known.on(day), path)
    return rule.days if rule else None


def ending(today: date) -> Q:
    """Tenures, of those that run, whose end is announced today (China date)."""
    rules = _known.on(today)
    return reduce(or_, (_soon(rule, rules, today) for rule in rules), Q(pk__in=[]))


def _soon(rule: WarningRule, rules: list[WarningRule], today: date) -> Q:
    there = policy.territory(rule, rules, "post__node__path") | policy.territory(rule, rules, "post__unit__node__path")
    return there & Q(until__lte=today + timedelta(days=rule.days))


def is_ending(path: str, until: date | None, today: date) -> bool:
    """The same as `ending`, for a term that runs at that place until then: the rules are known, nothing is asked."""
    days = None if until is None else days_at(path, today)
    return until is not None and days is not None and until <= today + timedelta(days=days)


def mark(tenures: Iterable[Tenure], path: str, today: date) -> None:
    """Give tenures of a post at that place their `soon`: whether the end is announced today."""
    for each in tenures:
        each.soon = is_ending(path, each.until, today)


def warn_ahead(node: Node, days: int, *, since: date, basis: str = "", by: Actor, now: datetime) -> TermWarning:
    """From a day on (China date) announce the end of terms at and below `node` so many days ahead.

    Raises policy.TooLate for a day that has gone by.
    """
    return policy.enact(TermWarning(node=node, days=days, basis=basis, valid_from=since), by=by, now=now)


def follow_above(node: Node, *, by: Actor, now: datetime) -> int:
    """From today on a place warns as early as the place above it does; how many rows ended."""
    return policy.give_up(TermWarning(node=node), by=by, now=now)
