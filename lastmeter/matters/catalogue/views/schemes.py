"""`/catalogue/`: schemes side by side, their categories and editions; loading one, its differences shown first."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.grid import ground
from lastmeter.grid.addresses import uploads
from lastmeter.kit import downloads
from lastmeter.kit.sheets import BadSheet
from lastmeter.kit.text import TooLong
from lastmeter.matters.catalogue import finding, keeping, loading, reporting
from lastmeter.matters.catalogue.comparing import Change, What
from lastmeter.matters.catalogue.forms import LoadForm, OrderForm, shipped_query
from lastmeter.matters.catalogue.loading import CannotLoad
from lastmeter.matters.catalogue.reading import COMPONENT, Oddity
from lastmeter.matters.catalogue.shipped import SHIPPED
from lastmeter.matters.models import Anomaly, Category, Edition, Scheme

MOST_SHOWN = 200  # lines of a page; the report file has them all


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the tables of differences and anomalies, before and after loading alike."""

    label: str
    code: str
    component: bool
    before: str = ""
    after: str = ""
    row: int | None = None
    words: str = ""


def look(request: Request) -> None:
    """404 for whoever has no business with the catalogues."""
    if not keeping.looks(request.actor):
        raise Http404


def keep(request: Request) -> None:
    """404 for whoever may not load schemes."""
    if not keeping.keeps_schemes(request.actor):
        raise Http404


@require_safe
@signed_in
def index(request: Request, user: User) -> HttpResponseBase:
    """Every category that can be chosen, for the pickers: asked for once as long as nothing changes."""
    look(request)
    tag = f'"{ground.stamp()}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers={"ETag": tag})
    rows = [[e.id, e.code, e.name, e.above, e.letters, e.more] for e in finding.offered()]
    return JsonResponse(rows, safe=False, headers={"ETag": tag, "Cache-Control": "private, no-cache"})


@require_safe
@signed_in
def catalogue(request: Request, user: User) -> HttpResponse:
    """The schemes with how much is in them, and one search over all."""
    look(request)
    holding = Count("categories", filter=Q(categories__valid_to=None))
    words = request.GET.get("q", "").strip()[:60]
    live = [each for each in finding.everything().values() if each.live]
    context = {
        "schemes": Scheme.objects.annotate(many=holding).order_by("pk"),
        "words": words,
        "found": finding.find(words, live),
        "keeps": keeping.keeps_schemes(request.actor),
    }
    return render(request, "matters/catalogue/catalogue.html", context)


@require_safe
@signed_in
def scheme(request: Request, user: User, code: str) -> HttpResponse:
    """One scheme: its categories below each other, its editions, what is odd in it."""
    look(request)
    row = get_object_or_404(Scheme, code=code)
    live = [each for each in finding.everything().values() if each.scheme_id == row.pk and each.live]
    below: dict[int | None, list[finding.Found]] = {}
    for each in live:
        below.setdefault(each.parent_id, []).append(each)
    words = request.GET.get("q", "").strip()[:60]
    context = {
        "scheme": row,
        "tops": [(top, [(mid, below.get(mid.id, [])) for mid in below.get(top.id, [])]) for top in below.get(None, [])],
        "count": len(live),
        "words": words,
        "found": finding.find(words, live),
        "editions": row.editions.annotate(odd=Count("anomalies")).order_by("-pk"),
        "keeps": keeping.keeps_schemes(request.actor),
    }
    return render(request, "matters/catalogue/scheme.html", context)


@require_POST
@signed_in
def use(request: Request, user: User, code: str) -> HttpResponse:
    """Whether the scheme is offered for matters, and whether it has been held against the official text."""
    keep(request)
    row = get_object_or_404(Scheme, code=code)
    loading.mark(
        row,
        offered="offered" in request.POST,
        unchecked="checked" not in request.POST,
        by=request.actor,
        now=timezone.now(),
    )
    messages.success(request, _("已保存。"))
    return redirect("catalogue-scheme", code)


@require_safe
@signed_in
def edition(request: Request, user: User, pk: int) -> HttpResponse:
    """What an edition changed, and what is odd in its file."""
    look(request)
    row = get_object_or_404(Edition.objects.select_related("scheme", "by"), pk=pk)
    differences = row.differences.order_by("pk")
    context = {
        "edition": row,
        "anomalies": [_odd(each) for each in row.anomalies.order_by("pk")],
        "counts": [(what.label, differences.filter(what=what).count()) for what in What],
        "rows": [
            Line(each.get_what_display(), each.code, each.kind == COMPONENT, each.before, each.after)
            for each in differences[:MOST_SHOWN]
        ],
        "more": max(0, differences.count() - MOST_SHOWN),
        "keeps": keeping.keeps_schemes(request.actor),
    }
    return render(request, "matters/catalogue/edition.html", context)


