"""`/items/`: the public list of a place — what the community does, what it only helps with, what it is never given."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lastmeter.grid import tree
from lastmeter.grid.models import Level, Node
from lastmeter.kit import downloads
from lastmeter.kit.sheets import write_rows
from lastmeter.matters.catalogue import finding, items
from lastmeter.matters.catalogue.items import InForce
from lastmeter.matters.models import Item, ItemList


@dataclass(frozen=True, slots=True)
class Shown:
    """A line as the public reads it."""

    name: str
    above: str
    work: str
    owner: str
    basis: str
    grid: bool


@require_safe
def public_list(request: HttpRequest) -> HttpResponse:
    """The list that governs a place (`?at=` its code, else the place chosen before); else the places that have one."""
    node = _place(request)
    found = items.in_force(node.path, timezone.localdate()) if node else None
    context = {
        "node": node,
        "list": found,
        "parts": groups(found) if found else [],
        "since": ItemList.objects.filter(pk=found.id).values_list("valid_from", flat=True).first() if found else None,
        "code": tree.code_of(node) if node else "",
        "places": [] if found else _places(),
    }
    return render(request, "matters/catalogue/public.html", context)


@require_safe
def public_table(request: HttpRequest) -> HttpResponse:
    """The same as Excel."""
    node = _place(request)
    found = items.in_force(node.path, timezone.localdate()) if node else None
    header = [_("对社区"), _("事项"), _("大类"), _("社区和网格做什么"), _("责任单位"), _("依据")]
    lines = _rows(found) if found else iter(())
    return downloads.written(_("社区事项清单.xlsx"), lambda path: write_rows(path, header, lines))


def _place(request: HttpRequest) -> Node | None:
    code = request.GET.get("at", "").strip()[:40]
    if code:
        return tree.named(code)
    return Node.objects.filter(pk=request.session.get("place", 0)).first()


def groups(found: InForce) -> list[tuple[str, list[Shown]]]:
    """The lines by what they mean for the community, in the order of the catalogue."""
    known = finding.everything()
    rows = sorted(found.lines.values(), key=lambda line: (known[line.category_id].scheme_id, line.category_id))
    return [(str(asked.label), [_shown(found, line) for line in rows if line.asked == asked]) for asked in Item.Asked]


def _shown(found: InForce, line: items.Line) -> Shown:
    category = finding.everything()[line.category_id]
    return Shown(category.label, category.above, line.work, line.owner, line.basis or found.rule, line.grid)


def _rows(found: InForce) -> Iterator[list[str]]:
    for label, lines in groups(found):
        for each in lines:
            yield [label, each.name, each.above, each.work, each.owner, each.basis]


def _places() -> list[tuple[str, str]]:
    """The communities' towns and counties that have a list of their own: name and code."""
    ids = ItemList.objects.exclude(status="draft").values_list("node_id", flat=True)
    nodes = Node.objects.current(timezone.localdate()).filter(pk__in=list(ids), level__lte=Level.TOWN)
    return [(node.name, tree.code_of(node)) for node in nodes.order_by("path")]
