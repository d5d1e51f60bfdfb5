"""月度公开: a month's figures are frozen as they were counted; nightly they are counted again and compared."""

from collections.abc import Iterator
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import override

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor
from lastmeter.grid.models import Node, lineage
from lastmeter.insight import counting
from lastmeter.insight.models import Figure, Formula, Publication
from lastmeter.insight.rules import Cell, Month

WHOLE = ""  # `by` of the row of all


class Refused(ValueError):
    """The month cannot be published; `str()` is a sentence."""


@transaction.atomic
def publish(place: Node, month: Month, *, words: str = "", by: Actor, now: datetime) -> Publication:
    """Make a month public as it is counted now; a correction says what was corrected and stands beside the first.

    Raises Refused for a month that is not over, and for a correction without words.
    """
    if not month.is_over(now):
        raise Refused(_("这个月还没有过完，下月 1 日起才能公布。"))
    Node.objects.select_for_update().get(pk=place.pk)  # two who publish at once: one after the other
    number = (Publication.objects.filter(place=place, month=month.first).aggregate(n=Max("number"))["n"] or 0) + 1
    if number > 1 and not words:
        raise Refused(_("这个月已经公布过。要更正，请写明更正了什么、为什么。"))
    made = Publication.objects.create(
        place=place, month=month.first, number=number, words=words, by_id=by.user_id, at=now, recounted_at=now
    )
    Figure.objects.bulk_create(_figures(made, month), batch_size=500)
    audit.record("rate.published", by=by, object_kind="publication", object_id=made.pk, reason=words, now=now)
    return made


def _figures(publication: Publication, month: Month) -> Iterator[Figure]:
    with override(settings.LANGUAGE_CODE):
        for position, (by, row, columns) in enumerate(_rows(publication.place, month)):
            for formula, cell in zip(columns, row.cells, strict=True):
                yield Figure(
                    publication=publication,
                    by=by,
                    key=row.key,
                    label=row.label,
                    position=position,
                    formula=formula,
                    numerator=cell.numerator,
                    denominator=cell.denominator,
                    excluded=cell.excluded,
                )


def _rows(place: Node, month: Month) -> Iterator[tuple[str, counting.Row, tuple[Formula, ...]]]:
    for by in counting.WAYS:
        table = counting.table(place, month, by)
        if by == counting.WAYS[0]:
            yield WHOLE, table.whole, table.formulas
        for row in table.rows:
            yield by, row, table.formulas


def newest(place: Node) -> "QuerySet[Publication]":
    """The published months of a place, each as it was published last, newest month first."""
    same = Publication.objects.filter(place=OuterRef("place"), month=OuterRef("month")).order_by("-number")
    return Publication.objects.filter(place=place, pk=Subquery(same.values("pk")[:1])).order_by("-month")


def nearest(node: Node | None) -> Publication | None:
    """The month published last for the place or the nearest one above it that publishes; None before the first."""
    if node is None:
        return None
    paths = lineage(node.path)
    rows = Publication.objects.filter(place__path__in=paths).select_related("place")
    return rows.order_by("-place__level", "-month", "-number").first()


def corrections(publication: Publication) -> "QuerySet[Publication]":
    """What was corrected since the month was first published, in order."""
    same = Publication.objects.filter(place=publication.place, month=publication.month)
    return same.filter(number__gt=1).order_by("number")


def recount(publication: Publication, *, now: datetime) -> int:
    """Count a published month again and compare: how many cells are no longer the same, written on the publication.

    What was published stays as it was: a difference is for a person to look at and to correct with words.
    """
    stored = {
        (row.by, row.key, row.formula_id): Cell(row.numerator, row.denominator, row.excluded)
        for row in publication.figures.all()
    }
    counted = {
        (row.by, row.key, row.formula_id): Cell(row.numerator, row.denominator, row.excluded)
        for row in _figures(publication, Month(publication.month))
    }
    differs = sum(stored.get(key, Cell()) != counted.get(key, Cell()) for key in stored.keys() | counted.keys())
    Publication.objects.filter(pk=publication.pk).update(recounted_at=now, differs=differs)
    return differs


def recount_since(first: date, *, now: datetime) -> int:
    """Recount every month published since then, each as it was published last; how many differ."""
    same = Publication.objects.filter(place=OuterRef("place"), month=OuterRef("month")).order_by("-number")
    rows = Publication.objects.filter(month__gte=first, pk=Subquery(same.values("pk")[:1])).select_related("place")
    return sum(recount(each, now=now) > 0 for each in rows.order_by("pk"))
