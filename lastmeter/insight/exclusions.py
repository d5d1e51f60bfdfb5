"""剔除: leaving a matter out of a rate — one person asks with the reason, another approves; both stay on record."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor
from lastmeter.grid import scope
from lastmeter.insight.models import Exclusion, Measure
from lastmeter.matters.models import Matter

OPEN = (Exclusion.State.ASKED, Exclusion.State.APPROVED)


class Refused(ValueError):
    """The act cannot be done; `str()` is a sentence."""


@transaction.atomic
def ask(
    matter: Matter, *, measure: Measure, reason: Exclusion.Reason, words: str, by: Actor, now: datetime
) -> Exclusion:
    """Ask that a rate leave a matter out. Raises Refused when that has been asked already."""
    try:
        with transaction.atomic():
            made = Exclusion.objects.create(
                matter=matter, measure=measure, reason=reason, words=words, by_id=_person(by), at=now
            )
    except IntegrityError:
        raise Refused(_("这件事在这项指标上已经申请过剔除，请看下面的清单。")) from None
    audit.record("rate.exclusion_asked", by=by, object_kind="dossier", object_id=matter.pk, reason=words, now=now)
    return made


@transaction.atomic
def decide(exclusion: Exclusion, *, approve: bool, answer: str, by: Actor, now: datetime) -> None:
    """Approve or refuse; never by whoever asked. Raises Refused when it is decided already or one's own."""
    if exclusion.by_id == _person(by):
        raise Refused(_("自己申请的剔除要由另一个人批准。"))
    state = Exclusion.State.APPROVED if approve else Exclusion.State.REFUSED
    waiting = Exclusion.objects.filter(pk=exclusion.pk, state=Exclusion.State.ASKED)
    if not waiting.update(state=state, decided_by=by.user_id, decided_at=now, answer=answer):
        raise Refused(_("这一条刚刚已经有人处理过。"))
    audit.record(
        "rate.exclusion_decided",
        by=by,
        object_kind="dossier",
        object_id=exclusion.matter_id,
        outcome="done" if approve else "refused",
        reason=answer,
        now=now,
    )


@transaction.atomic
def end(exclusion: Exclusion, *, by: Actor, now: datetime) -> None:
    """Take back what was asked or approved: the matter counts again. Raises Refused when it has ended already."""
    running = Exclusion.objects.filter(pk=exclusion.pk, state__in=OPEN)
    if not running.update(state=Exclusion.State.ENDED):
        raise Refused(_("这一条已经不在剔除之列。"))
    audit.record("rate.exclusion_ended", by=by, object_kind="dossier", object_id=exclusion.matter_id, now=now)


def on(paths: list[str]) -> "QuerySet[Exclusion]":
    """The exclusions of matters on these grounds, those that wait first."""
    rows = Exclusion.objects.filter(scope.inside(paths, "matter__dossier__path"))
    return rows.select_related("matter__dossier", "by", "decided_by")


def _person(by: Actor) -> int:
    if by.user_id is None:
        raise Refused(_("剔除要由本人申请和批准。"))
    return by.user_id
