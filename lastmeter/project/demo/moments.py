"""When people of the demonstration do things: residents at any waking hour, offices when they are open."""

import random
from datetime import datetime, timedelta

from lastmeter.kit.zhtime import CHINA, Calendar

# How many of a hundred reports come in each hour of the day, from midnight.
HOURS = (0, 0, 0, 0, 0, 1, 3, 6, 8, 8, 7, 6, 4, 3, 4, 5, 5, 6, 8, 10, 9, 5, 2, 0)
OPENS, CLOSES = timedelta(hours=8, minutes=30), timedelta(hours=17, minutes=30)
ON_DUTY = timedelta(hours=9), timedelta(hours=12)  # somebody sits at each desk on the morning of a free day
WAKES, SLEEPS = timedelta(hours=7), timedelta(hours=22)


def midnight(moment: datetime) -> datetime:
    """The beginning of the moment's day in China."""
    return moment.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)


def of_report(day: datetime, rng: random.Random) -> datetime:
    """A moment of that day at which somebody reports something."""
    hour = rng.choices(range(24), HOURS)[0]
    return midnight(day) + timedelta(hours=hour, seconds=rng.randint(0, 3599))


def at_office(moment: datetime, rng: random.Random) -> datetime:
    """The moment itself while offices are open or on duty, else soon after they open again."""
    day = midnight(moment)
    opens, closes = _hours(day)
    if day + opens <= moment <= day + closes:
        return moment
    if moment > day + closes:
        day += timedelta(days=1)
    return day + _hours(day)[0] + timedelta(seconds=rng.randint(60, 4800))


def _hours(day: datetime) -> tuple[timedelta, timedelta]:
    return (OPENS, CLOSES) if Calendar.national().is_workday(day.date()) else ON_DUTY


def awake(moment: datetime, rng: random.Random) -> datetime:
    """The moment itself by day, else some time the next morning: residents and grid workers."""
    day = midnight(moment)
    if moment < day + WAKES:
        return day + WAKES + timedelta(seconds=rng.randint(0, 5400))
    if moment > day + SLEEPS:
        return day + timedelta(days=1) + WAKES + timedelta(seconds=rng.randint(0, 5400))
    return moment


def spread(hours: float, rng: random.Random) -> timedelta:
    """About so many hours: between half and twice as long."""
    return timedelta(hours=hours * rng.choice((0.5, 0.7, 0.9, 1, 1.2, 1.5, 2)), seconds=rng.randint(0, 900))
