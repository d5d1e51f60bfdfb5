"""What can be counted in a month: each fact is a sentence and the rows it means. Formulas put one over another.

A row counts in the month of its own moment, as things stood when the month ended: later events change nothing, so
that a past month can be counted again and gives the same. A promised date counts once: when it was kept, else when it
passed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Least
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lastmeter.clocks.models import Deadline
from lastmeter.dossiers.models import Dossier, DossierKind, Event
from lastmeter.insight.rules import Month
from lastmeter.matters.intake import ANSWER, FIX
from lastmeter.matters.models import Closure, Profile, Rating, Requester, Revisit

FILED = ("matter.accepted", "matter.dispatched", "matter.taken", "matter.settled")
REWORK = "matter.rework"


@dataclass(frozen=True, slots=True)
class Base:
    """A kind of rows: those of a month, how they lead to their dossier and matter, and the moment that decides."""

    name: str
    rows: Callable[[Month], "QuerySet[Any]"]
    moment: Callable[[Month], Combinable]
    dossier: str  # lookup of the dossier's id
    prefix: str  # lookup of the dossier's columns


def _within(column: str, month: Month) -> Q:
    return Q(**{f"{column}__gte": month.begins, f"{column}__lt": month.ends})


def _reports(month: Month) -> "QuerySet[Dossier]":
    return Dossier.objects.filter(_within("opened_at", month), kind=DossierKind.MATTER)


def _clocks(kind: str) -> "Callable[[Month], QuerySet[Deadline]]":
    def rows(month: Month) -> "QuerySet[Deadline]":
        kept = _within("ended_at", month) & Q(ended_at__lt=F("due_at"))
        passed = _within("due_at", month) & (Q(ended_at=None) | Q(ended_at__gte=F("due_at")))
        owed = Deadline.objects.filter(kind=kind, leg="").exclude(state=Deadline.State.VOID)
        return owed.filter(kept | passed)

    return rows


def _closings(month: Month) -> "QuerySet[Closure]":
    return Closure.objects.filter(_within("at", month))


def _ratings(month: Month) -> "QuerySet[Rating]":
    return Rating.objects.filter(_within("at", month))


def _answers(month: Month) -> "QuerySet[Revisit]":
    """What people said when they were asked, their last word of the month; who also rated is counted there."""
    said = Revisit.objects.filter(_within("at", month), reached=True, solved__isnull=False)
    later = Revisit.objects.filter(
        matter=OuterRef("matter"), reached=True, solved__isnull=False, at__lt=month.ends, pk__gt=OuterRef("pk")
    )
    rated = Rating.objects.filter(matter=OuterRef("matter"), at__lt=month.ends)
    return said.exclude(Exists(later)).exclude(Exists(rated))


def _at(month: Month) -> Combinable:
    return F("at")


def _clock_moment(month: Month) -> Combinable:
    return Least("due_at", Coalesce("ended_at", "due_at"))


def _end(month: Month) -> Combinable:
    return Value(month.ends)


REPORTS = Base("reports", _reports, _end, "pk", "")
ANSWERS_OWED = Base("answers_owed", _clocks(ANSWER), _clock_moment, "dossier_id", "dossier__")
FIXES_OWED = Base("fixes_owed", _clocks(FIX), _clock_moment, "dossier_id", "dossier__")
CLOSINGS = Base("closings", _closings, _at, "matter_id", "matter__dossier__")
RATINGS = Base("ratings", _ratings, _at, "matter_id", "matter__dossier__")
ASKED = Base("asked", _answers, _at, "matter_id", "matter__dossier__")

Condition = Callable[[Month], Q]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something countable: its word, its meaning in a sentence, and of which rows it is a part."""

    name: str
    word: str | Promise
    meaning: str | Promise
    parts: tuple[tuple[Base, Condition], ...]


def _all(month: Month) -> Q:
    return Q()


def _is(condition: Q) -> Condition:
    return lambda month: condition


def _filed(month: Month) -> Q:
    return Q(Exists(Event.objects.filter(dossier=OuterRef("pk"), kind__in=FILED, at__lt=month.ends)))


