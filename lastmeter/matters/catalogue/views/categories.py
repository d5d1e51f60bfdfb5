"""`/catalogue/categories/<pk>/`: all that hangs on one category; and the pairs between schemes as a table."""

from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.grid.addresses import uploads
from lastmeter.grid.models import valid_on
from lastmeter.kit import downloads
from lastmeter.matters.catalogue import finding, keeping, loading, mapping, questions, shipped
from lastmeter.matters.catalogue.forms import CategoryForm, QuestionForm
from lastmeter.matters.catalogue.tables import Report
from lastmeter.matters.catalogue.views import uploading
from lastmeter.matters.catalogue.views.schemes import category_or_404, keep, look
from lastmeter.matters.models import Category, Duty, Item, ItemList

SHIPPED_MAPPING = "shipped"  # stands for an upload in the address of a preview


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def category(request: Request, user: User, pk: int) -> HttpResponse:
    """One category; whoever keeps the schemes may say how it is found, warned of, and whether it is public."""
    look(request)
    row = category_or_404(pk)
    form = CategoryForm(request.POST if request.method == "POST" else None, initial=_said(row))
    if request.method == "POST":
        keep(request)
        if form.is_valid():
            loading.describe(row, **form.cleaned_data, by=request.actor, now=timezone.now())
            messages.success(request, _("已保存。"))
            return redirect("catalogue-category", pk)
    return page(request, row, form=form, status=422 if form.errors else 200)


def _said(row: Category) -> dict[str, Any]:
    return {name: getattr(row, name) for name in CategoryForm.base_fields}


def page(request: Request, row: Category, *, status: int = 200, **bound: forms.Form) -> HttpResponse:
    """The page of a category, with a form that came back in the place of the empty one."""
    today = timezone.localdate()
    lists = Item.objects.filter(category=row).exclude(list__status=ItemList.Status.DRAFT)
    context = {
        "category": row,
        "path": " › ".join(finding.everything()[each].label for each in reversed(list(finding.chain(row.pk)))),
        "form": CategoryForm(initial=_said(row)),
        "keeps": keeping.keeps_schemes(request.actor),
        "elsewhere": mapping.others(row.pk, today),
        "questions": [each for each in questions.of_category(row.pk) if each.ended_on is None],
        "question_form": QuestionForm(category=row),
        "items": lists.filter(valid_on(today, "list__")).select_related("list__node"),
        "duties": Duty.objects.filter(valid_on(today), category=row)
        .select_related("node", "unit")
        .order_by("node__path", "-rank"),
        "history": row.differences.exclude(edition__applied_at=None).select_related("edition").order_by("-pk"),
    }
    return render(request, "matters/catalogue/category.html", {**context, **bound}, status=status)


@require_safe
@signed_in
def mapping_page(request: Request, user: User) -> HttpResponse:
    """How many pairs hold between which schemes, and the way to the table."""
    look(request)
    pairs = mapping.counts(timezone.localdate())
    return render(
        request, "matters/catalogue/mapping.html", {"pairs": pairs, "keeps": keeping.keeps_schemes(request.actor)}
    )


@require_safe
@signed_in
def mapping_table(request: Request, user: User) -> HttpResponse:
    """All pairs that hold today, as Excel."""
    look(request)
    return downloads.written(_("分类对照.xlsx"), lambda path: mapping.export(path, timezone.localdate()))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def mapping_load(request: Request, user: User) -> HttpResponse:
    """Take a table of pairs."""
    keep(request)
    return uploading.taking(
        request, user, title=_("导入分类对照"), back=reverse("catalogue-mapping"), columns=mapping.COLUMNS,
        onward=lambda token: reverse("catalogue-mapping-preview", args=[token]),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def mapping_preview(request: Request, user: User, token: str) -> HttpResponse:
    """What the table would change."""
    keep(request)

    def bring_in(file: Path, *, whole: bool, dry_run: bool) -> Report:
        return mapping.bring_in(file, whole=whole, dry_run=dry_run, by=request.actor, now=timezone.now())

    path = shipped.MAPPING if token == SHIPPED_MAPPING else uploads.kept(token, user.pk)
    back = reverse("catalogue-mapping")
    return uploading.looking(request, path, title=_("导入分类对照"), back=back, bring_in=bring_in)