@require_safe
@signed_in
def edition_report(request: Request, user: User, pk: int) -> HttpResponse:
    """The same as Excel, every line."""
    look(request)
    row = get_object_or_404(Edition.objects.select_related("scheme"), pk=pk)
    name = _("%(scheme)s_版本报告.xlsx") % {"scheme": row.scheme.code}
    return downloads.written(name, lambda path: reporting.write_edition(row, path))


@require_POST
@signed_in
def withdrawal(request: Request, user: User, pk: int) -> HttpResponse:
    """Take an edition back whose day has not come."""
    keep(request)
    row = get_object_or_404(Edition.objects.select_related("scheme"), pk=pk)
    try:
        loading.withdraw(row, by=request.actor, now=timezone.now())
    except CannotLoad as error:
        messages.error(request, str(error))
        return redirect("catalogue-edition", pk)
    messages.success(request, _("已撤回，什么也没有变。"))
    return redirect("catalogue-scheme", row.scheme.code)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def load(request: Request, user: User) -> HttpResponse:
    """Take a file, or one that ships, and go to what it would change; nothing is written yet."""
    keep(request)
    today = timezone.localdate()
    first: dict[str, Any] = {"scheme": request.GET.get("scheme", ""), "valid_from": today}
    form = LoadForm(request.POST or None, request.FILES or None, initial=first)
    if request.method == "POST" and form.is_valid():
        token = uploads.keep(form.cleaned_data["file"], user.pk)
        query = urlencode({name: request.POST[name] for name in OrderForm.base_fields if name in request.POST})
        return redirect(f"{reverse('catalogue-preview', args=[token])}?{query}")
    ready = [(each.order, _shipped_address(key)) for key, each in SHIPPED.items()]
    context = {"form": form, "shipped": ready}
    return render(request, "matters/catalogue/load.html", context, status=422 if form.errors else 200)


def _shipped_address(key: str) -> str:
    return f"{reverse('catalogue-preview', args=[key])}?{urlencode(shipped_query(key, timezone.localdate()))}"


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def preview(request: Request, user: User, token: str) -> HttpResponse:
    """What the file would change, and what is odd in it; a POST loads it."""
    keep(request)
    path, form = _file(token, user), OrderForm(request.GET)
    if not form.is_valid():
        raise Http404
    order, problem, planned = form.order(), "", None
    try:
        planned = loading.plan(path, order)
        if request.method == "POST":
            return _loaded(request, loading.load(path, order, by=request.actor, now=timezone.now()), order.scheme)
    except (BadSheet, CannotLoad, TooLong) as error:
        problem = str(error)
    context = {
        "order": order,
        "plan": planned,
        "problem": problem,
        "anomalies": [_odd(each) for each in planned.content.oddities] if planned else [],
        "rows": [_change(each) for each in planned.changes[:MOST_SHOWN]] if planned else [],
        "more": max(0, len(planned.changes) - MOST_SHOWN) if planned else 0,
    }
    return render(request, "matters/catalogue/preview.html", context, status=422 if problem else 200)


def _odd(each: Anomaly | Oddity) -> Line:
    label = str(Anomaly.What(each.what).label)
    return Line(label, each.code, each.kind == COMPONENT, row=each.row, words=each.words)


def _change(each: Change) -> Line:
    one = each.entry or each.known
    code, kind = (one.code, one.kind) if one else ("", "")
    return Line(str(What(each.what).label), code, kind == COMPONENT, each.before, each.after)


def _loaded(request: HttpRequest, made: Edition | None, code: str) -> HttpResponse:
    if made is None:
        messages.info(request, _("和现有的一样，没有变化。"))
        return redirect("catalogue-scheme", code)
    messages.success(request, _("已载入。") if made.applied_at else _("已载入，到日子就生效。"))
    return redirect("catalogue-edition", made.pk)


def _file(token: str, user: User) -> Path:
    if token in SHIPPED:
        return SHIPPED[token].path()
    path = uploads.kept(token, user.pk)
    if path is None:
        raise Http404
    return path


def category_or_404(pk: int) -> Category:
    """A category, the ended ones too."""
    return get_object_or_404(Category.objects.select_related("scheme", "parent"), pk=pk)
