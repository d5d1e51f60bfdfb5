"""Work lists: what an actor may see, filtered by what the address says, in keyset order, counted up to a cap."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet

from lastmeter.accounts.actors import Actor
from lastmeter.dossiers import access, facets
from lastmeter.dossiers.models import Dossier, DossierKind
from lastmeter.kit.paging import Page, Try, merge_page
from lastmeter.matters.lists import shelves
from lastmeter.matters.lists.filters import Asked, Filters, conditions
from lastmeter.matters.lists.readings import readings

PAGE_SIZE = 50
COUNT_CAP = 1000
NEWEST = (40_000, 250_000)  # among how many dossiers words are searched first, and then

Statement = tuple[str, tuple[Any, ...]]


def work_list(
    actor: Actor, filters: Filters, cursor: str | None, *, now: datetime, size: int = PAGE_SIZE
) -> Page[Dossier]:
    """One page of what the actor may see: open work by due date, ended work newest first.

    Each branch (a place of the scope × a step, or participation) walks its own index; the pages are merged.
    """
    rows = shown(Dossier.objects.all(), searched=bool(filters.words))
    order = shelves.order(filters.step)
    if not facets.available():
        return merge_page(branches(actor, filters, now=now), cursor, size, order, rows=rows)
    return merge_page([], cursor, size, order, rows=rows, tries=_tries(actor, filters, now, first=not cursor))


def _tries(actor: Actor, filters: Filters, now: datetime, *, first: bool) -> "list[Try[Dossier]]":
    """How the list is found by the indexes of its order, and by those of its facets and words."""
    asked = Asked(actor, now)
    if plain(filters):
        return [Try(_walks(actor, filters, now), None, _asked(access.taking_part(actor), filters, asked))]
    if len(ways := readings(actor, filters)) > 1:
        return [_any_of(actor, ways, now)]
    whole = Try(asked=_asked(access.branches(actor), filters, asked))
    if filters.words and not shelves.is_open(filters.step):
        return [*_newest(actor, filters, now), whole] if first else [whole]
    if not filters.words and count(actor, filters, now=now) < COUNT_CAP:
        return [whole]
    rest = conditions(replace(filters, node=None), asked)
    return [Try(_walks(actor, filters, now), rest, _asked(access.taking_part(actor), filters, asked)), whole]


def _any_of(actor: Actor, ways: Sequence[Filters], now: datetime) -> "Try[Dossier]":
    """Words that name a place: whole places walk their indexes, the rest is found by its words."""
    walks, found = [], []
    for each in ways:
        if plain(each):
            walks += _walks(actor, each, now)
        found += _asked(access.taking_part(actor) if plain(each) else access.branches(actor), each, Asked(actor, now))
    return Try(walks, None, found)


def _walks(actor: Actor, filters: Filters, now: datetime) -> "list[QuerySet[Dossier]]":
    """The shelf in the places of the scope, each walking its own index; only the place that is asked narrows it yet."""
    place = conditions(Filters(step=filters.step, node=filters.node), Asked(actor, now))
    matters = Dossier.objects.filter(place, kind=DossierKind.MATTER)
    return [matters.filter(scope, step) for scope in access.in_scope(actor) for step in shelves.by_step(filters.step)]


def _asked(branches: Sequence[Q], filters: Filters, asked: Asked) -> "list[QuerySet[Dossier]]":
    """The list in these branches through the index of facets, where a shelf is the facet `step`."""
    condition = conditions(filters, asked) & on_shelf(filters.step)
    return [Dossier.objects.filter(condition, branch, kind=DossierKind.MATTER) for branch in branches]


def _newest(actor: Actor, filters: Filters, now: datetime) -> "Iterator[Try[Dossier]]":
    """Searched words among the newest dossiers alone: those of a frequent word lie on as many pages of the disk."""
    last = Dossier.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    for many in NEWEST:
        if last > many:
            asked = Asked(actor, now, newer=last - many)
            yield Try(asked=_asked(access.branches(actor), filters, asked))


def on_shelf(shelf: str) -> Q:
    """The condition that a dossier stands on the shelf, through the index of facets."""
    return Q() if shelf == shelves.ALL else Q(facets.Holds("step", shelves.SHELVES[shelf]))


def branches(actor: Actor, filters: Filters, *, now: datetime) -> "list[QuerySet[Dossier]]":
    """The list's indexed branches, unordered."""
    return [
        Dossier.objects.filter(conditions(each, Asked(actor, now)), branch, by_step, kind=DossierKind.MATTER)
        for each in readings(actor, filters)
        for branch in access.branches(actor)
        for by_step in shelves.by_step(filters.step)
    ]


# What a row of a list shows: values of these and nothing else leave the database.
ROW = (
    *("number", "title", "step", "is_open", "due_at", "opened_at", "updated_at", "place", "path", "node", "version"),
    *("community__name", "grid__name"),
    *("matter__source", "matter__urgency", "matter__desk_level", "matter__profile"),
    *("matter__category__name", "matter__category__name_en", "matter__unit__name", "matter__handler__name"),
)


