"""The work list as pages show it: tabs, chips that open choices, rows, and what comes after the matter at hand."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.requests import Request
from lastmeter.dossiers.models import Dossier
from lastmeter.grid import scope, tree
from lastmeter.grid.history import versions
from lastmeter.grid.models import Level, Node, Unit, at_or_below, lineage
from lastmeter.kit.ids import row_id
from lastmeter.matters import lists
from lastmeter.matters.forms.fields import category_choices
from lastmeter.matters.lists import Filters
from lastmeter.matters.models import Source

TABS: tuple[tuple[str, str | Promise], ...] = (
    ("waiting", gettext_lazy("待处理")),
    ("handling", gettext_lazy("办理中")),
    ("answered", gettext_lazy("待核查")),
    ("revisit", gettext_lazy("待回访")),
    ("open", gettext_lazy("全部未结")),
    ("done", gettext_lazy("已办结")),
    ("ended", gettext_lazy("其他结束")),
    ("archived", gettext_lazy("已归档")),
)
FRONT = ("waiting", "handling", "answered", "revisit", "open")
COUNTED = ("waiting", "handling", "answered", "revisit")
MOST_CHOICES = 80


@dataclass(frozen=True, slots=True)
class Tab:
    """A shelf of the list; `count` is None where it is not counted, "999+" when there are more."""

    word: str | Promise
    href: str
    on: bool
    count: str | None


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter."""

    word: str
    href: str
    on: bool


@dataclass(frozen=True, slots=True)
class Menu:
    """A filter: its name, what is chosen now (empty = nothing), how to take it off, and its choices."""

    name: str
    chosen: str
    off: str
    choices: list[Choice]


def read(query: QueryDict) -> tuple[Filters, str]:
    """The filters of an address, and the query that carries them (and the page) to the next one.

    `?place=` is a code that a place has or had, or its id; it becomes the filter `node`.
    """
    filters = Filters.read({name: str(query[name]) for name in query})
    if (place := query.get("place", "").strip()[:40]) and (node := _named(place)):
        filters = replace(filters, node=node.pk)
    cursor = query.get("cursor", "")[:400]
    return filters, filters.query() + (f"&{urlencode({'cursor': cursor})}" if cursor else "")


def _named(place: str) -> Node | None:
    return tree.resolve_code(place) or Node.objects.filter(pk=row_id(place) or 0).first()


def beside(request: Request, filters: Filters, current: int | None) -> dict[str, object]:
    """The context of the list: its page, tabs and menus, and the address of the matter after `current`."""
    now = timezone.now()
    page = lists.work_list(request.actor, filters, request.GET.get("cursor"), now=now)
    _same, query = read(request.GET)
    following = _after(page.items, current)
    return {
        "page": page,
        "filters": filters,
        "query": query,
        "current": current,
        **_tabs(request.actor, filters),
        "menus": list(_menus(request.actor, filters)),
        "pages": {name: _page_link(filters, cursor) for name, cursor in (("prev", page.prev), ("next", page.next))},
        "following": reverse("matter", args=[following.number]) + query if following else "",
        "unsearched": reverse("queue") + filters.query(words=""),
        "cleared": reverse("queue") + Filters(step=filters.step).query(),
        "bare": filters == Filters(step=filters.step),
        "of_old": _of_old(filters),
    }


def _of_old(filters: Filters) -> str:
    """What to say when the chosen place has ended: whose matters these are, and whose ground it is now."""
    node = lists.place(filters.node) if filters.node else None
    if node is None or not node.has_ended(timezone.localdate()):
        return ""
    heirs = versions.successors(node)
    if not heirs:
        return _("这是旧网格“%(old)s”当时的事项；它没有接替的网格。") % {"old": node.name}
    names = _("、").join(each.name for each in heirs)
    return _("这是旧网格“%(old)s”当时的事项；现在归%(new)s。") % {"old": node.name, "new": names}


def _page_link(filters: Filters, cursor: str | None) -> str:
    return f"{reverse('queue')}{filters.query()}&{urlencode({'cursor': cursor})}" if cursor else ""


