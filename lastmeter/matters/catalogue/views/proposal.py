"""Whom the duty list names: asked while another category is chosen in the form, and accepted with one tap."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.matters import policy
from lastmeter.matters.catalogue import accepting, duties
from lastmeter.matters.forms.acts import ActForm
from lastmeter.matters.models import Matter
from lastmeter.matters.views.acts import act
from lastmeter.matters.views.reach import matter_for


class Acceptance(ActForm):
    """The unit that was shown: another one by now is not accepted unseen."""

    lead = forms.IntegerField(widget=forms.HiddenInput)


@require_safe
@signed_in
def proposal(request: Request, user: User, number: str) -> HttpResponseBase:
    """The unit to tick and the reason in words; both empty when the duty list says nothing."""
    matter = matter_for(request.actor, number)
    policy.require(request.actor, "dispatch", matter)
    asked = request.GET.get("category", "")
    category = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 18 else None
    found = duties.propose(matter.dossier.path, category, timezone.localdate())
    return JsonResponse({"to": f"unit:{found.lead.unit_id}" if found else "", "reason": found.reason if found else ""})


@act("dispatch", Acceptance, gettext_lazy("已按职责清单分派，各方会收到通知。"))
def acceptance(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    accepting.accept(matter, lead_id=given["lead"], by=by, now=now)
