"""Acts on a matter's clocks, each as a resource of its own: POST /matters/<number>/pause/ and its peers."""

from datetime import datetime
from typing import Any, TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.clocks.deadlines import OPEN_SUSPENSIONS, NotNow
from lastmeter.clocks.models import Extension, Pause, Suspension
from lastmeter.clocks.suspending import Explanation
from lastmeter.matters.forms import timing as forms
from lastmeter.matters.models import Matter
from lastmeter.matters.timing import extending, pausing, pressing, rights, suspending
from lastmeter.matters.views.acts import act

T = TypeVar("T")


def decides_extension(actor: Actor, matter: Matter) -> None:
    """Raise NotAllowed unless the actor's desk stands above whoever asked for an extension."""
    asked = _asked(matter)
    rights.require(asked is None or rights.may_decide(actor, matter, asked_level=asked.level))


def decides_suspension(actor: Actor, matter: Matter) -> None:
    """Raise NotAllowed unless the actor's desk stands above whoever asked to suspend."""
    row = Suspension.objects.filter(dossier=matter.pk, state__in=OPEN_SUSPENSIONS).first()
    rights.require(row is None or rights.may_decide(actor, matter, asked_level=row.level))


def supervises(actor: Actor, matter: Matter) -> None:
    """Raise NotAllowed unless the actor's post stands above the desk at which the matter lies."""
    rights.require(rights.may_supervise(actor, matter))


def responds(actor: Actor, matter: Matter) -> None:
    """Raise NotAllowed unless the matter lies with the actor."""
    rights.require(rights.may_respond(actor, matter))


@act("pause", forms.PauseForm, gettext_lazy("已暂停计时，到时候自动恢复。"))
def pause(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    reason = Pause.Reason(given["reason"])
    pausing.pause(matter, reason=reason, until=given["until"], words=given["words"], by=by, now=now)


@act("pause", forms.ResumptionForm, gettext_lazy("已恢复计时。"))
def resumption(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    running = Pause.objects.filter(dossier=matter.pk, ended_at=None).first()
    pausing.resume(matter, _there(running), words=given["words"], by=by, now=now)


@act("extend", forms.ExtensionForm, gettext_lazy("延期申请已交上一级工作台批复。"))
def extension(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    extending.ask(matter, amount=given["amount"], reason=given["reason"], by=by, now=now)


@act(decides_extension, forms.ExtensionDecisionForm, gettext_lazy("延期申请已批复。"))
def extension_decision(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    extending.decide(matter, _there(_asked(matter)), approve=given["approve"], words=given["words"], by=by, now=now)


@act("suspend", forms.SuspensionForm, gettext_lazy("挂账申请已交上一级工作台批复。"))
def suspension(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    explanation = Explanation(
        reason=Suspension.Reason(given["reason"]),
        words=given["words"],
        responsible=given["responsible"],
        next_step=given["next_step"],
        condition=given["condition"],
        review_on=given["review_on"],
        unit=given["unit"],
    )
    suspending.ask(matter, explanation, by=by, now=now)


@act(decides_suspension, forms.SuspensionDecisionForm, gettext_lazy("挂账申请已批复。"))
def suspension_decision(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    asked = _suspension(matter, Suspension.State.ASKED)
    suspending.decide(matter, asked, approve=given["approve"], words=given["words"], by=by, now=now)


@act(decides_suspension, forms.ReviewForm, gettext_lazy("已复核，继续挂账。"))
def suspension_review(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    running = _suspension(matter, Suspension.State.ON_LEDGER)
    suspending.review(matter, running, next_on=given["next_on"], next_step=given["next_step"], by=by, now=now)


@act(decides_suspension, forms.LiftingForm, gettext_lazy("已解除挂账，期限接着算。"))
def suspension_lifting(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    suspending.lift(matter, _suspension(matter, Suspension.State.ON_LEDGER), words=given["words"], by=by, now=now)


@act(supervises, forms.SupervisionForm, gettext_lazy("督办已发出。"))
def supervision(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    pressing.supervise(matter, words=given["words"], by=by, now=now)


@act("urge", forms.UrgingForm, gettext_lazy("催办已发出。"))
def urging(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    pressing.urge(matter, words=given["words"], by=by, now=now)


@act(responds, forms.ResponseForm, gettext_lazy("回复已发给督办、催办的人。"))
def response(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    pressing.respond(matter, words=given["words"], by=by, now=now)


def _asked(matter: Matter) -> Extension | None:
    asked = Extension.objects.filter(deadline__dossier=matter.pk, state=Extension.State.ASKED)
    return asked.select_related("deadline").first()


def _suspension(matter: Matter, state: Suspension.State) -> Suspension:
    return _there(Suspension.objects.filter(dossier=matter.pk, state=state).first())


def _there(row: T | None) -> T:
    """The row an act is about; NotNow when somebody was faster."""
    if row is None:
        raise NotNow(_("刚有人处理过了，请看下面的经过。"))
    return row
