"""One centre of the small town: a hall of two halves, a reading room, its hours, and how to wish for a room."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from lastmeter.kit.zhtime import CHINA
from lastmeter.venues.booking import Wish
from lastmeter.venues.models import Opening, Period, Space, Venue
from tests.cast import Cast

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Centre:
    venue: Venue
    hall: Space
    east: Space
    west: Space
    room: Space

    def wish(self, space: Space, starts_at: datetime, hours: float = 1, people: int = 4, ref: str = "") -> Wish:
        return Wish(
            space=space, starts_at=starts_at, ends_at=starts_at + hours * HOUR, people=people, purpose="读书会",
            client_ref=ref or f"{space.pk}-{starts_at.isoformat()}",
        )  # fmt: skip


def build(cast: Cast) -> Centre:
    """Open every day from eight until midnight, Saturdays until two at night; holidays from ten until four."""
    venue = Venue.objects.create(
        node=cast.nodes["community"],
        kind="centre",
        name="望海党群服务中心",
        address="望海路 8 号",
        lon=113.965,
        lat=22.855,
    )

    def space(name: str, capacity: int, **more: object) -> Space:
        return Space.objects.create(venue=venue, name=name, capacity=capacity, **more)

    hall = space("多功能厅", 100, approval_above=50)
    period = Period.objects.create(venue=venue, name="平时", since=date(2025, 1, 1))
    for day in range(1, 8):
        closes = time(2) if day == 6 else time(0)
        Opening.objects.create(period=period, day=day, opens=time(8), closes=closes)
    Opening.objects.create(period=period, day=9, opens=time(10), closes=time(16))
    return Centre(
        venue, hall, space("东厅", 50, parent=hall), space("西厅", 50, parent=hall), space("阅览室", 12, buffer=15)
    )


def day_at(now: datetime, days: int, hour: int, minute: int = 0) -> datetime:
    """A moment some days from now on China's clock."""
    return (now.astimezone(CHINA) + timedelta(days=days)).replace(hour=hour, minute=minute, second=0, microsecond=0)
