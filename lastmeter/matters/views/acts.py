"""Every act on a matter as a resource of its own: POST /matters/<number>/closure/ and its peers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from lastmeter.accounts import audit, limits
from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.matters import (
    checking,
    closing,
    dispatch,
    handling,
    policy,
    profiles,
    repeats,
    screening,
    sending_up,
    settling,
)
from lastmeter.matters.channels import HOW
from lastmeter.matters.forms import acts as forms
from lastmeter.matters.forms.page import PageForm
from lastmeter.matters.models import Cause, Channel, Ground, Matter, Outcome, Profile, Urgency
from lastmeter.matters.story import Line
from lastmeter.matters.talking import asking
from lastmeter.matters.views import acting
from lastmeter.matters.views import matter as page
from lastmeter.matters.views.reach import matter_for

CarryOut = acting.CarryOut
View = acting.View
Right = Callable[[Actor, Matter], None]  # raises NotAllowed


@dataclass(frozen=True, slots=True)
class OnMatter:
    """A matter and its page, as an act finds them."""

    request: Request
    subject: Matter
    setting: forms.Setting
    dated: bool  # whether what happened since the page was made stands in the act's way
    key: str = ""

    def since(self) -> list[Line]:
        return page.since(self.request, self.subject) if self.dated else []

    def answer(
        self, *, bound: PageForm, trouble: str = "", since: Sequence[Line] = (), status: int = 200
    ) -> HttpResponse:
        return page.answer(self.request, self.subject, bound=bound, trouble=trouble, since=since, status=status)

    def onward(self) -> HttpResponse:
        return page.onward(self.request, self.subject)


def act(right: str | Right, form_class: type[forms.ActForm], done: str | Promise) -> Callable[[CarryOut], View]:
    """An act on a matter that somebody's posts open: see `acting.act`."""

    def reach(request: Request, number: str) -> OnMatter:
        matter = matter_for(request.actor, number)
        if callable(right):
            right(request.actor, matter)
        else:
            policy.require(request.actor, right, matter)
        return OnMatter(request, matter, forms.Setting(matter, request.actor), right != "note")

    return acting.act(reach, form_class, done)


