"""`/coverage/`: what is missing on my ground; the page that must be empty."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.grid.coverage import gaps
from lastmeter.grid.models import Node
from lastmeter.grid.staff.post_views import keeper_ground

FIRST, SIZE = 10, 50


@require_safe
@signed_in
def coverage(request: Request, user: User) -> HttpResponse:
    """Every kind of gap that I can cure, with its first rows; `?gap=` opens one kind page by page."""
    paths, today = keeper_ground(request), timezone.localdate()
    wanted = request.GET.get("gap", "")
    if wanted and wanted not in gaps.names():
        raise Http404
    one = gaps.part(wanted, request.actor, today, size=SIZE, cursor=request.GET.get("cursor")) if wanted else None
    parts = [one] if one else gaps.parts(request.actor, today, size=FIRST)
    context = {
        "parts": parts,
        "one": one,
        "most": gaps.MOST,
        "places": Node.objects.filter(path__in=paths).order_by("path"),
    }
    return render(request, "grid/coverage.html", context)
