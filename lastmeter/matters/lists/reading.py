"""Work lists: what an actor may see, filtered by what the address says, in keyset order, counted up to a cap."""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from functools import lru_cache, reduce
from operator import or_
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet

from lastmeter.accounts.actors import Actor
from lastmeter.dossiers import access, facets, search
from lastmeter.dossiers.models import Dossier, DossierKind
from lastmeter.kit import lookups, plans
from lastmeter.kit.paging import Page, Place, Try, merge_page
from lastmeter.matters.lists import shelves
from lastmeter.matters.lists.filters import Asked, Filters, conditions
from lastmeter.matters.lists.readings import readings

PAGE_SIZE = 50
COUNT_CAP = 1000
OFTEN = 0.012  # words that a larger share of all dossiers has are met soonest by walking
WINDOW = 2_500
LEAST = 400
SPANS = (2_000, 12_000, 80_000)  # how many dossiers next to the page's place are looked at first, then, then
FEW = 12_000  # so many are read faster as they lie than found among all that one takes part in

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

    def tries(place: Place | None) -> "Iterator[Try[Dossier]]":
        return _open_tries(actor, filters, now) if shelves.is_open(filters.step) else _spans(actor, filters, now, place)

    return merge_page([], cursor, size, order, rows=rows, tries=tries)


def _open_tries(actor: Actor, filters: Filters, now: datetime) -> "Iterator[Try[Dossier]]":
    """Open work, ordered by due date: by walking in that order, and by the indexes of facets and words."""
    asked = Asked(actor, now)
    if len(ways := readings(actor, filters)) > 1:
        yield _any_of(actor, ways, asked)
        return
    if plain(filters):
        yield Try(_walks(actor, filters, asked), None, _asked(access.taking_part(actor), filters, asked))
        return
    share = search.share(filters.words) if filters.words else 0
    entire = None if filters.words else _entire_keys(actor, filters, now=now)
    if entire is not None:
        yield _of(entire)
        return
    if share > OFTEN or not filters.words:
        rest = conditions(replace(filters, node=None), asked)
        window = _window(share) if share else WINDOW
        yield Try(_walks(actor, filters, asked), rest, _asked(access.taking_part(actor), filters, asked), window)
    yield _open_words(actor, filters, asked) if filters.words else _entire(actor, filters, asked)


def _open_words(actor: Actor, filters: Filters, asked: Asked) -> "Try[Dossier]":
    """Words on an open shelf: few of the dossiers that have them are open, so these are known before their rows."""
    on = Q(is_open=True) if filters.step == shelves.OPEN else Q(step__in=shelves.SHELVES[filters.step], is_open=True)
    rest = conditions(replace(filters, words=""), asked)
    found = Dossier.objects.filter(search.FoundFirst(filters.words), access.visible(actor), rest, on)
    return _of(list(found.filter(kind=DossierKind.MATTER).values_list("pk", flat=True)))


def _spans(actor: Actor, filters: Filters, now: datetime, place: Place | None) -> "Iterator[Try[Dossier]]":
    """Ended work and everything, newest first: among the dossiers next to the page's place, further and further.

    A list of few is asked for as a whole. What a branch leaves out lies outside the span, so that a full page is right.
    """
    ways = readings(actor, filters)
    entire = None if filters.words else _entire_keys(actor, filters, now=now)
    if entire is not None:
        yield _of(entire)
        return
    at = place.values[-1] if place else Dossier.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    share = search.share(filters.words) if filters.words else 1.0

    def near(many: int) -> Asked:
        return Asked(actor, now, (at, at + many) if place and place.backward else (at - many, at))

    if share < 1 and share > OFTEN and len(ways) == 1:
        yield _walk_for_words(actor, filters, near(SPANS[-1]), _window(share))
    if not filters.words and filters.step != shelves.ALL and len(ways) == 1 and access.in_scope(actor):
        asked = Asked(actor, now)
        rest = conditions(replace(filters, node=None), asked)
        yield Try(_walks(actor, filters, asked), rest, _asked(access.taking_part(actor), filters, asked), WINDOW)
    for many in _widths(share) if filters.words else SPANS:
        as_they_lie = not filters.words and many <= FEW and not access.in_scope(actor)
        yield replace(_any_of(actor, ways, near(many)), among=near(many).span if as_they_lie else None)
    yield _any_of(actor, ways, Asked(actor, now))


