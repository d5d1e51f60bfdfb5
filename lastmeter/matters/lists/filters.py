"""The one table of filters: the page, saved lists, counts, bulk acts, the map and exports all narrow by these."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import Actor
from lastmeter.clocks.models import Deadline
from lastmeter.dossiers import search
from lastmeter.dossiers.facets import Holds, available
from lastmeter.dossiers.models import Dossier
from lastmeter.grid.ground import Kept
from lastmeter.grid.models import Node, at_or_below
from lastmeter.grid.scope import LEVEL_FIELDS
from lastmeter.kit.zhtime import CHINA
from lastmeter.matters.lists import facets
from lastmeter.matters.lists.shelves import ALL, FIRST, SHELVES, is_open
from lastmeter.matters.models import Assignment, Closure, Outcome, Profile, Rating, Source, Urgency

SOON = timedelta(hours=24)
HANDLERS = ("me", "nobody", "returned")  # returned: was with somebody, lies at the desk again
DUE = ("over", "warned", "ample", "soon")  # red, yellow, green; within 24 hours
RECENT = {"today": 1, "7d": 7, "30d": 30, "90d": 90}  # the last so many days, today among them
MOST_WORDS = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, and when: what a condition may depend on besides its value.

    `span`: only dossiers with ids from the one to the other are looked at, both included.
    """

    actor: Actor
    now: datetime
    span: tuple[int, int] | None = None


Condition = Callable[[Any, Asked], Q]


@dataclass(frozen=True, slots=True)
class Filter:
    """One row of the table: its word on the page, how its text is read ("" and None: not asked), what it means.

    With `words` the value is also a facet: those are the facets of which one must be there. `ended` says that only
    ended matters have it (True) or only open ones (False).
    """

    word: str | Promise
    read: Callable[[str], Any]
    where: Condition
    words: Callable[[Any, Asked], list[str]] | None = None
    ended: bool | None = None

    def fits(self, shelf: str) -> bool:
        """Whether anything on that shelf can have it."""
        return self.ended is None or shelf == ALL or self.ended != is_open(shelf)


def _row(word: str | Promise, read: Callable[[str], Any], where: Condition, **more: Any) -> Any:
    empty = read("")
    return field(default=empty, metadata={"filter": Filter(word, read, where, **more)})