def _after(rows: list[Dossier], current: int | None) -> Dossier | None:
    """The row after the current one; when it has left the list, the first: the most pressing that remains."""
    keys = [row.pk for row in rows]
    at = keys.index(current) + 1 if current in keys else 0
    return rows[at] if at < len(rows) else None


def _tabs(actor: Actor, filters: Filters) -> dict[str, list[Tab]]:
    """The counted shelves and the open one as tabs, the quiet ones behind 更多; the current one is always a tab."""
    # Words are searched through an index of their own: counting every shelf would search as many times.
    shelves = [filters.step] if filters.words else list(COUNTED)
    wanted = [replace(filters, step=shelf) for shelf in shelves]
    figures = dict(zip(shelves, lists.counts(actor, wanted, now=timezone.now()), strict=True))
    tabs: list[Tab] = []
    rest: list[Tab] = []
    for shelf, word in TABS:
        href, on = reverse("queue") + filters.query(step=shelf), filters.step == shelf
        (tabs if on or shelf in FRONT else rest).append(Tab(word, href, on, _capped(figures.get(shelf))))
    return {"tabs": tabs, "more_tabs": rest}


def _capped(figure: int | None) -> str | None:
    if figure is None:
        return None
    return _("%(most)d+") % {"most": lists.COUNT_CAP - 1} if figure >= lists.COUNT_CAP else str(figure)


def _menus(actor: Actor, filters: Filters) -> Iterator[Menu]:
    places = [(node.pk, node.name) for node in _places(actor, filters)]
    yield _menu(filters, "node", _("地点"), places)
    groups = [value if isinstance(value, list) else [(key, value)] for key, value in category_choices()]
    categories = [(int(key), str(name)) for group in groups for key, name in group]
    yield _menu(filters, "category", _("类别"), categories)
    yield _menu(filters, "due", _("时限"), [("over", _("已超期")), ("soon", _("24 小时内到期"))])
    yield _menu(filters, "source", _("来源"), [(value, str(label)) for value, label in Source.choices])
    desks = [(level.value, str(level.label)) for level in (Level.GRID, Level.COMMUNITY, Level.TOWN)]
    yield _menu(filters, "desk", _("所在工作台"), desks)
    yield _menu(filters, "unit", _("单位"), [(unit.pk, unit.name) for unit in _units(actor)])
    yield _menu(
        filters, "handler", _("承办"), [("me", _("由我办理")), ("nobody", _("还没有人办")), ("returned", _("被退回的"))]
    )


def _menu(filters: Filters, name: str, label: str, choices: "list[tuple[int, str]] | list[tuple[str, str]]") -> Menu:
    now, queue = getattr(filters, name), reverse("queue")
    words: dict[object, str] = dict(choices)
    return Menu(
        label,
        (words.get(now) or _elsewhere(name, now)) if now not in (None, "") else "",
        queue + filters.query(**{name: None}),
        [Choice(word, queue + filters.query(**{name: value}), value == now) for value, word in choices],
    )


def _elsewhere(name: str, value: Any) -> str:
    """The word of a chosen value that is not among the choices offered (a place further down, a closed unit)."""
    rows: dict[str, QuerySet[Any, str]] = {
        "node": Node.objects.filter(pk=value).values_list("name", flat=True),
        "unit": Unit.objects.filter(pk=value).values_list("name", flat=True),
    }
    return (name in rows and rows[name].first()) or _("未知")


def _places(actor: Actor, filters: Filters) -> "QuerySet[Node]":
    """One step further down: the children of the chosen place, or of the places where the actor holds posts."""
    parents = [filters.node] if filters.node else [each.node_id for each in scope.reach(actor).nodes]
    today = timezone.localdate()
    return Node.objects.current(today).filter(parent__in=parents).order_by("path")[:MOST_CHOICES]


def _units(actor: Actor) -> "QuerySet[Unit]":
    """Units that serve the actor's places, from above or from within."""
    served = Q(pk__in=scope.reach(actor).units)
    for each in scope.reach(actor).nodes:
        served |= Q(node__path__in=lineage(each.path)) | at_or_below(each.path, "node__path")
    return Unit.objects.filter(served, closed_on=None).order_by("pk")[:MOST_CHOICES]