def _walk_for_words(actor: Actor, filters: Filters, asked: Asked, window: int) -> "Try[Dossier]":
    """Frequent words: whoever reads the list from its start soon meets a page full of them."""
    rows = Dossier.objects.filter(
        access.visible(actor), kind=DossierKind.MATTER, step__in=shelves.SHELVES[filters.step], pk__range=asked.span
    )
    return Try([rows], conditions(filters, Asked(actor, asked.now)), window=window)


def _window(share: float) -> int:
    """How many rows of a list are read to fill a page with those of which this share fits."""
    return round(1.6 * PAGE_SIZE / share)


def _widths(share: float) -> Iterator[int]:
    """Among how many dossiers next to the page's place words are looked up, one after the other."""
    many = max(LEAST, round(3 * PAGE_SIZE / share))
    while many < SPANS[-1]:
        yield many
        many *= 8


def _of(keys: Sequence[int]) -> "Try[Dossier]":
    """The rows of a list that is known as a whole."""
    return Try(asked=[Dossier.objects.filter(lookups.Among("pk", keys))])


def _any_of(actor: Actor, ways: Sequence[Filters], asked: Asked) -> "Try[Dossier]":
    """Every way to read the list: whole places walk their indexes, the rest is asked for."""
    walks: list[QuerySet[Dossier]] = []
    found: list[QuerySet[Dossier]] = []
    for each in ways:
        if plain(each):
            walks += _walks(actor, each, asked)
            found += _asked(access.taking_part(actor), each, asked)
        else:
            found += _entire(actor, each, asked).asked
    return Try(walks, None, found)


def _entire(actor: Actor, filters: Filters, asked: Asked) -> "Try[Dossier]":
    """The list as its conditions find it. Words are looked up once, whoever reaches or takes part in what has them."""
    ways = [access.visible(actor)] if filters.words else access.branches(actor)
    return Try(asked=_asked(ways, filters, asked))


def _walks(actor: Actor, filters: Filters, asked: Asked) -> "list[QuerySet[Dossier]]":
    """The shelf in the places of the scope, each walking its own index; only the place that is asked narrows it yet."""
    place = conditions(Filters(step=filters.step, node=filters.node), asked)
    matters = Dossier.objects.filter(place, kind=DossierKind.MATTER)
    return [matters.filter(scope, step) for scope in access.in_scope(actor) for step in shelves.by_step(filters.step)]


def _asked(branches: Sequence[Q], filters: Filters, asked: Asked) -> "list[QuerySet[Dossier]]":
    """The list in these branches through the index of facets, where a shelf is the facet `step`."""
    condition = conditions(filters, asked) & on_shelf(filters.step)
    return [Dossier.objects.filter(condition, branch, kind=DossierKind.MATTER) for branch in branches]


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


def _entire_keys(actor: Actor, filters: Filters, *, now: datetime) -> list[int] | None:
    """The keys of all that a list holds; None when they are COUNT_CAP or more. The count then is known as well."""
    known: dict[Filters, list[int] | None] = actor.memo.setdefault("matters.keys", {})
    if filters not in known:
        whole = united(_apart(actor, filters, ("pk",), COUNT_CAP, Q(), {}, now=now), once=True)
        with plans.for_these_values(), connection.cursor() as cursor:
            if whole is not None:
                cursor.execute(*whole)
            keys = [key for (key,) in cursor.fetchall()] if whole is not None else []
        actor.memo.setdefault("matters.counts", {})[filters] = min(len(keys), COUNT_CAP)
        known[filters] = keys if len(keys) < COUNT_CAP else None
    return known[filters]


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
    known_plan = all(filters.bare for filters in wanted)
    with nullcontext() if known_plan else plans.for_these_values(), connection.cursor() as cursor:
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
    if filters.bare and most == COUNT_CAP:
        return _counting(shape, tuple(branches), before, most)
    narrowed = conditions(filters, Asked(actor, now))
    return _parts(narrowed & shape, branches, before, columns, most)


@lru_cache(maxsize=1_000)
def _counting(shape: Q, branches: tuple[Q, ...], before: Q, most: int) -> list[Statement]:
    """The statements that count a whole shelf: the same for a scope on every page, and dear to put into words."""
    return _parts(shape, branches, before, ("pk",), most)


def _parts(condition: Q, branches: Sequence[Q], before: Q, columns: Sequence[str], most: int | None) -> list[Statement]:
    matters = Dossier.objects.filter(condition, kind=DossierKind.MATTER)
    found = []
    for branch in branches:
        try:
            rows = matters.filter(branch & ~before).order_by().values_list(*columns)[:most]
            found.append(rows.query.sql_with_params())
        except EmptyResultSet:
            pass
        before |= branch
    return found
