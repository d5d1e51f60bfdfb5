"""The story of a dossier: append-only events, recorded in sets, in the transaction of their act."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lastmeter.accounts.actors import Actor
from lastmeter.dossiers.models import Event, EventWords
from lastmeter.grid import scope
from lastmeter.kit import bulk


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


def record_many(happened: Sequence[Happened], *, by: Actor, now: datetime, keys: bool = True) -> list[Event]:
    """Write events and their words: two statements for any number. Must run inside the act's transaction.

    `keys=False`: nobody needs the events' ids (they are drawn all the same when there are words to hang on them).
    """
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
            words_hash=hashlib.sha256(each.words.encode()).digest() if each.words else None,
        )
        for each in happened
    )
    events = bulk.create(Event, made, keys=keys or any(each.words for each in happened))
    spoken = zip(events, happened, strict=True)
    bulk.create(EventWords, (EventWords(event_id=event.pk, text=each.words) for event, each in spoken if each.words))
    return events


def record(happened: Happened, *, by: Actor, now: datetime) -> Event:
    """Write one event."""
    return record_many([happened], by=by, now=now)[0]
