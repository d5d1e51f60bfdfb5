"""What is said while somebody types, at three doors: the resident's report, the counter, the field. Reads only."""

from datetime import datetime

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from lastmeter.accounts import limits
from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, address_client, signed_in
from lastmeter.grid import scope
from lastmeter.grid.models import Level
from lastmeter.grid.scope import PlaceColumns
from lastmeter.matters import intake, policy
from lastmeter.matters.forms.counter import places
from lastmeter.matters.forms.field import KINDS
from lastmeter.matters.learning.suggesting import Suggestion, suggest
from lastmeter.matters.views.field import own_places

HOUR = 3600
LONGEST_NUMBER = 24


@require_POST
def for_residents(request: Request) -> HttpResponse:
    """`/report/suggestions/`: a stranger reads only what any sender of a report is shown."""
    if not _allowed(f"suggest:{address_client(request)}", timezone.now()):
        return HttpResponse(status=429)
    place = intake.place_of(_whole(request, "node"), _degrees(request, "lon", 180), _degrees(request, "lat", 90))
    return _answer(request, place, links=False)


@require_POST
@signed_in
def for_counter(request: Request, user: User) -> HttpResponse:
    """`/matters/new/suggestions/`: the place must lie in the clerk's reach, so what is similar there does too."""
    if not policy.files_for_others(request.actor):
        raise Http404
    if not _allowed(f"suggest:user:{user.pk}", timezone.now()):
        return HttpResponse(status=429)
    named = places(request.actor, request.POST.get("node", "")[:120])
    fits = bool(named) and named[0].level >= Level.COMMUNITY
    return _answer(request, scope.place_columns(named[0]) if fits else None, links=True)


@require_POST
@signed_in
def for_field(request: Request, user: User) -> HttpResponse:
    """`/found/suggestions/`: only the kinds that stand on that screen, only the worker's own places."""
    nodes = {node.pk: node for node in own_places(request.actor)}
    if not nodes:
        raise Http404
    if not _allowed(f"suggest:user:{user.pk}", timezone.now()):
        return HttpResponse(status=429)
    node = nodes.get(_whole(request, "node") or 0)
    return _answer(request, scope.place_columns(node) if node else None, links=True, codes=frozenset(KINDS))


def _answer(
    request: Request, place: PlaceColumns | None, *, links: bool, codes: frozenset[str] | None = None
) -> HttpResponse:
    text = request.POST.get("text", "")[: intake.MOST_TEXT]
    chosen = request.POST.get("category", "")
    found = suggest(text, place, now=timezone.now(), category_id=_category(chosen))
    context = {"suggestion": _only(found, codes), "links": links, "kinds": codes is not None}
    return render(request, "matters/learning/suggestions.html", context)


def _only(found: Suggestion, codes: frozenset[str] | None) -> Suggestion:
    """With the categories that this screen has a tile for."""
    if codes is None:
        return found
    kept = [each for each in found.categories if each.category.code in codes and each.category.scheme == "local"]
    return Suggestion(kept, found.similar, found.handled_by, found.usual, found.urgency)


def _allowed(key: str, now: datetime) -> bool:
    try:
        limits.hit(key, settings.SUGGESTIONS_PER_HOUR, HOUR, now)
    except limits.TooMany:
        return False
    return True


def _category(chosen: str) -> int | None:
    return int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < LONGEST_NUMBER else None


def _whole(request: Request, name: str) -> int | None:
    return _category(request.POST.get(name, ""))


def _degrees(request: Request, name: str, most: float) -> float | None:
    try:
        value = float(request.POST.get(name, "")[:LONGEST_NUMBER])
    except ValueError:
        return None
    return value if -most <= value <= most else None
