"""Full text of dossiers: Chinese bigrams and pinyin initials made in Python, indexed by the database's own means."""

from collections.abc import Iterable

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from lastmeter.dossiers.models import SearchText
from lastmeter.kit import bulk
from lastmeter.kit.text import bigrams, indexable, initials

MOST_TOKENS = 3000
MOST_WANTED = 20


def tokens(title: str, place: str, text: str) -> str:
    """The distinct search tokens of a dossier in one string, separated by single blanks."""
    found = dict.fromkeys([*bigrams(f"{title}\n{place}\n{text}"), *_abbreviations(title, place)])
    return " ".join(indexable(token) for token in list(found)[:MOST_TOKENS])


def _abbreviations(*names: str) -> Iterable[str]:
    return [short for name in names if (short := initials(name)[:20])]


def write_many(rows: Iterable[tuple[int, str]]) -> None:
    """Store (dossier id, tokens) of new dossiers in one statement."""
    bulk.create(SearchText, (SearchText(dossier_id=dossier_id, tokens=words) for dossier_id, words in rows))


def matching(words: str) -> Q:
    """The condition on dossiers that their text holds every token of `words`; nothing fits when it has no token."""
    wanted = [indexable(token) for token in bigrams(words)[:MOST_WANTED]]
    if not wanted:
        return Q(pk__in=[])
    if connection.vendor == "postgresql":
        query = " & ".join("'" + token.replace("\\", "\\\\").replace("'", "''") + "'" for token in wanted)
        found = "SELECT dossier_id FROM dossiers_searchtext WHERE lexemes @@ %s::tsquery"
    else:
        query = " ".join('"' + token.replace('"', '""') + '"' for token in wanted)
        found = "SELECT rowid FROM dossiers_search WHERE dossiers_search MATCH %s"
    return Q(pk__in=RawSQL(found, [query]))  # noqa: S611 - the words are bound
