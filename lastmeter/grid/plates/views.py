"""`/plates/`: the plates of my ground — make, print, replace, revoke."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.contrib import messages
from django.db.models import Count, Max, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.grid import picking, tree
from lastmeter.grid.directory import entries as directory
from lastmeter.grid.directory.entries import Sign
from lastmeter.grid.forms import PrintForm, SpotForm
from lastmeter.grid.models import KEY_WIDTH, Level, Node, Plate
from lastmeter.grid.plates import making as acts
from lastmeter.kit import downloads
from lastmeter.kit.fonts import NoFont
from lastmeter.kit.zhtime import china


class Line(NamedTuple):
    """A place of the list: who its plate names, how many current plates it has, when one was printed last."""

    sign: Sign
    depth: int
    plates: int
    printed_at: datetime | None


@require_safe
@signed_in
def plates(request: Request, user: User) -> HttpResponse:
    """The places of my ground (`?in=<node id>`; `?deep=1` with buildings and lanes), to tick and print."""
    place = _ground(request)
    return _list(request, place, PrintForm(places=_places(place, deep=True)))


def _ground(request: Request) -> Node:
    """The place asked for, or the first I keep the plates of; outside of my ground there is nothing."""
    grounds = acts.grounds(request.actor)
    asked = request.GET.get("in") or request.POST.get("in") or (str(grounds[0]) if grounds else "")
    return _mine(request, asked)


def _mine(request: Request, node_id: object) -> Node:
    node = picking.valid(node_id)
    if node is None or not acts.keeps(request.actor, node.path):
        raise Http404
    return node


def _places(place: Node, *, deep: bool) -> QuerySet[Node]:
    """Where plates hang below the place: communities and grids, and what lies in them."""
    deepest = Level.MICRO if deep or place.level >= Level.GRID else Level.GRID
    nodes = Node.objects.current(timezone.localdate()).below(place.path)
    return nodes.filter(level__gte=Level.COMMUNITY, level__lte=deepest).order_by("path")


def _list(request: Request, place: Node, form: PrintForm, *, problem: str = "", status: int = 200) -> HttpResponse:
    deep = "deep" in request.GET or "deep" in request.POST
    wide = place.level < Level.TOWN
    context = {
        "place": place,
        "above": tree.full_name(place.parent) if place.parent else "",
        "up": place.parent if place.parent and acts.keeps(request.actor, place.parent.path) else None,
        "grounds": Node.objects.filter(pk__in=acts.grounds(request.actor)).order_by("path"),
        "below": tree.children(place) if place.level < Level.COMMUNITY else [],
        "lines": [] if wide else _lines(place, list(_places(place, deep=deep))),
        "deep": deep,
        "shallow": not deep,
        "deep_href": f"?in={place.pk}&deep=1",
        "shallow_href": f"?in={place.pk}",
        "form": form,
        "problem": problem,
    }
    return render(request, "grid/plates.html", context, status=status)


def _lines(place: Node, nodes: Sequence[Node]) -> list[Line]:
    signs = directory.signs(nodes)
    rows = Plate.objects.current().filter(node__in=nodes).values_list("node")
    known = {pk: (count, last) for pk, count, last in rows.annotate(count=Count("pk"), last=Max("printed_at"))}
    return [
        Line(signs[node.pk], (len(node.path) - len(place.path)) // KEY_WIDTH, *known.get(node.pk, (0, None)))
        for node in nodes
    ]


@require_POST
@signed_in
def print_out(request: Request, user: User) -> HttpResponse:
    """`/plates/print/`: the PDF; a place that had no plate gets one. What is wrong is said above the list."""
    place, now = _ground(request), timezone.now()
    form = PrintForm(request.POST, places=_places(place, deep=True))
    if not form.is_valid():
        return _list(request, place, form, status=422)
    try:
        chosen, made = _made(request, place, form, now)
    except NoFont as error:
        return _list(request, place, form, problem=str(error), status=503)
    acts.printed(chosen, now=now)
    name = _("%(place)s二维码牌%(day)s.pdf") % {"place": place.name, "day": f"{china(now):%Y%m%d}"}
    return downloads.attachment(made, name)


def _made(request: Request, place: Node, form: PrintForm, now: datetime) -> tuple[list[Plate], bytes]:
    """The plates of the form and their PDF. Raises NoFont."""
    from lastmeter.grid.plates import paper as plate_paper  # fpdf2 takes 46 MB: only a worker that prints pays

    chosen = list(form.cleaned_data["plate"].select_related("node"))
    if not chosen:
        places = _places(place, deep="deep" in request.POST) if "all" in request.POST else form.cleaned_data["pick"]
        chosen = acts.ready(list(places), by=request.actor, now=now)
    signs = directory.signs({plate.node_id: plate.node for plate in chosen}.values())
    return chosen, plate_paper.plates_pdf(chosen, signs, form.cleaned_data["format"], now=now)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def of_place(request: Request, user: User, node_id: int) -> HttpResponse:
    """`/plates/<node>/`: the plates of one place; POST adds one for a spot."""
    node = _mine(request, node_id)
    form = SpotForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        acts.make([node], spot=form.cleaned_data["spot"], by=request.actor, now=timezone.now())
        messages.success(request, _("新牌已经做好，可以打印了。"))
        return redirect("plates-of", node.pk)
    found = Plate.objects.filter(node=node)
    context = {
        "node": node,
        "above": tree.full_name(node.parent) if node.parent else "",
        "plates": [(each, acts.address(each)) for each in found.current().order_by("spot")],
        "revoked": found.exclude(revoked_at=None).order_by("-revoked_at"),
        "form": form,
        "formats": acts.Format.choices,
    }
    return render(request, "grid/plates_of.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@signed_in
def replacement(request: Request, user: User, node_id: int, pk: int) -> HttpResponse:
    """`/plates/<node>/<plate>/replacement/`: the old one is revoked, a new one takes its spot."""
    plate = _plate(request, node_id, pk)
    try:
        acts.replace(plate, by=request.actor, now=timezone.now())
        messages.success(request, _("旧牌已作废，新牌可以打印了。扫旧牌的人会看到说明，并被带到这里的页面。"))
    except acts.Revoked:
        messages.warning(request, _("这块牌子刚刚已经有人作废了。"))
    return redirect("plates-of", node_id)


@require_POST
@signed_in
def revocation(request: Request, user: User, node_id: int, pk: int) -> HttpResponse:
    """`/plates/<node>/<plate>/revocation/`: the plate is taken down for good."""
    plate = _plate(request, node_id, pk)
    try:
        acts.revoke(plate, by=request.actor, now=timezone.now())
        messages.success(request, _("这块牌子已作废。扫到它的人会看到说明，并被带到这里的页面。"))
    except acts.Revoked:
        messages.warning(request, _("这块牌子刚刚已经有人作废了。"))
    return redirect("plates-of", node_id)


def _plate(request: Request, node_id: int, pk: int) -> Plate:
    return get_object_or_404(Plate.objects.select_related("node"), pk=pk, node=_mine(request, node_id))
