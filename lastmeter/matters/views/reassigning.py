"""Acts by which a matter changes hands, each a resource of its own."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.matters.forms import reassigning as forms
from lastmeter.matters.models import Matter, Objection, Urgency
from lastmeter.matters.reassigning import corrections, disputes, objections, transfers
from lastmeter.matters.views.acts import act


@act("handle", forms.Return, gettext_lazy("已送出：在期限和次数以内的退回工作台，否则等上一级裁定。"))
def giving_back(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    reason = Objection.Reason(given["reason"])
    objections.object_to(matter, reason=reason, words=given["words"], to_unit=given["to_unit"], by=by, now=now)


@act("decide", forms.Ruling, gettext_lazy("裁定已记下，各方会收到通知。"))
def ruling(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    words = given["words"]
    if given["verdict"] == "award":
        taker = given["taker"]
        disputes.award(matter, unit=taker.unit, user=taker.user, words=words, by=by, now=now)
    elif given["verdict"] == "confer":
        disputes.confer(matter, words=words, by=by, now=now)
    else:
        disputes.uphold(matter, words=words, by=by, now=now)


@act("handle", forms.Transfer, gettext_lazy("转办申请已送到工作台；答复前还由你们办理。"))
def transfer(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    transfers.propose(matter, unit=given["unit"], words=given["words"], by=by, now=now)


@act("dispatch", forms.TransferAnswer, gettext_lazy("已答复，各方会收到通知。"))
def transfer_answer(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    answer = transfers.grant if given["verdict"] == "grant" else transfers.refuse
    answer(matter, words=given["words"], by=by, now=now)


@act("dispatch", forms.Correction, gettext_lazy("已更正，诉求人会看到一次说明。"))
def correction(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    urgency = Urgency(given["urgency"]) if given["urgency"] else None
    category, reason, taker = given["category"], given["reason"], given["taker"]
    if taker is None:
        corrections.correct(matter, category=category, urgency=urgency, reason=reason, by=by, now=now)
    else:
        corrections.redirect(
            matter,
            unit=taker.unit,
            user=taker.user,
            category=category,
            urgency=urgency,
            reason=reason,
            by=by,
            now=now,
        )