def number(text: str) -> int | None:
    """A primary key or level as it stands in an address; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def one_of(values: "tuple[str, ...] | list[str]") -> Callable[[str], str]:
    """Reads one of these values; "" for anything else."""
    return lambda text: text if text in values else ""


def some_handler(text: str) -> str:
    """One of HANDLERS, or the id of a person."""
    return text if text in HANDLERS or number(text) else ""


def some_days(text: str) -> str:
    """A span of days: one of RECENT, or "2026-11-01..2026-11-24" where either end may be missing."""
    if text in RECENT:
        return text
    first, dots, last = text.partition("..")
    try:
        ends = [date.fromisoformat(end) if end else None for end in (first, last)]
    except ValueError:
        return ""
    return text if dots and any(ends) and all(end is None or 1900 < end.year < 9999 for end in ends) else ""


def days(text: str, today: date) -> tuple[date | None, date | None]:
    """The first and the last day of a span that `some_days` has read; None where it is open."""
    if text in RECENT:
        return today - timedelta(days=RECENT[text] - 1), today
    first, _dots, last = text.partition("..")
    return (date.fromisoformat(first) if first else None, date.fromisoformat(last) if last else None)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=CHINA)


def _within(column: str) -> Condition:
    """The moment in this column lies on one of the days (China date)."""

    def where(text: str, asked: Asked) -> Q:
        first, last = days(text, timezone.localdate(asked.now))
        condition = Q()
        if first:
            condition &= Q(**{f"{column}__gte": _midnight(first)})
        if last:
            condition &= Q(**{f"{column}__lt": _midnight(last + timedelta(days=1))})
        return condition

    return where


def _closed_words(text: str, asked: Asked) -> list[str]:
    today = timezone.localdate(asked.now)
    first, last = days(text, today)
    return [facets.word("closed", span) for span in facets.spans(first or facets.EARLIEST, last or today)]


def _closed(text: str, asked: Asked) -> Q:
    return Q(pk__in=Closure.objects.filter(_within("at")(text, asked), reopened_at=None).values("matter"))


def _searched(words: str, asked: Asked) -> Q:
    return search.matching(words, span=asked.span)


def _equal(column: str) -> Condition:
    return lambda value, _asked: Q(**{column: value})


def _facet(name: str) -> Callable[[Any, Asked], list[str]]:
    return lambda value, _asked: [facets.word(name, value)]


def categories(category_id: int, asked: Asked) -> list[int]:
    """The category and all below it, however deep the catalogue is: one query for an actor."""
    known: dict[int, list[int]] = asked.actor.memo.setdefault("matters.categories", {})
    if category_id not in known:
        with connection.cursor() as cursor:
            cursor.execute(_BELOW, [category_id])
            known[category_id] = [pk for (pk,) in cursor.fetchall()]
    return known[category_id]


# UNION, not UNION ALL: a ring of parents ends.
_BELOW = """
WITH RECURSIVE below (id) AS (
  SELECT id FROM matters_category WHERE id = %s
  UNION SELECT c.id FROM matters_category AS c JOIN below ON c.parent_id = below.id
)
SELECT id FROM below ORDER BY id
"""


def _handler(value: str, asked: Asked) -> Q:
    if value == "me":
        return Q(matter__handler=asked.actor.user_id)
    if value in HANDLERS:
        return Q(matter__handler=None, matter__unit=None)
    return Q(matter__handler=int(value))


def _handler_words(value: str, asked: Asked) -> list[str]:
    if value == "me":
        return [facets.word("handler", asked.actor.user_id)]
    return [facets.NOBODY if value in HANDLERS else facets.word("handler", value)]


def _returned(value: str) -> Q:
    if value != "returned":
        return Q()
    return Q(Exists(Assignment.objects.filter(matter=OuterRef("pk"), ended_at__isnull=False)))


def _due(value: str, asked: Asked) -> Q:
    now = asked.now
    if value == "over":
        return Q(due_at__lt=now)
    if value == "soon":
        return Q(due_at__gte=now, due_at__lt=now + SOON)
    warned = Exists(Deadline.objects.filter(dossier=OuterRef("pk"), ended_at=None, warn_at__lte=now))
    return Q(warned if value == "warned" else ~warned, due_at__gte=now)


def _below(node_id: int, asked: Asked) -> Q:
    """At or below a place: today's by what lies there now, one that has ended by what was filed there in its day."""
    node = place(node_id)
    if node is None:
        return Q(pk__in=[])
    if node.has_ended(timezone.localdate(asked.now)):
        # Nested, so that the index of node_then alone gives the ids and the scope's index need not read rows.
        filed = Dossier.objects.filter(node_then__in=Node.objects.below(node.path).values("pk"))
        return Q(pk__in=filed.values("pk"))
    if column := LEVEL_FIELDS.get(node.level):
        return Q(**{f"{column}_id": node_id})
    return at_or_below(node.path)


def place(node_id: int) -> Node | None:
    """The place of a filter, kept in the process as long as the tree has not changed: a page asks for it four times."""
    known = _places.get()
    if node_id not in known:
        known[node_id] = Node.objects.filter(pk=node_id).first()
    return known[node_id]