def shown(matters: "QuerySet[Dossier]", *, searched: bool = False) -> "QuerySet[Dossier]":
    """With everything that a row of a list shows, in the same statement; with its text where words were searched."""
    related = ("matter__category", "matter__unit", "matter__handler", "community", "grid")
    return matters.select_related(*related).only(*ROW, *(["matter__text"] if searched else []))


def counts(actor: Actor, wanted: Sequence[Filters], *, now: datetime) -> list[int]:
    """How many each list holds, counted up to COUNT_CAP (1000 means "999+"): one statement for all lists.

    Kept in the actor's memo: the menu's badge and a tab of the page are often the same figure.
    """
    known: dict[Filters, int] = actor.memo.setdefault("matters.counts", {})
    if missing := [filters for filters in dict.fromkeys(wanted) if filters not in known]:
        known.update(zip(missing, _count(actor, missing, now=now), strict=True))
    return [known[filters] for filters in wanted]


def count(actor: Actor, filters: Filters, *, now: datetime) -> int:
    """How many one list holds, counted up to COUNT_CAP."""
    return counts(actor, [filters], now=now)[0]


def _count(actor: Actor, wanted: Sequence[Filters], *, now: datetime) -> list[int]:
    sums: list[str] = []
    params: list[Any] = []
    compiled: dict[tuple[object, ...], list[Statement]] = {}
    for filters in wanted:
        counted = _apart(actor, filters, ("pk",), COUNT_CAP, Q(), compiled, now=now)
        if len(readings(actor, filters)) > 1:
            counted = [each for each in [united(counted, once=True)] if each]
        sums.append(" + ".join(f"(SELECT COUNT(*) FROM ({sql}) AS counted)" for sql, _given in counted) or "0")  # noqa: S608
        params += [value for _sql, given in counted for value in given]
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(sums), params)
        [row] = cursor.fetchall()
    return [min(number, COUNT_CAP) for number in row]


def selected(actor: Actor, filters: Filters, columns: Sequence[str], narrowed: Q, *, now: datetime) -> Statement | None:
    """A SELECT of these columns, one of which tells rows apart, of the whole list, each row once; None: it is empty.

    `narrowed` to part of it.
    """
    parts = _apart(actor, filters, columns, None, narrowed, {}, now=now)
    return united(parts, once=len(readings(actor, filters)) > 1)


def united(parts: Sequence[Statement], *, once: bool) -> Statement | None:
    """The rows of all these SELECTs by one statement; `once`: where some give the same rows. None for none."""
    if not parts:
        return None
    sql = (" UNION " if once else " UNION ALL ").join(f"SELECT * FROM ({sql}) AS part" for sql, _given in parts)  # noqa: S608
    return sql, tuple(value for _sql, given in parts for value in given)


def plain(filters: Filters) -> bool:
    """Whether nothing but a place is asked: the list's own indexes then give it and its count."""
    return not set(filters.asked()) - {"node"}


def _apart(
    actor: Actor,
    filters: Filters,
    columns: Sequence[str],
    most: int | None,
    narrowed: Q,
    compiled: dict[tuple[object, ...], list[Statement]],
    *,
    now: datetime,
) -> list[Statement]:
    """One statement for each reading, branch and part of the shelf, without what an earlier branch already gave:
    somebody may reach a matter and also take part in it. Statements that differ in the step alone are compiled once."""
    ways = readings(actor, filters)
    return [part for way in ways for part in _branch(actor, way, columns, most, narrowed, compiled, now=now)]


def _branch(
    actor: Actor,
    filters: Filters,
    columns: Sequence[str],
    most: int | None,
    narrowed: Q,
    compiled: dict[tuple[object, ...], list[Statement]],
    *,
    now: datetime,
) -> list[Statement]:
    scopes, partaking = access.in_scope(actor), access.taking_part(actor)
    at_once = [(on_shelf(filters.step), "")]
    by_step = [(Q(*shape), step) for shape, step in shelves.shapes(filters.step)]
    ways = {
        "scope": at_once if facets.available() and not plain(filters) else by_step,
        "part": at_once if facets.available() else by_step,
    }
    found = []
    for way, branches in (("scope", scopes), ("part", partaking)):
        before = reduce(or_, scopes, Q(pk__in=[])) if way == "part" else Q(pk__in=[])
        for shape, step in ways[way]:
            key = (way, filters if step == "" else replace(filters, step="open"), shape)
            if key not in compiled:
                compiled[key] = _compile(actor, filters, shape & narrowed, branches, before, columns, most, now=now)
            found += [
                (sql, tuple(step if value == shelves.ANY_STEP else value for value in given))
                for sql, given in compiled[key]
            ]
    return found


def _compile(
    actor: Actor,
    filters: Filters,
    shape: Q,
    branches: Sequence[Q],
    before: Q,
    columns: Sequence[str],
    most: int | None,
    *,
    now: datetime,
) -> list[Statement]:
    matters = Dossier.objects.filter(conditions(filters, Asked(actor, now)), shape, kind=DossierKind.MATTER)
    found = []
    for branch in branches:
        try:
            rows = matters.filter(branch & ~before).order_by().values_list(*columns)[:most]
            found.append(rows.query.sql_with_params())
        except EmptyResultSet:
            pass
        before |= branch
    return found
