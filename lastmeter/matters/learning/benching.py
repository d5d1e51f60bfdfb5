"""试题: cases with what they should be, kept by who keeps the catalogues, tried on the model in use."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor
from lastmeter.matters.catalogue import finding
from lastmeter.matters.learning import asking
from lastmeter.matters.learning.asking import Guessed, What
from lastmeter.matters.models import BenchCase, Category

MOST_CASES = 500


class NoRoom(Exception):
    """There are too many cases; str() is a sentence."""


@dataclass(frozen=True, slots=True)
class Score:
    """How many cases were tried, how many were right at once, how many among the three."""

    tried: int
    right: int
    near: int


@transaction.atomic
def add(text: str, expected: Category, *, by: Actor, now: datetime) -> BenchCase:
    """One more case; not tried yet. Raises NoRoom."""
    if BenchCase.objects.count() >= MOST_CASES:
        raise NoRoom(_("试题最多 %(most)d 道，请先删掉几道。") % {"most": MOST_CASES})
    made = BenchCase.objects.create(text=text, expected=expected, by=by.user, added_at=now)
    audit.record("bench.add", by=by, object_kind="bench_case", object_id=made.pk, now=now)
    return made


@transaction.atomic
def change(case: BenchCase, *, text: str, expected: Category, by: Actor, now: datetime) -> None:
    """Another text or answer: what was said before no longer counts."""
    BenchCase.objects.filter(pk=case.pk).update(
        text=text, expected=expected, said=None, confidence=None, place=None, tried_at=None
    )
    audit.record("bench.change", by=by, object_kind="bench_case", object_id=case.pk, now=now)


@transaction.atomic
def remove(case: BenchCase, *, by: Actor, now: datetime) -> None:
    """Take a case away."""
    audit.record("bench.remove", by=by, object_kind="bench_case", object_id=case.pk, now=now)
    case.delete()


@transaction.atomic
def run(*, now: datetime) -> Score:
    """Try every case on the model of its scheme and write down what it said."""
    models = {row.scheme_id: row for row in asking.in_use().get(What.CATEGORY, [])}
    cases = list(BenchCase.objects.select_related("expected"))
    for case in cases:
        row = models.get(case.expected.scheme_id)
        said = asking.categories(case.text, row) if row else []
        case.said_id = said[0].category.id if said else None
        case.confidence = said[0].confidence if said else None
        case.place, case.tried_at = _place(case.expected_id, said), now
    BenchCase.objects.bulk_update(cases, ["said", "confidence", "place", "tried_at"])
    return score(cases)


def _place(expected_id: int, said: list[Guessed]) -> int:
    """Which guess is the expected category or lies below it, from 1; 0 for none."""
    hits = (n for n, each in enumerate(said, 1) if expected_id in finding.chain(each.category.id))
    return next(hits, 0)


def score(cases: list[BenchCase]) -> Score:
    """The count of a run."""
    tried = [case for case in cases if case.tried_at]
    return Score(len(tried), sum(case.place == 1 for case in tried), sum(bool(case.place) for case in tried))
