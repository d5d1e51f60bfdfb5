"""`/venues/rooms/<pk>.ics`: when a room is taken, for calendars; nothing of whom or what for."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lastmeter.venues import booking
from lastmeter.venues.models import Booking, Space

MOST = 500


@require_safe
def of_room(request: HttpRequest, pk: int) -> HttpResponse:
    from icalendar import Calendar, Event  # read by this address alone

    space = get_object_or_404(Space.objects.select_related("venue"), pk=pk, closed_on=None)
    rows = Booking.objects.filter(
        space=space, state__in=booking.STANDING, ends_at__gt=timezone.now() - timedelta(days=7)
    )
    calendar = Calendar()
    calendar.add("prodid", "-//LastMeter//zh//")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"{space.venue.name} {space.name}")
    for row in rows.order_by("starts_at")[:MOST]:
        event = Event()
        event.add("uid", f"booking-{row.pk}@{settings.SITE_URL.partition('://')[2]}")
        event.add("dtstamp", row.at)
        event.add("dtstart", row.starts_at)
        event.add("dtend", row.ends_at)
        event.add("summary", row.purpose if row.official else _("已有预约"))
        calendar.add_component(event)
    headers = {"Cache-Control": "private, no-cache"}
    return HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8", headers=headers)
