"""The story of a dossier: append-only events, recorded in sets, in the transaction of their act."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lastmeter.accounts.actors import Actor
from lastmeter.dossiers.models import Event, EventWords
from lastmeter.grid import scope
from lastmeter.kit import bulk, columns


@dataclass(frozen=True, slots=True)
class Happened:
    """One event to record. `public` ones are shown on the requester's progress page."""

    dossier_id: int
    kind: str
    words: str = ""
    public: bool = False
    unit_id: int | None = None
    post_id: int | None = None
    at: datetime | None = None


def record_many(happened: Sequence[Happened], *, by: Actor, now: datetime) -> list[Event]:
    """Write events and their words: two statements for any number. Must run inside the act's transaction."""
    post_id = scope.acting_post(by)
    made = (
        Event(
            dossier_id=each.dossier_id,
            at=each.at or now,
            kind=each.kind,
            by_kind=by.kind,
            by_user_id=by.user_id,
            by_post_id=each.post_id or post_id,
            unit_id=each.unit_id,
            public=each.public,
            words_hash=_hash(each.words),
        )
        for each in happened
    )
    events = bulk.create(Event, made, keys=True)
    spoken = zip(events, happened, strict=True)
    bulk.create(EventWords, (EventWords(event_id=event.pk, text=each.words) for event, each in spoken if each.words))
    return events


def write_many(happened: Sequence[Happened], *, by: Actor, now: datetime) -> None:
    """`record_many` where nobody needs the events themselves: for thousands of rows, in a fifth of its time."""
    post_id = scope.acting_post(by)
    hashes = {words: _hash(words) for words in {each.words for each in happened}}
    given = {
        "dossier_id": [each.dossier_id for each in happened],
        "at": columns.shared(each.at or now for each in happened),
        "kind": columns.shared(each.kind for each in happened),
        "by_kind": by.kind,
        "by_user_id": by.user_id,
        "by_post_id": columns.shared(each.post_id or post_id for each in happened),
        "unit_id": columns.shared(each.unit_id for each in happened),
        "public": columns.shared(each.public for each in happened),
        "words_hash": [hashes[each.words] for each in happened] if any(hashes) else None,
    }
    keys = columns.insert(Event, given, keys=any(hashes))
    spoken = [(key, each.words) for key, each in zip(keys, happened, strict=False) if each.words]
    words = columns.shared(words for _key, words in spoken)
    columns.insert(EventWords, {"event_id": [key for key, _words in spoken], "text": words})


def _hash(words: str) -> bytes | None:
    return hashlib.sha256(words.encode()).digest() if words else None


def record(happened: Happened, *, by: Actor, now: datetime) -> Event:
    """Write one event."""
    return record_many([happened], by=by, now=now)[0]
