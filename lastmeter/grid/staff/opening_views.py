"""`/openings/`: open posts for everybody, without sign-in; at the desk the applications and their answers."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lastmeter.accounts import audit, limits, people
from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, address_client, signed_in, visitor_client
from lastmeter.grid import keeping, scope
from lastmeter.grid.models import Application, PostOpening
from lastmeter.grid.staff import appointing, openings
from lastmeter.grid.staff.opening_forms import (
    AcceptanceForm,
    ApplicationForm,
    OpeningForm,
    ReceiptForm,
    RefusalForm,
    RevealForm,
)
from lastmeter.grid.staff.post_views import GET_OR_POST, keeper_ground, post_of
from lastmeter.kit.ids import BadNumber, check_number, new_token, pretty
from lastmeter.kit.paging import Keyset, page

HOUR, SIZE, LOOK_UPS = 3600, 50, 30
ENDS_FIRST, NEWEST = Keyset(("open_until", "id")), Keyset(("-id",))
SHOWN = ("opening__post__node__parent", "opening__post__unit__node", "decided_by")


@require_safe
def listed(request: Request) -> HttpResponse:
    """The posts that can be applied for today."""
    shown = page(openings.running(timezone.localdate()), request.GET.get("cursor"), SIZE, ENDS_FIRST)
    return render(request, "grid/openings/list.html", {"page": shown})


@require_http_methods(GET_OR_POST)
def opening(request: Request, pk: int) -> HttpResponse:
    """One open post and the form; what was sent twice gets the same receipt."""
    found = get_object_or_404(openings.running(timezone.localdate()), pk=pk)
    if request.method != "POST":
        form = ApplicationForm(initial={"client_ref": new_token()})
        return render(request, "grid/openings/opening.html", {"opening": found, "form": form})
    form, status = ApplicationForm(request.POST), 422
    if form.is_valid():
        try:
            return _take_in(request, found, form)
        except limits.TooMany as error:
            form.add_error(None, str(error))
            status = 429
        except appointing.Refused as refused:
            form.add_error(None, str(refused))
    return render(request, "grid/openings/opening.html", {"opening": found, "form": form}, status=status)


def _take_in(request: Request, found: PostOpening, form: ApplicationForm) -> HttpResponse:
    now, given = timezone.now(), form.cleaned_data
    limits.hit(f"apply:{address_client(request)}", settings.REPORTS_PER_HOUR, HOUR, now)
    client = visitor_client(request)
    filled = openings.Filled(
        name=given["name"], phone=given["phone"], words=given["words"], client_ref=given["client_ref"]
    )
    made = openings.apply(found, filled, by=request.actor, client=client, now=now)
    return redirect("application", made.number)


@require_http_methods(GET_OR_POST)
def receipt(request: Request, number: str) -> HttpResponse:
    """The receipt: state and answer, for the browser or account that applied, or by number and phone."""
    try:
        wanted = check_number(number)
    except BadNumber:
        raise Http404 from None
    found = Application.objects.filter(number=wanted).select_related(*SHOWN).first()
    form, shown = ReceiptForm(request.POST or None), found is not None and _own(request, found)
    if not shown and form.is_valid():
        try:
            limits.hit(f"receipt:{address_client(request)}", LOOK_UPS, HOUR, timezone.now())
        except limits.TooMany as error:
            form.add_error(None, str(error))
        else:
            known = people.phone_hash(form.cleaned_data["phone"])
            shown = found is not None and found.phone_hash is not None and bytes(found.phone_hash) == known
            if not shown:
                form.add_error(None, _("编号和手机对不上，请再看一下回执。"))
    context = {"form": form, "application": found if shown else None, "number": pretty(wanted)}
    return render(request, "grid/openings/receipt.html", context, status=422 if form.errors else 200)


def _own(request: Request, application: Application) -> bool:
    if request.user.is_authenticated and application.user_id == request.user.pk:
        return True
    return bool(request.actor.client) and request.actor.client == application.client


@require_http_methods(GET_OR_POST)
@signed_in
def call(request: Request, user: User, pk: int) -> HttpResponse:
    """The desk opens a post for applications."""
    post = post_of(request, pk)
    form, status = OpeningForm(request.POST or None), 200
    if form.is_valid():
        try:
            made = openings.call(post, **form.cleaned_data, by=request.actor, now=timezone.now())
        except appointing.Refused as refused:
            form.add_error(None, str(refused))
            status = 409
        else:
            messages.success(request, _("已公开招募。"))
            return redirect("opening-desk", made.pk)
    context = {"form": form, "post": post, "place": post.node or post.unit}
    return render(request, "grid/openings/call.html", context, status=422 if form.errors and status == 200 else status)


@require_safe
@signed_in
def desk_list(request: Request, user: User) -> HttpResponse:
    """The openings of my ground, newest first, and how many applications wait."""
    paths = keeper_ground(request)
    there = scope.inside(paths, "post__node__path") | scope.inside(paths, "post__unit__node__path")
    found = PostOpening.objects.filter(there).select_related("post__node__parent", "post__unit__node")
    shown = page(openings.with_waiting(found), request.GET.get("cursor"), SIZE, NEWEST)
    return render(request, "grid/openings/desk_list.html", {"page": shown, "today": timezone.localdate()})


@require_safe
@signed_in
def desk(request: Request, user: User, pk: int) -> HttpResponse:
    """One opening with its applications."""
    return _desk(request, _opening_of(request, pk))


def _opening_of(request: Request, pk: int) -> PostOpening:
    rows = PostOpening.objects.select_related("post__node__parent", "post__unit__node")
    found = get_object_or_404(rows, pk=pk)
    if not keeping.keeps(request.actor, keeping.path_of(found.post)):
        raise Http404
    return found


def _application_of(request: Request, pk: int) -> Application:
    found = get_object_or_404(Application.objects.select_related(*SHOWN), pk=pk)
    if not keeping.keeps(request.actor, keeping.path_of(found.opening.post)):
        raise Http404
    return found


def _desk(
    request: Request, found: PostOpening, *, trouble: str = "", revealed: Application | None = None, status: int = 200
) -> HttpResponse:
    rows = Application.objects.filter(opening=found).select_related("decided_by")
    context = {
        "opening": found,
        "place": found.post.node or found.post.unit,
        "page": page(rows, request.GET.get("cursor"), SIZE, NEWEST),
        "acceptance": AcceptanceForm(),
        "refusal": RefusalForm(),
        "reveal": RevealForm(),
        "revealed": revealed,
        "trouble": trouble,
    }
    return render(request, "grid/openings/desk.html", context, status=status)


@require_POST
@signed_in
def closing(request: Request, user: User, pk: int) -> HttpResponse:
    """No more applications are taken."""
    found = _opening_of(request, pk)
    openings.close(found, by=request.actor, now=timezone.now())
    messages.success(request, _("已停止报名。"))
    return redirect("opening-desk", found.pk)


@require_POST
@signed_in
def acceptance(request: Request, user: User, pk: int) -> HttpResponse:
    """The applicant takes the post."""
    found = _application_of(request, pk)
    form = AcceptanceForm(request.POST)
    if not form.is_valid():
        return _desk(request, found.opening, trouble=_("日期写得不对，请再选一次。"), status=422)
    until, now = form.cleaned_data["until"], timezone.now()
    if until is not None and until <= appointing.china_day(now):
        return _desk(request, found.opening, trouble=_("任期至要在今天以后。"), status=422)
    try:
        openings.accept(found, until=until, by=request.actor, now=now)
    except appointing.Refused as refused:
        return _desk(request, found.opening, trouble=str(refused), status=409)
    messages.success(request, _("%(name)s已任职。") % {"name": found.name})
    return redirect("post", found.opening.post_id)


@require_POST
@signed_in
def refusal(request: Request, user: User, pk: int) -> HttpResponse:
    """The applicant is refused, with the reason."""
    found = _application_of(request, pk)
    form = RefusalForm(request.POST)
    if not form.is_valid():
        return _desk(request, found.opening, trouble=_("请写明理由，报名的人会看到。"), status=422)
    try:
        openings.refuse(found, reason=form.cleaned_data["reason"], by=request.actor, now=timezone.now())
    except appointing.Refused as refused:
        return _desk(request, found.opening, trouble=str(refused), status=409)
    messages.success(request, _("已答复。"))
    return redirect("opening-desk", found.opening_id)


@require_POST
@signed_in
def reveal(request: Request, user: User, pk: int) -> HttpResponse:
    """The applicant's phone, once the reason stands in the audit."""
    found = _application_of(request, pk)
    try:
        audit.reveal(
            by=request.actor,
            object_kind="application",
            object_id=found.pk,
            reason=request.POST.get("reason", "")[:200],
            now=timezone.now(),
        )
    except (audit.ReasonNeeded, limits.TooMany) as error:
        return _desk(request, found.opening, trouble=str(error), status=422)
    return _desk(request, found.opening, revealed=found)
