"""The work list as pages show it: tabs, chips that open choices, rows, and what comes after the matter at hand."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.requests import Request
from lastmeter.dossiers.models import Dossier
from lastmeter.grid import tree
from lastmeter.grid.history import versions
from lastmeter.grid.models import Node
from lastmeter.kit.ids import row_id
from lastmeter.kit.paging import Page
from lastmeter.kit.text import hits
from lastmeter.matters.lists import choosing, columns, reading
from lastmeter.matters.lists.filters import Filters, place, table
from lastmeter.matters.models import Source, Urgency

TABS: tuple[tuple[str, str | Promise], ...] = (
    ("waiting", gettext_lazy("待处理")),
    ("handling", gettext_lazy("办理中")),
    ("answered", gettext_lazy("待核查")),
    ("revisit", gettext_lazy("待回访")),
    ("open", gettext_lazy("全部未结")),
    ("done", gettext_lazy("已办结")),
    ("ended", gettext_lazy("其他结束")),
    ("archived", gettext_lazy("已归档")),
    ("all", pgettext_lazy("shelf", "全部")),
)
FRONT = ("waiting", "handling", "answered", "revisit", "open")
COUNTED = ("waiting", "handling", "answered", "revisit")
PAGES = ("queue", "queue-table", "queue-map")  # the pages of one list, by the names of their addresses
REMEMBERED = "list_columns"  # the session's key for the columns somebody chose last
SOURCES = dict(Source.choices)
MARK = ((mark_safe(""), mark_safe("")), (mark_safe("<mark>"), mark_safe("</mark>")))
MENUS = ("node", "category", "due", "source", "unit", "handler")  # the others stand behind 更多条件


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
    """A filter as it is offered: its choices, or where to ask for them; with `dates` also two days to type."""

    name: str
    word: str | Promise
    choices: list[Choice]
    asked_at: str = ""
    dates: bool = False
    kept: list[tuple[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Line:
    """A matter as a row of the list shows it."""

    row: Dossier
    href: str
    title: str
    around: str
    notes: SafeString
    urgent: str


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on: what it says, and the address without it."""

    word: str
    href: str


def read(query: QueryDict) -> tuple[Filters, str]:
    """The filters of an address, and the query that carries them (and the page) to the next one.

    `?place=` is a code that a place has or had, or its id; it becomes the filter `node`.
    """
    filters = Filters.read({name: str(query[name]) for name in query})
    if (place := query.get("place", "").strip()[:40]) and (node := _named(place)):
        filters = replace(filters, node=node.pk)
    cursor = query.get("cursor", "")[:400]
    return filters, filters.query() + (f"&{urlencode({'cursor': cursor})}" if cursor else "")


def named(filters: Filters, query: QueryDict) -> bool:
    """Whether an address names a list: beside a matter opened from a notice or a letter none stands."""
    return bool(filters.asked() or {"step", "cursor"} & set(query))


def _named(place: str) -> Node | None:
    return tree.resolve_code(place) or Node.objects.filter(pk=row_id(place) or 0).first()


def remember_columns(request: Request) -> None:
    """Keep the columns that the address names, for every table this browser opens from now on."""
    if asked := ",".join(request.GET.getlist("cols")):
        request.session[REMEMBERED] = columns.text(columns.read(asked))


def chosen_columns(request: Request) -> list[columns.Column]:
    """The columns of the address, else those chosen last on this browser, else the usual ones."""
    remember_columns(request)
    return columns.read(str(request.session.get(REMEMBERED, "")))


def beside(request: Request, filters: Filters, current: int | None) -> dict[str, object]:
    """The context of the list: its page, tabs and menus, and the address of the matter after `current`."""
    now = timezone.now()
    page = reading.work_list(request.actor, filters, request.GET.get("cursor"), now=now)
    _same, query = read(request.GET)
    following = _chosen(request, page.items) or _after(page.items, current)
    return {
        "page": page,
        "rows": [line_of(row, query, filters.words) for row in page.items],
        "query": query,
        "current": current,
        "pages": {name: _page_link(filters, cursor) for name, cursor in (("prev", page.prev), ("next", page.next))},
        "following": reverse("matter", args=[following.number]) + query if following else "",
        "next_number": following.number if following else "",
        **narrowing(request.actor, filters, page),
    }


def narrowing(actor: Actor, filters: Filters, page: Page[Dossier] | None, at: str = "queue") -> dict[str, object]:
    """What stands above a list: shelves, chips of what is on, menus of what can be asked. `at` is one of PAGES."""
    there = reverse(at)
    menus = list(_menus(actor, filters, at))
    return {
        "filters": filters,
        "at": at,
        "there": there,
        **_tabs(actor, filters, there, page),
        "chips": list(_chips(actor, filters, there)),
        "menus": [menu for menu in menus if menu.name in MENUS],
        "more_menus": [menu for menu in menus if menu.name not in MENUS],
        "cleared": there + Filters(step=filters.step).query(),
        "bare": filters.bare,
        "of_old": _of_old(filters),
    }


