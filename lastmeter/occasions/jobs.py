"""What the timetable calls for occasions."""

from datetime import datetime, timedelta

from django.db import transaction

from lastmeter.occasions import arranging, attending, seats
from lastmeter.occasions.models import Occasion, Series, SignUp

GUESTS_KEPT = timedelta(days=30)  # name and phone of who signed up at the counter, after it ended


def lapse(now: datetime) -> int:
    """Places offered and not accepted in time go to the next; every minute."""
    over = SignUp.objects.filter(state=SignUp.State.OFFERED, expires_at__lte=now).values_list("occasion", flat=True)
    return sum(_lapse(pk, now) for pk in sorted(set(over)))


@transaction.atomic
def _lapse(pk: int, now: datetime) -> int:
    occasion = Occasion.objects.select_for_update(of=("self",)).get(pk=pk)
    return seats.lapse(occasion, now=now)


def plan(now: datetime) -> int:
    """The occasions of every series as far ahead as people may sign up; every hour."""
    return sum(arranging.plan(series, now=now) for series in Series.objects.filter(ended_at=None).order_by("pk"))


def settle(now: datetime) -> int:
    """A day after the end it is noted who did not come; names and phones of the counter go after thirty days."""
    over = Occasion.objects.filter(settled_at=None, ends_at__lte=now - attending.SETTLED_AFTER)
    done = sum(attending.settle(pk, now=now) for pk in over.order_by("pk").values_list("pk", flat=True))
    old = SignUp.objects.filter(name__isnull=False, ends_at__lte=now - GUESTS_KEPT)
    return done + old.update(name=None, phone=None)
