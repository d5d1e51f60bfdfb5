"""Full text of dossiers: Chinese bigrams and pinyin initials made in Python, indexed by the database's own means."""

import json
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, Func, Q
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
    found, query = _having(wanted)
    column = "dossier_id" if connection.vendor == "postgresql" else "rowid"
    within = f" AND {column} BETWEEN %s AND %s" if span else ""
    return Q(pk__in=RawSQL(found + within, [query, *(span or ())]))  # noqa: S611 - the words are bound


class FoundFirst(Func):
    """A condition on dossiers like `matching`, for words that few have: these are known before any other index is read.

    PostgreSQL thinks far too little of what is open, and would look every open dossier's text up.
    """

    conditional = True
    output_field = BooleanField()

    def __init__(self, words: str) -> None:
        super().__init__(F("pk"))
        self.words = words

    def as_sql(self, compiler: Any, connection: Any, *_given: Any, **_options: Any) -> tuple[str, Any]:
        """The texts' own index gives the keys, as an array where that makes it the first step."""
        key, given = compiler.compile(self.source_expressions[0])
        sql, query = _having(bigrams(self.words)[:MOST_WANTED])
        if connection.vendor == "postgresql":
            return f"{key} = ANY(ARRAY({sql}))", (*given, query)
        return f"{key} IN ({sql})", (*given, query)


def _having(tokens: list[str]) -> tuple[str, str]:
    """The statement that gives the dossiers whose text has all these tokens, and what it is asked with."""
    if connection.vendor == "postgresql":
        return "SELECT dossier_id FROM dossiers_searchtext WHERE lexemes @@ %s::tsquery", tsquery(tokens)
    return "SELECT rowid AS dossier_id FROM dossiers_search WHERE dossiers_search MATCH %s", fts5(tokens)


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
