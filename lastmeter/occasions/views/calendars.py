"""Addresses that calendars read: one's own by its secret, those of a place and a unit by their key."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from lastmeter.grid.models import Node, Unit
from lastmeter.occasions import feeds
from lastmeter.occasions.models import Feed


@require_safe
def of_person(request: HttpRequest, token: str) -> HttpResponse:
    feed = Feed.objects.select_related("user").filter(token=token, user__is_active=True).first()
    if feed is None:
        raise Http404
    return _ics(feeds.of_person(feed, now=timezone.now()))


@require_safe
def of_place(request: HttpRequest, pk: int) -> HttpResponse:
    return _ics(feeds.of_place(get_object_or_404(Node, pk=pk), now=timezone.now()))


@require_safe
def of_unit(request: HttpRequest, pk: int) -> HttpResponse:
    return _ics(feeds.of_unit(get_object_or_404(Unit, pk=pk), now=timezone.now()))


def _ics(content: bytes) -> HttpResponse:
    """Nobody between keeps it: what is called off must not come back."""
    return HttpResponse(
        content, content_type="text/calendar; charset=utf-8", headers={"Cache-Control": "private, no-cache"}
    )
