"""The demonstration's last ninety days: a few hundred matters, played in the order of their moments up to now."""

import heapq
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db.models import F
from django.utils import translation

from lastmeter.accounts.actors import Actor
from lastmeter.clocks.sweep import sweep
from lastmeter.grid.street import Street
from lastmeter.kit.zhtime import CHINA
from lastmeter.matters.models import Rating, Source
from lastmeter.matters.talking import asking
from lastmeter.notices.models import Notice
from lastmeter.project.demo import moments, stage
from lastmeter.project.demo.stage import Place, Stage
from lastmeter.project.demo.stories import FLOWS, Deck, Kind, Refusal, load
from lastmeter.project.demo.tales import Plan, Scene, Tale

DAYS = 90
HOME = "529500 阳江市江城区城东街道 湖畔小区 6 栋 304（虚构）"  # of one who has neither phone nor account
MATTERS = 370
SEED = 441702006
Name = TypeVar("Name")
SWEPT_EVERY = timedelta(hours=6)
STILL_UNREAD, UNREAD_FROM = 6, timedelta(days=2)
TITLES = ("女士", "先生", "阿姨", "阿伯", "师傅", "同学", "阿叔", "老师")
SURNAMES = "陈林黄梁冯关谢曾莫许邓彭苏卢蔡叶程韦欧麦容钟阮岑温"
SOURCES = {
    Source.WEB: 46,
    Source.PLATE: 16,
    Source.PHONE: 19,
    Source.COUNTER: 10,
    Source.MESSAGE: 8,
}
FATES = {"desk": 52, "settle": 15, "found": 13, "grid": 8, "merge": 7, "withdraw": 3}
# The act that has not come yet, for the few tales that are left lying, and how many days ago they began at most.
STALLS = {"accept": 5, "dispatch": 12, "sign": 12, "reply": 18, "verify": 10, "close": 14, "again": 14, "begin": 9}


def play(street: Street, *, resident: Actor, now: datetime, matters: int = MATTERS) -> int:
    """Play `matters` tales of the last ninety days and those of the demonstration's resident; returns how many began.

    The same day gives the same world; a later hour of it only goes further.
    """
    rng = random.Random(SEED)  # noqa: S311 - invented data
    with translation.override("zh-hans"):
        scene = Scene(stage.set_up(street, now.astimezone(CHINA).date()), load(), Deck(rng), rng)
        tales = _tales(scene, resident, now, matters)
        _run(tales, now)
    _tidy_notices(now)
    return sum(tale.matter_id is not None for tale in tales)


def _run(tales: Sequence[Tale], now: datetime) -> None:
    """One clock for all of them: whoever's moment comes first acts next."""
    players: list[Iterator[datetime]] = [tale.run() for tale in tales]
    players.append(_clockwork(min(tale.at for tale in tales)))
    due = [(next(player), at, player) for at, player in enumerate(players)]
    heapq.heapify(due)
    while due and due[0][0] <= now:
        _moment, at, player = heapq.heappop(due)
        following = next(player, None)
        if following is not None:
            heapq.heappush(due, (following, at, player))
    asking.lapse(now)
    sweep(now)


def _clockwork(start: datetime) -> Iterator[datetime]:
    """What the timetable would have done meanwhile."""
    moment = start
    while True:
        moment += SWEPT_EVERY
        yield moment
        asking.lapse(moment)
        sweep(moment)


def _tidy_notices(now: datetime) -> None:
    """People have read what is old: a handful is left unread for each."""
    unread = Notice.objects.filter(read_at=None)
    unread.filter(at__lt=now - UNREAD_FROM).update(read_at=F("at") + timedelta(hours=2))
    seen: dict[int, int] = {}
    surplus = []
    for pk, user_id in unread.order_by("-id").values_list("pk", "user_id"):
        seen[user_id] = seen.get(user_id, 0) + 1
        if seen[user_id] > STILL_UNREAD:
            surplus.append(pk)
    for at in range(0, len(surplus), 500):
        Notice.objects.filter(pk__in=surplus[at : at + 500]).update(read_at=F("at") + timedelta(hours=1))


# --- who says what, when


def _tales(scene: Scene, resident: Actor, now: datetime, matters: int) -> list[Tale]:
    tales: list[Tale] = []
    for plan in [*_of_resident(scene, resident, now), *_for_staff(scene, now)]:
        tales.append(Tale(len(tales), plan, scene))
    for refusal in [*scene.stories.diverted, *scene.stories.rejected]:
        tales.append(Tale(len(tales), _refused(scene, refusal, now, len(tales)), scene))
    for _ in range(matters):
        tales.append(Tale(len(tales), _planned(scene, now, tales), scene))
    return tales


