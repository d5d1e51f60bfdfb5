"""`/catalogue/duties/`: who leads and who assists, by category, at the places of one's ground."""

from pathlib import Path
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.grid import scope
from lastmeter.grid.addresses import uploads
from lastmeter.grid.models import Node, Unit, valid_on
from lastmeter.kit import downloads
from lastmeter.matters.catalogue import duties as act
from lastmeter.matters.catalogue import keeping
from lastmeter.matters.catalogue.forms import DutyForm
from lastmeter.matters.catalogue.tables import Report
from lastmeter.matters.catalogue.views import uploading
from lastmeter.matters.catalogue.views.schemes import look
from lastmeter.matters.models import Duty


def _nodes(request: Request) -> QuerySet[Node]:
    """The places whose duties this person may look at: their own ground, and what stands above it."""
    seen = {
        path[:end]
        for post in scope.reach(request.actor).nodes
        if (path := post.path)
        for end in range(5, len(path) + 1, 5)
    }
    own = scope.inside(keeping.duty_grounds(request.actor))
    return Node.objects.current(timezone.localdate()).filter(own | Q(path__in=seen))


def _keeps(request: Request, node: Node) -> bool:
    return any(node.path.startswith(path) for path in keeping.duty_grounds(request.actor))


@require_safe
@signed_in
def duties(request: Request, user: User) -> HttpResponse:
    """The places with a duty list, and those where one can be begun."""
    look(request)
    today = timezone.localdate()
    many = Count("duties", filter=valid_on(today, "duties__"))
    rows = _nodes(request).filter(level__lte=keeping.DUTIES_AT).annotate(many=many).order_by("path")
    return render(request, "matters/catalogue/duties.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def at(request: Request, user: User, node_id: int) -> HttpResponse:
    """The duty list of one place; a POST adds a line."""
    look(request)
    node = get_object_or_404(_nodes(request), pk=node_id)
    keeps = _keeps(request, node)
    form = DutyForm(request.POST or None, units=_units(node)) if keeps else None
    if request.method == "POST" and form is not None and form.is_valid():
        given = form.cleaned_data
        act.assign(
            node, given["category"].pk, given["unit"], rank=given["rank"], basis=given["basis"], by=request.actor,
            now=timezone.now(),
        )  # fmt: skip
        messages.success(request, _("已写入职责清单。"))
        return redirect("duties-at", node_id)
    rows = Duty.objects.filter(node=node).select_related("category", "unit")
    current = rows.filter(valid_on(timezone.localdate())).order_by("category__scheme", "category_id", "-rank", "pk")
    context: dict[str, Any] = {
        "node": node,
        "rows": current,
        "old": rows.exclude(valid_to=None).order_by("-valid_to", "-pk")[:50],
        "form": form,
        "keeps": keeps,
    }
    return render(request, "matters/catalogue/duties_at.html", context, status=422 if form and form.errors else 200)


def _units(node: Node) -> QuerySet[Unit]:
    return Unit.objects.filter(pk__in=[each.pk for each in act.units_for(node)]).order_by("name")


@require_POST
@signed_in
def ending(request: Request, user: User, node_id: int, pk: int) -> HttpResponse:
    """End one duty today."""
    node = _kept(request, node_id)
    act.end(get_object_or_404(Duty, pk=pk, node=node, valid_to=None), by=request.actor, now=timezone.now())
    messages.success(request, _("已终止，旧的仍查得到。"))
    return redirect("duties-at", node_id)


def _kept(request: Request, node_id: int) -> Node:
    own = scope.inside(keeping.duty_grounds(request.actor))
    return get_object_or_404(Node.objects.filter(own), pk=node_id)


@require_safe
@signed_in
def table(request: Request, user: User, node_id: int) -> HttpResponse:
    """The duty list of a place as Excel."""
    look(request)
    node = get_object_or_404(_nodes(request), pk=node_id)
    name = _("%(place)s职责清单.xlsx") % {"place": node.name}
    return downloads.written(name, lambda path: act.export(node, path, timezone.localdate()))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def loading(request: Request, user: User, node_id: int) -> HttpResponse:
    """Take a table of duties of a place."""
    node = _kept(request, node_id)
    title = _("%(place)s职责清单") % {"place": node.name}
    return uploading.taking(
        request, user, title=title, back=reverse("duties-at", args=[node_id]), columns=act.COLUMNS,
        onward=lambda token: reverse("duties-preview", args=[node_id, token]),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def preview(request: Request, user: User, node_id: int, token: str) -> HttpResponse:
    """What the table would change."""
    node = _kept(request, node_id)
    title = _("%(place)s职责清单") % {"place": node.name}

    def bring_in(file: Path, *, whole: bool, dry_run: bool) -> Report:
        return act.bring_in(node, file, whole=whole, dry_run=dry_run, by=request.actor, now=timezone.now())

    back = reverse("duties-at", args=[node_id])
    return uploading.looking(request, uploads.kept(token, user.pk), title=title, back=back, bring_in=bring_in)
