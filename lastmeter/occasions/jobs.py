"""What the timetable calls for occasions."""

from datetime import datetime, timedelta

from lastmeter.kit.alone import each_alone
from lastmeter.occasions import arranging, attending, seats
from lastmeter.occasions.models import Occasion, Series, SignUp

GUESTS_KEPT = timedelta(days=30)  # name and phone of who signed up at the counter, after it ended


def lapse(now: datetime) -> int:
    """Places offered and not accepted in time go to the next; every minute."""
    over = SignUp.objects.filter(state=SignUp.State.OFFERED, expires_at__lte=now).values_list("occasion", flat=True)

    def lapse_one(pk: int) -> int:
        occasion = Occasion.objects.select_for_update(of=("self",)).get(pk=pk)
        return seats.lapse(occasion, now=now)

    return each_alone(sorted(set(over)), lapse_one)


def plan(now: datetime) -> int:
    """The occasions of every series as far ahead as people may sign up; every hour."""
    running = {series.pk: series for series in Series.objects.filter(ended_at=None).order_by("pk")}
    return each_alone(running, lambda pk: arranging.plan(running[pk], now=now))


def settle(now: datetime) -> int:
    """A day after the end it is noted who did not come; names and phones of the counter go after thirty days."""
    over = Occasion.objects.filter(settled_at=None, ends_at__lte=now - attending.SETTLED_AFTER)
    keys = over.order_by("pk").values_list("pk", flat=True)
    done = each_alone(keys, lambda pk: attending.settle(pk, now=now))
    old = SignUp.objects.filter(name__isnull=False, ends_at__lte=now - GUESTS_KEPT)
    return done + old.update(name=None, phone=None)
