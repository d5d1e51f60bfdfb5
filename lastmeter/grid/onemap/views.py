"""`/map/`: one map, the tree beside it; the address keeps the place and the layers."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from lastmeter.accounts.requests import Request
from lastmeter.grid import mapping, picking, tree
from lastmeter.grid.history import versions
from lastmeter.grid.models import Level, Node
from lastmeter.grid.onemap import panel, walking


@require_safe
def one_map(request: Request) -> HttpResponse:
    """The map for everybody; the layers of posts and gaps, and the acts, for whoever's posts reach there."""
    look = walking.look(request.actor, request.GET.getlist("show"))
    code, words, today = request.GET.get("at", ""), request.GET.get("q", "").strip(), timezone.localdate()
    node = _named(code) if code else walking.start(request.actor, request.session)
    if node is not None and node.has_ended(today):
        onward = versions.successors(node)
        return redirect(reverse("one-map") + look.href(tree.code_of(onward[0]) if onward else ""))
    words = words[: walking.MOST_WORDS]
    found = walking.found(words) if words else []
    below = walking.below(node)
    drawing = mapping.chart(node, below)
    drawn = [each.node for each in drawing.pieces] if drawing else []
    beside = [each for each in drawn if each not in below]
    lines = {line.node: line for line in walking.lines([*below, *beside], look, request.actor, today)}
    chain = tree.chain_of(node)[:-1] if node else []
    codes = tree.codes_of([*chain, *([node] if node else [])])
    context = {
        "node": node,
        "code": codes[node.pk] if node else "",
        "look": look,
        "chain": [(each, look.href(codes[each.pk])) for each in chain if each.level >= Level.CITY],
        "lines": [lines[each] for each in below],
        "beside": [lines[each] for each in beside if each != node],
        "found": walking.lines(found, look, request.actor, today, picking.names_above(found)),
        "words": words,
        "drawing": drawing,
        "pieces": [(each, lines[each.node]) for each in drawing.pieces] if drawing else [],
        "panel": panel.of(node, request.actor, today) if node else None,
        "top": look.href(""),
    }
    return render(request, "grid/map/page.html", context)


def _named(code: str) -> Node:
    node = tree.named(code[:40])
    if node is None:
        raise Http404
    return node
