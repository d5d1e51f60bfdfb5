"""协办 and small tasks, each act a resource of its own."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.matters.forms import together as forms
from lastmeter.matters.models import Matter
from lastmeter.matters.together import parts
from lastmeter.matters.views.acts import act


@act("lead", forms.Assist, gettext_lazy("已请他们协办，对方会收到通知。"))
def assistance(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    parts.call_in(matter, unit=given["unit"], request=given["request"], due_at=given["due"], by=by, now=now)


@act("lead", forms.TaskForm, gettext_lazy("已交办，对方会收到通知。"))
def task(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    to = given["taker"]
    parts.give_task(matter, request=given["request"], due_at=given["due"], unit=to.unit, user=to.user, by=by, now=now)


@act("part", forms.PartSignature, gettext_lazy("已签收。"))
def part_signature(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    parts.sign(given["part"], by=by, now=now)


@act("part", forms.PartResult, gettext_lazy("已记下，牵头的人会收到通知。"))
def part_result(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    parts.finish(given["part"], result=given["result"], photos=given["photos"], by=by, now=now)


@act("lead", forms.PartCancellation, gettext_lazy("已取消。"))
def part_cancellation(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    parts.cancel(given["part"], reason=given["reason"], by=by, now=now)
