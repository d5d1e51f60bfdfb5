"""`/templates/`: which words hold at my place, and changing them with a preview."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.grid.models import Node
from lastmeter.matters.models import Template, Way
from lastmeter.matters.talking import templates
from lastmeter.matters.talking.forms import TemplateForm
from lastmeter.matters.talking.occasions import OCCASIONS
from lastmeter.matters.talking.placeholders import PLACEHOLDERS
from lastmeter.matters.talking.preview import preview


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the list: an occasion by one way, the words in force, and where they come from (None: shipped)."""

    occasion: str
    word: str | Promise
    way: str
    way_word: str | Promise
    words: str
    row: Template | None

    @property
    def for_what(self) -> str:
        """For which category and flow only, in words."""
        if self.row is None:
            return ""
        parts = [self.row.category.label if self.row.category else "", self.row.get_profile_display()]
        return " · ".join(filter(None, parts))


@require_safe
@signed_in
def template_list(request: Request, user: User) -> HttpResponse:
    """The words of every occasion at one of my places; `?at=` chooses it."""
    places = _places(request)
    node = _chosen(places, request.GET.get("at", ""))
    context = {"places": places, "node": node, "lines": _lines(node)}
    return render(request, "matters/talking/templates.html", context)


def _places(request: Request) -> list[Node]:
    places = templates.places(request.actor)
    if not places:
        raise Http404
    return places


def _chosen(places: list[Node], typed: str) -> Node:
    return next((node for node in places if str(node.pk) == typed), places[0])


def _lines(node: Node) -> list[Line]:
    rows = templates.in_force(node, today=timezone.localdate())
    lines = []
    for code, occasion in OCCASIONS.items():
        mine = [row for row in rows if row.occasion == code]
        for way in Way:
            plain = [row for row in mine if not row.category_id and not row.profile and row.way in ("", way)]
            row = max(plain, key=lambda each: (len(each.node.path), each.way != ""), default=None)
            words = row.words if row else templates.shipped(code, way)
            if words or row:
                lines.append(Line(code, occasion.word, way, way.label, words, row))
        for row in mine:
            if row.category_id or row.profile:
                way_word = row.get_way_display() or _("全部渠道")
                lines.append(Line(code, occasion.word, row.way, way_word, row.words, row))
    return lines


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def template(request: Request, user: User, occasion: str) -> HttpResponse:
    """The words of one occasion: to be read, tried on a real matter, and changed from today on."""
    places = _places(request)
    if occasion not in OCCASIONS:
        raise Http404
    node = _chosen(places, request.POST.get("node") or request.GET.get("at", ""))
    form = TemplateForm(request.POST or None, by=request.actor, initial=_first(request, occasion, node))
    tried = "preview" in request.POST
    if form.is_valid() and not tried and _write(request, occasion, form):
        messages.success(request, _("已改好，从现在起用新的话。"))
        return redirect(f"{reverse('template-list')}?at={node.pk}")
    context: dict[str, Any] = {
        "form": form,
        "node": node,
        "occasion": OCCASIONS[occasion],
        "placeholders": PLACEHOLDERS,
        "history": templates.history(node, occasion),
        "mine": {each.pk for each in places},
        "tried": tried and form.is_valid(),
        "preview": _preview(form) if tried and form.is_valid() else None,
    }
    return render(request, "matters/talking/template.html", context, status=422 if form.errors else 200)


def _first(request: Request, occasion: str, node: Node) -> dict[str, object]:
    """What the form starts with: the words in force for the chosen way, or those of an old version (`?from=`)."""
    way, old = request.GET.get("way", ""), request.GET.get("from", "")
    row = next((each for each in templates.history(node, occasion) if str(each.pk) == old), None)
    if row:
        kept = ("way", "category_id", "profile", "words")
        return {"node": node.pk} | {name.removesuffix("_id"): getattr(row, name) for name in kept}
    line = next((each for each in _lines(node) if each.occasion == occasion and each.way == way), None)
    return {"node": node.pk, "way": way, "words": line.words if line else ""}


def _write(request: Request, occasion: str, form: TemplateForm) -> bool:
    given = form.cleaned_data
    try:
        templates.write(**given, occasion=occasion, by=request.actor, now=timezone.now())
    except templates.BadTemplate as bad:
        form.add_error("words", str(bad))
    return form.is_valid()


def _preview(form: TemplateForm) -> object:
    given = form.cleaned_data
    return preview(
        given["words"], node=given["node"], way=given["way"], category=given["category"], profile=given["profile"],
        now=timezone.now(),
    )  # fmt: skip


@require_POST
@signed_in
def ending(request: Request, user: User, pk: int) -> HttpResponse:
    """`/templates/rows/<pk>/ending/`: back to the words from above."""
    row = get_object_or_404(Template.objects.select_related("node"), pk=pk, node__in=_places(request))
    templates.withdraw(row, by=request.actor, now=timezone.now())
    messages.success(request, _("已停用，改用上一级或自带的话。"))
    return redirect(f"{reverse('template-list')}?at={row.node_id}")
