"""`/coverage/`: what is missing on my ground; the page that must be empty."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.grid import keeping, scope, tree
from lastmeter.grid.coverage import gaps, strays
from lastmeter.grid.models import Node, Stray
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


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def stray(request: Request, user: User, pk: int) -> HttpResponse:
    """`/coverage/strays/<pk>/`: where it hangs, where its position is; a POST lets it hang there."""
    paths = scope.grounds(request.actor, keeping.DRAWERS, keeping.LOWEST)
    row = get_object_or_404(Stray.objects.filter(scope.inside(paths)), pk=pk)
    problem = ""
    if request.method == "POST":
        try:
            strays.put_right(row, by=request.actor, now=timezone.now())
        except strays.NotYours as refused:
            problem = str(refused)
        else:
            messages.success(request, _("已经归到位置所在的网格。"))
            return redirect("coverage")
    places = {each.path: each for each in Node.objects.filter(path__in=(row.path, row.found))}
    context = {
        "named": strays.named([row]).get((row.model, row.row)),
        "here": places.get(row.path),
        "there": places.get(row.found),
        "code": tree.code_of(places[row.path]) if row.path in places else "",
        "problem": problem,
    }
    return render(request, "grid/stray.html", context, status=409 if problem else 200)
