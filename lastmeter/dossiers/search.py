"""Full text of dossiers: Chinese bigrams and pinyin initials made in Python, indexed by the database's own means."""

from collections.abc import Iterable

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from lastmeter.dossiers.models import SearchText
from lastmeter.kit.text import bigrams, initials

MOST_TOKENS = 3000


def tokens(title: str, place: str, text: str) -> str:
    """The distinct search tokens of a dossier in one string, separated by single blanks."""
    found = dict.fromkeys([*bigrams(f"{title}\n{place}\n{text}"), *_abbreviations(title, place)])
    return " ".join(_indexable(token) for token in list(found)[:MOST_TOKENS])


def _indexable(token: str) -> str:
    # SQLite's tokenizer knows the Unicode of 2012 and would cut at a younger character such as 𬕂: write it out.
    return "".join(char if char <= "\uffff" else f"x{ord(char):x}" for char in token)


def _abbreviations(*names: str) -> Iterable[str]:
    return [short for name in names if (short := initials(name)[:20])]


def write_many(rows: Iterable[tuple[int, str]]) -> None:
    """Store (dossier id, tokens) of new dossiers in one statement."""
    SearchText.objects.bulk_create(SearchText(dossier_id=dossier_id, tokens=words) for dossier_id, words in rows)


def matching(words: str) -> "QuerySet[SearchText]":
    """Search texts that hold every token of `words`; nothing when no token can be made of it."""
    wanted = [_indexable(token) for token in bigrams(words)[:20]]
    if not wanted:
        return SearchText.objects.none()
    if connection.vendor == "postgresql":
        query = " & ".join("'" + token.replace("\\", "\\\\").replace("'", "''") + "'" for token in wanted)
        return SearchText.objects.extra(where=["dossiers_searchtext.lexemes @@ %s::tsquery"], params=[query])
    query = " ".join('"' + token.replace('"', '""') + '"' for token in wanted)
    hits = RawSQL("SELECT rowid FROM dossiers_search WHERE dossiers_search MATCH %s", [query])
    return SearchText.objects.filter(Q(dossier_id__in=hits))
