"""Who is mine, printed plates, and picking a place: pages without sign-in."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lastmeter.grid import locate, mapping, posts, tree
from lastmeter.grid.forms import HereForm
from lastmeter.grid.models import Level, Node, PartyOrganisation, Plate, Unit

REMEMBERED = "place"  # the session's key for the place that was scanned or picked last


@require_safe
def who_is_mine(request: HttpRequest, code: str) -> HttpResponse:
    """`/g/<code>/`: the people, the map and the ways to reach them, for any code the place ever had."""
    node = tree.resolve_code(code) or Node.objects.filter(key=code).first()
    if node is None:
        return render(request, "grid/unknown.html", {"code": code[:40]}, status=404)
    people = posts.public_people(node)
    return render(
        request,
        "grid/node.html",
        {
            "node": node,
            "code": code,
            "chain": [(each, tree.code_of(each)) for each in tree.chain_of(node) if each.level >= Level.COUNTY],
            "nearest": next((each for each in people if each.name), None),
            "people": people,
            "drawing": mapping.outline(node),
            "party": PartyOrganisation.objects.filter(node=node).first(),
            "below": _with_codes(tree.children(node)),
            "units": Unit.objects.filter(node__in=tree.chain_of(node), closed_on=None).order_by("name"),
            "supervision": _supervision(node),
            "ended": node.valid_to is not None and node.valid_to <= timezone.localdate(),
        },
    )


def _with_codes(nodes: "list[Node] | object") -> list[tuple[Node, str]]:
    listed = list(nodes)  # type: ignore[call-overload]
    codes = tree.codes_of(listed)
    return [(node, codes[node.pk]) for node in listed]


def _supervision(node: Node) -> str:
    """The supervision phone of the node, or of the nearest place above that names one."""
    chain = [node, *reversed(tree.chain_of(node))]
    return next((each.supervision_phone for each in chain if each.supervision_phone), "")


@require_safe
def plate(request: HttpRequest, token: str) -> HttpResponse:
    """`/q/<token>/`: a printed plate leads to today's node and the place is remembered for a report."""
    found = get_object_or_404(Plate.objects.select_related("node"), token=token)
    request.session[REMEMBERED] = found.node_id
    return redirect("who-is-mine", tree.code_of(found.node))


@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """`/places/`: pick a place by walking down the tree or by its name; works as plain links."""
    goal = _next(request)
    if picked := request.GET.get("pick", ""):
        return _picked(request, picked, goal)
    node = _node(request.GET.get("in", ""))
    words = request.GET.get("q", "").strip()[:40]
    shown = tree.find(words, under=None) if words else list(tree.children(node) if node else _start())
    return render(
        request,
        "grid/places.html",
        {
            "node": node,
            "chain": tree.chain_of(node) if node else [],
            "shown": shown,
            "words": words,
            "next": goal,
            "here": HereForm(initial={"next": goal}),
        },
    )


def _start() -> list[Node]:
    """Where the tree begins to branch: nobody wants to pick their province."""
    nodes = list(tree.children(None))
    while len(nodes) == 1 and nodes[0].level < Level.COUNTY:
        below = list(tree.children(nodes[0]))
        if not below:
            break
        nodes = below
    return nodes


def _node(text: str) -> Node | None:
    """The node of that id in an address; None when it is no id of one."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        return None
    return Node.objects.filter(pk=int(text)).first()


def _picked(request: HttpRequest, text: str, goal: str) -> HttpResponse:
    node = _node(text)
    if node is None:
        raise Http404(_("没有这个地点"))
    return _remember(request, node, goal)


def _remember(request: HttpRequest, node: Node, goal: str) -> HttpResponse:
    request.session[REMEMBERED] = node.pk
    if not goal:
        return redirect("who-is-mine", tree.code_of(node))
    mark = "&" if "?" in goal else "?"
    return redirect(f"{goal}{mark}{urlencode({'place': node.pk})}")


def _next(request: HttpRequest) -> str:
    """Where to go afterwards: an address of this site, or nowhere."""
    goal = request.POST.get("next") or request.GET.get("next") or ""
    return goal if url_has_allowed_host_and_scheme(goal, allowed_hosts=None) else ""


@require_POST
def here(request: HttpRequest) -> HttpResponse:
    """`/places/here/`: the place of a position (lon, lat in WGS84); outside the grid a sentence says so."""
    form = HereForm(request.POST)
    goal = _next(request)
    found = None
    if form.is_valid():
        found = locate.current().locate(form.cleaned_data["lon"], form.cleaned_data["lat"])
        if found is None:
            form.add_error(None, _("您现在的位置不在本市网格范围内，请在下面按名称或逐级选择。"))
    node = Node.objects.filter(pk=found).first() if found else None
    if node is not None:
        return _remember(request, node, goal)
    context = {"node": None, "chain": [], "shown": _start(), "words": "", "next": goal, "here": form}
    return render(request, "grid/places.html", context, status=400)
