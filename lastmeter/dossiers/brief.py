"""What telling people of a dossier needs of it, for thousands of rows that are never more than told of."""

from typing import NamedTuple


class Brief(NamedTuple):
    """A dossier without the rest of its columns; names and meanings are those of `Dossier`."""

    pk: int
    kind: str
    number: str
    title: str
    path: str
    version: int


COLUMNS = ("id", "kind", "number", "title", "path", "version")
