"""`/figures/`: the published months, for everybody, without sign-in."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lastmeter.grid import tree
from lastmeter.grid.models import Node
from lastmeter.insight import counting, publishing, showing
from lastmeter.insight.models import Publication
from lastmeter.insight.rules import BadMonth, Month
from lastmeter.kit import downloads, sheets


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Which places have published which months; where there is only one place, its newest month."""
    places = Node.objects.filter(pk__in=Publication.objects.values("place")).order_by("path")
    listed = [(node, code, publishing.newest(node)[:12]) for node, code in _with_codes(list(places[:100]))]
    if len(listed) == 1 and (newest := listed[0][2].first()):
        return redirect("figures-month", listed[0][1], f"{newest.month:%Y-%m}")
    return render(request, "insight/figures.html", {"listed": listed})


def _with_codes(nodes: list[Node]) -> list[tuple[Node, str]]:
    codes = tree.codes_of(nodes)
    return [(node, codes[node.pk]) for node in nodes]


def _published(code: str, text: str) -> tuple[Node, Publication]:
    """The place of a code and the last publication of a month there; 404 for what was never published."""
    place = tree.named(code)
    try:
        month = Month.read(text, timezone.now())
    except BadMonth:
        raise Http404 from None
    found = publishing.newest(place).filter(month=month.first).first() if place else None
    if place is None or found is None:
        raise Http404(_("这个月的数据还没有公布。"))
    return place, found


def _way(request: HttpRequest) -> str:
    by = request.GET.get("by", counting.PLACE)
    if by not in counting.WAYS:
        raise Http404
    return by


@require_safe
def month(request: HttpRequest, code: str, month: str) -> HttpResponse:
    """A published month: the three rates first, then the table, the formulas in words, and corrections."""
    place, publication = _published(code, month)
    by = _way(request)
    shown = showing.public(publication, by)
    context = {
        "place": place,
        "code": code,
        "month": Month(publication.month),
        "publication": publication,
        "shown": shown,
        "three": showing.three(publication),
        "months": [(f"{each.month:%Y-%m}", each.month == publication.month) for each in publishing.newest(place)[:12]],
        "corrections": publishing.corrections(publication),
        "by": by,
        "ways": showing.ways(by),
    }
    return render(request, "insight/month.html", context)


@require_safe
def xlsx(request: HttpRequest, code: str, month: str) -> HttpResponse:
    """A published month as a workbook, as it is on the page: the small figures are not in it either."""
    place, publication = _published(code, month)
    shown = showing.public(publication, _way(request))
    header, rows = showing.sheet(shown.formulas, [*shown.rows, shown.whole])
    name = _("%(place)s %(month)s 公开指标.xlsx") % {"place": place.name, "month": month}
    return downloads.written(name, lambda path: sheets.write_rows(path, header, rows))
