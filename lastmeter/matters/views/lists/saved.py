"""`/queue/saved/`: lists under a name, with what they hold now."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in, swaps
from lastmeter.grid import scope
from lastmeter.matters.forms.lists import ChangeList, SaveList
from lastmeter.matters.lists import choosing, columns, saved
from lastmeter.matters.models import SavedList
from lastmeter.matters.steps import Overtaken
from lastmeter.matters.views import listing


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def lists(request: Request, user: User) -> HttpResponse:
    """The lists with their counts, as a page or into the menu; the one at hand can be kept under a name."""
    if not scope.held(request.actor):
        raise Http404
    filters, _query = listing.read(request.GET)
    form = SaveList(request.POST if request.method == "POST" else None, by=request.actor)
    if form.is_valid():
        given, chosen = form.cleaned_data, columns.text(listing.chosen_columns(request))
        try:
            saved.save(given["name"], filters, chosen, owner=given["owner"], by=request.actor, now=timezone.now())
        except saved.Taken as taken:
            form.add_error("name", str(taken))
        else:
            messages.success(request, _("已存为“%(name)s”。") % {"name": given["name"]})
            return redirect("saved-lists")
    return _page(request, form, status=422 if form.is_bound else 200)


def _page(request: Request, form: SaveList, *, status: int = 200, trouble: str = "") -> HttpResponse:
    filters, query = listing.read(request.GET)
    counted = saved.counted(request.actor, now=timezone.now())
    at = request.GET.get("at", "")
    there = reverse(at if at in listing.PAGES else "queue")
    context = {
        "lists": [
            {
                "saved": each.saved,
                "href": there + saved.address(each.saved),
                "table": reverse("queue-table") + saved.address(each.saved),
                "count": None if each.count is None else listing.capped(each.count),
                "owner": each.saved.node or each.saved.unit,
                "form": ChangeList(
                    initial={
                        "name": each.saved.name,
                        "is_default": each.saved.is_default,
                        "version": each.saved.version,
                    },
                    auto_id=f"list-{each.saved.pk}-%s",
                ),
            }
            for each in counted
        ],
        "form": form,
        "asked": choosing.words(request.actor, filters),
        "here": reverse("saved-lists") + query,
        "shelf": dict(listing.TABS)[filters.step],
        "trouble": trouble,
        "keeps": bool(set(request.GET) - {"at"}),
    }
    into_menu = swaps(request) and request.method == "GET"
    return render(request, f"matters/desk/{'parts/saved' if into_menu else 'saved'}.html", context, status=status)


@require_POST
@signed_in
def change(request: Request, user: User, pk: int) -> HttpResponse:
    """Another name, or the first to be seen."""
    row = _row(request, pk)
    form = ChangeList(request.POST)
    if not form.is_valid():
        return _page(request, SaveList(by=request.actor), status=422, trouble=_("清单要有名称，最多 40 个字。"))
    try:
        saved.change(row, **form.cleaned_data)
    except (saved.Taken, Overtaken) as trouble:
        return _page(request, SaveList(by=request.actor), status=409, trouble=str(trouble))
    messages.success(request, _("已改好。"))
    return redirect("saved-lists")


@require_POST
@signed_in
def removal(request: Request, user: User, pk: int) -> HttpResponse:
    """Remove a list; what it showed stays."""
    row = _row(request, pk)
    saved.remove(row)
    messages.success(request, _("清单“%(name)s”已删掉，事项都还在。") % {"name": row.name})
    return redirect("saved-lists")


def _row(request: Request, pk: int) -> SavedList:
    if not scope.held(request.actor):
        raise Http404
    return get_object_or_404(saved.visible(request.actor), pk=pk)
