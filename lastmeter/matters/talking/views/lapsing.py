"""`/lapse-rules/`: what follows when a requester does not answer."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.matters.talking import lapsing, templates
from lastmeter.matters.talking.forms import LapseForm


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def lapse_rules(request: Request, user: User) -> HttpResponse:
    """The rules at my place and above it, and writing a new one."""
    places = templates.places(request.actor)
    if not places:
        raise Http404
    form = LapseForm(request.POST or None, by=request.actor, initial={"node": places[0].pk, "then": "go_on"})
    if form.is_valid():
        given = form.cleaned_data
        node = form.nodes[given.pop("node")]
        lapsing.write(node=node, **given, by=request.actor, now=timezone.now())
        messages.success(request, _("规则已改，从现在起到期的按新规则。"))
        return redirect("lapse-rules")
    context = {"form": form, "history": lapsing.history(places[0]), "node": places[0]}
    return render(request, "matters/talking/lapse_rules.html", context, status=422 if form.errors else 200)
