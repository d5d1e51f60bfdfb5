"""`/catalogue/lists/`: the lists of what communities do — drafted, filled in, approved, retired."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.grid import scope
from lastmeter.grid.addresses import uploads
from lastmeter.grid.models import Level, Node, valid_on
from lastmeter.kit import downloads
from lastmeter.matters.catalogue import items, keeping
from lastmeter.matters.catalogue.forms import ApprovalForm, DraftForm, ItemForm, ListForm, RetirementForm
from lastmeter.matters.catalogue.items import CannotChange
from lastmeter.matters.catalogue.tables import Report
from lastmeter.matters.catalogue.views import uploading
from lastmeter.matters.catalogue.views.schemes import look
from lastmeter.matters.models import Item, ItemList


def _kept(request: Request, pk: int) -> ItemList:
    """A list on the ground whose lists this person keeps; 404 otherwise."""
    own = scope.inside(keeping.list_grounds(request.actor), "node__path")
    return get_object_or_404(ItemList.objects.select_related("node").filter(own), pk=pk)


def _nodes(request: Request) -> Any:
    own = scope.inside(keeping.list_grounds(request.actor))
    return Node.objects.current(timezone.localdate()).filter(own, level__lte=Level.TOWN).order_by("path")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def lists(request: Request, user: User) -> HttpResponse:
    """The lists in force and, for who keeps them, the drafts and the old ones; a POST starts a draft."""
    look(request)
    own = keeping.list_grounds(request.actor)
    form = DraftForm(request.POST or None, nodes=_nodes(request)) if own else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            made = items.draft(form.cleaned_data["node"], by=request.actor, now=timezone.now())
        except CannotChange as error:
            form.add_error("node", str(error))
        else:
            return redirect("item-list", made.pk)
    published = ~Q(status=ItemList.Status.DRAFT)
    rows = ItemList.objects.filter(published | scope.inside(own, "node__path")).select_related("node")
    context = {"rows": rows.order_by("node__path", "-pk"), "form": form, "today": timezone.localdate()}
    return render(request, "matters/catalogue/lists.html", context, status=422 if form and form.errors else 200)


@require_safe
@signed_in
def item_list(request: Request, user: User, pk: int) -> HttpResponse:
    """One list with its lines; a draft with what can be done to it."""
    look(request)
    return _page(request, _seen(request, pk))


def _seen(request: Request, pk: int) -> ItemList:
    published = ~Q(status=ItemList.Status.DRAFT)
    own = scope.inside(keeping.list_grounds(request.actor), "node__path")
    return get_object_or_404(ItemList.objects.select_related("node").filter(published | own), pk=pk)


def _page(request: Request, one: ItemList, status: int = 200, **forms: Any) -> HttpResponse:
    today = timezone.localdate()
    lines = one.items.select_related("category__parent", "category__scheme").order_by("category__scheme", "category_id")
    keeps = any(one.node.path.startswith(path) for path in keeping.list_grounds(request.actor))
    context = {
        "one": one,
        "parts": [(asked.label, [each for each in lines if each.asked == asked]) for asked in Item.Asked],
        "count": len(lines),
        "keeps": keeps,
        "drafted": keeps and one.status == ItemList.Status.DRAFT,
        "in_force": ItemList.objects.filter(valid_on(today), pk=one.pk).exclude(status="draft").exists(),
        "item_form": ItemForm(initial=_edited(request, one)),
        "list_form": ListForm(initial={"name": one.name, "rule": one.rule}),
        "approval_form": ApprovalForm(initial={"valid_from": today}),
        "retirement_form": RetirementForm(initial={"valid_to": today}),
        **forms,
    }
    context["opened"] = "item_form" in forms or "line" in request.GET
    return render(request, "matters/catalogue/list.html", context, status=status)


def _line(one: ItemList, asked: str) -> Item | None:
    return one.items.filter(pk=int(asked)).first() if asked.isascii() and asked.isdigit() and len(asked) < 18 else None


def _edited(request: Request, one: ItemList) -> dict[str, Any]:
    """The line that `?line=` names, to be changed; nothing for a new one."""
    item = _line(one, request.GET.get("line", ""))
    if item is None:
        return {}
    return {"category": item.category_id} | {
        name: getattr(item, name) for name in ItemForm.base_fields if name != "category"
    }


Act = Callable[[Request, ItemList], HttpResponse]


def _act(carry_out: Act) -> Callable[..., Any]:
    """An act on a list that this person keeps; what cannot be done comes back as a sentence."""

    @require_POST
    @signed_in
    @wraps(carry_out)
    def view(request: Request, user: User, pk: int) -> HttpResponse:
        one = _kept(request, pk)
        try:
            return carry_out(request, one)
        except CannotChange as error:
            messages.error(request, str(error))
            return redirect("item-list", pk)

    return view


@_act
def naming(request: Request, one: ItemList) -> HttpResponse:
    form = ListForm(request.POST)
    if not form.is_valid():
        return _page(request, one, 422, list_form=form)
    items.rename(one, **form.cleaned_data, by=request.actor, now=timezone.now())
    messages.success(request, _("已保存。"))
    return redirect("item-list", one.pk)


@_act
def line(request: Request, one: ItemList) -> HttpResponse:
    form = ItemForm(request.POST)
    if not form.is_valid():
        return _page(request, one, 422, item_form=form)
    items.put(one, Item(**form.cleaned_data), by=request.actor, now=timezone.now())
    messages.success(request, _("已写入清单。"))
    return redirect("item-list", one.pk)


@_act
def removal(request: Request, one: ItemList) -> HttpResponse:
    """Take a line out of the draft."""
    item = _line(one, request.POST.get("item", ""))
    if item is None:
        raise Http404
    items.take_out(item, by=request.actor, now=timezone.now())
    return redirect("item-list", one.pk)


@_act
def approval(request: Request, one: ItemList) -> HttpResponse:
    form = ApprovalForm(request.POST)
    if not form.is_valid():
        return _page(request, one, 422, approval_form=form)
    items.approve(one, **form.cleaned_data, by=request.actor, now=timezone.now())
    messages.success(request, _("已登记批准，清单之外的事项不能再交给社区。"))
    return redirect("item-list", one.pk)


@_act
def retirement(request: Request, one: ItemList) -> HttpResponse:
    form = RetirementForm(request.POST)
    if not form.is_valid():
        return _page(request, one, 422, retirement_form=form)
    items.retire(one, **form.cleaned_data, by=request.actor, now=timezone.now())
    messages.success(request, _("已废止。"))
    return redirect("item-list", one.pk)


@_act
def discarding(request: Request, one: ItemList) -> HttpResponse:
    items.discard(one, by=request.actor, now=timezone.now())
    messages.success(request, _("草稿已删掉。"))
    return redirect("item-lists")


@require_safe
@signed_in
def table(request: Request, user: User, pk: int) -> HttpResponse:
    """The list as Excel, as it can be brought back into a draft."""
    look(request)
    one = _seen(request, pk)
    return downloads.written(f"{one.name}.xlsx", lambda path: items.export(one, path))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def loading(request: Request, user: User, pk: int) -> HttpResponse:
    """Take a table into a draft."""
    one = _kept(request, pk)
    return uploading.taking(
        request, user, title=one.name, back=reverse("item-list", args=[pk]), columns=items.COLUMNS,
        onward=lambda token: reverse("item-list-preview", args=[pk, token]),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def preview(request: Request, user: User, pk: int, token: str) -> HttpResponse:
    """What the table would change in the draft."""
    one = _kept(request, pk)

    def bring_in(file: Path, *, whole: bool, dry_run: bool) -> Report:
        return items.bring_in(one, file, whole=whole, dry_run=dry_run, by=request.actor, now=timezone.now())

    back = reverse("item-list", args=[pk])
    return uploading.looking(request, uploads.kept(token, user.pk), title=one.name, back=back, bring_in=bring_in)
