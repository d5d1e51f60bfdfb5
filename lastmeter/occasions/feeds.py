"""日历: what a person signed up for, and what a place or a unit holds, as iCalendar (RFC 5545) that calendars read."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.grid.models import Node, Unit, at_or_below
from lastmeter.kit.ids import new_token
from lastmeter.kit.text import on_record
from lastmeter.occasions.models import Feed, Occasion, SignUp
from lastmeter.occasions.seats import LIVE, State

BACK = timedelta(days=30)  # so long a calendar keeps what is over
MOST = 500
MINE = _("我的活动")


@transaction.atomic
def subscribe(user: User, *, now: datetime) -> Feed:
    """The secret address of one's own calendar; a new one each time, so that the old ends."""
    made = {"token": new_token(), "made_at": now}
    return Feed.objects.update_or_create(user=user, defaults=made)[0]


def of_person(feed: Feed, *, now: datetime) -> bytes:
    """What the owner of the address has signed up for, with what was called off."""
    rows = SignUp.objects.filter(user=feed.user, ends_at__gt=now - BACK, state__in=[*LIVE, State.CALLED_OFF])
    rows = rows.select_related("occasion__unit").order_by("starts_at", "pk")[:MOST]
    return _calendar(on_record(MINE), [(each.occasion, each.state) for each in rows])


def of_place(node: Node, *, now: datetime) -> bytes:
    """What is held at the place and below it."""
    return _public(node.name, at_or_below(node.path, "node__path"), now)


def of_unit(unit: Unit, *, now: datetime) -> bytes:
    """What a unit or team holds."""
    return _public(unit.name, Q(unit=unit), now)


def _public(name: str, where: Q, now: datetime) -> bytes:
    rows = Occasion.objects.filter(where, ends_at__gt=now - BACK).select_related("unit").order_by("starts_at", "pk")
    return _calendar(name, [(each, "") for each in rows[:MOST]])


def _calendar(name: str, rows: Iterable[tuple[Occasion, str]]) -> bytes:
    from icalendar import Calendar, Event  # read by these addresses alone

    calendar = Calendar()
    calendar.add("prodid", "-//LastMeter//zh//")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    for occasion, state in rows:
        event = Event()
        event.add("uid", f"occasion-{occasion.pk}@{settings.SITE_URL.partition('://')[2]}")
        event.add("dtstamp", occasion.called_off_at or occasion.at)
        event.add("dtstart", occasion.starts_at)
        event.add("dtend", occasion.ends_at)
        event.add("summary", occasion.title)
        event.add("location", occasion.place)
        event.add("url", f"{settings.SITE_URL}/activities/{occasion.pk}/")
        event.add("sequence", 1 if occasion.called_off_at else 0)
        event.add("status", _status(occasion, state))
        if occasion.unit is not None:
            event.add("organizer", f"urn:lastmeter:unit:{occasion.unit_id}", parameters={"CN": occasion.unit.name})
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _status(occasion: Occasion, state: str) -> str:
    if occasion.called_off_at:
        return "CANCELLED"
    return "TENTATIVE" if state in (State.WAITING, State.OFFERED) else "CONFIRMED"
