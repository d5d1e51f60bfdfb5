"""`/map/`: one map, the tree beside it; the address keeps the place and the layers."""

from collections.abc import Sequence

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.grid import keeping, mapping, picking, tree
from lastmeter.grid.history import versions
from lastmeter.grid.models import Level, Node, Shape
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
    chain = tree.chain_of(node) if node else []
    drawing = mapping.chart(node, below) or _above(chain)
    drawn = [each.node for each in drawing.pieces] if drawing else []
    beside = [each for each in drawn if each not in below]
    # With the place around them their ground is one range of paths, not one for each; what was found has no such one.
    around = chain[-2:] if beside else chain[-1:]
    counted = [*around, *below, *beside] if "gaps" in look.shown and not words else []
    counts = walking.missing(request.actor, counted, today)
    lines = {line.node: line for line in walking.lines([*below, *beside], look, request.actor, today, counts)}
    codes = tree.codes_of(chain)
    context = {
        "node": node,
        "code": codes[node.pk] if node else "",
        "look": look,
        "chain": [(each, look.href(codes[each.pk])) for each in chain[:-1] if each.level >= Level.CITY],
        "lines": [lines[each] for each in below],
        "beside": [lines[each] for each in beside if node and each != node and each.parent_id == node.parent_id],
        "found": walking.lines(found, look, request.actor, today, counts, picking.names_above(found)),
        "words": words,
        "drawing": drawing,
        "pieces": [(each, lines[each.node]) for each in drawing.pieces] if drawing else [],
        "panel": panel.of(node, request.actor, today) if node else None,
        "top": look.href(""),
    }
    return render(request, "grid/map/page.html", context)


@require_safe
@signed_in
def missing(request: Request, user: User) -> HttpResponse:
    """`/map/gaps/?at=`: what is missing at a place of my ground and below, for the panel and as a page of its own."""
    node = _named(request.GET.get("at", ""))
    if not keeping.keeps(request.actor, node.path):
        raise Http404
    parts = panel.missing(node, request.actor, timezone.localdate())
    return render(request, "grid/map/gaps.html", {"node": node, "code": tree.code_of(node), "parts": parts})


def _above(chain: Sequence[Node]) -> mapping.Chart | None:
    """What is drawn of a place where nothing has an outline: the nearest place above it that has one."""
    above = chain[:-1]
    around = Node.objects.filter(Q(pk__in=[each.pk for each in above]) | Q(parent__in=above))
    drawn = set(Shape.objects.filter(node__in=around, valid_to=None).values_list("node", "node__parent"))
    known = {pk for pair in drawn for pk in pair}
    near = (each for each in reversed(above) if each.pk in known or each.parent_id in known)
    return next((found for each in near if (found := mapping.chart(each, walking.below(each)))), None)


def _named(code: str) -> Node:
    node = tree.named(code[:40])
    if node is None:
        raise Http404
    return node
