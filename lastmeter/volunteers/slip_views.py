"""`/volunteering/slips/`: the slips of my unit or my community; one is filled, signed, sent back or taken back."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.grid import scope
from lastmeter.grid.models import Unit
from lastmeter.volunteers import slips
from lastmeter.volunteers.forms import EndForm, SlipForm
from lastmeter.volunteers.models import Slip

MOST = 200


@require_safe
@signed_in
def slip_list(request: Request, user: User) -> HttpResponse:
    """The running ones first, those that wait for a signature on top."""
    if not slips.concern(request.actor):
        raise Http404
    rows = list(slips.visible(request.actor).order_by("-at")[:MOST])
    order = {"waiting": 0, "signed": 1, "ended": 2}
    context = {"slips": sorted(rows, key=lambda each: order[each.state]), "fills": slips.units_of(request.actor)}
    context["records"] = scope.has_post(request.actor, slips.RECEIVERS)
    return render(request, "volunteers/slips.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new_slip(request: Request, user: User) -> HttpResponse:
    """The form of a new slip of my unit."""
    unit = Unit.objects.select_related("node").filter(pk__in=slips.units_of(request.actor)).order_by("pk").first()
    if unit is None:
        raise Http404
    form = SlipForm(request.POST if request.method == "POST" else None, unit=unit)
    if form.is_valid():
        try:
            made = slips.fill(unit, **form.cleaned_data, by=request.actor, now=timezone.now())
        except slips.TooLate as late:
            form.add_error(None, str(late))
        else:
            messages.success(request, _("已送到社区，签收后您会收到通知。"))
            return redirect("slip", made.pk)
    context = {"form": form, "unit": unit}
    return render(request, "volunteers/slip_new.html", context, status=422 if form.is_bound else 200)


@require_safe
@signed_in
def slip(request: Request, user: User, pk: int) -> HttpResponse:
    """One slip."""
    return _page(request, _seen(request, pk))


@require_POST
@signed_in
def signature(request: Request, user: User, pk: int) -> HttpResponse:
    found = _seen(request, pk)
    try:
        slips.sign(found, by=request.actor, now=timezone.now())
    except slips.TooLate as late:
        return _page(request, _seen(request, pk), trouble=str(late), status=409)
    messages.success(request, _("已签收，回执已送到单位。"))
    return redirect("slip", pk)


@require_POST
@signed_in
def ending(request: Request, user: User, pk: int) -> HttpResponse:
    found, form = _seen(request, pk), EndForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form=form, status=422)
    try:
        slips.end(found, reason=form.cleaned_data["reason"], by=request.actor, now=timezone.now())
    except slips.TooLate as late:
        return _page(request, _seen(request, pk), form=form, trouble=str(late), status=409)
    messages.success(request, _("已结束，对方会看到原因。"))
    return redirect("slip", pk)


def _seen(request: Request, pk: int) -> Slip:
    return get_object_or_404(slips.visible(request.actor), pk=pk)


def _page(
    request: Request, found: Slip, *, form: EndForm | None = None, trouble: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "slip": found,
        "served": slips.served(found),
        "receives": slips.receives(request.actor, found),
        "form": form or EndForm(),
        "trouble": trouble,
    }
    return render(request, "volunteers/slip.html", context, status=status)
