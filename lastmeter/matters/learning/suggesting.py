"""边写边提示: category, who will handle it, how long that usually takes, similar open matters. Nothing is written."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

from django.utils.translation import ngettext

from lastmeter.grid.models import Unit, lineage
from lastmeter.grid.scope import PlaceColumns
from lastmeter.kit.zhtime import CHINA
from lastmeter.matters import duplicates
from lastmeter.matters.catalogue import duties, finding
from lastmeter.matters.duplicates import Similar
from lastmeter.matters.learning import asking
from lastmeter.matters.learning.asking import Guessed, What
from lastmeter.matters.models import Closure, Urgency

RECENT = timedelta(days=180)
MOST_CLOSED, FEWEST_CLOSED = 200, 5


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What can be said of a text so far; every part may be missing, and a page shows what there is."""

    categories: list[Guessed] = field(default_factory=list)
    similar: list[Similar] = field(default_factory=list)
    handled_by: str = ""
    usual: str = ""
    urgency: Urgency | None = None

    @property
    def says_something(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.categories or self.similar or self.handled_by or self.usual or self.urgency)


def suggest(text: str, place: PlaceColumns | None, *, now: datetime, category_id: int | None = None) -> Suggestion:
    """What can be said of this text at this place; a category that was chosen already is not guessed again."""
    models = asking.in_use()
    guesses = [] if category_id else _guessed(text, models)
    sure = category_id or (guesses[0].category.id if guesses else None)
    return Suggestion(
        guesses,
        duplicates.similar(text, place, now=now) if place and len(text.strip()) >= asking.SHORTEST else [],
        _handled_by(text, place, sure, models, now) if place else "",
        usual_time(sure, place, now=now) if sure else "",
        _urgent(text, models),
    )


def _guessed(text: str, models: asking.InUse) -> list[Guessed]:
    """By the model that has learned from most matters, of the schemes that are offered."""
    offered = {each.scheme_id for each in finding.offered()}
    rows = [each for each in models.get(What.CATEGORY, []) if each.scheme_id in offered]
    best = max(rows, key=lambda each: each.rows, default=None)
    return [each for each in asking.categories(text, best) if each.category.live] if best else []


def _handled_by(text: str, place: PlaceColumns, category_id: int | None, models: asking.InUse, now: datetime) -> str:
    """The unit that the duty list names, else the one that closed matters like this one, if it serves the place."""
    if proposal := duties.propose(place.path, category_id, now.astimezone(CHINA).date()):
        return proposal.lead.unit
    for row in models.get(What.UNIT, []):
        said = asking.label(text, row)
        if said and said[0].isdigit():
            serving = Unit.objects.filter(pk=int(said[0]), closed_on=None, node__path__in=lineage(place.path))
            return serving.values_list("name", flat=True).first() or ""
    return ""


def usual_time(category_id: int, place: PlaceColumns | None, *, now: datetime) -> str:
    """How long matters of a category, or below it, took lately, in words; "" for too few. One query."""
    below = [pk for pk in finding.everything() if category_id in finding.chain(pk)]
    rows = Closure.objects.filter(reopened_at=None, at__gte=now - RECENT, matter__category__in=below)
    if place and place.county_id:
        rows = rows.filter(matter__dossier__county=place.county_id)
    spans = rows.order_by("-at").values_list("at", "matter__dossier__opened_at")[:MOST_CLOSED]
    hours = [max(0.0, (closed - opened).total_seconds() / 3600) for closed, opened in spans]
    return _long(median(hours)) if len(hours) >= FEWEST_CLOSED else ""


def _long(hours: float) -> str:
    if hours < 24:
        whole = max(1, round(hours))
        return ngettext("一般 %(count)d 小时办结", "一般 %(count)d 小时办结", whole) % {"count": whole}
    days = round(hours / 24)
    return ngettext("一般 %(count)d 天办结", "一般 %(count)d 天办结", days) % {"count": days}


def _urgent(text: str, models: asking.InUse) -> Urgency | None:
    """紧急 or 急, when words like those of urgent matters are there; nothing for 一般."""
    for row in models.get(What.URGENCY, []):
        said = asking.label(text, row)
        if said and said[0] in (Urgency.EMERGENCY, Urgency.URGENT):
            return Urgency(said[0])
    return None
