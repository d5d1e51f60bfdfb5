"""What a filter offers and how its value reads: the choices of a menu, the word of a chip."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.grid import scope
from lastmeter.grid.models import Level, Node, Tenure, Unit, at_or_below, lineage
from lastmeter.matters.lists import filters as rows
from lastmeter.matters.lists.filters import Filters
from lastmeter.matters.models import Category, Outcome, Profile, Rating, Source, Urgency
from lastmeter.matters.policy import WORKERS

MOST_CHOICES = 60
Choice = tuple[Any, str]

DUE: tuple[tuple[str, str | Promise], ...] = (
    ("over", gettext_lazy("已超期（红）")),
    ("warned", gettext_lazy("快到期（黄）")),
    ("ample", gettext_lazy("时间充裕（绿）")),
    ("soon", gettext_lazy("24 小时内到期")),
)
HANDLERS: tuple[tuple[str, str | Promise], ...] = (
    ("me", gettext_lazy("由我办理")),
    ("nobody", gettext_lazy("还没有人办")),
    ("returned", gettext_lazy("被退回的")),
)
RECENT: tuple[tuple[str, str | Promise], ...] = (
    ("today", gettext_lazy("今天")),
    ("7d", gettext_lazy("近 7 天")),
    ("30d", gettext_lazy("近 30 天")),
    ("90d", gettext_lazy("近 90 天")),
)


@dataclass(frozen=True, slots=True)
class Offer:
    """How one filter is offered: its choices for this actor, and the word of a value that is not among them.

    Those that are `rows` of the database are asked for when their menu is opened; with `deeper` also below a choice.
    """

    choices: Callable[[Actor, Filters], list[Choice]]
    named: Callable[[Any], str] = lambda _value: ""
    dates: bool = False
    rows: bool = False
    deeper: bool = False


def _fixed(pairs: "Iterable[tuple[Any, str | Promise]]") -> Callable[[Actor, Filters], list[Choice]]:
    held = tuple(pairs)
    return lambda _actor, _filters: [(value, str(word)) for value, word in held]


def _places(actor: Actor, filters: Filters) -> list[Choice]:
    """One step further down: the children of the chosen place, or of the places where the actor holds posts."""
    parents = [filters.node] if filters.node else [each.node_id for each in scope.reach(actor).nodes]
    below = Node.objects.current(timezone.localdate()).filter(parent__in=parents).order_by("path")
    return list(below.values_list("pk", "name")[:MOST_CHOICES])


def _categories(_actor: Actor, filters: Filters) -> list[Choice]:
    """One step further down in the catalogue."""
    found = Category.objects.filter(parent=filters.category, valid_to=None).order_by("scheme", "pk")
    return [(each.pk, each.label) for each in found.only("pk", "name", "name_en")[:MOST_CHOICES]]


def _units(actor: Actor, _filters: Filters) -> list[Choice]:
    """Units that serve the actor's places, from above or from within."""
    served = Q(pk__in=scope.reach(actor).units)
    for each in scope.reach(actor).nodes:
        served |= Q(node__path__in=lineage(each.path)) | at_or_below(each.path, "node__path")
    return list(Unit.objects.filter(served, closed_on=None).order_by("pk").values_list("pk", "name")[:MOST_CHOICES])


def _handlers(actor: Actor, filters: Filters) -> list[Choice]:
    """Nobody, me, and the workers of the actor's own places."""
    below = scope.inside((each.path for each in scope.reach(actor).nodes), "post__node__path")
    held = Tenure.objects.current(timezone.localdate()).filter(below, post__role__in=WORKERS, user__is_active=True)
    people = held.order_by("post__node__path").values_list("user", "user__name")[:MOST_CHOICES]
    return [*_fixed(HANDLERS)(actor, filters), *dict.fromkeys((str(pk), name) for pk, name in people)]


def _name(found: "QuerySet[Any, Any]") -> Callable[[Any], str]:
    def named(value: Any) -> str:
        row = found.filter(pk=int(value)).first()
        return str(row.label if isinstance(row, Category) else row.name) if row else ""

    return named


def _handler(value: str) -> str:
    words = dict(HANDLERS)
    return str(words[value]) if value in words else _name(User.objects.all())(value)


def _days(value: str) -> str:
    first, last = rows.days(value, timezone.localdate())
    if first and last:
        return _("%(first)s 至 %(last)s") % {"first": first.isoformat(), "last": last.isoformat()}
    one: date | None = first or last
    return (_("%(day)s 起") if first else _("到 %(day)s")) % {"day": one.isoformat() if one else ""}


DATES = Offer(_fixed(RECENT), _days, dates=True)
OFFERS: dict[str, Offer] = {
    "node": Offer(_places, _name(Node.objects.all()), rows=True, deeper=True),
    "category": Offer(_categories, _name(Category.objects.all()), rows=True, deeper=True),
    "due": Offer(_fixed(DUE)),
    "source": Offer(_fixed(Source.choices)),
    "unit": Offer(_units, _name(Unit.objects.all()), rows=True),
    "handler": Offer(_handlers, _handler, rows=True),
    "urgency": Offer(_fixed(Urgency.choices)),
    "profile": Offer(_fixed(Profile.choices)),
    "desk": Offer(_fixed((level.value, level.label) for level in (Level.GRID, Level.COMMUNITY, Level.TOWN))),
    "reported": DATES,
    "deadline": DATES,
    "closed": DATES,
    "outcome": Offer(_fixed(Outcome.choices)),
    "rating": Offer(_fixed(Rating.Score.choices)),
    "words": Offer(_fixed(()), lambda words: _("搜“%(words)s”") % {"words": words}),
}


def choices(name: str, actor: Actor, filters: Filters) -> list[Choice]:
    """What the filter of that name offers this actor now."""
    return OFFERS[name].choices(actor, filters)


def word(name: str, value: Any, actor: Actor, filters: Filters) -> str:
    """How a value that is asked reads; "未知" when nothing has it (any more)."""
    offer = OFFERS[name]
    offered = {} if offer.rows else dict(offer.choices(actor, filters))
    return offered.get(value) or offer.named(value) or _("未知")


def words(actor: Actor, filters: Filters) -> list[str]:
    """All that is asked, in words: for the head of a paper or of a table."""
    return [
        _("%(filter)s：%(value)s") % {"filter": rows.table()[name].word, "value": word(name, value, actor, filters)}
        for name, value in filters.asked().items()
    ]
