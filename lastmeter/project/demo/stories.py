"""The sentences of data/reports.toml as typed stories: what is said, asked, answered and done about one thing."""

import random
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

# Kinds of trouble that do not take the grid's own flow.
FLOWS = {
    "env-smoke": "city",
    "livelihood-bus": "city",
    "livelihood-water": "hotline",
    "livelihood-power": "hotline",
    "livelihood-wage": "hotline",
    "property-fee": "hotline",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of trouble with its words. `unit` "" means that the grid itself sees to it.

    What a worker has `found` on the round is `settled` on the spot: a kind has both or neither.
    """

    category: str
    reports: Sequence[str]
    replies: Sequence[str]
    where: str = "any"
    unit: str = ""
    urgency: str = "normal"
    photo: str = ""
    weight: int = 10
    found: Sequence[str] = ()
    settled: Sequence[str] = ()
    questions: Sequence[str] = ()
    answers: Sequence[str] = ()
    echoes: Sequence[str] = ()
    requests: Sequence[str] = ()
    explained: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """A report that is not taken in, or is told its legal channel, with the reason."""

    category: str
    text: str
    reason: str
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Stories:
    """Everything people say in the demonstration."""

    kinds: Sequence[Kind]
    diverted: Sequence[Refusal]
    rejected: Sequence[Refusal]
    words: Mapping[str, Sequence[str]] = field(repr=False)


def load() -> Stories:
    """Read the sentences; a misspelt key of the file raises TypeError."""
    raw: dict[str, Any] = tomllib.loads(
        files("lastmeter.project.demo").joinpath("data/reports.toml").read_text(encoding="utf-8")
    )
    return Stories(
        [Kind(**each) for each in raw["kind"]],
        [Refusal(**each) for each in raw["divert"]],
        [Refusal(**each) for each in raw["reject"]],
        raw["words"],
    )


@dataclass(slots=True)
class Deck:
    """Sentences drawn in random order, none again before all were out: neighbours in a list do not repeat."""

    rng: random.Random
    _left: dict[int, list[str]] = field(default_factory=dict)

    def draw(self, sentences: Sequence[str]) -> str:
        """The next of these sentences; "" when there are none."""
        if not sentences:
            return ""
        left = self._left.get(id(sentences))
        if not left:
            left = self._left[id(sentences)] = self.rng.sample(sentences, len(sentences))
        return left.pop()
