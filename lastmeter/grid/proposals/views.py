"""The desk's pages of proposed grids: ask, wait, look, give a cell away, take the table along."""

from collections.abc import Iterator

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.grid import mapping
from lastmeter.grid.history.fitting import DoesNotFit
from lastmeter.grid.history.planning import When
from lastmeter.grid.models import Layer, Proposal, ProposalCell, ProposalGrid
from lastmeter.grid.proposals import adopting, crosswalk, figures, picture, proposing, undoing
from lastmeter.grid.proposals.forms import AdoptForm, AskForm, GiftForm
from lastmeter.kit import downloads
from lastmeter.kit.ids import row_id
from lastmeter.kit.sheets import write_rows

LISTED = 50


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def proposals(request: Request, user: User) -> HttpResponse:
    """`/grid/proposals/`: what was proposed for the actor's ground, and the form that asks for one."""
    places = proposing.places(request.actor)
    if not places:
        raise Http404
    first = {"urban_from": proposing.URBAN[0], "urban_to": proposing.URBAN[1]}
    first |= {"rural_from": proposing.RURAL[0], "rural_to": proposing.RURAL[1]}
    drawn = proposing.layers_for(request.actor)
    form = AskForm(request.POST or None, places=places, drawn=drawn, initial=first | _from_layer(request, drawn))
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        urban, rural = (told["urban_from"], told["urban_to"]), (told["rural_from"], told["rural_to"])
        asked = proposing.ask(
            street=told["street"],
            urban=urban,
            rural=rural,
            rejoin=told["rejoin"],
            base=told.get("base"),
            layers=told.get("layers", ()),
            by=request.actor,
            now=timezone.now(),
        )
        return redirect("proposal", asked.pk)
    context = {"form": form, "listed": proposing.visible_to(request.actor)[:LISTED]}
    return render(request, "grid/proposals.html", context, status=422 if form.errors else 200)


def _from_layer(request: Request, drawn: QuerySet[Layer]) -> dict[str, int]:
    """What the form begins with when somebody comes from a layer's page."""
    layer = drawn.filter(pk=row_id(request.GET.get("base", "")) or 0).first()
    return {"base": layer.pk, "street": layer.street_id} if layer else {}


@require_safe
@signed_in
def proposal(request: Request, user: User, pk: int) -> HttpResponse:
    """`/grid/proposals/<pk>/`: the map, the figures before and after, the rules; `?cell=` is the chosen cell."""
    found = _found(request, pk)
    chosen = found.cells.filter(pk=row_id(request.GET.get("cell", "")) or 0)
    cell = chosen.select_related("grid", "place", "start").first()
    return _page(request, found, cell)


def _found(request: Request, pk: int) -> Proposal:
    return get_object_or_404(proposing.visible_to(request.actor), pk=pk)


def _page(
    request: Request,
    found: Proposal,
    cell: ProposalCell | None,
    *,
    trouble: str = "",
    status: int = 200,
    adopt: AdoptForm | None = None,
    sketch: mapping.Sketch | None = None,
) -> HttpResponse:
    if found.state not in (Proposal.State.DRAFT, Proposal.State.ADOPTED):
        return render(request, "grid/proposal_waiting.html", {"proposal": found})
    sheets = proposing.sheets(found)
    layers = list(found.layers.order_by("pk"))
    drawing = picture.draw(sheets)
    beside: list[ProposalGrid] = []
    if cell is not None:
        beside = next(each for each in sheets if each.community.pk == cell.grid.community_id).beside(cell)
    last = undoing.last(request.session, found)
    context = {
        "proposal": found,
        "brush": row_id(request.POST.get("to") or request.GET.get("brush", "")),
        "last": found.cells.filter(pk=last.cell).select_related("grid", "place").first() if last else None,
        "drawing": drawing,
        "figures": figures.table(sheets, layers),
        "compared": figures.comparisons(sheets, layers),
        "reasons": figures.reasons(sheets),
        "compared_labels": figures.labels(),
        "as_drawn": all(map(figures.kept_as_drawn, sheets)),
        "layers": layers,
        "base": next((each for each in layers if each.base), None),
        "walks": crosswalk.walks(found) if layers else [],
        "rows": figures.rows(sheets, drawing.colour_of),
        "no_worse": all(each.no_worse for each in sheets),
        "weights": proposing.WEIGHTS,
        "cell": cell,
        "beside": beside,
        "trouble": trouble,
        "adopt": adopt or AdoptForm(initial={"version": found.version}),
        "sketch": sketch,
    }
    return render(request, "grid/proposal.html", context, status=status)


