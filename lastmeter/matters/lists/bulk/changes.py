"""What an act changed in the rows of a matter: found by comparing, kept beside the run, put back exactly.

Every table whose rows belong to a dossier counts, whichever package it is of: a new one needs no word here. Left alone
are what only grows (events, files), private fields, and what counts changes.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, TypeAlias

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from lastmeter.dossiers.models import Attachment, Dossier, Event, SearchText
from lastmeter.kit import bulk
from lastmeter.kit.fields import SealedText
from lastmeter.matters.models import BulkRow, Voice, VoiceWord

Values: TypeAlias = dict[str, Any]
Rows: TypeAlias = dict[tuple[str, Any], Values]  # (model label, primary key) → column → value
LEFT_ALONE = {Event, Attachment, SearchText, BulkRow, Voice, VoiceWord}
COUNTING = {"version", "updated_at"}


@cache
def tables() -> tuple[tuple[type[models.Model], str], ...]:
    """The tables whose rows belong to a dossier, each after those it hangs on: (model, lookup of the dossier's id)."""
    found: dict[type[models.Model], str] = {Dossier: "pk"}
    waiting: list[type[models.Model]] = [Dossier]
    while waiting:
        above = waiting.pop(0)
        for model in apps.get_models():
            for field in model._meta.concrete_fields:
                if field.related_model is above and model not in found and _belongs(model, field):
                    found[model] = field.name if found[above] == "pk" else f"{field.name}__{found[above]}"
                    waiting.append(model)
    return tuple(found.items())


def _belongs(model: type[models.Model], field: Any) -> bool:
    private = any(isinstance(each, SealedText) for each in model._meta.concrete_fields)
    return not field.null and model not in LEFT_ALONE and not private


def take(dossier_ids: Sequence[int]) -> dict[int, Rows]:
    """dossier id → its rows as they are now: one query for each table."""
    taken: dict[int, Rows] = defaultdict(dict)
    for model, lookup in tables():
        names = [field.attname for field in model._meta.concrete_fields if field.name not in COUNTING]
        key, label = names.index(model._meta.pk.attname), model._meta.label
        of = f"{lookup}_id" if "__" not in lookup and lookup != "pk" else lookup
        for owner, *values in model._default_manager.filter(**{f"{lookup}__in": dossier_ids}).values_list(of, *names):
            taken[owner][label, values[key]] = dict(zip(names, values, strict=True))
    return taken


def difference(before: Rows, after: Rows) -> str:
    """What an act did, as text: the rows it made or changed as they were, and a digest of all as it left them."""
    rows = [
        [label, key, None if old is None else {name: value for name, value in old.items() if row[name] != value}]
        for (label, key), row in after.items()
        if (old := before.get((label, key))) != row
    ]
    return json.dumps({"left": _digest(after), "rows": rows}, cls=_Encoder, ensure_ascii=False)


def stands(changes: str, now: Rows) -> bool:
    """Whether everything that belongs to the matter is still as the act left it."""
    return bool(json.loads(changes)["left"] == _digest(now))


def _digest(rows: Rows) -> str:
    listed = sorted(((label, str(key), row) for (label, key), row in rows.items()), key=lambda each: each[:2])
    return hashlib.sha256(json.dumps(listed, cls=_Encoder).encode()).hexdigest()[:32]


class _Encoder(DjangoJSONEncoder):
    """Moments keep their microseconds: what is put back must be what was. Hashes are there to be compared."""

    def default(self, o: Any) -> Any:
        if isinstance(o, bytes | memoryview):
            return bytes(o).hex()
        return o.isoformat() if hasattr(o, "isoformat") else super().default(o)


def put_back(changes: Iterable[str]) -> None:
    """Write the rows as they were and take out those that were made: few statements for any number of matters."""
    made: dict[type[models.Model], list[Any]] = defaultdict(list)
    written: dict[tuple[type[models.Model], tuple[str, ...]], list[models.Model]] = defaultdict(list)
    for text in changes:
        for label, key, before in json.loads(text)["rows"]:
            model = apps.get_model(label)
            if before is None:
                made[model].append(key)
                continue
            fields = {field.attname: field for field in model._meta.concrete_fields}
            typed = {name: fields[name].to_python(value) for name, value in before.items()}
            row = model(**{model._meta.pk.attname: key}, **typed)
            written[model, tuple(fields[name].name for name in sorted(before))].append(row)
    for model, _lookup in reversed(tables()):
        model._default_manager.filter(pk__in=made.get(model, [])).delete()
    for (_model, columns), rows in written.items():
        bulk.update(rows, columns)