def _ended(month: Month) -> Q:
    return Q(ended_at__lt=month.ends)


def _in_time(month: Month) -> Q:
    return Q(ended_at__lt=month.ends, ended_at__lte=F("due_at"))


def _again() -> Q:
    """Whether a closing came after a rework, or was not the first."""
    reworked = Event.objects.filter(dossier=OuterRef("matter"), kind=REWORK, at__lte=OuterRef("at"))
    before = Closure.objects.filter(matter=OuterRef("matter"), pk__lt=OuterRef("pk"))
    return Q(Exists(reworked)) | Q(Exists(before))


def _reachable(month: Month) -> Q:
    known = Requester.objects.filter(matter=OuterRef("matter")).exclude(user=None, phone_hash=None)
    return Q(Exists(known))


def _reached(month: Month) -> Q:
    def since(model: type[Model], **more: bool) -> Exists:
        rows = model._default_manager.filter(matter=OuterRef("matter"), at__gte=OuterRef("at"), at__lt=month.ends)
        return Exists(rows.filter(**more))

    return _reachable(month) & (Q(since(Revisit, reached=True)) | Q(since(Rating)))


def _fact(name: str, word: str | Promise, meaning: str | Promise, *parts: tuple[Base, Condition]) -> Fact:
    return Fact(name, word, meaning, parts)


FACTS: dict[str, Fact] = {
    each.name: each
    for each in (
        _fact("reported", _("上报"), _("本月登记的事项。"), (REPORTS, _all)),
        _fact("filed", _("受理立案"), _("本月登记、到月底已受理、分派、接单或就地办结的事项。"), (REPORTS, _filed)),
        _fact("should_answer", _("应响应"), _("本月响应、或本月到了响应期限的事项。"), (ANSWERS_OWED, _all)),
        _fact("answered_in_time", _("按时响应"), _("其中在期限内响应的。"), (ANSWERS_OWED, _in_time)),
        _fact("should_close", _("应结案"), _("本月按期办结、或本月到了办结期限的事项。"), (FIXES_OWED, _all)),
        _fact("closed_of_due", _("已结案"), _("应结案中到月底已办结的。"), (FIXES_OWED, _ended)),
        _fact("closed_in_time", _("按期结案"), _("应结案中在期限内办结的。"), (FIXES_OWED, _in_time)),
        _fact("closed", _("办结"), _("本月办结的次数；重开后再办结另算一次。"), (CLOSINGS, _all)),
        _fact("first_time", _("一次办结"), _("本月办结中没有返工、没有重开过的。"), (CLOSINGS, _is(~_again()))),
        _fact("reworked", _("返工或重开"), _("本月办结中返工过、或重开后再办结的。"), (CLOSINGS, _is(_again()))),
        _fact(
            "self_handled",
            _("自办自结"),
            _("本月办结中由网格就地办结的。"),
            (CLOSINGS, _is(Q(matter__profile=Profile.SELF))),
        ),
        _fact("to_revisit", _("应回访"), _("本月办结中留有联系方式的。"), (CLOSINGS, _reachable)),
        _fact("revisited", _("已回访到"), _("应回访中到月底已联系上、或诉求人已评价的。"), (CLOSINGS, _reached)),
        _fact("rated", _("参评"), _("本月诉求人作出的评价。"), (RATINGS, _all)),
        _fact("satisfied", _("满意"), _("其中满意和基本满意的。"), (RATINGS, _is(Q(score__gte=Rating.Score.FAIR)))),
        _fact("dissatisfied", _("不满意"), _("其中不满意的。"), (RATINGS, _is(Q(score=Rating.Score.DISSATISFIED)))),
        _fact("asked", _("表态"), _("本月诉求人在评价或回访中说了是否解决的。"), (RATINGS, _all), (ASKED, _all)),
        _fact(
            "solved",
            _("确认解决"),
            _("其中确认已解决的。"),
            (RATINGS, _is(Q(solved=True))),
            (ASKED, _is(Q(solved=True))),
        ),
    )
}
