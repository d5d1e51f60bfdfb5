"""`/addresses/`: the address book of my ground — grids with their sums, compounds, buildings, entrances; and import."""

from pathlib import Path
from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.grid import scope
from lastmeter.grid.addresses import balance, book, finding, importing, uploads, walking
from lastmeter.grid.addresses.book import BadAddress
from lastmeter.grid.addresses.forms import BuildingForm, ConfirmForm, EntranceForm, HouseholdsForm, UploadForm
from lastmeter.grid.models import Building, Compound, Level, Node, Road
from lastmeter.kit import downloads
from lastmeter.kit.sheets import BadSheet, count_rows

MOST_ROWS = 20_000  # of an upload; longer lists go in by the command line
MOST_SHOWN = 500


def _ground(request: Request) -> list[str]:
    """The paths whose address book this person keeps; whoever keeps none does not see that there is one."""
    paths = book.kept_paths(request.actor)
    if not paths:
        raise Http404
    return paths


def _kept(request: Request) -> QuerySet[Building]:
    return balance.within(_ground(request)).select_related("road", "compound", "node")


def _building(request: Request, pk: int) -> Building:
    return get_object_or_404(_kept(request), pk=pk)


@require_safe
@signed_in
def addresses(request: Request, user: User) -> HttpResponse:
    """The grids of my ground with their sums, or the places above them where there are many (`?at=`); one grid (`?in=`)
    with its compounds and roads; what a written address finds."""
    paths = _ground(request)
    words = request.GET.get("q", "").strip()[:60]
    if words:
        return render(request, "grid/addresses/addresses.html", {"words": words, "found": _found(words, paths)})
    place = walking.on_ground(paths, request.GET.get("in") or request.GET.get("at"))
    there = [place.path] if place else paths
    below = walking.step(there)
    if below:
        sums = {"places": balance.place_sums(below), "place": place}
        return render(request, "grid/addresses/addresses.html", sums)
    grids = balance.grid_sums(there)
    context: dict[str, Any] = {"sums": grids, "place": place, "several": there != paths}
    if len(grids) == 1:
        context |= {"chosen": grids[0], **_groups(balance.within([grids[0].node.path]))}
    return render(request, "grid/addresses/addresses.html", context)


def _found(words: str, paths: list[str]) -> list[finding.Match]:
    nodes = Node.objects.filter(path__in=paths)
    found = [match for node in nodes for match in finding.find(words, under=node, limit=20)]
    return sorted(found, key=lambda match: -match.score)[:20]


def _groups(buildings: QuerySet[Building]) -> dict[str, Any]:
    """Compounds, and roads with buildings in none, each with how many buildings and households: two queries."""
    counted = {"buildings_here": Count("pk"), "households_here": Sum("households")}
    inside = buildings.exclude(compound=None).values("compound", "compound__name").annotate(**counted)
    along = buildings.filter(compound=None).values("road", "road__name").annotate(**counted)
    return {"compounds": inside.order_by("compound__name"), "roads": along.order_by("road__name")}


@require_safe
@signed_in
def compound(request: Request, user: User, pk: int) -> HttpResponse:
    """The buildings of a compound that lie on my ground, with their entrances."""
    rows = _kept(request).filter(compound=pk)
    return _listed(request, rows, get_object_or_404(Compound, pk=pk) if rows.exists() else None)


@require_safe
@signed_in
def road(request: Request, user: User, pk: int) -> HttpResponse:
    """The buildings of a road on my ground that lie in no compound."""
    rows = _kept(request).filter(road=pk, compound=None)
    return _listed(request, rows, get_object_or_404(Road, pk=pk) if rows.exists() else None)


def _listed(request: Request, rows: QuerySet[Building], place: Compound | Road | None) -> HttpResponse:
    if place is None:
        raise Http404
    buildings = sorted(rows.prefetch_related("entrances")[:MOST_SHOWN], key=_order)
    context = {
        "place": place,
        "rows": [(each, finding.text_of(each)) for each in buildings],
        "households": sum(each.households for each in buildings),
        "most": MOST_SHOWN if len(buildings) == MOST_SHOWN else 0,
    }
    return render(request, "grid/addresses/compound.html", context)


def _order(building: Building) -> tuple[tuple[int, str], ...]:
    """2 before 10, 12 before 12-1."""
    names = (building.number, building.block)
    return tuple((int(head) if (head := name.split("-")[0]).isdigit() else 9999, name) for name in names)


@require_safe
@signed_in
def building(request: Request, user: User, pk: int) -> HttpResponse:
    """One building: its grid, its entrances, and the forms to keep them."""
    return _one(request, _building(request, pk))


def _one(request: Request, row: Building, form: Any = None, *, status: int = 200) -> HttpResponse:
    entrances = sorted(row.entrances.all(), key=lambda each: (not each.name.isdigit(), len(each.name), each.name))
    households = form if isinstance(form, HouseholdsForm) else HouseholdsForm(initial={"households": row.households})
    context = {
        "building": row,
        "address": finding.text_of(row),
        "entrances": entrances,
        "households": households,
        "entrance": form if isinstance(form, EntranceForm) else EntranceForm(),
    }
    return render(request, "grid/addresses/building.html", context, status=status)


