"""`/report/`: 有事您说 — without account, without JavaScript, in a sentence and five taps."""

from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lastmeter.accounts import limits
from lastmeter.accounts.requests import Request, address_client, visitor_client
from lastmeter.grid import picking, scope, tree
from lastmeter.grid.models import Node
from lastmeter.kit import ids
from lastmeter.matters import contact, danger, duplicates, intake, reckoning, tracking
from lastmeter.matters.catalogue import questions
from lastmeter.matters.forms.reporting import PhoneCodeForm, ReportForm
from lastmeter.matters.intake import MOST_PLACE
from lastmeter.matters.models import Source
from lastmeter.matters.views import proof
from lastmeter.notices import codes

SHOWN = "shown_code"  # in the demo: (number, code) of the last code, until it has proved the phone
DRAFT = "report_draft"  # what was typed before somebody went to pick a place; never the phone
HOUR = 3600


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: Request) -> HttpResponse:
    """The page; a report with a mistake in it comes back as it was, photos included."""
    if request.method != "POST":
        return _page(request, ReportForm(initial=_first(request)))
    client = _client(request)
    form = ReportForm(request.POST, request.FILES)
    valid = form.is_valid()
    if "pick" in request.POST:
        return _go_and_pick(request, form)
    if not valid:
        form.keep_for_next_try()
        return _page(request, form, status=422)
    if stop := _second_look(request, form):
        return stop
    return _take_in(request, form, client)


def _client(request: Request) -> str:
    return f"user:{request.user.pk}" if request.user.is_authenticated else visitor_client(request)


def _first(request: Request) -> dict[str, Any]:
    """First values: what was typed before picking a place, the place of a plate, of ?g=code, or of the picker."""
    first: dict[str, Any] = {"client_ref": ids.new_token(), **request.session.pop(DRAFT, {})}
    if code := request.GET.get("g", ""):
        node = tree.named(code[:40])
        if node:
            picking.remember(request.session, node)
    first["node"] = request.session.get(picking.REMEMBERED)
    first["place"] = picking.picked_words(request.session, first.get("place", ""))[:MOST_PLACE]
    return first


def _page(request: Request, form: ReportForm, *, status: int = 200, **more: Any) -> HttpResponse:
    node = picking.valid(form["node"].value())
    context = {
        "form": form,
        "node": node,
        "place_name": tree.full_name(node) if node else "",
        "kept_photos": form.kept_photos(),
        **more,
    }
    return render(request, "matters/report/report.html", context, status=status)


def _go_and_pick(request: Request, form: ReportForm) -> HttpResponse:
    """Keep what was typed and go to the picker; works without JavaScript. The phone is not kept."""
    given = form.cleaned_data
    names = ("client_ref", "text", "place", "name", "kept")
    draft = {name: given.get(name) or request.POST.get(name, "")[:5000] for name in names}
    request.session[DRAFT] = {**draft, "category": request.POST.get("category", "")[:20]}
    return redirect(f"/places/?next={request.path}")


def _second_look(request: Request, form: ReportForm) -> HttpResponse | None:
    """What is said once before sending: a number to call first, the place of a photo, similar open matters."""
    given = form.cleaned_data
    changes: dict[str, Any] = {}
    shown: dict[str, Any] = {}
    if not given["calmed"] and (dangers := danger.named_in(given["text"])):
        changes["calmed"], shown["dangers"] = "1", dangers
    if not form.has_place():
        position = form.place_of_photos()
        if position is None:
            form.add_error(None, _("请选一下地点：点“选择地点”，或用您现在的位置。您写的内容都还在。"))
            form.keep_for_next_try(**changes)
            return _page(request, form, status=422, **shown)
        located = intake.place_of(None, *position)
        changes["lon"], changes["lat"] = position
        shown["photo_place"] = tree.full_name(Node.objects.get(pk=located.node_id)) if located else ""
    if not given["compared"] and (similar := _similar(form)):
        changes["compared"], shown["similar"] = "1", similar
    if not shown:
        return None
    form.keep_for_next_try(**changes)
    return _page(request, form, **shown)


