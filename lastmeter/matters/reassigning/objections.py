"""退回: a handler objects. Within window and number it goes back to the desk; after that it is a dispute.

Both bounds are the owner's rows: the limit of kind "return" counted from the dispatch, the cap of kind "returns".
A dispute has its own clock and bells, and until it is decided whoever has it leads.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.clocks import deadlines
from lastmeter.grid.models import Unit
from lastmeter.kit.text import on_record
from lastmeter.matters import profiles, promises
from lastmeter.matters.dispatch import take_off
from lastmeter.matters.models import Assignment, Cap, Matter, Objection
from lastmeter.matters.steps import Overtaken, move, tell_story
from lastmeter.matters.talking import tell


@dataclass(frozen=True, slots=True)
class Leave:
    """How a matter may still be returned: until when (None: no row sets a window), how often more (None: no cap)."""

    until: datetime | None
    left: int | None
    now: datetime

    @property
    def open(self) -> bool:
        """Whether it goes back to the desk; else it becomes a dispute."""
        return (self.until is None or self.now <= self.until) and (self.left is None or self.left > 0)


def leave_to_return(matter: Matter, *, now: datetime) -> Leave:
    """What the rows allow whoever has the matter now."""
    given = Assignment.objects.filter(matter=matter, ended_at=None).values_list("at", flat=True).first()
    until = promises.until(matter, promises.RETURN, given, now=now) if given else None
    most = profiles.most(matter, Cap.Kind.RETURNS, now=now)
    done = sum(each.kind == Objection.Kind.RETURN for each in matter.objections.all())
    return Leave(until, None if most is None else max(0, most - done), now)


@transaction.atomic
def object_to(
    matter: Matter, *, reason: Objection.Reason, words: str, to_unit: Unit | None = None, by: Actor, now: datetime
) -> Objection:
    """退回 while the window is open and the number not used up, else 提请裁定: one act for whoever has the matter.

    `to_unit` is whom they think it belongs to.
    """
    act = send_back if leave_to_return(matter, now=now).open else dispute
    return act(matter, reason=reason, words=words, to_unit=to_unit, by=by, now=now)


@transaction.atomic
def send_back(
    matter: Matter, *, reason: Objection.Reason, words: str, to_unit: Unit | None = None, by: Actor, now: datetime
) -> Objection:
    """退回 to the desk. Raises Overtaken when window or number is used up; clocks of the whole matter run on."""
    leave = leave_to_return(matter, now=now)
    given = _assignment(matter)
    move(matter, "send_back", by=by, now=now)
    if not leave.open:
        raise Overtaken(_("已过退回期限或退回次数，不能再退回；不归本单位的，请提请裁定。"))
    unit_id = take_off(matter, now=now)
    made = Objection.objects.create(
        matter=matter,
        assignment=given,
        kind=Objection.Kind.RETURN,
        reason=reason,
        words=words,
        unit_id=unit_id,
        to_unit=to_unit,
        by_id=by.user_id,
        at=now,
        verdict=Objection.Verdict.RETURNED,
        decided_at=now,
    )
    tell_story(matter, "sent_back", in_words(made), by=by, now=now, unit_id=unit_id)
    tell.desk([matter], "sent_back", gettext_lazy("承办方退回"), by=by, now=now)
    return made


@transaction.atomic
def dispute(
    matter: Matter, *, reason: Objection.Reason, words: str, to_unit: Unit | None = None, by: Actor, now: datetime
) -> Objection:
    """提请裁定: the dispatcher above decides in time; until then the matter stays where it is.

    Raises Overtaken while it can still be returned, or when a dispute waits already.
    """
    leave = leave_to_return(matter, now=now)
    given = _assignment(matter)
    move(matter, "dispute", by=by, now=now)
    if leave.open:
        raise Overtaken(_("还在退回期限和次数以内，直接退回就行，不用提请裁定。"))
    made = raise_open(
        Objection(
            matter=matter,
            assignment=given,
            kind=Objection.Kind.DISPUTE,
            reason=reason,
            words=words,
            unit_id=matter.unit_id,
            to_unit=to_unit,
            by_id=by.user_id,
            at=now,
        ),
        _("已经有一个争议在等裁定。"),
    )
    deadlines.start(matter.pk, [promises.wanted(matter, promises.DISPUTE, now, leg=promises.DISPUTE)], now=now)
    tell_story(matter, "disputed", in_words(made), by=by, now=now, unit_id=matter.unit_id)
    tell.deciders([matter], "disputed", gettext_lazy("职责争议，请裁定"), by=by, now=now)
    return made


def raise_open(made: Objection, trouble: str) -> Objection:
    """Write an objection that waits for a decision; raises Overtaken with `trouble` when one of its kind does."""
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        raise Overtaken(trouble) from None
    return made


def in_words(made: Objection) -> str:
    """An objection for the timeline: reason, words, and whom it should go to."""
    reason = Objection.Reason(made.reason).label
    if made.to_unit is None:
        return on_record(gettext_lazy("%(reason)s：%(words)s"), reason=reason, words=made.words)
    said = gettext_lazy("%(reason)s：%(words)s（建议交给%(unit)s）")
    return on_record(said, reason=reason, words=made.words, unit=made.to_unit.name)


def _assignment(matter: Matter) -> Assignment | None:
    return Assignment.objects.filter(matter=matter, ended_at=None).first()


def waiting(matter: Matter, kind: Objection.Kind) -> Objection | None:
    """The objection of a kind that waits for a decision, if any."""
    return Objection.objects.select_related("unit", "to_unit").filter(matter=matter, kind=kind, decided_at=None).first()


def awaited(matter: Matter, kind: Objection.Kind, trouble: str) -> Objection:
    """The one that waits; raises Overtaken with `trouble` when none does (any more)."""
    found = waiting(matter, kind)
    if found is None:
        raise Overtaken(trouble)
    return found


def decide(made: Objection, verdict: Objection.Verdict, words: str, *, by: Actor, now: datetime) -> None:
    """Write a decision down. Inside the act's transaction, after its move, which holds the matter."""
    Objection.objects.filter(pk=made.pk, decided_at=None).update(
        verdict=verdict, verdict_words=words, decided_by=by.user_id, decided_at=now
    )
