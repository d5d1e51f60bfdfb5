"""`/matters/<number>/assignment/proposal/`: whom the duty list names, when another category is chosen in the form."""

from django.http import JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.matters import policy
from lastmeter.matters.catalogue import duties
from lastmeter.matters.views.reach import matter_for


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
