"""Who is mine, printed plates, and picking a place: pages without sign-in."""

from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lastmeter.accounts.requests import Request, swaps
from lastmeter.grid import locate, mapping, picking, posts, reconciling, scope, tree
from lastmeter.grid.duty import rosters
from lastmeter.grid.forms import HereForm
from lastmeter.grid.history import versions
from lastmeter.grid.models import Level, Node, PartyOrganisation, Plate, Unit
from lastmeter.kit.goal import goal_of


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """`/g/`: the place this browser picked or scanned last; the picker when there is none."""
    node = picking.remembered(request.session)
    return redirect("who-is-mine", tree.code_of(node)) if node else redirect("places")


@require_safe
def who_is_mine(request: Request, code: str) -> HttpResponse:
    """`/g/<code>/`: the people, the outline and the ways to reach them, for any code the place ever had."""
    node = tree.named(code)
    if node is None:
        return render(request, "grid/unknown.html", {"code": code[:40]}, status=404)
    ended = node.has_ended(timezone.localdate())
    onward = versions.successors(node) if ended else []
    if len(onward) == 1:
        return redirect("who-is-mine", tree.code_of(onward[0]))
    chain = tree.chain_of(node)
    people = posts.public_people(node)
    drawing = mapping.outline(chain)
    beside = Node.objects.filter(pk__in=drawing.beside) if drawing and drawing.node == node else []
    below, beside_codes = tree.children(node), tree.codes_of(beside)
    codes = tree.codes_of([*chain, *below, *onward]) | beside_codes
    context = {
        "node": node,
        "code": codes[node.pk],
        "chain": [(each, codes[each.pk]) for each in chain[:-1] if each.level >= Level.COUNTY],
        "first": next((each for each in people if each.name and each.phone), None),
        "people": people,
        "on_duty": rosters.on_duty(node, timezone.now()),
        "drawing": drawing,
        "drawn_code": codes[drawing.node.pk] if drawing else "",
        "staff": bool(scope.reach(request.actor).nodes),
        "has_directory": any(each.level == Level.COMMUNITY for each in chain),
        "party": PartyOrganisation.objects.filter(node=node).first(),
        "below": [(each, codes[each.pk]) for each in below],
        "beside": [(each, codes[each.pk]) for each in beside],
        "units": Unit.objects.filter(node__in=chain, closed_on=None).order_by("-node__level", "name"),
        "supervision": _supervision(chain),
        "ended": ended,
        "onward": [(each, codes[each.pk]) for each in onward],
    }
    return render(request, "grid/node.html", context)


def _supervision(chain: Sequence[Node]) -> str:
    """The supervision phone of the nearest place that names one."""
    return next((each.supervision_phone for each in reversed(chain) if each.supervision_phone), "")


@require_safe
def plate(request: HttpRequest, token: str) -> HttpResponse:
    """`/q/<token>/`: a printed plate leads to today's node and the place is remembered for a report.

    A revoked one says so and leads on; it is not remembered, for it may hang where it does not belong.
    """
    found = get_object_or_404(Plate.objects.select_related("node"), token=token)
    if found.revoked_at is not None:
        return render(request, "grid/plate_revoked.html", {"plate": found, "code": tree.code_of(found.node)})
    picking.remember(request.session, found.node)
    request.session[picking.SCANNED] = found.node.pk
    return redirect("who-is-mine", tree.code_of(found.node))


@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """`/places/`: pick a place by walking down the tree, by name or by address; plain links, no script needed."""
    goal = goal_of(request)
    if "pick" in request.GET or "code" in request.GET:
        coded = tree.named(request.GET["code"][:40]) if "code" in request.GET else None
        node = picking.valid(coded.pk if coded else request.GET.get("pick"))
        if node is None:
            raise Http404(_("没有这个地点"))
        words = picking.words_of(request.GET.get("building", ""), request.GET.get("unit", ""), node)
        picking.remember(request.session, node, words)
        return redirect(picking.after(node, goal))
    words = request.GET.get("q", "").strip()[:40]
    return _picker(request, goal, HereForm(), picking.valid(request.GET.get("in", "")), words, part=swaps(request))


@require_safe
def divisions(request: HttpRequest) -> HttpResponse:
    """`/divisions/`: the two official lists of Yangjiang side by side, what differs first."""
    pairs = reconciling.compare()
    differing = [pair for pair in pairs if pair.difference]
    alike = [pair for pair in pairs if not pair.difference]
    return render(request, "grid/divisions.html", {"differing": differing, "alike": alike})


@require_POST
def here(request: HttpRequest) -> HttpResponse:
    """`/places/here/`: the place of a position (lon, lat in WGS84); outside the grid a sentence says so."""
    form, goal = HereForm(request.POST), goal_of(request)
    if form.is_valid():
        node = picking.valid(locate.current().locate(form.cleaned_data["lon"], form.cleaned_data["lat"]))
        if node is not None:
            picking.remember(request.session, node)
            return redirect(picking.after(node, goal))
        form.add_error(None, _("您现在的位置不在本地的网格范围内，请按名称查找，或逐级选择。"))
    return _picker(request, goal, form, status=422)


def _picker(
    request: HttpRequest,
    goal: str,
    form: HereForm,
    node: Node | None = None,
    words: str = "",
    *,
    part: bool = False,
    status: int = 200,
) -> HttpResponse:
    listed = picking.choices(node, words, goal)
    drawing = None if words else mapping.chart(node, [each.node for each in listed], mapping.MOST_BYTES)
    opens = {each.node: each for each in listed}
    context = {
        "node": node,
        "drawing": drawing,
        "pieces": [(each, opens[each.node]) for each in drawing.pieces if each.node in opens] if drawing else [],
        "picks": picking.address(goal) + ("&code=" if goal else "code="),
        "chain": [(each, picking.address(goal, **{"in": each.pk})) for each in tree.chain_of(node)] if node else [],
        "choices": listed,
        "pick": picking.address(goal, pick=node.pk) if node else "",
        "again": picking.address(goal),
        "words": words,
        "goal": goal,
        "form": form,
    }
    return render(request, "grid/parts/choices.html" if part else "grid/places.html", context, status=status)
