"""重复反映: the same person, the same kind of thing, nothing new — told how it goes, without a second case.

Screening rule 3 of the Beijing 12345 regulation (art. 11). Who looks alike is found here; a person decides.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import Actor
from lastmeter.dossiers import access
from lastmeter.dossiers.models import Dossier, Event
from lastmeter.kit import zhtime
from lastmeter.kit.ids import pretty
from lastmeter.kit.text import bigrams, on_record
from lastmeter.matters import lifecycle, promises, rules
from lastmeter.matters.models import Closure, Matter, Outcome, Requester, Screening
from lastmeter.matters.steps import Overtaken, move, tell_story
from lastmeter.matters.talking import tell

WINDOW = timedelta(days=90)  # where no limit row of kind "repeat" speaks
ALIKE = 0.2
CANDIDATES = 50


@dataclass(frozen=True, slots=True)
class Earlier:
    """Something the same person has said before: how it stands, and how alike it is (0…1)."""

    matter: Matter
    likeness: float

    @property
    def word(self) -> str:
        """Where it stands, in a word."""
        return lifecycle.BY_NAME[self.matter.dossier.step].word


def earlier(matter: Matter, *, by: Actor, now: datetime, most: int = 3) -> list[Earlier]:
    """What the same person has said in the window (rule row "repeat") and `by` may see: alike or of one category.

    Newest first; one query, none when nobody left an account or a phone.
    """
    asked: Requester | None = getattr(matter, "requester", None)
    if asked is None or (asked.user_id is None and asked.phone_hash is None):
        return []
    same = Q(requester__user=asked.user_id) if asked.user_id else Q(pk__in=[])
    if asked.phone_hash is not None:
        same |= Q(requester__phone_hash=asked.phone_hash)
    rows = (
        Matter.objects.filter(
            same, access.visible(by, "dossier__"), dossier__opened_at__gte=now - _window(matter, now), pk__lt=matter.pk
        )
        .exclude(dossier__step__in=lifecycle.NOT_HANDLED)
        .select_related("dossier")
        .order_by("-pk")[:CANDIDATES]
    )
    words = set(bigrams(matter.text))
    found = [Earlier(each, rules.likeness(words, set(bigrams(each.text)), near=_near(each, matter))) for each in rows]
    alike = [
        each
        for each in found
        if each.likeness >= ALIKE or (matter.category_id and each.matter.category_id == matter.category_id)
    ]
    return alike[:most]


def _window(matter: Matter, now: datetime) -> timedelta:
    end = promises.until(matter, promises.REPEAT, now, now=now)
    return end - now if end else WINDOW


def _near(one: Matter, other: Matter) -> bool:
    return one.dossier.grid_id is not None and one.dossier.grid_id == other.dossier.grid_id


@transaction.atomic
def repeat(matter: Matter, *, of: Matter, words: str = "", by: Actor, now: datetime) -> Screening:
    """End a report as a repetition: its requester reads how the earlier matter goes, or how it ended.

    Raises Overtaken when the earlier one is the report itself, or was itself not handled.
    """
    if matter.pk == of.pk or of.dossier.step in lifecycle.NOT_HANDLED:
        raise Overtaken(_("只能算作另一件已经受理的事的重复反映。"))
    move(matter, "repeat", by=by, now=now)
    Matter.objects.filter(pk=matter.pk).update(merged_into=of)
    told = "\n".join(filter(None, [how_it_goes(of), words]))
    tell_story(matter, "repeated", told, by=by, now=now, public=True)
    tell_story(of, "asked_again", matter.dossier.number, by=by, now=now)
    Dossier.objects.filter(pk=of.pk).update(updated_at=now, version=F("version") + 1)
    if of.dossier.is_open:
        tell.assigned([of], "asked_again", _("诉求人又来问进度"), by=by, now=now)
    return Screening.objects.create(
        matter=matter,
        verdict=Screening.Verdict.REPEAT,
        reason=of.dossier.number,
        by_id=by.user_id,
        at=now,
    )


def how_it_goes(matter: Matter) -> str:
    """What a requester is told of an earlier matter: where it stands and until when, or how it ended."""
    dossier, number = matter.dossier, pretty(matter.dossier.number)
    closure = Closure.objects.filter(matter=matter, reopened_at=None).first()
    if closure:
        return on_record(
            _("这件事已在 %(number)s 里办结（%(outcome)s）：%(words)s"),
            number=number,
            outcome=Outcome(closure.outcome).label,
            words=closure.words,
        )
    last = Event.objects.filter(dossier=matter.pk, public=True).order_by("-at", "-pk").first()
    day = last.at if last else dossier.opened_at
    if dossier.due_at is None:
        return on_record(_("这件事正在 %(number)s 里办理。"), number=number)
    return on_record(
        _("这件事正在 %(number)s 里办理，最近一次进展是 %(day)s，预计 %(due)s 前办结。"),
        number=number,
        day=zhtime.long_date(day, settings.LANGUAGE_CODE),
        due=zhtime.long_date(dossier.due_at, settings.LANGUAGE_CODE),
    )