_places: Kept[dict[int, Node | None]] = Kept(dict)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to: the shelf, and every row of the table. All of it is text from the address.

    A field that is None or "" is not asked. What cannot be read counts as not asked.
    """

    step: str = FIRST
    node: int | None = _row(_("地点"), number, _below)
    category: int | None = _row(
        _("类别"),
        number,
        lambda value, asked: Q(matter__category__in=categories(value, asked)),
        words=lambda value, asked: [facets.word("category", each) for each in categories(value, asked)],
    )
    due: str = _row(_("时限"), one_of(DUE), _due, ended=False)
    source: str = _row(_("来源"), one_of(Source.values), _equal("matter__source"), words=_facet("source"))
    unit: int | None = _row(_("单位"), number, _equal("matter__unit"), words=_facet("unit"))
    handler: str = _row(_("承办"), some_handler, _handler, words=_handler_words)
    urgency: str = _row(_("紧急程度"), one_of(Urgency.values), _equal("matter__urgency"), words=_facet("urgency"))
    profile: str = _row(_("流程"), one_of(Profile.values), _equal("matter__profile"), words=_facet("profile"))
    desk: int | None = _row(_("所在工作台"), number, _equal("matter__desk_level"), words=_facet("desk"))
    reported: str = _row(_("登记日期"), some_days, _within("opened_at"))
    deadline: str = _row(_("到期日期"), some_days, _within("due_at"), ended=False)
    closed: str = _row(_("办结日期"), some_days, _closed, words=_closed_words, ended=True)
    outcome: str = _row(
        _("办理结果"),
        one_of(Outcome.values),
        lambda value, _asked: Q(pk__in=Closure.objects.filter(outcome=value, reopened_at=None).values("matter")),
        words=_facet("outcome"),
        ended=True,
    )
    rating: int | None = _row(
        _("评价"), lambda text: score if (score := number(text)) in Rating.Score.values else None,
        _equal("matter__rating__score"), words=_facet("rating"),
    )  # fmt: skip
    words: str = _row(_("检索词"), lambda text: text.strip()[:MOST_WORDS], _searched)

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Filters":
        """From the query of an address; unknown or broken values count as absent.

        A span of days also comes as the two ends of a form: reported_from, reported_to.
        """
        shelf = query.get("step") or (ALL if query.get("q", "").strip() else FIRST)
        found = {name: row.read(_text(query, name)) for name, row in table().items()}
        return cls(step=shelf if shelf in SHELVES else FIRST, **found)

    def query(self, **changes: Any) -> str:
        """The address's query for these filters with some changed; what is not asked is left out."""
        return "?" + urlencode(replace(self, **changes).pairs() if changes else self.pairs())

    def pairs(self) -> list[tuple[str, Any]]:
        """The shelf and what is asked, by the names of the address."""
        return [("step", self.step), *((_NAMES.get(name, name), value) for name, value in self.asked().items())]

    def asked(self) -> dict[str, Any]:
        """The rows of the table that this list is narrowed by: name → value."""
        found = {name: getattr(self, name) for name in table()}
        return {name: value for name, value in found.items() if value not in ("", None)}

    @property
    def bare(self) -> bool:
        """Whether it is a whole shelf."""
        return not self.asked()


_NAMES = {"words": "q"}  # how a field is called in the address, where that differs


@cache
def table() -> dict[str, Filter]:
    """The table: name → row, in the order in which the page offers them."""
    return {each.name: each.metadata["filter"] for each in fields(Filters) if each.name != "step"}


def _text(query: Mapping[str, str], name: str) -> str:
    text = str(query.get(_NAMES.get(name, name), ""))
    ends = [str(query.get(f"{name}_{end}", "")) for end in ("from", "to")]
    return text or ("..".join(ends) if any(ends) else "")


def conditions(filters: Filters, asked: Asked) -> Q:
    """Everything but scope and shelf, as one condition on dossiers."""
    condition, every = Q(), []
    for name, value in filters.asked().items():
        row = table()[name]
        if not row.fits(filters.step):
            return Q(pk__in=[])
        if row.words is None or not available():
            condition &= row.where(value, asked)
            continue
        words = row.words(value, asked)
        if len(words) == 1:
            every += words
        else:
            condition &= Q(Holds("facets", words))
    if every:
        condition &= Q(Holds("facets", every, every=True))
    if asked.span:
        condition &= Q(pk__range=asked.span)
    return condition & _returned(filters.handler)