def _similar(form: ReportForm) -> list[duplicates.Similar]:
    given = form.cleaned_data
    place: scope.PlaceColumns | None = intake.place_of(given.get("node"), given.get("lon"), given.get("lat"))
    return duplicates.similar(given["text"], place, now=timezone.now()) if place else []


def _take_in(request: Request, form: ReportForm, client: str) -> HttpResponse:
    now = timezone.now()
    try:
        limits.hit(f"report:{address_client(request)}", settings.REPORTS_PER_HOUR, HOUR, now)
    except limits.TooMany as error:
        form.add_error(None, str(error))
        form.keep_for_next_try()
        return _page(request, form, status=429)
    [taken] = intake.take_in([_report(request, form)], by=request.actor, client=client, now=now)
    if isinstance(taken, intake.Refused):
        form.add_error(taken.field if taken.field in form.fields else None, taken.reason)
        form.keep_for_next_try()
        return _page(request, form, status=422)
    if form.cleaned_data["phone"] and codes.phone_proof_offered() and not taken.repeat:
        return redirect("report-phone", taken.number)
    return redirect("report-done", taken.number)


def _report(request: Request, form: ReportForm) -> intake.Report:
    given = form.cleaned_data
    from_plate = given.get("node") and given["node"] == request.session.get(picking.SCANNED)
    category = given.get("category")
    return intake.Report(
        text=given["text"],
        source=Source.PLATE if from_plate else Source.WEB,
        client_ref=given["client_ref"],
        node_id=given.get("node"),
        lon=given.get("lon"),
        lat=given.get("lat"),
        place=given["place"],
        category_id=category.pk if category else None,
        name=given["name"],
        phone=given["phone"],
        photos=given["photos"],
        consent=intake.CONSENT_VERSION,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def phone(request: Request, number: str) -> HttpResponse:
    """The report is taken in already; here its phone is proved by a code, or not."""
    matter = proof.proved_matter(request, number)
    requester = getattr(matter, "requester", None)
    if requester is None or not requester.phone or not codes.phone_proof_offered():
        raise Http404
    form = PhoneCodeForm(request.POST or None)
    now = timezone.now()
    if form.is_valid():
        if codes.check_code(requester.phone, form.cleaned_data["code"], contact.PURPOSE, now):
            contact.prove_phone(requester, by=request.actor, now=now)
            request.session.pop(SHOWN, None)
            return redirect("report-done", matter.dossier.number)
        form.add_error("code", _("验证码不对或已过期：请看清最新的一条短信，或重新发送。"))
    sent_for, code = request.session.get(SHOWN, ("", None))
    shown = code if sent_for == matter.dossier.number else None
    context = {"form": form, "matter": matter, "tail": requester.phone[-4:], "shown": shown}
    return render(request, "matters/report/phone.html", context, status=422 if form.errors else 200)


@require_POST
def phone_code(request: Request, number: str) -> HttpResponse:
    """Send the code to the report's phone."""
    matter = proof.proved_matter(request, number)
    requester = getattr(matter, "requester", None)
    if requester is None or not requester.phone:
        raise Http404
    try:
        sent = codes.send_code(requester.phone, contact.PURPOSE, client=address_client(request), now=timezone.now())
    except (limits.TooMany, codes.NotOffered) as error:
        messages.error(request, str(error) or _("现在不能发送验证码。"))
    else:
        request.session[SHOWN] = [matter.dossier.number, sent.shown]
        messages.success(request, _("验证码已发送，10 分钟内有效。"))
    return redirect("report-phone", matter.dossier.number)


@require_safe
def done(request: Request, number: str) -> HttpResponse:
    """Number and tracking code, large; the code is derived again and stands in no address, session or log."""
    matter = proof.proved_matter(request, number)
    dossier = matter.dossier
    if dossier.client != _client(request):
        return redirect("progress", dossier.number)
    progress = request.build_absolute_uri(f"/m/{dossier.number}/")
    context = {
        "matter": matter,
        "number": ids.pretty(dossier.number),
        "code": tracking.tracking_code(dossier.client, dossier.client_ref),
        "promised": reckoning.promised(matter.pk),
        "to_ask": questions.to_ask(matter, timezone.localdate()),
        "qr": SafeString(segno.make(progress, error="m").svg_inline(scale=4, border=2, omitsize=True)),
    }
    return render(request, "matters/report/done.html", context)
