"""Full text of dossiers: Chinese bigrams and pinyin initials made in Python, indexed by the database's own means."""

import json
from collections.abc import Iterable

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from lastmeter.dossiers.models import SearchText
from lastmeter.kit import bulk
from lastmeter.kit.text import bigrams, fts5, indexable, initials, tsquery

MOST_TOKENS = 3000
MOST_WANTED = 20
LONGEST_NAME, LONGEST_SHORT = 30, 6  # how much of a name has initials, and how many of them are typed


def tokens(title: str, place: str, text: str) -> str:
    """The distinct search tokens of a dossier in one string, separated by single blanks."""
    found = dict.fromkeys([*bigrams(f"{title}\n{place}\n{text}"), *filter(None, _abbreviations(title, place))])
    return " ".join(indexable(token) for token in list(found)[:MOST_TOKENS])


def _abbreviations(*names: str) -> Iterable[str]:
    """The initials of each name, and from each of its characters on: the beginning of one is searched for."""
    for name in names:
        short = initials(name)[:LONGEST_NAME]
        yield short
        yield from (short[at : at + LONGEST_SHORT] for at in range(1, len(short) - 1))


def write_many(rows: Iterable[tuple[int, str]]) -> None:
    """Store (dossier id, tokens) of new dossiers in one statement."""
    bulk.create(SearchText, (SearchText(dossier_id=dossier_id, tokens=words) for dossier_id, words in rows))


def matching(words: str, span: tuple[int, int] | None = None) -> Q:
    """The condition on dossiers that their text holds every token of `words`; nothing fits when it has no token.

    A word of letters and digits also fits the beginning of a token: "hhxq" finds 湖畔小区 by its initials.
    `span`: only among dossiers with ids from the one to the other, both included.
    """
    wanted = bigrams(words)[:MOST_WANTED]
    if not wanted:
        return Q(pk__in=[])
    if connection.vendor == "postgresql":
        found, query = "SELECT dossier_id FROM dossiers_searchtext WHERE lexemes @@ %s::tsquery", tsquery(wanted)
    else:
        found, query = "SELECT rowid AS dossier_id FROM dossiers_search WHERE dossiers_search MATCH %s", fts5(wanted)
    column = "dossier_id" if connection.vendor == "postgresql" else "rowid"
    within = f" AND {column} BETWEEN %s AND %s" if span else ""
    return Q(pk__in=RawSQL(found + within, [query, *(span or ())]))  # noqa: S611 - the words are bound


def share(words: str) -> float:
    """About which share of all dossiers has every token of `words`, as PostgreSQL's statistics say; 1 when unknown."""
    wanted = bigrams(words)[:MOST_WANTED]
    if not wanted or connection.vendor != "postgresql":
        return 1.0
    with connection.cursor() as cursor:
        cursor.execute(
            "EXPLAIN (FORMAT JSON) SELECT 1 FROM dossiers_searchtext WHERE lexemes @@ %s::tsquery", [tsquery(wanted)]
        )
        [(plan,)] = cursor.fetchall()
        cursor.execute("SELECT GREATEST(reltuples, 1) FROM pg_class WHERE oid = 'dossiers_searchtext'::regclass")
        [(total,)] = cursor.fetchall()
    rows = (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]["Plan Rows"]
    return min(1.0, float(rows) / float(total))
