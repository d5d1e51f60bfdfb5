"""How hot an event is. One formula for files and for the product, in words in docs/learning-hot.md. No Django here.

heat = (voices + likes) × freshness × growth, where
  voices    = people + ½ × (messages − people): somebody who writes again counts, but half;
  likes     = 3 × ln(1 + likes): ten thousand clicks count as 28 people, never more than a street full of them;
  freshness = ½ + ½ × 2^(−age / 180 days), age from the last message to the moment of reckoning;
  growth    = 1 + ½ × the share of its messages that came in its last 30 days: what grows now stands before what
              has been known for years.
"""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

HALF_LIFE = timedelta(days=180)
LATELY = timedelta(days=30)
AGAIN, LIKES, GROWTH = 0.5, 3.0, 0.5
BARS = 12


@dataclass(frozen=True, slots=True)
class Voice:
    """One message of an event: when, by whom (any key, None where unknown), how many likes less dislikes."""

    at: datetime
    person: Hashable | None = None
    likes: float = 0.0


@dataclass(frozen=True, slots=True)
class Counts:
    """What an event comes to: people and messages are kept apart; likes less dislikes, never below nothing."""

    people: int
    messages: int
    likes: float
    lately: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Heat(Counts):
    """An event reckoned: its counts, and how hot it is."""

    heat: float = 0.0


def heat_of(counts: Counts, *, now: datetime) -> float:
    """The heat of an event as of `now`."""
    count = counts.people + AGAIN * (counts.messages - counts.people) + LIKES * math.log1p(counts.likes)
    age = max(timedelta(), now - counts.last_at) / HALF_LIFE
    return round(count * (0.5 + 0.5 * 2**-age) * (1 + GROWTH * counts.lately / counts.messages), 2)


def reckon(voices: Sequence[Voice], *, now: datetime) -> Heat:
    """The heat of an event as of `now`; a message by nobody in particular counts as a person of its own."""
    known = {each.person for each in voices if each.person is not None}
    people = len(known) + sum(each.person is None for each in voices)
    likes = max(0.0, sum(each.likes for each in voices))
    first, last = min(each.at for each in voices), max(each.at for each in voices)
    lately = sum(each.at > last - LATELY for each in voices)
    counts = (people, len(voices), likes, lately, first, last)
    return Heat(*counts, heat_of(Counts(*counts), now=now))


def trend(moments: Sequence[datetime], *, since: datetime, until: datetime, bars: int = BARS) -> list[int]:
    """How many of the moments fall in each of `bars` equal stretches of time; what lies outside is left out."""
    found = [0] * bars
    width = (until - since) / bars
    for each in moments:
        if since <= each <= until and width:
            found[min(bars - 1, int((each - since) / width))] += 1
    return found
