"""指标公式: which version of each rate a month is counted by, and how a new version comes to be."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor
from lastmeter.grid.models import valid_on
from lastmeter.insight.facts import FACTS
from lastmeter.insight.models import Formula, Measure
from lastmeter.insight.rules import Month

THREE = (Measure.RESPONSE, Measure.RESOLUTION, Measure.SATISFACTION)


class BadFormula(ValueError):
    """The formula cannot be taken; `str()` is a sentence."""


@dataclass(frozen=True, slots=True)
class Written:
    """A formula in words."""

    formula: Formula

    @property
    def numerator(self) -> str | Promise:
        return FACTS[self.formula.numerator].word

    @property
    def denominator(self) -> str | Promise:
        return FACTS[self.formula.denominator].word

    @property
    def above(self) -> str | Promise:
        """What is counted above the line, as a sentence."""
        return FACTS[self.formula.numerator].meaning

    @property
    def below(self) -> str | Promise:
        return FACTS[self.formula.denominator].meaning


def of_month(month: Month) -> list[Formula]:
    """The formulas by which a month is counted, in the order in which practitioners name them: one query."""
    found = {row.measure: row for row in Formula.objects.filter(valid_on(month.first))}
    return [found[measure] for measure in Measure.values if measure in found]


def versions() -> list[Formula]:
    """All versions of all rates, the newest of each first."""
    rows = Formula.objects.select_related("by").order_by("-version")
    return sorted(rows, key=lambda row: Measure.values.index(row.measure))


@transaction.atomic
def change(
    *, measure: Measure, numerator: str, denominator: str, valid_from: date, basis: str, by: Actor, now: datetime
) -> Formula:
    """A new version of a rate for months from `valid_from` on (the first of a month); the one before ends there.

    Months that have begun keep their formula. Raises BadFormula.
    """
    current = Formula.objects.select_for_update().filter(measure=measure, valid_to=None).first()
    _check(numerator, denominator, valid_from, current, now)
    if current is not None:
        Formula.objects.filter(pk=current.pk).update(valid_to=valid_from)
    newest = Formula.objects.filter(measure=measure).aggregate(newest=Max("version"))["newest"] or 0
    made = Formula.objects.create(
        measure=measure,
        version=newest + 1,
        numerator=numerator,
        denominator=denominator,
        basis=basis,
        by_id=by.user_id,
        valid_from=valid_from,
    )
    audit.record("rate.formula", by=by, object_kind="formula", object_id=made.pk, now=now)
    return made


def _check(numerator: str, denominator: str, valid_from: date, current: Formula | None, now: datetime) -> None:
    if not {numerator, denominator} <= FACTS.keys() or numerator == denominator:
        raise BadFormula(_("分子和分母要各选一项，而且不能相同。"))
    if valid_from.day != 1 or valid_from <= Month.of(now).first:
        raise BadFormula(_("新公式从以后某个月的 1 日起用；已经开始的月份用原来的公式，数字不会变。"))
    if current is not None and valid_from <= current.valid_from:
        raise BadFormula(_("这项指标在这一天或之后已经另有新公式，请先看下面的版本。"))


def in_words(formulas: Iterable[Formula]) -> list[Written]:
    """The formulas with their words."""
    return [Written(formula) for formula in formulas]
