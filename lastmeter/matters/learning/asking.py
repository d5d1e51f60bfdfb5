"""Asking the models in use: a category at the level that is sure enough, a unit, urgency words; or nothing."""

import logging
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

from django.core.files.storage import default_storage

from lastmeter.matters.catalogue import finding
from lastmeter.matters.catalogue.finding import Found
from lastmeter.matters.learning import model as models
from lastmeter.matters.learning.model import FEWEST_KNOWN, BadModel, TextModel
from lastmeter.matters.models import LearnedModel

log = logging.getLogger(__name__)
What = LearnedModel.What
InUse = dict[str, list[LearnedModel]]
MOST, LEAST = 3, 0.08  # guesses shown, and the confidence below which one is not worth showing
SHORTEST = 4  # characters: less says nothing


@dataclass(frozen=True, slots=True)
class Guessed:
    """A category that may be meant, how sure the model is, and the words that spoke for it."""

    category: Found
    confidence: float
    words: tuple[str, ...]
    known: int

    @property
    def percent(self) -> int:
        """How sure, in whole percent."""
        return round(100 * self.confidence)

    @property
    def because(self) -> str:
        """The words that decided, for a line of a page."""
        return "、".join(self.words)


def in_use() -> InUse:
    """The models in use by what they tell, the schemes in order: one query."""
    found: dict[str, list[LearnedModel]] = defaultdict(list)
    rows = LearnedModel.objects.filter(state=LearnedModel.State.IN_USE).defer("report").order_by("scheme", "pk")
    for each in rows:
        found[each.what].append(each)
    return dict(found)


@lru_cache(maxsize=8)
def _load(file: str) -> TextModel | None:
    """A file's name is made from its content, so what was read once stays right."""
    try:
        with default_storage.open(file) as stored:
            return models.loads(stored.read())
    except (OSError, BadModel):
        log.exception("the model %s cannot be read", file)
        return None


def model_of(row: LearnedModel) -> TextModel | None:
    """The model of a row; None when its file is lost."""
    return _load(row.file)


def categories(text: str, row: LearnedModel) -> list[Guessed]:
    """The likeliest categories, most likely first; [] when the model keeps quiet.

    Where no category is sure enough, what lies above them speaks for them together: 环境 may be sure where 噪声 is not.
    """
    made = model_of(row)
    if made is None or len(text.strip()) < SHORTEST:
        return []
    known = finding.everything()
    said = [each for each in made.guesses(text, most=MOST) if int(each.label) in known]
    if not said:
        return []
    found = [Guessed(known[int(each.label)], each.confidence, each.words, each.known) for each in said]
    if made.is_sure(said):
        return [found[0], *(each for each in found[1:] if each.confidence >= LEAST)]
    return _above(made, text, found)


def _above(made: TextModel, text: str, found: list[Guessed]) -> list[Guessed]:
    """The one category above, if all that lies below it is sure enough together; then the likeliest below it."""
    known = finding.everything()
    together: dict[int, float] = defaultdict(float)
    for label, chance in zip(made.shape.labels, made.chances(text), strict=True):
        for pk in list(finding.chain(int(label)))[1:]:
            together[pk] += float(chance)
    best = max(together, key=lambda pk: (together[pk], pk), default=None)
    if best is None or together[best] < made.shape.sure or found[0].known < FEWEST_KNOWN:
        return []
    words = next((each.words for each in found if best in finding.chain(each.category.id)), ())
    below = [each for each in found if best in finding.chain(each.category.id) and each.confidence >= LEAST]
    return [Guessed(known[best], together[best], words, found[0].known), *below][:MOST]


def label(text: str, row: LearnedModel) -> tuple[str, float] | None:
    """The likeliest label of another model with its confidence; None when it keeps quiet."""
    made = model_of(row)
    if made is None or len(text.strip()) < SHORTEST:
        return None
    said = made.guesses(text, most=1, words=False)
    return (said[0].label, said[0].confidence) if made.is_sure(said) else None
