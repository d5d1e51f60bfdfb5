"""公平: how often somebody or a group may book in a week, and what absence leaves them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from lastmeter.accounts.models import User
from lastmeter.grid.models import Unit
from lastmeter.venues import rules
from lastmeter.venues.models import Absence, Booking, BookingRule

COUNTED = (Booking.State.REQUESTED, Booking.State.CONFIRMED, Booking.State.USED, Booking.State.ABSENT)


def trouble(user: User, unit: Unit | None, starts_at: datetime, rule: BookingRule, now: datetime) -> str:
    """Why this person (or group) may not book at that time, as a sentence; "" when they may."""
    return _of_absence(user, rule, now) or _of_week(user, unit, starts_at, rule)


def _of_week(user: User, unit: Unit | None, starts_at: datetime, rule: BookingRule) -> str:
    monday, sunday = rules.week_of(starts_at)
    that_week = Booking.objects.filter(
        starts_at__gte=monday, starts_at__lt=sunday, state__in=COUNTED, official=False, lot=None
    )
    if unit is not None:
        if that_week.filter(unit=unit).count() >= rule.per_group:
            return _("“%(name)s”这一周已订 %(most)d 次，每个团队每周最多这么多。") % {
                "name": unit.name, "most": rule.per_group,
            }  # fmt: skip
    elif that_week.filter(user=user, unit=None).count() >= rule.per_person:
        return _("这一周您已订 %(most)d 次，每人每周最多这么多。") % {"most": rule.per_person}
    return ""


def _of_absence(user: User, rule: BookingRule, now: datetime) -> str:
    grade, until = standing(user, rule, now)
    if grade == "stop":
        return _("您有几次订了没来，暂停预约到 %(day)s。可以在“我订的场地”里申诉。") % {"day": f"{until:%Y-%m-%d}"}
    if grade == "one" and Booking.objects.filter(user=user, state__in=COUNTED, ends_at__gt=now).exists():
        return _("您有几次订了没来，现在一次只能订一场：用完这一场再订。")
    return ""


def standing(user: User, rule: BookingRule, now: datetime) -> tuple[str, datetime]:
    """What the absences that stand mean now (see rules.grade), and until when a stop lasts."""
    rows = (
        Absence.objects.filter(user=user, lifted=False, expires_at__gt=now).order_by("-at").values_list("at", flat=True)
    )
    times = list(rows)
    grade = rules.grade(len(times), rule.absences_one, rule.absences_stop)
    until = (times[0] if times else now) + timedelta(days=rule.stop_days)
    if grade == "stop" and until <= now:
        grade = "one"  # the pause is over; what stands still counts until it expires
    return grade, until


@dataclass(frozen=True, slots=True)
class History:
    """What an approver sees beside a request: how often the person (or group) had rooms lately, and did not come."""

    this_week: int
    last_month: int
    absences: int


def history(row: Booking, now: datetime) -> History:
    """Of the group when it asks as one, else of the person: three queries."""
    theirs = Booking.objects.filter(state__in=COUNTED, official=False).exclude(pk=row.pk)
    theirs = theirs.filter(unit=row.unit) if row.unit_id else theirs.filter(user=row.user)
    monday, sunday = rules.week_of(row.starts_at)
    return History(
        theirs.filter(starts_at__gte=monday, starts_at__lt=sunday).count(),
        theirs.filter(starts_at__gte=now - timedelta(days=30), starts_at__lt=now).count(),
        Absence.objects.filter(user=row.user, lifted=False, expires_at__gt=now).count(),
    )
