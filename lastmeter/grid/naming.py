"""Finding places by name among hundreds of thousands: an index of characters, bigrams and pinyin initials."""

from collections.abc import Iterable

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from lastmeter.grid.models import Node, SearchName
from lastmeter.kit.text import bigrams, fts5, indexable, initials, tsquery

MOST_WANTED = 20  # tokens of one query
# Half the villages of the country are a 村: sorting all of them by level for the thirty that are shown takes too long.
MOST_FOUND = 2000


def index(nodes: Iterable[Node]) -> None:
    """Index the names of these nodes, again after a change: whoever plants or renames calls this."""
    SearchName.objects.bulk_create(
        [SearchName(node=node, tokens=tokens(node.name)) for node in nodes],
        batch_size=500,
        update_conflicts=True,
        unique_fields=["node"],
        update_fields=["tokens"],
    )


def tokens(name: str) -> str:
    """What a name is found by, separated by single blanks."""
    found = dict.fromkeys(bigrams(name))
    found |= dict.fromkeys(char for pair in list(found) if not pair.isascii() for char in pair)
    found |= dict.fromkeys([initials(name)[:20]])
    return " ".join(indexable(token) for token in found if token)


def matching(words: str, path: str = "") -> Q:
    """The condition on nodes that their name has every token of `words`.

    Letters and digits also match the beginning of a token: "ysg" finds 鹰山公园 by its initials. Without `path` (of the
    node below which the caller looks) at most MOST_FOUND nodes fit.
    """
    wanted = bigrams(words)[:MOST_WANTED]
    if not wanted:
        return Q(pk__in=[])
    if connection.vendor == "postgresql":
        found, query = "SELECT node_id FROM grid_searchname WHERE lexemes @@ %s::tsquery", tsquery(wanted)
    else:
        found, query = "SELECT rowid FROM grid_name WHERE grid_name MATCH %s", fts5(wanted)
    limit = "" if path else f" LIMIT {MOST_FOUND}"
    return Q(pk__in=RawSQL(found + limit, [query]))  # noqa: S611 - the words are bound
