"""`/grievances/`: complaints about the handling, at the desk that answers them."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.kit import ids
from lastmeter.kit.paging import Keyset, page
from lastmeter.matters import lifecycle, story
from lastmeter.matters.models import Grievance
from lastmeter.matters.steps import Overtaken
from lastmeter.matters.talking import grievances
from lastmeter.matters.talking.forms import GrievanceAnswerForm

FIRST_DUE, NEWEST_FIRST = Keyset(("due_at", "id")), Keyset(("-id",))
SIZE = 30


@require_safe
@signed_in
def grievance_list(request: Request, user: User) -> HttpResponse:
    """Those that wait, the nearest date first; with `?answered=1` those that are answered."""
    if not grievances.reads(request.actor):
        raise Http404
    answered = "answered" in request.GET
    rows = grievances.grievances(request.actor).filter(answered_at__isnull=not answered)
    found = page(rows, request.GET.get("cursor"), SIZE, NEWEST_FIRST if answered else FIRST_DUE)
    context = {"page": found, "answered": answered, "waiting": not answered}
    return render(request, "matters/talking/grievances.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def grievance(request: Request, user: User, pk: int) -> HttpResponse:
    """One complaint, what was done in its matter, and the answer."""
    found: Grievance = get_object_or_404(grievances.grievances(request.actor), pk=pk)
    form = GrievanceAnswerForm(request.POST or None)
    if form.is_valid():
        try:
            grievances.answer(found, **form.cleaned_data, by=request.actor, now=timezone.now())
        except Overtaken as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("已答复诉求人。"))
        return redirect("grievance", pk)
    dossier = found.matter.dossier
    context = {
        "grievance": found,
        "dossier": dossier,
        "number": ids.pretty(dossier.number),
        "step": lifecycle.BY_NAME[dossier.step],
        "lines": story.for_staff(dossier.pk),
        "form": form,
    }
    return render(request, "matters/talking/grievance.html", context, status=422 if form.errors else 200)
