"""`/layers/`: the departments' layers of my street, loading one, its report, its comparison with another."""

import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.grid.layers import crs, loading, reading, reporting
from lastmeter.grid.layers.forms import LayerForm
from lastmeter.grid.models import Layer, Unplaced
from lastmeter.grid.proposals import proposing
from lastmeter.kit import downloads
from lastmeter.kit.ids import row_id

PREVIEW_ROWS = 10
GRIDS = "grids"  # in the address, where a layer's number may stand


@require_safe
@signed_in
def layers(request: Request, user: User) -> HttpResponse:
    """`/layers/`: the layers of the streets whose ground the actor manages, newest first."""
    streets = loading.streets(request.actor)
    if not streets:
        raise Http404
    found = Layer.objects.filter(street__in=streets).select_related("street", "loaded_by").order_by("-loaded_at")
    return render(request, "grid/layers/layers.html", {"layers": found, "streets": streets})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def load(request: Request, user: User) -> HttpResponse:
    """`/layers/new/`: a file comes in and is shown before it is kept."""
    if not loading.streets(request.actor):
        raise Http404
    form = LayerForm(request.POST or None, request.FILES or None, by=request.actor)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("layer", _load(request, form).pk)
        except (reading.BadLayer, crs.BadCrs) as error:
            form.add_error("file", str(error))
    return render(request, "grid/layers/load.html", {"form": form}, status=422 if form.errors else 200)


def _load(request: Request, form: LayerForm) -> Layer:
    street, told = form.cleaned_data["street"], form.told
    with tempfile.NamedTemporaryFile() as copy:
        _copy(form.cleaned_data["file"], copy.name)
        return loading.load(Path(copy.name), street=street, told=told, by=request.actor, now=timezone.now())


def _copy(file: "UploadedFile[Any]", path: str) -> None:
    with open(path, "wb") as out:
        for chunk in file.chunks():
            out.write(chunk)


@require_safe
@signed_in
def layer(request: Request, user: User, pk: int) -> HttpResponse:
    """`/layers/<pk>/`: the preview of a layer not kept yet, else its report; `?against=` lays it over another."""
    found = _layer(request, pk)
    context = _about(found)
    if found.kept_at is None:
        context |= {"rows": found.cells.order_by("number")[:PREVIEW_ROWS], "drawing": reporting.sketch(found)}
        return render(request, "grid/layers/preview.html", context)
    against = request.GET.get("against", "")
    others = Layer.objects.filter(street=found.street).exclude(pk=found.pk).exclude(kept_at=None).order_by("name")
    context |= {
        "others": others,
        "against": against,
        "grids": GRIDS,
        "most": reporting.SHOWN,
        "shown": f":{reporting.SHOWN}",
    }
    if against:
        context["found"] = reporting.compare(found, _other(found, against), timezone.localdate())
        return render(request, "grid/layers/comparison.html", context)
    context |= {"found": reporting.report(found), "may_propose": proposing.may_propose(request.actor, found.street)}
    return render(request, "grid/layers/layer.html", context)


@require_POST
@signed_in
def keep(request: Request, user: User, pk: int) -> HttpResponse:
    """`/layers/<pk>/keeping/`: the previewed layer is taken into the list."""
    found = _layer(request, pk)
    try:
        loading.keep(found, by=request.actor, now=timezone.now())
    except Layer.DoesNotExist:  # swept or taken away since the page was shown
        raise Http404 from None
    except loading.AlreadyKept as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("图层“%(name)s”已收下。") % {"name": found.name})
    return redirect("layer", pk)


@require_POST
@signed_in
def remove(request: Request, user: User, pk: int) -> HttpResponse:
    """`/layers/<pk>/removal/`: the layer and its cells are gone; the ground itself is not touched."""
    found = _layer(request, pk)
    loading.remove(found)
    messages.success(request, _("图层“%(name)s”已删除。") % {"name": found.name})
    return redirect("layers")


@require_safe
@signed_in
def sheet(request: Request, user: User, pk: int) -> HttpResponse:
    """`/layers/<pk>/report.xlsx`: the report, or with `?against=` the comparison, as Excel."""
    found = _layer(request, pk)
    against = request.GET.get("against", "")
    name = _("%(layer)s 比对.xlsx") % {"layer": found.name}
    if against:
        compared = reporting.compare(found, _other(found, against), timezone.localdate())
        return downloads.written(name, lambda path: reporting.write_comparison(path, compared))
    return downloads.written(name, lambda path: reporting.write_report(path, reporting.report(found)))


@require_safe
@signed_in
def unplaced(request: Request, user: User, pk: int) -> HttpResponse:
    """`/layers/<pk>/unplaced.xlsx`: the places of a list that were not drawn, with the reason."""
    found = _layer(request, pk)
    name = _("%(layer)s 没有落图.xlsx") % {"layer": found.name}
    return downloads.written(name, lambda path: reporting.write_unplaced(path, found))


def _layer(request: Request, pk: int) -> Layer:
    """The layer of that number; one that does not exist and one of another street look the same: Http404."""
    found = Layer.objects.filter(pk=pk).select_related("street", "unit", "loaded_by").first()
    if found is None or not loading.may_manage(request.actor, found.street):
        raise Http404
    return found


def _other(found: Layer, against: str) -> Layer | None:
    """The layer named in the address, of the same street; None for the grids of today."""
    if against == GRIDS:
        return None
    other = Layer.objects.filter(street=found.street, pk=row_id(against) or 0).exclude(kept_at=None).first()
    if other is None:
        raise Http404
    return other


def _about(found: Layer) -> dict[str, object]:
    """What every page of a layer says of it."""
    states = list(found.cells.values_list("state", flat=True))
    return {
        "layer": found,
        "crs": crs.label(found.crs) if found.crs else "",
        "warnings": found.warnings.splitlines(),
        "counts": {state: states.count(state) for state in ("taken", "repaired", "unplaced", "refused")},
        "total": len(states),
        "missing": Unplaced.objects.filter(cell__layer=found).count(),
    }