@require_POST
@signed_in
def households(request: Request, user: User, pk: int) -> HttpResponse:
    """A new count of households of a building."""
    row, form = _building(request, pk), HouseholdsForm(request.POST)
    if form.is_valid():
        try:
            book.set_households(row, form.cleaned_data["households"], by=request.actor, now=timezone.now())
            messages.success(request, _("户数已保存。"))
            return redirect("address-building", pk)
        except BadAddress as error:
            form.add_error("households", str(error))
    return _one(request, row, form, status=422)


@require_POST
@signed_in
def entrances(request: Request, user: User, pk: int) -> HttpResponse:
    """A new entrance, or a new count of one."""
    row, form = _building(request, pk), EntranceForm(request.POST)
    if form.is_valid():
        try:
            given = form.cleaned_data
            book.set_entrance(row, given["name"], given["households"], by=request.actor, now=timezone.now())
            messages.success(request, _("单元已保存。"))
            return redirect("address-building", pk)
        except BadAddress as error:
            form.add_error("name", str(error))
    return _one(request, row, form, status=422)


@require_POST
@signed_in
def closure(request: Request, user: User, pk: int) -> HttpResponse:
    """The building is gone: it is found no more, and stays where it was written."""
    row = _building(request, pk)
    book.close_building(row, by=request.actor, now=timezone.now())
    messages.success(request, _("“%(address)s”已停用。") % {"address": finding.text_of(row)})
    return redirect("addresses")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: Request, user: User) -> HttpResponse:
    """Enter a building by its written address."""
    paths = _ground(request)
    asked = walking.on_ground(paths, request.POST.get("node") or request.GET.get("in"))
    place = walking.around(paths, asked) or walking.on_ground(paths, request.GET.get("at"))
    there = [place.path] if place else paths
    if request.method != "POST" and (below := walking.step(there)):
        places = [(each.name, f"?at={each.pk}") for each in below]
        return render(request, "grid/addresses/where.html", {"places": places, "place": place})
    form = BuildingForm(request.POST or None, nodes=_places(there), initial={"node": request.GET.get("in")})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = book.open_building(
                given["address"],
                node=given["node"],
                households=given["households"],
                by=request.actor,
                now=timezone.now(),
            )
            return redirect("address-building", made.pk)
        except BadAddress as error:
            form.add_error("address", str(error))
    return render(request, "grid/addresses/new.html", {"form": form}, status=422 if form.errors else 200)


def _places(paths: list[str]) -> QuerySet[Node]:
    """The grids and micro-grids of my ground, in the order of the tree."""
    current = Node.objects.current(timezone.localdate()).filter(scope.inside(paths), level__gte=Level.GRID)
    return current.order_by("path")


@require_POST
@signed_in
def sums(request: Request, user: User, pk: int) -> HttpResponse:
    """The grid takes over the sum of its address book as its number of households."""
    paths = _ground(request)
    node = get_object_or_404(_places(paths), pk=pk, level=Level.GRID)
    book.adopt_sum(node, by=request.actor, now=timezone.now())
    messages.success(request, _("%(name)s的户数已改成地址簿的合计。") % {"name": node.name})
    return redirect("addresses")


# -- Import ------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def upload(request: Request, user: User) -> HttpResponse:
    """Take a list and go to its preview; nothing is written yet."""
    _ground(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return redirect("addresses-preview", uploads.keep(form.cleaned_data["file"], user.pk))
    return render(request, "grid/addresses/upload.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def preview(request: Request, user: User, token: str) -> HttpResponse:
    """What the list would change, and which rows would not be taken; a POST writes it."""
    file = _file(request, user, token)
    form = ConfirmForm(request.POST or None)
    writes = request.method == "POST" and form.is_valid()
    try:
        report = _import(request, file, dry_run=not writes, sums=writes and form.cleaned_data["sums"])
    except BadSheet as error:
        bad = UploadForm()
        return render(request, "grid/addresses/upload.html", {"form": bad, "problem": str(error)}, status=422)
    context = {"report": report, "token": token, "form": form, "shown": report.refused[:50]}
    return render(request, "grid/addresses/preview.html", context)


@require_safe
@signed_in
def refused(request: Request, user: User, token: str) -> HttpResponse:
    """The rows that are not taken, as they were, with the reasons: to mend and bring again."""
    try:
        report = _import(request, _file(request, user, token), dry_run=True)
    except BadSheet:
        raise Http404 from None
    return downloads.written("refused.xlsx", lambda path: importing.write_refused(report, path))


def _file(request: Request, user: User, token: str) -> Path:
    _ground(request)
    file = uploads.kept(token, user.pk)
    if file is None:
        raise Http404
    return file


def _import(request: Request, file: Path, *, dry_run: bool, sums: bool = False) -> importing.AddressReport:
    if count_rows(file) > MOST_ROWS:
        raise BadSheet(_("表格超过 %(most)d 行，请拆成几个，或请管理员用命令行导入。") % {"most": MOST_ROWS})
    return importing.import_addresses(file, dry_run=dry_run, sum_households=sums, by=request.actor, now=timezone.now())