def _when(scene: Scene, now: datetime) -> datetime:
    """A moment in the last ninety days, more of them lately: the street's people are getting used to it."""
    back = timedelta(days=DAYS * scene.rng.random() ** 1.8)
    moment = moments.of_report(now - back, scene.rng)
    return moment if moment < now else moments.of_report(now - timedelta(days=1), scene.rng)


def _planned(scene: Scene, now: datetime, before: Sequence[Tale]) -> Plan:
    rng = scene.rng
    kinds = scene.stories.kinds
    kind = rng.choices(kinds, [each.weight for each in kinds])[0]
    fate = _choose(FATES, rng)
    if fate in ("settle", "found") and not kind.settled:
        fate = "desk"
    if fate == "grid" and kind.category in FLOWS:
        fate = "desk"  # in these flows a unit handles it, never the grid itself
    if fate == "desk" and not kind.unit:
        fate = rng.choice(("grid", "desk"))
    first = _to_join(before, now, rng) if fate == "merge" else None
    if first is not None:
        return _echo(scene, first, now)
    plan = Plan(
        kind=kind,
        place=stage.pick(scene.stage, kind.where, rng),
        at=_when(scene, now),
        text=scene.deck.draw(kind.found if fate == "found" else kind.reports),
        fate="desk" if fate == "merge" else fate,
        source=Source.PATROL if fate == "found" else _choose(SOURCES, rng),
        pictures=rng.choices((0, 1, 2, 3), (45, 35, 15, 5))[0],
        **_who(scene, len(before), named=fate != "found"),
    )
    return _with_course(plan, scene, now)


def _with_course(plan: Plan, scene: Scene, now: datetime) -> Plan:
    """The turns that a tale takes besides its fate."""
    rng = scene.rng
    scores = (None, Rating.Score.SATISFIED, Rating.Score.FAIR, Rating.Score.DISSATISFIED)
    score = rng.choices(scores, (38, 45, 10, 7))[0]
    stalls = rng.choice(list(STALLS)) if rng.random() < 0.2 else ""
    if stalls and now - plan.at > timedelta(days=STALLS[stalls]):
        stalls = ""
    unhappy = score == Rating.Score.DISSATISFIED
    return replace(
        plan,
        pace=rng.choice((0.6, 0.8, 1.0, 1.0, 1.2, 1.6, 3.0)),
        ups=_ups(plan.kind, rng) if plan.fate == "desk" else 0,
        returned=rng.random() < 0.1 or stalls == "again",
        asked=rng.choice(("answered", "answered", "silent")) if rng.random() < 0.18 and plan.name else "",
        reworked=rng.random() < 0.1,
        score=score,
        reopened=unhappy and rng.random() < 0.8,
        stalls=stalls,
    )


def _ups(kind: Kind, rng: random.Random) -> int:
    """What belongs to a county's bureau goes up to the street; some other things do, too."""
    if kind.unit.startswith("江城区"):
        return rng.choice((0, 2, 2))
    return rng.choices((0, 1, 2), (80, 13, 7))[0]


def _who(scene: Scene, number: int, *, named: bool) -> dict[str, Any]:
    rng = scene.rng
    if not named or rng.random() < 0.25:
        return {"name": "", "phone": ""}
    name = rng.choice(SURNAMES) + rng.choice(TITLES)
    return {"name": name, "phone": f"1990000{5000 + number:04}" if rng.random() < 0.85 else ""}


def _to_join(before: Sequence[Tale], now: datetime, rng: random.Random) -> Tale | None:
    """An earlier tale about which somebody else may speak, too."""
    fitting = [
        tale
        for tale in before
        if tale.plan.fate == "desk" and tale.plan.kind.echoes and tale.plan.at < now - timedelta(hours=12)
    ]
    return rng.choice(fitting) if fitting else None


def _echo(scene: Scene, first: Tale, now: datetime) -> Plan:
    at = first.plan.at + timedelta(hours=scene.rng.uniform(0.5, 8))
    return replace(
        first.plan,
        at=at,
        text=scene.deck.draw(first.plan.kind.echoes),
        fate="merge",
        source=scene.rng.choice((Source.WEB, Source.PLATE, Source.PHONE)),
        pictures=scene.rng.choice((0, 0, 1)),
        joins=first,
        stalls="",
        by=None,
        **_who(scene, 4000 + first.number, named=True),
    )


