"""`/matters/new/`: a matter by phone, at the window or from a message, on somebody's behalf, in half a minute."""

from datetime import timedelta
from typing import Any

import segno
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.kit import ids
from lastmeter.matters import intake, policy, reckoning, tracking
from lastmeter.matters.forms.counter import CounterForm, label, reachable
from lastmeter.matters.models import Source, Urgency
from lastmeter.matters.views.reach import matter_for

SHOWN_FOR = timedelta(hours=2)
LAST_PLACE = "counter_place"


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def counter(request: Request, user: User) -> HttpResponse:
    """The form; the same client_ref twice gives the same receipt."""
    _only_who_files(request)
    if request.method == "POST":
        form = CounterForm(request.POST, by=request.actor)
        if form.is_valid() and (taken := _take_in(request, user, form)):
            request.session[LAST_PLACE] = label(form.cleaned_data["node"])
            return redirect("receipt", taken.number)
    else:
        first = {"client_ref": ids.new_token(), "node": request.session.get(LAST_PLACE, "")}
        form = CounterForm(by=request.actor, initial=first)
    context = {"form": form, "places": [label(node) for node in reachable(request.actor)]}
    return render(request, "matters/desk/counter.html", context, status=422 if form.errors else 200)


def _only_who_files(request: Request) -> None:
    if not policy.files_for_others(request.actor):
        raise Http404


def _take_in(request: Request, user: User, form: CounterForm) -> intake.Taken | None:
    given = form.cleaned_data
    report = intake.Report(
        text=given["text"],
        source=Source(given["source"]),
        client_ref=given["client_ref"],
        node_id=given["node"].pk,
        place=given["place"],
        category_id=given["category"].pk if given["category"] else None,
        urgency=Urgency(given["urgency"]),
        name=given["name"],
        phone=given["phone"],
        address=given["postal"],
        on_behalf=True,
        consent=f"{intake.CONSENT_VERSION}/oral" if given["consent"] else "",
    )
    [taken] = intake.take_in([report], by=request.actor, client=f"user:{user.pk}", now=timezone.now())
    if isinstance(taken, intake.Refused):
        form.add_error(taken.field if taken.field in form.fields else None, taken.reason)
        return None
    return taken


@require_safe
@signed_in
def receipt(request: Request, user: User, number: str) -> HttpResponse:
    """Number and tracking code, large, to be read out or printed: for whoever filed it, within two hours.

    The code is derived again (`tracking.tracking_code`), so it stands in no address, session or log.
    """
    matter = matter_for(request.actor, number)
    dossier = matter.dossier
    mine = matter.filed_by_id == user.pk and dossier.client == f"user:{user.pk}"
    if not mine or timezone.now() - dossier.opened_at > SHOWN_FOR:
        raise Http404
    code = tracking.tracking_code(dossier.client, dossier.client_ref)
    progress = request.build_absolute_uri(f"/m/{dossier.number}/")
    context: dict[str, Any] = {
        "matter": matter,
        "dossier": dossier,
        "number": ids.pretty(dossier.number),
        "code": code,
        "aloud": [aloud(ids.pretty(dossier.number)), aloud(code)],
        "promised": reckoning.promised(matter.pk),
        "progress": progress,
        "qr": SafeString(segno.make(progress, error="m").svg_inline(scale=4, border=2, omitsize=True)),
    }
    return render(request, "matters/desk/receipt.html", context)


DIGITS = dict(zip("0123456789", "零一二三四五六七八九", strict=True))


def aloud(text: str) -> str:
    """As it is read over a phone: digits in Chinese, letters as they are, a pause for each hyphen."""
    return " ".join("，" if char == "-" else DIGITS.get(char, char) for char in text)
