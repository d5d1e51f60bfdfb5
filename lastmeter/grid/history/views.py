"""网格调整: the changes of my street, proposing one, seeing what moves, letting it take effect, undoing it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

import shapely
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.grid import mapping, picking, scope
from lastmeter.grid.history import borders, choosing, crosswalk, following, planning, redrawing, versions
from lastmeter.grid.history.fitting import DoesNotFit, Offence, square_metres
from lastmeter.grid.history.forms import FORMS, ChangeForm, choices
from lastmeter.grid.history.planning import Overtaken, Plan, Target, When
from lastmeter.grid.keeping import DRAWERS, may_draw
from lastmeter.grid.models import Change, ChangeKind, Level, Node, at_or_below, lineage
from lastmeter.kit import downloads, sheets
from lastmeter.kit.ids import row_id

FILES = ("csv", "xlsx")


def managed(actor: Actor) -> list[str]:
    """The paths of the places whose ground the actor looks after, outermost ones. Raises Http404 without any."""
    paths = scope.grounds(actor, DRAWERS)
    if not paths:
        raise Http404
    return paths


def visible(actor: Actor) -> QuerySet[Change]:
    """The changes of the streets in which the actor looks after some ground, and of those below. Raises Http404."""
    where = Q()
    for path in managed(actor):
        where |= at_or_below(path, "town__path") | Q(town__path__in=lineage(path), town__level__gte=Level.TOWN)
    return Change.objects.filter(where).select_related("town", "by", "confirmed_by", "undone_by")


@require_safe
@signed_in
def changes(request: Request, user: User) -> HttpResponse:
    """`/grid/changes/`: the changes of my street, newest first, and what may be proposed."""
    rows = visible(request.actor).prefetch_related("sources__node").order_by("-proposed_at", "-pk")[:100]
    return render(
        request, "grid/changes.html", {"changes": rows, "kinds": [(kind, ChangeKind(kind).label) for kind in FORMS]}
    )


@signed_in
def propose(request: Request, user: User, kind: str) -> HttpResponse:
    """`/grid/changes/new/<kind>/`: propose a change of one kind; what does not fit comes back with the places."""
    paths = managed(request.actor)
    if kind not in FORMS or request.method not in {"GET", "HEAD", "POST"}:
        raise Http404
    label = ChangeKind(kind).label
    paths, streets = _grounds(request, paths)
    if streets:
        return render(
            request,
            "grid/change_where.html",
            {"streets": [(each.name, f"?in={each.pk}") for each in streets], "label": label},
        )
    places, parents = choices(paths)
    node = _chosen(request, places)
    if request.method != "POST" and node is None and "file" not in request.GET:
        return _where_to_start(request, kind, places)
    bound = request.method == "POST"
    form = FORMS[kind](
        *((request.POST, request.FILES) if bound else ()), places=places, parents=parents, initial={"node": node}
    )
    if node is not None:
        form.start_from(node, kind, places, parents)
    offences: list[Offence] = []
    if bound and form.is_valid():
        try:
            made = form.propose(_when(form, request))
        except DoesNotFit as refused:
            offences = refused.offences
            for each in offences:
                form.add_error(None, each.reason)
        else:
            return redirect("change", made.pk)
    spots = [each.spot for each in offences if each.spot is not None]
    redraws = kind == ChangeKind.REDRAW
    context = {
        "form": form,
        "label": label,
        "sketch": mapping.sketch(_around(places, spots), [], spots) if spots else None,
        "node": node,
        "redraws": redraws,
        "editor": borders.around(node, timezone.localdate()) if node and redraws else None,
    }
    return render(request, "grid/change_new.html", context, status=422 if bound else 200)


def _where_to_start(request: Request, kind: str, places: QuerySet[Node]) -> HttpResponse:
    """The places from which a change of this kind may start: of one level (`?level=`), found by words (`?q=`)."""
    words, street = request.GET.get("q", "").strip()[:40], picking.valid(request.GET.get("in"))
    found = choosing.starts(places, words, request.GET.get("level", ""))
    kept = {name: value for name, value in (("q", words), ("in", street.pk if street else "")) if value}
    context = {
        "label": ChangeKind(kind).label,
        "tabs": [(name, "?" + urlencode(kept | {"level": at}), at == found.level) for at, name in found.levels],
        "lines": [(node.name, node.parent.name if node.parent else "", f"?node={node.pk}") for node in found.nodes],
        "more": found.more,
        "words": words,
        "street": street,
        "by_file": kind == ChangeKind.REDRAW,
    }
    return render(request, "grid/change_start.html", context)


def _chosen(request: Request, places: QuerySet[Node]) -> Node | None:
    """The place from which the change starts: `?node=` its id, or the first of those that were sent."""
    wanted = request.POST.get("node") or request.GET.get("node") or next(iter(request.POST.getlist("nodes")), "")
    return places.filter(pk=row_id(wanted) or 0).first()


def _grounds(request: Request, paths: list[str]) -> tuple[list[str], list[Node]]:
    """The places to choose from; above the streets the streets first, of which `?in=` names one."""
    nodes = Node.objects.filter(path__in=paths)
    if all(node.level >= Level.TOWN for node in nodes):
        return paths, []
    towns: list[Node] = []
    for node in nodes:
        towns += versions.tree_on(timezone.localdate()).below(node.path).filter(level=Level.TOWN).order_by("path")
    asked = {request.GET.get("in", ""), _street_id(request.GET.get("node", ""))}
    chosen = [town.path for town in towns if str(town.pk) in asked]
    return chosen or paths, [] if chosen else towns


def _street_id(node_id: str) -> str:
    """The id of the street of the node of that id; "" when there is none."""
    node = picking.valid(node_id)
    return str(planning.street_of(node).pk) if node else ""


def _when(form: ChangeForm, request: Request) -> When:
    data = form.cleaned_data
    return When(effective_on=data["effective_on"], reason=data["reason"], by=request.actor, now=timezone.now())


def _around(places: QuerySet[Node], spots: Sequence[shapely.Geometry]) -> list[shapely.Geometry]:
    """The grids near the places that offend."""
    drawn = versions.shapes_on(places.filter(level__lte=Level.GRID), timezone.localdate())
    return [shape for shape in drawn.values() if any(shapely.intersects(shape, spot) for spot in spots)]


@dataclass(frozen=True, slots=True)
class Line:
    """What becomes of one place, for a page."""

    old: str
    new: str
    area: str = ""
    households: str = ""
    ended: int | None = None  # id of the old place, where it has ended: its matters of the day are found by it


@require_safe
@signed_in
def change(request: Request, user: User, pk: int) -> HttpResponse:
    """`/grid/changes/<pk>/`: what a change does or did, what moves with it, and what may be done about it."""
    return _page(request, get_object_or_404(visible(request.actor), pk=pk))


def _page(request: Request, found: Change, trouble: str = "", status: int = 200) -> HttpResponse:
    waiting = found.state in {Change.State.PROPOSED, Change.State.CONFIRMED, Change.State.HELD}
    plan = planning.plan_of(found) if waiting else None
    overtaken = planning.why_overtaken(found) if found.state in {Change.State.PROPOSED, Change.State.HELD} else ""
    context = {
        "change": found,
        "lines": _planned(plan) if plan else _done(found),
        "hectares": bool(plan and plan.redrawn),
        "carried": max(0, len(plan.ends) - found.sources.count()) if plan else 0,
        "tolls": following.tolls(plan) if plan and not plan.offences else [],
        "offences": plan.offences if plan else [],
        "sketch": _sketch(plan) if plan else None,
        "trouble": trouble or overtaken,
        "overtaken": bool(overtaken),
        "may": may_act(request.actor, found),
        "can_confirm": found.state in {Change.State.PROPOSED, Change.State.HELD} and not overtaken,
        "at_once": found.effective_on <= timezone.localdate(),
        "crosswalk": found.state == Change.State.APPLIED and found.kind != ChangeKind.RENAME,
    }
    return render(request, "grid/change.html", context, status=status)


def may_act(actor: Actor, found: Change) -> bool:
    """Whether the actor looks after all the ground that the change touches."""
    touched = [source.node for source in found.sources.select_related("node")]
    if found.kind != ChangeKind.ADOPT:  # there the new parents are those of the old grids
        parts = found.parts.select_related("into")
        touched += [part.into for part in parts if part.into and part.into.level > Level.TOWN]
    return all(may_draw(actor, node) for node in touched)


def _planned(plan: Plan) -> list[Line]:
    sources = [source.node for source in plan.change.sources.select_related("node").order_by("pk")]
    if plan.change.kind == ChangeKind.RENAME:
        return [Line(sources[0].name, plan.change.parts.get().name)]
    lines = [Line(node.name, _names(plan, node)) for node in sources if node.pk in plan.heirs]
    return lines + [
        Line(node.name, _("新的边界"), _areas(plan.shape_of(node.pk), shape)) for node, shape in plan.redrawn.items()
    ]


def _areas(was: shapely.Geometry | None, comes: shapely.Geometry) -> str:
    """The area in hectares, before and after."""
    after = square_metres(comes) / 1e4
    return f"{after:,.2f}" if was is None else f"{square_metres(was) / 1e4:,.2f} → {after:,.2f}"


def _names(plan: Plan, node: Node) -> str:
    return _("、").join(_name(heir, node) for heir in plan.heirs[node.pk])


def _name(heir: Target, old: Node) -> str:
    if isinstance(heir, Node):
        return heir.name
    parent = heir.seed.parent
    return f"{parent.name} › {heir.seed.name}" if isinstance(parent, Node) and parent != old.parent else heir.seed.name


def _done(found: Change) -> list[Line]:
    moves = found.moves.filter(old__in=found.sources.values("node")) | found.moves.filter(stands_in=False)
    rows = moves.select_related("old", "new").order_by("old__path", "-area_share")
    gone = found.state == Change.State.APPLIED
    lines = [
        Line(
            row.old.name,
            row.new.name,
            _percent(row.area_share),
            _percent(row.household_share),
            row.old_id if gone and row.stands_in else None,
        )
        for row in rows
    ]
    parts = found.parts.filter(node__isnull=False).exclude(former_name="")
    lines += [Line(part.former_name, part.name) for part in parts]
    return lines if lines or found.applied_at else _meant(found)


def _meant(found: Change) -> list[Line]:
    """What a change that was withdrawn before its day would have made."""
    parts = list(found.parts.select_related("node", "into").order_by("pk"))
    comes = _("、").join(dict.fromkeys(filter(None, (part.name or str(part.into or "") for part in parts))))
    sources = found.sources.select_related("node").order_by("pk")
    return [Line(source.node.name, comes or _("新的边界")) for source in sources]


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"


def _sketch(plan: Plan) -> mapping.Sketch | None:
    roots = [heir.shape for heir in plan.comes if isinstance(heir.seed.parent, Node) and heir.shape is not None]
    fresh = [*roots, *plan.redrawn.values()]
    return mapping.sketch(list(plan.before.values()), fresh, [each.spot for each in plan.offences if each.spot])


def _act(carry_out: Callable[[Change, Request], str]) -> Callable[..., HttpResponseBase]:
    """A POST on a change that the actor sees: 403 without the post for it, 409 with the reason when it is too late."""

    @require_POST
    @signed_in
    def view(request: Request, user: User, pk: int) -> HttpResponse:
        found = get_object_or_404(visible(request.actor), pk=pk)
        if not may_act(request.actor, found):
            raise PermissionDenied
        try:
            done = carry_out(found, request)
        except (Overtaken, DoesNotFit) as trouble:
            found = get_object_or_404(visible(request.actor), pk=pk)
            return _page(request, found, str(trouble), 409)
        messages.success(request, done)
        return redirect("change", pk)

    return view


def _confirm(found: Change, request: Request) -> str:
    after = redrawing.confirm(found, by=request.actor, now=timezone.now())
    if after.state == Change.State.APPLIED:
        return _("已生效，相关的事项、岗位和二维码牌都已跟着转过去。")
    return _("已确认，到生效日期自动生效。")


def _renew(found: Change, request: Request) -> str:
    planning.renew(found, by=request.actor, now=timezone.now())
    return _("已按现在的网格重新核对。")


def _undo(found: Change, request: Request) -> str:
    was_applied = found.state == Change.State.APPLIED
    redrawing.undo(found, by=request.actor, now=timezone.now())
    return _("已撤回，所有事项、岗位都回到原来的网格。") if was_applied else _("已撤回。")


confirm, renew, undo = _act(_confirm), _act(_renew), _act(_undo)


@require_safe
@signed_in
def download(request: Request, user: User, pk: int, suffix: str) -> HttpResponse:
    """`/grid/changes/<pk>/crosswalk.csv|xlsx`: how the street's places of that level became what they are."""
    found = get_object_or_404(visible(request.actor), pk=pk, state=Change.State.APPLIED)
    source = found.sources.select_related("node").first()
    if source is None or suffix not in FILES:
        raise Http404
    after, before = found.effective_on, found.effective_on - timedelta(days=1)
    lines = crosswalk.between(found.town, source.node.level, before, after)
    header, rows = crosswalk.table(lines, before, after)
    return downloads.written(f"crosswalk-{found.pk}.{suffix}", lambda path: sheets.write_rows(path, header, rows))