@require_POST
@signed_in
def gift(request: Request, user: User, pk: int) -> HttpResponse:
    """`/grid/proposals/<pk>/gift/`: a cell goes to a grid beside it; what breaks a rule is refused with the reason."""
    found = _found(request, pk)
    if not proposing.may_propose(request.actor, found.street):
        raise Http404
    form = GiftForm(request.POST, grids=list(found.grids.all()))
    if not form.is_valid():
        return _page(request, found, None, trouble=_("请先在图上或表里选一块，再选划给哪个网格。"), status=422)
    told = form.cleaned_data
    cell = get_object_or_404(found.cells.select_related("grid", "place", "start"), pk=told["cell"])
    try:
        proposing.give(found, cell, told["to"], version=told["version"], by=request.actor, now=timezone.now())
    except proposing.Overtaken as late:
        return _page(request, _found(request, pk), cell, trouble=str(late), status=409)
    except proposing.Refused as refused:
        return _page(request, _found(request, pk), cell, trouble=str(refused), status=422)
    undoing.note(request.session, found, cell, told["to"], version=told["version"])
    return redirect(_at(pk, told["to"].pk))


def _at(pk: int, brush: int) -> str:
    """The page of a proposal with the grid that is being painted with; the browser stays at the drawing."""
    return f"{reverse('proposal', args=[pk])}?brush={brush}#drawing"


@require_POST
@signed_in
def undo(request: Request, user: User, pk: int) -> HttpResponse:
    """`/grid/proposals/<pk>/gift/undoing/`: the last cell given away in this session goes back where it was."""
    found = _found(request, pk)
    if not proposing.may_propose(request.actor, found.street):
        raise Http404
    last = undoing.last(request.session, found)
    if last is None:
        return _page(request, found, None, trouble=_("没有可以撤销的：方案在此期间已经改过。"), status=409)
    cell = get_object_or_404(found.cells.select_related("grid", "place", "start"), pk=last.cell)
    former = get_object_or_404(found.grids, pk=last.former)
    try:
        proposing.give(found, cell, former, version=last.version, by=request.actor, now=timezone.now())
    except proposing.Refused as refused:
        return _page(request, _found(request, pk), None, trouble=str(refused), status=409)
    undoing.taken_back(request.session, found)
    return redirect(_at(pk, last.to))


@require_POST
@signed_in
def adoption(request: Request, user: User, pk: int) -> HttpResponse:
    """`/grid/proposals/<pk>/adoption/`: the draft becomes a change of the grid, to be looked at and confirmed there."""
    found = _found(request, pk)
    if not proposing.may_propose(request.actor, found.street):
        raise Http404
    form = AdoptForm(request.POST)
    if not form.is_valid():
        return _page(request, found, None, trouble=_("请写明生效日期。"), status=422, adopt=form)
    told = form.cleaned_data
    when = When(effective_on=told["effective_on"], reason=told["reason"], by=request.actor, now=timezone.now())
    try:
        change = adopting.adopt(found, version=told["version"], when=when)
    except proposing.Overtaken as late:
        return _page(request, _found(request, pk), None, trouble=str(late), status=409)
    except proposing.Refused as refused:
        return _page(request, found, None, trouble=str(refused), status=422, adopt=form)
    except DoesNotFit as refused:
        spots = mapping.sketch(*adopting.around(found, refused.offences))
        return _page(request, found, None, trouble=str(refused), status=422, adopt=form, sketch=spots)
    messages.success(request, _("已作为网格调整提出。先看会动到什么，再确认。"))
    return redirect("change", change.pk)


@require_safe
@signed_in
def sheet(request: Request, user: User, pk: int) -> HttpResponse:
    """`/grid/proposals/<pk>/sheet/`: every cell with its grid today and in the proposal, as Excel."""
    found = _found(request, pk)
    header = [
        _("社区"),
        _("地块"),
        _("小区"),
        _("现在的网格"),
        _("方案中的网格"),
        _("是否调整"),
        _("户数"),
        _("十二个月的事项"),
    ]
    return downloads.written(f"proposal-{found.pk}.xlsx", lambda path: write_rows(path, header, _cells(found)))


@require_safe
@signed_in
def walk(request: Request, user: User, pk: int) -> HttpResponse:
    """`/grid/proposals/<pk>/crosswalk/`: what each grid of each department becomes, as Excel."""
    found = _found(request, pk)
    header, name = crosswalk.sheet_header(), f"proposal-{found.pk}-crosswalk.xlsx"
    return downloads.written(name, lambda path: write_rows(path, header, crosswalk.sheet_rows(found)))


def _cells(found: Proposal) -> Iterator[list[str | int]]:
    rows = found.cells.select_related("place", "start", "grid__community").order_by(
        "grid__number", "place__path", "piece"
    )
    for cell in rows:
        moved = _("是") if cell.grid.start_id != cell.start_id else _("否")
        before = cell.start.name if cell.start else ""
        places = [cell.grid.community.name, cell.label, cell.compound, before, cell.grid.name]
        yield [*places, moved, cell.households, cell.work]
