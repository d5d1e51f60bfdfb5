"""`/whistles/<number>/conferences/<pk>/`: who meets when about what, and what was decided."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.kit.ids import pretty
from lastmeter.matters.steps import Overtaken
from lastmeter.matters.whistles import conferences, forms, lifecycle, rights
from lastmeter.matters.whistles.views.reach import conference_of, whistle_for


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def conference(request: Request, user: User, number: str, pk: int) -> HttpResponse:
    """The page; POST records what it came to, once."""
    whistle = whistle_for(request.actor, number)
    row = conference_of(whistle, pk)
    at = forms.Setting(whistle, request.actor)
    open_now = row.held_at is None and whistle.step in lifecycle.BY_ACT["conclude"].before
    form = forms.Conclusion(request.POST if request.method == "POST" else None, at=at)
    trouble = ""
    if form.is_valid():
        try:
            conferences.conclude(row, **form.cleaned_data, by=request.actor, now=timezone.now())
        except Overtaken as overtaken:
            trouble = str(overtaken)
        else:
            messages.success(request, _("会商结果已记下，各单位会收到通知。"))
            return redirect("whistle-conference", whistle.number, pk)
    context = {
        "whistle": whistle,
        "number": pretty(whistle.number),
        "conference": row,
        "units": [each.unit.name for each in at.called] or [each.name for each in whistle.requested.all()],
        "decisions": [each for each in whistle.decisions.all() if each.conference_id == row.pk],
        "form": form if open_now and rights.is_router(request.actor, whistle) else None,
        "trouble": trouble,
    }
    status = 409 if trouble else 422 if form.is_bound else 200
    return render(request, "matters/whistles/conference.html", context, status=status)
