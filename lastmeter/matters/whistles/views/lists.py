"""`/whistles/`: what waits for me, and all whistles within reach; the ledger as page and file; the levels of places."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.grid import scope
from lastmeter.grid.rulebook import kinds
from lastmeter.kit import downloads
from lastmeter.matters.models import Colour, Tier
from lastmeter.matters.whistles import forms, ledger, reading


@require_safe
@signed_in
def whistle_list(request: Request, user: User) -> HttpResponse:
    """My whistles on top, then all within reach, narrowed by the address."""
    if not scope.held(request.actor):
        raise Http404
    given = reading.Filters(
        step=_one_of(request.GET.get("step", ""), reading.STEPS),
        colour=_one_of(request.GET.get("colour", ""), Colour.values),
        tier=_one_of(request.GET.get("tier", ""), Tier.values),
    )
    cursor = request.GET.get("cursor")
    context: dict[str, Any] = {
        "page": reading.page(request.actor, given, cursor),
        "waiting": None if cursor else reading.waiting(request.actor),
        "tabs": [(word, _href(given, step=step), step == given.step) for step, word in _steps()],
        "chips": [
            *((each.label, _href(given, colour=_other(given.colour, each)), given.colour == each) for each in Colour),
            *((each.label, _href(given, tier=_other(given.tier, each)), given.tier == each) for each in Tier),
        ],
        "keeps": kinds.sees(request.actor),
        "next": reverse("whistles"),
    }
    return render(request, "matters/whistles/list.html", context)


def _steps() -> list[tuple[str, str]]:
    return [("", _("全部")), ("open", _("办理中")), ("rate", _("待评哨")), ("ended", _("已销哨"))]


def _one_of(value: str, known: Iterable[str]) -> str:
    """The value of the address when it is one that can be asked for, else no filter at all."""
    return value if value in known else ""


def _href(given: reading.Filters, **changed: str) -> str:
    query = {"step": given.step, "colour": given.colour, "tier": given.tier} | changed
    kept = {name: value for name, value in query.items() if value}
    return f"{reverse('whistles')}?{urlencode(kept)}" if kept else reverse("whistles")


def _other(now: str, value: str) -> str:
    """What a tap on a chip asks for: the value, or nothing when it is on already."""
    return "" if now == value else str(value)


@require_safe
@signed_in
def whistle_ledger(request: Request, user: User) -> HttpResponse:
    """The month's ledger as a page to print."""
    since, until, month = _period(request)
    context = {
        "head": ledger.HEAD,
        "lines": ledger.lines(request.actor, since, until),
        "month": month,
        "sheet": f"{reverse('whistle-sheet')}?month={month}",
    }
    return render(request, "matters/whistles/ledger.html", context)


@require_safe
@signed_in
def whistle_sheet(request: Request, user: User) -> HttpResponse:
    """The same as XLSX, with an audit entry."""
    since, until, month = _period(request)
    by, now = request.actor, timezone.now()
    return downloads.written(
        _("吹哨报到台账-%(month)s.xlsx") % {"month": month},
        lambda path: ledger.write(path, since, until, by=by, now=now),
    )


def _period(request: Request) -> tuple[Any, Any, str]:
    if not scope.held(request.actor):
        raise Http404
    form = forms.Period(request.GET)
    if not form.is_valid():
        raise Http404
    since, until = form.span()
    return since, until, f"{since:%Y-%m}"
