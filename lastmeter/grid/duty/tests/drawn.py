"""Rosters as the tests of duty draw them up, and what they ask of them."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.test import Client
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.grid.duty import rosters, rota
from lastmeter.grid.duty.arranging import Plan
from lastmeter.grid.duty.rota import DayKind, Shift
from lastmeter.grid.models import Node, Roster
from lastmeter.kit.zhtime import DAY
from tests.cast import Cast

ClientAs = Callable[[str], Client]
ActorOf = Callable[[str], Actor]
GRID = "999902006001001"
ROUND = "08:00-20:00 20:00-08:00"


def plan(cast: Cast, *names: str, first: date | None = None, hours: str = ROUND, phone: str = "") -> Plan:
    return Plan(
        name="24 小时值守",
        members=[cast.users[name] for name in names],
        slots={DayKind.WORKDAY: rota.read_slots(hours)},
        round_the_clock=True,
        phone=phone,
        valid_from=first or timezone.localdate() - 3 * DAY,
    )


def whole(roster: Roster) -> Roster:
    return rosters.whole(Roster.objects.filter(pk=roster.pk)).get()


def coming(roster: Roster, user: User) -> Shift:
    today, now = timezone.localdate(), timezone.now()
    shifts = rosters.shifts_of(whole(roster), today, today + timedelta(days=20))
    return next(each for each in shifts if each.person == user.pk and each.starts > now + DAY)


def people(node: Node, at: datetime) -> list[str]:
    return [each.user.name for each in rosters.on_duty(node, at)]


def form_of(cast: Cast, *names: str, **more: str) -> dict[str, str]:
    orders = {f"order_{cast.users[name].pk}": str(at) for at, name in enumerate(names, 1)}
    first = f"{timezone.localdate() + DAY:%Y-%m-%d}"
    base = {"name": "夜间值守", "valid_from": first, "round_the_clock": "on", "workday": ROUND}
    return base | orders | more
