"""热点 of a table of messages: its events with members, the hottest first. No Django here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lastmeter.matters.events import clustering, words
from lastmeter.matters.events.heat import Heat, Voice, reckon
from lastmeter.matters.events.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Told:
    """One message of the table: title, text (either may be empty), when, by whom, likes."""

    title: str
    body: str
    voice: Voice


@dataclass(frozen=True, slots=True)
class Found:
    """One event: which messages (positions in the table, by time) and how hot it is."""

    members: list[int]
    heat: Heat


def hot(told: Sequence[Told], *, now: datetime | None = None) -> list[Found]:
    """Every message in exactly one event, the hottest first; `now` is the last message's moment when not given."""
    if not told:
        return []
    now = now or max(each.voice.at for each in told)
    order = sorted(range(len(told)), key=lambda at: (told[at].voice.at, at))
    texts = [(words.plain(told[at].title), words.plain(told[at].body)) for at in order]
    signed = Vocabulary.empty().learn(texts).signatures(texts)
    days = (told[at].voice.at.toordinal() for at in order)
    groups = clustering.cluster([each.at(day) for each, day in zip(signed, days, strict=True)])
    found = []
    for group in groups:
        members = [order[place] for place in group]
        found.append(Found(members, reckon([told[at].voice for at in members], now=now)))
    return sorted(found, key=lambda each: (-each.heat.heat, -each.heat.messages, each.members[0]))
