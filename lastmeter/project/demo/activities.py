"""Activities in the demonstration: one that is full with a line, a class every week, one that is over and was rated."""

from datetime import datetime, timedelta

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.grid.models import Role, Tenure, at_or_below
from lastmeter.grid.street import Street
from lastmeter.kit.zhtime import CHINA, DAY
from lastmeter.occasions import arranging, attending, signing
from lastmeter.occasions.models import Occasion
from lastmeter.project.demo.cast import RESIDENT_LOGIN

CROWD = (Role.GRID_WORKER, Role.BUILDING_HEAD, Role.LANE_HEAD, Role.GRID_HEAD)
RATINGS = ((5, "孩子很喜欢，下次还来"), (4, "场地小了点"), (5, ""), (3, "开始晚了十分钟"))


def set_up(street: Street, now: datetime) -> None:
    """A month of the community: what was, what comes, and where the demonstration's resident stands in a line."""
    clerk = Actor.of(street.people["clerk"])
    resident = User.objects.get(username=RESIDENT_LOGIN)
    neighbours = neighbours_of(street)
    _over(street, clerk, [resident, *neighbours[:3]], now)
    full = _held(
        street, clerk, "亲子烘焙", now, days=3, hour=15, capacity=6, most=2, words="材料社区准备，带围裙来就行。"
    )
    for user in neighbours[:4]:
        _sign(full, user, 1, now)
    _sign(full, resident, 2, now)
    for user in neighbours[4:6]:
        _sign(full, user, 2, now)
    clinic = _held(street, clerk, "法律咨询日", now, days=2, hour=9, capacity=20, words="挂点律师坐诊，不收钱。")
    for user in neighbours[6:11]:
        _sign(clinic, user, 1, now)
    _held(street, clerk, "中医义诊", now, days=5, hour=9, capacity=40, words="测血压、看舌苔，老人优先。")
    _weekly(street, clerk, now)


def neighbours_of(street: Street) -> list[User]:
    """People of the community who hold a small post, in the order of their posts."""
    rows = Tenure.objects.filter(
        at_or_below(street.community.path, "post__node__path"), post__role__in=CROWD, until=None
    )
    return list({row.user_id: row.user for row in rows.select_related("user").order_by("pk")}.values())


def _at(now: datetime, days: int, hour: int) -> datetime:
    return (now.astimezone(CHINA) + days * DAY).replace(hour=hour, minute=0, second=0, microsecond=0)


def _held(
    street: Street, by: Actor, title: str, now: datetime, *, days: int, hour: int, capacity: int, most: int = 1,
    words: str = "",
) -> Occasion:  # fmt: skip
    starts_at = _at(now, days, hour)
    return arranging.arrange(
        node=street.community, title=title, words=words, place="党群服务中心多功能厅", starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2), capacity=capacity, most=most, by=by,
        now=min(now, starts_at) - timedelta(days=4),
    )  # fmt: skip


def _sign(occasion: Occasion, user: User, party: int, now: datetime) -> None:
    before = min(now, occasion.starts_at) - timedelta(hours=30)
    signing.sign_up(occasion.pk, user=user, party=party, by=Actor.of(user), now=before)


def _over(street: Street, clerk: Actor, users: list[User], now: datetime) -> None:
    """The film evening of last week: three of four came, and said how it was."""
    film = _held(street, clerk, "露天电影", now, days=-6, hour=19, capacity=60)
    for user in users:
        _sign(film, user, 1, now)
    rows = list(film.signups.order_by("number"))
    for at, row in enumerate(rows[:3]):
        arrival = attending.Arrival(f"demo-{row.pk}", film.starts_at, signup_id=row.pk)
        attending.check_in(film.pk, arrival, by=clerk, now=film.starts_at + timedelta(minutes=at))
        row.refresh_from_db()
        stars, words = RATINGS[at]
        if at:
            attending.give_feedback(row, stars=stars, words=words, now=film.ends_at)
    attending.settle(film.pk, now=film.ends_at + DAY)


def _weekly(street: Street, clerk: Actor, now: datetime) -> None:
    """Twice a week, not on public holidays."""
    arranging.begin_series(
        node=street.community, title="八段锦晨练", words="每周二、四，零基础也能来。", place="社区广场",
        rule="FREQ=WEEKLY;BYDAY=TU,TH", days="no_holidays", first_at=_at(now, 1, 7), minutes=60, capacity=30,
        by=clerk, now=now,
    )  # fmt: skip
