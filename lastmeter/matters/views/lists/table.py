"""`/queue/table/`: the same list as a table with chosen columns; picked for bulk acts, printed, handed out as XLSX."""

from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.grid import scope
from lastmeter.kit import downloads
from lastmeter.matters.lists import choosing, columns, exporting, reading
from lastmeter.matters.lists.bulk import runs
from lastmeter.matters.lists.bulk.acts import ACTS
from lastmeter.matters.views import listing


@require_safe
@signed_in
def table(request: Request, user: User) -> HttpResponse:
    """One page of the list; `?cols=` chooses columns and is remembered."""
    if not scope.held(request.actor):
        raise Http404
    filters, query = listing.read(request.GET)
    chosen = listing.chosen_columns(request)
    page = reading.work_list(request.actor, filters, request.GET.get("cursor"), now=timezone.now())
    there, heads = reverse("queue-table"), [column.word for column in chosen]
    above = listing.narrowing(request.actor, filters, page, "queue-table")
    context = {
        **above,
        "page": page,
        "query": query,
        "columns": chosen,
        "all_columns": columns.COLUMNS,
        "rows": [
            (row, list(zip(heads, cells, strict=True)))
            for row, cells in zip(page.items, columns.cells(iter(page.items), chosen), strict=True)
        ],
        "asked": choosing.words(request.actor, filters),
        "pairs": filters.pairs(),
        "pages": {
            name: f"{there}{filters.query()}&{urlencode({'cursor': cursor})}" if cursor else ""
            for name, cursor in (("prev", page.prev), ("next", page.next))
        },
        "reading": reverse("queue") + filters.query(),
        "sheet": reverse("queue-sheet") + filters.query(),
        "bulk_acts": ACTS,
        "many": above["total"] == listing.capped(reading.COUNT_CAP) or (filters.words and page.next),
        "most_picked": runs.MOST,
        "most_exported": exporting.MOST,
        "keep": reverse("saved-lists") + filters.query(),
    }
    return render(request, "matters/desk/table.html", context)


@require_safe
@signed_in
def sheet(request: Request, user: User) -> HttpResponse:
    """`/queue/table.xlsx`: exactly this list, phone and identity numbers in its words masked; leaves an audit entry."""
    if not scope.held(request.actor) or request.method != "GET":
        raise Http404
    filters, _query = listing.read(request.GET)
    chosen, now = listing.chosen_columns(request), timezone.now()
    name = _("事项清单 %(day)s.xlsx") % {"day": timezone.localdate(now).isoformat()}
    return downloads.written(name, lambda path: exporting.write(path, filters, chosen, by=request.actor, now=now))
