"""The demonstration's centre and station: rooms, hours, a week of bookings, two requests for the same evening."""

from datetime import date, datetime, time, timedelta

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.grid.street import Street
from lastmeter.kit.zhtime import CHINA, DAY
from lastmeter.project.demo.activities import neighbours_of
from lastmeter.project.demo.cast import RESIDENT_LOGIN
from lastmeter.venues import attending, booking, deciding, keeping
from lastmeter.venues.booking import Wish
from lastmeter.venues.models import Booking, Equipment, Space, Venue

WEEKDAYS, WEEKEND, HOLIDAYS = (1, 2, 3, 4, 5, 8), (6, 7), (9,)
THINGS = (
    ("投影", "projector"),
    ("音响", "sound"),
    ("钢琴", "piano"),
    ("乒乓球台", "table tennis"),
    ("棋牌桌", "game table"),
)
PURPOSES = ("合唱排练", "读书会", "书法班", "业主代表碰头", "象棋赛", "乒乓球", "亲子阅读")


def set_up(street: Street, now: datetime) -> None:
    """Two places of the community, and people in them."""
    clerk = Actor.of(street.people["clerk"])
    things = {name: Equipment.objects.create(name=name, name_en=en, order=n) for n, (name, en) in enumerate(THINGS)}
    centre = _venue(street, clerk, now, "centre", "鸳鸯湖党群服务中心", "东风三路 8 号（虚构）")
    hall = _room(centre, clerk, now, "多功能厅", 120, things, "投影 音响", approval_above=60)
    for name in ("多功能厅东厅", "多功能厅西厅"):
        _room(centre, clerk, now, name, 60, things, "投影", parent=hall)
    small = [
        _room(centre, clerk, now, "阅览室", 16, things, "", buffer=15),
        _room(centre, clerk, now, "棋牌室", 12, things, "棋牌桌"),
        _room(centre, clerk, now, "乒乓球室", 8, things, "乒乓球台", needs_key=True),
        _room(centre, clerk, now, "琴房", 4, things, "钢琴", needs_key=True),
    ]
    station = _venue(street, clerk, now, "station", "湖畔驿站", "湖畔小区南门（虚构）")
    _room(station, clerk, now, "议事角", 20, things, "")
    _week(small, neighbours_of(street), now)
    _requests(hall, neighbours_of(street), now)
    _absent(small[0], User.objects.get(username=RESIDENT_LOGIN), clerk, now)


def _venue(street: Street, by: Actor, now: datetime, kind: str, name: str, address: str) -> Venue:
    """Open from morning to evening, shorter on public holidays; a day of repairs next week."""
    made = keeping.open_venue(
        kind=kind, name=name, node=street.community, address=address, phone="19900000088",
        words="免费使用，公益优先。请爱护公物，走时关灯关空调。", by=by, now=now,
    )  # fmt: skip
    hours = {day: [(time(8, 30), time(12)), (time(14), time(21, 30))] for day in WEEKDAYS}
    hours |= {day: [(time(9), time(21, 30))] for day in WEEKEND} | {day: [(time(9), time(17))] for day in HOLIDAYS}
    keeping.arrange_hours(made, name="平时", since=date(2025, 1, 1), until=None, hours=hours, by=by, now=now)
    shut = now.astimezone(CHINA).date() + 9 * DAY
    keeping.arrange_hours(made, name="检修闭馆", since=shut, until=shut + DAY, hours={}, by=by, now=now)
    return made


def _room(
    venue: Venue, by: Actor, now: datetime, name: str, capacity: int, things: dict[str, Equipment], has: str,
    **more: object,
) -> Space:  # fmt: skip
    equipment = [things[each] for each in has.split()]
    return keeping.add_space(venue, name=name, capacity=capacity, equipment=equipment, by=by, now=now, **more)


def _at(now: datetime, days: int, hour: int) -> datetime:
    return (now.astimezone(CHINA) + days * DAY).replace(hour=hour, minute=0, second=0, microsecond=0)


def _book(space: Space, user: User, at: datetime, now: datetime, people: int, purpose: str) -> Booking:
    wish = Wish(
        space=space, starts_at=at, ends_at=at + timedelta(hours=2), people=people, purpose=purpose,
        client_ref=f"demo-{space.pk}-{at:%m%d%H}",
    )  # fmt: skip
    return booking.book(wish, user=user, by=Actor.of(user), now=now)


def _week(spaces: list[Space], users: list[User], now: datetime) -> None:
    """Two weeks back and one ahead, evenings more than mornings."""
    for number, days in enumerate(range(-14, 8)):
        for at, space in enumerate(spaces):
            if (number + at) % 3 == 0:
                continue
            when = _at(now, days, 19 if (number + at) % 2 else 14)
            user = users[(number * len(spaces) + at) % len(users)]
            try:
                row = _book(
                    space, user, when, min(now, when - DAY), min(4, space.capacity), PURPOSES[(number + at) % 7]
                )
            except booking.Refused:
                continue  # somebody had their two that week
            if row.state == Booking.State.CONFIRMED and row.ends_at < now:
                attending.arrive(row, now=row.starts_at)


def _requests(hall: Space, users: list[User], now: datetime) -> None:
    """Two who want the hall on the same evening, and one approved."""
    _book(hall, users[0], _at(now, 6, 19), now - timedelta(hours=20), 80, "元旦联欢排练")
    _book(hall, users[1], _at(now, 6, 19), now - timedelta(hours=6), 100, "小区业主大会")
    row = _book(hall, users[2], _at(now, 4, 19), now - DAY, 70, "消防安全讲座")
    keeper = Actor.of(users[3])
    deciding.approve(row, by=keeper, now=now - timedelta(hours=3))


def _absent(space: Space, user: User, clerk: Actor, now: datetime) -> None:
    """The resident did not come last week, and may still appeal; something is booked for the day after tomorrow."""
    was = _at(now, -5, 9)
    row = _book(space, user, was, was - DAY, 3, "亲子阅读")
    attending.note_absence(row, by=clerk, now=was + attending.GRACE)
    _book(space, user, _at(now, 2, 9), now - timedelta(hours=2), 3, "亲子阅读")
