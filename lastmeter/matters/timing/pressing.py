"""督办与催办: pressed by a post above, by the desk or by the requester; whoever handles answers by a date."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import Actor
from lastmeter.clocks import pressing
from lastmeter.clocks.models import Demand
from lastmeter.matters import policy
from lastmeter.matters.models import Matter
from lastmeter.matters.steps import tell_stories, tell_story
from lastmeter.matters.talking import tell
from lastmeter.matters.timing import rights


@transaction.atomic
def supervise(matter: Matter, *, words: str, by: Actor, now: datetime) -> Demand:
    """督办 by a post above the desk at which it lies. Raises NotNow when an earlier one waits for its answer."""
    rights.require(rights.may_supervise(by, matter))
    made = pressing.press(matter.pk, kind=Demand.Kind.SUPERVISE, words=words, unit_id=matter.unit_id, by=by, now=now)
    tell_story(matter, "supervised", words, by=by, now=now)
    _tell(matter, "supervised", _("督办，请按期回复"), by=by, now=now)
    return made


@transaction.atomic
def urge(matter: Matter, *, words: str, by: Actor, now: datetime) -> Demand:
    """催办 by the desk. Raises NotNow when an earlier one waits for its answer."""
    policy.require(by, "urge", matter)
    made = pressing.press(matter.pk, kind=Demand.Kind.URGE, words=words, unit_id=matter.unit_id, by=by, now=now)
    tell_story(matter, "urged", words, by=by, now=now)
    _tell(matter, "urged", _("催办，请尽快回复"), by=by, now=now)
    return made


@transaction.atomic
def urge_many(matters: Sequence[Matter], *, words: str, by: Actor, now: datetime) -> None:
    """`urge` for matters whose rows the caller holds locked, each allowed and not urged yet: a few statements.

    The staff is not told of each: the caller tells once of all.
    """
    units = {each.pk: each.unit_id for each in matters}
    dossiers = [each.dossier for each in matters]
    pressing.press_many(dossiers, kind=Demand.Kind.URGE, words=words, units=units, by=by, now=now)
    tell_stories([(each, words) for each in matters], "urged", by=by, now=now)


@transaction.atomic
def urge_by_requester(matter: Matter, *, words: str, by: Actor, now: datetime) -> Demand:
    """催办 by the requester, whose right to it the door has checked; once in so many days. Raises NotNow."""
    made = pressing.press(
        matter.pk, kind=Demand.Kind.URGE, words=words, unit_id=matter.unit_id, by=by, now=now, by_requester=True
    )
    tell_story(matter, "urged_by_requester", words, by=by, now=now, public=True)
    _tell(matter, "urged", _("诉求人催办，请尽快回复"), by=by, now=now)
    return made


def _tell(matter: Matter, kind: str, title: object, *, by: Actor, now: datetime) -> None:
    if matter.unit_id or matter.handler_id:
        tell.assigned([matter], kind, str(title), by=by, now=now)
    else:
        tell.desk([matter], kind, str(title), by=by, now=now)


@transaction.atomic
def respond(matter: Matter, *, words: str, by: Actor, now: datetime) -> None:
    """Whoever handles answers everything that presses. Raises NotNow when nothing does any more."""
    rights.require(rights.may_respond(by, matter))
    pressed = list(Demand.objects.filter(dossier=matter.pk, ended_at=None))
    for demand in pressed:
        pressing.answer(demand, words=words, by=by, now=now)
        tell.person(matter, demand.by_id, "pressed_answered", _("督办催办已有回复"), by=by, now=now)
    if not pressed:
        raise pressing.nothing_pressed()
    public = any(each.by_requester for each in pressed)
    tell_story(matter, "pressed_answered", words, by=by, now=now, public=public, unit_id=matter.unit_id)


def answered_by_reply(matter: Matter, *, words: str, by: Actor, now: datetime) -> None:
    """A reply to the matter itself is the answer to whatever pressed for it."""
    for demand in Demand.objects.filter(dossier=matter.pk, ended_at=None):
        pressing.answer(demand, words=words[:2000], by=by, now=now)
        tell.person(matter, demand.by_id, "pressed_answered", _("督办催办已有回复"), by=by, now=now)