def _refused(scene: Scene, refusal: Refusal, now: datetime, number: int) -> Plan:
    category = next((kind for kind in scene.stories.kinds if kind.category == refusal.category), scene.stories.kinds[0])
    return Plan(
        kind=replace(category, urgency="normal", photo=""),
        place=stage.pick(scene.stage, "any", scene.rng),
        at=moments.of_report(now - timedelta(days=scene.rng.uniform(2, 45)), scene.rng),
        text=refusal.text,
        fate="refuse",
        source=_choose({Source.WEB: 5, Source.PLATE: 2, Source.PHONE: 2}, scene.rng),
        refusal=refusal,
        **_who(scene, number, named=True),
    )


def _choose(weights: dict[Name, int], rng: random.Random) -> Name:
    return rng.choices(list(weights), list(weights.values()))[0]


# --- the resident with an account


def _of_resident(scene: Scene, resident: Actor, now: datetime) -> list[Plan]:
    """What stands under 我的: one to rate, one with a question, one with a unit, one just said, one long done."""
    place = home(scene.stage)
    kinds = {kind.category: kind for kind in scene.stories.kinds}

    def said(category: str, days: float, report: int, **more: object) -> Plan:
        kind = replace(kinds[category], urgency="normal")
        return Plan(
            kind=kind,
            place=place,
            at=moments.awake(now - timedelta(days=days), scene.rng),
            text=kind.reports[report],
            by=resident,
            name=resident.user.name if resident.user else "",
            **{"fate": "desk", "pace": 0.3, "pictures": 1} | more,  # type: ignore[arg-type]
        )

    return [
        said("facility", 21, 0, fate="grid", score=Rating.Score.SATISFIED),
        said("property-lift", 8, 1),
        said("livelihood-water", 5, 0, stalls="reply"),
        said("safety-fire", 2.2, 3, asked="silent", stalls="dispatch", pace=0.2),
        said("road-lamp", 0.1, 1, stalls="accept"),
    ]


def _for_staff(scene: Scene, now: datetime) -> list[Plan]:
    """What the guide promises the others whatever the dice say: a report for each of their lists."""
    place = home(scene.stage)
    kinds = {kind.category: kind for kind in scene.stories.kinds}

    def said(category: str, days: float, report: int, **more: object) -> Plan:
        kind = kinds[category]
        at = moments.awake(now - timedelta(days=days), scene.rng)
        staged = {"source": Source.PLATE, "pace": 0.3, "pictures": 1, "name": "卢阿姨", "phone": "19900009701"}
        return Plan(kind=kind, place=place, at=at, text=kind.reports[report], fate="desk", **staged | more)  # type: ignore[arg-type]

    return [
        said("safety-house", 1.5, 1, ups=2, stalls="accept"),
        said("road-vendor", 2, 0, returned=True, stalls="again"),
        said("env-noise", 1.5, 1, stalls="sign"),
        said("road-parking", 2.5, 0, stalls="reply"),
        said("env-litter", 3, 0, stalls="verify", pace=0.1),
        said("road-cover", 2.5, 3, stalls="close", pace=0.1),
        said("env-smoke", 2, 0, stalls="check", pace=0.1),
        said("dispute-consumer", 1.5, 0, stalls="reply", pace=0.1, assisted=True),
        said("property-fee", 2, 0, stalls="sign", pace=0.2, disputed=True),
        *_in_depth(said),
    ]


def _in_depth(said: Callable[..., Plan]) -> list[Plan]:
    """One of each that can happen on the way, left where the visitor decides what follows."""
    return [
        said("road-lamp", 3, 0, turn="paused", stalls="reply", pace=0.1),
        said("road-parking", 2.2, 1, turn="extended", stalls="reply", pace=0.1),
        said("env-sewer", 3.5, 0, turn="on_ledger", stalls="reply", pace=0.1, ups=2),
        said("road-vendor", 2.2, 1, turn="to_hand_on", stalls="reply", pace=0.1),
        said("property-lift", 3, 0, turn="asked_outside", stalls="reply", pace=0.1),
        said("env-noise", 3, 2, turn="complained", stalls="reply", pace=0.1),
        said("road-surface", 3, 0, turn="supervised", stalls="reply", pace=0.1),
        said(
            "env-litter", 3, 1, asked="silent", stalls="reply", pace=0.1, source=Source.COUNTER, phone="", address=HOME
        ),
    ]


def home(where: Stage) -> Place:
    """Where the demonstration's resident lives: the second building of the worker's grid."""
    ours = [place for place in where.places if place.ours]
    return ours[1]