@act("screen", forms.Acceptance, gettext_lazy("已受理。"))
def acceptance(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    screening.accept(matter, category=given["category"], urgency=_urgency(given), by=by, now=now)


@act("screen", forms.Merger, gettext_lazy("已归为一件，诉求人会随那一件得到答复。"))
def merger(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    screening.merge(matter, into=given["target"], by=by, now=now)


@act("screen", forms.Diversion, gettext_lazy("已告知法定渠道。"))
def diversion(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    channel = Channel(given["channel"])
    reason = "\n".join(filter(None, [str(HOW[channel]), given["more"]]))
    screening.divert(matter, channel=channel, reason=reason[:1000], by=by, now=now)


@act("screen", forms.Rejection, gettext_lazy("已写明理由，不予受理。"))
def rejection(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    screening.reject(matter, reason=given["reason"], ground=Ground(given["ground"]), by=by, now=now)


@act("screen", forms.Repetition, gettext_lazy("已告诉诉求人那一件的进展，没有另立一件。"))
def repetition(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    repeats.repeat(matter, of=given["target"], words=given["words"], by=by, now=now)


@act("alarm", forms.HandOver, gettext_lazy("已记下移交，改按紧急办理，工作台已收到通知。"))
def alarm(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    screening.hand_over(matter, called=given["called"], words=given["words"], by=by, now=now)


@act("screen", forms.ProfileForm, gettext_lazy("已改流程。"))
def profile(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    profiles.change(matter, profile=Profile(given["profile"]), reason=given["reason"], by=by, now=now)


@act("dispatch", forms.Assignment, gettext_lazy("已分派，对方会收到通知。"))
def assignment(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    dispatch.dispatch(
        matter,
        unit=given["to"].unit,
        user=given["to"].user,
        request=given["request"],
        category=given["category"],
        urgency=_urgency(given),
        by=by,
        now=now,
    )


def _urgency(given: dict[str, Any]) -> Urgency | None:
    return Urgency(given["urgency"]) if given["urgency"] else None


@act("take", forms.Plain, gettext_lazy("这件事由您办理。"))
def taking(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    dispatch.take(matter, by=by, now=now)


@act("handle", forms.Plain, gettext_lazy("已签收。"))
def signature(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    dispatch.sign(matter, by=by, now=now)


@act("handle", forms.Plain, gettext_lazy("已开始办理。"))
def beginning(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    dispatch.begin(matter, by=by, now=now)


@act("dispatch", forms.Recall, gettext_lazy("已收回到工作台，请重新分派。"))
def recall(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    dispatch.recall(matter, reason=given["reason"], by=by, now=now)


@act("send_up", forms.Escalation, gettext_lazy("已报到上一级工作台。"))
def escalation(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    sending_up.send_up(matter, reason=given["reason"], by=by, now=now)


@act("settle", forms.Settlement, gettext_lazy("已就地办结。"))
def settlement(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    settling.settle(matter, result=given["result"], photos=given["photos"], despite=given["despite"], by=by, now=now)


@act("handle", forms.ReplyForm, gettext_lazy("答复已送到工作台核查。"))
def reply(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    outcome = Outcome(given["outcome"])
    handling.reply(matter, text=given["text"], outcome=outcome, photos=given["photos"], by=by, now=now)


@act("note", forms.NoteForm, gettext_lazy("备注已记下。"))
def note(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    handling.note(matter, text=given["text"], photos=given["photos"], by=by, now=now)


@act("ask", forms.EnquiryForm, gettext_lazy("已请诉求人补充。"))
def enquiry(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    asking.ask(matter, question=given["question"], by=by, now=now)


@act("close", forms.Plain, gettext_lazy("已转入核查。"))
def verification(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    closing.verify(matter, by=by, now=now)


@act("close", forms.Rework, gettext_lazy("已退回承办方再办。"))
def rework(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    closing.rework(matter, reason=given["reason"], by=by, now=now)


@act("close", forms.ClosureForm, gettext_lazy("已办结，诉求人可以评价。"))
def closure(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    closing.close(
        matter,
        outcome=Outcome(given["outcome"]),
        words=given["words"],
        cause=Cause(given["cause"]) if given["cause"] else None,
        reason=given["reason"],
        decided_by=given["decided_by"],
        despite=given["despite"],
        by=by,
        now=now,
    )


@act("check", forms.CheckForm, gettext_lazy("核实结果已记下。"))
def site_check(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    checking.check(
        matter, matches=given["found"] == "yes", words=given["words"], photos=given["photos"], by=by, now=now
    )


@act("revisit", forms.ReopenFor, gettext_lazy("已重开，上次办理的人会收到通知。"))
def reopening(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    closing.reopen_for(matter, reason=given["reason"], by=by, now=now)


@act("revisit", forms.RevisitForm, gettext_lazy("回访已记下。"))
def revisit(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    how = given["how"]
    closing.revisit(matter, reached=how != "missed", solved=how == "solved", words=given["words"], by=by, now=now)


@act("archive", forms.Plain, gettext_lazy("已归档。"))
def archiving(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    closing.archive(matter, by=by, now=now)


@require_POST
@signed_in
def reveal(request: Request, user: User, number: str) -> HttpResponse:
    """查看（留痕）: who asked and how to reach them, shown on this one answer after the audit entry is written."""
    matter = matter_for(request.actor, number)
    policy.require(request.actor, "reveal", matter)
    form = forms.Reveal(request.POST, at=forms.Setting(matter, request.actor))
    if not form.is_valid():
        return page.answer(request, matter, bound=form, status=422)
    try:
        audit.reveal(
            by=request.actor,
            object_kind="requester",
            object_id=matter.pk,
            reason=form.cleaned_data["reason"],
            now=timezone.now(),
        )
    except audit.ReasonNeeded as needed:
        form.add_error("reason", str(needed))
        return page.answer(request, matter, bound=form, status=422)
    except limits.TooMany as many:
        form.add_error("reason", str(many))
        return page.answer(request, matter, bound=form, status=429)
    return page.answer(request, matter, revealed=True)