def _of_old(filters: Filters) -> str:
    """What to say when the chosen place has ended: whose matters these are, and whose ground it is now."""
    node = place(filters.node) if filters.node else None
    if node is None or not node.has_ended(timezone.localdate()):
        return ""
    heirs = versions.successors(node)
    if not heirs:
        return _("这是旧网格“%(old)s”当时的事项；它没有接替的网格。") % {"old": node.name}
    names = _("、").join(each.name for each in heirs)
    return _("这是旧网格“%(old)s”当时的事项；现在归%(new)s。") % {"old": node.name, "new": names}


def _page_link(filters: Filters, cursor: str | None) -> str:
    return f"{reverse('queue')}{filters.query()}&{urlencode({'cursor': cursor})}" if cursor else ""


def line_of(row: Dossier, query: str, words: str = "") -> Line:
    """A row of the list; where words were searched, they are marked in the title, else in the text or the place."""
    matter = row.matter
    place = " · ".join(node.name for node in (row.community, row.grid) if node)
    category, holder = matter.category, matter.unit or matter.handler
    notes = (place, category.label if category else "", SOURCES[matter.source], holder.name if holder else "")
    in_title = hits(row.title, words, around=60) if words else []
    around = hits(matter.text, words) or hits(row.place, words) if words and not in_title else []
    return Line(
        row,
        f"{reverse('matter', args=[row.number])}{query}",
        _marked(in_title) if in_title else row.title,
        _marked(around),
        format_html_join("", "<span>{}</span>", ((note,) for note in notes if note)),
        "" if matter.urgency == Urgency.NORMAL else str(matter.get_urgency_display()),
    )


def _marked(pieces: list[tuple[str, bool]]) -> SafeString:
    marked = (MARK[hit] for _piece, hit in pieces)
    return format_html_join(
        "", "{}{}{}", ((start, piece, end) for (start, end), (piece, _hit) in zip(marked, pieces, strict=True))
    )


def _chosen(request: Request, rows: list[Dossier]) -> Dossier | None:
    """The row that came after the matter before it was acted on and left the list."""
    number = request.GET.get("next", "")
    return next((row for row in rows if row.number == number), None)


def _after(rows: list[Dossier], current: int | None) -> Dossier | None:
    """The row after the current one; when it has left the list, the first: the most pressing that remains."""
    keys = [row.pk for row in rows]
    at = keys.index(current) + 1 if current in keys else 0
    return rows[at] if at < len(rows) else None


def _tabs(actor: Actor, filters: Filters, there: str, page: Page[Dossier] | None) -> dict[str, object]:
    """The counted shelves and the open one as tabs, the quiet ones behind 更多; the current one is always a tab."""
    figures = _figures(actor, filters, page)
    tabs: list[Tab] = []
    rest: list[Tab] = []
    for shelf, word in TABS:
        href, on = there + filters.query(step=shelf), filters.step == shelf
        (tabs if on or shelf in FRONT else rest).append(Tab(word, href, on, figures.get(shelf)))
    return {"tabs": tabs, "more_tabs": rest, "total": figures[filters.step]}


def _figures(actor: Actor, filters: Filters, page: Page[Dossier] | None) -> dict[str, str]:
    """shelf → how many, as it is shown. Narrowed lists count the shelf at hand alone: each costs as much as its list;
    of searched ones the page itself says how many there are, or that there are more."""
    if filters.words and page:
        shown = len(page.items)
        return {filters.step: _("%(most)d+") % {"most": shown} if page.next or page.prev else str(shown)}
    shelves = [*COUNTED, filters.step] if reading.plain(filters) else [filters.step]
    wanted = [replace(filters, step=shelf) for shelf in shelves]
    counted = reading.counts(actor, wanted, now=timezone.now())
    return {shelf: capped(figure) for shelf, figure in zip(shelves, counted, strict=True)}


def capped(figure: int) -> str:
    """A count as it is shown: "999+" where counting stopped."""
    return _("%(most)d+") % {"most": reading.COUNT_CAP - 1} if figure >= reading.COUNT_CAP else str(figure)


def _chips(actor: Actor, filters: Filters, there: str) -> Iterator[Chip]:
    for name, value in filters.asked().items():
        row, said = table()[name], choosing.word(name, value, actor, filters)
        if choosing.OFFERS[name].dates:
            said = _("%(filter)s：%(value)s") % {"filter": row.word, "value": said}
        yield Chip(said, there + filters.query(**{name: row.read("")}))


def _menus(actor: Actor, filters: Filters, at: str) -> Iterator[Menu]:
    asked = filters.asked()
    for name, offer in choosing.OFFERS.items():
        if name == "words" or (name in asked and not offer.deeper) or not table()[name].fits(filters.step):
            continue
        if offer.rows:
            yield Menu(name, table()[name].word, [], reverse("queue-choices", args=[at, name]) + filters.query())
        else:
            yield menu_of(name, actor, filters, at)


def menu_of(name: str, actor: Actor, filters: Filters, at: str) -> Menu:
    """One filter with its choices, as links to the list they lead to."""
    asked, there, offer = filters.asked(), reverse(at), choosing.OFFERS[name]
    links = [
        Choice(word, there + filters.query(**{name: value}), asked.get(name) == value)
        for value, word in choosing.choices(name, actor, filters)
    ]
    return Menu(name, table()[name].word, links, "", offer.dates, filters.pairs() if offer.dates else [])
