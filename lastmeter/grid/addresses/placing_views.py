"""`/addresses/buildings/<pk>/place/`: which grid a building belongs to — what suggests itself, what goes along."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.grid.addresses import balance, book, finding, placing
from lastmeter.grid.addresses.book import BadAddress
from lastmeter.grid.models import Building, Node
from lastmeter.kit.ids import row_id

MOST_SHOWN = 30  # grids offered at once; more are found by their name


class PlacingForm(forms.Form):
    """The grid, and whether all of the compound at the same place goes too."""

    to = forms.IntegerField(min_value=1)
    whole = forms.BooleanField(required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def place(request: Request, user: User, pk: int) -> HttpResponse:
    """Choose a grid (`?to=`, found by `?q=`, of the town with `?town=1`), see what goes along; a POST moves it."""
    rows = balance.within(book.kept_paths(request.actor)).select_related("road", "compound", "node")
    row = get_object_or_404(rows, pk=pk)
    form = PlacingForm(request.POST)
    if request.method == "POST" and form.is_valid():
        node = get_object_or_404(placing.candidates(row, whole_town=True), pk=form.cleaned_data["to"])
        try:
            return _moved(request, row, node, whole=form.cleaned_data["whole"])
        except BadAddress as error:
            row.refresh_from_db()
            return _page(request, row, str(error), 409)
    return _page(request, row)


def _moved(request: Request, row: Building, node: Node, *, whole: bool) -> HttpResponse:
    moved = placing.place(row, node, whole=whole, by=request.actor, now=timezone.now())
    said = ngettext(
        "%(count)d 栋楼已归到“%(name)s”，登记在这里的未结事项跟着过去。移错了可以在这一页再移一次。",
        "%(count)d 栋楼已归到“%(name)s”，登记在这里的未结事项跟着过去。移错了可以在这一页再移一次。",
        moved,
    )
    messages.success(request, said % {"count": moved, "name": node.name})
    return redirect("address-building", row.pk)


def _page(request: Request, row: Building, problem: str = "", status: int = 200) -> HttpResponse:
    words, town = request.GET.get("q", "").strip()[:40], bool(request.GET.get("town"))
    hints = placing.hints(row)
    offered = placing.candidates(row, whole_town=town)
    found = offered.filter(name__icontains=words) if words else offered
    shown = list(found.exclude(pk=row.node_id)[: MOST_SHOWN + 1])
    chosen = _chosen(request, row, hints)
    together = list(placing.companions(row))
    whole = len(together) > 1 and request.GET.get("alone") != "1"
    context = {
        "building": row,
        "address": finding.text_of(row),
        "hints": hints,
        "shown": shown[:MOST_SHOWN],
        "more": len(shown) > MOST_SHOWN,
        "words": words,
        "town": town,
        "chosen": chosen,
        "together": len(together),
        "whole": whole,
        "tolls": placing.tolls(together if whole else [row]) if chosen else [],
        "problem": problem,
    }
    return render(request, "grid/addresses/place.html", context, status=status)


def _chosen(request: Request, row: Building, hints: list[placing.Hint]) -> Node | None:
    """The grid asked for; before anybody has asked, the one that suggests itself."""
    asked = request.GET.get("to") or request.POST.get("to") or ""
    if asked:
        return placing.candidates(row, whole_town=True).filter(pk=row_id(asked) or 0).first()
    return hints[0].node if hints and not request.GET else None
